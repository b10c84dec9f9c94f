"""The pages that are made from data, whole or in part, each by one function.

``python -m tests.docs.pages`` writes them all; a test compares them with what stands there.
"""

from __future__ import annotations

import re
import sys
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flows.casework import checkpoints
from flows.casework.office import open_office
from flows.casework.starting import start, starting_words
from flows.desk.cli.main import main
from flows.domain.act import Act
from flows.domain.acts import ACTS, APPROVE, OPEN, On, Reason
from flows.domain.assessment import Duty
from flows.domain.checks import VERSION
from flows.domain.checks.rule import Input
from flows.domain.checks.ruleset import RULES
from flows.domain.citation import format_citations
from flows.domain.documents import DOCUMENTS, RESPONSE, TEST, sealed_with
from flows.domain.english import in_full, listing
from flows.domain.finding import Severity
from flows.domain.letters import DEMANDS
from flows.domain.policy import SERVICE
from flows.domain.procedure import APPROVALS, ROLE_AT, STAGES, Role, Stage
from flows.domain.provisions import Ask, Need, provisions, section_of
from flows.domain.starting import exemptions_named
from flows.engine.limits import FLOWS, TASKS
from flows.home import Home
from flows.register.roster import write_policy
from flows.settings import TABLE as SETTINGS
from flows.sources.mail.judging import What
from flows.sources.mail.message import TOLD
from tests.domain.measured_figures import BEFORE, NOW
from tests.golden.make import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from flows.casework.starting import Words
    from flows.domain.acts import Kind as Row
    from flows.domain.acts.kind import Fact
    from flows.domain.documents import DocumentKind
    from flows.domain.provisions import HistoricalAge, Provision, Provisions, Regulator
    from flows.domain.timetable import Timetable

ROOT: Final = Path(__file__).resolve().parents[2]


def provisions_page() -> str:
    """Return the page of exemptions."""
    law = provisions()
    pieces = [
        _head(law),
        _contents(law),
        _tests(law),
        _times(law),
        *(_section(section, found, law) for section, found in _by_section(law)),
        _purposes(law),
        _no_exemptions(law),
        _ages(law),
        _bodies(law),
        _persons(law),
    ]
    return "\n".join(pieces)


def readme() -> str:
    """Return the README with the commands that there are."""
    rows = "".join(f"| `{name}` | {each.help} |\n" for name, each in main.commands.items())
    table = f"| command | what it does |\n|---|---|\n{rows}"
    before, begin, rest = (ROOT / "README.md").read_text(encoding="utf-8").partition(_COMMANDS)
    _, end, after = rest.partition(_END)
    return f"{before}{begin}\n{table}\n{end}{after}"


_COMMANDS: Final = "<!-- The commands; made by `make pages` from the command line. -->\n"
_END: Final = "<!-- The end of the commands. -->\n"


def acts_page() -> str:
    """Return the page of acts."""
    return "\n".join([_ACTS_HEAD, *_all_acts(), "", *(line for kind in ACTS.values() for line in _act(kind))])


_ACTS_HEAD: Final = """\
# The acts

<!-- Made by `make pages` from flows/domain/acts/. Change the table there, not this page. -->

Everything that can be done to a case, to one of its documents, or to the policy.
Each act is one signed statement and one entry of [the register](register.md).
The same table makes the commands, their help, their refusals, and what `history` and the entries say of them.

What goes for all of them:

- Who acts is on the list of authorised people, in a role open to the act, and signs with a key of theirs.
- An act on a document names the version that it is about, and is refused where that is not the current one.
- A statement states the facts of its act and no others, and changes no file but those that the act writes.
- Where the policy names it, a sign-in may [attest](register.md#attested) an act, which its actor then does
  not sign; none attests an act on the policy, nor what is said below to take one's own key.
- An act that is tried again is found in the register and is not repeated.
- Where a change of the policy takes [two administrators](register.md#two-administrators), its statement has
  two more facts: who proposed it, and their signature.

`{…}` stands for what the statement states, `{of}` for " of the response" where it is not the test.
"""
_ON: Final = {
    On.CASE: "the case itself",
    On.DOCUMENT: "one document of a case",
    On.POLICY: "the policy",
}
_WHO: Final = {
    Role.SERVICE: "the machine",
    Role.FOI_OFFICER: "an FOI officer",
    Role.LEGAL_REVIEWER: "a legal reviewer",
    Role.SIGN_OFF_OFFICER: "a sign-off officer",
    Role.ADMINISTRATOR: "an administrator",
    Role.AUDITOR: "an auditor",
}


def _all_acts() -> Iterator[str]:
    yield "| act | done to | who | where |"
    yield "|---|---|---|---|"
    for kind in ACTS.values():
        yield f"| [{kind.name}](#{kind.name}) | {_ON[kind.on]} | {_who(kind)} | {_where(kind)} |"


