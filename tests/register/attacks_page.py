"""The page of attacks, made from the tables that the tests try: what is done, and what the audit says."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

from forged_files import FAKED, FILES, MORE_WORDS
from test_bounds import HUGE
from test_hostile import TRAPS
from test_second_audit import EXPLAINED, LEFT_OPEN
from test_shape import PLANTED
from test_tampering import ATTACKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HEAD: Final = """\
# Attacks, and what the audit says

<!-- Made by `make pages` from the tables in tests/register/. Change those, not this page. -->

Every row of this page is tried by the tests: a register that passes its audit is attacked, and audited again.
It has to answer with the code of [what an audit finds](register.md#what-an-audit-finds) that is named here.
What is audited has to stay as it was, and no program may have been run.
"""
_ACTS: Final = """
## On the line of entries

Whoever attacks can write to the repository, knows its form and has the service's key, often a person's too.
These codes and no others are found.
Hashes, links, listings and signatures are made anew as far as these keys go.
*Second* is what the [second reader](evidence-pack.md) says, where that is not the same; why, stands below.
Of the pack that is made of a case after an attack its page in a browser says what the second reader says:
a test opens both for every row.

| attack | the audit | second |
|---|---|---|
"""
_EXPLAINED: Final = """
### Where the second reader says something else

"""
_FILES: Final = """
## Files that say something else

Whoever attacks has everybody's keys and puts a file where an act brought it, hashes and signatures made anew.
[The format](register.md#what-a-file-has-to-be) says what the second reader and the page of a pack see of it.

| what is put there | the audit |
|---|---|
"""
_FAKED: Final = """
Of a paper the manifest says that other software made it: another Python, or an earlier release.

| what the paper is | the audit |
|---|---|
"""
_MORE_WORDS: Final = """
To the text of a version a sentence is added that nothing made, and its submission names what made the text.
The draft itself names nothing, so of it the audit says *not established* in each row.
The second reader and the page of a pack see whether something is named, and leave open what it makes.

| what the submission names | the audit, of the submission |
|---|---|
"""
_TRAPS: Final = """
## Programs that lie in wait

A program stands where plain git would run it, and an object is missing, so that git would fetch it.
To read every case, an audit, the next act and the packing after it do not run the program.
The command of plain git that is named here does.
Besides, all these places and the variables of git's environment are tried at once on the commands that read.

| what is arranged | plain git runs it at |
|---|---|
"""
_PLANTED: Final = """
## What no register has

Each of these is put into the folder of a register that passes; the code is among those found.
None of it is in the evidence: it misleads plain git, and may make that run a program.

| of what is planted | the audit | the second reader | the page of a pack |
|---|---|---|---|
"""
_SEES: Final = """
The second reader opens no file where a link, a pipe or a device stands anywhere, and says `E_FILE`.
It reads objects and branch through git, in a repository of its own, and nothing else there matters to it.
Most names, settings and the commit-graph it leaves to the audit: those with † below.
The page is given a case's objects and no repository: what is planted in one never reaches it.
None of the three runs anything, and a test tries every row on the first two.
"""
_HUGE: Final = """
## Large, deep and without end

No key is needed for these.
The audit, a first opening by the service and the making of a pack get 700 MiB and two minutes.
The audit has to name the fault.
The second reader gets the same, and reads no object that is larger than any in a register.
No pack is made where an entry cannot be read; else it has the objects of one case alone.

| what is there | the audit | the second reader |
|---|---|---|
"""


def attacks_page() -> str:
    """Return the page."""
    acts = "".join(
        _row(
            name,
            _codes(codes) or "passes",
            _codes(EXPLAINED[name][0]) or "passes" if name in EXPLAINED else "",
        )
        for name, (_, codes) in ATTACKS.items()
    )
    explained = "".join(
        f"- {_plain(name[0].upper() + name[1:])}.\n  {why}\n" for name, (_, why) in EXPLAINED.items()
    )
    files = "".join(_row(name, "`E_CONTENT`") for name in FILES)
    faked = "".join(_row(name, "`E_PDF`") for name in FAKED)
    made = "".join(
        _row(name, f"`{code}`" if code else "not established, and counted")
        for name, (_, code) in MORE_WORDS.items()
    )
    traps = "".join(_row(name, f"`git {' '.join(command)}`") for name, (_, command) in TRAPS.items())
    huge = "".join(
        _row(name, f"`{code}`", "left open" if LEFT_OPEN.fullmatch(name) else "fails")
        for name, (_, code) in HUGE.items()
    )
    more = (_EXPLAINED, explained, _FILES, files, _MORE_WORDS, made, _FAKED, faked, _TRAPS, traps)
    return "".join((_HEAD, _ACTS, acts, *more, _PLANTED, *_seen(), _SEES, *_planted(), _HUGE, huge))


_KINDS_OF_PLANTS: Final = {
    "links, pipes and devices": r"(a pipe|a socket|a link to .*?) stands at .*|.* linked .*",
    "settings": r"the configuration .*",
    "files and folders": r"there is .*",
    "the commit-graph": r".*commit-graph.*",
}


def _seen() -> Iterable[str]:
    """Yield how many of each kind of what is planted each of the three sees."""
    left = [*PLANTED]
    for what, form in {**_KINDS_OF_PLANTS, "refs and other marks of git's": ".*"}.items():
        names = [name for name in left if re.fullmatch(form, name)]
        left = [name for name in left if name not in names]
        seen = sum(not LEFT_OPEN.fullmatch(name) for name in names)
        yield f"| {what} | {len(names)} of {len(names)} | {seen} of {len(names)} | reads none of it |\n"


def _planted() -> Iterable[str]:
    in_order = sorted(PLANTED.items(), key=lambda row: row[1][1])
    for code, rows in groupby(in_order, key=lambda row: row[1][1]):
        yield f"\n### `{code}`\n\n"
        yield "".join(f"- {_plain(name)}{' †' if LEFT_OPEN.fullmatch(name) else ''}\n" for name, _ in rows)


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(_plain, cells))} |\n"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*") if "`" not in text else text.replace("|", "\\|")


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)
