"""Commands by which a person acts on a case: one for each row of the table of acts that people take."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from flows.casework import acts
from flows.casework.acts import Wish
from flows.desk.cli.telling import check_rows, tell_findings, tell_not_run
from flows.desk.cli.terminal import (
    WORDS,
    StageChoice,
    example,
    print_json,
    read_file,
    read_text,
    reference_argument,
    shown,
    tell_policy,
    tell_unconfirmed,
    with_home,
    write_file,
)
from flows.desk.cli.terminal import acts as acting
from flows.domain.acts import REVIEW_ASKED, On, Reason
from flows.domain.acts.kind import Fact, Kind, in_words
from flows.domain.acts.publishing import MESSAGE
from flows.domain.acts.review import advice_on_review
from flows.domain.decide import refusals
from flows.domain.documents import DOCUMENTS, SCHEDULE, TEST
from flows.domain.edition import documents_of
from flows.domain.english import in_full
from flows.domain.errors import Fault, MalformedError, RefusedError, WrongStageError
from flows.domain.noted import read_noted
from flows.domain.procedure import ROLE_AT, STANDS, Stage
from flows.domain.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from flows.casework.acts import Officer, Taken
    from flows.casework.office import Office
    from flows.domain.case import Case
    from flows.home import Home
    from flows.register.line import Recorded

document_option = click.option(
    "--document",
    default=TEST.name,
    show_default=True,
    type=click.Choice([*DOCUMENTS]),
    help="Which document of the case.",
)


MOST_SEALED: Final = 20 << 20
"""Bytes of a file that is kept sealed."""
_OF_SENDING: Final = frozenset({"on", "by"})
"""What an act states that sends a letter, unless it is sent here and now."""
_FACT: Final = "fact_"
"""Before the name of a fact, so that no option of every command is taken for it."""


class _FactType(click.ParamType[Any]):
    """A fact in the form its row asks for."""

    name = "fact"

    def __init__(self, fact: Fact) -> None:
        self._fact = fact

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the fact."""
        text = self._fact.tidy(value)
        problem = self._fact.fault(text)
        return self.fail(problem, param, ctx) if problem else text


def command_of(kind: Kind) -> click.Command:
    """Return the command that takes an act, made from its row."""

    def body(
        reference: str,
        *,
        office: Office,
        officer: Officer,
        as_json: bool,
        version: int | None = None,
        gate: str | None = None,
        reason: str | None = None,
        document: str = kind.document,
        file: Path | None = None,
        send: bool = False,
        send_again: bool = False,
        **facts: str | None,
    ) -> None:
        stated = {name.removeprefix(_FACT): text for name, text in facts.items() if text is not None}
        if send or send_again:
            given = (parse_reference(reference), document)
            taken = _by_mail(office, officer, given, stated, reason, file, again=send_again)
        else:
            _check_needed(kind, stated)
            wish = Wish(
                kind=kind,
                reference=parse_reference(reference),
                document=document,
                version=version,
                gate=Stage(gate) if gate else None,
                reason=reason,
                sealed=read_file(file, most=MOST_SEALED) if file else None,
                facts=stated,
            )
            try:
                taken = acts.act(office, officer, wish)
            except WrongStageError as error:
                raise _or_another(office, officer.id, wish, error) from None
        advice = advice_on_review(taken.case, office.register.policy()) if kind == REVIEW_ASKED else ""
        told = " ".join(filter(None, (in_words(kind.told, taken.act), advice)))
        _say(taken.case, document, told, taken.recorded, as_json=as_json)
        if not as_json:
            tell_not_run(taken.case.reference, read_noted(taken.act.details.get("findings", "")))

    decorated: Callable[..., None] = acting(body)
    for option in reversed([*_options(kind)]):
        decorated = option(decorated)
    return click.command(kind.name, help=kind.help, epilog=example(kind.example))(decorated)


def _or_another(office: Office, person: str, wish: Wish, error: WrongStageError) -> RefusedError:
    """Return a refusal about the test, which is the default, with another document that takes the act."""
    if wish.document != TEST.name:
        return error
    case, policy = office.register.dossier(wish.reference).case, office.register.policy()
    for name in case.documents:
        if not refusals(case, wish.kind, person, policy, document=name, gate=wish.gate):
            told = str(error).removesuffix(".")
            return RefusedError(f"{told}; its {DOCUMENTS[name].short} can be, with --document {name}.")
    return error


def _by_mail(  # noqa: PLR0917 - what the command was given
    office: Office,
    officer: Officer,
    about: tuple[str, str],
    facts: dict[str, str],
    reason: str | None,
    file: Path | None,
    *,
    again: bool,
) -> Taken:
    """Send a letter by mail, and record that."""
    from flows.casework import sending  # noqa: PLC0415 - mail, for this alone

    if file or _OF_SENDING & facts.keys():
        raise click.UsageError("--send states the day, the way and what was sent by itself.")
    return sending.send(office, officer, *about, facts=facts, reason=reason, again=again)


