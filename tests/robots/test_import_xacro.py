"""Xacro files: what they expand to, and that expressions stay harmless."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

import numpy as np
import pytest
from arm_kinematics import flange
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.errors import RobotError
from robotplus.robots.guards import parse_xml
from robotplus.robots.importing import import_robot
from robotplus.robots.importing.expressions import evaluate
from robotplus.robots.importing.xacro import Reader, expand

HEAD = '<robot xmlns:xacro="http://www.ros.org/wiki/xacro" name="r">'


def refuse(path: Path) -> Element:
    raise AssertionError(path)


NOTHING = Reader(lambda name, where: Path(name), refuse)


def expanded(body: str, **arguments: str) -> str:
    tree = parse_xml(f"{HEAD}{body}</robot>".encode(), "x.xacro")
    out = expand(tree, Path("/robots/x.xacro"), arguments, reader=NOTHING)
    return "".join(tostring(child, encoding="unicode") for child in out)


# Each expectation was compared with what the xacro tool (2.1.1) makes of the same file.
EXPANSIONS = [
    ('<xacro:property name="a" value="2"/><l v="${a * 3 + 1}"/>', '<l v="7" />'),
    ('<xacro:property name="a" value="2"/><l v="x${a}y$${a}"/>', '<l v="x2y${a}" />'),
    ('<l v="${radians(-170)}"/>', f'<l v="{math.radians(-170)!r}" />'),
    ('<l v="${pi/2} 0 ${-pi}"/>', f'<l v="{math.pi / 2!r} 0 {-math.pi!r}" />'),
    (
        '<xacro:property name="b" value="${a + 1}"/><xacro:property name="a" value="1"/><l v="${b}"/>',
        '<l v="2" />',
    ),
    ('<xacro:property name="d" value="${[1, 2.5]}"/><l v="${d[1]}"/>', '<l v="2.5" />'),
    (
        '<xacro:if value="${1 == 1 and not False}"><l/></xacro:if>'
        '<xacro:unless value="true"><m/></xacro:unless>',
        "<l />",
    ),
    ('<xacro:if value="0"><l/></xacro:if><xacro:if value="1"><m/></xacro:if>', "<m />"),
    ('<xacro:arg name="p" default="7"/><l v="$(arg p)"/>', '<l v="7" />'),
    (
        '<xacro:macro name="m" params="a b:=2 c:=\'x y\'"><l v="${a} ${b} ${c}"/></xacro:macro>'
        '<xacro:m a="1"/>',
        '<l v="1 2 x y" />',
    ),
    (
        '<xacro:property name="a" value="9"/>'
        '<xacro:macro name="m" params="a:=^ b:=^|3"><l v="${a}${b}"/></xacro:macro>'
        '<xacro:m/><xacro:m b="1"/>',
        '<l v="93" /><l v="91" />',
    ),
    (
        '<xacro:macro name="m" params="n *o **c"><k n="${n}"><xacro:insert_block name="o"/>'
        '<xacro:insert_block name="c"/></k></xacro:macro>'
        '<xacro:m n="1"><origin xyz="0"/><all><x/><y/></all></xacro:m>',
        '<k n="1"><origin xyz="0" /><x /><y /></k>',
    ),
    (
        '<xacro:macro name="in" params="p"><l n="${p}_l"/></xacro:macro>'
        '<xacro:macro name="out" params="p"><xacro:in p="${p}a"/><xacro:in p="${p}b"/></xacro:macro>'
        '<xacro:out p="x"/>',
        '<l n="xa_l" /><l n="xb_l" />',
    ),
    (
        '<xacro:macro name="count" params="n"><l n="${n}"/>'
        '<xacro:if value="${n > 1}"><xacro:count n="${n - 1}"/>'
        '</xacro:if></xacro:macro><xacro:count n="3"/>',
        '<l n="3" /><l n="2" /><l n="1" />',
    ),
    (
        '<xacro:property name="b"><x/><y/></xacro:property><l><xacro:insert_block name="b"/></l>',
        "<l><x /><y /></l>",
    ),
    ("<l v=\"${'a' if 2 > 1 else 'b'}\" w=\"${True}\"/>", '<l v="a" w="True" />'),
    ('<xacro:property name="n" value="r_"/><l>${n}text</l>', "<l>r_text</l>"),
]


@pytest.mark.parametrize(("body", "expected"), EXPANSIONS)
def test_expansion(body: str, expected: str) -> None:
    assert expanded(body) == expected


def test_arguments_override_defaults() -> None:
    assert expanded('<xacro:arg name="p" default="7"/><l v="$(arg p)"/>', p="8") == '<l v="8" />'


WRONG = [
    ('<l v="${a}"/>', "unknown name 'a'"),
    ('<xacro:property name="a" value="${a}"/><l v="${a}"/>', "unknown name 'a'"),
    (
        '<xacro:property name="a" value="${b}"/><xacro:property name="b" value="${a}"/><l v="${a}"/>',
        "unknown name",
    ),
    ("<xacro:m/>", "unknown macro"),
    ('<xacro:macro name="m" params="a"/><xacro:m/>', "needs the parameter a"),
    ('<xacro:macro name="m" params=""/><xacro:m b="1"/>', "no parameter b"),
    ('<xacro:macro name="m" params="*o"/><xacro:m/>', "needs the block o"),
    ('<xacro:macro name="m" params=""><xacro:m/></xacro:macro><xacro:m/>', "without end"),
    ('<xacro:insert_block name="x"/>', "unknown block"),
    ('<l v="$(arg p)"/>', "not given and has no default"),
    ('<l v="$(env HOME)"/>', "not read"),
    ('<l v="$(optenv HOME x)"/>', "not read"),
    ("<l v=\"${xacro.load_yaml('a.yaml')}\"/>", "not evaluated"),
    ('<xacro:if value="maybe"><l/></xacro:if>', "true, false or a number"),
    ('<xacro:element xacro:name="l"/>', "not read"),
    ('<xacro:property value="1"/>', "needs the attribute name"),
    ('<l v="${1/0}"/>', "cannot evaluate"),
]


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_wrong_files_are_refused_in_one_line(body: str, message: str) -> None:
    with pytest.raises(RobotError, match=message) as caught:
        expanded(body)
    assert "\n" not in str(caught.value)


def test_growth_without_end_is_stopped() -> None:
    doubling = "".join(
        f'<xacro:macro name="m{k}" params=""><xacro:m{k + 1}/><xacro:m{k + 1}/></xacro:macro>'
        for k in range(40)
    )
    with pytest.raises(RobotError, match="grows without end"):
        expanded(f'{doubling}<xacro:macro name="m40" params=""><l/></xacro:macro><xacro:m0/>')


HARMFUL = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "'a'.__class__",
    "(lambda: 1)()",
    "[x for x in (1, 2)]",
    "open('/etc/passwd')",
    "eval('1')",
    "f'{1}'",
    "9 ** 9 ** 9 ** 9",
    "'a' * 1000000000",
    "[0] * 1000000000",
    "'%1000000000d' % 1",
    "1 << 10 ** 9",
    "max(key=1)",
    "math.__loader__",
    "(" * 1500,
    "-" * 1900 + "1",
]


@pytest.mark.parametrize("expression", HARMFUL)
def test_harmful_expressions_are_refused(expression: str) -> None:
    with pytest.raises(RobotError):
        evaluate(expression, {}.__getitem__, "x.xacro")


@settings(max_examples=150, deadline=None)
@given(
    a=st.integers(-50, 50),
    b=st.floats(-50, 50).map(lambda v: round(v, 3)),
    form=st.sampled_from(
        [
            "a + b*2",
            "a - b",
            "-a*b",
            "a if a > b else b",
            "abs(a) + max(a, b)",
            "(a < b) == (b > a)",
            "a % 7 + 1",
            "sin(a) * cos(b)",
            "a // 3",
            "not a or b",
            "a and b",
            "a != b < 3",
        ]
    ),
)
def test_expressions_mean_what_python_means(a: int, b: float, form: str) -> None:
    names = {"a": a, "b": b}
    python = eval(form, {"sin": math.sin, "cos": math.cos, "abs": abs, "max": max}, names)
    assert evaluate(form, names.__getitem__, "x") == python


def test_includes_find_and_paths_stay_in_the_folder(tmp_path: Path) -> None:
    package = tmp_path / "my_arm"
    (package / "urdf").mkdir(parents=True)
    (package / "package.xml").write_text("<package><name>my_arm</name></package>")
    (package / "urdf" / "axis.xacro").write_text(
        f"""{HEAD}<xacro:macro name="axis" params="k *origin"><link name="l${{k}}"/>
        <joint name="j${{k}}" type="revolute"><parent link="l${{k - 1}}"/><child link="l${{k}}"/>
        <xacro:insert_block name="origin"/><axis xyz="0 0 1"/>
        <limit lower="${{radians(-90)}}" upper="${{radians(100)}}" velocity="1" effort="1"/>
        </joint></xacro:macro></robot>"""
    )
    top = """<xacro:include filename="{file}"/><link name="l0"/><xacro:property name="h" value="0.4"/>
    <xacro:axis k="1"><origin xyz="0 0 ${{h}}"/></xacro:axis>
    <xacro:axis k="2"><origin xyz="${{h / 2}} 0 0" rpy="${{pi / 2}} 0 0"/></xacro:axis>"""
    path = package / "urdf" / "arm.xacro"
    for file in ("$(find my_arm)/urdf/axis.xacro", "axis.xacro", "$(dirname)/axis.xacro"):
        path.write_text(HEAD + top.format(file=file) + "</robot>")
        robot = import_robot(path)
        assert robot.dof == 2
        assert robot.joints[1].lower == pytest.approx(-math.pi / 2)
        assert np.allclose(flange(robot, [math.pi / 2, 0.0])[:3, 3], [0.0, 0.2, 0.4])
    (tmp_path / "outside.xacro").write_text(f"{HEAD}</robot>")
    for file, message in (
        ("../../outside.xacro", "leaves"),
        ("arm.xacro", "without end"),
        ("$(find x)/a", "folder"),
    ):
        path.write_text(HEAD + top.format(file=file) + "</robot>")
        with pytest.raises(RobotError, match=message):
            import_robot(path)


def test_an_include_is_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    files = {
        "top.xacro": '<xacro:include filename="sub/a.xacro"/><xacro:include filename="b.xacro"/>',
        "sub/a.xacro": '<xacro:include filename="b.xacro"/><link name="a"/>',
        "sub/b.xacro": '<link name="inner"/>',
        "b.xacro": '<link name="outer"/>',
    }
    (tmp_path / "sub").mkdir()
    for name, body in files.items():
        (tmp_path / name).write_text(f"{HEAD}{body}</robot>")
    reader = Reader(lambda name, where: Path(name), lambda path: parse_xml(path.read_bytes(), path.name))
    top = tmp_path / "top.xacro"
    out = expand(reader.read(top), top, {}, reader=reader)
    assert [link.get("name") for link in out] == ["inner", "a", "outer"]


@pytest.mark.parametrize(
    "body",
    [
        '<xacro:property name="p0" value="aaaaaaaaaa"/>'
        + "".join(f'<xacro:property name="p{i + 1}" value="{10 * f"${{p{i}}}"}"/>' for i in range(9))
        + '<l v="${p9}"/>',
        '<xacro:property name="p0" value="${[1]}"/>'
        + "".join(f'<xacro:property name="p{i + 1}" value="${{[p{i}, p{i}]}}"/>' for i in range(40))
        + '<l v="${p40}"/>',
        '<xacro:property name="b0"><l/></xacro:property>'
        + "".join(
            f'<xacro:property name="b{i + 1}">{10 * f"""<xacro:insert_block name="b{i}"/>"""}</xacro:property>'
            for i in range(9)
        ),
    ],
    ids=["texts", "lists", "blocks"],
)
def test_properties_that_multiply(body: str) -> None:
    with pytest.raises(RobotError, match="grows without end"):
        expanded(body)
