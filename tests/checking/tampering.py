"""Ways to falsify a certificate. Each alters the document; the hashes are then made right again unless the
way is about a hash. ``code`` is the reason for which `check` must refuse it."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from robotplus.hashing import digest
from robotplus.robots.catalogue import load_catalogue

Document = dict[str, Any]


@dataclass(frozen=True)
class Tamper:
    """One way. ``of``: which certificate it starts from. ``same_need``: check demands the untampered need."""

    name: str
    code: str
    alter: Callable[[Document], None]
    of: str = "seam"
    same_need: bool = False

    def apply(self, document: Document) -> Document:
        out = copy.deepcopy(document)
        self.alter(out)
        return out


TAMPERS: list[Tamper] = []


def way(name: str, code: str, **options: Any) -> Callable[[Callable[[Document], None]], None]:
    def register(alter: Callable[[Document], None]) -> None:
        TAMPERS.append(Tamper(name, code, alter, **options))

    return register


def rehash(document: Document) -> None:
    """Make the need's digest right; that of the file is made when it is written."""
    document["need_sha256"] = digest(document["need"])


def modest(document: Document) -> None:
    """Claim no clearance, so that only what the need asks is left to be broken."""
    document["claims"]["min_clearance_m"] = 0.0
    document["claims"]["base_tolerance"] = {"xy_m": 0.0, "angle_rad": 0.0}


def stroke(document: Document) -> Document:
    return next(m for m in document["moves"] if m["kind"] == "stroke")


# --- the task made easier, every hash recomputed


@way("need altered, its digest not", "need_hash")
def _(d: Document) -> None:
    d["need"]["requirements"]["takt_s"] = 61.0


@way("looser tolerance", "need_different", same_need=True)
def _(d: Document) -> None:
    d["need"]["requirements"]["path_tolerance_mm"] = 50.0
    rehash(d)


@way("smaller tool", "need_different", same_need=True)
def _(d: Document) -> None:
    d["need"]["tool"]["box"] = d["need"]["tool"]["box"][:1]
    rehash(d)


@way("obstacle taken away", "need_different", same_need=True)
def _(d: Document) -> None:
    d["need"]["cell"]["box"].pop()
    rehash(d)


@way("need that cannot be read", "need_unreadable")
def _(d: Document) -> None:
    d["need"]["tool"]["mass_kg"] = -1.0
    rehash(d)


@way("shorter seam than the motion follows", "path_position")
def _(d: Document) -> None:
    d["need"]["process_path"]["stroke"][0]["polyline"]["points_mm"][1][0] = 100.0
    rehash(d)


@way("longer seam than the motion follows", "path_position")
def _(d: Document) -> None:
    d["need"]["process_path"]["stroke"][0]["polyline"]["points_mm"][1][0] = 170.0
    rehash(d)


@way("longer retract than the motion does", "path_position")
def _(d: Document) -> None:
    d["need"]["process_path"]["stroke"][0]["retract_mm"] = 80.0
    rehash(d)


@way("longer torch", "path_position")
def _(d: Document) -> None:
    d["need"]["tool"]["tcp"]["position_mm"][2] = 305.0
    rehash(d)


@way("other tool direction", "path_direction")
def _(d: Document) -> None:
    tilt = [math.sin(0.1), 0.0, -math.cos(0.1)]
    d["need"]["process_path"]["stroke"][0]["polyline"]["directions"] = [tilt, tilt]
    rehash(d)


@way("other spin", "path_spin")
def _(d: Document) -> None:
    d["need"]["process_path"]["stroke"][0]["spins_deg"] = [90.0]
    rehash(d)


@way("other process speed", "tool_speed")
def _(d: Document) -> None:
    d["need"]["process_path"]["stroke"][0]["speed_mm_s"] = [45.0, 50.0, 60.0]
    rehash(d)


@way("heavier tool than the payload", "payload")
def _(d: Document) -> None:
    d["need"]["tool"]["mass_kg"] = 13.0
    d["acceleration"]["joint"] = [0.7 * a for a in d["acceleration"]["joint"]]
    rehash(d)


