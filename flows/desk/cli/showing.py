"""Commands by which a person reads: what waits, a case, its history, its text."""

from __future__ import annotations

import functools
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from flows.casework import views
from flows.casework.correspondence import waiting_in
from flows.casework.looking import look
from flows.catalogue.search import Sought
from flows.desk.cli.acting import document_option
from flows.desk.cli.telling import check_rows, tell_findings
from flows.desk.cli.terminal import (
    WORDS,
    StageChoice,
    acts,
    counted,
    day,
    example,
    heading,
    marked,
    moment,
    open_office,
    print_json,
    print_rows,
    reference_argument,
    shown,
    with_home,
    wrapped,
    write_file,
)
from flows.domain.checks import VERSION
from flows.domain.difference import Change, differences
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.english import in_full, listing
from flows.domain.errors import RefusedError
from flows.domain.owed import OWED, Duty
from flows.domain.procedure import APPROVALS, FINISHED, ROLE_AT, STAGES, STANDS, Stage
from flows.domain.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.casework.views import CaseView, DocumentView, Waiting
    from flows.domain.clock import Due
    from flows.domain.difference import Words
    from flows.home import Home

_BESIDE: Final = 12
"""Words that are shown on each side of a change."""
_WORTH_IT: Final = 6
"""Words that have to be left out, or a passage is shown whole."""


@click.command(epilog=example("equipoise queue --all"))
@click.option("--all", "everything", is_flag=True, help="Those that are finished too.")
@with_home
def queue(*, everything: bool, home: Home, as_json: bool) -> None:
    """List the cases that wait, the most urgent first."""
    with open_office(home, reading=True) as office:
        waiting = views.queue(office, everything=everything)
    if as_json:
        print_json({"cases": [{**_clock_json(each.clock), **_plain(each, "clock")} for each in waiting]})
        return
    if not waiting:
        click.echo("There is no case." if everything else "No cases are waiting.")
        return
    print_rows(
        [
            (
                DOCUMENTS[each.document].named(each.reference),
                day(each.received),
                _due(each.clock),
                _left(each),
                str(each.version),
                _stands(each),
            )
            for each in waiting
        ],
        head=("Reference", "Received", "Due", "Days left", "Version", "Stage"),
        right=frozenset({1, 2, 3, 4}),
        alarming=frozenset(number for number, each in enumerate(waiting) if each.clock.overdue),
    )
    notes = [f"{each.reference}: {_moved(each.clock)}" for each in waiting if each.clock.moved]
    if notes:
        click.echo()
    for note in dict.fromkeys(notes):
        click.echo("\n".join(wrapped(shown(note), then="  ")))


def _provision(_: click.Context, __: click.Parameter, text: str | None) -> str:
    from flows.domain.citation import parse_citations  # noqa: PLC0415 - a hundredth of a second, for this alone

    cited = parse_citations(text) if text else ("",)
    if len(cited) > 1:
        raise click.BadParameter("one provision is looked for at a time.")
    return cited[0]


@click.command(
    epilog=example(
        "equipoise find vehicle tracking",
        "equipoise find --provision '31(1)' --stage drafting",
        'equipoise find --applicant "Jo Public" --reason "She rang." --as foi-officer',
    )
)
@click.argument("words", nargs=-1)
@click.option(
    "--provision", metavar="CITATION", callback=_provision, help="That is relied on, or anything in it."
)
@click.option("--stage", type=StageChoice([*map(str, Stage)]), help="Where it stands.")
@click.option("--person", "by", metavar="PERSON", default="", help="Who wrote, submitted or decided.")
@click.option(
    "--applicant",
    **WORDS,
    help="Who asked, by name, e-mail or telephone; that you look is on record, and each case you are shown.",
)
@click.option("--reason", **WORDS, help="With --applicant: why you look; required.")
@functools.partial(acts, always=False)
def find(
    *,
    words: tuple[str, ...],
    provision: str,
    stage: Stage | None,
    by: str,
    applicant: str | None,
    reason: str | None,
    office: Office,
    officer: Officer | None,
    as_json: bool,
) -> None:
    """Find cases by words of their reference, subject, summary or text, all of which have to be there."""
    sought = Sought(words=" ".join(words), provision=provision, stage=stage or "", person=by)
    if applicant is not None:
        if sought != Sought() or officer is None:
            raise click.UsageError("--applicant goes with --as and --reason, and with nothing else.")
        _find_applicant(office, officer, applicant, reason or "", as_json=as_json)
        return
    if sought == Sought() or officer or reason:
        raise click.UsageError("Say what is looked for: words, or one of the options.")
    found = views.find(office, sought)
    if as_json:
        print_json({"cases": [{**_clock_json(each.clock), **_plain(each, "clock")} for each in found]})
    elif found:
        print_rows(
            [
                (
                    DOCUMENTS[each.document].named(each.reference),
                    day(each.received),
                    _due(each.clock),
                    STAGES[each.stage],
                    each.subject,
                )
                for each in found
            ],
            head=("Reference", "Received", "Due", "Stage", "Subject"),
            right=frozenset({1, 2}),
        )
    else:
        click.echo("Nothing was found.")


