"""The folder: each notice is a file that a person opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows import disk

if TYPE_CHECKING:
    from pathlib import Path

    from flows.notices.notice import Notice


class Folder:
    """The notices in one folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, notice: Notice) -> None:
        """Write the file, whole; the same notice again takes its place."""
        self._path.mkdir(parents=True, exist_ok=True)
        disk.write(self._path / f"{notice.about.name}.txt", notice.text.encode())
