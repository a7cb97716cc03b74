"""The checking room: Certificate -> Verdict, on other foundations than the solver's. See docs/check.md."""

from robotplus.checking.check import RobotStore, check
from robotplus.checking.largest import largest_base_tolerance
from robotplus.checking.refusal import check_refusal

__all__ = ["RobotStore", "check", "check_refusal", "largest_base_tolerance"]
