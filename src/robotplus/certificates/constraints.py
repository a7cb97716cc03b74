"""The reasons a robot can be refused for, each with its unit and a sentence in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constraint:
    unit: str
    en: str
    zh: str


CONSTRAINTS: dict[str, Constraint] = {
    "payload": Constraint("kg", "tool and part are heavier than the rated payload", "工具与工件超过额定负载"),
    "reach": Constraint(
        "m",
        "no allowed base place brings every waypoint within reach",
        "任何允许的底座位置都够不到全部路径点",
    ),
    "takt": Constraint("s", "the cycle takes longer than the takt", "循环时间超过节拍"),
    "cycle_interval": Constraint(
        "s",
        "the takt lies inside the cycle-time interval: confirm acceleration",
        "节拍落在循环时间区间内：需确认加速度",
    ),
    "tool_speed": Constraint(
        "m/s",
        "the tool cannot keep the process speed within joint speed limits",
        "关节速度不足以维持工艺速度",
    ),
    "placement": Constraint(
        "",
        "no base place and posture free of collision and within limits was found",
        "未找到无碰撞且不超限的底座位置与姿态",
    ),
    "travel": Constraint(
        "", "no collision-free travel between two stops was found", "未找到两处之间的无碰撞空行程"
    ),
    "wrist_moment": Constraint(
        "N·m", "the load moment at the wrist exceeds the rating", "腕部负载力矩超过额定值"
    ),
    "wrist_inertia": Constraint(
        "kg·m²", "the load inertia at the wrist exceeds the rating", "腕部负载惯量超过额定值"
    ),
    "repeatability": Constraint(
        "mm", "repeatability is worse than the process tolerance", "重复定位精度劣于工艺公差"
    ),
    "ip": Constraint("", "ingress protection is below what the need asks", "防护等级低于要求"),
    "explosion_zone": Constraint(
        "", "no explosion protection for the zone the need asks", "不满足所需防爆区域"
    ),
    "temperature": Constraint(
        "°C", "the rated temperature range does not cover the need's", "额定温度范围不覆盖要求"
    ),
    "mounting": Constraint("", "the robot is not rated for the asked mounting", "机器人不支持所需安装方式"),
    "data_limits": Constraint("", "joint limits are unknown", "关节限位未知"),
    "data_velocity": Constraint("", "joint speeds are unknown or placeholders", "关节速度未知或为占位值"),
    "data_shape": Constraint("", "the shape of one or more links is unknown", "一个或多个连杆外形未知"),
    "data_payload": Constraint("", "the rated payload is unknown", "额定负载未知"),
    "data_environment": Constraint(
        "", "a protection figure the need asks for is unknown", "需求要求的防护数据未知"
    ),
    "data_mounting": Constraint("", "the allowed mounting is unknown", "允许的安装方式未知"),
    "data_repeatability": Constraint("", "repeatability is unknown", "重复定位精度未知"),
    "area_access": Constraint(
        "m", "the machine does not fit into the area with room to turn", "场地容不下该设备及其转向空间"
    ),
    "coverage": Constraint("%", "less of the area is covered than asked", "覆盖率低于要求"),
    "slope": Constraint("°", "the ground is steeper than the machine climbs", "坡度超过设备爬坡能力"),
    "endurance": Constraint(
        "min",
        "one charge or tank does not last for a single swath and the way to the dock",
        "一次充电或一箱药液不足以完成一条作业带并往返补给点",
    ),
    "time_limit": Constraint("h", "the work takes longer than allowed", "作业时间超过限定"),
    "time_interval": Constraint(
        "h",
        "the time limit lies inside the interval of the time: confirm acceleration and turn rate",
        "限定时间落在作业时间区间内：需确认加速度与转向角速度",
    ),
    "data_machine": Constraint("", "a figure of the machine is unknown", "设备的某项参数未知"),
    "route_payload": Constraint(
        "kg", "what is carried is heavier than the machine's payload", "携带与配送物品超过设备载重"
    ),
    "route_step": Constraint(
        "m", "a step on the way is too high for the machine", "途中台阶超过设备越障高度"
    ),
    "route_gap": Constraint("m", "a gap on the way is too wide for the machine", "途中沟缝超过设备越沟宽度"),
    "route_width": Constraint("m", "the machine is wider than the narrowest way", "设备宽于最窄通道"),
    "route_access": Constraint(
        "", "no way that the machine can take leads to a stop", "没有设备可走的路通往停靠点"
    ),
    "route_battery": Constraint(
        "h", "one charge does not last to a stop and back to the depot", "一次充电不足以往返停靠点"
    ),
    "route_time": Constraint(
        "h",
        "a round, or a window in it, is missed at the long end of the time",
        "按时间上限无法按时完成一轮巡行或时间窗",
    ),
    "time_window": Constraint("min", "a stop is reached after its window closes", "到达停靠点时时间窗已关闭"),
    "check_refused": Constraint(
        "",
        "the checker refused the certificate that was found: a defect of robotplus",
        "校验器拒绝了所得证书：软件缺陷",
    ),
    "engine_failure": Constraint(
        "", "the engine failed on this robot: a defect of robotplus", "引擎在该机器人上出错：软件缺陷"
    ),
}
