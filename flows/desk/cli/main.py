"""``equipoise``: the command line."""

from __future__ import annotations

from importlib.metadata import version

import click

from flows.desk.cli import acting, checking, clock, desk, keeping, papers, reading, running, theme
from flows.desk.cli.terminal import Speaking


@click.group(
    cls=Speaking,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExit:\n"
    "  0  done, done before, or nothing to do\n"
    "  1  the answer is no\n"
    "  2  the call or a file is malformed\n"
    "  3  the register is absent or unavailable\n"
    "  4  the register does not hold",
)
@click.version_option(version("equipoise"), prog_name="equipoise")
def main() -> None:
    """Take freedom-of-information requests to a published public interest test, provably."""


for command in (
    running.demo,
    keeping.init,
    running.up,
    running.intake,
    reading.queue,
    reading.show,
    reading.history,
    reading.diff,
    reading.document,
    acting.draft,
    acting.override,
    acting.submit,
    acting.approve,
    acting.return_,
    running.publish,
    acting.sent,
    acting.close,
    checking.audit,
    checking.lint,
    papers.pdf_check,
    papers.verify,
    clock.deadline,
    checking.schema,
    keeping.officer,
    clock.holiday,
    theme.theme,
    desk.desk,
):
    main.add_command(command)
