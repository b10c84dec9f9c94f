"""One connection to a registrar: HTTP over a socket of this machine, or over TLS that both sides certify.

What is asked goes by its name, with arguments and an answer in JSON. All that can be asked may be asked
twice, so where the connection breaks, or the registrar is started anew, it is asked again for a while.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import is_dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import to_json

from flows import fetching, tracing
from flows.domain.errors import RegisterError
from flows.foreign import object_of
from flows.registrar import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flows.registrar.address import Address

T = TypeVar("T")

_PATIENCE: Final = 20.0
"""Seconds for which a registrar that does not answer is asked again."""
_AGAIN: Final = 0.1
_ANSWER: Final = 120.0
"""Seconds for which nothing may come of an answer."""
_WHOLE: Final = 1200.0
"""Seconds for all of one, as of a large register over a slow line."""
_LARGEST: Final = 1 << 28
"""Bytes of one."""
_TYPES: Final[dict[Any, TypeAdapter[Any]]] = {}
"""What reads an answer of each type; to make one takes a while."""


class Connection:
    """A connection, used by one thread at a time; close it when done.

    Args:
        patience: Seconds for which a registrar that does not answer is asked again; None for the usual. Where
            they are given they are had once, until it answers: a run of many cases does not wait for each.
    """

    def __init__(self, address: Address, *, patience: float | None = None) -> None:
        self._address = address
        self._once = patience is not None
        self._gave_up = False
        self._patience = _PATIENCE if patience is None else patience
        self._open: HTTPConnection | None = None

    def close(self) -> None:
        """Close it."""
        if self._open:
            self._open.close()
        self._open = None

    def ask(self, what: str, gives: type[T], /, **given: Any) -> T:  # noqa: ANN401 - of any type JSON has
        """Return what the registrar answers.

        Args:
            what: By its name.
            gives: Of what type the answer is.
            given: The arguments.

        Raises:
            PitError: as the registrar said.
            RegisterError: it does not answer, or not as one does.
        """
        with tracing.span(f"ask {what}", kind="client") as doing:
            status, data = self._asked(what, to_json(given, bytes_mode="base64"), doing.carried)
            doing.tell(status=status)
        try:
            if status == HTTPStatus.OK:
                return _of_type(gives).validate_json(data)
            raise refusal.read(object_of(data))
        except (ValidationError, ValueError, LookupError, TypeError):
            raise RegisterError(
                f"What answers at {self._address.text} is no registrar of this version of Equipoise."
            ) from None

    def _asked(self, what: str, body: bytes, carried: Mapping[str, str]) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", **carried}
        until = time.monotonic() + (0.0 if self._gave_up else self._patience)
        while True:
            try:
                if self._open is None:
                    self._open = _connection(self._address)
                self._open.request("POST", f"/{what}", body, headers)
                fetching.until_then(self._open, time.monotonic() + _WHOLE)
                answer = self._open.getresponse()
                data = fetching.body_of(answer, _LARGEST)
            except ssl.SSLCertVerificationError as error:
                self.close()
                raise RegisterError(
                    f"The registrar at {self._address.text} is not certified: {error.verify_message}."
                ) from error
            except (OSError, HTTPException) as error:
                self.close()
                if time.monotonic() > until:
                    self._gave_up = self._once
                    # One that takes no certificate says no word.
                    takes = " and takes this machine's certificate" if self._address.certificate else ""
                    raise RegisterError(
                        f"The registrar at {self._address.text} does not answer; try again, and look whether "
                        f"it runs{takes}."
                    ) from error
                time.sleep(_AGAIN)
            else:
                self._gave_up = False
                return answer.status, data


def _of_type(gives: type[T]) -> TypeAdapter[T]:
    if gives not in _TYPES:
        config = None if is_dataclass(gives) else ConfigDict(val_json_bytes="base64")
        _TYPES[gives] = TypeAdapter(gives, config=config)
    return _TYPES[gives]


def _connection(address: Address) -> HTTPConnection:
    if address.socket:
        return _OverSocket(address.socket)
    host, port = address.host
    named = address.authority
    try:
        for file in filter(None, (address.authority, address.certificate, address.key)):
            named = file
            file.open("rb").close()
        named = address.authority
        context = ssl.create_default_context(cafile=address.authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        named = address.certificate
        context.load_cert_chain(str(address.certificate), address.key)
    except OSError as error:
        # An error of OpenSSL is an OSError too, and names no file.
        wrong = "not in PEM, or its key is another" if isinstance(error, ssl.SSLError) else error.strerror
        raise RegisterError(f"For {address.text} the file {named} cannot be used: {wrong}.") from error
    return HTTPSConnection(host, port, context=context, timeout=_ANSWER)


class _OverSocket(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_ANSWER)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