def _find_applicant(office: Office, officer: Officer, words: str, reason: str, *, as_json: bool) -> None:
    from flows.casework import applicants  # noqa: PLC0415 - the vault, for this alone

    if officer.signer is None:
        raise RefusedError(
            "To look for an applicant is to open each case found: name a key at hand with --key."
        )
    found = applicants.cases_of(office, officer, words, reason)
    if as_json:
        print_json(asdict(found))
        return
    if found.cases:
        print_rows(
            [(each.reference, day(each.received), STAGES[each.stage], each.subject) for each in found.cases],
            head=("Reference", "Received", "Stage", "Subject"),
            right=frozenset({1}),
        )
    else:
        click.echo("Nothing was found.")
    if found.kept_back:
        click.echo(f"{counted(found.kept_back, 'more case is', 'more cases are')} not for you to open.")
    if found.unread:
        click.echo(f"{counted(found.unread, 'case is', 'cases are')} not looked into yet; look again.")


@click.command(epilog=example("equipoise show 1146A/22"))
@reference_argument
@with_home
def show(reference: str, *, home: Home, as_json: bool) -> None:
    """Show where a case stands, who may decide, and what to do next."""
    with open_office(home, reading=True) as office:
        dossier = office.register.dossier(parse_reference(reference))
        looked = look(office, dossier)
        view = views.show(office, dossier, looked)
        letters = waiting_in(office, dossier.case.reference)
    overridden = {(each.finding, each.place) for each in dossier.case.test.overrides}
    if as_json:
        told = {**_clock_json(view.clock), **_plain(view, "clock")}
        more = {"messages": [each.tag for each in letters]}
        print_json({**told, **more, "findings": check_rows(looked.findings if looked else (), overridden)})
        return
    print_rows([*_facts(view)])
    if looked:
        click.echo(f"\n{heading(f'Checks, by rules {VERSION}')}")
        tell_findings(looked.findings, looked.words, overridden)
    steps = [each.next for each in view.documents if each.next]
    steps += [f"A message came, {each.what}: equipoise mail read {each.tag} --as PERSON" for each in letters]
    if steps:
        click.echo(f"\n{heading('Next')}")
    for step in steps:
        click.echo(f"  {step}")


@click.command(epilog=example("equipoise history 1146A/22"))
@reference_argument
@with_home
def history(reference: str, *, home: Home, as_json: bool) -> None:
    """List everything that was done to a case, oldest first."""
    with open_office(home, reading=True) as office:
        dossier = office.register.dossier(parse_reference(reference))
        lines = views.history(dossier)
    if as_json:
        print_json({"reference": dossier.case.reference, "entries": [_plain(line) for line in lines]})
        return
    print_rows(
        [
            (
                str(line.sequence),
                moment(line.time),
                line.actor,
                f"{line.what}:\n{line.reason}" if line.reason else line.what,
            )
            for line in lines
        ],
        head=("Entry", "When", "Who", "What was done"),
        right=frozenset({0, 1}),
    )


