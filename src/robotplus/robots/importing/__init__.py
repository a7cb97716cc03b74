"""Robot descriptions of other formats (URDF, xacro, MJCF) turned into robot files."""

from robotplus.robots.importing.robot import import_robot

__all__ = ["import_robot"]
