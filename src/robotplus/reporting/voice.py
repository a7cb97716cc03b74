"""Speaks a page in Chinese, in English, or in both with a switch."""

from __future__ import annotations

from dataclasses import dataclass

from robotplus.reporting.markup import Html, join, tag
from robotplus.reporting.phrases import said
from robotplus.reporting.strings import ICONS, Language, both, known


@dataclass(frozen=True, slots=True)
class Voice:
    """Turns table keys and word pairs into markup. With "both", the style sheet hides one language."""

    language: Language

    def say(self, key: str, **values: object) -> Html:
        """The sentence of ``key``; ``values`` are escaped."""
        return self.pair(*both(key, **values))

    def word(self, key: str) -> Html:
        """A word that may not be in the table."""
        return self.pair(*known(key))

    def phrase(self, text: str) -> Html:
        """A phrase that came along in English."""
        return self.pair(*said(text))

    def pair(self, zh: str, en: str) -> Html:
        """Something said in both languages; what is missing in one is taken from the other."""
        zh, en = zh or en, en or zh
        if self.language == "zh" or zh == en:
            return tag("span", zh, lang="zh-CN" if zh != en else None)
        if self.language == "en":
            return tag("span", en, lang="en")
        return join(tag("span", zh, lang="zh-CN"), tag("span", en, lang="en"))

    def label(self, key: str, **values: object) -> dict[str, str]:
        """Attributes for an accessible name, which the switch keeps in step."""
        zh, en = both(key, **values)
        return {"aria_label": en if self.language == "en" else zh, "data_zh": zh, "data_en": en}

    def plain(self, key: str, **values: object) -> str:
        """One plain line for places that hold no markup, such as a title."""
        zh, en = both(key, **values)
        return {"zh": zh, "en": en, "both": f"{zh} · {en}"}[self.language]

    def badge(self, verdict: str) -> Html:
        """The verdict as colour, icon and word together."""
        icon = tag("span", ICONS.get(verdict, "·"), aria_hidden="true")
        return tag("span", icon, " ", self.word(verdict), class_=f"badge {verdict}")