def _act(kind: Row) -> Iterator[str]:
    yield f"## {kind.name}"
    yield ""
    command = main.commands.get(kind.name)
    if command is not None and command.help:
        yield f"{command.help.partition(chr(10) * 2)[0]}"
        yield ""
    yield f"- Done to {_ON[kind.on]}, by {_who(kind)}."
    yield from _not_by(kind)
    if kind.on is not On.POLICY:
        yield f"- Where: {_where(kind)}."
    if kind.reason is not Reason.NONE:
        yield f"- Whoever acts {kind.reason} say why: `--reason`."
    yield f"- {_written(kind)}."
    yield f"- In the history: “{_ones(kind)} {kind.done}”. The entry: “{kind.subject}”."
    if kind.example:
        yield f"\n```sh\n{kind.example}\n```"
    if kind.facts or kind.names_files:
        yield "\n| fact | what it is | what is said of one that will not do |\n|---|---|---|"
        yield from map(_fact, kind.facts)
        if kind.names_files:
            yield "| each file that is decided on | by its path | the SHA-256 of what was read |"
    yield ""


def _not_by(kind: Row) -> Iterator[str]:
    if kind.no_writer:
        yield "- Not by a writer of the document, nor by who wrote other words that are decided on with it."
    if kind.no_second_gate:
        yield "- Not by whoever approved this version at another gate."
    if kind.no_overrider:
        yield "- Not by whoever overrode a finding of this version."
    if kind.own_key and kind.on is not On.POLICY:
        yield "- It takes one's own key: no sign-in attests it."


def _who(kind: Row) -> str:
    if kind.at_gate:
        return ", or ".join(f"{_WHO[role]} at {APPROVALS[gate]}" for gate, role in ROLE_AT.items())
    return " or ".join(_WHO[role] for role in _WHO if role in kind.roles)


def _ones(kind: Row) -> str:
    return SERVICE if kind.roles == {Role.SERVICE} else "PERSON"


def _where(kind: Row) -> str:
    if kind.on is On.POLICY:
        return "-"
    return (
        "before there is a case"
        if kind == OPEN
        else listing([STAGES[each] for each in Stage if each in kind.at])
    )


def _written(kind: Row) -> str:
    if kind.on is On.POLICY:
        return f"What it changes stands in `{kind.changes}` of the policy"
    found = []
    any_letter = {TEST.name: "for the test ", RESPONSE.name: "for a letter, in the folder of its name, "}
    documents = {kind.document: ""} if kind.document or kind.on is not On.DOCUMENT else any_letter
    for document, whose in documents.items():
        paths = [path.replace("REF", "{case}") for path in kind.writes(_example_of(kind, document))]
        own = [path.removeprefix(f"{RESPONSE.name}/") if documents is any_letter else path for path in paths]
        files = [f"`{path}`" for path in own]
        found += [f"{whose}{listing(files)}"] if files else []
    if kind.seals is not Reason.NONE:
        found.append(
            f"`{sealed_with(0, kind.name).replace('0000', 'NNNN')}`, where NNNN is its number in the case"
        )
    return f"Writes {'; '.join(found) or 'no file'}"


def _example_of(kind: Row, document: str) -> Act:
    return Act(
        kind=kind,
        case="REF",
        actor=SERVICE,
        role=Role.SERVICE,
        time=datetime(2022, 11, 7, tzinfo=UTC),
        policy=1,
        document=document,
    )


def _fact(fact: Fact) -> str:
    asked = fact.help or "Found by the machine."
    form = fact.fault("") or fact.fault("\n") or "any"
    return f"| `{fact.name}`{'' if fact.needed else ', where there is one'} | {asked} | {form} |"


def register_page() -> str:
    """Return the page of the register's format, with examples from the golden register."""
    found = _examples()
    page = (ROOT / "docs" / "register.md").read_text(encoding="utf-8")
    return _EXAMPLE.sub(lambda block: block[1] + found[block["name"]], page)


_EXAMPLE: Final = re.compile(r"(<!-- example: (?P<name>[a-z]+) -->\n```[a-z]+\n)(?:.*?)(?=```)", re.DOTALL)


