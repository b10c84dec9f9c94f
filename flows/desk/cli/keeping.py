"""Commands of an administrator: make a home, and keep the list of authorised people."""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.casework import acts
from flows.casework.keeping import due_for_erasure
from flows.desk.cli.recovery import SHARES_TO, SharesNeeded, shares_for, tell_shares
from flows.desk.cli.terminal import (
    WORDS,
    Commands,
    at_home,
    counted,
    example,
    open_office,
    print_json,
    print_rows,
    read_text,
    tell_policy,
    with_home,
)
from flows.desk.cli.terminal import acts as acting
from flows.desk.making import PATTERN, first_rules, make_home, parse_authority
from flows.domain.acts import ADD_OFFICER
from flows.domain.edition import EDITIONS, latest
from flows.domain.english import in_full
from flows.domain.errors import PitError
from flows.domain.policy import BODIES, LONGEST_RETENTION, SERVICE, Person, fingerprint, parse_person
from flows.domain.procedure import Role
from flows.home import Home, find_home
from flows.register import signature
from flows.register.kinds import parse_key, parse_public

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.acts import Officer
    from flows.casework.office import Office

_PEOPLES_ROLES = [str(role) for role in Role if role is not Role.SERVICE]


def at_a_terminal() -> bool:
    """Tell whether a person can be asked."""
    return sys.stdin.isatty()


