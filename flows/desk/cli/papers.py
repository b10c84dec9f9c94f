"""Commands on a paper as a file: whether everyone can read it, and whether it is genuine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from flows import home as flows_home
from flows.casework.origin import blocks_of, find_origin
from flows.casework.proof import prove
from flows.desk.cli.telling import rows, tell_lines, tell_words
from flows.desk.cli.terminal import (
    NO,
    at_home,
    counted,
    day,
    example,
    heading,
    moment,
    open_office,
    print_json,
    print_rows,
    read_file,
    read_text,
    references_argument,
    shown,
    with_home,
)
from flows.document.arrangement import arrange
from flows.document.blocks import parse_document
from flows.document.record import TITLE
from flows.domain.documents import DOCUMENTS
from flows.domain.english import in_full
from flows.domain.errors import RefusedError
from flows.domain.local_day import local_day
from flows.domain.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from flows.casework.origin import Origin
    from flows.casework.proof import Proof
    from flows.document.blocks import Block
    from flows.document.signing.examination import Signature, Stamp
    from flows.domain.finding import Finding
    from flows.home import Home

MOST_BYTES: Final = 64 << 20
"""What a PDF may have; a paper of three hundred pages has some five million."""
_file = click.argument("file", type=click.Path(path_type=Path))


@click.command(
    "pdf-check",
    epilog=example(
        "equipoise pdf-check published/1146A-22.pdf",
        "equipoise pdf-check 1146A-22.pdf --source document.md",
    ),
)
@_file
@click.option(
    "--source", metavar="FILE", type=click.Path(path_type=Path), help="The text it should say, document.md."
)
@with_home
def pdf_check(file: Path, source: Path | None, *, home: Home, as_json: bool) -> None:
    """Check that everyone can read a PDF, and that it reads aloud as written.

    It is compared with SOURCE, else with the text from which the register at the home published it; then
    checked for PDF/UA-1 and PDF/A-2a.
    """
    from flows.document.inspection import inspect  # noqa: PLC0415 - half a second, for this alone
    from flows.document.inspection.comparison import source_words  # noqa: PLC0415 - as above
    from flows.document.inspection.conformance import PROFILES, checker  # noqa: PLC0415 - as above

    pdf = read_file(file, most=MOST_BYTES)
    blocks, known = _text(pdf, source, home)
    # A paper goes on after its text with the record, which is in no file.
    until = TITLE if source else None
    findings = inspect(pdf, blocks, until=until, source=str(file))
    if as_json:
        print_json(
            {
                "file": str(file),
                "compared_with": known,
                "profiles": [*PROFILES.values()],
                "checker": checker(),
                "passes": not findings,
                "findings": rows(findings),
            }
        )
    else:
        _tell_findings(findings, source_words(blocks or ()))
        print_rows(
            [
                ("Compared", f"with {known}" if known else "with no text: name it with --source"),
                ("Standards", f"{' and '.join(PROFILES.values())}, by {checker()}"),
            ]
        )
        found = counted(len(findings), "finding") if findings else "Nothing found"
        click.echo(heading(f"{found}."))
    if findings:
        sys.exit(NO)


def _text(pdf: bytes, source: Path | None, home: Home) -> tuple[Sequence[Block] | None, str | None]:
    """Return what a PDF should say, and from where that is known; None where it is not."""
    if source is not None:
        return arrange(parse_document(read_text(source))), str(source)
    if not home.register.is_dir():
        return None, None
    with open_office(home, reading=True) as office:
        origin = find_origin(office, pdf)
        if origin is None:
            return None, None
        return blocks_of(office, origin), f"version {origin.version} of {origin.named} in the register"


def _tell_findings(findings: Sequence[Finding], words: dict[str, str]) -> None:
    told: set[str] = set()
    for finding in findings:
        click.secho(shown(f"{finding.code} at {finding.place}"), fg="red")
        tell_words(finding, words)
        tell_lines(finding.sentence)
        if finding.mend not in told:
            tell_lines(finding.mend)
        told.add(finding.mend)


@click.command(epilog=example("equipoise sign", "equipoise sign 1146A/22 --renew"))
@references_argument
@click.option(
    "--renew", is_flag=True, help="Add what keeps a signature verifiable when its certificates expire."
)
@at_home
def sign(references: tuple[str, ...], *, renew: bool, home: Home, as_json: bool) -> None:
    """Sign the published papers that have no signature, or renew the signatures on them."""
    from flows.casework import publishing  # noqa: PLC0415 - help needs no register

    only = {parse_reference(reference) for reference in references}
    done: dict[str, str] = {}
    with open_office(home, reading=True) as office:
        published = publishing.published(office)
        for reference in sorted(only - {case for case, _ in published}):
            raise RefusedError(f"{reference} has no paper that is published.")
        for reference, document in published:
            if not only or reference in only:
                made = publishing.sign_again(office, reference, document, renew=renew)
                done |= {DOCUMENTS[document].named(reference): made.what} if made.what else {}
    if as_json:
        print_json({"papers": done})
        return
    for named, what in done.items():
        click.echo(f"{named}: {what}.")
    if not done:
        click.echo("Nothing to sign.")


@click.command(
    epilog=example(
        "equipoise verify 1146A-22.pdf",
        "equipoise verify 1146A-22.pdf --ca authority-root.pem --home /srv/copy",
    )
)
@_file
@click.option(
    "--ca",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The root certificates you trust, in PEM; by default those above the home's own certificate.",
)
@with_home
def verify(file: Path, ca: Path | None, *, home: Home, as_json: bool) -> None:
    """Verify a published paper, offline: its signature, its time, its register entry, its version."""
    roots = read_file(ca) if ca else None
    proof = prove(
        read_file(file, most=MOST_BYTES),
        home,
        roots,
        source=str(file),
        roots_source=str(ca),
        now=flows_home.now(),
    )
    if as_json:
        print_json({"file": str(file), **_as_json(proof)})
    else:
        print_rows([*facts(proof)])
        against = [*proof.against]
        if against:
            click.secho(f"Something speaks against it: {', '.join(against)}.", fg="red", bold=True)
        elif proof.passes:
            click.echo(heading("It is genuine, as far as can be established here."))
        else:
            click.secho("Nothing could be established.", fg="red", bold=True)
    if not proof.passes:
        sys.exit(NO)


def facts(proof: Proof) -> Iterator[tuple[str, str]]:
    """Yield what was established of a paper, and what of it, in words."""
    signature, origin = proof.signature, proof.origin
    if signature:
        yield from _signature(signature)
    elif proof.signed:
        yield "Signature", "BROKEN: it cannot be read"
    else:
        yield "Signature", f"none in the one form that papers have{_given_out(origin)}"
    yield from _register(proof, origin)
    yield "States", _states(proof)


def _states(proof: Proof) -> str:
    """Return what a paper states of the register before it, and whether the one here goes on from there."""
    stated = proof.stated
    if stated is None:
        return "nothing of the register before it"
    root = " ".join(stated.root[at : at + 4] for at in range(0, 12, 4))
    had = f"published when the register had {counted(stated.sequence, 'entry', 'entries')} with root {root}"
    if proof.goes_on is None:
        return f"{had}; there is no register here to compare"
    return f"{had}; the register here {'goes' if proof.goes_on else 'does NOT go'} on from there"


def _given_out(origin: Origin | None) -> str:
    """Return what a copy without a signature is, of a paper that says it is signed."""
    name = origin.signed_as if origin else ""
    return f"; the paper says that it is given out signed, in the name of {name}" if name else ""


def _signature(signature: Signature) -> Iterator[tuple[str, str]]:
    to = "to the end of the signature" if signature.renewals else "to its last"
    yield (
        "Signature",
        f"intact: the file is what was signed, from its first byte {to}"
        if signature.intact
        else "BROKEN: the file is not what was signed",
    )
    yield "Signed by", signature.signer
    yield "Trust", _TRUST[signature.trust].format(root=signature.root, until=day(local_day(signature.until)))
    yield "", _withdrawn(signature)
    yield "Time", f"{_time(signature.claimed)}, as the signature itself claims"
    yield "Time-stamp", _stamp(signature.stamp)
    for stamp in signature.renewals:
        yield (
            "Renewed",
            _stamp(stamp) if stamp else "with what shows that nothing was withdrawn, no time-stamp",
        )
    yield "Level", f"PAdES {signature.level}: {_LEVELS[signature.level]}"


def _withdrawn(signature: Signature) -> str:
    if signature.trust == "withdrawn":
        return "What was added to the file shows it."
    if signature.known:
        return "The certificate was not withdrawn: what was added to the file shows it."
    return "Whether the certificate was withdrawn is not known: nothing is fetched."


def _stamp(stamp: Stamp | None) -> str:
    if stamp is None:
        return "none"
    intact = "" if stamp.intact else "BROKEN: "
    vouched = (
        f"vouched for by a root you trust until {day(local_day(stamp.until))}"
        if stamp.trust == "trusted"
        else "not vouched for by a root you trust"
    )
    return f"{intact}{_time(stamp.time)}, says {stamp.authority}, {vouched}"


_LEVELS: Final = {
    "B-B": "verifiable until its certificate expires",
    "B-T": "verifiable until the certificate of its time-stamp expires",
    "B-LT": "verifiable until the certificate of its time-stamp expires, from the file alone",
    "B-LTA": "verifiable until the certificate of the newest time-stamp expires, from the file alone",
}
_TRUST: Final = {
    "trusted": "vouched for by {root}",
    "foreign": "NOT vouched for by a root you trust",
    "expired": "vouched for by a root you trust, but NOT then: the certificate was good until {until}",
    "withdrawn": "vouched for by a root you trust, but WITHDRAWN",
    "unfit": "vouched for by a root you trust, but NOT for signing papers",
    "not-established": "not established: name the root you trust with --ca",
}


def _register(proof: Proof, origin: Origin | None) -> Iterator[tuple[str, str]]:
    if not proof.looked_up:
        yield "Register", "not established: there is no register here; name its home with --home"
        return
    if origin is None:
        yield "Register", "NOT in the register"
        return
    entry = origin.recorded.entry
    yield (
        "Register",
        f"entry {entry.sequence}, {entry.act} of {origin.named}, {_time(origin.statement.act.time)}",
    )
    yield "Added to it", _added(proof)
    yield (
        "Checkpoint",
        f"the first {counted(origin.checkpoint, 'entry', 'entries')}, among which it is"
        if origin.checkpoint
        else "none at this home covers the entry yet",
    )
    yield (
        "Version",
        f"{origin.version}, which stands published"
        if origin.replaced is None
        else f"{origin.version}, SUPERSEDED by version {origin.current}, published on "
        f"{in_full(origin.replaced)}",
    )


def _added(proof: Proof) -> str:
    if not proof.untouched:
        return "MORE than a signature"
    if not proof.signed:
        return "nothing: it is the registered file"
    renewed = proof.signature is not None and proof.signature.renewals
    return "nothing but the signature" + (" and what keeps it verifiable" if renewed else "")


def _time(when: datetime) -> str:
    return moment(when, "%H:%M:%S %Z")


def _as_json(proof: Proof) -> dict[str, Any]:
    signature, origin = proof.signature, proof.origin
    return {
        "passes": proof.passes,
        "against": [*proof.against],
        "signature": signature
        and {
            "intact": signature.intact,
            "level": signature.level,
            "signer": signature.signer,
            "issuer": signature.issuer,
            "trust": signature.trust,
            "root": signature.root or None,
            "until": signature.until.isoformat(),
            "withdrawn": signature.trust == "withdrawn" or (False if signature.known else None),
        },
        "time": {
            "claimed": signature.claimed.isoformat() if signature else None,
            "stamp": _stamp_row(signature.stamp) if signature else None,
            "renewals": [*map(_stamp_row, signature.renewals)] if signature else [],
        },
        "register": {
            "registered": origin is not None if proof.looked_up else None,
            **(_entry(origin) if origin else {}),
            "untouched": proof.untouched,
        },
        "states": proof.stated
        and {
            "register": proof.stated.register,
            "entries": proof.stated.sequence,
            "root": proof.stated.root,
            "goes_on": proof.goes_on,
        },
        "version": {
            "version": origin.version if origin else None,
            "current": origin.replaced is None if origin else None,
            "superseded_by": origin.current if origin and origin.replaced else None,
            "superseded_on": origin.replaced.isoformat() if origin and origin.replaced else None,
        },
    }


def _stamp_row(stamp: Stamp | None) -> dict[str, Any] | None:
    if stamp is None:
        return None
    return {
        "time": stamp.time.isoformat(),
        "authority": stamp.authority,
        "intact": stamp.intact,
        "trust": stamp.trust,
        "until": stamp.until.isoformat(),
    }


def _entry(origin: Origin) -> dict[str, Any]:
    entry = origin.recorded.entry
    return {
        "reference": origin.reference,
        "document": origin.statement.act.document,
        "entry": origin.recorded.id,
        "sequence": entry.sequence,
        "act": entry.act,
        "published": origin.statement.act.time.isoformat(),
        "checkpoint": origin.checkpoint,
    }