def _examples() -> dict[str, str]:
    """Return the sign-off of the golden case, its entry, and the policy in force then."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        whole = unpack(home)
        with open_office(home, reading=True) as office:
            register = office.register
            dossier = register.dossier("G/1")
            approval = dossier.last(APPROVE, document=TEST.name)
            assert approval
            files = write_policy(register.policy(approval.act.policy))
            examples = {
                "statement": dossier.read(approval.path),
                "signature": dossier.read(approval.signature_path),
                "entry": register.raw(dossier.entry_of(approval).id),
                **{name.removesuffix(".json"): content for name, content in files.items()},
                "head": checkpoints.head(office, register.tree()).text().encode(),
            }
    return {name: content.decode() for name, content in examples.items()} | {
        "checkpoint": whole["checkpoint"]
    }


def checks_page() -> str:
    """Return the page of rules."""
    absent = [_NOT_HERE, *map(_row, ABSENT.items()), ""]
    return "\n".join([_CHECKS_HEAD, *_families(), _READ_SO, _NAMED, _MEASURED, *_measured(), *absent])


ABSENT: Final = {
    "H04": "Whether a test resembles earlier ones needs the texts of other cases, which one file has not.",
    "N06": "Whether the same subject was confirmed before needs the disclosure log, which is yet to come.",
    "B06": "The presumption in favour of disclosure is of the Environmental Information Regulations 2004, "
    "which are yet to come.",
    "P01": "What a letter has to state is looked for in the letter itself: [letters](letters.md).",
    "P02": "What the notice of an extension must state is checked once extending is an act.",
    "G01": "Who may draft, review and sign off is not noticed afterwards but refused: every act is judged "
    "by the procedure, and by the audit again.",
    "G02": "An approval names the SHA-256 of what was read; a change voids it, and the audit sees to that.",
    "G03": "The published PDF is made again from the approved text and compared by the audit.",
    "G04": "Comments are free text so far, so whether they are resolved cannot be told.",
}
"""The rules one might look for, and why there is none."""

_FAMILIES: Final = {
    "X": "Exemptions",
    "H": "Harm",
    "F": "Factors",
    "B": "Balance",
    "N": "Neither confirming nor denying",
    "S": "The text",
    "P": "The procedure",
}
_CHECKS_HEAD: Final = f"""\
# The checks

<!-- Made by `make pages` from flows/domain/checks/. Change the rules, not this page. -->

What the checks look for, as version {VERSION} of the rules.
They run on a file (`equipoise lint`), when a draft is recorded, when it is submitted,
and for those who decide (`equipoise show`).

- What **stops** a submission has to be mended, or overridden by a sign-off officer who wrote no version:
  `equipoise override`, with a reason.
  The override is a signed record; `history` shows it and `audit` counts it.
- A few things are **never** a matter of opinion: a refusal that rests on no exemption, a provision that
  does not exist, one about the other duty, a balance for an absolute exemption, an exemption that has ended
  with the age of the record, an intention to publish that is younger than the request, the applicant's name
  in the text, the reference of another case.
- What only **warns** is for the writer and the deciders to consider.
  A rule that reads prose can be wrong; nearly all of them only warn.
  Its silence proves nothing: it knows forms of words, not what they mean.
- Where a rule rests on **good practice**, no section of the Act asks for what it asks.
- A rule that lacks its input is **not run**, which is not the same as passed.

The severity given is that of the rule's gravest finding.
"""
_READ_SO: Final = """\
## Where the Act leaves a question

- **Section 40(5B)** and the balance. Section 2(3) makes absolute what it names “and no others”; it names section 40(2), as far as the first condition goes, and not section 40(5B).
  So under the Act's words (b), (c) and (d) need a balance, as the second and the third condition do, and X05 stops a part without one.
  Practice takes (a) for absolute all the same, both (i) and (ii): a balance is neither demanded of it, which would stop notices as they are issued every day, nor refused, which would stop those that keep to the letter.
  What (a) does rest on is the same as the first condition of section 40(2), so X17 asks for the principle and the interests weighed, with the same severity.
- **A refusal in the answer.** Whatever is refused needs its exemption and its reasons, section 17(1), wherever it is written.
  A part that gives everything, or holds nothing, and whose answer says plainly that something is withheld, or is neither confirmed nor denied, is stopped (X20); so is an answer that neither confirms nor denies in a part that withholds.
  What is unable to be given, is left out or would not be said only warns, and so does what another part of the test refuses.
- **Section 22** and an intention that is younger than the request. Section 22(1)(b) wants the information to be held with a view to publication “at the time when the request for information was made”.
  A day after that under `publication` is final. Words that say so plainly stop too (X19), but a sign-off officer can override them, since words can be read wrongly; beside an earlier day under its key they only warn.
  Section 22(1)(a) asks for no day of publication. One that was given and is past on the day of decision is told: what was published meanwhile falls under section 21, and what was not may be intended no longer.
- **Not held, and exempt.** Section 1(1)(b) is a duty to communicate what is held, and an exemption is from that duty: of what is not held nothing is exempt, and X16 stops a part that says both.
  Where even that would tell something, the part neither confirms nor denies, and then it does not say that nothing is held.
  What is held in part is two parts of a test. That something would be exempt if it were held can be said in the answer.
"""  # noqa: E501 - in Markdown a line is a sentence
_NAMED: Final = """\
## Whether a text tells who asked

Who asked is known from the sealed request: the applicant's name, e-mail, telephone and address as far as `request.yaml` has them,
and what follows the closing words of the request, or stands in a line of it that speaks of *my address*, *my number* and the like.
They are looked for in whatever goes on record in clear: subject and summary, every text of an assessment, the text made of it,
a response, the reasons and comments of acts, and what else an act states in words.
What has one of them is refused when it is handed in, a request with one in its subject or summary is set aside, and S04 stops a submission.

