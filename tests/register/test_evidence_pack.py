"""What the pack of a case says for itself: its page in a real browser, offline, and the second reader of it.

Both are asked about every attack of the other files, beside the audit of the register it was made from.
`pytest -s` prints the table; that of the attacks in `STAGED` stands in docs/evidence-pack.md, and is
compared.
"""

from __future__ import annotations

import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from authenticator import ORIGIN, EdSecurityKey, Passkey, SecurityKey
from browsers import offline
from mutating import changed
from register_builders import audited, unpack
from sampling import sampled, spread
from test_second_audit import EVERY_RUN, EXPLAINED, ROOT, entry_of, said, second
from test_stop import a_clock_set_right
from test_tampering import ATTACKS, DONE, WAITING, Scene, scene  # noqa: F401 - a fixture

from flows.casework.evidence_pack import archive, carry, page
from flows.domain.acts import ACTS
from flows.domain.characters import UNSEEN, unseen
from flows.domain.documents import DOCUMENT
from flows.domain.errors import PitError
from flows.domain.procedure import Role, Stage
from flows.domain.reference import slug
from flows.register.extract import Extract, extract
from flows.register.line import Line
from flows.register.objects import object_id
from flows.register.repository import Repository
from flows.register.roster import ROSTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from attacker import Attacker
    from playwright.sync_api import Page

FOLDER: Final = "cases/2026/11/02/1146A-22"
WHEN: Final = datetime(2026, 11, 2, tzinfo=UTC)
EVERYONE: Final = ("administrator", "foi-officer", "foi.officer.2", "legal-reviewer", "sign-off-officer")


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """A page of a browser that has no network."""
    with offline() as page:
        yield page


@dataclass(frozen=True)
class Reading:
    """What one of the three said.

    Attributes:
        codes: Those found, each once, in order.
        first: Number of the first entry that fails; 0 for none, or none in particular.
    """

    codes: tuple[str, ...]
    first: int

    def __str__(self) -> str:
        at = f" at entry {self.first}" if self.first else ""
        return f"{', '.join(self.codes)}{at}" if self.codes else "passes"


def taken_from(path: Path, case: str) -> Extract:
    repository = Repository(path)
    try:
        line = Line(repository)
        folder = line.folders(repository.tip() or "")[slug(case)]
        return extract(repository, case, folder)
    finally:
        repository.close()


def by_page(taken: Extract, note: str | None, browser: Page, folder: Path) -> Reading:
    """Open the page of a pack as a clerk would; return what it says at its top."""
    return shown_by_page(carry(taken, note), browser, folder)


def shown_by_page(files: Mapping[str, bytes], browser: Page, folder: Path) -> Reading:
    """Open the page of a pack that has these files."""
    folder.mkdir(exist_ok=True)
    (folder / "case.html").write_bytes(files["case.html"])
    browser.goto((folder / "case.html").as_uri())
    browser.wait_for_selector("html[data-done]", state="attached")
    told = browser.locator("#verdict li").all_inner_texts()
    state = browser.get_attribute("html", "data-done")
    assert state == ("fails" if told else "passes"), browser.inner_text("#verdict")
    shown = f"{browser.text_content('#verdict')}{browser.text_content('#case')}"
    assert unseen(shown.replace("\t", " "), lines=True) is None
    codes = [re.search(r"\((E_[A-Z0-9_]+)\)$", each) for each in told]
    place = re.match(r"Entry (\d+):", told[0]) if told else None
    return Reading(tuple(dict.fromkeys(code[1] for code in codes if code)), int(place[1]) if place else 0)


def by_second(taken: Extract, note: str | None, folder: Path) -> Reading:
    return shown_by_second(carry(taken, note), folder)


def shown_by_second(files: Mapping[str, bytes], folder: Path) -> Reading:
    folder.mkdir(exist_ok=True)
    (folder / "pack.zip").write_bytes(archive(files, WHEN))
    # The page knows nothing of the files that lie beside it in the archive.
    found = [
        each
        for each in second.run(folder / "pack.zip")
        if "files/" not in each[2] and "versions/" not in each[2]
    ]
    return Reading(said(found), found[0][0] if found else 0)


