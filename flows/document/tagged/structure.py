"""The tree of structure elements, and how it is written in PDF (ISO 32000-1, 14.7 and 14.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Refer: TypeAlias = Callable[[str], str]
    """From an object's name to a reference in PDF: ``12 0 R``."""

Value: TypeAlias = "str | float | tuple[float, ...]"
"""Of an attribute: a name, a number, or an array of numbers."""

ROOT: Final = "Structure"
"""The name of the tree's own object."""

ROLES: Final = {"Strong": "Span", "Em": "Span"}
"""What the tags that PDF 1.7 does not know stand for."""

_MAY_BE_EMPTY: Final = frozenset({"TD", "TH"})


class TagError(ValueError):
    """Something would be drawn outside the tree, or is in the tree and was not drawn."""


class Mark(NamedTuple):
    """One sequence of marked content: the name of its page, and its number there."""

    page: str
    number: int


class Annotation(NamedTuple):
    """One annotation, by the names of its page and its object."""

    page: str
    name: str


class Leaf:
    """A place in an element where content is to be drawn.

    Attributes:
        marks: Where it was drawn: more than one after a page break.
    """

    __slots__ = ("element", "marks")

    def __init__(self, element: Element) -> None:
        self.element = element
        self.marks: list[Mark] = []

    def drop(self) -> None:
        """Leave the tree: there is nothing to draw here."""
        self.element.kids.remove(self)


class Element:
    """One structure element.

    Attributes:
        attributes: Of the layout, as ``{"O": "Table", "Scope": "Row"}``.
        alternative: What stands for it where it cannot be seen.
        lang: Its language, where it is not its parent's: ``cy``.
        id: What it is known by in the whole file: ``note-1``; None for nothing.
        name: Of its object; set when the tree is settled.
    """

    __slots__ = ("alternative", "attributes", "id", "kids", "lang", "name", "parent", "tag")

    def __init__(
        self,
        tag: str,
        parent: Element | None = None,
        *,
        attributes: Mapping[str, Value] | None = None,
        alternative: str | None = None,
        lang: str | None = None,
        id: str | None = None,  # noqa: A002 - the standard's own name
    ) -> None:
        self.tag = tag
        self.parent = parent
        self.kids: list[Element | Leaf | Annotation] = []
        self.attributes = attributes
        self.alternative = alternative
        self.lang = lang
        self.id = id
        self.name = ""
        if parent is not None:
            parent.kids.append(self)

    def leaf(self) -> Leaf:
        """Add a place for content, after all that the element has so far."""
        leaf = Leaf(self)
        self.kids.append(leaf)
        return leaf

    @property
    def path(self) -> str:
        """Where it stands, to tell people: ``Document/L[2]/LI[1]/LBody``, counted by kind."""
        if self.parent is None:
            return self.tag
        alike = [kid for kid in self.parent.kids if isinstance(kid, Element) and kid.tag == self.tag]
        return f"{self.parent.path}/{self.tag}[{alike.index(self) + 1}]"

    def written(self, refer: Refer) -> str:
        """Return the element as a PDF dictionary; ``refer`` knows the tree's and the pages' names."""
        parent = self.parent.name if self.parent else ROOT
        home, kids = self._written_kids(refer)
        entries = [
            f"/S/{self.tag}/P {refer(parent)}",
            f"/Pg {refer(home)}" if home else "",
            f"/A<<{''.join(f'/{key}{_value(value)}' for key, value in self.attributes.items())}>>"
            if self.attributes
            else "",
            f"/Alt{text_string(self.alternative)}" if self.alternative is not None else "",
            f"/Lang{text_string(self.lang)}" if self.lang else "",
            f"/ID{text_string(self.id)}" if self.id else "",
            kids,
        ]
        return f"<<{''.join(entries)}>>"

    def _written_kids(self, refer: Refer) -> tuple[str | None, str]:
        """Return the page that most content is on, and /K."""
        home = next((each.page for each in _content(self)), None)
        kids = []
        for kid in self.kids:
            match kid:
                case Element():
                    kids.append(refer(kid.name))
                case Annotation():
                    page = "" if kid.page == home else f"/Pg {refer(kid.page)}"
                    kids.append(f"<</Type/OBJR/Obj {refer(kid.name)}{page}>>")
                case Leaf():
                    kids += [_mcr(mark, home, refer) for mark in kid.marks]
        match kids:
            case []:
                return home, ""
            case [one]:
                return home, f"/K {one}"
            case _:
                return home, f"/K[{' '.join(kids)}]"


