"""The labelled texts are read as well as the bars ask, and the measure itself can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks.labelled import LabelledText, labelled_texts
from benchmarks.reading import DATA, Tally, counted, measure, meets

from robotplus.reading import read

SETS = {path.stem: labelled_texts(path) for path in sorted(DATA.glob("texts_*.txt"))}
LABEL = {
    "field": "payload_kg",
    "op": ">=",
    "value": 5,
    "unit": "kg",
    "quote": "at least 5 kg",
    "role": "requirement",
}
LEAST_F1, LEAST_FIRST, LEAST_SECOND = 0.93, 0.9, 0.97


@pytest.mark.parametrize("name", sorted(SETS))
def test_figures_and_scenarios(name: str) -> None:
    rows, lines = measure(SETS[name], name)
    values = {row.name.split(": ")[1]: row.value for row in rows}
    assert float(values["F1"] or 0) >= LEAST_F1, "\n".join(lines)
    assert float(values["scenario first"] or 0) >= LEAST_FIRST
    assert float(values["scenario first or second"] or 0) >= LEAST_SECOND
    assert values["figures not in the text"] == 0


def test_the_texts_are_enough_and_of_every_sector() -> None:
    texts = [text for group in SETS.values() for text in group]
    assert len(texts) >= 60
    assert len({text.id for text in texts}) == len(texts)
    for sector in ("manufacturing", "agriculture", "construction", "public_service", "emergency"):
        assert {text.lang for text in texts if text.sector == sector} == {"zh", "en"}


def test_the_measure_counts_what_is_wrong_and_what_is_missed() -> None:
    text = LabelledText(
        "t",
        "en",
        "manufacturing",
        ("mfg_assembly",),
        "payload at least 5 kg",
        (
            {
                "field": "payload_kg",
                "op": ">=",
                "value": 5,
                "unit": "kg",
                "quote": "at least 5 kg",
                "role": "requirement",
            },
        ),
    )
    right = Tally()
    counted(text, read(text.text), right)
    assert (right.right, right.wrong, right.missed) == (1, 0, 0)
    other = Tally()
    counted(replace(text, labels=({**text.labels[0], "value": 6},)), read(text.text), other)
    assert (other.right, other.wrong, other.missed) == (0, 1, 1)


@pytest.mark.parametrize(
    "change", [{"op": "<="}, {"unit": "g"}, {"field": "mass_kg"}, {"quote": "at least 5"}]
)
def test_a_label_is_met_in_every_respect(change: dict[str, str]) -> None:
    figure = read("payload at least 5 kg").figures[0]
    assert meets(figure, LABEL)
    assert not meets(figure, LABEL | change)
