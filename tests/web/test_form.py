"""An assessment as a form, and what was filled in as an assessment again."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from pydantic import BaseModel

from flows.casework.starting import start
from flows.desk.web.fields import PARTS, Many, Under
from flows.desk.web.form import (
    Group,
    filled,
    form_of,
    ids_of,
    nearest,
    place_in_words,
    with_one_more,
    without,
)
from flows.domain.provisions import provisions
from flows.domain.starting import exemptions_named
from flows.files import folder
from flows.sources import schema
from flows.sources.strict_yaml import scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.desk.web.fields import Spec
    from flows.desk.web.form import Control

LAW: Final = provisions("foia")
TEXT: Final = """\
reference: 1/26
parts:
  - information: the plan
    duty: disclose
    exemptions:
      - provision: "31(1)"
        limbs: ["31(1)(a)"]
        applies: |
          A paragraph that goes
          over two lines.
        favouring:
          - One.
          - text: |
              Two.
            weight: limited
        oddity: kept
      - provision: "40(2)"
        condition: first
        opinion: not keys
    balance:
      mode: cumulative
      text: |
        It falls.
    outcome: withhold
"""


def _content(text: str = TEXT) -> Any:
    return scan(text.encode(), "").content


def _controls(group: Group) -> Iterator[Control]:
    for item in (*group.items, *group.folded):
        if isinstance(item, Group):
            yield from _controls(item)
        else:
            yield item


def _sent(content: Any) -> dict[str, list[str]]:
    """Return what a browser sends of a form that nobody touched."""
    sent: dict[str, list[str]] = {}
    for each in _controls(form_of(content, "foia").parts):
        if each.widget == "ticks":
            sent[each.name] = ["", *each.chosen]
        elif each.widget != "choice":
            sent[each.name] = [each.value.replace("\n", "\n")]
        elif each.value in {value for value, _, _ in each.choices}:
            sent[each.name] = [each.value]
    return sent


def _texts() -> list[str]:
    starts = ["21(1)", "22(1)", "31(1)(a)", "31(3) by virtue of 31(1)(a)", "40(2)", "36(2)", "41(1)", "34(1)"]
    begun = start("1/26", exemptions_named(starts, LAW, on=date(2026, 1, 1), body=None), LAW, body=None)
    return [
        TEXT,
        begun,
        *(path.read_text("utf-8") for path in sorted(folder("cases").glob("*/assessment.yaml"))),
    ]


def test_a_form_that_nobody_touched_changes_nothing() -> None:
    for text in _texts():
        assert filled(_content(text), _sent(_content(text))) == _content(text)


def test_every_field_of_an_assessment_is_in_the_form() -> None:
    assert {*_keys(PARTS)} == {*_fields(schema.AssessmentFile)} - {"reference"}


def _keys(spec: Spec, path: str = "") -> Iterator[str]:
    here = f"{path}.{spec.key}".removeprefix(".")
    yield here
    if isinstance(spec, Under | Many):
        for each in spec.rows:
            yield from _keys(each, here)


def _fields(model: type[BaseModel], path: str = "") -> Iterator[str]:
    for field in model.model_fields.values():
        here = f"{path}.{field.alias}".removeprefix(".")
        yield here
        for inner in _models(field.annotation):
            yield from _fields(inner, here)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


FILLED: Final[dict[str, tuple[dict[str, list[str]], dict[str, Any]]]] = {
    "a line": ({"parts[0].information": ["  the  other\nplan "]}, {"information": "the other plan"}),
    "a text": ({"parts[0].answer": ["One.\n\nTwo."]}, {"answer": "One.\n\nTwo.\n"}),
    "a choice": ({"parts[0].outcome": ["disclose"]}, {"outcome": "disclose"}),
    "a list": ({"parts[0].questions": ["1, 3;4"]}, {"questions": ["1", "3", "4"]}),
    "a field emptied that may be": ({"parts[0].balance.mode": [""]}, {"balance": {"text": "It falls.\n"}}),
    "a field emptied that must not": ({"parts[0].information": [""]}, {"information": ""}),
    "all of what stands under a key emptied": (
        {"parts[0].balance.mode": [""], "parts[0].balance.text": [""]},
        {"balance": None},
    ),
}


@pytest.mark.parametrize("what", FILLED)
def test_what_is_filled_in_is_what_it_says(what: str) -> None:
    changed, expected = FILLED[what]
    part = {**_content()["parts"][0], **expected}
    made = filled(_content(), {**_sent(_content()), **changed})
    assert made["parts"] == [{key: value for key, value in part.items() if value is not None}]


def test_limbs_are_ticked_and_a_weight_makes_keys_of_a_factor() -> None:
    limbs = "parts[0].exemptions[0].limbs"
    sent = {**_sent(_content()), limbs: ["", "31(1)(a)", "31(1)(b)"]}
    sent["parts[0].exemptions[0].favouring[0].weight"] = ["significant"]
    sent["parts[0].exemptions[0].favouring[1].weight"] = [""]
    made = filled(_content(), sent)["parts"][0]["exemptions"][0]
    assert made["limbs"] == ["31(1)(a)", "31(1)(b)"]
    assert made["favouring"] == [{"text": "One.", "weight": "significant"}, {"text": "Two.\n"}]


def test_what_the_form_does_not_show_is_named_and_kept() -> None:
    form = form_of(_content(), "foia")
    assert form.left == ("parts[0].exemptions[0].oddity", "parts[0].exemptions[1].opinion")
    made = filled(_content(), {**_sent(_content()), "parts[0].exemptions[1].opinion.by": ["x"]})
    assert made == _content()


def test_a_text_is_shown_with_each_paragraph_on_a_line() -> None:
    (shown,) = (
        each.value
        for each in _controls(form_of(_content(), "foia").parts)
        if each.name == "parts[0].exemptions[0].applies"
    )
    assert shown == "A paragraph that goes over two lines."


def test_an_exemption_asks_for_what_the_act_asks_of_it() -> None:
    content = _content()
    content["parts"][0]["exemptions"] = [{"provision": each} for each in ("21(1)", "36(2)", "44(1)", "99(9)")]
    (part,) = form_of(content, "foia").parts.items
    assert isinstance(part, Group)
    (exemptions,) = (item for item in part.items if isinstance(item, Group) and item.adds == "exemption")
    asked = [
        {item.id.rpartition("-")[2] for item in each.items}
        for each in exemptions.items
        if isinstance(each, Group)
    ]
    assert ["where" in asked[0], "opinion" in asked[1], "enactment" in asked[2]] == [True] * 3
    assert {"where", "opinion", "enactment"}.isdisjoint(asked[3])


def test_ids_are_each_its_own_and_a_fault_leads_to_the_field_around_it() -> None:
    for text in _texts():
        ids = ids_of(form_of(_content(text), "foia").parts)
        assert len({*ids.values()}) == len(ids)
    ids = ids_of(form_of(_content(), "foia").parts)
    assert nearest("parts[0].exemptions[0].limbs[0]", ids) == "parts-0-exemptions-0-limbs"
    assert nearest("parts[0].exemptions[0].oddity", ids) == "parts-0-exemptions-0"
    assert nearest("parts[7]", ids) == "parts"
    assert nearest("document", ids) == ""


def test_parts_exemptions_and_factors_are_added_and_taken_out() -> None:
    content = _content()
    factors = "parts[0].exemptions[0].favouring"
    more = with_one_more(with_one_more(content, "parts", None), factors, None)
    assert len(more["parts"]) == 2
    assert more["parts"][0]["exemptions"][0]["favouring"][2:] == [""]
    against = with_one_more(content, "parts[0].exemptions[1].against", None)
    assert against["parts"][0]["exemptions"][1]["against"] == [""]
    assert without(against, "parts[0].exemptions[1].against[0]") == content
    begun = with_one_more(content, "parts[0].exemptions", {"provision": "43(2)"})
    assert begun["parts"][0]["exemptions"][2] == {"provision": "43(2)"}
    assert without(begun, "parts[0].exemptions[2]") == content
    assert without(content, "parts[0]")["parts"] == []
    assert content == _content()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "parts[0].information",
        "reference",
        "parts[9].exemptions",
        "parts[0].exemptions[9].against",
        "parts[-1]",
    ],
)
def test_nothing_is_added_where_there_is_no_such_place(path: str) -> None:
    with pytest.raises(LookupError):
        with_one_more(deepcopy(_content()), path, None)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("parts[0].exemptions[1].against[2].text", "part 1, exemption 2, factor against 3"),
        ("parts[0].exemptions[1].against[2]", "part 1, exemption 2, factor against 3"),
        ("parts[1].outcome", "part 2: Outcome"),
        ("parts[0].balance", "part 1, The balance"),
        ("parts[0].balance.mode", "part 1, The balance: How the exemptions are weighed"),
        ("parts[0].exemptions[0].favouring", "part 1, exemption 1, Factors in favour"),
        ("summary", "summary"),
        ("parts[0].unknown", "parts[0].unknown"),
        ("", ""),
    ],
)
def test_a_place_is_said_as_the_form_calls_it(path: str, words: str) -> None:
    assert place_in_words(path) == words
