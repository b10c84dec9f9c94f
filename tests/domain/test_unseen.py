"""Characters that nobody sees: refused in every text of every act, and shown as what they are not."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from domain_builders import MANY_HATS, OWNER, a_case, a_policy, an_act_by, some_rules, the_case_for

from flows.domain.acts import ACTS, RETURN, On
from flows.domain.acts.kind import Reason
from flows.domain.characters import INSTEAD, UNSEEN, in_json, is_line, unseen, unseen_fault, visible
from flows.domain.decide import decide
from flows.domain.errors import MalformedError, PitError
from flows.domain.procedure import Stage

if TYPE_CHECKING:
    from flows.domain.act import Act
    from flows.domain.acts import Kind
    from flows.domain.case import Case

SAMPLES: Final = {
    "escape": "\x1b",
    "an old control": "\x9b",
    "nothing": "\0",
    "delete": "\x7f",
    "a carriage return": "\r",
    "a tab": "\t",
    "an override of the direction": "\u202e",
    "an isolate": "\u2066",
    "a mark of the direction": "\u200f",
    "an Arabic mark": "\u061c",
    "no width": "\u200b",
    "a joiner": "\u200d",
    "a joiner of words": "\u2060",
    "a mark of the order of bytes": "\ufeff",
    "a soft hyphen": "\u00ad",
    "a line of another kind": "\u2028",
    "a paragraph of another kind": "\u2029",
    "a tag": "\U000e0041",
    "a selector among the tags": "\U000e0101",
    "no character, in Arabic": "\ufdd0",
    "no character, at the end of a plane": "\U0001ffff",
    "no character, at the end of the last": "\U0010fffe",
    "half a pair": "\ud800",
    "a private one": "\ue000",
    "a private one far out": "\U000f0000",
    "a filler": "\u3164",
    "a filler of half width": "\uffa0",
    "an annotation": "\ufff9",
    "a mark of shorthand": "\U0001bca0",
    "a mark of music": "\U0001d173",
}
SEEN: Final = (
    "a",
    "\u00e9",
    "\u0175",
    "\u2014",
    "\u201c",
    "\u00a3",
    "\u00a0",
    "\u202f",
    "\u4e00",
    "\U0001f600",
    "\ufe0f",
)


def texts_of(kind: Kind) -> list[str]:
    """Return the names of the texts that an act of the kind states."""
    return [*(fact.name for fact in kind.facts), *(["reason"] if kind.reason is not Reason.NONE else [])]


EVERY: Final = [(kind, name) for kind in ACTS.values() if kind.on is not On.POLICY for name in texts_of(kind)]


def with_text(kind: Kind, name: str, character: str) -> tuple[Case | None, Act]:
    case = the_case_for(kind)
    policy = a_policy(rules=some_rules(edition=2))
    act = an_act_by(OWNER, kind, case or a_case(), policy, kind.document or "test")
    if name == "reason":
        return case, replace(act, reason=f"We{character}igh the delay too.")
    details = {**act.details, name: f"{act.details.get(name, 'x')}{character}"}
    return case, replace(act, details=details)


@pytest.mark.parametrize(("kind", "name"), EVERY, ids=str)
def test_no_text_of_an_act_has_a_character_that_nobody_sees(kind: Kind, name: str) -> None:
    policy = a_policy(rules=some_rules(edition=2))
    for character in SAMPLES.values():
        case, act = with_text(kind, name, character)
        with pytest.raises(PitError) as refused:
            decide(case, act, policy)
        faults = refused.value.faults if isinstance(refused.value, MalformedError) else ()
        assert any(f"U+{ord(character):04X}" in fault.problem for fault in faults), str(refused.value)


def test_what_the_first_edition_let_pass_stays_lawful() -> None:
    case, act = with_text(RETURN, "reason", "\u200b")

    after = decide(case, replace(act, actor=MANY_HATS), a_policy(rules=some_rules(edition=1)))

    assert after.stage() is Stage.DRAFTING


@pytest.mark.parametrize("what", SAMPLES)
def test_each_is_on_the_list_and_is_shown(what: str) -> None:
    character = SAMPLES[what]
    assert unseen(f"a{character}b") == unseen(f"a{character}b", lines=True) == character
    assert visible(f"a{character}b") == f"a{INSTEAD}b"
    assert not is_line(f"a{character}b")


def test_what_people_write_is_not_on_the_list() -> None:
    text = "".join(SEEN)
    assert unseen(text) is None
    assert visible(text) == text


@pytest.mark.parametrize("character", ["\u00a0", "\u0378", "e\u0301", "\n", "\u3164"])
def test_what_is_no_line_is_seen_otherwise_than_it_is_written(character: str) -> None:
    assert is_line("a \u00e9 line")
    assert not is_line(f"a{character}b")


def test_what_this_program_does_not_know_is_shown_as_what_it_is_not() -> None:
    assert visible("a\u0378\u00a0b") == f"a{INSTEAD}\u00a0b"


@pytest.mark.parametrize("blank", ["\u2800", "\U0001d159"])
def test_a_sign_that_is_drawn_as_nothing_is_shown_though_no_act_was_ever_refused_for_it(blank: str) -> None:
    assert visible(f"a{blank}b") == f"a{INSTEAD}b"
    assert unseen(blank) is None


@pytest.mark.parametrize("mark", ["\u0301", "\u0336", "\u20e0", "\u0489"])
def test_no_pile_of_marks_is_drawn_over_what_stands_around(mark: str) -> None:
    assert visible(f"a{mark * 4}b{mark}") == f"a{mark * 4}b{mark}"
    assert visible(f"a{mark * 6}b{mark * 5}") == f"a{mark * 4}{INSTEAD * 2}b{mark * 4}{INSTEAD}"
    assert visible(f"{mark}a\n{mark}b") == f"{INSTEAD}a\n{INSTEAD}b"


@pytest.mark.parametrize(
    "text",
    [
        "\u03b5\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac",
        "\u65e5\u672c\u8a9e\u306e\u6587\u66f8",
        "\u0939\u093f\u0928\u094d\u0926\u0940",
    ],
)
def test_no_letter_of_another_script_is_taken_for_a_mark(text: str) -> None:
    assert visible(text) == text


def test_a_text_is_told_its_first_fault() -> None:
    assert unseen_fault(["a\nb", "c"]) is None
    told = unseen_fault(["a", "b\u200b", "c\u202e"])
    assert told == "it has U+200B (ZERO WIDTH SPACE), which nobody would see; remove it"


def test_a_line_feed_ends_a_line_where_there_may_be_several() -> None:
    assert unseen("a\nb") == "\n"
    assert unseen("a\nb", lines=True) is None
    assert (visible("a\nb"), visible("a\nb", lines=False)) == ("a\nb", f"a{INSTEAD}b")


def test_the_list_has_every_control_mark_half_and_private_character_there_is() -> None:
    listed = {c for first, last in UNSEEN for c in range(first, last + 1)}
    # Some marks of format are drawn: signs before Arabic and Kaithi numbers, and around hieroglyphs.
    drawn = {
        *range(0x600, 0x606),
        0x6DD,
        0x70F,
        0x890,
        0x891,
        0x8E2,
        0x110BD,
        0x110CD,
        *range(0x13430, 0x13440),
    }
    due = {c for c in range(0x110000) if unicodedata.category(chr(c)) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}
    never = {c for c in range(0x110000) if c & 0xFFFE == 0xFFFE} | {*range(0xFDD0, 0xFDF0)}
    assert due - drawn <= listed
    assert never <= listed
    assert not {c for c in listed if unicodedata.category(chr(c))[0] in "PNZ"} - {0x2028, 0x2029}
    assert re.fullmatch("[ -~]+", "".join(map(chr, range(32, 127))))


def test_json_says_the_same_without_such_a_character() -> None:
    each = {
        "\u202e": [chr(c) for first, last in UNSEEN for c in (first, last)],
        "seen": "na\u00efve \U0001f600",
    }

    written = in_json(json.dumps(each, ensure_ascii=False, indent=2))

    assert json.loads(written) == each
    assert unseen(written, lines=True) is None
    assert "na\u00efve \U0001f600" in written
