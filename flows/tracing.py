"""Traces: spans of what was done and asked, with references and durations, handed to a collector by OTLP.

Switched on by the variables of OpenTelemetry's own standard, as ``OTEL_EXPORTER_OTLP_ENDPOINT``, and else
nothing of it is imported. A span has a name and facts of ours: references, kinds of acts, numbers and how an
error is called. What an error says, who acted and what anybody wrote is in none. The spans are ours alone:
no other library of the process, Prefect among them, gives any to the collector.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import contextmanager, nullcontext
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Fact: TypeAlias = str | int

CARRIER: Final = "traceparent"
"""The header by which whoever is asked knows of whose work its own is part (W3C Trace Context)."""
_TIMEOUT: Final = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
_WHERE: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PATIENCE: Final = 2.0
"""Seconds for a collector to take some spans, and for which a process that ends waits for it, where
``OTEL_EXPORTER_OTLP_TIMEOUT`` says nothing else."""
_AGAIN_SECONDS: Final = 3600
_LOG: Final = logging.getLogger("equipoise")
_NOT_TAKEN: Final = (
    "Spans are not handed over: the collector that OTEL_EXPORTER_OTLP_ENDPOINT names does not take them."
)
_NOT_HERE: Final = (
    "Spans are not made, though OTEL_EXPORTER_OTLP_ENDPOINT is set: equipoise[traces] is not installed."
)


class Doing:
    """What is being done, to which facts are added as they become known."""

    def __init__(self, span: Span | None = None) -> None:
        self._span = span

    def tell(self, **facts: Fact) -> None:
        """Add facts: references, kinds, numbers."""
        if self._span:
            self._span.set_attributes(_named(facts))

    @property
    def carried(self) -> dict[str, str]:
        """The header with which somebody else is asked to go on; none where no span is made."""
        if self._span is None:
            return {}
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - as in `_provider`
            TraceContextTextMapPropagator,
        )

        headers: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(headers)
        return {CARRIER: headers[CARRIER]} if CARRIER in headers else {}


_NOTHING: Final = nullcontext(Doing())


def span(
    name: str, *, kind: str = "internal", carried: str = "", **facts: Fact
) -> AbstractContextManager[Doing]:
    """Make a span of the block, if traces are switched on.

    Args:
        kind: ``internal``; ``client`` of what is asked elsewhere, ``server`` of what is answered.
        carried: The header that whoever asks sent; it is believed only in its own form.
    """
    tracer = _tracer()
    return _NOTHING if tracer is None else _span(tracer, name, kind, carried, facts)


@contextmanager
def _span(tracer: Tracer, name: str, kind: str, carried: str, facts: Mapping[str, Fact]) -> Iterator[Doing]:
    from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415 - as in `_provider`
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - as in `_provider`
        TraceContextTextMapPropagator,
    )

    before = TraceContextTextMapPropagator().extract({CARRIER: carried}) if carried else None
    with tracer.start_as_current_span(
        name,
        context=before,
        kind=SpanKind[kind.upper()],
        attributes=_named(facts),
        # Else what an error says would be kept, and its traceback.
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        try:
            yield Doing(made)
        except BaseException as error:
            made.set_status(StatusCode.ERROR)
            made.set_attribute("error.type", type(error).__name__)
            raise


def _named(facts: Mapping[str, Fact]) -> dict[str, Any]:
    return {f"equipoise.{name}": fact for name, fact in facts.items() if fact != ""}


@cache
def _tracer() -> Tracer | None:
    provider = _provider()
    return provider.get_tracer("equipoise", version("equipoise")) if provider else None


@cache
def _provider() -> TracerProvider | None:
    """Return what has spans made and handed over; None where traces are not switched on."""
    given = os.environ
    if (
        not any(given.get(each) for each in _WHERE)
        or given.get("OTEL_SDK_DISABLED", "").lower() == "true"
        or given.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp"
    ):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - where it is on
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        _LOG.error(_NOT_HERE)
        return None
    about = {SERVICE_VERSION: version("equipoise")}
    if not given.get("OTEL_SERVICE_NAME"):
        about[SERVICE_NAME] = "equipoise"
    # A provider of our own, and not the one of the process: what other libraries tell may be text.
    provider = TracerProvider(resource=Resource.create(about))
    waits = None if any(given.get(each) for each in _TIMEOUT) else _PATIENCE
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=waits)))
    theirs = logging.getLogger("opentelemetry")
    theirs.addHandler(_Told())
    theirs.propagate = False
    return provider


class _Told(logging.Handler):
    """Says in one sentence of ours what the exporter says in its own, with an address and a traceback."""

    _told = -float(_AGAIN_SECONDS)

    def emit(self, record: logging.LogRecord) -> None:
        now = time.monotonic()
        if record.levelno >= logging.WARNING and now - self._told >= _AGAIN_SECONDS:
            self._told = now
            _LOG.error(_NOT_TAKEN)
