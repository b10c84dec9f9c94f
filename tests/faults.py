"""Faults at the system calls by which a process changes a folder: it is killed, or a call is refused.

The process is traced (ptrace, stopped by a seccomp filter at such calls alone), so that whatever makes them
is met: Python's files, SQLite, threads, and git. Nothing in it is replaced, and nothing is loaded into it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from forked import forked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

traceable = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the calls are numbered otherwise"
)

_NUMBERS: Final = {
    1: "write", 18: "pwrite64", 20: "writev", 296: "pwritev",
    2: "open", 85: "creat", 257: "openat",
    74: "fsync", 75: "fdatasync",
    76: "truncate", 77: "ftruncate", 285: "fallocate",
    82: "rename", 264: "renameat", 316: "renameat2",
    83: "mkdir", 258: "mkdirat", 84: "rmdir",
    86: "link", 265: "linkat", 88: "symlink", 266: "symlinkat",
    87: "unlink", 263: "unlinkat",
    90: "chmod", 91: "fchmod", 268: "fchmodat", 452: "fchmodat2",
    40: "sendfile", 326: "copy_file_range",
}  # fmt: skip
"""Of x86-64: all that change a file or a folder, and those that open one."""
_BY_DESCRIPTOR: Final = {
    "write": 0, "pwrite64": 0, "writev": 0, "pwritev": 0, "fsync": 0, "fdatasync": 0, "ftruncate": 0,
    "fallocate": 0, "fchmod": 0, "sendfile": 0, "copy_file_range": 2,
}  # fmt: skip
_PATHS: Final[dict[str, tuple[tuple[int | None, int], ...]]] = {
    # each path: the argument that has the folder it starts at (None for the current one), and its own
    "open": ((None, 0),), "creat": ((None, 0),), "openat": ((0, 1),), "truncate": ((None, 0),),
    "rename": ((None, 0), (None, 1)), "renameat": ((0, 1), (2, 3)), "renameat2": ((0, 1), (2, 3)),
    "mkdir": ((None, 0),), "mkdirat": ((0, 1),), "rmdir": ((None, 0),),
    "link": ((None, 0), (None, 1)), "linkat": ((0, 1), (2, 3)),
    "symlink": ((None, 1),), "symlinkat": ((1, 2),),
    "unlink": ((None, 0),), "unlinkat": ((0, 1),),
    "chmod": ((None, 0),), "fchmodat": ((0, 1),), "fchmodat2": ((0, 1),),
}  # fmt: skip
_FLAGS: Final = {"open": 1, "openat": 2}
_MAKING: Final = os.O_CREAT | os.O_TRUNC

_TRACEME, _PEEK, _CONT, _GETREGS, _SETREGS, _SETOPTIONS = 0, 2, 7, 12, 13, 0x4200
_OPTIONS: Final = (
    0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000
)  # forks, vforks, threads, exec, seccomp; die with us
_EVENT_SECCOMP: Final = 7
_ANY_KIND: Final = 0x40000000  # __WALL: threads as well
_AT_FDCWD: Final = -100


_REGISTERS: Final = (
    "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base "
    "ds es fs gs"
)


class _Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulong) for name in _REGISTERS.split(" ")]


@dataclass(frozen=True, slots=True)
class Call:
    """A call on something below the folder that is watched.

    Attributes:
        paths: Of what it is about, relative to the folder.
        data: What is written, and at which place of the file; -1 for its end.
    """

    name: str
    paths: tuple[str, ...]
    flags: int = 0
    data: bytes = b""
    place: int = 0

    @property
    def changes(self) -> bool:
        """Whether the disk is another afterwards."""
        return self.name not in _FLAGS or bool(self.flags & _MAKING)

    @property
    def writes(self) -> bool:
        """Whether it asks for what may not be there: room, or leave to write."""
        return self.name not in {"fsync", "fdatasync", "unlink", "unlinkat", "rmdir"} and (
            self.changes or bool(self.flags & (os.O_WRONLY | os.O_RDWR))
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """How the traced work ended.

    Attributes:
        status: Its exit code, negative for a signal.
        calls: All calls it made, but for what came after it was killed.
        met: How many of them were refused.
    """

    status: int
    calls: tuple[Call, ...]
    met: int


KILL: Final = -1
REFUSALS: Final = {"ENOSPC": errno.ENOSPC, "EROFS": errno.EROFS, "EMFILE": errno.EMFILE, "EIO": errno.EIO}


def concerns(fault: str, call: Call) -> bool:
    """Tell whether a call can meet a fault."""
    if fault == "EMFILE":
        return call.name in _FLAGS
    if fault == "EIO":
        return call.name in {"write", "pwrite64", "fsync", "fdatasync"}
    return call.writes if fault in {"ENOSPC", "EROFS"} else call.changes


def run(
    root: Path,
    work: Callable[[], object],
    *,
    fault: str = "",
    at: int = 0,
    for_good: bool = False,
    keep_data: bool = False,
) -> Ended:
    """Run ``work`` in a process of its own, and have it meet a fault.

    Args:
        fault: A name of ``REFUSALS``, or ``KILL``; nothing happens where it is empty.
        at: At which of the calls that can meet it, from 1.
        for_good: Whether every such call after it is refused as well.
        keep_data: Whether what is written is told.
    """
    tracer = _Tracer(str(root), work, fault, at, for_good=for_good, keep_data=keep_data)
    ended = forked(tracer.ended)
    assert ended, "the tracer ended without a word"
    return ended


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    return libc


class _Tracer:
    def __init__(
        self, root: str, work: Callable[[], object], fault: str, at: int, *, for_good: bool, keep_data: bool
    ) -> None:
        self._root, self._fault, self._at = root, fault, at
        self._for_good, self._keep_data = for_good, keep_data
        self._calls: list[Call] = []
        self._count = self._met = 0
        self._work = work
        self._main = 0

    def ended(self) -> Ended:
        self._main = os.fork()
        if self._main == 0:
            _be_traced(self._work)
        os.waitpid(self._main, 0)
        self._ptrace(_SETOPTIONS, self._main, data=_OPTIONS)
        self._ptrace(_CONT, self._main)
        known = {self._main}
        while True:
            pid, status = os.waitpid(-1, _ANY_KIND)
            if not os.WIFSTOPPED(status):
                if pid == self._main:
                    return Ended(os.waitstatus_to_exitcode(status), tuple(self._calls), self._met)
                continue
            stopped, passed_on = os.WSTOPSIG(status), 0
            if status >> 16 == _EVENT_SECCOMP:
                self._meet(pid)
            elif not status >> 16 and not (stopped == signal.SIGSTOP and pid not in known):
                passed_on = 0 if stopped == signal.SIGTRAP else stopped
            known.add(pid)
            with suppress(ProcessLookupError):  # killed meanwhile
                self._ptrace(_CONT, pid, data=passed_on)

    def _meet(self, pid: int) -> None:
        registers = _Registers()
        self._ptrace(_GETREGS, pid, data=ctypes.addressof(registers))
        call = self._call(pid, registers)
        if call is None:
            return
        self._calls.append(call)
        if not self._fault or not concerns(self._fault, call):
            return
        self._count += 1
        if self._count != self._at and not (self._for_good and self._count > self._at):
            return
        self._met += 1
        if self._fault == "KILL":
            os.kill(self._main, signal.SIGKILL)
            return
        registers.orig_rax = ctypes.c_ulong(-1).value
        registers.rax = ctypes.c_ulong(-REFUSALS[self._fault]).value
        self._ptrace(_SETREGS, pid, data=ctypes.addressof(registers))

    def _call(self, pid: int, registers: _Registers) -> Call | None:
        name = _NUMBERS.get(registers.orig_rax)
        given = [registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8]
        if name is None:
            return None
        try:
            paths = tuple(self._paths(pid, name, given))
        except OSError:
            return None
        if not any(paths):
            return None
        flags = given[_FLAGS[name]] if name in _FLAGS else _MAKING if name == "creat" else 0
        data, place = b"", 0
        if self._keep_data:
            data, place = self._written(pid, name, given)
        return Call(name, paths, flags, data, place)

    def _paths(self, pid: int, name: str, given: list[int]) -> Iterator[str]:
        """Yield the paths of a call relative to the folder; an empty one for what lies elsewhere."""
        if name in _BY_DESCRIPTOR:
            found = [_descriptor(pid, given[_BY_DESCRIPTOR[name]])]
        else:
            found = []
            for at, which in _PATHS[name]:
                start = _AT_FDCWD if at is None else ctypes.c_int(given[at]).value
                folder = f"/proc/{pid}/cwd" if start == _AT_FDCWD else f"/proc/{pid}/fd/{start}"
                found.append(_resolved(os.path.join(os.readlink(folder), _text(pid, given[which]))))  # noqa: PTH115, PTH118 - strings
        for path in found:
            yield path[len(self._root) + 1 :] if path.startswith(f"{self._root}/") else ""

    def _written(self, pid: int, name: str, given: list[int]) -> tuple[bytes, int]:
        if name in {"truncate", "ftruncate"}:
            return b"", given[1]
        if name == "symlink":
            return _text(pid, given[0]).encode(), 0
        if name not in {"write", "pwrite64"}:
            return b"", 0
        data = _memory(pid, given[1], given[2])
        if name == "pwrite64":
            return data, given[3]
        with open(f"/proc/{pid}/fdinfo/{given[0]}", encoding="ascii") as info:  # noqa: PTH123 - strings
            told = dict(line.split(":\t") for line in info.read().splitlines() if ":\t" in line)
        return data, -1 if int(told["flags"], 8) & os.O_APPEND else int(told["pos"])

    @staticmethod
    def _ptrace(what: int, pid: int, data: int = 0) -> None:
        if _libc().ptrace(what, pid, None, data) == -1:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _be_traced(work: Callable[[], object]) -> None:
    status = 70
    try:
        _libc().ptrace(_TRACEME, 0, None, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        _filter()
        status = int(bool(work()))
    except BaseException:  # noqa: BLE001 - a fork of pytest must not go on as one
        traceback.print_exc()
    finally:
        os._exit(status)


def _filter() -> None:
    """Stop at the calls of the table, and at no others."""
    load, equal, give = 0x20, 0x15, 0x06
    rows = [(load, 0, 0, 0)]
    for left, number in zip(range(len(_NUMBERS), 0, -1), _NUMBERS, strict=True):
        rows.append((equal, left, 0, number))
    rows += [(give, 0, 0, 0x7FFF0000), (give, 0, 0, 0x7FF00000)]  # allow; trace
    packed = b"".join(
        code.to_bytes(2, "little") + bytes((yes, no)) + value.to_bytes(4, "little")
        for code, yes, no, value in rows
    )
    buffer = ctypes.create_string_buffer(packed, len(packed))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("rows", ctypes.c_void_p)]

    program = Program(len(rows), ctypes.addressof(buffer))
    if _libc().prctl(38, 1, 0, 0, 0) or _libc().prctl(22, 2, ctypes.addressof(program), 0, 0):
        raise OSError(ctypes.get_errno(), "no filter")


def _descriptor(pid: int, number: int) -> str:
    return str(Path(f"/proc/{pid}/fd/{ctypes.c_int(number).value}").readlink())


def _memory(pid: int, address: int, size: int) -> bytes:
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123 - strings
        return os.pread(memory.fileno(), size, address)


def _resolved(path: str) -> str:
    """Return where a name stands, whatever links lead there; git is given folders of links."""
    start, own = os.path.split(os.path.normpath(path))
    return os.path.join(os.path.realpath(start), own)  # noqa: PTH118 - strings


def _text(pid: int, address: int) -> str:
    found = b""
    while b"\0" not in found:
        # to the end of the page, beyond which there may be nothing
        found += _memory(pid, address + len(found), 4096 - (address + len(found)) % 4096)
    return found.partition(b"\0")[0].decode(errors="replace")
