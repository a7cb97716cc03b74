"""Chinese is complete: every message of every app is translated, and shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation
from scripts import messages


@pytest.mark.parametrize("app", messages.apps())
def test_every_message_has_its_chinese(app: str) -> None:
    assert messages.faults(app) == []


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portal of two apps that share one message."""
    for app in ("web", "trade"):
        (tmp_path / app / "templates").mkdir(parents=True)
        (tmp_path / app / "apps.py").write_text("")
    (tmp_path / "web" / "views.py").write_text(
        "a = _('ask')\nb = ngettext('%(n)s offer', '%(n)s offers', n)\nc = f(_('nested'), 1)\n"
    )
    (tmp_path / "trade" / "templates" / "a.html").write_text(
        "{% load i18n %}{% translate 'ask' %}{% blocktranslate %}by {{ who }}{% endblocktranslate %}"
        "{% translate 'of' context 'part' %}"
    )
    monkeypatch.setattr(messages, "PORTAL", tmp_path)
    return tmp_path


def test_messages_of_code_and_templates_are_collected_once(house: Path) -> None:
    assert messages.main([]) == 1
    found = {
        app: {m.id if isinstance(m.id, str) else m.id[0] for m in messages.read(app) if m.id}
        for app in ("web", "trade")
    }
    assert found == {"web": {"ask", "%(n)s offer", "nested"}, "trade": {"by %(who)s", "of"}}


def test_translations_stay_and_wrong_ones_are_named(house: Path) -> None:
    messages.main([])
    catalog = messages.read("trade")
    for message in catalog:
        message.string = {"by %(who)s": "由 %(whom)s", "of": "共"}.get(str(message.id), "")
    messages.write("trade", catalog)
    assert messages.main(["--check"]) == 1
    assert messages.faults("trade") == [
        "no translation: 'ask'",
        "other placeholders: 'by %(who)s'",
    ]
    (house / "web" / "views.py").write_text("")
    messages.main([])
    after = messages.read("trade")
    assert after.get("of", context="part").string == "共" and after.get("ask") is not None
    assert messages.compile_stale() == 0 and (house / "trade" / messages.PLACE).with_suffix(".mo").is_file()


def test_the_compiled_words_reach_the_pages() -> None:
    with translation.override("zh-hans"):
        assert translation.pgettext("navigation", "Offers") == "供给"
        assert translation.gettext("the unit here is %(unit)s") % {"unit": "kg"} == "此处单位为 kg"
    with translation.override("en"):
        assert translation.pgettext("navigation", "Offers") == "Offers"
