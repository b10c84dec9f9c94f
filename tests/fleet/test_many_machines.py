"""Requests by mail are each published once on many machines, some of which are killed or cut off."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click
import pytest
from machines import why_not
from story import Story, play

from flows.engine.settings import PAPER_TAG


@pytest.mark.exhaustive
@pytest.mark.skipif(bool(why_not()), reason=f"many machines on one: {why_not()}")
def test_each_request_is_published_once_whatever_is_killed_or_cut_off() -> None:
    # Other accounts have to be able to enter it, which the folders of a run do not allow.
    place = Path(tempfile.mkdtemp(prefix="equipoise-fleet-", dir="/var/tmp"))
    place.chmod(0o755)
    try:
        came = play(place, Story(cases=8, workers=2, minutes=15), lambda what: click.echo(what, err=True))
    finally:
        shutil.rmtree(place)

    assert came["wrong"] == []
    assert len(came["failures"]) == 4
    assert came["started"]["worker-1/worker"] >= 2
    assert came["started"]["api-1/api"] >= 2
    assert came["started"]["registrar/registrar"] >= 2
    assert came["places"] == {PAPER_TAG: 0}
