"""Values that try to be more than text, and what tells whether one was."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

CORPUS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</pre></select></option><iframe src=javascript:alert(1)>",
    "[x](javascript:alert(1)) ![x](x) <a href='data:text/html,x'>x</a>",
    "{{ 1234567 * 7654321 }} {% raw %} ${1234567*7654321} #{1}",
    "%s %(num)d {0} \\u003cscript\\u003e",
    "&lt;script&gt; &#60;script&#62;",
    "\u202e\u2066txt.exe\ufeff\u200b\u0000\u0007\x1b[31m",
    "[x](https://foi.example.gov.uk@evil.example/) <https://name:word@evil.example/>",
    f"onclick={'x' * 3_000} onerror=x",
    "] }} --> ]]> */ ' \" ` \\ \n\n# Heading\n\n| a | b |\n|---|---|\n| 1 |",
)


class _Brought(HTMLParser):
    """Notes what in a page only a field can have brought: it is mark-up, or was carried out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found = ["reckoned"] if "9449772114007" in page else []  # no digest has so many digits by chance
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        ours = (tag, named.get("src", "")) == ("script", "/static/desk.js") or named.get("sandbox")
        wrong = tag in {"script", "img", "svg", "iframe", "object", "base"} and not ours
        if (
            wrong
            or any(name.startswith("on") for name in named)
            or named.get("href", "").startswith(("java", "data"))
            or "@" in urlsplit(named.get("href", "")).netloc
        ):
            self.found.append(self.get_starttag_text() or tag)


def brought(page: str) -> list[str]:
    """Return what in a page only a value can have brought."""
    return _Brought(page).found
