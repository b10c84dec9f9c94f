"""An assessment as a form, in the order of the paper, and what was filled in as an assessment again.

The form shows what it knows. Whatever else stands in the text stays as it is, and its place is named. Names
of fields are paths, ``parts[0].exemptions[1].harm``, so that a fault leads to its field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from flows.casework.starting import BLANK, limbs_of
from flows.desk.web.fields import ENDS, PARTS, UNSAID, Many, Row, Spec, Widget
from flows.desk.web.numbers import whole
from flows.document.markdown import normalise
from flows.domain.assessment import OUTCOMES, Duty, Outcome
from flows.domain.errors import MalformedError
from flows.domain.provisions import Ask, Need, provisions, section_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from flows.domain.provisions import Provision, Provisions

Node = Any
"""What a text of YAML says: text, a list, or keys with values."""

_ASKED_BY: Final = {
    Ask.WHERE: "where",
    Ask.INTENTION: "publication",
    Ask.REASONABLE: "publication",
    Ask.PRINCIPLE: "principle",
    Ask.INTERESTS: "legitimate-interests",
    Ask.SOURCE: "confidence",
    Ask.ACTIONABLE: "confidence",
    Ask.ENACTMENT: "enactment",
    Ask.PARAGRAPH: "opinion",
    Ask.PUT: "opinion",
    Ask.CERTIFICATE: "certificate",
}
_NEEDED_BY: Final = {
    Need.LIMB: "limbs",
    Need.LIMB_OF_EACH_LETTER: "limbs",
    Need.LIKELIHOOD: "likelihood",
    Need.CONDITION: "condition",
    Need.OPINION: "opinion",
}
_BLANK: Final = BLANK.partition("{")[0]
_OF_EXEMPTIONS: Final = frozenset({"harm", "confirming", "denying", "balance"})
"""What a part says of its exemptions alone."""


# The form, as a page shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field to fill in.

    Attributes:
        name: Its path.
        value: What stands in it.
        chosen: Of several choices, those that are made.
        choices: Value, words, and the heading they stand under; under one the words follow the value.
    """

    id: str
    name: str
    label: str
    hint: str
    widget: Widget
    value: str = ""
    chosen: tuple[str, ...] = ()
    choices: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields that belong together.

    Attributes:
        path: Of what they fill in.
        number: Its place among others of its kind, from 1; 0 where there are none.
        label: What it is called.
        one: What one of its kind is called; empty where there are no others.
        items: In the order of the paper.
        folded: Those that are seldom needed.
        adds: What one more of its members is called; empty where it has none.
    """

    id: str
    path: str
    label: str
    number: int = 0
    one: str = ""
    items: tuple[Control | Group, ...] = ()
    folded: tuple[Control | Group, ...] = ()
    adds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """An assessment as a form.

    Attributes:
        exemptions: What can be added: value, words, and the heading they stand under.
        left: Places of what the form does not show.
    """

    parts: Group
    exemptions: tuple[tuple[str, str, str], ...]
    left: tuple[str, ...]


def form_of(content: Node, regime: str) -> Form:
    """Return what a text of YAML says as a form.

    Args:
        regime: The Act, for its exemptions.
    """
    maker = _Maker(provisions(regime))
    parts = maker.many(PARTS, content, "")
    left = [key for key in content if key not in {"reference", "parts"}]
    return Form(parts=parts, exemptions=maker.exemptions, left=(*left, *maker.left))


def id_of(path: str) -> str:
    """Return the id of the field of a path."""
    return re.sub(r"[^a-z0-9]+", "-", path).strip("-") or "text"


def nearest(path: str, ids: Mapping[str, str]) -> str:
    """Return the id of the field that a path leads to, or of what is around it; empty without.

    Args:
        ids: The id of each path of a form.
    """
    while path and path not in ids:
        path = re.sub(r"\.?[^.\[]+\Z|\[\d+\]\Z", "", path)
    return ids.get(path, "")


def place_in_words(path: str, said: Callable[[str], str] = str) -> str:
    """Return where a path leads in an assessment, as its form calls it: ``part 1, exemption 2: Outcome``.

    What the form does not have stays as it is written.

    Args:
        said: Returns a word of the form in the language of the page.
    """
    around: list[str] = []
    specs: Sequence[Spec] = (PARTS,)
    for key, number in re.findall(r"([a-z-]+)(?:\[(\d+)\])?(?:\.|\Z)", path):
        spec = next((each for each in specs if each.key == key), None)
        if spec is None:
            return path
        if isinstance(spec, Row):
            # What a factor or a balance consists of first is the factor or the balance.
            last = "" if key == "text" and around else said(spec.label)
            return ": ".join(filter(None, [", ".join(around), last]))
        named = said(spec.one if isinstance(spec, Many) and number else spec.label)
        around.append(f"{named} {int(number) + 1}" if number else named)
        specs = spec.rows
    return ", ".join(around) or path


def unchosen(group: Group) -> dict[str, str]:
    """Return what each choice of a form is called in which nothing is chosen, by its id."""
    found: dict[str, str] = {}
    for item in (*group.items, *group.folded):
        if isinstance(item, Group):
            found |= unchosen(item)
        elif not item.choices:
            continue
        elif not item.chosen and (not item.value or item.value not in {each for each, _, _ in item.choices}):
            found[item.id] = item.label
    return found


def ids_of(group: Group) -> dict[str, str]:
    """Return the id of each path of a form."""
    found = {group.path: group.id}
    for item in (*group.items, *group.folded):
        found |= ids_of(item) if isinstance(item, Group) else {item.name: item.id}
    return found


class _Maker:
    """Makes the form of one assessment."""

    def __init__(self, law: Provisions) -> None:
        self._law = law
        self.left: list[str] = []
        self.exemptions = tuple(_exemptions(law))

    def many(self, spec: Many, node: Node, path: str) -> Group:
        at = f"{path}.{spec.key}" if path else spec.key
        values = node.get(spec.key, [])
        if not isinstance(values, list):
            self.left.append(at)
            values = []
        members = []
        for number, value in enumerate(values, start=1):
            place, keys = f"{at}[{number - 1}]", _as_keys(value, spec.text)
            if keys is None:
                self.left.append(place)
                continue
            items, folded = self._items(spec.rows, keys, place, self._provision(keys))
            label = f"{spec.one[:1].upper()}{spec.one[1:]} {number}"
            members.append(
                Group(
                    id=id_of(place),
                    path=place,
                    number=number,
                    label=label,
                    one=spec.one,
                    items=items,
                    folded=folded,
                )
            )
        return Group(id=id_of(at), path=at, label=spec.label, items=tuple(members), adds=spec.one)

    def _provision(self, keys: Mapping[str, Node]) -> Provision | None:
        cited = keys.get("provision")
        return self._law.get(cited) if isinstance(cited, str) else None

    def _items(
        self, specs: Sequence[Spec], keys: Mapping[str, Node], path: str, provision: Provision | None
    ) -> tuple[tuple[Control | Group, ...], tuple[Control | Group, ...]]:
        asked = _asked(provision) if provision else frozenset()
        items: list[Control | Group] = []
        folded: list[Control | Group] = []
        for spec in specs:
            made = self._item(spec, keys, path)
            if made is None:
                self.left.append(f"{path}.{spec.key}")
            elif self._is_shown(spec, keys, asked):
                items.append(made)
            else:
                folded.append(made)
        known = {spec.key for spec in specs}
        self.left += [f"{path}.{key}" for key in keys if key not in known]
        # A choice that there is none of is not asked for.
        return tuple(items), tuple(each for each in folded if not _is_empty_choice(each))

    @staticmethod
    def _is_shown(spec: Spec, keys: Mapping[str, Node], asked: frozenset[str]) -> bool:
        if spec.key in keys or spec.key in asked:
            return True
        if "duty" in keys and spec.key in _OF_EXEMPTIONS:
            neither = keys["duty"] == Duty.CONFIRM_OR_DENY
            return bool(keys.get("exemptions")) and (neither or spec.key not in {"confirming", "denying"})
        return isinstance(spec, Many) or not spec.folded

    def _item(self, spec: Spec, keys: Mapping[str, Node], path: str) -> Control | Group | None:
        if isinstance(spec, Many):
            return self.many(spec, keys, path)
        at = f"{path}.{spec.key}"
        if isinstance(spec, Row):
            return self._control(spec, keys.get(spec.key), at, keys)
        under = _as_keys(keys.get(spec.key, {}), spec.text)
        if under is None:
            return None
        items, folded = self._items(spec.rows, under, at, None)
        return Group(id=id_of(at), path=at, label=spec.label, items=items, folded=folded)

    def _control(self, row: Row, value: Node, at: str, keys: Mapping[str, Node]) -> Control | None:
        if not _fits(row, value):
            return None
        made = Control(
            id=id_of(at), name=at, label=row.label, hint=row.hint, widget=row.widget, value=shown(row, value)
        )
        if row.widget is Widget.TICKS:
            return self._ticks(row, value or [], made, keys)
        if row.widget is Widget.PROVISION:
            there = {each for each, _, _ in self.exemptions}
            own = () if made.value in there else ((made.value, made.value or "Choose an exemption", ""),)
            return replace(made, choices=(*own, *self.exemptions))
        if row.widget is Widget.CHOICE:
            choices = row.choices or (*_outcomes(keys), *(() if row.required else (UNSAID,)))
            return replace(made, choices=tuple((each, words, "") for each, words in choices))
        return made

    def _ticks(self, row: Row, value: Sequence[str], made: Control, keys: Mapping[str, Node]) -> Control:
        provision = self._provision(keys)
        known: Mapping[str, str] = {}
        if provision:
            named = [each for each in keys.get("limbs", []) if isinstance(each, str)]
            for_purposes = any((own := self._law.get(limb)) and limb in own.purposes_for for limb in named)
            limbs = limbs_of(provision, self._law)
            known = limbs if row.key == "limbs" else (self._law.purposes if for_purposes else {})
        chosen = [each for each in value if not each.startswith(_BLANK)]
        words = {
            **{each: each for each in chosen},
            **{limb: f"{limb}: {what}" for limb, what in known.items()},
        }
        choices = tuple((each, words[each], "") for each in dict.fromkeys((*known, *chosen)))
        return replace(made, chosen=tuple(chosen), choices=choices)


def _exemptions(law: Provisions) -> Iterator[tuple[str, str, str]]:
    to = {Duty.DISCLOSE: "to withhold", Duty.CONFIRM_OR_DENY: "to neither confirm nor deny"}
    for each in law.all:
        if each.in_force_until is None:
            heading = f"Section {section_of(each.citation)}: {each.title}"
            yield each.citation, to[each.duty], heading


def _asked(provision: Provision) -> frozenset[str]:
    """Return the fields that an exemption asks for, s.17(1)(c)."""
    asked = {_ASKED_BY[each] for each in provision.asks} | {
        key for need, key in _NEEDED_BY.items() if need in provision.needs
    }
    harm = {"harm"} if provision.basis.harm else set()
    likely = {"likelihood"} if provision.basis.likelihood else set()
    return frozenset(asked | harm | likely)


def _outcomes(keys: Mapping[str, Node]) -> Sequence[tuple[str, str]]:
    """Return the outcomes that a part of this duty can have; all of them where it does not say."""
    duty = keys.get("duty")
    fitting = OUTCOMES[Duty(duty)] if duty in list(Duty) else (*Outcome,)
    return [(str(each), ENDS[each]) for each in fitting]


def _is_empty_choice(item: Control | Group) -> bool:
    return isinstance(item, Control) and item.widget is Widget.TICKS and not item.choices


def _fits(row: Row, value: Node) -> bool:
    if value is None:
        return True
    if row.widget in {Widget.LIST, Widget.TICKS}:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, str)


def _as_keys(value: Node, text: str) -> Mapping[str, Node] | None:
    if isinstance(value, str) and text:
        return {text: value}
    return value if isinstance(value, dict) else None


def shown(row: Row, value: Node) -> str:
    """Return what a field shows of a value."""
    if value is None:
        return ""
    if row.widget in {Widget.LIST, Widget.TICKS}:
        return ", ".join(value)
    text = value.strip()
    if row.widget is Widget.DAY:
        return text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else ""
    return as_paragraphs(text) if row.widget is Widget.PROSE else text


@lru_cache(maxsize=4096)
def as_paragraphs(text: str) -> str:
    """Return Markdown with each paragraph on one line, as a page wraps it; what cannot be read, as it is."""
    try:
        return normalise(text).strip()
    except MalformedError:
        return text


# What was filled in


def filled(content: Node, form: Mapping[str, Sequence[str]]) -> Node:
    """Return content with what was filled in; fields that were not sent, and what has none, stay as they are.

    Args:
        form: What was sent, by path.
    """
    parts = content.get("parts", [])
    if not isinstance(parts, list):
        return content
    return {**content, "parts": _members(PARTS, parts, "parts", form)}


def _members(spec: Many, values: Sequence[Node], at: str, form: Mapping[str, Sequence[str]]) -> list[Node]:
    return [
        _keys_filled(spec.rows, value, f"{at}[{number}]", form, text=spec.text)
        for number, value in enumerate(values)
    ]


def _keys_filled(
    specs: Sequence[Spec], value: Node, path: str, form: Mapping[str, Sequence[str]], *, text: str = ""
) -> Node:
    keys = _as_keys(value, text)
    if keys is None:
        return value
    found = {spec.key: _filled(spec, keys.get(spec.key), f"{path}.{spec.key}", form) for spec in specs}
    # In the order of the form; what it does not know comes after that.
    known = {key: each for key, each in found.items() if each is not None}
    made = {**known, **{key: each for key, each in keys.items() if key not in found}}
    if text and isinstance(value, str) and set(made) == {text}:
        return made[text]
    return made


def _filled(spec: Spec, value: Node, at: str, form: Mapping[str, Sequence[str]]) -> Node | None:
    if isinstance(spec, Row):
        return _row_filled(spec, value, form[at]) if at in form and _fits(spec, value) else value
    if isinstance(spec, Many):
        return _members(spec, value, at, form) if isinstance(value, list) else value
    made = _keys_filled(spec.rows, value if value is not None else {}, at, form, text=spec.text)
    if isinstance(made, dict) and not any(made.values()):
        return None
    if value is None and spec.text and set(made) == {spec.text}:
        return made[spec.text]
    return made


def _row_filled(row: Row, value: Node, sent: Sequence[str]) -> Node | None:
    if row.widget is Widget.TICKS:
        chosen = [each for each in sent if each]
        return (
            value
            if chosen == [each for each in value or [] if not each.startswith(_BLANK)]
            else chosen or None
        )
    text = sent[-1].strip()
    if text == shown(row, value):
        return value
    if row.widget is Widget.LIST:
        return [each for each in re.split(r"[,;\s]+", text) if each] or None
    if not text:
        return "" if row.required and value is not None else None
    return f"{text}\n" if row.widget is Widget.PROSE else " ".join(text.split())


# More of something, or less


_LISTS: Final = re.compile(r"parts(\[[0-9]{1,6}\]\.exemptions(\[[0-9]{1,6}\]\.(favouring|against))?)?")
_NEW_PART: Final[Mapping[str, Node]] = {
    "information": "",
    "duty": str(Duty.DISCLOSE),
    "exemptions": [],
    "outcome": "",
}


def with_one_more(content: Node, path: str, exemption: Node) -> Node:
    """Return content with one part, exemption or factor more, at the end of those at a path.

    Args:
        exemption: What an exemption begins as.

    Raises:
        LookupError: there is no such place.
    """
    new = {"parts": _NEW_PART, "exemptions": exemption}.get(path.rpartition(".")[2], "")
    return _changed(content, _steps(path), lambda values: [*values, new])


def without(content: Node, path: str) -> Node:
    """Return content without the part, exemption or factor at a path.

    Raises:
        LookupError: there is no such place.
    """
    members, _, number = path.removesuffix("]").rpartition("[")
    gone = whole(number)
    return _changed(content, _steps(members), lambda values: [v for at, v in enumerate(values) if at != gone])


def _steps(path: str) -> list[str | int]:
    if not _LISTS.fullmatch(path):
        raise LookupError(path)
    return [step if (number := whole(step)) is None else number for step in re.findall(r"[a-z]+|\d+", path)]


def _changed(node: Node, steps: Sequence[str | int], change: Callable[[Sequence[Node]], Node]) -> Node:
    """Return content with the list that steps lead to changed; a list of factors goes with its last one."""
    if not steps:
        return change(node if isinstance(node, list) else [])
    step, *rest = steps
    if isinstance(step, int):
        made = _changed(node[step], rest, change)
        return [made if at == step else each for at, each in enumerate(node)]
    made = _changed(node.get(step), rest, change)
    kept = made or step in {"parts", "exemptions"}
    return {**node, step: made} if kept else {key: each for key, each in node.items() if key != step}
