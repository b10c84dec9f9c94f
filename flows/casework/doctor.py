"""What is wrong with a home after a kill, a full disk, a restored copy or a slip, and mending what is safe.

What is mended loses nothing: what could be somebody's is put out of the way, into ``state/mended``. What the
register says is the audit's to judge, and what somebody may have planted is left for people to see.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from flows import disk
from flows import home as home_of
from flows.casework import acts, auditing, copies_elsewhere, erasing, mail_doctor, publishing
from flows.casework.ailment import Ailment
from flows.casework.office import open_office
from flows.casework.provider import provider
from flows.casework.witnesses import read_witnesses
from flows.catalogue.search import Entries
from flows.domain.documents import DOCUMENTS
from flows.domain.errors import MalformedError, PitError, RegisterError, VaultShutError
from flows.domain.policy import SERVICE
from flows.domain.reference import identity
from flows.register import signature, upkeep
from flows.register.checkpoint import newest_checkpoint, parse_checkpoint
from flows.register.openings import read_openings
from flows.register.repository import Repository
from flows.register.roster import allowed_signers
from flows.register.stop import stopped
from flows.settings import Settings
from flows.vault.keys import keys_in, places_of
from flows.vault.wrapping import is_unfinished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from flows.casework.office import Office
    from flows.home import Home

    Tell = Callable[[int, int], object]

READING: Final = "Reading every case"
"""What a doctor does first where the catalogue is made anew."""
_AHEAD: Final = 5 * 60
"""Seconds by which two clocks may differ."""
_SERVERS_APART: Final = 60
"""Seconds by which that of a server elsewhere may, before its runs begin late or are taken too early."""
_LEAST_ROOM: Final = 64 << 20
"""Bytes that are left on the disk."""
_OTHERS: Final = 0o077


def examine(home: Home, *, asking: bool = True, tell: Tell | None = None) -> list[Ailment]:
    """Return what is wrong with a home, what the rest depends on first.

    Args:
        asking: Whether servers elsewhere are asked too.
        tell: Told how many of how many cases are read, where the catalogue is made anew.

    Raises:
        RegisterError: there is no register.
    """
    return [*_examined(home, tell), *(_servers(home) if asking else ())]


def _examined(home: Home, tell: Tell | None) -> list[Ailment]:
    _ = home.own_register
    found = [each for look in _LOOKS for each in _looked(home, partial(look, home))]
    found += _looked(home, partial(_register, home, tell))
    return [*{each.name: each for each in found}.values()]


def _servers(home: Home) -> Iterator[Ailment]:
    """Look at what is not on this machine, which can take its time."""
    for look in (mail_doctor.servers, _prefect):
        yield from _looked(home, partial(look, home))


def _prefect(home: Home) -> Iterator[Ailment]:
    """Ask the Prefect server that the environment names whether it would run the flows."""
    from flows.engine import waking  # noqa: PLC0415 - HTTP, for who asks alone

    there = waking.elsewhere(home)
    if there and (what := there.trouble()):
        yield Ailment(
            place="PREFECT_API_URL",
            what=f"No flow can be asked for at that Prefect server: {what}.",
            remedy="Put that right; until then what acts lead to waits for a tick there, or is not done.",
        )
    if there and (apart := _apart(there.clock())):
        yield Ailment(
            place="PREFECT_API_URL",
            what=f"The clock of that Prefect server is {apart} this machine's.",
            remedy="Set all machines by NTP, the workers' too: a tick begins as late as its worker is "
            "behind, and one that is taken too early keeps its flow from others.",
        )
    for name, command in there.unserved_automations() if there else ():
        yield Ailment(
            place="PREFECT_API_URL",
            what=f"On that Prefect server the automation `{name}` is gone or off, and no other does that.",
            remedy=f"`{command}` mends that; until then a run that is killed can block its flow.",
        )


def _apart(there: datetime | None) -> str:
    """Return by how much a clock differs from this machine's; empty where it hardly does, or is not known."""
    seconds = (there - home_of.now()).total_seconds() if there else 0.0
    if abs(seconds) <= _SERVERS_APART:
        return ""
    minutes = max(1, round(abs(seconds) / 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''} {'ahead of' if seconds > 0 else 'behind'}"


def mend(home: Home, *, asking: bool = True, tell: Tell | None = None) -> tuple[list[Ailment], list[Ailment]]:
    """Mend what is safe to mend; return what was wrong and is not any more, and what still is.

    Args:
        asking: Whether servers elsewhere are asked too, at the end.
        tell: As of ``examine``.

    Raises:
        RegisterError: there is no register.
    """
    tried: dict[tuple[str, str], Ailment] = {}
    left = _examined(home, tell)
    # What hid behind another comes to light once that is mended.
    while due := {each.name: each for each in left if each.mend and each.name not in tried}:
        for each in due.values():
            with suppress(PitError, OSError, sqlite3.Error):
                each.mend() if each.mend else None
        tried |= due
        left = _examined(home, tell)
    mended = [each for name, each in tried.items() if name not in {one.name for one in left}]
    return mended, [*left, *(_servers(home) if asking else ())]


def _register(home: Home, tell: Tell | None) -> Iterator[Ailment]:
    with open_office(home, reading=True, tell=tell) as office:
        for look in _OFFICE_LOOKS:
            yield from _looked(home, partial(look, office))


def _looked(home: Home, look: Callable[[], Iterable[Ailment]]) -> Iterator[Ailment]:
    try:
        yield from look()
    except OSError as error:
        place = error.filename or str(home.root)
        yield Ailment(
            place=_named(home, place),
            what=f"This could not be read: {error.strerror}.",
            remedy="Let the account that runs Equipoise read it, or restore it from a copy.",
        )
    except (PitError, sqlite3.Error) as error:
        remedy = "Mend that first; what rests on it was not looked at."
        yield Ailment(place="register.git", what=str(error), remedy=remedy)


def _named(home: Home, path: Path | str) -> str:
    text = str(path)
    return text.removeprefix(f"{home.root}/") or "."


# The folders and files ----------------------------------------------------------------------------


def _folders(home: Home) -> Iterator[Ailment]:
    for folder, _ in home.folders:
        if not folder.is_dir():
            yield Ailment(
                place=_named(home, folder),
                what="The folder is missing.",
                remedy="It is made, empty.",
                mend=home.make_folders,
            )


def _modes(home: Home) -> Iterator[Ailment]:
    folders = (home.officers, home.case_keys, home.service.parent)
    files = (path for folder in folders for path in folder.rglob("*") if path.suffix != ".pub")
    for path in (home.root, home.authority, *folders, *files, *mail_doctor.secrets(home)):
        if not path.exists():
            continue
        mode = path.stat().st_mode & 0o7777
        if mode & _OTHERS:
            yield Ailment(
                place=_named(home, path),
                what="Other accounts of this machine can read it.",
                remedy="It is closed to all but its owner.",
                mend=partial(path.chmod, mode & ~_OTHERS),
            )


def _owners(home: Home) -> Iterator[Ailment]:
    owner, foreign = home.root.stat().st_uid, 0
    first = ""
    for folder, folders, files in os.walk(home.root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)  # noqa: PTH118 - there are many
            if os.lstat(path).st_uid != owner:
                first = first or path
                foreign += 1
    if foreign:
        more = f", and {foreign - 1} more do" if foreign > 1 else ""
        yield Ailment(
            place=_named(home, first),
            what=f"It belongs to another account than the home{more}, as after a command that root gave.",
            remedy=f"Run `chown -R` on the home for the account with the number {owner}.",
        )


def _unfinished(home: Home) -> Iterator[Ailment]:
    """Find what killed writers left; the inbox is the intake's to tidy."""
    folders = {folder for folder, _ in home.folders} | {home.checkpoints, home.consents, home.looked}
    old = time.time() - upkeep.STALE
    for folder in sorted(folders):
        for path in sorted(folder.glob(".*.part")) if folder.is_dir() and folder != home.inbox else ():
            if path.lstat().st_mtime < old:
                yield Ailment(
                    place=_named(home, path),
                    what="A writer that was cut off left this.",
                    remedy="It is deleted; what it was to become is as it was before, or is written again.",
                    mend=partial(disk.discard, path),
                )


def _room(home: Home) -> Iterator[Ailment]:
    if shutil.disk_usage(home.root).free < _LEAST_ROOM:
        yield Ailment(
            place=".",
            what=f"Less than {_LEAST_ROOM >> 20} MiB are free on the disk.",
            remedy="Make room; nothing is recorded once it is full.",
        )


# The repository -----------------------------------------------------------------------------------


def _repository(home: Home) -> Iterator[Ailment]:
    path = home.register
    if upkeep.looks_planted(path):
        yield Ailment(
            place="register.git",
            what="The repository has what no register has.",
            remedy="Run `equipoise audit`, which names it, and ask who put it there; it is left as it is.",
        )
    elif lacking := upkeep.lacking(path):
        yield Ailment(
            place="register.git/config",
            what=f"The repository lacks settings of a register, as {lacking[0]}; git by hand could prune it.",
            remedy="They are written, as at the founding.",
            mend=partial(upkeep.set_up, path),
        )


def _left_behind(home: Home) -> Iterator[Ailment]:
    with closing(Repository(home.register)) as repository, repository.locked():
        found = upkeep.left_behind(home.register)
    for path in found:
        is_lock = path.suffix == ".lock"
        yield Ailment(
            place=_named(home, path),
            what=f"A {'git' if is_lock else 'writer'} that was cut off left this.",
            remedy="It is deleted; nothing refers to it.",
            mend=partial(_sweep, home),
        )


def _sweep(home: Home) -> None:
    with closing(Repository(home.register)) as repository, repository.locked():
        for path in upkeep.left_behind(home.register):
            disk.discard(path)


def _branch(home: Home) -> Iterator[Ailment]:
    if not upkeep.names_nothing(home.register):
        return
    service = signature.load(home.service)
    entry = upkeep.lost_branch(home.register, service.public)
    yield Ailment(
        place="register.git/refs/heads/main",
        what="The branch names no entry.",
        remedy="It is set to the newest entry of its log that this service signed; compare with a checkpoint."
        if entry
        else "Restore it from a copy.",
        mend=partial(upkeep.put_branch, home.register, entry) if entry else None,
    )


def _objects(home: Home) -> Iterator[Ailment]:
    for path, packed in upkeep.damaged(home.register):
        yield Ailment(
            place=_named(home, path),
            what=f"The object is damaged{', and a sound one is packed' if packed else ''}.",
            remedy="The damaged one is put into state/mended." if packed else "Restore it from a copy.",
            mend=partial(_put_away, home, path) if packed else None,
        )


def _put_away(home: Home, path: Path) -> None:
    upkeep.put_out_of_the_way(path, home.mended)


# The keys -----------------------------------------------------------------------------------------


def _service(office: Office) -> Iterator[Ailment]:
    home, listed = office.home, office.register.policy().people[SERVICE].keys
    uses: dict[Path, Callable[[], bool]] = {
        home.service: lambda: office.service.public in listed,
        home.wrapping: lambda: bool(office.vault),
    }
    for place, fits in uses.items():
        try:
            fit = fits()
        except VaultShutError as shut:
            remedy = "`equipoise vault agent` opens it; approvals and audits go on meanwhile."
            yield Ailment(place=_named(home, place), what=str(shut), remedy=remedy)
            continue
        except RegisterError:
            fit = False
        if not fit:
            yield Ailment(
                place=_named(home, place),
                what="The key is missing, unfit, or not the register's.",
                remedy="Restore it from a copy; until then nothing can be recorded, or opened.",
            )


def _rotation(office: Office) -> Iterator[Ailment]:
    if is_unfinished(office.home.wrapping):
        yield Ailment(
            place=_named(office.home, office.home.wrapping),
            what="Another key was being put in its place, and that was cut off; both are there.",
            remedy="`equipoise vault rotate` finishes it.",
        )


def _vault_opened(office: Office) -> Iterator[Ailment]:
    home = office.home
    note, _ = newest_checkpoint(home.checkpoints)
    openings = read_openings(home.vault_opened)
    told = []
    if openings.broken:
        told.append(f"Line {openings.broken} does not follow the one before it: somebody changed this.")
    if note and (known := parse_checkpoint(note)[0]).vault and (gone := openings.against(known.vault)):
        told.append(f"{gone.removesuffix('.')}, as the checkpoint of entry {known.sequence} says.")
    for what in told:
        yield Ailment(
            place=_named(home, home.vault_opened),
            what=what,
            remedy="Find out who did. Whoever read what is sealed in a case is in the register.",
        )


def _pairs(office: Office) -> Iterator[Ailment]:
    home, people = office.home, office.register.policy().people
    for private in sorted(home.officers.iterdir()) if home.officers.is_dir() else ():
        if private.suffix == ".pub" or private.name.startswith("."):
            continue
        beside = signature.public_of(private)
        try:
            public = signature.load(private).public
        except PitError:
            # One with a passphrase, or of a device, is none of those made here.
            if private.stat().st_size and beside.exists():
                continue
            listed = private.name in people
            yield Ailment(
                place=_named(home, private),
                what="This is half a key.",
                remedy="Restore it from a copy, or list another key for this person."
                if listed
                else "It is put into state/mended; make another.",
                mend=None if listed else partial(_put_away, home, private),
            )
        else:
            if not beside.exists():
                yield Ailment(
                    place=_named(home, private),
                    what="The public half does not stand beside it.",
                    remedy="It is written again.",
                    mend=partial(signature.write_public, private, public),
                )


def _case_keys(office: Office) -> Iterator[Ailment]:
    home, cases, erased = office.home, office.catalogue.recipients(), office.catalogue.erased()
    there = keys_in(home.case_keys)
    for recipient, reference in cases.items():
        aside, path = places_of(home.case_keys, recipient)
        if recipient in erased:
            if recipient in there:
                yield Ailment(
                    place=_named(home, path),
                    what=f"{reference} was erased, and its key is there.",
                    remedy="The erasure is finished.",
                    mend=partial(_finish_erasing, home),
                )
        elif not path.is_file() and aside.is_file():
            yield Ailment(
                place=_named(home, aside),
                what=f"{reference} names this key, which was put out of the way.",
                remedy="It is put back.",
                mend=partial(aside.rename, path),
            )
        elif not path.is_file() or not path.stat().st_size:
            yield Ailment(
                place=_named(home, path),
                what=f"The key of {reference} is missing: what is sealed in it cannot be opened.",
                remedy="Restore it from a copy.",
            )


def _finish_erasing(home: Home) -> None:
    with open_office(home) as office, office.taking_in():
        erasing.finish(office)


# What is made from the register -------------------------------------------------------------------


def _catalogue(office: Office) -> Iterator[Ailment]:
    home, known = office.home, frozenset(map(identity, office.catalogue.references()))
    told, entries = office.catalogue.count_entries(Entries()), office.register.tip().entry.sequence
    if known != office.register.cases() or told != entries:
        yield Ailment(
            place=_named(home, home.catalogue),
            what="The catalogue has other cases or entries than the register.",
            remedy="It is made anew.",
            mend=partial(home.catalogue.unlink, missing_ok=True),  # whoever looks next makes it anew
        )


def _memories(home: Home) -> Iterator[Ailment]:
    """Find files of SQLite that are damaged."""
    remedies = {
        home.repeats: "It is put into state/mended; the next intakes make it anew from the sealed requests.",
        home.state
        / "outbox.sqlite": "It is put into state/mended; of what waits, notices are written again.",
        home.desk: "It is put into state/mended, with what was not recorded; people sign in again.",
        home.mail_journal: "It is put into state/mended; what became of earlier mail is listed no more.",
        home.mail_memory: "It is put into state/mended; mail that comes once more is taken in once more.",
    }
    for path, remedy in remedies.items():
        if path.exists() and not _is_sound(path):
            yield Ailment(
                place=_named(home, path),
                what="The file is damaged.",
                remedy=remedy,
                mend=partial(_put_away_database, home, path),
            )


def _lines(home: Home) -> Iterator[Ailment]:
    """Find lines that cannot be read, as a power cut leaves them."""
    for path, lost, mended in (
        (home.audits, auditing.lost_lines, auditing.mend),
        (home.handed_out, copies_elsewhere.lost_lines, copies_elsewhere.mend),
    ):
        if count := lost(home):
            yield Ailment(
                place=_named(home, path),
                what=f"{count} of its lines cannot be read, as after a power cut; the others count.",
                remedy="It is put into state/mended, and what can be read of it stays.",
                mend=partial(mended, home),
            )


def _is_sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=60)) as db:
            return db.execute("pragma quick_check").fetchall() == [("ok",)]
    except sqlite3.OperationalError:
        return True  # locked, or not to be opened now
    except sqlite3.DatabaseError:
        return False