A text is read without its mark-up, accents, invisible signs, and letters of other scripts that look alike; a line end parts nothing. Then it counts

- a full name in any case and order, with middle names or without, with a title, with initials for the given names (`J. Public`, `JB Public`, `Public, J.`), in one word (`JoPublic`, `jpublic`), and with a possessive;
- a short form or another spelling of the given name, beside the surname (`Jimmy` for `James`, `Siân` for `Jane`), and of the surname (`Mohammed` for `Muhammad`, `McDonald` for `Macdonald`, `Smith` for `Smyth`), beside a title, a given name or an initial;
- a name in Cyrillic, Greek or Arabic letters, where the text has it in Latin ones, and the reverse; of one in Arabic letters, which have no short vowels, two parts have to stand side by side, or one with its title or its *al-*;
- a title with the surname, parted or not (`MrPublic`, `Mr.Public`), or with either half of a double one;
- a name that is no ordinary word, by itself; but not as the name of a judge, a case, a street, an inquiry or a firm, and not after another's given name;
- of a surname of two letters as much, where it has one capital (`Ng`) and no other name follows; of one letter (`O`) only beside a title or a given name;
- of a body its whole name, with or without its legal form;
- an e-mail address, and what stands before its @ where that is no ordinary word;
- a telephone number in any spacing, with 0 or +44; a postcode; a house number, or a named house, with its street.

A name that is an ordinary word (Young, Field, May), a common given name (Thomas) or a place of these islands (York) counts only beside a title, a given name or an initial;
one that is of ordinary words altogether, as Will Young, only with its capitals, or where the text speaks of who asks.
So does a name that is a word of the authority's own.
Where the name is not known, as *not given* or *Anonymous*, there is nothing to look for.
A street or a thing that is called exactly as the applicant is taken for the applicant: write it otherwise.

Measured on texts written before the search, and kept aside until it was done:

| set | names the applicant: found | does not: found all the same | recall | precision |
|---|---|---|---|---|
| first set kept aside (223 texts) | 140 of 141 | 2 of 82 | 99.3% | 98.6% |
| second set kept aside (118 texts) | 77 of 81 | 1 of 37 | 95.1% | 98.7% |
| names written otherwise, kept aside (171 texts) | 105 of 107 | 4 of 64 | 98.1% | 96.3% |
| the same, a set that was written afterwards (60 texts) | 37 of 38 | 0 of 22 | 97.4% | 100% |
| 559 ordinary sentences for each of 120 applicants with ordinary names | | 0 of 67,080 | | |

What was missed: half the name of a firm, three short forms of given names, and a surname (Charity) that reads as a body's.
Most of the short forms have been added since.
Of names written otherwise, before there were rules for them, 34 of the 107 were found, and 5 of the 64 falsely; what was found falsely was mostly a namesake.
Not told are names that are given in other scripts than these (Chinese, Hebrew, Indian ones) and written in Latin letters, or the reverse;
endings that Russian or Greek gives to a name in a sentence of its own; short forms that are in nobody's list; and another spelling of a surname by itself.
Where a name was given in such a script, a person has to read for it.
The sets are in `tests/sources/naming/`.
"""  # noqa: E501 - in Markdown a line is a sentence
_MEASURED: Final = """\
## How well the rules that read prose do

For each of these there are sentences in the ordinary language of notices, in `tests/domain/measured/`:
some that are wrong, and as many that only look like it.
They were written before the rule was last worked on.
Half of them were used for that, and the other half was held back; the figures are of that half.
Its figures were read before, after, and as the rules were worked on again with other sentences.
Which of the sentences held back were missed, nobody looked at.
Precision is the share of what is noticed that is a fault, and recall the share of the faults that is noticed.
The sentences are few, and by one hand, who wrote the rules too: on papers of many hands both will be lower.
No sentence that only looks wrong stops a submission.

| id | faults | innocents | precision before | recall before | precision | recall |
|---|--:|--:|--:|--:|--:|--:|"""


def _measured() -> Iterator[str]:
    for rule, now in NOW.items():
        before = BEFORE[rule]
        shares = (f"{before.precision:.2f}", f"{before.recall:.2f}") if before else ("-", "-")
        told = (str(now.faults), str(now.innocents), *shares, f"{now.precision:.2f}", f"{now.recall:.2f}")
        yield f"| {' | '.join((rule, *told))} |"
    yield ""


_NOT_HERE: Final = """\
## What is not here