@click.command(epilog=example("equipoise diff 1146A/22 1 2"))
@reference_argument
@click.argument("old", type=click.IntRange(min=1), required=False)
@click.argument("new", type=click.IntRange(min=1), required=False)
@document_option
@with_home
def diff(
    reference: str, old: int | None, new: int | None, document: str, *, home: Home, as_json: bool
) -> None:
    """Compare the text of two versions; by default the current one with the one before.

    Under each section stand the paragraphs that changed: [-words that went-] and {+words that came+}. Longer
    passages that stayed are shortened, and the numbers of paragraphs are left out.
    """
    from flows.document.numbering import without_numbers  # noqa: PLC0415 - a tenth of a second, for this alone

    with open_office(home, reading=True) as office:
        dossier = office.register.dossier(parse_reference(reference))
        case = dossier.case
        new = new or case.document(document).version
        if old is None and new == 1:
            raise RefusedError(f"{case.reference} has one version so far; there is none to compare it with.")
        old = old or new - 1
        texts = (views.text(dossier, document, number) for number in (old, new))
        before, after = map(without_numbers, texts)
    changes = [*differences(before, after)]
    if as_json:
        print_json({"reference": case.reference, "old": old, "new": new, "changes": [*map(asdict, changes)]})
        return
    section = ""
    for each in changes:
        if each.section != section:
            click.echo(heading(shown(section := each.section)))
        for line in marked(_shortened(each.words)):
            click.echo(line)
        click.echo()
    if not changes:
        click.echo(f"Versions {old} and {new} have the same text.")


def _shortened(words: Sequence[Words]) -> Iterator[Words]:
    """Yield the words of a change, of long passages that stayed the same only what is beside it."""
    for at, each in enumerate(words):
        same = each.text.split(" ") if each.change is Change.SAME else []
        first, last = (_BESIDE if at else 0), (_BESIDE if at < len(words) - 1 else 0)
        if len(same) > first + last + _WORTH_IT:
            kept = (*same[:first], "\u2026", *same[len(same) - last :])
            yield replace(each, text=" ".join(kept))
        else:
            yield each


@click.command(epilog=example("equipoise document 1146A/22 --pdf 1146A-22.pdf"))
@reference_argument
@click.option(
    "--version", metavar="N", type=click.IntRange(min=1), help="Which version; by default the current one."
)
@click.option(
    "--pdf",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the paper as PDF, over what is there.",
)
@click.option(
    "--html", metavar="FILE", type=click.Path(path_type=Path), help="Write the paper as a page of HTML."
)
@document_option
@with_home
def document(
    reference: str,
    version: int | None,
    pdf: Path | None,
    html: Path | None,
    document: str,
    *,
    home: Home,
    as_json: bool,
) -> None:
    """Print the text of a version, or write it as PDF or HTML; what is not published is marked DRAFT."""
    with open_office(home, reading=True) as office:
        dossier = office.register.dossier(parse_reference(reference))
        case = dossier.case
        number = version or case.document(document).version
        if pdf is None and html is None:
            text = views.text(dossier, document, number)
            if as_json:
                print_json({"reference": case.reference, "version": number, "text": text})
            else:
                click.echo(shown(text), nl=False)
            return
        made = views.papers(office, dossier, document, number)
    written = [
        write_file(path, content) for path, content in ((pdf, made.pdf), (html, made.html.encode())) if path
    ]
    if as_json:
        print_json({"reference": case.reference, "version": number, "files": written})
    else:
        click.echo("".join(f"Written: {path}\n" for path in written), nl=False)


def _facts(view: CaseView) -> Iterator[tuple[str, str]]:
    """Yield what is known of a case in the order in which an official asks for it."""
    yield "Case", view.reference
    yield "Subject", view.subject
    yield "Received", day(view.received)
    yield from _time_facts(view)
    for owed in view.owed:
        until = f", by {_day(owed.clock.due)} {_standing(owed.clock)}" if not owed.clock.waits else ""
        yield "Owed", f"{owed.words}{until}".rstrip()
        if owed.advice:
            yield "See to", owed.advice
    for stated in view.stated:
        yield "Recorded", stated
    if view.kept:
        yield "Kept", view.kept
    for sentence in view.awaited:
        yield "Awaited", sentence
    yield from _attested(view)
    for each in view.documents:
        yield from _document_facts(view, each)
    yield "Folder", view.folder