def _put_away_database(home: Home, path: Path) -> None:
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if each.exists():
            _put_away(home, each)


def _signers(office: Office) -> Iterator[Ailment]:
    home, right = office.home, allowed_signers(office.register.policies())
    path = home.allowed_signers
    if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != right:
        yield Ailment(
            place=_named(home, path),
            what="It does not list the keys that the register does.",
            remedy="It is written again.",
            mend=partial(_in_office, home, acts.write_allowed_signers),
        )


def _copies(office: Office) -> Iterator[Ailment]:
    home = office.home
    for reference, document in publishing.copies_missing(office):
        yield Ailment(
            place=_named(home, home.published / DOCUMENTS[document].slug(reference)),
            what="The copy of a published paper is missing.",
            remedy="It is laid out again.",
            mend=partial(_in_office, home, partial(_lay_out, reference=reference, document=document)),
        )


def _lay_out(office: Office, reference: str, document: str) -> None:
    publishing.lay_out_again(office, reference, document)


def _in_office(home: Home, do: Callable[[Office], object]) -> None:
    with open_office(home, reading=True) as office:
        do(office)


# The time, and the stop ---------------------------------------------------------------------------


def _clock(office: Office) -> Iterator[Ailment]:
    tip, now = office.register.tip().entry, office.now().timestamp()
    if tip.committed > now + _AHEAD:
        yield Ailment(
            place=f"entry {tip.sequence}",
            what="The newest entry is dated ahead of this machine's clock.",
            remedy="Correct the clock if it is slow. If it was ahead then, acts go on; by more than a day, "
            "once an administrator says so with `equipoise resume`.",
        )


