"""What is sealed, from where no case key is: a registrar opens it, for whom it is on record that they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.vault.keys import seal

if TYPE_CHECKING:
    from flows.registrar.connection import Connection


class RemoteVault:
    """The vault of a registrar."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seal(self, recipient: str, content: bytes) -> bytes:
        """Return ``content`` readable by the case key ``recipient`` alone; never twice the same."""
        return seal(recipient, content)

    def check(self, recipient: str, sealed: bytes) -> None:
        """Check that what was sealed to ``recipient`` can be opened.

        Raises:
            RegisterError: it cannot.
        """
        self._connection.ask("opens", bool, recipient=recipient, sealed=sealed)

    def unseal(self, recipient: str, sealed: bytes) -> bytes:
        """Return what was sealed to ``recipient``.

        Raises:
            NotEntitledError: it is not on record that whoever asks opens it.
            RegisterError: the key is not in the vault, or does not open it.
        """
        return self._connection.ask("unseal", bytes, recipient=recipient, sealed=sealed)
