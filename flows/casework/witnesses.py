"""The witnesses that the nightly audit asks to cosign what it validated.

``witnesses.toml`` in the home names them, each with what its own command ``equipoise witness key`` prints:

    [[witness]]
    address = "https://witness.example.org/foi"
    key = "witness.example.org/foi+1a2b3c4d+BAAA..."

A witness is sent the checkpoint and the proof that it goes on, and nothing else (c2sp.org/tlog-witness).
What it refuses tells as much as what it signs: it remembers a register that this one does not go on from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flows import fetching
from flows.casework import checkpoints
from flows.domain.errors import Fault, MalformedError
from flows.domain.text_file import toml_of
from flows.register.checkpoint import parse_checkpoint, write_checkpoint
from flows.register.note import Note, SignatureType, parse_lines, parse_note, parse_note_key, when_cosigned

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.home import Home
    from flows.register.merkle import Tree
    from flows.register.note import NoteKey, SignatureLine
    from flows.register.report import Report

_WITHIN: Final = 20
"""Seconds for one answer."""
_MOST: Final = 64 * 1024
"""Bytes of one answer."""
_TIMES: Final = 3
"""How often one is asked which says each time that it saw another checkpoint last."""
_DIGITS: Final = 12
"""Of the largest number of entries."""
_DONE, _MOVED, _UNPROVEN = 200, 409, 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking.

    Attributes:
        lines: The cosignatures that fit.
        remarks: Of each witness that gave none, why.
        silent: Its name; that of the file that names them, where that cannot be read.
    """

    lines: tuple[SignatureLine, ...] = ()
    remarks: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    address: str
    key: NoteKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a witness answers, in HTTP."""

    status: int
    body: str


def ask(office: Office, report: Report) -> Asked:
    """Ask every witness to cosign what an audit validated; what one remembers otherwise is a finding.

    Args:
        report: Of the audit, which passes. To it is added, as of a checkpoint from outside, that a witness
            saw more entries than there are (``E_ROLLBACK``), or others (``E_FORK``).
    """
    try:
        named = read_witnesses(office.home)
    except MalformedError as error:
        told = f"{str(error).removesuffix('.')}, so no witness was asked"
        return Asked(remarks=(told,), silent=(office.home.witnesses.name,))
    if not named:
        return Asked()
    note = parse_note(write_checkpoint(report.checkpoint, office.service))
    tree = checkpoints.tree_of(office)
    lines: list[SignatureLine] = []
    remarks: dict[str, str] = {}
    for each in named:
        found = _ask(office, each, note, tree, report)
        if isinstance(found, str):
            remarks[each.key.name] = f"witness {each.key.name} {found}"
        elif found is not None:
            lines.append(found)
    report.sort()
    return Asked(lines=tuple(lines), remarks=tuple(remarks.values()), silent=tuple(remarks))


def _ask(office: Office, named: _Named, note: Note, tree: Tree, report: Report) -> SignatureLine | str | None:
    """Return a witness's cosignature, or why there is none; None where what it says is a finding."""
    size, old = report.entries, _last_seen(office.home, named.key, report.entries)
    answer, seen = Answer(status=_MOVED, body=""), None
    for _ in range(_TIMES):
        given = _answer(named, checkpoints.request(note, tree.consistency(old, size), old))
        if given is None:
            return "does not answer"
        answer, seen = given, size_in(given)
        if seen is None or seen == old:
            break
        if seen > size:
            told = f"A witness saw {seen} entries; the register has {size}."
            report.add("E_ROLLBACK", f"entry {seen}", told)
            return None
        # It saw another than this home remembers, as after a restore: from there it is asked again.
        old = seen
    if answer.status == _UNPROVEN or seen == old == size:
        report.add("E_FORK", f"entry {old}", "The entries up to here are others than a witness saw.")
        return None
    return cosignature_in(answer, note, named.key)


def cosignature_in(answer: Answer, note: Note, key: NoteKey) -> SignatureLine | str:
    """Return the cosignature in an answer, or why there is none."""
    if answer.status != _DONE:
        return f"cosigned nothing: it answers with {answer.status}"
    try:
        own = [each for each in parse_lines(answer.body) if (each.name, each.key) == (key.name, key.id)]
        if own and when_cosigned(Note(text=note.text, lines=(own[0],)), key):
            return own[0]
    except ValueError:
        pass
    return "answers with what is no cosignature of its own"


def _last_seen(home: Home, key: NoteKey, size: int) -> int:
    """Return how many entries the newest checkpoint has that a witness cosigned; 0 for none."""
    for path in sorted(home.checkpoints.glob("*.txt"), reverse=True):
        try:
            text = path.read_text(encoding="utf-8")
            there = parse_checkpoint(text)[0].sequence
            if there <= size and when_cosigned(parse_note(text), key):
                return there
        except (OSError, ValueError):
            continue  # what is wrong with it, the audit says; and earlier forms are no notes
    return 0


def size_in(answer: Answer) -> int | None:
    """Return how many entries a witness says that it saw, where that is why it refuses."""
    said = answer.body.removesuffix("\n") if answer.status == _MOVED else ""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else None


def _answer(named: _Named, request: str) -> Answer | None:
    """Return what a witness answers; None where it does not, or not in time."""
    url = f"{named.address}/add-checkpoint"
    headers = {"Content-Type": "text/plain"}
    try:
        answer = fetching.fetch(
            url, request.encode(), headers, within=_WITHIN, most=_MOST, proxies=not _is_here(url)
        )
    except OSError:
        return None
    return Answer(status=answer.status, body=answer.body.decode("utf-8", "replace"))


def read_witnesses(home: Home) -> list[_Named]:
    """Return whom a home names.

    Raises:
        MalformedError: the file does not say what is needed.
    """
    if not home.witnesses.is_file():
        return []
    try:
        given = toml_of(home.witnesses.read_bytes(), home.witnesses.name)
        named = [_named(**each) for each in given.pop("witness")]
        if given or len({each.key for each in named}) != len(named):
            raise ValueError("a field that is unknown, or a witness named twice")  # noqa: TRY301 - as above
    except (OSError, LookupError, TypeError, ValueError):
        problem = "it does not say where witnesses are and which keys they have"
        raise MalformedError(home.witnesses.name, Fault(path="", problem=problem)) from None
    return named


def _named(*, address: str, key: str) -> _Named:
    parts, parsed = urlsplit(address), parse_note_key(key)
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(address))
    if not safe or parts.username or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address over https is needed")
    if parsed.type is not SignatureType.COSIGNATURE:
        raise ValueError("the key is not that of a witness")
    return _Named(address=address.removesuffix("/add-checkpoint").rstrip("/"), key=parsed)


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in {"localhost", "127.0.0.1"}
