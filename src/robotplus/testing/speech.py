"""Text and speech recognised: character and word error rates.

An error rate is the least number of insertions, deletions and substitutions that turn what was recognised into the
truth, over the truth's length, summed over all texts; it may pass 1. Before counting, compatibility forms are folded
(NFKC), letters made small, punctuation dropped except before a digit. Words stand between spaces; a Han character is a
word of its own, as is usual for mixed Chinese and English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from robotplus.errors import InputError
from robotplus.testing.measurement import Metric, pooled, share
from robotplus.testing.records import MAX_TEXT, Source, known, read_table
from robotplus.testing.resampling import pooled_ratio

MAX_CHARACTERS = 5_000_000

_PUNCTUATION = re.compile(r"[.,:/-](?!\d)|[^\w\s.,:/-]|_")
_HAN = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff])")


def text(truth: Source, records: Source) -> tuple[list[Metric], int]:
    """CER, WER, and the share of texts without any error.

    Args:
        truth: columns id, text.
        records: the same columns: what was recognised; a text without a record counts as recognised empty.
    """
    true, told = _texts(truth), _texts(records)
    known(told, true, records.name)
    counts = []
    for key, reference in true.items():
        if not reference:
            raise InputError("nothing is left of the text after folding", f"{truth.name}: {key}")
        heard = told.get(key, "")
        letters, words = reference.replace(" ", ""), split(reference)
        counts.append(
            (
                distance(letters, heard.replace(" ", "")),
                len(letters),
                distance(words, split(heard)),
                len(words),
            )
        )
    errors, length, word_errors, word_count = np.array(counts, dtype=float).T
    faultless = int((word_errors == 0.0).sum())
    return [
        pooled(
            "cer", ("character error rate", "字错误率 CER"), pooled_ratio(errors, length), counted="texts"
        ),
        pooled(
            "wer", ("word error rate", "词错误率 WER"), pooled_ratio(word_errors, word_count), counted="texts"
        ),
        share("exact", ("texts without error", "全对文本比例"), faultless, len(true), counted="texts"),
    ], len(true) - len(told)


def folded(words: str) -> str:
    """The text as it is compared: small letters and digits, single spaces, signs only where they belong to a number."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    return " ".join(_PUNCTUATION.sub(_kept, plain).split())


def _kept(found: re.Match[str]) -> str:
    """3.5 is not 35, and -5 is not 5; an apostrophe joins, all else parts words."""
    sign = found[0]
    if sign == "_" or unicodedata.category(sign)[0] in "PC":
        return "" if sign in "'’" else " "
    return sign


def split(text: str) -> list[str]:
    """Words of a folded text: between spaces, and every Han character alone."""
    return _HAN.sub(r" \1 ", text).split()


def distance(first: Sequence[str], second: Sequence[str]) -> int:
    """Levenshtein distance, one column of differences as the bits of one integer.

    Source: Myers, J. ACM 46 (1999) 395, in the form of Hyyrö, Nordic J. Comput. 10 (2003) 29.
    """
    if not first:
        return len(second)
    places: dict[str, int] = {}
    for i, sign in enumerate(first):
        places[sign] = places.get(sign, 0) | 1 << i
    full, last = (1 << len(first)) - 1, 1 << (len(first) - 1)
    up, down, found = full, 0, len(first)  # where a column grows by one, where it falls; its last entry
    for sign in second:
        same = places.get(sign, 0)
        diagonal = (((same & up) + up) ^ up) | same | down
        grows, falls = down | ~(diagonal | up) & full, up & diagonal
        found += bool(grows & last) - bool(falls & last)
        grows, falls = grows << 1 | 1, falls << 1
        up, down = (falls | ~(diagonal | grows)) & full, grows & diagonal & full
    return found


def _texts(source: Source) -> dict[str, str]:
    rows = read_table(source, ("text",))
    for key, row in rows.items():
        if len(row["text"]) > MAX_TEXT:
            raise InputError(f"a text of more than {MAX_TEXT} characters", f"{source.name}: {key}")
    if sum(len(row["text"]) for row in rows.values()) > MAX_CHARACTERS:
        raise InputError(f"more than {MAX_CHARACTERS} characters in all", source.name)
    return {key: folded(row["text"]) for key, row in rows.items()}