@way("shorter takt", "takt")
def _(d: Document) -> None:
    d["need"]["requirements"]["takt_s"] = 5.0
    d["claims"]["takt_s"] = 5.0
    rehash(d)


@way("an obstacle in the way", "clearance")
def _(d: Document) -> None:
    box = {"name": "wall", "position_mm": [0.0, 20.0, 700.0], "size_mm": [20.0, 20.0, 100.0]}
    d["need"]["cell"]["box"].append(box)
    modest(d)
    rehash(d)


@way("a thin obstacle between two knots", "clearance")
def _(d: Document) -> None:
    box = {"name": "wire", "position_mm": [1.0, 0.0, 760.0], "size_mm": [0.2, 300.0, 0.2]}
    d["need"]["cell"]["box"].append(box)
    d["need"]["requirements"] |= {"tool_clearance_mm": 0.0, "min_clearance_mm": 0.0}
    modest(d)
    rehash(d)


@way("more clearance asked than kept", "clearance")
def _(d: Document) -> None:
    d["need"]["requirements"]["min_clearance_mm"] = 120.0
    modest(d)
    rehash(d)


@way("an obstacle where the base stands", "base_collision")
def _(d: Document) -> None:
    box = {"name": "crate", "position_mm": [-1200.0, 0.0, 50.0], "size_mm": [200.0, 200.0, 80.0]}
    d["need"]["cell"]["box"].append(box)
    rehash(d)


@way("protection asked", "ip")
def _(d: Document) -> None:
    d["need"]["requirements"]["ip"] = "IP67"
    rehash(d)


@way("explosion protection asked", "explosion_zone")
def _(d: Document) -> None:
    d["need"]["requirements"]["explosion_zone"] = "zone 1"
    rehash(d)


@way("cold asked", "temperature")
def _(d: Document) -> None:
    d["need"]["requirements"]["temperature_c"] = [-40.0, 20.0]
    rehash(d)


@way("finer repeatability asked", "repeatability")
def _(d: Document) -> None:
    d["need"]["requirements"]["repeatability_mm"] = 0.001
    rehash(d)


@way("mounting asked on the ceiling", "base_mounting")
def _(d: Document) -> None:
    d["need"]["base"]["mounting"] = "ceiling"
    rehash(d)


@way("base yaws listed", "base_yaw")
def _(d: Document) -> None:
    d["need"]["base"]["yaws_deg"] = [90.0]
    rehash(d)


# --- base and robot


@way("base moved", "path_position")
def _(d: Document) -> None:
    d["base"]["xyz"][0] += 0.01


@way("base turned", "path_position")
def _(d: Document) -> None:
    d["base"]["yaw"] += 0.01


@way("base outside its region", "base_region")
def _(d: Document) -> None:
    d["base"]["xyz"][1] = 2.5


@way("base at another height", "base_region")
def _(d: Document) -> None:
    d["base"]["xyz"][2] = 0.1


@way("another robot", "acceleration_estimate")
def _(d: Document) -> None:
    d["robot"] = OTHER_ROBOT


@way("a robot nobody knows", "robot_unknown")
def _(d: Document) -> None:
    d["robot"]["sha256"] = "sha256:" + "0" * 64


OTHER_ROBOT: dict[str, str] = {}


# --- order and moves


@way("wrong order", "order", of="handling")
def _(d: Document) -> None:
    d["order"] = d["order"][::-1]


@way("a stop done twice", "order", of="handling")
def _(d: Document) -> None:
    d["order"] = [0, 0]


@way("stroke left out", "structure")
def _(d: Document) -> None:
    d["moves"] = [m for m in d["moves"] if m["kind"] != "stroke"]


@way("retract left out", "structure")
def _(d: Document) -> None:
    d["moves"] = [m for m in d["moves"] if m["kind"] != "retract"]


@way("a move too many", "structure")
def _(d: Document) -> None:
    d["moves"].append(copy.deepcopy(d["moves"][-1]))


@way("teleport between moves", "join")
def _(d: Document) -> None:
    for q in d["moves"][-1]["q"]:
        q[5] += 0.01