def _time_facts(view: CaseView) -> Iterator[tuple[str, str]]:
    running = any(each.stage not in FINISHED for each in view.documents)
    if view.clock.waits and running:
        yield "Due", f"nothing, {view.clock.waits}"
    else:
        yield "Due", f"{_due(view.clock)} {_standing(view.clock)}".rstrip()
    if view.answered:
        yield "Answered", day(view.answered)
    if view.clock.moved:
        yield "Moved", f"It is {_moved(view.clock)}"
    for sentence in view.clock.advice:
        yield "Limit", sentence


def _attested(view: CaseView) -> Iterator[tuple[str, str]]:
    if view.attested:
        entries = listing([str(each) for each in view.attested])
        yield "Attested", f"Entry {entries}: {views.BY_SIGN_IN}"


def _document_facts(view: CaseView, each: DocumentView) -> Iterator[tuple[str, str]]:
    what = "case" if each.stage is Stage.CLOSED else each.document
    yield "Stage", f"The {what} {STANDS[each.stage]}."
    yield "Version", str(each.version) if each.version else "none yet"
    if each.document == TEST.name and not view.summarised:
        yield "Summary", "What was asked is not summarised yet; it has to be before submission."
    if each.writers:
        yield "Written by", ", ".join(each.writers)
    if each.returned:
        yield "Returned", each.returned
    for given in each.approvals:
        who = f"version {given.version} at {APPROVALS[given.gate]} by {given.person}"
        yield "Approved", f"{who}, {moment(given.at)}"
    for published in each.published:
        yield "Published", published
    if each.stage in ROLE_AT:
        nobody = f"nobody; authorise another {ROLE_AT[each.stage].replace('-', ' ')}"
        yield "May decide", ", ".join(each.may_decide) or nobody


def _waits(each: Waiting) -> bool:
    """Tell whether anything is owed still, as it may be once the paper is sent."""
    return each.stage not in FINISHED or each.duty is not Duty.ANSWER


def _stands(each: Waiting) -> str:
    """Return where a document stands, and what is owed with it where that does not follow from there."""
    stage, counts = STAGES[each.stage], each.clock.overdue or each.clock.days_left is not None
    follows = each.duty is Duty.ANSWER and not (each.stage in FINISHED and counts)
    return stage if follows else f"{stage}; owed: {OWED[each.duty]}"


def _left(each: Waiting) -> str:
    if each.clock.overdue:
        return "overdue"
    if each.clock.waits:
        return "waits" if _waits(each) else ""
    return "" if each.clock.days_left is None else str(each.clock.days_left)


def _standing(clock: Due) -> str:
    if clock.overdue:
        return "(overdue)"
    left = clock.days_left
    return "" if left is None else f"({left} working day{'' if left == 1 else 's'} left)"


def _moved(clock: Due) -> str:
    """Return how a day proclaimed since moved the deadline, and why, to follow the reference."""
    if not clock.moved or not clock.due:
        return ""
    because = " ".join(views.because(clock.moved.because))
    return f"due {in_full(clock.due)}, was {in_full(clock.moved.was)}: {because}"


def _clock_json(clock: Due) -> dict[str, Any]:
    return {
        "due": clock.due,
        "waits": clock.waits or None,
        "days_left": clock.days_left,
        "overdue": clock.overdue,
        "moved_from": clock.moved.was if clock.moved else None,
        "because": views.because(clock.moved.because) if clock.moved else [],
        "advice": clock.advice,
    }


def _plain(value: Any, *but: str) -> dict[str, Any]:  # noqa: ANN401 - any of the views
    return {name: each for name, each in asdict(value).items() if name not in but}


def _due(clock: Due) -> str:
    return "nothing" if clock.waits else _day(clock.due)


def _day(when: date | None) -> str:
    return day(when) if when else "not known"
