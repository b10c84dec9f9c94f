"""Check and sign: what is to be signed is shown, signed by a passkey or a key file, and recorded.

1. What somebody wishes to do is made a statement, which is kept with what the act writes.
2. The page says it in a sentence, and shows the very bytes and their SHA-256. They are the server's own:
   nothing that a browser sends beside the signature goes into the register.
   Whoever came by single sign-on may have the service sign in their stead, where the policy lets them.
3. The signature is verified as the audit will verify it, and the act appended; the same form sent twice
   finds it done before.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flows.casework import acts, amendments, mail_views, proposals
from flows.casework.acts import Officer, ProposedError, UnconfirmedError
from flows.casework.views import what_was_done
from flows.casework.waiting import to_decide
from flows.desk.web import passkeys, sessions
from flows.desk.web.visit import NotFoundError, Page, See, Sent
from flows.domain.acts.kind import in_words
from flows.domain.acts.policy import PROPOSED_BY
from flows.domain.acts.publishing import MESSAGE
from flows.domain.attested import against_attested
from flows.domain.errors import PitError, RefusedError, RegisterMovedError
from flows.domain.reference import slug
from flows.register import passkey, signature
from flows.register.statement import POLICY, parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flows.casework.acts import Wish
    from flows.casework.amendments import Changed
    from flows.casework.proposals import Kept
    from flows.desk.web.visit import Answer, Visit
    from flows.domain.act import Act
    from flows.domain.attested import Attested

_SENT: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignView:
    """What the page of a signature shows.

    Attributes:
        sentence: What the person is about to do, to follow "You".
        namespace: In which it is signed.
        files: That the act names, with the SHA-256 of each.
        changes: What it changes in the policy, where it is about that.
        sends: Whether a letter goes to the applicant by e-mail with it.
        proposes: Whether another administrator has to confirm it.
        proposed_by: Which administrator proposed it, where another did.
        request: What a browser is asked for, as JSON; empty where the person has no passkey for this address.
        with_sample: Whether the key of the sample can sign.
        sign_in: Whether a sign-in may attest it in place of a signature.
        stale: Why the one that began the session does not; empty where it does.
        back: The page that the act is about.
    """

    sentence: str
    reason: str | None
    statement: str
    namespace: str
    digest: str
    files: tuple[tuple[str, str], ...]
    changes: tuple[Changed, ...]
    sends: bool
    proposes: bool
    proposed_by: str
    request: str
    with_sample: bool
    sign_in: bool
    stale: str
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What somebody else recorded first.

    Attributes:
        what: To follow the person who did it.
        at: UTC.
    """

    entry: int
    actor: str
    what: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedView:
    """Why something was not recorded that was signed.

    Attributes:
        came: What was recorded since it was to be signed, oldest first.
    """

    error: str
    came: tuple[Came, ...]


def begin(visit: Visit, wish: Wish) -> See:
    """Propose an act on a case; return the page on which it is signed.

    Raises:
        RefusedError, MalformedError: as ``acts.propose``.
    """
    return keep(visit, lambda officer: acts.act(visit.office, officer, wish))


def keep(visit: Visit, do: Callable[[Officer], object]) -> See:
    """Do something for a person up to what they have to sign; return the page on which they do.

    Args:
        do: Does it for an officer whose key is elsewhere.

    Raises:
        RefusedError: there is nothing to do, for it is so already.
    """
    try:
        do(Officer(id=visit.person, signer=None))
    except ProposedError as proposed:
        return waits(visit, proposed)
    raise RefusedError("This is so already; there is nothing to sign.")


def waits(visit: Visit, proposed: ProposedError) -> See:
    """Keep what waits for a signature; return the page on which it is signed."""
    kept = proposals.keep(visit.office, proposed.proposal)
    return See(url=f"/sign/{hashlib.sha256(kept.content).hexdigest()}")


def ask(visit: Visit) -> Page:
    """Show what is to be signed."""
    return _asked(visit, "")


def _asked(visit: Visit, error: str) -> Page:
    kept = _kept(visit)
    content, act = kept.content, kept.act
    keys = [key for key in passkeys.of(visit.policy, visit.person) if visit.origin in visit.policy.rules.desk]
    asked = (
        passkeys.request(visit.store, passkey.challenge(content, kept.namespace), visit.origin, keys)
        if keys
        else ""
    )
    view = SignView(
        sentence=in_words(act.kind.done, act),
        reason=act.reason,
        statement=content.decode(),
        namespace=kept.namespace.decode(),
        digest=hashlib.sha256(content).hexdigest(),
        files=tuple((path, mark.sha256) for path, mark in sorted(act.files.items())),
        sends=MESSAGE in act.details,
        proposes=kept.consent is not None,
        proposed_by=act.details.get(PROPOSED_BY, ""),
        changes=amendments.proposed(visit.office, visit.path["digest"]),
        request=asked,
        with_sample=visit.sample and (visit.office.home.officers / visit.person).is_file(),
        sign_in=_may_attest(visit, kept),
        stale=_against_sign_in(visit, kept),
        back=_about(act),
    )
    return Page(template="sign.html.j2", view=view, more={"error": error}, status=422 if error else 200)