def _kind_of(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    """Return the kind of authority; where none is given a person at a terminal is asked for it."""
    if value is not None:
        return value
    if not at_a_terminal():
        raise click.MissingParameter(ctx=ctx, param=param)
    from flows.domain.provisions import provisions  # noqa: PLC0415 - for who is asked alone

    words = provisions().authorities
    print_rows([(each, words.get(each, "none of these")) for each in BODIES], err=True)
    kind: str = click.prompt("What kind of authority is it", type=param.type, err=True)
    return kind


@click.command(epilog=example('equipoise init --authority "Northshire Police" --body other'))
@click.option(
    "--authority",
    required=True,
    metavar="NAME",
    help="The public authority, as it names itself; several that share a register, with semicolons.",
)
@click.option(
    "--administrator",
    "administrators",
    default=("administrator",),
    metavar="ID",
    multiple=True,
    show_default="administrator",
    help="The first administrator. May be repeated: then a change of the policy takes two of them, one who "
    "proposes it and one who confirms it.",
)
@click.option(
    "--approvals",
    type=click.Choice([*EDITIONS[latest()].gates]),
    default="full",
    show_default=True,
    help="Which approvals a test needs.",
)
@click.option("--pattern", default=PATTERN, show_default=True, help="How the next reference is made.")
@click.option(
    "--body",
    type=click.Choice(BODIES),
    callback=_kind_of,
    help="What kind of authority it is, other for none of these; from that follows which exemptions are open "
    "to it, and how long it has.",
)
@click.option(
    "--recovery-shares",
    "recovery",
    type=SharesNeeded(),
    help="Make a recovery key in shares for trustees, as '3 of 5': so many of them name a new administrator "
    "where a last key is lost.",
)
@click.option("--shares-to", metavar="FOLDER", type=click.Path(path_type=Path), help=SHARES_TO)
@at_home
def init(
    authority: str,
    administrators: tuple[str, ...],
    approvals: str,
    pattern: str,
    body: str,
    *,
    recovery: tuple[int, int] | None,
    shares_to: Path | None,
    home: Home,
    as_json: bool,
) -> None:
    """Make a home: the register, its first administrator and the service's keys."""
    rules = first_rules(approvals, pattern, body)
    authority = parse_authority(authority, "--authority")
    administrator, *others = map(parse_person, administrators)
    with shares_for(recovery, shares_to, home, authority) as made:
        rules = replace(rules, recovery=made.recovery)
        make_home(home, authority=authority, administrator=administrator, rules=rules, others=others)
    with open_office(home) as office:
        acts.write_allowed_signers(office)
        fingerprint = office.register.fingerprint()
    if as_json:
        shares = {"shares": [*map(str, made.paths)]} if made.paths else {}
        found = {"home": str(home.root), "fingerprint": fingerprint, "administrator": administrator}
        print_json(found | shares)
        return
    click.echo(f"Made {home.root} for {authority}.")
    click.echo(f"Fingerprint: {fingerprint}")
    click.echo(
        "Keep the fingerprint where this machine cannot reach: an auditor compares it with the register."
    )
    for each in (administrator, *others):
        click.echo(f"The key of {each} is {home.officers / each}; move it to a safe place.")
    tell_shares(made)
    where = "" if home == find_home() else f" --home {shlex.quote(str(home.root))}"
    click.echo(f"Next: equipoise officer add ID --role foi-officer --as {administrator}{where}")


@click.command(epilog=example("equipoise adopt-edition --as administrator"))
@click.option(
    "--edition",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=latest(),
    show_default=True,
    help="Which edition; by default the latest that this software knows.",
)
@acting
def adopt_edition(edition: int, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Let acts be judged by a later edition of the procedure; what was done before stands."""
    recorded = acts.adopt_edition(office, officer, edition)
    done = f"Acts are judged by edition {edition} of the procedure from now on."
    if recorded is None:
        done = f"Edition {edition} of the procedure is in force already; nothing was recorded."
    tell_policy(office, done, new=recorded is not None, as_json=as_json)


@click.group(cls=Commands)
def body() -> None:
    """State what kind of authority it is."""


@body.command("show", epilog=example("equipoise body show"))
@with_home
def show_body(*, home: Home, as_json: bool) -> None:
    """Print what kind of authority it is."""
    with open_office(home, reading=True) as office:
        policy = office.register.policy()
    if as_json:
        print_json({"policy": policy.version, "body": policy.rules.body})
    else:
        click.echo(policy.rules.body or "The kind of authority is not stated: some checks do not run.")


@body.command("set", epilog=example("equipoise body set government-department --as administrator"))
@click.argument("kind", metavar="KIND", type=click.Choice(BODIES))
@acting
def set_body(kind: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """State what kind of authority it is, KIND, from now on; "other" for none of those that are named."""
    recorded = acts.change_body(office, officer, kind)
    done = f"The kind of authority is {kind} from now on."
    if recorded is None:
        done = f"The kind of authority is {kind} already; nothing was recorded."
    tell_policy(office, done, new=recorded is not None, as_json=as_json)


@click.group(cls=Commands)
def retention() -> None:
    """State how long a case is kept after it ended."""


@retention.command("show", epilog=example("equipoise retention show"))
@with_home
def show_retention(*, home: Home, as_json: bool) -> None:
    """Print how long a case is kept after it ended."""
    with open_office(home, reading=True) as office:
        policy = office.register.policy()
    months = policy.rules.retention
    if as_json:
        print_json({"policy": policy.version, "months": months})
    else:
        click.echo(f"{months} months" if months else "How long a case is kept is not stated: none is erased.")


@retention.command("set", epilog=example("equipoise retention set 36 --as administrator"))
@click.argument("months", metavar="MONTHS", type=click.IntRange(1, LONGEST_RETENTION))
@acting
def set_retention(months: int, *, office: Office, officer: Officer, as_json: bool) -> None:
    """State for how many MONTHS a case is kept after it ended, as the authority's own schedule has it."""
    recorded = acts.change_retention(office, officer, months)
    done = f"A case is kept for {months} months after it ended."
    if recorded is None:
        done = f"{done.removesuffix('.')} already; nothing was recorded."
    tell_policy(office, done, new=recorded is not None, as_json=as_json)


@retention.command("due", epilog=example("equipoise retention due --all"))
@click.option("--all", "everything", is_flag=True, help="List those too that are kept, each with the reason.")
@with_home
def retention_due(*, everything: bool, home: Home, as_json: bool) -> None:
    """List the cases that are due for erasure, and since when; nothing is erased."""
    with open_office(home, reading=True) as office:
        found = due_for_erasure(office, everything=everything)
    if as_json:
        print_json({"cases": [asdict(each) for each in found]})
        return
    due = [each for each in found if each.due]
    click.echo(f"Due for erasure: {counted(len(due), 'case')}.")
    for each in found:
        since = f"due since {in_full(each.since)}; " if each.due and each.since else ""
        click.echo(f"  {each.reference}: {since}{each.why}")


@click.group(cls=Commands)
def officer() -> None:
    """Keep the list of authorised people."""


@officer.command(
    "add",
    epilog=example(
        "equipoise officer add legal-reviewer --role legal-reviewer \\\n"
        "  --public-key id_ed25519.pub --as administrator"
    ),
)
@click.argument("id_", metavar="ID")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(_PEOPLES_ROLES),
    help="What they may do; may be repeated. It replaces the roles they had.",
)
@click.option(
    "--public-key",
    "public_keys",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Their OpenSSH public key, also that of a security key or a passkey; may be repeated. It replaces "
    "the keys they had. Without it they keep those; for a new person a pair is made in keys/officers/ID.",
)
@acting
def add(
    id_: str,
    roles: tuple[str, ...],
    public_keys: tuple[Path, ...],
    *,
    office: Office,
    officer: Officer,
    as_json: bool,
) -> None:
    """Authorise a person, or give one other roles or other keys."""
    person = parse_person(id_)
    with _keys_of(person, public_keys, office, officer) as keys:
        recorded = acts.add_officer(
            office, officer, Person(id=person, roles=frozenset(map(Role, roles)), keys=keys)
        )
    words = f"{person} is authorised as {', '.join(sorted(set(roles)))}."
    if recorded is None:
        words = f"{words.removesuffix('.')} already; nothing was recorded."
    tell_policy(office, words, new=recorded is not None, as_json=as_json)


@contextmanager
def _keys_of(
    person: str, public_keys: tuple[Path, ...], office: Office, administrator: Officer
) -> Iterator[tuple[str, ...]]:
    """Yield the keys a person is to have; a pair made for the purpose goes again if the act is refused."""
    known = office.register.policy().people.get(person)
    private = office.home.officers / person
    if public_keys:
        texts = {path: read_text(path) for path in public_keys}
        yield tuple(dict.fromkeys(parse_public(text, source=str(path)) for path, text in texts.items()))
    elif known is not None:
        yield known.keys
    elif private.exists():
        public = signature.load(private).public
        signature.write_public(private, public)  # a kill may have left the one without the other
        yield (public,)
    else:
        office.register.policy().require(administrator.id, Role.ADMINISTRATOR, verb=ADD_OFFICER.verb)
        public = signature.generate(private)
        try:
            yield (public,)
        except (acts.ProposedError, acts.UnconfirmedError):
            raise  # the act that lists it may still be recorded
        except BaseException:
            # What failed may have been what comes after the act: then the key is listed.
            with suppress(PitError, OSError):
                now = office.register.policy().people.get(person)
                if now is None or public not in now.keys:
                    private.unlink()
                    signature.public_of(private).unlink()
            raise


@officer.command("revoke", epilog=example("equipoise officer revoke legal-reviewer --as administrator"))
@click.argument("id_", metavar="ID")
@acting
def revoke(id_: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Take a person off the list; what they did before stands."""
    acts.revoke_officer(office, officer, id_)
    tell_policy(office, f"{id_} is no longer authorised.", new=True, as_json=as_json)


@officer.command(
    "suspect",
    epilog=example(
        'equipoise officer suspect legal-reviewer --fingerprint "f00a 60f9 8caf" --since 41 \\\n'
        '  --reason "The telephone was lost." --as administrator'
    ),
)
@click.argument("id_", metavar="ID")
@click.option(
    "--fingerprint", "digits", required=True, metavar="DIGITS", help="Of the key: the first 12, in hex."
)
@click.option(
    "--since",
    required=True,
    type=click.IntRange(1),
    metavar="NUMBER",
    help="The first entry that is doubted.",
)
@click.option("--reason", required=True, **WORDS, help="Why; name nobody.")
@acting
def suspect(
    id_: str, digits: str, since: int, reason: str, *, office: Office, officer: Officer, as_json: bool
) -> None:
    """Let a key sign no more, and have every audit list what rests on it since an entry."""
    recorded = acts.suspect_key(office, officer, id_, digits, since=since, reason=reason)
    done = f"The key signs no more; every audit lists what rests on it since entry {since}."
    if recorded is None:
        done = "That key is suspect since then already; nothing was recorded."
    tell_policy(office, done, new=recorded is not None, as_json=as_json)


@officer.command("list", epilog=example("equipoise officer list"))
@with_home
def list_(*, home: Home, as_json: bool) -> None:
    """List the authorised people."""
    with open_office(home, reading=True) as office:
        people = [p for _, p in sorted(office.register.policy().people.items()) if p.id != SERVICE]
    if as_json:
        rows = [
            {
                "id": p.id,
                "roles": sorted(p.roles),
                "keys": list(p.keys),
                "fingerprints": [*map(fingerprint, p.keys)],
            }
            for p in people
        ]
        print_json({"officers": rows})
        return
    print_rows(
        [(p.id, ", ".join(sorted(p.roles)), ", ".join(parse_key(k).kind for k in p.keys)) for p in people],
        head=("Person", "Roles", "Keys"),
    )
