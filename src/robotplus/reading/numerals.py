"""Numbers as people write them, in digits, in Chinese and in English words, and what each is worth.

Digits may be grouped (``1,200``, ``1 200``), broken by a copying error (``64. 1``), begin with
the point (``.05``) or be a fraction of an inch.
"""

from __future__ import annotations

import re

ARABIC = (
    r"\d{1,2}/\d{1,2}(?=[ ]?(?:″|\"|inch|in\b))|"
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)"
    r"|\d{1,3}(?: \d{3})+(?![\d.])"
    r"|\d+\.[ ]\d+(?=[ ]?[a-z%米厘毫吨秒度元万])"
    r"|\d+[ ]?\.\d+|\d+|(?<![a-z\d])\.\d+"
)
_DIGITS = {
    sign: value
    for value, signs in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍"))
    for sign in signs
}
_DIGITS |= {sign: value for value, signs in enumerate(("六陆", "七柒", "八捌", "九玖"), 6) for sign in signs}
_ALONE = {"半": 0.5, "双": 2.0, "单": 1.0}
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
CHINESE = (
    r"[零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟]+(?:点[零一二三四五六七八九]+)?|半|[双单](?=班)"
)
WORDS = {
    "a dozen": 12.0,
    "half an": 0.5,
    "half a": 0.5,
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "seven": 7.0,
    "eight": 8.0,
    "nine": 9.0,
    "ten": 10.0,
    "eleven": 11.0,
    "twelve": 12.0,
    "fifteen": 15.0,
    "twenty": 20.0,
    "thirty": 30.0,
    "forty": 40.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "hundred": 100.0,
}
ENGLISH = "|".join(rf"\b{word}\b" for word in WORDS)
NUMBER = re.compile(rf"(?P<arabic>{ARABIC})|(?P<chinese>{CHINESE})|(?P<english>{ENGLISH})")


def value_of(number: re.Match[str]) -> float | None:
    """What a match of NUMBER is worth; None when the signs make no number (``十百``)."""
    if number["arabic"]:
        whole, _, part = re.sub(r"[ ,]", "", number["arabic"]).partition("/")
        return float(whole) / float(part) if part and float(part) else float(whole)
    if number["english"]:
        return WORDS[number["english"]]
    return _chinese(number["chinese"])


def _chinese(text: str) -> float | None:
    if text in _ALONE:
        return _ALONE[text]
    whole, _, fraction = text.partition("点")
    if len(whole) > 1 and not any(sign in _TENS for sign in whole):
        value = float("".join(str(_DIGITS[sign]) for sign in whole))  # read digit by digit, as in 二〇
    else:
        counted = _by_tens(whole)
        if counted is None:
            return None
        value = counted
    if fraction:
        value += float("0." + "".join(str(_DIGITS[sign]) for sign in fraction))
    return value


def _by_tens(text: str) -> float | None:
    """``三百二十`` is 320; a leading ten or thousand counts once."""
    total, digit, last = 0.0, None, 10_000
    for sign in text:
        if sign in _TENS:
            tens = _TENS[sign]
            if tens >= last:
                return None
            total += (1 if digit is None else digit) * tens
            digit, last = None, tens
        else:
            digit = _DIGITS[sign]
    return total + (digit or 0)
