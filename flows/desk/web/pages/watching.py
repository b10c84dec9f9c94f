"""What a program watches: how the installation is, as JSON and for Prometheus.

It answers whoever sits at this machine, with no proxy between, and whoever brings the token that the settings
name; for everybody else it is not there.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from flows.casework.health import TROUBLES, health
from flows.desk.web.render import as_json
from flows.desk.web.safety import is_at_this_machine
from flows.desk.web.visit import NotFoundError, Sent
from flows.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from prometheus_client.metrics_core import Metric

    from flows.casework.health import Health
    from flows.desk.web.visit import Visit

_UNWELL: Final = 503


def state(visit: Visit) -> Sent:
    """Say how the installation is; HTTP 503 where something is wrong."""
    found = _asked(visit)
    status = 200 if found.well else _UNWELL
    return Sent(content=as_json(found), media="application/json", status=status)


def metrics(visit: Visit) -> Sent:
    """Say the same in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Said(_asked(visit)))
    return Sent(content=generate_latest(registry), media="text/plain; version=0.0.4; charset=utf-8")


def _asked(visit: Visit) -> Health:
    settings = Settings(visit.office.home)
    if not is_at_this_machine(visit.headers, visit.peer, visit.origin):
        token = settings.secret("metrics.token")
        given = visit.headers.get("authorization", "").removeprefix("Bearer ")
        if not token or not hmac.compare_digest(token.encode(), given.encode()):
            raise NotFoundError
    return health(visit.office, settings)


class _Said(Collector):
    """The metrics of one look."""

    def __init__(self, found: Health) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        found = self._found
        yield CounterMetricFamily("equipoise_entries", "Acts that were recorded.", value=found.entries)
        yield _moment("newest_entry", "When the newest act was recorded.", found.newest)
        yield _number("writing_stopped", "1 where nothing is recorded.", found.stopped is not None)
        yield _moment("last_audit", "When the register was last audited; 0 for never.", found.audited)
        yield _number("last_audit_passed", "1 where the last audit passed.", found.passed)
        waiting = GaugeMetricFamily("equipoise_documents", "Documents that wait.", labels=["stage"])
        for stage, count in found.documents.items():
            waiting.add_metric([stage], count)
        yield waiting
        yield _number("overdue", "Documents that are past their day.", found.overdue)
        yield _number("inbox_items", "Items that wait in the inbox.", found.inbox)
        yield _moment("inbox_looked", "When the inbox was last looked at; 0 for never.", found.looked)
        yield _number("set_aside_items", "Items that were set aside.", found.set_aside)
        yield _moment("last_backup", "When the last backup was made; 0 for never.", found.backed_up)
        yield _number("last_backup_entries", "How many acts it has.", found.backed_up_to)
        trouble = GaugeMetricFamily("equipoise_trouble", "1 for what is wrong.", labels=["what"])
        for each in TROUBLES:
            trouble.add_metric([each], each in found.troubles)
        yield trouble


def _number(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"equipoise_{name}", what, value=value)


def _moment(name: str, what: str, value: datetime | None) -> Metric:
    return _number(f"{name}_timestamp_seconds", what, value.timestamp() if value else 0)
