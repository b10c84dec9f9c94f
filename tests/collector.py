"""A collector of OpenTelemetry that answers on loopback: OTLP over HTTP, as protobuf."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from loopback import answering_on_loopback
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from flows import tracing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_PATIENCE: Final = 20.0


@dataclass(frozen=True)
class Spanned:
    """A span that was handed over, with what it says."""

    name: str
    kind: str
    trace: bytes
    id: bytes
    parent: bytes
    facts: dict[str, str]
    events: int
    failed: bool
    seconds: float


@dataclass
class Collector:
    """What was handed over, as it came and as it reads."""

    came: list[tuple[str, bytes]] = field(default_factory=list)

    def takes(self, path: str, body: bytes) -> tuple[str, bytes]:
        self.came.append((path, body))
        return "application/x-protobuf", ExportTraceServiceResponse().SerializeToString()

    @property
    def requests(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for _, body in [*self.came]]

    @property
    def spans(self) -> list[Spanned]:
        return [
            Spanned(
                name=span.name,
                kind=span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                trace=span.trace_id,
                id=span.span_id,
                parent=span.parent_span_id,
                facts={
                    each.key: each.value.string_value or str(each.value.int_value) for each in span.attributes
                },
                events=len(span.events),
                failed=span.status.code == span.status.STATUS_CODE_ERROR,
                seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
            )
            for asked in self.requests
            for resource in asked.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def until(self, *names: str) -> list[Spanned]:
        """Wait until spans of these names came; return all."""
        late = time.monotonic() + _PATIENCE
        while True:
            there = self.spans
            missing = {*names} - {each.name for each in there}
            if not missing:
                return there
            assert time.monotonic() < late, missing
            time.sleep(0.05)


@contextmanager
def collecting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """Have traces switched on, here and in every process that is started, for as long as the block lasts."""
    collector = Collector()
    with answering_on_loopback(collector.takes) as address:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        _forget()
        try:
            yield collector
        finally:
            if provider := tracing._provider():
                provider.shutdown()
            monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
            _forget()


def _forget() -> None:
    tracing._tracer.cache_clear()
    tracing._provider.cache_clear()
