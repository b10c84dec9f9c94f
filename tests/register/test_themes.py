"""How papers look, as the register keeps it, and against whoever forges it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from attacker import Attacker
from register_builders import Office, audited, codes

from flows.domain.acts import CHANGE_THEME
from flows.domain.acts.policy import change_theme
from flows.domain.policy import SERVICE, Policy
from flows.domain.procedure import Role
from flows.domain.theme import HOUSE_STYLE, Crest, Theme
from flows.register import canonical
from flows.register.roster import THEME, write_policy
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.register.line import Recorded

FILE = f"{POLICY}/{THEME}"
GREEN = Theme(accent="#004d40", crest=Crest(image=bytes(range(256)), words="Crest of Sample Council"))


def choose(office: Office, theme: Theme) -> Recorded:
    after = change_theme(office.register.policy(), theme)
    act = office.act(CHANGE_THEME, POLICY, "administrator", Role.ADMINISTRATOR, version=after.version)
    return office.register.record(act, write_policy(after), office.signers["administrator"])


def test_a_theme_is_recorded_and_every_earlier_one_stays(office: Office) -> None:
    assert choose(office, GREEN).entry.subject == "policy: change how papers look"
    chosen = office.register.policy().version
    choose(office, replace(GREEN, crest=None))

    with Office(office.folder) as again:
        assert again.register.policy().theme == replace(GREEN, crest=None)
        assert again.register.policy(chosen).theme == GREEN
        assert again.register.policy(chosen - 1).theme == HOUSE_STYLE
    assert audited(office.path).passes


def a_forgery(office: Office, after: Policy, edit: Callable[[Any], Any] | None = None) -> None:
    """Put one more change of the policy at the end of the line, whatever the rules say."""
    attacker = Attacker(office.path, {name: office.signers[name] for name in (SERVICE, "administrator")})
    version = office.register.policy().version
    step = attacker.another(
        attacker.of(POLICY)[-1],
        kind=CHANGE_THEME,
        policy=version,
        version=version + 1,
        time=office.time(),
        details={},
    )
    files = write_policy(after)
    if edit:
        value = json.loads(files[THEME])
        edit(value)
        files[THEME] = canonical.dump(value)
    step.changes = {f"{POLICY}/{name}": content for name, content in files.items()}
    step.committed = int(office.time().timestamp())
    attacker.steps.append(step)
    attacker.together()


def next_policy(office: Office, theme: Theme) -> Policy:
    before = office.register.policy()
    return replace(before, version=before.version + 1, theme=theme)


def test_a_theme_names_who_issues_papers_only_where_the_authority_chose_somebody(office: Office) -> None:
    assert b"signatory" not in write_policy(change_theme(office.register.policy(), GREEN))[THEME]
    choose(office, replace(GREEN, signatory="the Head of Governance"))

    assert office.register.policy().theme.signatory == "the Head of Governance"


def test_a_forged_theme_of_an_honest_form_would_hold(office: Office) -> None:
    a_forgery(office, next_policy(office, GREEN))

    assert audited(office.path).passes


@pytest.mark.parametrize("theme", [Theme(accent="#eeeeee"), Theme(size=4), HOUSE_STYLE])
def test_a_theme_that_no_rule_allows_is_found(theme: Theme, office: Office) -> None:
    a_forgery(office, next_policy(office, theme))

    assert codes(office.path) == ["E_POLICY"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda t: t.update(size="12"),
        lambda t: t.update(accent=5),
        lambda t: t.update({"published-marking": ["x"]}),
        lambda t: t["crest"].update(words=7),
        lambda t: t["crest"].update(height=True),
        lambda t: t.update(crest={"height": 18, "image": "AA", "words": "Crest"}),
        lambda t: t.update(script="alert"),
        lambda t: t.pop("accent"),
    ],
    ids=[
        "a size in words",
        "a number of a colour",
        "two markings",
        "a number in words",
        "a height that is true",
        "no base64",
        "more than a theme",
        "less than one",
    ],
)
def test_a_theme_file_out_of_form_is_found(edit: Callable[[Any], Any], office: Office) -> None:
    a_forgery(office, next_policy(office, GREEN), edit)

    assert codes(office.path) == ["E_POLICY"]


def test_a_theme_that_is_taken_away_is_found(office: Office) -> None:
    choose(office, GREEN)
    attacker = Attacker(office.path, {name: office.signers[name] for name in (SERVICE, "administrator")})
    step = attacker.of(POLICY)[-1]
    step.removed, _ = {FILE}, step.changes.pop(FILE)

    attacker.together()

    assert codes(office.path) == ["E_TREE"]