def _may_attest(visit: Visit, kept: Kept) -> bool:
    """Tell whether the policy lets a sign-in of this person attest what waits, and they came by one."""
    rules, act = visit.policy.rules.attested, kept.act
    by_sign_in = visit.session is not None and visit.session.how == "sso"
    return (
        by_sign_in
        and rules is not None
        and kept.consent is None
        and act.kind.name in rules.kinds
        and act.actor in rules.accounts
    )


def _said(visit: Visit) -> Attested | None:
    """Return what the authority's provider said of the sign-in that began this session."""
    return sessions.signed_in(visit.store, visit.session) if visit.session else None


def _against_sign_in(visit: Visit, kept: Kept) -> str:
    """Return why the sign-in that began the session does not attest what waits; empty where it does."""
    if not _may_attest(visit, kept):
        return ""
    said = _said(visit)
    if said is None:
        return "Your authority's sign-in did not say when you signed in."
    act = replace(kept.act, time=visit.office.now(), attested=said)
    return next(map(str, against_attested(act, visit.policy)), "")


def statement(visit: Visit) -> Sent:
    """Hand out the bytes that are to be signed, for whoever signs with a key file."""
    return Sent(content=_kept(visit).content, media=_SENT, name="statement.json")


def append(visit: Visit) -> Answer:
    """Record the act with its signature."""
    kept = _kept(visit)
    act = kept.act
    try:
        if visit.sent("with") == "sign-in":
            _attest(visit, kept)
        else:
            proposals.append(visit.office, kept.content, _signature(visit, kept))
    except UnconfirmedError as unconfirmed:
        return See(url=f"/policy/waiting/{unconfirmed.name}?done={act.kind}")
    except PitError as error:
        if _is_unsure(visit, act):
            return See(url=f"/cases/{slug(act.case)}/send/{act.document}")
        came = _meanwhile(visit, kept)
        if not came and not isinstance(error, RegisterMovedError):
            return _asked(visit, str(error))
        view = MovedView(error=str(error), came=came)
        return Page(template="moved.html.j2", view=view, more={"back": _about(act)}, status=409)
    return See(url=_after(visit, act))


def _is_unsure(visit: Visit, act: Act) -> bool:
    """Tell whether nobody knows if the letter of an act went: then its page says what to do."""
    if MESSAGE not in act.details:
        return False
    mail = mail_views.in_case(visit.office, act.case)
    return any(each.document == act.document and not each.taken for each in mail.unsure)


def _meanwhile(visit: Visit, kept: Kept) -> tuple[Came, ...]:
    """Return what was recorded of the case, and of the policy, since somebody was asked to sign."""
    if kept.consent:
        return ()
    register, act, number = visit.office.register, kept.act, parse(kept.content).number
    of_policy, of_case = register.dossier(POLICY), register.dossier(act.case)
    recorded = [
        each
        for each in zip(of_policy.entries, of_policy.statements, strict=True)
        if each[1].act.version > act.policy
    ]
    if act.case != POLICY:
        recorded += [
            each for each in zip(of_case.entries, of_case.statements, strict=True) if each[1].number >= number
        ]
    return tuple(
        Came(
            entry=each.entry.sequence,
            actor=said.act.actor,
            what=what_was_done(said.act),
            reason=said.act.reason,
            at=said.act.time,
        )
        for each, said in sorted(recorded, key=lambda each: each[0].entry.sequence)
    )


def _attest(visit: Visit, kept: Kept) -> None:
    """Have the service sign for a person by the sign-in that began this session, and by no other."""
    said = _said(visit)
    if said is None:
        raise RefusedError("You did not come by your authority's sign-in, or it did not say when that was.")
    proposals.attest(visit.office, kept, said)


def _signature(visit: Visit, kept: Kept) -> str:
    content, namespace = kept.content, kept.namespace
    if answer := visit.sent("answer"):
        keys = passkeys.of(visit.policy, visit.person)
        origins = visit.policy.rules.desk
        armoured, _ = passkeys.signed(visit.store, answer, keys, content, namespace, origins=origins)
        return armoured
    if visit.sent("with") == "sample" and visit.sample:
        return signature.load(visit.office.home.officers / visit.person).sign(content, namespace)
    return visit.sent("signature")


def _kept(visit: Visit) -> Kept:
    """Return what waits to be signed, and what it says; another's is not there."""
    found = proposals.find(visit.office, visit.path["digest"])
    if found is None or found.act.actor != visit.person:
        raise NotFoundError
    return found


def _about(act: Act) -> str:
    return "/people" if act.case == POLICY else f"/cases/{slug(act.case)}"


def _after(visit: Visit, act: Act) -> str:
    """Return the page that says it is done, and names what waits next for the same decision."""
    done = f"{_about(act)}?done={act.kind}"
    if not act.kind.at_gate:
        return done
    waiting = to_decide(visit.office, visit.person, visit.policy)
    following = next((row for row in waiting if row.reference != act.case), None)
    return f"{done}&next={slug(following.reference)}" if following else done
