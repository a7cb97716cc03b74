"""The report: one file, whole, honest, and safe against what needs and robot files say."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import report_sample

from robotplus.certificates.certificate import Premise, Refusal
from robotplus.matching.answer import Answer
from robotplus.reporting import report
from robotplus.reporting.figures import premise_value
from robotplus.reporting.refusals import budget_said, grouped, reason
from robotplus.reporting.report import report_html, write_report
from robotplus.reporting.strings import STRINGS

VOID = {"meta", "input", "br", "img"}


class Page(HTMLParser):
    """Elements with their attributes, checked for balance, and the text outside scripts and styles."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.data = ""
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] not in ("script", "style"):
            self.text += data
        elif self._open and self._open[-1][1].get("id") == "data":
            self.data += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [
            a
            for t, a in self.elements
            if t == tag and all(a.get(k.rstrip("_")) == v for k, v in attributes.items())
        ]


@pytest.fixture(autouse=True)
def small_player(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundle itself is tried in the browser test; here a stand-in, so that no build is needed."""
    monkeypatch.setattr(report, "player_script", lambda: "/* </script><!-- */ var RobotplusPlayer;")


def test_every_solution_refusal_premise_and_digest_is_there(answer: Answer) -> None:
    page = Page(report_html(answer))
    assert len(page.all("article", class_="solution")) == 3
    assert len(page.all("tr", class_="opens")) == 3
    assert {a["data-constraint"] for a in page.all("details", class_="refusal")} == {
        r.constraint for r in answer.refusals
    }
    for refusal in answer.refusals:
        assert answer.name(refusal.robot_id)[1] in page.text
    for s in answer.solutions:
        assert s.certificate.to_document()["sha256"] in page.text and s.robot.model in page.text
    for expected in (
        *(
            "13.26 – 17.00 s",
            "12.4 mm",
            "link 2 / link 4",
            "连杆 2 / 连杆 4",
            "11.3 N·m",
            "data sheet, from memory",
        ),
        *(answer.need.sha256, answer.catalogue_sha256, answer.engine),
        *("Is the rated payload 12 kg?", "quiet_1 的各关节最大速度是多少？", "距工作台净距 12 mm"),
    ):
        assert expected in page.text


@pytest.mark.parametrize("key", ["not_risk", "what_proven_means"])
def test_the_notices_are_always_printed_in_every_language(answer: Answer, key: str) -> None:
    zh, en = STRINGS[key]
    empty = dataclasses.replace(answer, solutions=(), refusals=())
    for some in (answer, empty):
        assert Page(report_html(some)).text.count(en) == 2 == Page(report_html(some)).text.count(zh)
        assert zh in Page(report_html(some, language="zh")).text
        assert en in Page(report_html(some, language="en")).text


def test_one_language_holds_nothing_of_the_other(answer: Answer) -> None:
    sentences = [v for v in STRINGS.values() if "{" not in v[0] and len(v[0]) > 3 and len(v[1]) > 12]
    zh, en = Page(report_html(answer, language="zh")).text, Page(report_html(answer, language="en")).text
    assert not [e for z, e in sentences if e in zh and e not in z]
    assert not [z for z, e in sentences if z in en]


def hostile(answer: Answer) -> Answer:
    """The same answer with markup in every text that comes from outside."""
    bad = report_sample.HOSTILE
    robot = dataclasses.replace(report_sample.robot(), maker=bad, model=bad)
    task = report_sample.need(title_en=bad, title_zh=bad)
    program = dataclasses.replace(
        task.program,
        tool=dataclasses.replace(task.program.tool, name=bad),
        stops=tuple(dataclasses.replace(s, name=bad) for s in task.program.stops),
        obstacles=tuple(dataclasses.replace(o, name=bad) for o in task.program.obstacles),
    )
    task = dataclasses.replace(task, program=program, scenario=bad, id=bad)
    first = answer.solutions[0]
    certificate = dataclasses.replace(
        first.certificate,
        not_shown=({"what": bad, "detail": bad, "demand": bad},),
        premises=(Premise(bad, bad, bad, bad, True, bad, bad),),
    )
    solution = dataclasses.replace(first, robot=robot, certificate=certificate, tightest=(bad, bad))
    refusal = Refusal(bad, bad, bad, "unknown", bad, bad, bad, None, bad, bad, None, {bad: bad}, bad, bad)
    return dataclasses.replace(
        answer,
        need=task,
        solutions=(solution,),
        refusals=(refusal,),
        engine=bad,
        order=(bad,),
        counts={bad: 1},
    )


def test_hostile_texts_stay_texts(answer: Answer) -> None:
    markup = report_html(hostile(answer))
    page = Page(markup)
    kinds = {t for t, _ in page.elements}
    assert "img" not in kinds
    assert len(page.all("script")) == 3 and len(page.all("style")) == 1 and len(page.all("title")) >= 1
    assert not [a for _, attributes in page.elements for a in attributes if a.startswith("on")]
    assert page.text.count(report_sample.HOSTILE) > 20


def test_nothing_is_fetched(answer: Answer) -> None:
    page = Page(report_html(answer))
    for _, attributes in page.elements:
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    policies = [a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1 and "default-src 'none'" in str(policies[0])
    style = (report.VIEWER / "style.css").read_text()
    assert "url(" not in style and "@import" not in style


def payload(markup: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Page(markup).data)
    return loaded


def test_the_animations_inside_are_glb_files(answer: Answer) -> None:
    rows = payload(report_html(answer))["solutions"]
    assert len(rows) == 3
    for row, solution in zip(rows, answer.solutions, strict=True):
        glb = gzip.decompress(base64.b64decode(row["glb"]))
        assert glb[:4] == b"glTF"
        assert abs(row["t"][-1] - solution.certificate.claims["cycle_time_s"]["high"]) < 0.05
    assert rows[0]["clearance_mm"] is not None and rows[2]["clearance_mm"] is None


def test_the_same_answer_gives_the_same_bytes(answer: Answer) -> None:
    assert report_html(answer) == report_html(answer)


def test_a_full_file_leaves_playbacks_out_and_says_so(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "TOLERANCES", (0.001, 0.01))
    monkeypatch.setattr(report, "ANIMATION_BYTES", 50_000)  # a coarse one takes about 21 kB
    markup = report_html(answer)
    rows = payload(markup)["solutions"]
    assert rows[0]["glb"] and rows[2]["glb"] is None
    assert STRINGS["not_embedded"][1] in Page(markup).text
    assert STRINGS["drawn_within"][1].format(mm=10) in Page(markup).text


def test_ten_playbacks_stay_near_four_megabytes(answer: Answer) -> None:
    many = dataclasses.replace(answer, solutions=answer.solutions[:1] * 40)
    markup = report_html(many)
    page = Page(markup)
    assert len(page.all("article", class_="solution")) == 10 and len(page.all("td", class_="rank")) == 40
    assert len(markup) < 3_400_000  # the player adds 0.7 MB


def test_without_the_player_the_report_is_whole_and_says_why(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "player_script", lambda: None)
    page = Page(report_html(answer))
    assert STRINGS["no_player"][0] in page.text and STRINGS["no_player"][1] in page.text
    assert len(page.all("article", class_="solution")) == 3 and not page.all("div", class_="canvas")


def test_unchecked_solutions_say_so_instead_of_showing_a_clearance(answer: Answer) -> None:
    page = Page(report_html(dataclasses.replace(answer, solutions=answer.solutions[2:])))
    assert STRINGS["chart_missing"][1] in page.text and STRINGS["check_missing"][1] in page.text
    assert STRINGS["strip_clearance"][1] not in page.text


def test_writing_leaves_nothing_half_written(
    answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    assert write_report(answer, target) == target
    before = target.read_text()
    assert before.startswith("<!doctype html>")

    def full(self: Path, *_: object, **__: object) -> None:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        write_report(answer, target)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert target.read_text() == before


def test_refusals_are_grouped_with_the_nearest_miss_first(answer: Answer) -> None:
    text = Page(report_html(answer, language="en")).text
    positions = [text.index(f"Refused Works Model SHORT_{i}") for i in (4, 3, 2, 1, 0)]
    assert positions == sorted(positions)
    assert re.search(r"SHORT_4\s*9 kg7 kg2 kg", text) and "short_4" not in text


def test_one_bar_holds_one_verdict_and_says_what_it_rests_on(answer: Answer) -> None:
    weak = dataclasses.replace(answer.refusals[0], verdict="unknown", question_en="?", question_zh="?")
    mixed = dataclasses.replace(answer, refusals=(*answer.refusals, weak))
    assert [(c, v, len(r)) for c, v, r in grouped(mixed.refusals) if c == "payload"] == [
        ("payload", "impossible", 5),
        ("payload", "unknown", 1),
    ]
    text = Page(report_html(mixed, language="en")).text
    assert "rated payload (by a figure still to be confirmed)" in text
    assert reason("data_payload", "unknown")[1].endswith("is unknown")


def test_joint_figures_of_premises_are_in_degrees(answer: Answer) -> None:
    arm = answer.solutions[0].robot
    half = math.pi / 2
    speeds = Premise("velocity", [half, 2 * math.pi], "", "low", True)
    assert premise_value(speeds, arm) == "90, 360 °/s"
    assert premise_value(Premise("acceleration", [200.0, None], "", "low", True), arm) == "11459.2, — °/s²"
    assert premise_value(Premise("limits", [[-half, math.pi]], "", "low", True), arm) == "-90 … 180 °"
    sliding = dataclasses.replace(arm, joints=(dataclasses.replace(arm.joints[0], kind="prismatic"),))
    assert premise_value(speeds, sliding) == premise_value(speeds, None) == "1.571, 6.283"
    assert premise_value(Premise("payload_kg", 12.5, "", "low", True), arm) == "12.5 kg"


def test_budgets_are_told_in_words(answer: Answer) -> None:
    en = "512 base places looked at, 60 motions tried; the best place reaches 62 % of the key waypoints"
    assert en in Page(report_html(answer, language="en")).text
    zh = Page(report_html(answer, language="zh")).text
    assert "查看 512 个底座位置，试算 60 次运动；最好的位置可完成 62 % 的关键路径点" in zh
    assert budget_said({"attempts": 2}) == ("尝试 2 次", "tried 2 times") and budget_said(None) == ("—", "—")


def test_ten_rows_stand_open_and_what_follows_is_called_by_its_name(answer: Answer) -> None:
    checked, unchecked = answer.solutions[0], answer.solutions[2]
    many = dataclasses.replace(answer, solutions=(checked,) * 10 + (unchecked,) * 5)
    markup = report_html(many, language="zh")
    assert markup[: markup.index("其余 5 个候选（未核验）")].count('class="rank"') >= 10
    assert "只核验最好的十个；另 5 个候选可用 --all 核验。" in markup and "可行机器人" not in markup
    everything = report_html(dataclasses.replace(answer, solutions=(checked,) * 12), language="en")
    assert "2 further robots found able" in everything and "--all" not in everything


def test_questions_say_what_their_answers_change(answer: Answer) -> None:
    text = Page(report_html(answer, language="en")).text
    for key in ("if_premise", "if_data"):
        assert STRINGS[key][1] in text
    assert "Refused Works: 1 questions" in text and STRINGS["if_rating"][1] not in text
    short = dataclasses.replace(answer.refusals[0], verdict="unknown", question_en="Is it 3 kg?")
    weak = Page(report_html(dataclasses.replace(answer, refusals=(short,)), language="en")).text
    assert STRINGS["if_rating"][1] in weak and "Is it 3 kg?" in weak