| id | why |
|---|---|"""
_SEVERITIES: Final = {Severity.BLOCK: "stops", Severity.WARN: "warns", Severity.INFO: "informs"}


def _families() -> Iterator[str]:
    for letter, title in _FAMILIES.items():
        yield f"## {title}\n\n| id | severity | what it asks | rests on | needs |\n|---|---|---|---|---|"
        for rule in sorted((rule for rule in RULES if rule.id[0] == letter), key=lambda rule: rule.id):
            needs = ", ".join(_NEEDS[need] for need in rule.needs)
            yield f"| {rule.id} | {_SEVERITIES[rule.severity]} | {rule.asks} | {rule.citation} | {needs} |"
        yield ""


_NEEDS: Final = {
    Input.REQUEST: "the request",
    Input.DOCUMENT: "the text",
    Input.MADE: "the text made anew",
    Input.TODAY: "the day",
    Input.DUE: "the deadline",
    Input.BODY: "the kind of authority",
    Input.NAMED: "the sealed request",
}


def _row(cells: tuple[str, str]) -> str:
    return f"| {' | '.join(cells)} |"


def starts_page() -> str:
    """Return the page of starting texts, with its table and its example made."""
    law, words = provisions(), starting_words(provisions().act.id)
    rows = [_begun(each, words) for each in law.all if each.citation in words]
    named = exemptions_named([_BEGUN], law, on=law.act.revised_to, body=None)
    example = start("1146A/22", named, law, body=None)
    before, _, _ = (ROOT / "docs" / "starts.md").read_text(encoding="utf-8").partition(_MADE)
    head = "| exemption | title | to | limbs with words of their own |\n|---|---|---|---|\n"
    example = f"## An example\n\nWhat `--start '{_BEGUN}'` gives:\n\n```yaml\n{example}```\n"
    return f"{before}{_MADE}\n{head}{''.join(rows)}\n{example}"


_MADE: Final = "<!-- From here on made by `make pages`. -->\n"
_BEGUN: Final = "31(3) by virtue of 31(1)(a) and (b)"


def _begun(each: Provision, words: Mapping[str, Words]) -> str:
    to = "withhold" if each.duty is Duty.DISCLOSE else "neither confirm nor deny"
    limbs = ", ".join(limb for limb in each.limbs if limb in words) or "-"
    return f"| {each.citation} | {each.title} | {to} | {limbs} |\n"


def who_may_page() -> str:
    """Return the page of who may take which act, which is made where the tests of the procedure are."""
    sys.path.append(str(ROOT / "tests" / "domain"))
    page: str = import_module("who_may_page").who_may_page()
    return page


def attacks_page() -> str:
    """Return the page of attacks, which is made where they are tried."""
    sys.path += [str(ROOT / "tests"), str(ROOT / "tests" / "register")]
    page: str = import_module("attacks_page").attacks_page()
    return page


def letters_page() -> str:
    """Return the page of letters, with the table of what they state."""
    everywhere = len(DOCUMENTS) - 1

    def of(kinds: Collection[DocumentKind]) -> str:
        return "every letter" if len(kinds) == everywhere else listing(kind.name for kind in kinds)

    rows = "".join(
        f"| {each.code} | {of(each.kinds)} | {each.asks} | {_SEVERITIES[each.severity]} | {each.citation} |\n"
        for each in DEMANDS
    )
    head = "| id | letters | what it states | without it | rests on |\n|---|---|---|---|---|\n"
    before, _, _ = (ROOT / "docs" / "letters.md").read_text(encoding="utf-8").partition(_MADE)
    return f"{before}{_MADE}\n{head}{rows}"


def mail_page() -> str:
    """Return the page of mail, with what becomes of each shape of it."""
    sys.path.append(str(ROOT / "tests"))
    shapes = import_module("mail_shapes").SHAPES
    before, _, _ = (ROOT / "docs" / "mail.md").read_text(encoding="utf-8").partition(_MADE)
    rows = "".join(f"| {each.name} | {_became(each)} | {_told(each)} |\n" for each in shapes)
    return f"{before}{_MADE}\n| shape | what it is | what is told of it |\n|---|---|---|\n{rows}"


def _became(shape: Any) -> str:
    what = "a request" if shape.what is What.REQUEST else f"set aside: {shape.what}"
    return f"in its case: {shape.what}" if shape.case else what


def _told(shape: Any) -> str:
    return "; ".join(TOLD[each] for each in sorted(shape.told))


def settings_page() -> str:
    """Return the page of settings."""
    rows = (
        f"| `{each.name}` | `{each.variable}` | {'yes' if each.in_file else 'no'} | "
        f"{f'`{each.default}`' if each.default != '' else ''} | {each.what} |\n"
        for each in SETTINGS
    )
    before, _, _ = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").partition(_MADE)
    head = "| setting | variable | in the file | default | what it does |\n|---|---|---|---|---|\n"
    return f"{before}{_MADE}\n{head}{''.join(rows)}"


def limits_page() -> str:
    """Return the page of limits."""
    before, _, _ = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8").partition(_MADE)
    head = "|{}| limit, seconds | why so long | tried again | what a cut leaves |\n|---|---|---|---|---|\n"
    rows = {
        what: "".join(
            f"| `{name.replace('_', '-')}` | {each.seconds:,} | {each.why} | "
            f"{each.again or '-'} | {each.left} |\n"
            for name, each in table.items()
        )
        for what, table in ((" flow ", FLOWS), (" task ", TASKS))
    }
    return f"{before}{_MADE}\n" + "\n".join(f"{head.format(what)}{found}" for what, found in rows.items())


PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/limits.md": limits_page,
    "docs/settings.md": settings_page,
    "README.md": readme,
    "docs/acts.md": acts_page,
    "docs/attacks.md": attacks_page,
    "docs/mail.md": mail_page,
    "docs/checks.md": checks_page,
    "docs/letters.md": letters_page,
    "docs/provisions.md": provisions_page,
    "docs/register.md": register_page,
    "docs/starts.md": starts_page,
    "docs/who-may-act.md": who_may_page,
}
"""What makes each page, by its path."""


def _head(law: Provisions) -> str:
    act, revised = law.act, in_full(law.act.revised_to)
    return f"""\
