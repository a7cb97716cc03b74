"""The checking room: Certificate -> Verdict, on other foundations than the solver's. See docs/check.md."""

from robotplus.checking.check import RobotStore, check

__all__ = ["RobotStore", "check"]
