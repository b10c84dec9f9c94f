"""The words of a page of HTML, as its reader would see them; nothing is loaded, and nothing of it is run.

It is parsed by libxml2, which takes any page in time that grows with its length.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 1_000_000
"""Characters of a page that are read; what stands after them is in the message."""
_UNSEEN: Final = frozenset({"script", "style", "head", "title", "template", "object", "svg"})
_BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset"),
        *(
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
        ),
        *("ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    }
)
_APART: Final = frozenset({"p", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
"""What an empty line stands before and after."""
_HIDING: Final = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_SPACES: Final = re.compile(r"[ \t\r\n\f]+")
_GAPS: Final = re.compile(r"\n{3,}")
_LED: Final = re.compile(r"(?:https?:/*|mailto:)", re.IGNORECASE)
_LEADS: Final = re.compile(r"<(?:https?|mailto):[^<>]+>", re.IGNORECASE)


def text_of_html(page: str) -> str:
    """Return the words of ``page``: a line for each block, a dash for each item, where each link leads."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        root = etree.fromstring(page[:MOST].encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        root = None
    words = "" if root is None else "".join(_words(root))
    lines = (line.strip(" ") for line in words.split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip("\n")


def _words(root: Any) -> Iterator[str]:  # noqa: ANN401 - lxml has no types
    """Yield the words of a tree in order, with the ends of lines between them."""
    at_start, shown = True, ""
    for each in _pieces(root):
        words = each.removeprefix(" ") if at_start else each
        if _LEADS.fullmatch(words):
            href = words[1:-1]
            words = "" if _LED.sub("", href).strip("/") in shown else f" <{href}>"
        if words:
            yield words
            at_start = words.endswith(("\n", " "))
            shown = "" if "\n" in words else shown + words


def _pieces(root: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    hidden = None
    for event, node in etree.iterwalk(root, events=("start", "end")):
        begins, tag = event == "start", node.tag
        if hidden is None:
            if begins and _is_hidden(node):
                hidden = node
            else:
                yield from _begun(node, tag) if begins else _ended(node, tag)
        if not begins and node is hidden:
            hidden = None
        text = node.text if begins else node.tail
        if text and hidden is None and not (begins is False and node is root):
            yield text if _keeps_spaces(node if begins else node.getparent()) else _SPACES.sub(" ", text)


def _is_hidden(node: Any) -> bool:  # noqa: ANN401 - as above
    return (
        node.tag in _UNSEEN or node.get("hidden") is not None or bool(_HIDING.search(node.get("style") or ""))
    )


def _keeps_spaces(node: Any) -> bool:  # noqa: ANN401 - as above
    return node is not None and node.tag == "pre"


def _begun(node: Any, tag: str) -> Iterator[str]:  # noqa: ANN401 - as above
    if tag in _BLOCKS:
        yield "\n\n" if tag in _APART else "\n"
    if tag == "br":
        yield "\n"
    elif tag == "li":
        yield "- "
    elif tag in {"td", "th"}:
        yield " "
    elif tag == "img" and (alt := (node.get("alt") or "").strip()):
        yield f"[{_SPACES.sub(' ', alt)}]"


def _ended(node: Any, tag: str) -> Iterator[str]:  # noqa: ANN401 - as above
    href = _SPACES.sub("", node.get("href") or "") if tag == "a" else ""
    if _LEADS.fullmatch(f"<{href}>"):
        yield f"<{href}>"
    if tag in _BLOCKS and tag != "li":
        yield "\n\n" if tag in _APART else "\n"