# The exemptions of the Act

<!-- Made by `make pages` from flows/domain/law/{act.id}.toml. Change that file, not this page. -->

What Equipoise knows of the [{act.title}]({act.source}) ({act.short}), as revised to {revised}.
The checks of a draft apply what stands here, in the wording in force on the day the request was received,
as far back as each entry says; of an earlier wording nothing is claimed.
Where this page and the Act differ, the Act is right.

- An **absolute** exemption has no balance; a **qualified** one has.
- An **exclusion** is what lets an authority neither confirm nor deny that it holds the information.
- What is marked **not verified** is general knowledge, or was read elsewhere than in the Act.
  A rule that turns on that alone only warns.
"""


def _contents(law: Provisions) -> str:
    rows = [
        f"| {_link(each)} | {each.title} | {_absolute(each, law)} | {each.basis.name} "
        f"| {_exclusion(each, law)} |"
        for each in law.all
        if each.in_force_until is None
    ]
    return "\n".join(
        [
            "## Contents",
            "",
            "| citation | title | absolute or qualified | basis | exclusion of the duty to confirm or deny |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "| basis | what it means | evidence of harm | how likely it is |",
            "|---|---|---|---|",
            *(
                f"| {each.name} | {each.words} | {_wanted(each.harm)} | {_wanted(each.likelihood)} |"
                for each in law.bases.values()
            ),
            "",
        ]
    )


def _wanted(wanted: bool) -> str:  # noqa: FBT001 - a cell of a table
    return "wanted" if wanted else "-"


def _tests(law: Provisions) -> str:
    rows = [f"| {test.provision} | {duty} | {test.words} |" for duty, test in law.tests.items()]
    return "\n".join(
        ["## The two tests", "", "| citation | duty | the test |", "|---|---|---|", *rows, ""],
    )


def _limits(clock: Timetable) -> str:
    """Return the limits of regulations, a line each; what was not read is told as that."""
    rows = [
        f"- [{each.under}]({each.source}): {each.words}. The {each.working_days}th working day is the last."
        + (f" **Not verified.** {each.unverified}" if each.unverified else "")
        for each in clock.limits
    ]
    lead = (
        "Regulations allow other limits; one that is not verified is told with a deadline, and moves no day."
    )
    return "\n".join(["", lead, "", *rows, ""]) if rows else ""


def _times(law: Provisions) -> str:
    clock, review = law.clock, law.review
    further = (
        f"A public interest test adds {clock.further_working_days} working days at most, as a rule."
        if clock.further_working_days
        else "A public interest test adds nothing to that."
    )
    duty = "is a duty under the Act" if review.statutory else "is no duty under the Act itself"
    exceptional = f"in exceptional cases in {clock.review_exceptional}"
    guidance = f"\n{clock.guidance}." if clock.guidance else ""
    unverified = f"\n**Not verified.** {review.unverified}" if review.unverified else ""
    return f"""\
## Times, review and complaints

A decision is due in {clock.working_days} working days after the date of receipt.
Bank holidays in {listing(clock.nations)} do not count.
{further}
{_limits(clock)}
An internal review {duty}; it comes from {review.under}.
The applicant should ask within {clock.review_asked} working days of the issue of the refusal.
The answer should be given in {clock.review_aim} working days, {exceptional}.{guidance}{unverified}

Complaints go to the regulator, which a paper calls by its name of the day on which the text is made:

