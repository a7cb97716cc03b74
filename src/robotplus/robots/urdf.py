"""A robot model written as URDF, for tools that read nothing else and for checks against their readers."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from robotplus.robots.model import Joint, Link, Robot, Vec3

TIP = "flange"


def to_urdf(robot: Robot) -> str:
    """The model as a URDF document; the link ``flange`` ends the chain.

    Unknown limits, velocities and efforts are written as 0, as URDF knows no "unknown"; links of unknown mass
    get no inertial element. Couplings and ratings have no place in URDF.
    """
    root = Element("robot", name=robot.id)
    for link in robot.links:
        _link(root, link)
    SubElement(root, "link", name=TIP)
    for k, joint in enumerate(robot.joints):
        _joint(root, joint, robot.links[k].name, robot.links[k + 1].name)
    end = SubElement(root, "joint", name=f"{TIP}_fixed", type="fixed")
    _ends(end, robot.links[-1].name, TIP, robot.flange_xyz, robot.flange_rpy)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _link(root: Element, link: Link) -> None:
    out = SubElement(root, "link", name=link.name)
    if link.mass_kg is not None and link.com is not None:
        inertial = SubElement(out, "inertial")
        SubElement(inertial, "origin", xyz=_words(*link.com), rpy="0 0 0")
        SubElement(inertial, "mass", value=_words(link.mass_kg))
        tensor = link.inertia or (0.0,) * 6
        keys = ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
        SubElement(inertial, "inertia", {key: _words(value) for key, value in zip(keys, tensor, strict=True)})
    for box in link.boxes or ():
        for kind in ("visual", "collision"):
            shape = SubElement(out, kind)
            SubElement(shape, "origin", xyz=_words(*box.xyz), rpy=_words(*box.rpy))
            SubElement(SubElement(shape, "geometry"), "box", size=_words(*box.size))


def _joint(root: Element, joint: Joint, parent: str, child: str) -> None:
    out = SubElement(root, "joint", name=joint.name, type=joint.kind)
    _ends(out, parent, child, joint.origin_xyz, joint.origin_rpy)
    SubElement(out, "axis", xyz=_words(*joint.axis))
    figures = {"lower": joint.lower, "upper": joint.upper, "velocity": joint.velocity, "effort": joint.effort}
    SubElement(out, "limit", {key: _words(value or 0.0) for key, value in figures.items()})


def _ends(joint: Element, parent: str, child: str, xyz: Vec3, rpy: Vec3) -> None:
    SubElement(joint, "parent", link=parent)
    SubElement(joint, "child", link=child)
    SubElement(joint, "origin", xyz=_words(*xyz), rpy=_words(*rpy))


def _words(*values: float) -> str:
    return " ".join(repr(float(value)) for value in values)
