"""Every route of the desk, and who may take it: what is not in this table is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.desk.web.navigation import EVERYBODY, READERS
from flows.desk.web.pages import (
    acting,
    beginning,
    case,
    changing,
    commenting,
    deciding,
    drafting,
    enrolling,
    entering,
    finding,
    inbox,
    joining,
    mailing,
    me,
    papers,
    people,
    policy,
    register,
    retention,
    signing,
    static,
    waiting,
    watching,
)
from flows.domain.acts import APPROVE, READ_REQUEST
from flows.domain.procedure import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.desk.web.visit import Answer, Visit

_ADMINISTRATOR: Final = frozenset({Role.ADMINISTRATOR})
_AUDITORS: Final = frozenset({Role.AUDITOR})
_WRITERS: Final = frozenset({Role.FOI_OFFICER})
_LONG: Final = 4 << 20
"""Bytes of a text of 1 MiB, as a form writes it."""
_FEW: Final = 20
"""Times a minute for what somebody could try in order to guess, or to wear the machine out."""


def _nobody(_: Visit) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route.

    Attributes:
        open_to: Roles one of which is needed; None where nobody need have signed in.
        rate: How often a person, or an address, may take it within a minute; 0 for no limit.
        awaits: Tells whether it waits for whoever asks, who began it: then nobody else uses up its rate.
        most: Bytes of what is sent.
        has_json: Whether the page is to be had as JSON too.
        machine: Whether a program asks, which brings a password: no cookie counts, and it sends no form.
        records: Whether it records an act.
    """

    method: str
    path: str
    handle: Callable[[Visit], Answer]
    open_to: frozenset[Role] | None
    rate: int = 0
    awaits: Callable[[Visit], bool] = _nobody
    most: int = 1 << 20
    has_json: bool = False
    machine: bool = False
    records: bool = False


def _reads(
    path: str, handle: Callable[[Visit], Answer], open_to: frozenset[Role], *, has_json: bool = True
) -> Route:
    return Route(method="GET", path=path, handle=handle, open_to=open_to, has_json=has_json)


def _does(
    path: str,
    handle: Callable[[Visit], Answer],
    open_to: frozenset[Role] | None,
    *,
    rate: int = 0,
    most: int = 1 << 20,
) -> Route:
    return Route(method="POST", path=path, handle=handle, open_to=open_to, rate=rate, most=most)


