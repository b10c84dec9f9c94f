"""The JSON Schemas say what the parser does."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from sample_files import ASSESSMENT, REQUEST
from sampling import sampled

from flows.domain.errors import MalformedError
from flows.sources.parse import TextRules, parse_assessment, parse_request
from flows.sources.schema import File, json_schema

SAMPLES: dict[File, dict[str, Any]] = {
    "request": yaml.load(REQUEST, Loader=yaml.BaseLoader),  # noqa: S506
    "assessment": yaml.load(ASSESSMENT, Loader=yaml.BaseLoader),  # noqa: S506
}
SAMPLES["assessment"]["parts"][0]["questions"] = [1, 2]
SAMPLES["request"]["regime"] = "foia"
READERS = {"request": parse_request, "assessment": parse_assessment}
VALUES = st.sampled_from(
    [
        "", " ", "text", "2022-11-07", "2022-02-30", "7 November", "31(1)", "31(1)(a)", "40(5B)(a)",
        "s31", "31 (1)", "4593_14", "-x", "a..b", "a//b", "a/", "x" * 41, "would", "maintain",
        "withhold", "disclose", "confirm-or-deny", "cumulative", "first", [], {}, ["a"], ["31(1)"],
        {"text": "a"}, {"text": "a", "weight": "b"}, {"mode": "cumulative"},
        {"mode": "independent", "text": "a", "of": ["24(2)"]}, {"name": "a"},
        {"signed-by": "a", "date": "2022-11-07"}, [{"text": "a"}, "b"],
    ]
)  # fmt: skip


NUMBERS = st.sampled_from([[], [1], [1, 1], [0], [999], [1000]])
"""In YAML a number is text wherever text is wanted, so these are for the questions alone."""


def places(content: Any) -> list[tuple[Any, Any]]:
    """Return each container with each of its keys or positions."""
    steps = content if isinstance(content, dict) else range(len(content))
    here = [(content, step) for step in steps]
    inner = [content[step] for step in steps if isinstance(content[step], dict | list)]
    return here + [place for each in inner for place in places(each)]


@cache
def validator(file: File) -> Draft202012Validator:
    return Draft202012Validator(json_schema(file), format_checker=FormatChecker())


def accepted(file: File, content: Any, rules: TextRules) -> bool:
    try:
        READERS[file](yaml.dump(content, Dumper=yaml.CSafeDumper).encode(), rules=rules)
    except MalformedError:
        return False
    return True


@pytest.mark.parametrize("file", SAMPLES)
def test_a_schema_is_of_the_draft_it_names(file: File) -> None:
    schema = json_schema(file)

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == f"{file}.yaml"
    assert "$id" not in schema


@pytest.mark.parametrize("file", SAMPLES)
def test_every_key_is_described(file: File) -> None:
    schema = json_schema(file)

    for keys in [schema, *schema["$defs"].values()]:
        for said in keys.get("properties", {}).values():
            assert said["description"].endswith(".")


@pytest.mark.parametrize("file", sampled(reversed(SAMPLES)))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_schema_accepts_what_the_parser_accepts(
    file: File, rules: TextRules, data: st.DataObject
) -> None:
    content = copy.deepcopy(SAMPLES[file])
    for _ in range(data.draw(st.integers(0, 2))):
        container, step = data.draw(st.sampled_from(places(content)))
        if data.draw(st.booleans()):
            container[step] = copy.deepcopy(data.draw(NUMBERS if step == "questions" else VALUES))
        else:
            del container[step]

    assert validator(file).is_valid(content) == accepted(file, content, rules)
