"""A need with any value replaced by anything is read or refused in one line; nothing else ever happens."""

import copy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robotplus.errors import NeedError
from robotplus.scenarios.files import need_from_document, read_need

EXAMPLES = Path(__file__).parents[2] / "examples" / "needs"
DOCUMENTS = [
    read_need(EXAMPLES / f"{name}.toml").document
    for name in ("bench_seam", "spray_painting", "machine_tending", "spot_welding", "assembly", "gluing_csv")
]

numbers = st.one_of(
    st.sampled_from([0, -1, 1e-9, 1e300, float("nan"), float("inf"), 2**70, 90, 0.5]),
    st.floats(-1e5, 1e5, allow_nan=False),
)
values = st.one_of(
    numbers,
    st.none(),
    st.booleans(),
    st.sampled_from(["", "free", "fixed", "zone 1", "../x", "\0", "x" * 5000]),
    st.lists(numbers, max_size=4),
    st.just({}),
    st.just([[]]),
)


def leaves(table, path=()):
    """Every place in a document, tables included; long lists at their ends only."""
    items = list(table.items()) if isinstance(table, dict) else list(enumerate(table))
    for key, value in items[:6] + items[-2:] if len(items) > 20 else items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))


@pytest.mark.parametrize("document", DOCUMENTS, ids=[d["id"] for d in DOCUMENTS])
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_value_anywhere(document, data):
    document = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(list(leaves(document))))
        table = document
        for key in way:
            table = table[key]
        if data.draw(st.booleans()):
            table[last] = data.draw(values)
        elif isinstance(table, dict):
            table[str(last) + "x"] = table.pop(last)
        else:
            table.pop(last)
        if not document:
            return
    try:
        need = need_from_document(document)
    except NeedError as e:
        assert "\n" not in str(e) and len(str(e)) < 700
    else:
        assert need_from_document(need.document).sha256 == need.sha256
