"""References, folders, and the request as it stands in clear."""

from __future__ import annotations

from datetime import date

import pytest
from domain_builders import a_case, a_request, an_act
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.acts import APPROVE, DRAFT, OPEN, PUBLISH, Kind
from flows.domain.case import folder_of
from flows.domain.documents import REQUEST
from flows.domain.errors import MalformedError
from flows.domain.reference import PATTERN, identity, parse_reference, slug
from flows.domain.request_file import parse_request_file, write_request


@pytest.mark.parametrize(
    "text", ["1146A/22", "13115/18", "10/16", "163A/23", "4593_14", "01.FOI.23.028716", "346/25", "x" * 40]
)
def test_a_reference_is_read_as_it_is_written(text: str) -> None:
    assert parse_reference(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 41,
        "/22",
        "-22",
        ".22",
        "1146A/22 ",
        "1146A/22\n",
        "a..b",
        "a//b",
        "a/",
        "a.",
        "é22",
        "Policy",
        "१२",
    ],
)
def test_what_is_no_reference_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(MalformedError) as refused:
        parse_reference(text, source="request.yaml")

    assert refused.value.source == "request.yaml"
    assert [fault.path for fault in refused.value.faults] == [""]


@pytest.mark.exhaustive
@given(st.from_regex(PATTERN, fullmatch=True))
def test_the_slug_of_a_reference_is_one_step_of_a_path(text: str) -> None:
    try:
        parse_reference(text)
    except MalformedError:
        return
    assert "/" not in slug(text)
    assert slug(text) not in {".", ".."}
    assert identity(slug(text).upper()) == identity(text)


def test_two_references_that_differ_by_case_or_stroke_are_the_same() -> None:
    assert identity("1146a-22") == identity("1146A/22")


def test_a_folder_stands_under_the_date_of_receipt() -> None:
    assert a_case().folder == "cases/2022/11/07/1146A-22"
    assert folder_of("a/b", date(905, 1, 2)) == "cases/0905/01/02/a-b"


@pytest.mark.parametrize(
    ("kind", "document", "path", "may"),
    [
        (OPEN, "", "request.age", True),
        (DRAFT, "test", "request.age", False),
        (DRAFT, "test", "request.md", True),
        (DRAFT, "test", "response/document.md", False),
        (DRAFT, "response", "response/document.md", True),
        (DRAFT, "response", "request.md", False),
        (DRAFT, "response", "test/document.md", False),
        (PUBLISH, "test", "test/1146A-22.pdf", True),
        (PUBLISH, "response", "response/1146A-22.pdf", True),
        (PUBLISH, "response", "test/1146A-22.pdf", False),
        (PUBLISH, "test", "test/document.md", False),
        (APPROVE, "test", "test/document.md", False),
    ],
)
def test_an_act_changes_its_own_files_alone(kind: Kind, document: str, path: str, may: bool) -> None:  # noqa: FBT001
    assert (path in kind.writes(an_act(kind, document=document))) is may


@pytest.mark.parametrize("summary", [None, "One line.", "Two\n\nparagraphs: with a colon."])
def test_a_request_is_read_as_it_was_written(summary: str | None) -> None:
    request = a_request(summary=summary)

    assert parse_request_file(write_request(request)) == request


def test_a_request_under_another_act_says_so_in_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.domain.request_file.regimes", lambda: ("eir", "foia"))
    request = a_request(regime="eir")

    assert write_request(request).splitlines()[3:6] == [
        "Subject: Covert use of ear, vein and gait recognition",
        "Regime: eir",
        "",
    ]
    assert parse_request_file(write_request(request)) == request


def test_a_regime_of_which_there_is_no_data_is_malformed() -> None:
    with pytest.raises(
        MalformedError, match="Regime: this version of the software knows the regimes foia only"
    ):
        parse_request_file(write_request(a_request(regime="eir")))


_TEXT = write_request(a_request())


@pytest.mark.parametrize(
    "text",
    [
        "",
        _TEXT.replace("2022-11-07", "2022-02-30"),
        _TEXT.replace("2022-11-07", "7 November 2022"),
        _TEXT.replace("Authority", "authority"),
        _TEXT + "\n",
        _TEXT.replace("\n\n", "\n\n\n"),
        _TEXT.replace("\n\n", "\nRegime: foia\n\n"),
    ],
    ids=[
        "empty",
        "no such day",
        "another form",
        "another key",
        "an empty line more",
        "a gap too wide",
        "what goes without saying",
    ],
)
def test_what_the_register_did_not_write_is_malformed(text: str) -> None:
    with pytest.raises(MalformedError, match=f"{REQUEST}: it is not in the form"):
        parse_request_file(text)