def _check_needed(kind: Kind, facts: Collection[str]) -> None:
    """Check what an option that is needed without --send leaves open."""
    for name in sorted(_OF_SENDING - {*facts}):
        if _is_sending(kind):
            raise click.UsageError(f"Missing option '--{name}'.")


def _is_sending(kind: Kind) -> bool:
    return any(fact.name == MESSAGE for fact in kind.facts)


def _options(kind: Kind) -> list[Callable[..., Any]]:
    """Return the argument and the options of a row, in the order in which help lists them."""
    options: list[Callable[..., Any]] = [reference_argument]
    if kind.at_gate:
        options.append(
            click.option(
                "--gate",
                required=True,
                type=StageChoice([str(gate) for gate in ROLE_AT]),
                help="Which approval: at legal review, or at sign-off, where both sides are balanced.",
            )
        )
    options += [
        _fact_option(replace(fact, needed=False) if _is_sending(kind) and fact.name in _OF_SENDING else fact)
        for fact in kind.asked
    ]
    if _is_sending(kind):
        options += [
            click.option(
                "--send",
                is_flag=True,
                help="Send it to the applicant by e-mail now, in place of --on and --by; it is kept sealed.",
            ),
            click.option(
                "--send-again",
                is_flag=True,
                help="The same, although an earlier --send was cut off and may have sent it.",
            ),
        ]
    if kind.names_version:
        options.append(
            click.option(
                "--version",
                metavar="N",
                required=True,
                type=click.IntRange(min=1),
                help="The version you have read.",
            )
        )
    if kind.reason is not Reason.NONE:
        names = ("--reason",) if kind.reason is Reason.MUST else ("--reason", "--comment")
        options.append(click.option(*names, "reason", **WORDS, help=kind.reason_help))
    if kind.seals is not Reason.NONE:
        options.append(
            click.option(
                "--file",
                metavar="FILE",
                required=kind.seals is Reason.MUST,
                type=click.Path(path_type=Path),
                help=kind.seals_help,
            )
        )
    if kind.on is On.DOCUMENT and not kind.document:
        options.append(document_option)
    return options


def _fact_option(fact: Fact) -> Callable[..., Any]:
    names = f"--{fact.name}", f"{_FACT}{fact.name}"
    if fact.choices:
        return click.option(*names, required=fact.needed, type=click.Choice(fact.choices), help=fact.help)
    return click.option(
        *names,
        metavar=fact.metavar,
        required=fact.needed,
        type=_FactType(fact),
        help=fact.help,
    )


@click.command(
    epilog=example(
        "equipoise draft 1146A/22 assessment.yaml --as foi-officer",
        "equipoise draft 1146A/22 --start '24(2)' --start '31(3) by virtue of 31(1)(a)' --out new.yaml",
        "equipoise draft 1146A/22 --document extension --start --out extension.md",
    )
)
@reference_argument
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--summary",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file with what was asked, fit to publish.",
)
@click.option(
    "--subject",
    **WORDS,
    help="Of a test, another label for its case, fit to publish, as for one that came by mail.",
)
@click.option(
    "--start",
    "starts",
    metavar="EXEMPTION",
    multiple=True,
    is_flag=False,
    flag_value="",
    help="Record nothing, and print an assessment to fill in that rests on this exemption; once for each. "
    "Of a letter it names none.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="With --start: write it to a new FILE instead.",
)
@document_option
@functools.partial(acting, always=False)
def draft(
    reference: str,
    file: Path | None,
    summary: Path | None,
    subject: str | None,
    document: str,
    *,
    starts: tuple[str, ...],
    out: Path | None,
    office: Office,
    officer: Officer | None,
    as_json: bool,
) -> None:
    """Record FILE as the next version: an assessment, or the text of another document.

    With --start nothing is recorded: an assessment is printed that rests on the exemptions named, or a letter
    made of the case, with a blank for everything that is yours to say. Fill it in, and draft it.
    """
    from flows.casework import drafts  # noqa: PLC0415 - the rules and the text, for this alone

    if starts:
        if file or summary or subject:
            raise click.UsageError("--start begins a document: no FILE, --summary or --subject goes with it.")
        _print_start(_started(office, parse_reference(reference), document, starts), out, as_json=as_json)
        return
    if out:
        raise click.UsageError("--out goes with --start.")
    if file is None or officer is None:
        raise click.UsageError("Missing argument 'FILE'." if file is None else "Missing option '--as'.")
    if subject is not None and document != TEST.name:
        raise click.UsageError("--subject goes with a test, whose request is published with it.")
    text = read_text(summary) if summary else None
    done = drafts.draft(
        office,
        officer,
        parse_reference(reference),
        read_file(file),
        text,
        document=document,
        source=str(file),
        subject=subject,
    )
    version = done.case.document(document).version
    sentence = f"Recorded as version {version}."
    if done.recorded is None:
        sentence = f"This is identical with version {version}; nothing was recorded."
    more = {"findings": check_rows(done.findings)}
    _say(done.case, document, sentence, done.recorded, as_json=as_json, **more)
    if not as_json:
        tell_findings(done.findings, done.words)


