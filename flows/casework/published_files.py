"""What is given out, compared with what was published: the files of ``published/``, byte by byte.

The register is not in question here: whoever can write to this folder needs no key to mislead its readers.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.register.objects import refuse_shortage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from flows.register.report import Printed, Report

_EARLIER: Final = "earlier"
_MOST: Final = 256 << 20
"""Bytes of a file that is read: twice what a register takes, for what was signed after."""


def compare(folder: Path, report: Report) -> None:
    """Add to what an audit found where ``folder`` has something else than the papers that were published."""
    versions: dict[str, list[Printed]] = {}
    for paper in report.papers:
        versions.setdefault(paper.name, []).append(paper)
    due, there = dict(_due(versions)), dict(_there(folder))
    for path, found in sorted(there.items()):
        if path in due and not (stat.S_ISREG(found.st_mode) and not found.st_size):
            _compare(folder / path, path, due[path], found, report)
        elif path not in due:
            report.add("E_PUBLISHED", f"published/{path}", "Nothing of this name was published.")
    # As after a kill, or where the authority has yet to sign: the next run of publication lays it out.
    lacking = [path for path in due if "/" not in path and not (path in there and there[path].st_size)]
    if lacking:
        report.remarks.append(f"published/ lacks {len(lacking)} of its files, as {lacking[0]}.")


def _due(versions: Mapping[str, Sequence[Printed]]) -> Iterator[tuple[str, Sequence[Printed]]]:
    """Yield each path that may be there, with the versions of its document up to the one it is of."""
    for name, papers in versions.items():
        for at, paper in enumerate(papers, start=1):
            newest = at == len(papers)
            under = "" if newest else f"{_EARLIER}/{name}-version-{paper.version}/"
            for ending in ("pdf", "html"):
                yield f"{under}{name}.{ending}", papers[:at]


def _there(folder: Path, prefix: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Yield everything but the folders that belong there, and what is being written."""
    try:
        entries = sorted(os.scandir(folder / prefix), key=lambda entry: entry.name)
    except OSError as error:
        refuse_shortage(error)
        return
    for entry in entries:
        path, depth = f"{prefix}{entry.name}", prefix.count("/")
        belongs = path == _EARLIER if not depth else depth == 1
        if entry.is_dir(follow_symlinks=False) and belongs:
            yield from _there(folder, f"{path}/")
        elif not (entry.name.startswith(".") and entry.name.endswith(".part")):
            yield path, entry.stat(follow_symlinks=False)


def _compare(file: Path, path: str, papers: Sequence[Printed], found: os.stat_result, report: Report) -> None:
    *earlier, due = papers
    place = f"published/{path}"
    if not stat.S_ISREG(found.st_mode):
        report.add("E_PUBLISHED", place, "It is no plain file; a link shows what stands elsewhere.")
        return
    try:
        content = disk.read_plain(file, _MOST)
    except OSError as error:
        refuse_shortage(error)
        report.add("E_PUBLISHED", place, "It cannot be read.")
        return
    if path.endswith("html"):
        _compare_page(hashlib.sha256(content).hexdigest(), place, due, report)
    elif not _is(content, due):
        of = next((each.version for each in reversed(earlier) if _is(content, each)), None)
        older = f"It is version {of}, and version {due.version} is the newest."
        report.add("E_PUBLISHED", place, "It is not the paper that was published." if of is None else older)


def _compare_page(digest: str, place: str, due: Printed, report: Report) -> None:
    if digest == due.page or not due.page:
        return
    if due.again:
        report.add("E_PUBLISHED", place, "It is not the page that was made with the paper.")
    else:
        report.unexamined["page"] += 1
        report.not_established.append(
            f"whether {place} is the page of its paper: other software made that, and might have made it anew"
        )


def _is(content: bytes, paper: Printed) -> bool:
    """Tell whether a file is a paper with nothing after it but signatures, whoever made them."""
    own, added = content[: paper.pdf.size], content[paper.pdf.size :]
    if hashlib.sha256(own).hexdigest() != paper.pdf.sha256:
        return False
    if not added:
        return True
    from flows.document.signing import update  # noqa: PLC0415 - a second, for those who sign

    try:
        update.read(own, content)
    except ValueError:
        return False
    return True
