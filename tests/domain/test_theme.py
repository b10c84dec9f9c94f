"""How papers may look, and who may say so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import WRITER, a_policy, an_act

from flows.domain.acts import CHANGE_THEME, FOUND, REVOKE_OFFICER
from flows.domain.acts.policy import change_theme, check_amendment
from flows.domain.errors import MalformedError, NotEntitledError, PitError, RefusedError
from flows.domain.theme import HOUSE_STYLE, Crest, Theme, contrast_on_white, theme_faults

if TYPE_CHECKING:
    from flows.domain.policy import Policy

GREEN = Theme(accent="#004d40", size=14, published_marking="PUBLIC")
CREST = Crest(image=b"a picture", words="Crest of Sample Council")


def test_the_house_style_has_no_fault() -> None:
    assert [*theme_faults(HOUSE_STYLE)] == []
    assert [*theme_faults(replace(GREEN, crest=CREST))] == []


@pytest.mark.parametrize(
    ("colour", "ratio"),
    [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#595959", 7.0), ("#ff0000", 4.0)],
)
def test_contrast_is_that_of_the_guidelines(colour: str, ratio: float) -> None:
    assert contrast_on_white(colour) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"accent": "#767676"}, "accent"),
        ({"accent": "#5a5a5a"}, "accent"),
        ({"accent": "red"}, "accent"),
        ({"accent": "#1D3C63"}, "accent"),
        ({"size": 11}, "size"),
        ({"size": 19}, "size"),
        ({"draft_marking": ""}, "marking.drafts"),
        ({"draft_marking": "X" * 41}, "marking.drafts"),
        ({"published_marking": " PUBLIC"}, "marking.published"),
        ({"published_marking": "X" * 41}, "marking.published"),
        ({"published_marking": "PUBLIC\u200b"}, "marking.published"),
        ({"signatory": "X" * 81}, "signatory"),
        ({"signatory": "the Head\n"}, "signatory"),
        ({"crest": replace(CREST, words="")}, "crest.words"),
        ({"crest": replace(CREST, words="Crest\nof")}, "crest.words"),
        ({"crest": replace(CREST, height=7)}, "crest.height"),
        ({"crest": replace(CREST, height=41)}, "crest.height"),
    ],
)
def test_what_no_paper_may_look_like_is_named_with_its_place(changes: dict[str, Any], path: str) -> None:
    assert [fault.path for fault in theme_faults(replace(HOUSE_STYLE, **changes))] == [path]


def themed(theme: Theme, **changes: Any) -> Policy:
    return replace(a_policy(version=2, **changes), theme=theme)


def a_choice(**changes: Any) -> Any:
    return an_act(CHANGE_THEME, **changes)


def test_an_administrator_chooses_how_papers_look() -> None:
    after = change_theme(a_policy(), GREEN)

    assert (after.theme, after.version) == (GREEN, 2)
    check_amendment(a_policy(), a_choice(), after)


def test_the_same_look_is_not_chosen_again() -> None:
    with pytest.raises(RefusedError, match="look like this already"):
        change_theme(a_policy(), HOUSE_STYLE)


def test_every_fault_of_a_look_is_told() -> None:
    with pytest.raises(MalformedError) as raised:
        change_theme(a_policy(), Theme(accent="#eeeeee", size=9))

    assert [fault.path for fault in raised.value.faults] == ["accent", "size"]


_WRONG: dict[str, tuple[dict[str, Any], Policy, type[PitError]]] = {
    "by an officer": ({"actor": WRITER}, themed(GREEN), NotEntitledError),
    "of nothing": ({}, a_policy(version=2), RefusedError),
    "that nobody could read": ({}, themed(Theme(accent="#eeeeee")), MalformedError),
    "with a fact too many": ({"details": {"person": "a"}}, themed(GREEN), MalformedError),
    "beside other rules": ({}, themed(GREEN, gates="two-person"), MalformedError),
    "of another version": ({}, replace(themed(GREEN), version=3), MalformedError),
}


@pytest.mark.parametrize(("changes", "after", "refusal"), _WRONG.values(), ids=_WRONG.keys())
def test_a_choice_of_looks_does_not_hold(
    changes: dict[str, Any], after: Policy, refusal: type[PitError]
) -> None:
    with pytest.raises(refusal):
        check_amendment(a_policy(), a_choice(**changes), after)


def test_looks_do_not_change_by_another_act() -> None:
    before = themed(GREEN)
    act = an_act(REVOKE_OFFICER, policy=2, version=3, details={"person": WRITER})
    people = {id_: person for id_, person in before.people.items() if id_ != WRITER}
    after = replace(before, version=3, people=people)
    check_amendment(before, act, after)

    with pytest.raises(MalformedError):
        check_amendment(before, act, replace(after, theme=HOUSE_STYLE))


def test_no_register_is_founded_with_papers_that_nobody_could_read() -> None:
    founding = an_act(FOUND, policy=0, version=1)
    check_amendment(None, founding, a_policy())

    with pytest.raises(MalformedError):
        check_amendment(None, founding, replace(a_policy(), theme=Theme(size=6)))