@way("cycle that does not close", "join", of="handling")
def _(d: Document) -> None:
    d["moves"] = d["moves"][:-1]
    d["claims"]["cycle_time_s"] = {k: sum(m["t"][-1] for m in d["moves"]) for k in ("low", "nominal", "high")}


@way("moves that do not come to rest", "rest")
def _(d: Document) -> None:
    d["moves"][0]["qd"][-1][0] = 0.01


@way("shortened motion", "path_position")
def _(d: Document) -> None:
    s = stroke(d)
    for key in ("t", "q", "qd", "qdd"):
        s[key] = s[key][: len(s[key]) // 2]
    s["qd"][-1] = [0.0] * 6
    first = d["moves"][0]
    back = between(s["q"][-1], first["q"][0])
    d["moves"] = [first, s, between(s["q"][-1], s["q"][-1]) | {"kind": "retract"}, back]
    d["claims"]["cycle_time_s"] = {k: sum(m["t"][-1] for m in d["moves"]) for k in ("low", "nominal", "high")}


def between(a: list[float], b: list[float]) -> Document:
    """A slow travel in joint space."""
    still = [[0.0] * len(a)] * 2
    return {"kind": "travel", "stop": 0, "t": [0.0, 5.0], "q": [a, b], "qd": still, "qdd": still}


@way("a dwell too short", "dwell", of="handling")
def _(d: Document) -> None:
    move = next(m for m in d["moves"] if m["kind"] == "dwell")
    move["t"][-1] *= 0.5


@way("a dwell that moves", "dwell", of="handling")
def _(d: Document) -> None:
    move = next(m for m in d["moves"] if m["kind"] == "dwell")
    move["qdd"][0][0] = 1e-3


# --- limits


@way("time sped up", "acceleration")
def _(d: Document) -> None:
    for m in d["moves"]:
        m["t"] = [t / 3 for t in m["t"]]
        m["qd"] = [[3 * v for v in row] for row in m["qd"]]
        m["qdd"] = [[9 * a for a in row] for row in m["qdd"]]
    d["claims"]["cycle_time_s"] = {k: v / 3 for k, v in d["claims"]["cycle_time_s"].items()}


@way("travel faster than a joint can", "velocity", of="handling")
def _(d: Document) -> None:
    for m in d["moves"]:
        if m["kind"] == "travel":
            m["t"] = [t / 6 for t in m["t"]]
            m["qd"] = [[6 * v for v in row] for row in m["qd"]]
            m["qdd"] = [[36 * a for a in row] for row in m["qdd"]]


@way("a swing between two knots", "acceleration")
def _(d: Document) -> None:
    s = stroke(d)
    s["qd"][len(s["qd"]) // 2][0] += 0.5


@way("a joint turned beyond its range", "joint_limits")
def _(d: Document) -> None:
    for m in d["moves"]:
        for q in m["q"]:
            q[3] += 2 * math.pi


@way("a joint turned beyond the other end of its range", "joint_limits")
def _(d: Document) -> None:
    for m in d["moves"]:
        for q in m["q"]:
            q[3] -= 2 * math.pi


@way("accelerations supposed too high", "acceleration_estimate")
def _(d: Document) -> None:
    d["acceleration"]["joint"] = [3 * a for a in d["acceleration"]["joint"]]


@way("accelerations used beyond those supposed", "acceleration")
def _(d: Document) -> None:
    d["acceleration"]["joint"] = [0.3 * a for a in d["acceleration"]["joint"]]


@way("a detour at one knot", "path_position")
def _(d: Document) -> None:
    s = stroke(d)
    s["q"][len(s["q"]) // 2][1] += 1.5e-3


# --- claims


def claim(name: str, code: str, key: str, change: Callable[[Any], Any], of: str = "seam") -> None:
    def alter(d: Document) -> None:
        d["claims"][key] = change(d["claims"][key])

    TAMPERS.append(Tamper(name, code, alter, of))


claim("clearance inflated", "claim_clearance", "min_clearance_m", lambda v: v + 0.003)
claim("self-clearance inflated", "claim_self_clearance", "self_clearance_m", lambda v: v + 0.5)
claim("joint range understated", "claim_joint_range", "joint_range_used", lambda v: 0.9 * v)
claim("speed used understated", "claim_velocity", "velocity_used", lambda v: 0.5 * v)
claim("acceleration used understated", "claim_acceleration", "acceleration_used", lambda v: 0.5 * v)
claim("payload used understated", "claim_payload", "payload_used", lambda v: 0.9 * v)
claim("cycle time understated", "claim_cycle_time", "cycle_time_s", lambda v: v | {"high": 0.9 * v["high"]})
claim("a cycle faster than the joints", "claim_cycle_time", "cycle_time_s", lambda v: v | {"low": 1.0})
claim("takt left out", "takt", "takt_s", lambda v: None)
claim("tool speed steadier than it is", "claim_tool_speed", "tool_speed_mps", lambda v: [0.045, 0.046])
claim("wrist moment understated", "claim_wrist", "wrist_moment_used", lambda v: 0.01)
claim("wrist moment left out", "not_shown", "wrist_moment_used", lambda v: None)
claim(
    "base tolerance inflated", "base_tolerance", "base_tolerance", lambda v: {"xy_m": 0.02, "angle_rad": 0.03}
)
claim("a claim without sense", "malformed", "min_clearance_m", lambda v: "much")


@way("a deviation hidden", "claim_path_deviation")
def _(d: Document) -> None:
    s = stroke(d)
    s["q"][len(s["q"]) // 2][1] += 4e-4


# --- what is left open


@way("a pair skipped", "self_pair")
def _(d: Document) -> None:
    d["not_shown"].append({"what": "self_pair", "detail": "link_2/tool"})


@way("a pair skipped that does not exist", "self_pair")
def _(d: Document) -> None:
    d["not_shown"].append({"what": "self_pair", "detail": "link_2/0 plate"})


@way("overlapping pair called clear", "self_collision")
def _(d: Document) -> None:
    d["not_shown"] = [n for n in d["not_shown"] if n.get("detail") != "link_4/link_6"]


@way("premise left out", "premise")
def _(d: Document) -> None:
    d["premises"] = [p for p in d["premises"] if p["name"] != "acceleration"]


@way("figure not to be confirmed any more", "premise")
def _(d: Document) -> None:
    for p in d["premises"]:
        p["confirm"] = False


@way("proven without confirmation", "verdict")
def _(d: Document) -> None:
    d["verdict"] = "proven"


# --- what the premises say


def premise(d: Document, name: str) -> Document:
    return next(p for p in d["premises"] if p["name"] == name)


def said(name: str, code: str, of: str, field: str, value: Any) -> None:
    def alter(d: Document) -> None:
        premise(d, of)[field] = value

    TAMPERS.append(Tamper(name, code, alter))


said("payload to confirm lowered", "premise_value", "payload_kg", "value", 3.0)
said("payload to confirm a truth value", "premise_value", "payload_kg", "value", True)
said("payload from a better source", "premise_value", "payload_kg", "source", "measured")
said("payload of higher confidence", "premise_value", "payload_kg", "confidence", "high")
said("accelerations called measured", "premise_value", "acceleration", "source", "measured")
said("accelerations called sure", "premise_value", "acceleration", "confidence", "high")
said("accelerations of another arm", "premise_value", "acceleration", "value", [20.0] * 6)
said("confirm in words", "malformed", "payload_kg", "confirm", "false")
said("confirm a number", "premise", "payload_kg", "confirm", 1)


@way("a figure that is none of the model's", "premise_value")
def _(d: Document) -> None:
    d["premises"].append(premise(d, "acceleration") | {"name": "explosion_zone", "value": "zone 1"})


@way("geometry of better origin", "premise_value")
def _(d: Document) -> None:
    stated = {"name": "geometry", "value": "as in the model file", "source": "laser tracker"}
    d["premises"].append(premise(d, "acceleration") | stated)


@way("joint speeds that are not the model's", "premise_value")
def _(d: Document) -> None:
    stated = {"name": "velocity", "value": [9.0] * 6, "source": "data sheet", "confidence": "high"}
    d["premises"] = [p for p in d["premises"] if p["name"] != "velocity"]
    d["premises"].append(premise(d, "acceleration") | stated | {"confirm": True})


@way("another reading of the limits", "premise_value")
def _(d: Document) -> None:
    d["premises"] = [p for p in d["premises"] if p["name"] != "joint_limits_reading"]
    d["premises"].append(premise(d, "acceleration") | {"name": "joint_limits_reading", "value": [-9.0, 9.0]})


@way("a premise stated twice", "malformed")
def _(d: Document) -> None:
    d["premises"].insert(0, premise(d, "payload_kg") | {"confirm": False})


@way("a premise without a name", "malformed")
def _(d: Document) -> None:
    d["premises"].append(premise(d, "payload_kg") | {"name": ["payload_kg"]})


@way("accelerations with another basis", "premise_value")
def _(d: Document) -> None:
    d["acceleration"]["basis"] = "measured on site"


@way("nominal accelerations raised", "premise_value")
def _(d: Document) -> None:
    d["acceleration"]["nominal"] = [2 * a for a in d["acceleration"]["nominal"]]


@way("highest accelerations without sense", "premise_value")
def _(d: Document) -> None:
    d["acceleration"]["high"] = "fast"


# --- what nobody asked to be said


@way("a premise nobody knows", "unknown_entry")
def _(d: Document) -> None:
    d["premises"].append(dict(d["premises"][0], name="tested_by_the_maker", confirm=False))


@way("a question of one's own", "question")
def _(d: Document) -> None:
    d["premises"][0]["question_en"] = "None: this robot is certified safe"


@way("a question in one language only", "question")
def _(d: Document) -> None:
    robot = load_catalogue()[d["robot"]["id"]]
    d["premises"][0]["question_en"] = f"{robot.maker}: what is the payload of the {robot.model}?"


@way("a question with a link", "question")
def _(d: Document) -> None:
    robot = load_catalogue()[d["robot"]["id"]]
    for language in ("en", "zh"):
        d["premises"][0][f"question_{language}"] = f"{robot.maker}: see http://{robot.model}.example"


@way("a claim nobody judges", "unknown_entry")
def _(d: Document) -> None:
    d["claims"]["weld_quality"] = "excellent"


@way("a claim within a claim", "unknown_entry")
def _(d: Document) -> None:
    d["claims"]["cycle_time_s"]["guaranteed"] = 1.0


@way("accelerations with a remark", "unknown_entry")
def _(d: Document) -> None:
    d["acceleration"]["measured"] = True


@way("an entry not shown that nobody knows", "unknown_entry")
def _(d: Document) -> None:
    d["not_shown"].append({"what": "nothing else", "detail": "all is shown", "demand": None})


@way("a pair left out with a remark", "unknown_entry")
def _(d: Document) -> None:
    next(n for n in d["not_shown"] if n["what"] == "self_pair")["demand"] = "harmless"


@way("a pair left out twice", "malformed")
def _(d: Document) -> None:
    d["not_shown"].append(dict(next(n for n in d["not_shown"] if n["what"] == "self_pair")))


@way("a wrist moment claimed and not shown", "not_shown")
def _(d: Document) -> None:
    d["not_shown"].append({"what": "wrist_moment", "detail": "no rating is known"})


@way("a wrist demand of one's own", "not_shown")
def _(d: Document) -> None:
    d["not_shown"].append({"what": "wrist_moment", "detail": "no rating is known", "demand": [0.1, 0.1, 0.1]})


@way("a known repeatability not shown", "not_shown")
def _(d: Document) -> None:
    d["not_shown"].append({"what": "repeatability", "detail": "unknown"})


@way("an order that is no number", "malformed", of="handling")
def _(d: Document) -> None:
    d["order"] = [float(i) for i in d["order"]]


@way("an order of yes and no", "malformed", of="handling")
def _(d: Document) -> None:
    d["order"] = [bool(i) for i in d["order"]]


@way("a stop that is no whole number", "malformed", of="handling")
def _(d: Document) -> None:
    d["moves"][0]["stop"] = float(d["moves"][0]["stop"])