def _started(office: Office, reference: str, document: str, starts: tuple[str, ...]) -> str:
    from flows.casework import drafts  # noqa: PLC0415 - as above

    if (document == TEST.name) != all(starts):
        raise click.UsageError(
            "--start takes the exemptions of a test, as --start '24(2)', and none for a letter, "
            "which --document names."
        )
    if document == TEST.name:
        return drafts.begin(office, reference, starts)
    return drafts.begin_letter(office, reference, document)


def _print_start(text: str, out: Path | None, *, as_json: bool) -> None:
    written = write_file(out, text.encode(), fresh=True) if out else None
    if as_json:
        print_json({"text": text, "file": written})
    else:
        click.echo(
            f"Wrote {written}; fill in every blank, and draft it." if written else shown(text),
            nl=bool(written),
        )


@click.command(epilog=example("equipoise records 1146A/22 records.yaml --as foi-officer"))
@reference_argument
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@acting
def records(reference: str, file: Path, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Schedule the records found, as FILE lists them: what is released, redacted or withheld, and why.

    The files that are given stand beside FILE. Each is looked through as `equipoise release-check` does, and
    kept sealed by its number until it goes; a finding stops it. The schedule is drafted from the list.
    """
    from flows.casework import records as found  # noqa: PLC0415 - what looks through files, for this alone

    def read(name: str) -> bytes:
        if Path(name).name != name:
            problem = "the name of a file beside the list is needed, without a folder"
            raise MalformedError(str(file), Fault(path="file", problem=problem))
        return read_file(file.parent / name, most=MOST_SEALED)

    reference = parse_reference(reference)
    done = found.schedule(office, officer, reference, read_file(file), read, source=str(file))
    told = in_words(done.taken.act.kind.told, done.taken.act)
    version = done.schedule.case.document(SCHEDULE.name).version if done.schedule else None
    if version:
        told = f"{told} Version {version} of the schedule is drafted."
    _say(done.taken.case, "", told, done.taken.recorded, as_json=as_json, schedule=version)


@click.command(epilog=example("equipoise append statement.json statement.json.sig"))
@click.argument("statement", metavar="STATEMENT", type=click.Path(path_type=Path))
@click.argument("signature", metavar="SIGNATURE", type=click.Path(path_type=Path))
@with_home
def append(statement: Path, signature: Path, *, home: Home, as_json: bool) -> None:
    """Record an act that was proposed with --propose, with the signature that was made elsewhere."""
    from flows.casework import proposals  # noqa: PLC0415 - for this alone
    from flows.casework.acts import UnconfirmedError  # noqa: PLC0415 - as above
    from flows.casework.office import open_office  # noqa: PLC0415 - as above

    armoured, stated_as = read_text(signature), read_text(statement).encode()
    with open_office(home) as office:
        try:
            taken = proposals.append(office, stated_as, armoured)
        except UnconfirmedError as unconfirmed:
            tell_unconfirmed(unconfirmed.name, as_json=as_json)
            return
        stated = taken.act
        if isinstance(taken, proposals.Amended):
            done = f"{stated.actor} {in_words(stated.kind.done, stated)}."
            tell_policy(office, done, new=taken.recorded.new, as_json=as_json)
        else:
            told = in_words(stated.kind.told, stated)
            if stated.kind.name == "records" and SCHEDULE.name in documents_of(office.register.policy()):
                # The list of them is drafted with a signature of its own.
                told += (
                    f" Begin their schedule with `equipoise draft {stated.case} --document schedule --start`."
                )
            _say(taken.case, stated.document, told, taken.recorded, as_json=as_json)


def _say(
    case: Case,
    document: str,
    sentence: str,
    recorded: Recorded | None,
    *,
    as_json: bool,
    **more: Any,  # noqa: ANN401 - whatever JSON takes
) -> None:
    if recorded is not None and not recorded.new:
        sentence = "This was done before; nothing was recorded."
    stage = case.stage(document or TEST.name)
    if as_json:
        print_json(
            {
                "reference": case.reference,
                "document": document or None,
                "stage": stage,
                "version": case.document(document or TEST.name).version,
                "entry": recorded.id if recorded else None,
                "sequence": recorded.entry.sequence if recorded else None,
                "new": recorded is not None and recorded.new,
                **more,
            }
        )
        return
    answered = case.life.answered if not document and stage is not Stage.CLOSED else None
    stands = f"was answered on {in_full(answered)}" if answered else STANDS[stage]
    gone = document in case.withdrawn and document not in case.documents
    what = DOCUMENTS[document].short if document else "case"
    where = "" if gone else f" The {what} {stands}."
    click.echo(f"{case.reference}: {sentence}{where}")
