"""Numbers and units in every dress are read for what they are worth: planted values, independent spelling."""

from __future__ import annotations

import math

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.reading import read

WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
UNITS = (
    ("kg", 1.0),
    ("公斤", 1.0),
    ("千克", 1.0),
    ("克", 0.001),
    ("吨", 1000.0),
    ("斤", 0.5),
    (" kgs", 1.0),
    (" t", 1000.0),
)
whole = st.integers(min_value=1, max_value=99_999)


def payload(text: str) -> tuple[str, float]:
    """Comparator and value [kg] of the only payload in a text."""
    found = [f for f in read(text).figures if f.field == "payload_kg"]
    assert len(found) == 1, (text, read(text).figures)
    assert isinstance(found[0].canon, (int, float))
    return found[0].op, float(found[0].canon)


@settings(max_examples=80, deadline=None)
@given(whole, st.sampled_from(UNITS), st.sampled_from(["", ",", "wide"]))
def test_digits_grouped_and_full_width(value: int, unit: tuple[str, float], dress: str) -> None:
    shown = f"{value:,}" if dress == "," else str(value)
    shown = shown.translate(WIDE) if dress == "wide" else shown
    op, read_value = payload(f"负载不小于{shown}{unit[0]}。")
    assert op == ">="
    assert math.isclose(read_value, value * unit[1])


@settings(max_examples=80, deadline=None)
@given(st.integers(min_value=1, max_value=9_999))
def test_chinese_numerals_spelled_by_another_program(value: int) -> None:
    op, read_value = payload(f"额定负载{cn2an.an2cn(value, 'low')}公斤")
    assert (op, read_value) == ("=", value)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(min_value=1, max_value=500),
    st.integers(min_value=501, max_value=900),
    st.sampled_from(["~", "～", "-", "–", "—", "至", "到", " to ", " - "]),
)
def test_ranges(low: int, high: int, sign: str) -> None:
    figure = next(f for f in read(f"额定负载{low}{sign}{high}kg").figures if f.field == "payload_kg")
    assert (figure.op, figure.value) == ("range", (low, high))


@pytest.mark.parametrize(
    ("text", "op", "strict"),
    [
        ("自重≤{}kg", "<=", False),
        ("自重<{}kg", "<=", True),
        ("自重不超过{}kg", "<=", False),
        ("自重不大于{}公斤", "<=", False),
        ("自重{}kg以内", "<=", False),
        ("自重{}kg以下", "<=", False),
        ("自重小于{}kg", "<=", True),
        ("自重最大{}kg", "<=", False),
        ("自重≥{}kg", ">=", False),
        ("自重不低于{}kg", ">=", False),
        ("自重{}kg以上", ">=", False),
        ("自重大于{}kg", ">=", True),
        ("自重{}kg", "=", False),
        ("own weight at most {} kg", "<=", False),
        ("own weight no more than {} kg", "<=", False),
        ("own weight must not be more than {} kg", "<=", False),
        ("own weight under {} kg", "<=", True),
        ("own weight {} kg or less", "<=", False),
        ("own weight: max. {} kg", "<=", False),
        ("own weight at least {} kg", ">=", False),
        ("own weight more than {} kg", ">=", True),
        ("own weight {} kg minimum", ">=", False),
    ],
)
def test_comparators(text: str, op: str, strict: bool) -> None:
    (figure,) = (f for f in read(text.format(35)).figures if f.field == "mass_kg")
    assert (figure.op, figure.value, bool(figure.flags.get("strict"))) == (op, 35, strict)


@pytest.mark.parametrize(
    ("text", "field", "value", "unit", "canon"),
    [
        ("节拍≤8S/模", "cycle_s", 8, "S/模", 8),
        ("节拍 JPH:35(有效)", "throughput_per_h", 35, "JPH", 35),
        ("节拍60JPH", "throughput_per_h", 60, "JPH", 60),
        ("work rate: 6 items/min", "throughput_per_h", 6, "items/min", 360),
        ("分拣线每小时3吨", "throughput_per_h", 3, "吨/每小时", 3000),
        ("每个要花64. 1 s/个", "cycle_s", 64.1, "s/个", 64.1),
        ("充满跑2个小时", "runtime_h", 2, "小时", 2),
        ("行走速度30米/分", "speed_mps", 30, "米/分", 0.5),
        ("移动速度 3.6 km/h", "speed_mps", 3.6, "km/h", 1),
        ("时速不超过18公里", "speed_mps", 18, "公里/时", 5),
        ("果园面积3亩", "area_m2", 3, "亩", 2000),
        ("场地2公顷", "area_m2", 2, "公顷", 20000),
        ("爬坡100%", "slope_deg", 100, "%", 45),
        ("预算一百二十万元", "budget_cny", 120, "万元", 1_200_000),
        ("预算¥250,000", "budget_cny", 250_000, "¥", 250_000),
        ("交货期合同签订后2个月", "delivery_days", 2, "个月", 60),
        ("accuracy of 1/16″", "accuracy_mm", 0.0625, "″", 1.5875),
        ("六轴机器人", "dof", 6, "轴", 6),
        ("two mobile robots", "quantity", 2, "robots", 2),
    ],
)
def test_shapes_of_takt_speed_area_and_money(
    text: str, field: str, value: float, unit: str, canon: float
) -> None:
    found = [f for f in read(text).figures if f.field == field]
    assert [(f.value, f.unit) for f in found] == [(value, unit)]
    assert isinstance(found[0].canon, (int, float))
    assert math.isclose(found[0].canon, canon, rel_tol=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "第五包详见第3章",
        "2026年11月24日14:30开标，电话010-88886666",
        "型号IRB6700-235，PLC-1200，5G网络，3D相机",
        "十几年经验，几十台设备，唯一一次",
        "统一部署，一般情况，一定要稳",
        "1) 负载\n2) 臂展\n3.2 节拍",
    ],
)
def test_what_is_no_figure(text: str) -> None:
    assert [f.quote for f in read(text).figures if f.field != "other"] == []


def test_tolerances_are_bounds_of_accuracy_and_ranges_of_supply() -> None:
    figures = {f.field: f for f in read("重复定位精度±0.05mm，电源380V±10%，室温20±2℃").figures}
    assert (figures["repeatability_mm"].op, figures["repeatability_mm"].value) == ("<=", 0.05)
    assert figures["repeatability_mm"].flags["pm"] is True
    assert (figures["voltage_v"].op, figures["voltage_v"].value) == ("range", (342, 418))
    assert (figures["voltage_v"].flags["nominal"], figures["voltage_v"].flags["tol_pct"]) == (380, 10)
    assert figures["temperature_c"].value == (18, 22)


def test_a_load_to_carry_is_a_floor_however_it_is_bounded() -> None:
    assert payload("抓取重量不大于25kg") == (">=", 25)
    assert payload("max. payload 25 kg") == ("=", 25)
