"""Whatever value in a certificate is changed, `check` answers with a verdict or the reader with an error."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from building import seam_builder
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.certificates.certificate import Verdict, read_certificate
from robotplus.checking import check
from robotplus.errors import CertificateError
from robotplus.hashing import digest
from robotplus.robots.catalogue import load_catalogue

CATALOGUE = load_catalogue()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where the values of a document stand, the tables and lists themselves among them."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, inner in items for p in places(inner, (*path, key)))]


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


DOCUMENT = seam_builder().certificate([0.0]).to_document()
PLACES = [p for p in places(DOCUMENT) if p and p != ("sha256",)]


def group(path: tuple[Any, ...]) -> str:
    """Knots are many and alike: they count as one group."""
    return "/".join(str(key) for key in path[:4] if path[0] != "moves" or not isinstance(key, int))


GROUPS = sorted({group(p) for p in PLACES})


@given(
    st.sampled_from(GROUPS).flatmap(lambda g: st.sampled_from([p for p in PLACES if group(p) == g])),
    st.one_of(
        st.floats(allow_nan=False, allow_infinity=False),
        st.floats(-10, 10),
        st.sampled_from(
            [
                0,
                0.0,
                -1,
                1e-300,
                1e300,
                10**400,
                True,
                None,
                "x",
                "link_0/link_2",
                [],
                ["x"],
                [[1.0]],
                {},
                {"what": []},
            ]
        ),
    ),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_no_value_makes_check_crash(path: tuple[Any, ...], value: Any, relative: bool) -> None:
    document = copy.deepcopy(DOCUMENT)
    *parents, last = path
    table = at(document, tuple(parents))
    if relative and isinstance(value, float) and isinstance(table[last], float):
        value = table[last] * (1 + 1e-3 * max(-1e3, min(1e3, value)))
    table[last] = value
    if path[0] == "need":
        document["need_sha256"] = digest(document["need"])
    document.pop("sha256")
    document["sha256"] = digest(document)
    try:
        certificate = read_certificate(json.dumps(document))
    except CertificateError:
        return
    assert isinstance(check(certificate, CATALOGUE), Verdict)


def test_the_groups_cover_the_document() -> None:
    assert {g.split("/")[0] for g in GROUPS} >= {"acceleration", "base", "claims", "moves", "need", "order"}


@pytest.mark.parametrize("claims", [None, [], "x", {}, {"cycle_time_s": 3}])
def test_claims_without_form_are_refused(claims: Any) -> None:
    document = copy.deepcopy(DOCUMENT) | {"claims": claims}
    document.pop("sha256")
    document["sha256"] = digest(document)
    verdict = check(read_certificate(json.dumps(document)), CATALOGUE)
    assert "malformed" in [code for code, _ in verdict.reasons]
