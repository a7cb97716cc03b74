"""Why a certificate is refused: one code a rule. docs/check.md holds the rules; a test keeps the two
together."""

from __future__ import annotations

from dataclasses import dataclass, field

REASONS: dict[str, str] = {
    "need_hash": "the need in the certificate does not have the digest it states",
    "need_unreadable": "the need in the certificate cannot be read",
    "need_different": "the certificate is about another need than the one asked about",
    "robot_unknown": "no robot model with this id and digest is known here",
    "robot_data": "the robot model lacks data that every proof needs",
    "malformed": "a field of the certificate is missing or has no sense",
    "base_region": "the base stands outside the allowed region or height",
    "base_yaw": "the base has a yaw that is not allowed",
    "base_mounting": "the base is mounted in another way than the need asks",
    "base_collision": "the base link or the pedestal overlaps an obstacle",
    "order": "the order of the stops is not allowed",
    "structure": "a move the task asks for is missing, or there is one too many",
    "join": "the motion jumps between two moves",
    "rest": "a move does not begin and end at rest",
    "dwell": "a dwell is shorter than asked or not still",
    "joint_limits": "a joint leaves its range",
    "coupling": "coupled joints leave their common range",
    "velocity": "a joint moves faster than its limit",
    "acceleration": "a joint accelerates harder than the certificate's own limit",
    "acceleration_estimate": "the certificate supposes higher accelerations than the estimate allows",
    "path_position": "the tool point leaves its path or does not cover it",
    "path_direction": "the tool direction leaves its tolerance",
    "path_spin": "the spin about the tool axis is not an allowed one",
    "tool_speed": "the tool is slower or faster than the process allows",
    "clearance": "links, tool or part come closer to an obstacle than allowed",
    "self_collision": "the robot, its tool or the part collide with the robot",
    "self_pair": "a self-collision pair is left out that may not be",
    "payload": "tool and part are heavier than the payload",
    "repeatability": "the repeatability is worse than needed, or not known",
    "ip": "the ingress protection is lower than needed, or not known",
    "explosion_zone": "the explosion protection does not cover the zone, or is not known",
    "temperature": "the temperature range does not cover the need's, or is not known",
    "mounting": "the robot may not be mounted this way, or it is not known",
    "wrist_moment": "the load moment about a wrist axis exceeds the rating",
    "wrist_inertia": "the load inertia about a wrist axis exceeds the rating",
    "premise": "a premise that the proof rests on is not stated",
    "premise_value": "a premise says other than the model or the estimate it speaks of",
    "verdict": "the verdict claims more than the premises allow",
    "question": "a question is not one to the maker about the model",
    "unknown_entry": "something is stated that no rule speaks of",
    "not_shown": "what is listed as not shown is not what is left open",
    "takt": "the cycle takes longer than the takt",
    "claim_cycle_time": "the claimed cycle time is not that of the motion",
    "claim_clearance": "the claimed clearance is higher than the true one",
    "claim_self_clearance": "the claimed self-clearance is higher than the true one",
    "claim_joint_range": "the joints use more of their range than claimed",
    "claim_velocity": "the joints use more of their speed than claimed",
    "claim_acceleration": "the joints use more of their acceleration than claimed",
    "claim_path_deviation": "the tool point deviates more than claimed",
    "claim_direction_deviation": "the tool direction deviates more than claimed",
    "claim_tool_speed": "the tool speed spans more than claimed",
    "claim_payload": "more of the payload is used than claimed",
    "claim_wrist": "more of a wrist rating is used than claimed",
    "base_tolerance": "the claimed base tolerance cannot be shown",
    "unresolved": "the motion is too close to a bound to be decided within the work allowed",
    "witness": "the witness of impossibility does not hold",
    "witness_unknown": "there is no witness, or one of an unknown kind",
}


@dataclass
class Findings:
    """Collects what is wrong and what was measured."""

    reasons: list[tuple[str, str]] = field(default_factory=list)
    measured: dict[str, object] = field(default_factory=dict)

    def refuse(self, code: str, detail: str) -> None:
        """Note that the rule behind ``code`` is broken; ``detail`` says where and by how much."""
        self.reasons.append((code, f"{REASONS[code]}: {detail}"))

    def __bool__(self) -> bool:
        return bool(self.reasons)
