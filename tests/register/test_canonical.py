"""The one form of JSON."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.register import canonical

letters = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: unicodedata.is_normalized("NFC", json.dumps(text, ensure_ascii=False))
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | letters,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(letters, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(letters, values, max_size=5))
def test_what_is_dumped_is_loaded_again(value: dict[str, Any]) -> None:
    data = canonical.dump(value)

    if unicodedata.is_normalized("NFC", data.decode()):
        assert canonical.load(data) == value


@given(values)
def test_it_is_what_the_standard_library_writes(value: object) -> None:
    written = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)

    assert canonical.dump(value) == f"{written}\n".encode()


def test_it_is_sorted_indented_and_ends_in_one_newline() -> None:
    assert (
        canonical.dump({"b": [1, "é"], "a": None})
        == '{\n  "a": null,\n  "b": [\n    1,\n    "é"\n  ]\n}\n'.encode()
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b" " * ((4 << 20) + 1), "larger than anything"),
        (b'{\n  "a": 1.5\n}\n', "1.5 is not an integer"),
        (b'{\n  "a": NaN\n}\n', "NaN is not an integer"),
        (b'{"a":' * 9_000, "nested too deep"),
    ],
    ids=["too large", "a fraction", "not a number", "too deep"],
)
def test_why_something_is_refused_is_said(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        canonical.read(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{\n  "a": 1,\n  "a": 1\n}\n', id="a repeated key"),
        pytest.param(b'{\n  "b": 1,\n  "a": 1\n}\n', id="keys out of order"),
        pytest.param(b'{\n  "a": 1\n}', id="no final newline"),
        pytest.param(b'{\n  "a": 1\n}\n\n', id="two final newlines"),
        pytest.param(b'{"a": 1}\n', id="one line"),
        pytest.param(b'{\n  "a": 1.0\n}\n', id="a fraction"),
        pytest.param(b'{\n  "a": NaN\n}\n', id="not a number"),
        pytest.param(b'{\n  "a": Infinity\n}\n', id="infinity"),
        pytest.param(b'{\n  "a": -0\n}\n', id="minus nought"),
        pytest.param(b'{\n  "a": "\\u00e9"\n}\n', id="an escape that needs none"),
        pytest.param('{\n  "a": "e\u0301"\n}\n'.encode(), id="a letter in two pieces"),
        pytest.param(b'{\n  "a": "\\ud800"\n}\n', id="half a character"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(b"\xef\xbb\xbf{}\n", id="a byte order mark"),
        pytest.param(b"[]\n", id="a list"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b'{"a":' * 900 + b"1" + b"}" * 900, id="nested as deep as can be read"),
    ],
)
def test_any_other_form_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical.load(data)