class Structure:
    """The tree of one document, and which of its elements owns what on each page."""

    def __init__(self) -> None:
        self.root = Element("Document")
        self.last: Leaf | None = None
        self._parents: list[Element | list[Element]] = []
        self._page = ""
        self._marked: list[Element] = []

    def begin_page(self, page: str) -> int:
        """Start the page of that name; return its /StructParents."""
        self._page, self._marked = page, []
        self._parents.append(self._marked)
        return len(self._parents) - 1

    def mark(self, leaf: Leaf) -> int:
        """Note that content of ``leaf`` follows on this page; return its number there, the MCID."""
        number = len(self._marked)
        self._marked.append(leaf.element)
        leaf.marks.append(Mark(self._page, number))
        self.last = leaf
        return number

    def annotate(self, element: Element, name: str, *, page: str | None = None) -> int:
        """Put the annotation of that object's name into ``element``; return its /StructParent."""
        element.kids.append(Annotation(page or self._page, name))
        self._parents.append(element)
        return len(self._parents) - 1

    def settle(self) -> list[Element]:
        """Name every element and return them in reading order; empty ones are left out.

        Raises:
            TagError: a leaf was never drawn: the document would lose words.
        """
        _prune(self.root)
        elements = list(_walk(self.root))
        for number, element in enumerate(elements):
            element.name = f"{ROOT}.{number}"
        return elements

    def written(self, refer: Refer) -> str:
        """Return the tree's own dictionary, with the way back from content to element."""
        parents = " ".join(
            f"{key}[{' '.join(refer(each.name) for each in owner)}]"
            if isinstance(owner, list)
            else f"{key} {refer(owner.name)}"
            for key, owner in enumerate(self._parents)
        )
        roles = "".join(f"/{tag}/{standard}" for tag, standard in ROLES.items())
        return (
            f"<</Type/StructTreeRoot/K {refer(self.root.name)}/RoleMap<<{roles}>>{self._known(refer)}"
            f"/ParentTree<</Nums[{parents}]>>/ParentTreeNextKey {len(self._parents)}>>"
        )

    def _known(self, refer: Refer) -> str:
        """Return the index of what has an identifier, in the order of those (ISO 32000-1, table 322)."""
        known = {each.id: each for each in _walk(self.root) if each.id}
        names = " ".join(f"{text_string(name)} {refer(known[name].name)}" for name in sorted(known))
        return f"/IDTree<</Names[{names}]>>" if known else ""


def _prune(element: Element) -> bool:
    """Remove what is empty from ``element``; return whether it has a place in the tree."""
    for kid in element.kids:
        if isinstance(kid, Leaf) and not kid.marks:
            raise TagError(f"content of {element.path} was never drawn")
    element.kids = [kid for kid in element.kids if not isinstance(kid, Element) or _prune(kid)]
    return bool(element.kids) or element.tag in _MAY_BE_EMPTY


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for kid in element.kids:
        if isinstance(kid, Element):
            yield from _walk(kid)


def _content(element: Element) -> Iterator[Mark | Annotation]:
    for kid in element.kids:
        if isinstance(kid, Leaf):
            yield from kid.marks
        elif isinstance(kid, Annotation):
            yield kid


def _mcr(mark: Mark, home: str | None, refer: Refer) -> str:
    if mark.page == home:
        return str(mark.number)
    return f"<</Type/MCR/Pg {refer(mark.page)}/MCID {mark.number}>>"


def _value(value: Value) -> str:
    if isinstance(value, str):
        return f"/{value}"
    if isinstance(value, tuple):
        return f"[{' '.join(f'{each:g}' for each in value)}]"
    return f" {value:g}"


def text_string(text: str) -> str:
    """Return ``text`` as a PDF text string: readable if it is plain ASCII, else UTF-16 in hex."""
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        return f"({escaped})"
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"
