"""Put copies of requests into the inbox; what they were copied from stays as it is."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from flows.sources.durable import discard, free_names, storing
from flows.sources.inbox import items_at

if TYPE_CHECKING:
    from pathlib import Path


def copy_in(path: Path, inbox: Path) -> int:
    """Copy the item that ``path`` is, or the items of the folder that it is; return how many.

    A copy stands in the inbox under a name of its own only once it is whole.

    Raises:
        RegisterError: there is nothing at ``path``, or it cannot be copied.
    """
    found = items_at(path)
    with storing("What was named"):
        for item in found:
            name = next(name for name in free_names(item.path.name) if not os.path.lexists(inbox / name))
            fresh = inbox / f".copying-{item.tag}"
            discard(fresh)
            if item.path.is_dir():
                shutil.copytree(item.path, fresh, symlinks=True)
            else:
                shutil.copy2(item.path, fresh, follow_symlinks=False)
            fresh.rename(inbox / name)
    return len(found)