def _settings(home: Home) -> Iterator[Ailment]:
    """Find what is wrong with the files by which the home knows how it runs, and whom it asks."""
    files: tuple[tuple[Callable[[Home], object], str], ...] = (
        (Settings, "by docs/settings.md; until then `equipoise up` does not start"),
        (provider, "by docs/operating.md; until then nobody enters by single sign-on"),
        (read_witnesses, "by docs/outside-memory.md; until then no witness is asked"),
    )
    for read, remedy in files:
        try:
            read(home)
        except MalformedError as error:
            yield Ailment(
                place=error.source, what=mail_doctor.told_of(error), remedy=f"Put that right, {remedy}."
            )


def _stop(home: Home) -> Iterator[Ailment]:
    if sentence := stopped(home.register):
        yield Ailment(
            place="writing-stopped.txt",
            what=sentence,
            remedy="Find out why the audit failed; then an administrator decides with `equipoise resume`.",
        )


_LOOKS: Final = (
    _folders,
    _modes,
    _owners,
    _room,
    _unfinished,
    _repository,
    _left_behind,
    _branch,
    _objects,
    _memories,
    _lines,
    _settings,
    mail_doctor.settings,
    _stop,
)
_OFFICE_LOOKS: Final = (
    _service,
    _rotation,
    _vault_opened,
    _pairs,
    _catalogue,
    _case_keys,
    _signers,
    _copies,
    mail_doctor.being_sent,
    _clock,
)
"""What later ones look at rests on what earlier ones do."""
