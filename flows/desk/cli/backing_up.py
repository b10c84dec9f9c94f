"""The commands against the loss of a machine: a backup of a home, and a home made again from one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows import home as flows_home
from flows.casework import backing_up, restoring, thinning
from flows.casework.ailment import shown_as_row
from flows.desk.cli.checking import Progress, audit_json, fingerprint, tell_audit
from flows.desk.cli.terminal import (
    FAILS_ITS_AUDIT,
    NO,
    at_home,
    counted,
    example,
    moment,
    open_office,
    print_json,
    read_text,
    shown,
)
from flows.domain.errors import Fault, MalformedError
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.casework.backing_up import BackedUp
    from flows.home import Home

_PATH = click.Path(path_type=Path)


@click.command(
    epilog=example(
        "equipoise backup /mnt/backups --with-keys /mnt/keys",
        "equipoise backup /mnt/backups --keep 30",
        "equipoise backup before-the-upgrade --with-keys /mnt/usb --seal-for age1…",
    )
)
@click.argument("target", type=_PATH, required=False)
@click.option(
    "--with-keys", "keys", metavar="FILE|FOLDER", type=_PATH, help="Write the keys too, to another place."
)
@click.option(
    "--seal-for",
    metavar="RECIPIENT",
    help="Seal the keys for a recipient of age (age1…), whose private half is kept elsewhere.",
)
@click.option(
    "--keep",
    metavar="N",
    type=click.IntRange(1),
    help="Of a folder: once the new backup is read back, remove the oldest of this home beyond N.",
)
@at_home
def backup(
    target: Path | None,
    keys: Path | None,
    seal_for: str | None,
    keep: int | None,
    *,
    home: Home,
    as_json: bool,
) -> None:
    """Write a backup of the home into TARGET, a new folder or one of backups, also while `up` runs.

    It has everything but the keys and what is made anew, is signed by the service, and is as secret as the
    home. What the backup before it in the same folder has is linked, not copied; each is whole, and can be
    removed alone. The keys go into a file elsewhere, to be kept in other hands. Without TARGET all goes
    where the settings say.
    """
    if target is None:
        said = Settings(home)
        if not (folder := said.text("backup.folder")):
            raise click.UsageError("TARGET, or the setting backup.folder, says where it goes.")
        target = _folder_of("backup.folder", folder)
        keys = keys or (_folder_of("backup.keys", kept) if (kept := said.text("backup.keys")) else None)
        seal_for = seal_for or (said.text("backup.seal-for") or None)
    if seal_for and not keys:
        raise click.UsageError("--seal-for seals the keys: --with-keys says where they go.")
    places = [(path if path.is_dir() else path.parent).resolve() for path in (target, keys) if path]
    if len(places) > len(set(places)):
        raise click.UsageError(
            f"The backup and its keys would both lie in {places[0]}: --with-keys names a file in another "
            "folder, or another folder that is there."
        )
    folders = [path for path in (target, keys) if path and path.is_dir()]
    if keep and target not in folders:
        raise click.UsageError("--keep counts the backups of a folder: TARGET names a folder then.")
    with open_office(home) as office, Progress() as progress:
        done = backing_up.back_up(office, target, progress.show)
        made = backing_up.back_up_keys(office, keys, seal_for) if keys else None
    removed = _thin([done, made] if made and keys in folders else [done], keep)
    if as_json:
        print_json({"home": _row(done), "keys": _row(made) if made else None, "removed": removed})
        return
    entries = counted(done.manifest.entries, "entry", "entries")
    sizes = f"{_size(done.size)}, {_size(done.new)} of it new"
    click.echo(shown(f"Written: {done.file} ({sizes}), with the register up to {entries}."))
    if made:
        click.echo(shown(f"Written: {made.file} ({_size(made.size)}), with the keys."))
    else:
        click.echo("The keys are not in it; --with-keys writes them to another place.")
    if left := done.manifest.left_out:
        click.echo(f"Left out: {counted(left, 'thing')} that still arrived, or was no plain file.")
    for path in removed:
        click.echo(shown(f"Removed: {path}"))


def _folder_of(setting: str, text: str) -> Path:
    """Return the folder of a setting, which has to be there: else each night would want its name for itself.

    Raises:
        MalformedError: it is none, as where its disk is not mounted.
    """
    folder = Path(text)
    if not folder.is_dir():
        raise MalformedError(
            setting, Fault(path=text, problem="there is no such folder; make it, or mount its disk")
        )
    return folder


def _thin(written: list[BackedUp], keep: int | None) -> list[str]:
    """Remove what is older, once all is written."""
    return [str(path) for each in written for path in thinning.thin(each, keep)] if keep else []


def _row(made: BackedUp) -> dict[str, object]:
    said = made.manifest
    return {
        "file": str(made.file),
        "size": made.size,
        "new": made.new,
        "entries": said.entries,
        "files": len(said.files),
        "left_out": said.left_out,
    }


def _size(size: int) -> str:
    return f"{size / (1 << 20):,.1f} MiB" if size >= 1 << 20 else f"{size / (1 << 10):,.1f} KiB"


@click.command(
    epilog=example(
        "equipoise restore /mnt/backups/equipoise-20260305T020000Z \\\n"
        "  --keys /mnt/keys/equipoise-20260305T020002Z.keys.tar --checkpoint 000000120.txt",
    )
)
@click.argument("backup", metavar="FOLDER", type=_PATH)
@click.option("--keys", metavar="FILE", type=_PATH, help="The backup of its keys.")
@click.option(
    "--identity", metavar="FILE", type=_PATH, help="The private key of age for which the keys were sealed."
)
@click.option(
    "--register",
    "newer",
    metavar="SOURCE",
    help="A copy of the register that went on since: what it tells, erasures among it, is taken over.",
)
@click.option("--pin", metavar="FINGERPRINT", help="The register's fingerprint, as published elsewhere.")
@click.option(
    "--checkpoint",
    metavar="FILE",
    type=_PATH,
    help="A checkpoint kept elsewhere; else the newest of the backup.",
)
@at_home
def restore(
    backup: Path,
    keys: Path | None,
    identity: Path | None,
    newer: str | None,
    *,
    pin: str | None,
    checkpoint: Path | None,
    home: Home,
    as_json: bool,
) -> None:
    """Make a home again from its backup FOLDER, where there is none, and audit it.

    What its service did not sign, by the policy of the register in it, is refused, and so is a backup in
    which a file differs, is missing or was added: nothing is made of it then.
    What is made from the register is made anew, erasures that it tells of are carried out, and nothing is
    recorded until the audit has passed. `equipoise desk serve` shows the desk meanwhile, to read. Where it
    was cut off, the same command goes on.
    """
    with Progress() as progress:
        done = restoring.restore(
            home,
            backup,
            keys=keys,
            identity=identity,
            newer=newer,
            pin=fingerprint(pin) if pin is not None else None,
            checkpoint=(checkpoint, read_text(checkpoint)) if checkpoint else None,
            now=flows_home.now(),
            tell=progress.show,
        )
    if as_json:
        print_json(
            {
                "home": str(home.root),
                "with_keys": done.with_keys,
                "erased": done.erased,
                "compared": done.compared or None,
                "audit": audit_json(done.report),
                "ailments": [shown_as_row(each, mended=False) for each in done.left],
            }
        )
    else:
        _tell(done, home)
    if not done.report.passes:
        sys.exit(FAILS_ITS_AUDIT)
    if done.left:
        sys.exit(NO)


def _tell(done: restoring.Restored, home: Home) -> None:
    click.echo(shown(f"Restored: {home.root}, from a backup of {moment(done.backup.began)}."))
    if done.erased:
        keys = counted(done.erased, "erased case")
        click.echo(f"Destroyed: the keys of {keys}, which had come back.")
    tell_audit(done.report, done.compared or "none")
    for each in done.left:
        click.echo(shown(f"{each.place}: {each.what} {each.remedy}", lines=False))
    if not done.with_keys:
        click.echo("The keys did not come with it: --keys names their backup.")
