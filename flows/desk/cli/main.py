"""``equipoise``: the command line. A command is imported once it is asked for."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

from flows.desk.cli.terminal import Commands, Later, print_version
from flows.domain.acts import ACTS

if TYPE_CHECKING:
    from flows.domain.acts import Kind


def _command(module: str, name: str) -> click.Command:
    found: click.Command = getattr(import_module(f"flows.desk.cli.{module}"), name)
    return found


def _act(kind: Kind) -> click.Command:
    from flows.desk.cli.acting import command_of  # noqa: PLC0415 - see above

    return command_of(kind)


def _in(module: str, help_: str, name: str) -> Later:
    return Later(help_, partial(_command, module, name))


_BEFORE: Final = {
    "demo": _in("running", "Play the whole story on the example cases, with every part real.", "demo"),
    "init": _in(
        "keeping", "Make a home: the register, its first administrator and the service's keys.", "init"
    ),
    "up": _in(
        "running", "Run the desk, the Prefect server and every flow on its schedule, until Ctrl-C.", "up"
    ),
    "intake": _in(
        "running",
        "Take requests in now, first drafts included: those in the inbox, or a copy of those at PATH.",
        "intake",
    ),
    "queue": _in("showing", "List the cases that wait, the most urgent first.", "queue"),
    "find": _in(
        "showing",
        "Find cases by words of their reference, subject, summary or text, all of which have to be there.",
        "find",
    ),
    "show": _in("showing", "Show where a case stands, who may decide, and what to do next.", "show"),
    "history": _in("showing", "List everything that was done to a case, oldest first.", "history"),
    "diff": _in(
        "showing", "Compare the text of two versions; by default the current one with the one before.", "diff"
    ),
    "document": _in(
        "showing",
        "Print the text of a version, or write it as PDF or HTML; what is not published is marked DRAFT.",
        "document",
    ),
    "request": _in(
        "reading",
        "Open the request as it arrived, or what else is kept sealed in a case; that you do is on record.",
        "request",
    ),
}
_OF_AN_ACT: Final = {
    "draft": _in(
        "acting",
        "Record FILE as the next version: an assessment, or the text of another document.",
        "draft",
    ),
    "records": _in(
        "acting",
        "Schedule the records found, as FILE lists them: what is released, redacted or withheld, and why.",
        "records",
    ),
    "publish": _in("running", "Publish what is signed off: everything, or the cases named.", "publish"),
}
"""Commands of acts that take more than what stands in their row."""
_AFTER: Final = {
    "mail": _in("mailing", "Take the mail in, and see the messages of cases that wait for a person.", "mail"),
    "append": _in(
        "acting",
        "Record an act that was proposed with --propose, with the signature that was made elsewhere.",
        "append",
    ),
    "audit": _in("checking", "Verify a register from its objects alone; by default the home's own.", "audit"),
    "checkpoint": _in(
        "checkpoints",
        "Print the newest checkpoint, to be kept elsewhere; sign one if the register has grown.",
        "checkpoint",
    ),
    "registrar": _in(
        "registrar",
        "Write the register for workers, desks and officers elsewhere, until Ctrl-C.",
        "registrar",
    ),
    "promote": _in(
        "registrar",
        "Take a register over from COPY, to which another registrar pushed: from now on it is refused there.",
        "promote",
    ),
    "witness": _in(
        "witnessing",
        "Witness the registers of others: sign a checkpoint that goes on from the last one seen.",
        "witness",
    ),
    "mirror": _in(
        "mirroring",
        "Keep a copy of a register that moves on only to what passes its audit and goes on from it.",
        "mirror",
    ),
    "pre-receive": _in(
        "mirroring",
        "As the pre-receive hook of a git server: let in what passes its audit and goes on from what is "
        "there.",
        "pre_receive",
    ),
    "resume": _in(
        "checking", "Let the register be written again that an audit stopped, with the reason.", "resume"
    ),
    "doctor": _in(
        "doctoring",
        "Say what is wrong with a home after a kill, a full disk or a restored copy, and mend what is safe.",
        "doctor",
    ),
    "health": _in(
        "health",
        "Say how the installation is: writing, the last audit, what waits, what is late, the last backup.",
        "health",
    ),
    "settings": _in(
        "settings", "List the settings: what each is, where that came from, and what it does.", "settings"
    ),
    "backup": _in(
        "backing_up",
        "Write a backup of the home into TARGET, a new folder or one of backups, also while `up` runs.",
        "backup",
    ),
    "restore": _in(
        "backing_up",
        "Make a home again from its backup FOLDER, where there is none, and audit it.",
        "restore",
    ),
    "lint": _in("checking", "Check an assessment before it is submitted.", "lint"),
    "pdf-check": _in(
        "papers", "Check that everyone can read a PDF, and that it reads aloud as written.", "pdf_check"
    ),
    "release-check": _in(
        "releasing", "Look for what is hidden in files before they are released.", "release_check"
    ),
    "sign": _in(
        "papers",
        "Sign the published papers that have no signature, or renew the signatures on them.",
        "sign",
    ),
    "verify": _in(
        "papers",
        "Verify a published paper, offline: its signature, its time, its register entry, its version.",
        "verify",
    ),
    "evidence-pack": _in(
        "packing",
        "Write a case as a ZIP archive that can be verified without this software.",
        "evidence_pack",
    ),
    "deadline": _in(
        "clock",
        "Compute when a request received on DATE, or the case REF, falls due, day by day.",
        "deadline",
    ),
    "schema": _in("checking", "Print the JSON Schema of request.yaml or assessment.yaml.", "schema"),
    "officer": _in("keeping", "Keep the list of authorised people.", "officer"),
    "policy": _in(
        "policy", "See and change the rules; confirm what another administrator proposed.", "policy"
    ),
    "recovery": _in(
        "recovery",
        "Have a lost last key of an administrator made good by shares that trustees keep.",
        "recovery",
    ),
    "vault": _in("vault", "Choose how the key that opens what is sealed is kept, and open it.", "vault"),
    "adopt-edition": _in(
        "keeping",
        "Let acts be judged by a later edition of the procedure; what was done before stands.",
        "adopt_edition",
    ),
    "body": _in("keeping", "State what kind of authority it is.", "body"),
    "retention": _in("keeping", "State how long a case is kept after it ended.", "retention"),
    "holiday": _in(
        "clock", "Keep the bank holidays that were proclaimed after this software was made.", "holiday"
    ),
    "closure": _in("clock", "Keep the times in which there is no session at a school.", "closure"),
    "theme": _in("theme", "Choose how papers look: colour, size of the text, markings, crest.", "theme"),
    "letters": _in("letters", "Choose what letters say of the authority; try its own templates.", "letters"),
    "desk": _in("desk", "Choose where people sign with a passkey; serve the desk alone.", "desk"),
}
COMMANDS: Final = {
    **_BEFORE,
    **{
        kind.name: _OF_AN_ACT.get(kind.name) or Later(kind.help, partial(_act, kind))
        for kind in ACTS.values()
        if kind.help or kind.name in _OF_AN_ACT
    },
    **_AFTER,
}
"""Every command with its first sentence; a test compares these with the commands themselves."""

HEADINGS: Final = {
    "demo": "Set up and run",
    "queue": "Look at cases",
    "correct-receipt": "Act on a case, in the order of its life",
    "append": "Check, publish and keep",
}
"""What stands above the commands from one on, in the list of all."""


@click.group(
    cls=Commands,
    later=COMMANDS,
    headings=HEADINGS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExit:\n"
    "  0  done, done before, or nothing to do\n"
    "  1  the answer is no\n"
    "  2  the call or a file is malformed\n"
    "  3  the register is absent or unavailable\n"
    "  4  the register fails its audit",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=print_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Take freedom-of-information requests to a published public interest test, provably."""