ROUTES: Final = (
    # For everybody
    Route(method="GET", path="/health", handle=static.health, open_to=None),
    Route(method="GET", path="/health/state", handle=watching.state, open_to=None, rate=60, machine=True),
    Route(method="GET", path="/metrics", handle=watching.metrics, open_to=None, rate=60, machine=True),
    Route(method="GET", path="/static/{name}", handle=static.file, open_to=None),
    Route(method="GET", path="/sign-in", handle=entering.ask, open_to=None, rate=60),
    _does("/sign-in", entering.enter, None, rate=_FEW),
    Route(method="GET", path="/sign-in/on", handle=entering.sign_on, open_to=None, rate=_FEW),
    Route(
        method="GET",
        path="/sign-in/on/back",
        handle=entering.back,
        open_to=None,
        rate=_FEW,
        awaits=entering.is_awaited,
    ),
    _does("/sign-in/sample", entering.enter_sample, None, rate=_FEW),
    _does("/language", static.language, None, rate=_FEW),
    _does("/sign-out", entering.leave, EVERYBODY),
    # Taking up an invitation: the secret in the address is what opens these
    Route(method="GET", path="/invitation/{token}", handle=enrolling.greet, open_to=None, rate=_FEW),
    _does("/invitation/{token}", enrolling.begin, None, rate=_FEW),
    Route(method="GET", path="/enrolment/{token}", handle=enrolling.ask, open_to=None, rate=60),
    _does("/enrolment/{token}/key", enrolling.make, None, rate=_FEW),
    _does("/enrolment/{token}/prove", enrolling.prove, None, rate=_FEW),
    _does("/enrolment/{token}/drop", enrolling.drop, None, rate=_FEW),
    _does("/enrolment/{token}/hand-in", enrolling.hand_in, None, rate=_FEW),
    # People
    _reads("/people", people.show, EVERYBODY),
    _does("/people", people.invite, _ADMINISTRATOR, rate=60),
    _reads("/people/{person}", people.one, EVERYBODY),
    _does("/people/{person}", people.change, _ADMINISTRATOR, rate=60),
    _does("/people/{person}/revoke", people.revoke, _ADMINISTRATOR, rate=60),
    _does("/people/{person}/suspect", people.suspect, _ADMINISTRATOR, rate=60),
    _does("/people/{person}/withdraw", people.withdraw, _ADMINISTRATOR, rate=60),
    _reads("/policy", policy.show, EVERYBODY),
    _reads("/retention", retention.show, EVERYBODY),
    _reads("/policy/waiting/{name}", policy.show_proposed, EVERYBODY),
    _does("/policy/waiting/{name}", policy.answer, _ADMINISTRATOR, rate=60),
    _does("/policy/{matter}", policy.change, _ADMINISTRATOR, rate=60, most=4 << 20),
    # One's own
    _reads("/me", me.show, EVERYBODY),
    _does("/me/keys", me.make_key, EVERYBODY, rate=_FEW),
    _does("/me/sessions", me.end_all, EVERYBODY, rate=_FEW),
    Route(method="GET", path="/accessibility", handle=me.accessibility, open_to=None),
    # What waits, and a case
    _reads("/", waiting.show, EVERYBODY),
    _reads("/cases", finding.show, READERS),
    _reads("/cases.csv", finding.table, READERS, has_json=False),
    _reads("/applicant", finding.ask_applicant, READ_REQUEST.roles, has_json=False),
    _does("/applicant", finding.look, READ_REQUEST.roles, rate=_FEW),
    _reads("/cases/{case}", case.show, READERS),
    _reads("/cases/{case}/changes", changing.show, READERS),
    # Writing
    _reads("/cases/{case}/draft", drafting.show, _WRITERS),
    _does("/cases/{case}/draft", drafting.save, _WRITERS, rate=60, most=_LONG),
    _does("/cases/{case}/draft/check", drafting.check, _WRITERS, rate=60, most=_LONG),
    _reads("/cases/{case}/draft/paper", drafting.paper, _WRITERS, has_json=False),
    _does("/cases/{case}/draft/join", joining.join, _WRITERS, rate=60),
    _reads("/cases/{case}/draft/start", beginning.offer, _WRITERS),
    _does("/cases/{case}/draft/start", beginning.start, _WRITERS, rate=60),
    # Deciding and signing
    _reads("/cases/{case}/decide/{document}", deciding.ask, APPROVE.roles),
    _does("/cases/{case}/decide/{document}", deciding.propose, APPROVE.roles, rate=60),
    # The register
    _reads("/register", register.show, EVERYBODY),
    _does("/register/token", register.make_token, _AUDITORS, rate=_FEW),
    _reads("/register/all.bundle", register.bundle, _AUDITORS, has_json=False),
    Route(
        method="GET", path="/register/checkpoint", handle=register.checkpoint, open_to=EVERYBODY, rate=_FEW
    ),
    _reads("/register/allowed_signers", register.signers, EVERYBODY, has_json=False),
    _reads("/register/case/{case}", register.evidence, READERS, has_json=False),
    _reads("/register/{entry}", register.entry, EVERYBODY),
    Route(
        method="GET",
        path="/register.git/info/refs",
        handle=register.branches,
        open_to=None,
        rate=60,
        machine=True,
    ),
    Route(
        method="POST",
        path="/register.git/git-upload-pack",
        handle=register.fetched,
        open_to=None,
        rate=60,
        most=_LONG,
        machine=True,
    ),
    # What arrives
    _reads("/inbox", inbox.show, READERS),
    _does("/inbox", inbox.put_in, _WRITERS, rate=_FEW, most=inbox.MOST),
    _does("/inbox/{tag}/read", inbox.read, _WRITERS, rate=_FEW),
    _does("/inbox/{tag}/again", inbox.take_in_again, _WRITERS, rate=60),
    _does("/inbox/{tag}/delete", inbox.delete, _WRITERS, rate=60),
    _does("/inbox/{tag}/case", inbox.add_to_case, _WRITERS, rate=60),
    # Mail
    _reads("/mail", mailing.show, READERS),
    _reads("/cases/{case}/mail", mailing.of_case, READERS),
    _does("/cases/{case}/mail/{tag}/read", mailing.read, READ_REQUEST.roles, rate=_FEW),
    _does("/cases/{case}/mail/{tag}/done", mailing.put_by, _WRITERS, rate=60),
    _does("/cases/{case}/mail/{tag}/act", mailing.take_for, _WRITERS, rate=60),
    _reads("/cases/{case}/send/{document}", mailing.ask_send, _WRITERS),
    _does("/cases/{case}/send/{document}", mailing.send, _WRITERS, rate=60),
    _does("/cases/{case}/send/{document}/unsent", mailing.did_not_go, _WRITERS, rate=60),
    # Papers
    _reads("/cases/{case}/paper", papers.show, READERS),
    _reads("/cases/{case}/paper/{form}", papers.file, READERS, has_json=False),
    _reads("/cases/{case}/decide/{document}/comment", commenting.ask, APPROVE.roles),
    _does("/cases/{case}/decide/{document}/comment", commenting.keep, APPROVE.roles, rate=60),
    # Every other act
    _reads("/cases/{case}/act", acting.ask, READERS),
    _does("/cases/{case}/act", acting.propose, READERS, rate=60, most=acting.MOST),
    _reads("/cases/{case}/request", acting.ask_request, READERS),
    _does("/cases/{case}/request", acting.show_request, READERS, rate=_FEW),
    _reads("/sign/{digest}", signing.ask, EVERYBODY),
    _reads("/sign/{digest}/statement", signing.statement, EVERYBODY, has_json=False),
    Route(
        method="POST", path="/sign/{digest}", handle=signing.append, open_to=EVERYBODY, rate=60, records=True
    ),
)