def by_audit(path: Path, **given: Any) -> Reading:
    found = audited(path, **given).findings
    codes = tuple(dict.fromkeys(each.code for each in found))
    return Reading(codes, entry_of(found[0].place) if found else 0)


# What somebody may do to a pack, or to the register before one is made of it

Staged = dict[str, tuple["Callable[[Scene], Extract]", tuple[str, str, str]]]
STAGED: Final[Staged] = {}
"""What is done, and what the audit, the second reader and the page say."""


def staged(name: str, *told: str) -> Callable[[Callable[[Scene], Extract]], None]:
    def enter(do: Callable[[Scene], Extract]) -> None:
        audit, second_, page = told
        STAGED[name] = (do, (audit, second_, page))

    return enter


def edited(scene: Scene, path: str, old: bytes, new: bytes) -> Extract:  # noqa: F811
    """Change bytes where they lie, in the pack and in the register it is from."""
    taken = taken_from(scene.path, DONE)
    before = taken.files[path]
    assert old in before
    after = before.replace(old, new, 1)
    for id_, (kind, content) in taken.objects.items():
        if content == before:
            taken.objects[id_] = (kind, after)
            unpack(scene.path)
            loose = scene.path / "objects" / id_[:2] / id_[2:]
            other = scene.attacker().store("blob", after)
            loose.chmod(0o644)
            loose.write_bytes((scene.path / "objects" / other[:2] / other[2:]).read_bytes())
    taken.files[path] = after
    return taken


def anew(scene: Scene, change: Callable[[Attacker], None], *holding: str) -> Extract:  # noqa: F811
    """Change acts with the service's key in hand: digests, links and entries made anew."""
    attacker = scene.attacker(*holding)
    change(attacker)
    attacker.together()
    return taken_from(scene.path, DONE)


@staged("nothing is changed", "passes", "passes", "passes")
def _(scene: Scene) -> Extract:  # noqa: F811
    return taken_from(scene.path, DONE)


