"""What arrives: what stands in the inbox, what was set aside and why, and what people do about it.

Nothing here tells a name or a word of a request, for either may be a person's: an item goes by its tag, and
what was written in ``WHY.txt`` has no text of it. Who reads a request that was set aside is noted, for there
is no case whose history could say so.

Where the home is elsewhere the registrar is asked for all of it, and judges who may by the same code.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows.casework import kept_lines
from flows.casework.handing_over import Handed
from flows.domain.acts.erasing import gone
from flows.domain.english import in_full
from flows.domain.errors import Fault, MalformedError, MissingReasonError, RefusedError
from flows.domain.local_day import local_day
from flows.domain.procedure import Role
from flows.domain.reference import parse_reference
from flows.notices.notice import SetAside, write_notice
from flows.sources import aside, inbox
from flows.sources.copying import copy_in
from flows.sources.item import (
    ASSESSMENT,
    ATTACHMENTS,
    MESSAGE,
    REQUEST,
    WHY,
    YAML,
    is_folder,
    left_alone,
    tag_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.casework.office import Office

BY_MAIL: Final = re.compile(r"mail-([0-9a-f]{16})(?![0-9a-f])")
"""The name of an item that was made of a message, with what stands for that."""
_AGAIN, _ADDED, _DELETED = "taken in again", "added to a case", "deleted"
"""What becomes of an item that was set aside, as the note of it and whoever asks once more is told it."""
_LONGEST: Final = 65_536
"""Characters of a text that is shown."""
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f/\\]{1,120}")
_FAULT: Final = re.compile(r"  \d+\. (.+?)(?=\n  \d+\. |\n\S|\n\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One item.

    Attributes:
        tag: What stands for its name.
        since: When it came there, UTC.
        why: What is wrong with it; empty of what is yet to be taken in.
        again: Whether it can be taken in again: it has a request, or is a file that may be one.
        by_mail: Whether it came by mail, so that it can be added to a case.
    """

    tag: str
    since: datetime
    why: tuple[str, ...] = ()
    again: bool = False
    by_mail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What arrived.

    Attributes:
        looked: When the inbox was last looked at, UTC; None where that is not known.
    """

    looked: datetime | None
    waiting: tuple[Standing, ...]
    aside: tuple[Standing, ...]


def arrivals(office: Office) -> Arrivals:
    """Return what stands in the inbox and what was set aside, the oldest first."""
    if there := office.keys_elsewhere:
        return there.ask("arrivals", Arrivals)
    home = office.home
    waiting = (Standing(tag=tag_of(path), since=_since(path)) for path in inbox.waiting(home.inbox))
    kept = (
        Standing(
            tag=tag_of(path),
            since=_since(path),
            why=_why(path),
            again=_of_a_request(path),
            by_mail=bool(BY_MAIL.match(path.name)),
        )
        for path in aside.kept(home.set_aside)
    )
    looked = home.inbox_looked
    return Arrivals(
        looked=_since(looked) if looked.exists() else None,
        waiting=tuple(sorted(waiting, key=lambda each: each.since)),
        aside=tuple(sorted(kept, key=lambda each: each.since)),
    )


def tell_of_set_aside(office: Office) -> None:
    """Tell the FOI officers of each item that was set aside, once."""
    for each in arrivals(office).aside:
        about = SetAside(tag=each.tag, since=local_day(each.since))
        if not office.outbox.has_told(about):
            people = office.register.policy().holders(Role.FOI_OFFICER)
            office.outbox.tell(write_notice(about, people))


def read(office: Office, person: str, tag: str, reason: str) -> list[str]:
    """Return the texts of what was set aside, once it is noted that a person reads them.

    Raises:
        RefusedError: there is no such item, or no reason.
    """
    if there := office.keys_elsewhere:
        return there.ask("read-set-aside", list[str], person=person, tag=tag, reason=reason)
    _check_may(office, person)
    folder = _folder(office, tag)
    if not reason.strip():
        raise MissingReasonError("the item", verb="read what was set aside")
    note(office, {"person": person, "reason": reason, "cases": [], "item": tag})
    return [text.decode(errors="replace")[:_LONGEST] for text in aside.texts_in(folder)]


def take_in_again(office: Office, person: str, tag: str) -> None:
    """Put what was set aside back into the inbox.

    Raises:
        RefusedError: there is no such item, or no request in it; what became of it is told.
    """
    if there := office.keys_elsewhere:
        there.ask("take-in-again", bool, person=person, tag=tag)
        return
    _check_may(office, person)
    with office.taking_in():
        folder = _folder(office, tag)
        if not _of_a_request(folder):
            raise RefusedError(
                "There is no request in it that could be taken in again: hand an assessment to its case as a "
                "draft, and put anything else in with its request."
            )
        alone = _alone(folder)
        note(office, {"person": person, "reason": "", "cases": [], "item": tag, "done": _AGAIN})
        copy_in(alone or folder, office.home.inbox)
        disk.discard(folder)
        disk.sync(office.home.set_aside)


def add_to_case(office: Office, person: str, tag: str, reference: str) -> str:
    """Put a message that was set aside into a case, where it waits as an answer does; return the reference.

    Raises:
        RefusedError: there is no such item or case, it is no message, or the person never read it.
        MalformedError: the reference is none.
    """
    if there := office.keys_elsewhere:
        return there.ask("add-to-case", str, person=person, tag=tag, reference=reference)
    _check_may(office, person)
    with office.taking_in():
        folder = _folder(office, tag)
        by_mail, message = BY_MAIL.match(folder.name), folder / ATTACHMENTS / MESSAGE
        if not by_mail or not message.is_file() or message.is_symlink():
            raise RefusedError("This is no message: hand it in with an act on the case.")
        if not _was_read(office, person, tag):
            raise RefusedError("Read it first: what it is decides whether it belongs there.")
        case = office.register.dossier(parse_reference(reference)).case
        for error in gone(case):
            raise error
        from flows.casework import correspondence  # noqa: PLC0415 - mail, for this alone
        from flows.sources.mail.mailbox import MOST  # noqa: PLC0415 - as above

        note(
            office,
            {
                "person": person,
                "reason": "added to a case",
                "cases": [case.reference],
                "item": tag,
                "done": _ADDED,
            },
        )
        correspondence.keep(office, case, by_mail[1], disk.read_plain(message, MOST + 1))
        disk.discard(folder)
        disk.sync(office.home.set_aside)
    return case.reference


def delete(office: Office, person: str, tag: str, reason: str) -> None:
    """Delete what was set aside, for good.

    Raises:
        RefusedError: there is no such item, and what became of it is told; or no reason; or the person never
            read it.
    """
    if there := office.keys_elsewhere:
        there.ask("delete-set-aside", bool, person=person, tag=tag, reason=reason)
        return
    _check_may(office, person)
    with office.taking_in():
        folder = _folder(office, tag)
        if not _was_read(office, person, tag):
            raise RefusedError("Read it first: a request has its time for answering, whatever its form.")
        if not reason.strip():
            raise MissingReasonError("the item", verb="delete what was set aside")
        why = f"deleted: {reason}"
        note(office, {"person": person, "reason": why, "cases": [], "item": tag, "done": _DELETED})
        disk.discard(folder)
        disk.sync(office.home.set_aside)


def put_in(office: Office, person: str, files: Sequence[tuple[str, bytes]]) -> None:
    """Put a request that came in another way into the inbox.

    Args:
        files: Each with its name: the request and maybe its assessment, in YAML, and what came with it.

    Raises:
        MalformedError: there is no request among them, more than one, or a name that cannot be.
    """
    _check_may(office, person)
    named = [(_bare(name), content) for name, content in files if content]
    texts = [(name, content) for name, content in named if Path(name).suffix.lower() in YAML]
    requests = [(name, content) for name, content in texts if name != ASSESSMENT]
    if len(requests) != 1:
        problem = "one request is needed, a file whose name ends in .yaml; a ZIP archive is not opened"
        raise MalformedError("what was sent", Fault(path="", problem=problem))
    attached = [(name, content) for name, content in named if (name, content) not in texts]
    names = [name for name, _ in attached]
    if unfit := next((name for name in names if left_alone(name) or names.count(name) > 1), None):
        at = names.index(unfit) + 1
        problem = f"the name of file {at} that came with it is given twice, or is one that is left alone"
        raise MalformedError("what was sent", Fault(path="", problem=problem))
    if there := office.keys_elsewhere:
        assessment = next((content for name, content in texts if name == ASSESSMENT), None)
        handed = Handed(
            once=os.urandom(16).hex(), request=requests[0][1], assessment=assessment, attachments=attached
        )
        there.ask("hand-over", bool, handed=handed)
        return
    with tempfile.TemporaryDirectory(dir=_state(office)) as place:
        item = Path(place) / f"sent-{os.urandom(6).hex()}"
        disk.create(item / REQUEST, requests[0][1], mode=0o600)
        for name, content in texts:
            if name == ASSESSMENT:
                disk.create(item / name, content, mode=0o600)
        for name, content in attached:
            disk.create(item / ATTACHMENTS / name, content, mode=0o600)
        copy_in(item, office.home.inbox)


def note(office: Office, row: dict[str, object]) -> None:
    """Note that somebody looked for or at what may be personal; durable before anything is shown."""
    path = office.home.lookups
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":  # as a full disk leaves a line
            file.write(b"\n")
        file.write(f"{json.dumps({'time': office.now().isoformat(), **row})}\n".encode())
        file.flush()
        os.fsync(descriptor)
    disk.sync(path.parent)


def _state(office: Office) -> Path:
    office.home.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return office.home.state


def _check_may(office: Office, person: str) -> None:
    office.register.policy().require(person, Role.FOI_OFFICER, verb="look after the inbox")


def _was_read(office: Office, person: str, tag: str) -> bool:
    """Tell whether a person read an item since whatever had its name before was dealt with."""
    read = False
    for row in _noted(office, tag):
        read = "done" not in row and (read or row.get("person") == person)
    return read


def _noted(office: Office, tag: str) -> list[dict[str, Any]]:
    """Return what was noted of an item; what a full disk or a kill left of a line counts as nothing."""
    rows, _ = kept_lines.read(office.home.lookups, dict)
    return [row for row in rows if row.get("item") == tag]


def _folder(office: Office, tag: str) -> Path:
    for path in aside.kept(office.home.set_aside):
        if tag_of(path) == tag:
            return path
    if done := next((row for row in reversed(_noted(office, tag)) if "done" in row), None):
        day = in_full(local_day(datetime.fromisoformat(done["time"])))
        raise RefusedError(f"This item was {done['done']} by {done['person']} on {day}.")
    raise RefusedError("This item is not there any more.")


def _since(path: Path) -> datetime:
    return datetime.fromtimestamp(os.lstat(path).st_mtime, UTC)


def _why(folder: Path) -> tuple[str, ...]:
    path = folder / WHY
    if not path.is_file() or path.is_symlink():
        return ()
    text = path.read_text(encoding="utf-8", errors="replace")[:_LONGEST]
    return tuple(" ".join(found.split()) for found in _FAULT.findall(text))


def _of_a_request(folder: Path) -> bool:
    return os.path.lexists(folder / REQUEST) or _alone(folder) is not None


def _alone(folder: Path) -> Path | None:
    """Return the lone file that was set aside in a folder made for it; None for a folder that came as one."""
    if os.path.lexists(folder / REQUEST):
        return None
    there = [path for path in sorted(folder.iterdir()) if path.name not in {WHY, f".{WHY}.part"}]
    return there[0] if len(there) == 1 and not is_folder(there[0]) and there[0].name != ASSESSMENT else None


def _bare(name: str) -> str:
    """Return the name of a file that a browser gave, without the folders before it."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    if not _NAME.fullmatch(bare) or bare in {".", ".."}:
        raise MalformedError("what was sent", Fault(path="", problem="a file has no name that can be kept"))
    return bare