{"".join(_regulator(each, law) for each in law.regulators)}"""


def _regulator(each: Regulator, law: Provisions) -> str:
    until = f" until {in_full(each.in_force_until)}" if each.in_force_until else ""
    return (
        f"- The {each.name}, under {law.act.unit} {each.right}, from {in_full(each.in_force_from)}{until}: "
        f"{_source(each.source)}.{_note(each.unverified)}\n"
    )


def _source(address: str) -> str:
    return f"[{address.removeprefix('https://www.')}]({address})"


def _by_section(law: Provisions) -> Iterator[tuple[str, list[Provision]]]:
    for section, found in groupby(law.all, key=lambda each: section_of(each.citation)):
        yield section, list(found)


def _section(section: str, found: Sequence[Provision], law: Provisions) -> str:
    title = found[0].title
    others = sorted(law.names_of(section) - {title})
    called = [f"Also called: {'; '.join(others)}.", ""] if others else []
    return "\n".join(
        [f"## Section {section}: {title}", "", *called, *(_provision(each, law) for each in found)],
    )


def _provision(each: Provision, law: Provisions) -> str:
    facts = "\n".join(f"- {fact}" for fact in _facts(each, law))
    limbs = [f"| {limb} | {words} |" for limb, words in each.limbs.items()]
    table = ["", "| limb | interest or class |", "|---|---|", *limbs] if limbs else []
    return "\n".join([f"### Section {each.citation}", "", facts, *table, ""])


def _facts(each: Provision, law: Provisions) -> Iterator[str]:
    yield _what(each, law)
    if each.trigger:
        yield f"The duty does not arise where {each.trigger}."
    yield from _wants(each)
    yield from _neighbours(each, law)
    if each.note:
        yield each.note
    yield _in_force(each, law)
    if each.unverified:
        yield f"**Not verified.** {each.unverified}"


def _wants(each: Provision) -> Iterator[str]:
    if needs := [*_needs(each)]:
        yield f"An assessment names {listing(needs)}."
    if each.limb_decides:
        yield "Without its limb it is not claimed at all."
    if each.purposes_for:
        yield f"For {_bare(each.purposes_for)} it names [a purpose](#{_PURPOSES}) too."
    if each.asks:
        yield f"It is also to say {listing(_ASKS[ask] for ask in each.asks)}."
    if each.certificate:
        yield f"A certificate under section {each.certificate} may settle that it applies."
    yield from _ends(each)


_ASKS: Final = {
    Ask.WHERE: "where the information can be had (`where`)",
    Ask.INTENTION: "that publication was intended before the request (`publication`)",
    Ask.REASONABLE: "why it is reasonable to wait (`publication`)",
    Ask.PRINCIPLE: "which data protection principle would be contravened (`principle`)",
    Ask.INTERESTS: "how the legitimate interests were weighed (`legitimate-interests`)",
    Ask.SOURCE: "from whom it was obtained (`confidence`)",
    Ask.ACTIONABLE: "why a breach would be actionable (`confidence`)",
    Ask.ENACTMENT: "what prohibits the disclosure (`enactment`)",
    Ask.PARAGRAPH: "by which paragraph somebody is the qualified person (`opinion`)",
    Ask.PUT: "what was put to them (`opinion`)",
    Ask.CERTIFICATE: "whether there is a certificate (`certificate`)",
}


def _ends(each: Provision) -> Iterator[str]:
    if each.ends_after:
        yield f"It ends after [{each.ends_after} years](#{_HISTORICAL})."
    for limb, years in each.ends_by_limb.items():
        yield f"{limb} ends after {years} years."
    for limb, condition in each.ends_if.items():
        yield f"{limb} ends after {each.ends_after} years if {condition}."
    if each.in_record_office:
        yield f"In a public record office it is {each.in_record_office} for a historical record, section 64."


_HISTORICAL: Final = "historical-records"


def _ages(law: Provisions) -> str:
    return "\n".join(
        [
            "## Historical records",
            "",
            "The years are calendar years after the one in which the record was created;",
            "of a file, the latest record in it (section 62).",
            "What ends after 20 years ends when the record is historical.",
            "An exclusion of a class ends with the exemptions it rests on.",
            "",
            *(
                f"- {_period(each)}: {each.years} years, {_source(each.source)}.{_note(each.unverified)}"
                for each in law.historical
            ),
            "",
        ]
    )


def _period(each: HistoricalAge) -> str:
    until = f" to {in_full(each.in_force_until)}" if each.in_force_until else " on"
    return f"Requests received from {in_full(each.in_force_from)}{until}"


def _note(unverified: str | None) -> str:
    return f"\n  **Not verified.** {unverified}" if unverified else ""


def _bodies(law: Provisions) -> str:
    rows = [
        f"| {each.paragraph} | {each.name} | {in_full(each.known_from)} | {_source(each.source)} | "
        f"{each.unverified or ''} |"
        for each in law.security_bodies
    ]
    return "\n".join(
        [
            "## The bodies of section 23(3)",
            "",
            f"As the Act lists them, revised to {in_full(law.act.revised_to)}.",
            "A body stays in the list after its end.",
            "“Known from” is the first day of which a text was read that has it.",
            "",
            "| paragraph | body | known from | read in | not verified |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _persons(law: Provisions) -> str:
    rows = [
        f"| {each.paragraph} | {each.held_by} | {each.who} | {listing(f'`{kind}`' for kind in each.kinds)} |"
        for each in law.qualified_persons
    ]
    return "\n".join(
        [
            "## Who the qualified person is",
            "",
            f"Section 36(5), {_source(law.qualified_persons[0].source)}.",
            "How it was before the day from which it is known was not read.",
            "For the kinds of authority in its row the checks let a paragraph pass;",
            "`other` are all that no paragraph names.",
            "",
            "| paragraph | information held by | qualified person | kind of authority | known from |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _neighbours(each: Provision, law: Provisions) -> Iterator[str]:
    if each.duty is Duty.DISCLOSE:
        yield _excluded_by(each, law)
    if each.not_with:
        yield f"Not for the same information as {_bare(each.not_with)}, unless in the alternative."
    if each.consider_with:
        yield f"Consider {_bare(each.consider_with)} with it: citing one alone may itself reveal something."
    if each.only_for:
        yield f"Who alone may cite it: {'; '.join(law.authorities[one] for one in each.only_for)}."


def _what(each: Provision, law: Provisions) -> str:
    basis = f"Its basis is {each.basis.name}: {each.basis.words}."
    for limb, other in each.basis_by_limb.items():
        basis += f" For {limb} it is {other.name}: {other.words}."
    if each.duty is Duty.DISCLOSE:
        return f"Exempts from disclosure; {_absolute(each, law)}. {basis}"
    return (
        f"Excludes the duty to confirm or deny, for {_bare(each.protects)}; {_absolute(each, law)}. {basis}"
    )


def _needs(each: Provision) -> Iterator[str]:
    whose = "" if each.limbs or each.duty is Duty.DISCLOSE else f" of {_bare(each.protects)}"
    words = {
        Need.LIMB: f"the limb{whose}",
        Need.LIMB_OF_EACH_LETTER: "a limb under (a) and one under (b)",
        Need.LIKELIHOOD: "how likely the harm is",
        Need.CONDITION: "the condition that is met",
        Need.OPINION: "the qualified person\u2019s opinion",
    }
    yield from (words[need] for need in each.needs)
    if each.basis.harm:
        yield "the evidence of harm"


def _absolute(each: Provision, law: Provisions) -> str:
    when = each.absolute_when
    if each.balance_optional:
        limbs = [limb for limb in each.balance_optional if limb != each.citation]
        case = f"for {_bare(limbs)} " if limbs else ""
        return f"{case}a balance is neither demanded nor refused{', otherwise qualified' if limbs else ''}"
    if when is None:
        return "absolute" if each.absolute else "qualified"
    if when.condition:
        case = f"under the {listing(when.condition)} condition"
    elif when.limb:
        case = f"for {_bare(when.limb)}"
    else:
        case = f"for {listing(law.authorities[one] for one in when.authority)}"
    return f"absolute {case}, otherwise qualified"


def _exclusion(each: Provision, law: Provisions) -> str:
    if each.duty is Duty.CONFIRM_OR_DENY:
        return f"it is one, for {_bare(each.protects)}"
    return _link(law.get(each.ncnd)) if each.ncnd else "none"


def _excluded_by(each: Provision, law: Provisions) -> str:
    if each.ncnd is None:
        return "There is no exclusion of the duty to confirm or deny."
    return f"The exclusion of the duty to confirm or deny is {_link(law.get(each.ncnd))}."


def _in_force(each: Provision, law: Provisions) -> str:
    source = _source(each.source)
    if each.in_force_until is None:
        known = in_full(law.act.revised_to)
        return f"There since {in_full(each.in_force_from)}; known in its wording of {known}: {source}."
    instead = f" Now cite {listing(each.replaced_by)}." if each.replaced_by else ""
    return (
        f"In force from {in_full(each.in_force_from)} to {in_full(each.in_force_until)}: {source}.{instead}"
    )


def _purposes(law: Provisions) -> str:
    rows = [f"| {citation} | {words} |" for citation, words in law.purposes.items()]
    return "\n".join(
        ["## The purposes of section 31(2)", "", "| citation | purpose |", "|---|---|", *rows, ""],
    )


_PURPOSES: Final = "the-purposes-of-section-312"


def _no_exemptions(law: Provisions) -> str:
    rows = [
        f"| [{each.citation}]({each.source}) | {each.title} | {each.reason} |" for each in law.not_exemptions
    ]
    return "\n".join(
        [
            "## Often cited, yet no exemption",
            "",
            "None of these has a place in a public interest test.",
            "",
            "| section | title | why |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _link(each: Provision | None) -> str:
    assert each is not None
    anchor = f"section-{each.citation.lower().replace('(', '').replace(')', '')}"
    return f"[{each.citation}](#{anchor})"


def _bare(citations: Sequence[str]) -> str:
    """Return citations as a phrase without the word that counts them."""
    return format_citations(citations).split(" ", 1)[1]


if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
