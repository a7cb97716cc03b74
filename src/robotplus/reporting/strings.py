"""Every sentence a report or the terminal prints, in Chinese and English, in one table."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["zh", "en", "both"]

STRINGS: Final[dict[str, tuple[str, str]]] = {
    # head
    "product": ("机器人+ 求解报告", "Robot+ answer"),
    "switch": ("语言", "Language"),
    "looked_at": ("共审查 {n} 个机器人型号", "{n} robot models looked at"),
    "not_risk": (
        "本报告不是风险评估（ISO 10218-2），也不说明焊接、喷涂或夹持的质量。",
        "Not a risk assessment (ISO 10218-2); does not show weld, paint or grip quality.",
    ),
    "what_proven_means": (
        "“已证明”指在所列前提下经计算成立并由独立程序核验，不是官方认可或推荐。",
        "“Proven” means a calculation that holds under the premises listed and passed an independent check; "
        "it is no official approval or recommendation.",
    ),
    "no_script": (
        "此浏览器未启用脚本：3D 回放不可用，其余内容完整。",
        "Scripts are off in this browser: no 3D playback, everything else is here.",
    ),
    # verdicts
    "proven": ("已证明", "Proven"),
    "proven_if_confirmed": ("待确认后成立", "Proven if confirmed"),
    "proven_with_a_change": ("调整后成立", "Proven with a change"),
    "candidate": ("候选（未核验）", "Candidate (not checked)"),
    "impossible": ("不可能", "Impossible"),
    "not_found": ("未找到", "Not found"),
    "unknown": ("数据不足", "Unknown"),
    # the need
    "need": ("需求", "The need"),
    "scenario": ("场景", "Scenario"),
    "custom": ("自定义", "custom"),
    "takt": ("节拍", "Takt"),
    "stops": ("作业点", "Stops"),
    "tool": ("工具", "Tool"),
    "heaviest_part": ("最重工件", "Heaviest part"),
    "asked_clearance": ("要求净距", "Clearance asked"),
    "clearances": ("{travel}（工具作业时 {work}）", "{travel} (tool at work {work})"),
    "base_tolerance": ("底座公差", "Base tolerance"),
    "mounting": ("安装方式", "Mounting"),
    "floor": ("落地", "floor"),
    "wall": ("壁挂", "wall"),
    "ceiling": ("吊装", "ceiling"),
    "none_asked": ("未要求", "none asked"),
    # ranking
    "ranking": ("排名", "Ranking"),
    "no_solution": (
        "没有找到能完成此任务的机器人，原因见下。",
        "No robot was found able; the reasons are below.",
    ),
    "rank": ("名次", "Rank"),
    "verdict": ("结论", "Verdict"),
    "robot": ("机器人", "Robot"),
    "cycle_time": ("循环时间", "Cycle time"),
    "tightest": ("最紧余量", "Tightest margin"),
    "payload_used": ("负载占用", "Payload used"),
    "clearance": ("净距", "Clearance"),
    "confirm": ("待确认", "To confirm"),
    "nothing_to_confirm": ("无", "none"),
    "further": ("其余 {n} 个机器人", "{n} further robots found able"),
    "further_candidates": ("其余 {n} 个候选（未核验）", "{n} further candidates (not checked)"),
    "all_checks": (
        "只核验最好的十个；另 {n} 个候选可用 --all 核验。",
        "The best ten are checked; --all checks the other {n} candidates too.",
    ),
    "takt_line": ("节拍 {takt}", "takt {takt}"),
    # playback
    "playback": ("回放与证据", "Playback and evidence"),
    "no_player": (
        "此报告生成时 3D 播放器尚未构建（需要 Node.js），因此没有 3D 回放；其余内容完整。",
        "This report was made without the 3D player (building it needs Node.js), so there is no 3D playback; "
        "everything else is here.",
    ),
    "player_failed": ("此设备无法显示 3D（需要 WebGL）。", "This device cannot show 3D (WebGL is needed)."),
    "not_embedded": (
        "为控制文件大小，此方案未嵌入 3D 回放。",
        "To keep the file small, this solution carries no 3D playback.",
    ),
    "play": ("播放", "Play"),
    "pause": ("暂停", "Pause"),
    "speed": ("倍速", "Speed"),
    "reset_view": ("复位视角", "Reset view"),
    "envelope": ("显示外形盒", "Show boxes"),
    "time": ("时间", "Time"),
    "player_hint": (
        "拖动旋转，滚轮或双指缩放；空格播放，←→ 逐步，R 复位。半透明盒即证明所用外形，盒内肢体仅为示意。",
        "Drag to turn, wheel or pinch to zoom; space plays, ←→ step, R resets. "
        "The see-through boxes are the shapes proven with; the limbs inside are only drawn.",
    ),
    "drawn_within": ("回放与运动公式相差不超过 {mm} mm。", "Drawn within {mm} mm of the motion formula."),
    "strip_clearance": ("净距（相对要求）", "Clearance against what is asked"),
    "strip_speed": ("关节速度占用", "Joint speed used"),
    "tight": ("紧", "tight"),
    "fair": ("一般", "fair"),
    "ample": ("宽裕", "ample"),
    "unmeasured": ("未测", "not measured"),
    "dips": ("最近处", "Closest moments"),
    "jump": ("跳到 {t} s", "jump to {t} s"),
    "chart_speed": ("关节速度占用 [%]", "Joint speed used [%]"),
    "chart_clearance": ("净距 [mm]", "Clearance [mm]"),
    "chart_tool": ("工具速度 [m/s]", "Tool speed [m/s]"),
    "chart_missing": (
        "未测：此方案尚未经独立核验。",
        "Not measured: this solution has not been through the independent check.",
    ),
    "limit": ("上限", "limit"),
    "asked": ("要求", "asked"),
    "map": ("底座位置图", "Where the base may stand"),
    "map_note": (
        "俯视；点越深越大，可完成的任务部分越多；◎ 为所证明的位置。",
        "Top view; the darker and larger a dot, the more of the task it can do there; ◎ is the place proven.",
    ),
    "region": ("允许区域", "allowed region"),
    "evidence": (
        "证据：曲线、底座位置图、结论、前提",
        "Evidence: curves, base map, what was shown, premises",
    ),
    # claims
    "claims": ("所证明的结论", "What was shown"),
    "self_clearance": ("自身净距（已查部件对）", "Self clearance (pairs checked)"),
    "joint_range_used": ("关节行程占用", "Joint range used"),
    "velocity_used": ("关节速度占用", "Joint speed used"),
    "acceleration_used": ("关节加速度占用", "Joint acceleration used"),
    "path_deviation": ("轨迹偏差", "Path deviation"),
    "direction_deviation": ("方向偏差", "Direction deviation"),
    "tool_speed": ("工艺速度", "Process speed"),
    "wrist_moment_used": ("腕部力矩占用", "Wrist moment used"),
    "wrist_inertia_used": ("腕部惯量占用", "Wrist inertia used"),
    "not_shown": ("未证明的内容", "What is not shown"),
    "demand": ("计算需求 {value}", "computed demand {value}"),
    "self_pair": ("自身部件对", "self-collision pair"),
    "wrist_moment": ("腕部力矩", "wrist moment"),
    "wrist_inertia": ("腕部惯量", "wrist inertia"),
    "torque": ("关节力矩", "joint torque"),
    "energy": ("能耗", "energy"),
    "premises": ("前提", "Premises"),
    "premise": ("前提", "Premise"),
    "value": ("数值", "Value"),
    "source": ("来源", "Source"),
    "confidence": ("可信度", "Confidence"),
    "high": ("高", "high"),
    "medium": ("中", "medium"),
    "low": ("低", "low"),
    "must_confirm": ("需确认", "confirm"),
    # questions that one page of a data sheet answers
    "load": ("负载与腕部额定值", "load ratings"),
    "accuracy": ("重复定位精度", "repeatability"),
    "joints": ("关节限位与速度", "joint limits and speeds"),
    "protection": ("防护", "protection"),
    # what a proof rests on, by the names certificates use
    "acceleration": ("关节加速度", "joint acceleration"),
    "payload_kg": ("额定负载", "rated payload"),
    "velocity": ("关节速度", "joint speeds"),
    "limits": ("关节限位", "joint limits"),
    "joint_limits_reading": ("关节限位的解读", "reading of the joint limits"),
    "geometry": ("几何模型", "geometry"),
    "repeatability": ("重复定位精度", "repeatability"),
    "repeatability_mm": ("重复定位精度", "repeatability"),
    "ip": ("防护等级", "ingress protection"),
    "explosion_zone": ("防爆区域", "explosion zone"),
    "temperature_c": ("温度范围", "temperature range"),
    "wrist_moment_nm": ("腕部力矩额定值", "wrist moment rating"),
    "wrist_inertia_kgm2": ("腕部惯量额定值", "wrist inertia rating"),
    "certificate": ("证书", "Certificate"),
    "model_digest": ("型号文件", "Model file"),
    "check_holds": ("独立核验：成立", "Independent check: holds"),
    "check_refused": ("独立核验：不成立", "Independent check: refused"),
    "check_cannot": ("独立核验：无法核验", "Independent check: cannot check"),
    "check_missing": ("尚未独立核验", "Not checked yet"),
    "base_at": ("底座", "Base"),
    "yaw": ("朝向", "yaw"),
    # plans over an area
    "plan_time": ("作业时间", "Time for the work"),
    "plan_share": ("覆盖率", "Covered"),
    "plan_rate": ("效率", "Rate"),
    "plan_target": ("需覆盖面积", "Area to cover"),
    "plan_services": ("充电 / 补给", "Charges / fillings"),
    "plan_lengths": ("作业 / 空驶", "Working / moving"),
    "plan_swath": ("作业带", "swath"),
    "plan_way": ("空驶", "way"),
    "plan_dock": ("补给点", "dock"),
    "plan_machine": ("设备", "Machine"),
    "plan_limit": ("限定时间", "Time allowed"),
    "plan_drawing": ("最佳方案俯视图", "Plan of the best, from above"),
    "plan_mean": (
        "每个“已证明”都附证书：按公开数据与所列前提推算并独立核验；不代表清洁、喷洒等作业质量。",
        "Every proven has a certificate, derived from published figures under the premises listed and checked "
        "independently; it does not show the quality of the cleaning or spraying itself.",
    ),
    # routes
    "route_machines": ("所需台数", "Machines needed"),
    "route_trips": ("趟次 / 充电", "Trips / charges"),
    "route_travel": ("总行程", "Travelled"),
    "route_round": ("每轮行驶与停留（上限）", "Driving and dwelling a round, at most"),
    "route_gap": ("高于下界", "Above the lower bound"),
    "route_stops": ("停靠点 × 轮次", "Stops × rounds"),
    "route_way": ("行驶路线", "way taken"),
    "route_stop": ("停靠点", "stop"),
    "route_mean": (
        "每个“已证明”都附证书：按公开数据与所列前提推算并独立核验；不代表行人避让、乘梯开门及停靠点作业质量。",
        "Every proven has a certificate, derived from published figures under the premises listed and checked "
        "independently; it does not show people in the way, lifts and doors, or what is done at a stop.",
    ),
    "next_plan_check": (
        "robotplus check {path} 重新核验一份证书",
        "robotplus check {path} checks a certificate again",
    ),
    # refusals
    "refusals": ("未入选的机器人与原因", "Robots refused, and why"),
    "no_refusals": ("没有机器人被拒绝。", "No robot was refused."),
    "models": ("{n} 个型号", "{n} models"),
    "needed": ("需要", "Needed"),
    "available": ("现有", "Available"),
    "shortfall": ("差", "Short by"),
    "where": ("位置", "Where"),
    "budget": ("搜索预算", "Search budget"),
    "budget_work": (
        "查看 {places} 个底座位置，试算 {evaluations} 次运动",
        "{places} base places looked at, {evaluations} motions tried",
    ),
    "budget_best": (
        "最好的位置可完成 {share} 的关键路径点",
        "the best place reaches {share} of the key waypoints",
    ),
    "budget_attempts": ("尝试 {n} 次", "tried {n} times"),
    "changes": ("差一点就行：最近的可行改动", "Nearly: the nearest change that suffices"),
    "changes_mean": (
        "只改动需求中的一个数，下列机器人即被证明可行；证书针对改动后的需求，并已独立核验。",
        "With one number changed, these robots are proven; each certificate is of the changed need, and checked.",
    ),
    "change_cures": ("{n} 个型号可行", "{n} models pass"),
    "change": ("改动", "Change"),
    "refused_for": ("原拒绝原因", "Refused for"),
    "next_changes": (
        "--changes 为最接近的被拒型号寻找只改一个数的可行改动",
        "--changes finds what one changed number would make of the robots that just fail",
    ),
    "times_rating": ("倍额定值", "× rating"),
    "nearest": ("；最接近者差 {amount}", "; the nearest is short by {amount}"),
    "by_weak_figure": ("（所依据的数据待确认）", " (by a figure still to be confirmed)"),
    # questions
    "questions": ("购买前要问的问题", "Questions to ask before buying"),
    "asks_best": ("排名最前的机器人", "For the robots ranked first"),
    "asks_of": ("{maker}：{n} 个问题", "{maker}: {n} questions"),
    "asks_others": (
        "其余机器人的 {n} 个问题，按 {makers} 个厂家分列",
        "{n} questions about the other robots, by {makers} makers",
    ),
    "if_premise": (
        "确认后，结论由“待确认后成立”变为“已证明”；数值更差则需重新计算。",
        "Once all is confirmed the verdict becomes “proven”; a worse figure means a new calculation.",
    ),
    "if_data": ("得到数据后即可参与计算。", "With the figure the robot can be tried."),
    "if_rating": (
        "按现有（待确认）数据不满足；若实际值足够则可参与计算，否则为“不可能”。",
        "By the figure known it falls short: a better one lets it in, the same makes it impossible.",
    ),
    "if_cycle": (
        "按估算的加速度，节拍落在循环时间区间内；实际加速度决定能否满足。",
        "By estimated accelerations the takt may just be met or missed: the true ones decide.",
    ),
    "no_questions": ("没有需要向厂家确认的问题。", "Nothing needs to be asked of a maker."),
    # foot
    "made_from": ("依据与版本", "Made from"),
    "engine": ("引擎", "Engine"),
    "need_digest": ("需求文件", "Need file"),
    "catalogue_digest": ("机器人目录", "Robot catalogue"),
    "seed": ("随机种子", "Seed"),
    "order": ("排序依据", "Order"),
    "to_confirm": ("待确认问题数", "questions open"),
    "payload_class": ("负载级别", "payload class"),
    "takt_margin": ("节拍余量", "takt margin"),
    "mass": ("本体质量", "mass"),
    "timing": ("用时", "Time taken"),
    # terminal
    "next": ("下一步", "Next"),
    "next_check": ("核验一份证书：robotplus check {path}", "check a certificate: robotplus check {path}"),
    "next_report": ("打开 {path} 观看回放", "open {path} to watch the playback"),
    "next_folder": (
        "加 -o 文件夹，写出报告、证书与动画",
        "add -o FOLDER for the report, the certificates and the animations",
    ),
    "next_all": (
        "只核验了最好的十个；加 --all 核验其余 {n} 个候选",
        "only the best ten are checked; --all checks the other {n} candidates",
    ),
    "next_confirm": (
        "请厂家确认或补充 {n} 项数据（报告中逐项列出）",
        "ask the makers for {n} figures (the report lists them)",
    ),
    "more_rows": ("另有 {n} 个", "{n} more"),
    "more_candidates": ("另有 {n} 个候选", "{n} more candidates"),
    "holds": ("成立", "holds"),
    "refused": ("不成立", "refused"),
    "cannot_check": ("无法核验", "cannot check"),
    "currency_model": ("型号", "model"),
    "currency_need": ("需求", "need"),
    "is_current": ("当前版本", "current"),
    "is_superseded": ("已被新版取代", "superseded"),
    "is_unknown": ("未知", "unknown"),
    "is_same": ("一致", "same"),
    "is_different": ("不一致", "different"),
    "is_not given": ("未给出", "not given"),
    "moves": ("动作段", "Moves"),
}

ICONS: Final[dict[str, str]] = {
    "proven": "✓",
    "proven_if_confirmed": "◐",
    "proven_with_a_change": "△",
    "candidate": "○",
    "impossible": "✕",
    "not_found": "∅",
    "unknown": "?",
}


def both(key: str, **values: object) -> tuple[str, str]:
    """The Chinese and the English sentence of ``key``, filled with ``values``."""
    zh, en = STRINGS[key]
    return zh.format(**values), en.format(**values)


def known(key: str) -> tuple[str, str]:
    """Like `both` for a word that may be missing from the table (then it is shown as it is)."""
    return STRINGS.get(key, (key.replace("_", " "), key.replace("_", " ")))
