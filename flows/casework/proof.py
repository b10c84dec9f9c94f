"""Whether a paper is genuine: what its signature shows, and what the register knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework.office import open_office
from flows.casework.origin import find_origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flows.casework.origin import Origin
    from flows.document.signing.examination import Signature
    from flows.home import Home

_BAD_TRUST = frozenset({"foreign", "expired", "unfit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What could be established of a paper, each thing for itself.

    Attributes:
        signature: On the paper; None for none.
        looked_up: Whether there was a register to look in.
        origin: The entry that published it; None where it is not there.
        untouched: Whether the file is the registered paper with nothing but a signature added; None
            where it is not registered.
    """

    signature: Signature | None
    looked_up: bool
    origin: Origin | None
    untouched: bool | None

    @property
    def against(self) -> Iterator[str]:
        """What speaks against it, by name."""
        signature = self.signature
        if signature:
            if not signature.intact or (signature.stamp and not signature.stamp.intact):
                yield "signature"
            if not signature.sole:
                yield "a second signature"
            if signature.trust in _BAD_TRUST:
                yield "trust"
        if self.looked_up and self.origin is None:
            yield "register"
        if self.untouched is False:
            yield "content"
        if self.origin and self.origin.version != self.origin.current:
            yield "version"

    @property
    def passes(self) -> bool:
        """Whether something speaks for it, and nothing against it."""
        vouched = self.signature is not None and self.signature.trust == "trusted"
        return (vouched or self.origin is not None) and not any(self.against)


def prove(
    pdf: bytes, home: Home, roots: bytes | None, *, source: str, roots_source: str, now: datetime
) -> Proof:
    """Return what can be established of a paper; nothing is fetched from anywhere.

    Args:
        pdf: The file.
        home: Whose register is looked in, if it has one.
        roots: Certificates to trust, in PEM; None for those above the home's own.
        source: What the file is called, for errors.
        roots_source: What the file of the roots is called, for errors.
        now: When we look, with a time zone.

    Raises:
        MalformedError: one of the files cannot be read.
        TamperedError: the case that published it fails its audit.
    """
    from flows.document.signing import credential, examination  # noqa: PLC0415 - a second, for those who verify
    from flows.document.signing.addition import only_signed  # noqa: PLC0415 - as above

    trusted = (
        credential.roots(home.authority) if roots is None else credential.certificates_in(roots, roots_source)
    )
    signature = examination.examine(pdf, trusted, now, source=source)
    if not home.register.is_dir():
        return Proof(signature=signature, looked_up=False, origin=None, untouched=None)
    with open_office(home, reading=True) as office:
        origin = find_origin(office, pdf)
        if origin:
            # It vouches for the paper: nothing is believed that only stands there.
            office.register.verify_case(origin.reference)
    untouched = only_signed(origin.paper, pdf) if origin else None
    return Proof(signature=signature, looked_up=True, origin=origin, untouched=untouched)