@staged(
    "a comma is put into the approved text",
    "E_OBJECT at entry 11",
    "E_MISSING at entry 11",
    "E_MISSING at entry 11",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    return edited(scene, f"{FOLDER}/{DOCUMENT}", b"third", b"third,")


@staged(
    "a comma is put into a reason",
    "E_OBJECT, E_PREVIOUS at entry 10",
    "E_MISSING, E_PREVIOUS at entry 10",
    "E_MISSING, E_PREVIOUS at entry 10",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    return edited(scene, f"{FOLDER}/acts/0005-return.json", b"delay too", b"delay, too")


@staged(
    "a letter of a signature is changed",
    "E_OBJECT, E_PREVIOUS at entry 13",
    "E_MISSING, E_PREVIOUS at entry 13",
    "E_MISSING, E_PREVIOUS at entry 13",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    return edited(scene, f"{FOLDER}/acts/0008-approve.json.sig", b"QAAA", b"RAAA")


@staged(
    "somebody is given a role in the policy",
    "E_OBJECT, E_POLICY at entry 5",
    "E_MISSING, E_POLICY at entry 5",
    "E_MISSING, E_POLICY at entry 5",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    return edited(scene, f"policy/{ROSTER}", b'"legal-reviewer"', b'"sign-off-officer"')


@staged(
    "a comma is put into the approved text, and the service makes all links anew",
    "E_SIGNATURE at entry 11",
    "E_SIGNATURE, E_STAGE at entry 11",
    "E_SIGNATURE, E_STAGE at entry 11",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    def change(a: Attacker) -> None:
        step = a.step(DONE, "0006-draft")
        path = f"{step.folder}/{DOCUMENT}"
        step.changes[path] = step.changes[path].replace(b"third", b"third,")  # type: ignore[union-attr]

    return anew(scene, change)


@staged(
    "a reason is changed in its statement, and the service makes all links anew",
    "E_SIGNATURE at entry 10",
    "E_SIGNATURE at entry 10",
    "E_SIGNATURE at entry 10",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    return anew(scene, lambda a: a.step(DONE, "0005-return").act(reason="Weigh the delay, too."))


@staged(
    "an approval has the signature of another",
    "E_SIGNATURE at entry 14",
    "E_SIGNATURE at entry 14",
    "E_SIGNATURE at entry 14",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    def change(a: Attacker) -> None:
        step = a.step(DONE, "0009-approve")
        step.armoured = a.step(DONE, "0008-approve").armoured

    return anew(scene, change)


@staged(
    "the approval is one by the writer, with every key in hand",
    "E_SOD at entry 13",
    "E_SOD, E_STAGE at entry 13",
    "E_SOD, E_STAGE at entry 13",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    change = {"actor": "foi-officer", "role": Role.LEGAL_REVIEWER}
    return anew(scene, lambda a: a.step(DONE, "0008-approve").act(**change), *EVERYONE)


@staged(
    "an act is dropped",
    "E_SIGNATURE at entry 10",
    "E_SIGNATURE, E_REPLAY_VERSION at entry 10",
    "E_SIGNATURE, E_REPLAY_VERSION at entry 10",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    return anew(scene, lambda a: a.steps.remove(a.step(DONE, "0005-return")))


@staged(
    "a role is given in the policy, and the service makes all links anew",
    "E_POLICY at entry 5",
    "E_SIGNATURE, E_POLICY at entry 5",
    "E_SIGNATURE, E_POLICY at entry 5",
)
def _(scene: Scene) -> Extract:  # noqa: F811
    def change(a: Attacker) -> None:
        step = a.of("policy")[-1]
        path = f"policy/{ROSTER}"
        old, new = b'"sign-off-officer"\n      ]', b'"auditor",\n        "sign-off-officer"\n      ]'
        step.changes[path] = step.changes[path].replace(old, new)  # type: ignore[union-attr]

    return anew(scene, change)


@staged("a clock was ahead, and an administrator let the register go on", "passes", "passes", "passes")
def _(scene: Scene) -> Extract:  # noqa: F811
    a_clock_set_right(scene.office, timedelta(days=30))
    return taken_from(scene.path, DONE)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", STAGED)
def test_all_three_find_what_was_done_to_a_pack_and_where(
    name: str,
    scene: Scene,  # noqa: F811
    browser: Page,
    tmp_path: Path,
) -> None:
    do, expected = STAGED[name]
    taken = do(scene)

    told = by_audit(scene.path), by_second(taken, None, tmp_path), by_page(taken, None, browser, tmp_path)

    row = f"| {name} | {' | '.join(map(str, told))} |"
    print(row)  # noqa: T201 - the table, for pytest -s
    assert row == f"| {name} | {' | '.join(expected)} |"


def test_the_manual_has_the_table_of_who_says_what() -> None:
    manual = (ROOT / "docs/evidence-pack.md").read_text(encoding="utf-8")

    assert [f"| {name} | {' | '.join(told)} |" for name, (_, told) in STAGED.items()] == [
        row for row in manual.splitlines() if row.startswith("| ") and row.split(" | ")[0][2:] in STAGED
    ]


OF_THE_REPOSITORY: Final = frozenset(
    {*("E_REF", "E_REPLACE", "E_GRAFT", "E_SHALLOW", "E_ALTERNATES", "E_CONFIG"), "E_OPENINGS", "E_PIN"}
)
"""What is no part of a pack: the repository's own files, and what the auditor knows from outside."""

OF_WHAT_IS_SEALED: Final = ("a request is kept ", "a request is sealed ")
"""What is sealed is in no pack, nor are other cases."""


@pytest.mark.parametrize("name", spread(ATTACKS, EVERY_RUN))
def test_the_page_and_the_second_reader_say_the_same_of_the_pack_of_a_case_attacked(
    name: str,
    scene: Scene,  # noqa: F811
    browser: Page,
    tmp_path: Path,
) -> None:
    act, expected = ATTACKS[name]
    act(scene)
    note = scene.given.get("checkpoint")
    found = audited(scene.path, **scene.given).findings
    case = found[0].place.partition(", ")[2] if found else WAITING
    taken, whose = None, ""
    for reference in (case,) if case not in {"", "policy"} else (WAITING, DONE):
        with suppress(PitError, ValueError, KeyError):
            taken, whose = (taken, whose) if taken else (taken_from(scene.path, reference), reference)
    if taken is None:
        return  # nothing can be packed that cannot be read

    other, page = by_second(taken, note, tmp_path), by_page(taken, note, browser, tmp_path)

    print(f"| {name} | {', '.join(expected)} | {other} | {page} |")  # noqa: T201 - the table
    assert page == other
    # A case that was taken away has no pack, and with that of another nothing is wrong.
    in_pack = (
        whose in {case, WAITING} and not OF_THE_REPOSITORY.intersection(expected) and "now" not in scene.given
    )
    in_pack = in_pack and not name.startswith(OF_WHAT_IS_SEALED)
    if in_pack and expected and EXPLAINED.get(name, (expected, ""))[0]:
        assert page.codes


def test_the_page_shows_no_character_that_nobody_sees(
    scene: Scene,  # noqa: F811
    browser: Page,
    tmp_path: Path,
) -> None:
    hidden = "".join(chr(c) for first, last in UNSEEN for c in (first, last) if not 0xD800 <= c < 0xE000)
    a = scene.attacker("foi-officer", "foi.officer.2", "legal-reviewer")
    step = a.step(WAITING, "0002-draft")
    step.changes[f"{step.folder}/{DOCUMENT}"] = f"# C/1 {hidden}!\n".encode()
    a.together()

    found = by_page(taken_from(scene.path, WAITING), None, browser, tmp_path)

    assert "E_CONTENT" in found.codes
    assert "<U+202E>" in str(browser.text_content("#case"))


def test_the_page_knows_every_act_and_its_sentence() -> None:
    script = (ROOT / "templates/evidence/verify.js").read_text(encoding="utf-8")
    of_cases = re.findall(r'^  "([a-z-]+)": \[\[[A-Z_, ]*\], "([^"]+)"\]', script, re.MULTILINE)
    of_the_policy = re.findall(r'^  "([a-z-]+)": \["(policy: [^"]+)"', script, re.MULTILINE)

    assert dict([*of_cases, *of_the_policy]) == {name: kind.subject for name, kind in ACTS.items()}


# With every kind of key


@pytest.mark.parametrize(
    "key", [Passkey(), SecurityKey(), EdSecurityKey()], ids=lambda key: type(key).__name__
)
def test_the_page_verifies_every_kind_of_key(
    key: Any,
    scene: Scene,  # noqa: F811
    browser: Page,
    tmp_path: Path,
) -> None:
    scene.office.set_desk(ORIGIN)
    scene.office.give("legal-reviewer", key)
    scene.office.approve(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    taken = taken_from(scene.path, WAITING)

    assert by_page(taken, None, browser, tmp_path) == by_second(taken, None, tmp_path) == Reading((), 0)


def test_a_browser_without_ed25519_says_so_and_does_not_show_green(
    scene: Scene,  # noqa: F811
    browser: Page,
    tmp_path: Path,
) -> None:
    taken = taken_from(scene.path, DONE)
    page = browser.context.new_page()
    page.add_init_script(
        "const real = SubtleCrypto.prototype.importKey;"
        "SubtleCrypto.prototype.importKey = function (form, key, algorithm, ...rest) {"
        "  if (algorithm.name === 'Ed25519') throw new DOMException('none', 'NotSupportedError');"
        "  return real.call(this, form, key, algorithm, ...rest); }"
    )
    (tmp_path / "case.html").write_bytes(carry(taken, None)["case.html"])
    page.goto((tmp_path / "case.html").as_uri())
    page.wait_for_selector("html[data-done=unable]", state="attached")

    assert "cannot verify Ed25519 signatures" in page.inner_text("#verdict")
    assert "Green" not in page.inner_text("body")
    page.close()


def test_what_a_case_says_is_shown_and_never_run(
    scene: Scene,  # noqa: F811
    browser: Page,
    tmp_path: Path,
) -> None:
    hostile = "</script><script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"
    scene.office.return_(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW, hostile)
    taken = taken_from(scene.path, WAITING)

    assert by_page(taken, None, browser, tmp_path) == Reading((), 0)
    assert hostile in browser.inner_text("#case")
    assert browser.title() == f"Evidence on {WAITING}"


@pytest.mark.exhaustive
def test_nothing_sealed_is_in_a_pack(scene: Scene) -> None:  # noqa: F811
    taken = taken_from(scene.path, DONE)

    assert b"sealed\n" not in [content for _, content in taken.objects.values()]
    assert not [path for path in taken.files if path.endswith(".age")]
    assert f"{FOLDER}/{DOCUMENT}" in taken.files


@pytest.mark.exhaustive
def test_the_same_case_at_the_same_entry_is_the_same_bytes(scene: Scene, tmp_path: Path) -> None:  # noqa: F811
    note = scene.office.checkpoint()

    packs = [archive(carry(taken_from(scene.path, DONE), note), WHEN) for _ in range(2)]

    assert packs[0] == packs[1]
    (tmp_path / "a.zip").write_bytes(packs[0])
    assert zipfile.ZipFile(tmp_path / "a.zip").testzip() is None
    scene.office.approve(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    assert archive(carry(taken_from(scene.path, DONE), note), WHEN) != packs[0]


# What is spoilt at random: the page says red, and never nothing


def spoilt_object(taken: Extract, random: Random) -> str | None:
    """Change one object where it lies."""
    id_ = random.choice([*taken.objects])
    kind, content = taken.objects[id_]
    taken.objects[id_] = (kind, changed(content, random, [content]) + b"\n")
    return None


def spoilt_entry(taken: Extract, random: Random) -> str | None:
    """Let the newest entry be another, under its own name."""
    _, content = taken.objects[taken.main]
    made = changed(content, random, [content]) + b"\n"
    taken.main = object_id("commit", made)
    taken.objects[taken.main] = ("commit", made)
    return None


def spoilt_folder(taken: Extract, random: Random) -> str | None:
    """Let the newest entry leave a folder that is another, at the root or on the way to the case."""
    _, content = taken.objects[taken.main]
    root = content[5:45].decode()
    _, nodes = taken.objects[root]
    made = changed(nodes, random, [each for kind, each in taken.objects.values() if kind == "tree"]) + b"x"
    taken.objects[object_id("tree", made)] = ("tree", made)
    entry = b"tree " + object_id("tree", made).encode() + content[45:]
    taken.main = object_id("commit", entry)
    taken.objects[taken.main] = ("commit", entry)
    return None


def spoilt_checkpoint(taken: Extract, random: Random) -> str | None:
    """Give a checkpoint that is noise, or none of the form."""
    note = f"equipoise/{'0' * 32}\n{len(taken.objects)}\n{'A' * 43}=\nnewest sha256:{'0' * 64}\n\n— a AAAA\n"
    return changed(note.encode(), random, [note.encode()]).decode("utf-8", "replace") + "x"


SPOILT: Final = (spoilt_object, spoilt_entry, spoilt_folder, spoilt_checkpoint)


@pytest.mark.exhaustive
@pytest.mark.parametrize("times", sampled([1, 12]))
def test_a_pack_that_is_spoilt_anywhere_is_red_and_never_nothing(
    times: int,
    scene: Scene,  # noqa: F811
    browser: Page,
    tmp_path: Path,
) -> None:
    errors: list[str] = []
    browser.on("pageerror", lambda error: errors.append(str(error)))
    for number in range(times):
        for spoil in SPOILT:
            taken = taken_from(scene.path, DONE)
            note = spoil(taken, Random(f"{spoil.__name__} {number}"))  # noqa: S311 - to be had again

            files = carry(taken, None) | {"case.html": page(taken, note).encode()}
            files |= {"checkpoint": note.encode()} if note else {}

            by_both = (
                shown_by_page(files, browser, tmp_path / "page"),
                shown_by_second(files, tmp_path / "second"),
            )

            assert all(each.codes for each in by_both), (spoil.__name__, number, by_both)
    assert errors == []
