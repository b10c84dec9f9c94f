"""Whether a paper is genuine: what its signature shows, and what the register knows of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.casework.office import open_office
from flows.casework.origin import find_origin
from flows.casework.stated import goes_on, read_stated
from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flows.casework.origin import Origin
    from flows.document.signing.credential import Roots
    from flows.document.signing.examination import Signature
    from flows.document.signing.update import File
    from flows.home import Home
    from flows.register.checkpoint import Stated

_BAD_TRUST = frozenset({"foreign", "expired", "withdrawn", "unfit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What could be established of a paper, each thing for itself.

    Attributes:
        signed: Whether a signature of the one form stands after the paper, and nothing else.
        signature: What it shows; None where there is none, or it cannot be read.
        looked_up: Whether there was a register to look in.
        origin: The entry that published it; None where it is not there.
        untouched: Whether the file is the registered paper, or adds to it what signing adds and nothing
            else; None where it is not registered.
        stated: What it states of the register before it; None where it states nothing.
        goes_on: Whether the register here goes on from there; None where there is none, or nothing is stated.
    """

    signed: bool
    signature: Signature | None
    looked_up: bool
    origin: Origin | None
    untouched: bool | None
    stated: Stated | None = None
    goes_on: bool | None = None

    @property
    def against(self) -> Iterator[str]:
        """What speaks against it, by name."""
        yield from self._against_the_signature()
        if self.looked_up and self.origin is None:
            yield "register"
        if self.untouched is False:
            yield "content"
        if self.goes_on is False:
            yield "checkpoint"
        if self.origin and self.origin.replaced:
            yield "version"

    def _against_the_signature(self) -> Iterator[str]:
        signature = self.signature
        if signature is None:
            if self.signed:
                yield "signature"
            return
        if not signature.intact:
            yield "signature"
        if any(stamp and not stamp.intact for stamp in (signature.stamp, *signature.renewals)):
            yield "time-stamp"
        if signature.trust in _BAD_TRUST:
            yield "trust"
        if signature.renewals and signature.renewals[-1] is None and not signature.known:
            # Nothing but what it shows vouches for it.
            yield "what was added to keep it verifiable"

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
        roots: Certificates to trust, in PEM; None for those that the home names.
        source: What the file is called, for errors.
        roots_source: What the file of the roots is called, for errors.
        now: When we look, with a time zone.

    Raises:
        MalformedError: one of the files cannot be read.
        TamperedError: the case that published it fails its audit.
    """
    from flows.document.signing import credential  # noqa: PLC0415 - a second, for those who verify

    if not pdf.startswith(b"%PDF-"):
        raise MalformedError(source, Fault(path="", problem="it is no PDF"))
    trusted = (
        credential.roots(home.authority)
        if roots is None
        else credential.Roots(papers=credential.certificates_in(roots, roots_source))
    )
    origin, stated, follows = _origin(home, pdf)
    proof = weighed(pdf, origin, trusted, now, looked_up=home.register.is_dir())
    return replace(proof, stated=stated, goes_on=follows)


def weighed(
    pdf: bytes, origin: Origin | None, roots: Roots, now: datetime, *, looked_up: bool = True
) -> Proof:
    """Return what a paper shows beside where it comes from."""
    from flows.document.signing.examination import examine  # noqa: PLC0415 - a second, for those who verify

    file = _read(pdf, origin)
    signed = file is not None and bool(file.updates)
    return Proof(
        signed=signed,
        signature=examine(file, roots, now) if file and signed else None,
        looked_up=looked_up,
        origin=origin,
        untouched=(file is not None or pdf == origin.paper) if origin else None,
    )


def _origin(home: Home, pdf: bytes) -> tuple[Origin | None, Stated | None, bool | None]:
    stated = read_stated(pdf)
    if not home.register.is_dir():
        return None, stated, None
    with open_office(home, reading=True) as office:
        origin = find_origin(office, pdf)
        if origin:
            # It vouches for the paper: nothing is believed that only stands there.
            office.register.verify_case(origin.reference)
        return origin, stated, goes_on(office, stated) if stated else None


def _read(pdf: bytes, origin: Origin | None) -> File | None:
    """Return a file as a paper and what was added; None where that is more than signing adds."""
    from flows.document.signing import update  # noqa: PLC0415 - a second, for those who verify

    for paper in [origin.paper] if origin else update.beginnings(pdf):
        try:
            return update.read(paper, pdf)
        except ValueError:
            continue
    return None
