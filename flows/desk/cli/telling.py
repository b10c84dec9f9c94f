"""How findings are told to people, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from flows.desk.cli.terminal import counted, heading, shown, wrapped
from flows.domain.checks import SAY_THE_BODY
from flows.domain.checks.rule import PRACTICE
from flows.domain.english import listing
from flows.domain.finding import Finding, Severity, blocking

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from flows.domain.noted import Noted

_COLOURS: Final = {Severity.BLOCK: "red", Severity.WARN: "yellow"}
_WORDS: Final = {
    Severity.BLOCK: "Stops submission",
    Severity.WARN: "Warning",
    Severity.INFO: "Note",
    Severity.NOT_RUN: "Not checked",
}
_OVERRIDDEN: Final = "Overridden"
_AROUND: Final = 30
"""Characters shown on either side of the words that a finding means."""


def tell_findings(
    findings: Collection[Finding],
    words: Mapping[str, str],
    overridden: Collection[tuple[str, str]] = frozenset(),
) -> None:
    """Print findings, the gravest first, each with the words it means.

    Args:
        words: The texts by their places, for the words meant; they go to the person's own screen only.
        overridden: Code and place of those that a sign-off officer overrode.
    """
    told: set[str] = set()  # what is lacking is lacking for many rules, and is said once
    for finding in sorted(findings, key=lambda each: [*_WORDS].index(each.severity)):
        title = _OVERRIDDEN if _is(finding, overridden) else _WORDS[finding.severity]
        colour = None if _is(finding, overridden) else _COLOURS.get(finding.severity)
        click.echo(f"{click.style(f'{title} {finding.code}', fg=colour)} {shown(finding.place)}".rstrip())
        tell_words(finding, words)
        tell_lines(finding.sentence)
        if finding.severity is not Severity.NOT_RUN or finding.mend not in told:
            tell_lines(finding.mend)
        told.add(finding.mend)
        if finding.citation and finding.severity in _COLOURS:
            tell_lines(_rests_on(finding) + (" No reason overrides this." if finding.final else ""))
    click.echo(heading(_in_all(findings, overridden)))
    if unsaid := sorted({each.code for each in findings if each.mend == SAY_THE_BODY}):
        _alarm(f"Nobody said what kind of authority this is, so that {listing(unsaid)} could not be checked.")


def tell_not_run(reference: str, noted: Iterable[Noted]) -> None:
    """Print which rules were not run on a version that was submitted."""
    if codes := sorted({each.code for each in noted if each.severity is Severity.NOT_RUN}):
        _alarm(f"Submitted unchecked by {listing(codes)}; `equipoise show {reference}` says what is missing.")


def _alarm(sentence: str) -> None:
    for line in wrapped(shown(sentence)):
        click.secho(line, fg="red", bold=True)


def _rests_on(finding: Finding) -> str:
    if finding.citation == PRACTICE:
        return "This is good practice; no section of the Act asks for it."
    return f"See {finding.citation}."


def tell_words(finding: Finding, words: Mapping[str, str]) -> None:
    """Print the words that a finding means, where ``words`` has them by its place."""
    if finding.span and (excerpt := _excerpt(words.get(finding.place, ""), finding.span)):
        tell_lines(f"“{excerpt}”")


def tell_lines(*sentences: str) -> None:
    """Print sentences, indented and wrapped."""
    for sentence in sentences:
        for line in wrapped(shown(sentence), first="  ", then="  "):
            click.echo(line)


def rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return what an audit found."""
    return [
        {"code": f.code, "severity": f.severity, "place": f.place, "sentence": f.sentence, "mend": f.mend}
        for f in findings
    ]


def check_rows(
    findings: Iterable[Finding], overridden: Collection[tuple[str, str]] = frozenset()
) -> list[dict[str, Any]]:
    """Return what the checks found."""
    return [
        {
            **row,
            "span": [*finding.span] if finding.span else None,
            "citation": finding.citation,
            "final": finding.final,
            "overridden": _is(finding, overridden),
        }
        for finding, row in zip(findings, rows(findings), strict=True)
    ]


def _is(finding: Finding, overridden: Collection[tuple[str, str]]) -> bool:
    return finding.severity is Severity.BLOCK and (finding.code, finding.place) in overridden


def _excerpt(text: str, span: tuple[int, int]) -> str:
    start, end = max(span[0] - _AROUND, 0), span[1] + _AROUND
    cut = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"


def _in_all(findings: Collection[Finding], overridden: Collection[tuple[str, str]]) -> str:
    stopping = sum(not _is(each, overridden) for each in blocking(findings))
    others = counted(len(findings) - stopping, "remark")
    if stopping:
        return f"{counted(stopping, 'finding')} to mend before submission; {others}."
    return f"Nothing stops submission; {others}." if findings else "Nothing found."
