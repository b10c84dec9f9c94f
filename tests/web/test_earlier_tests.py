"""Earlier tests that are near: of each provision the newest alone, however many there are."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import fields
from typing import Final

from flows.catalogue.rows import SCHEMA, Row
from flows.catalogue.search import ALIKE, LOOKED_AT

LAST: Final = 4 * LOOKED_AT
OWN: Final = LAST - 40
PROVISIONS: Final = ("31(1)", "31(1)(a)", "40(2)")


def _stage(id_: int) -> str:
    return "legal-review" if id_ % 5 == 2 else ("published", "sent")[id_ % 2]


def _relied(id_: int) -> set[str]:
    """Return on what a document relies: its own on two, of the others each on some of three."""
    return (
        {"31(1)", "40(2)"} if id_ == OWN else {each for bit, each in enumerate(PROVISIONS) if id_ >> bit & 1}
    )


def _filled(db: sqlite3.Connection) -> None:
    db.executescript(SCHEMA)
    names = [each.name for each in fields(Row)]
    empty = dict.fromkeys(names, "") | dict.fromkeys(("open", "version", "round", "erased", "last_number"), 0)
    for id_ in range(1, LAST):
        row = empty | {"id": id_, "identity": str(id_), "reference": str(id_), "stage": _stage(id_)}
        row["document"] = "test" if id_ % 7 else "response"
        sql = f"insert into documents ({', '.join(row)}) values ({', '.join('?' * len(row))})"  # noqa: S608 - ours
        db.execute(sql, [*row.values()])
        db.executemany("insert into relied values (?, ?)", [(each, id_) for each in _relied(id_)])


def test_of_each_provision_the_newest_that_were_published_are_found_with_what_both_rest_on() -> None:
    expected: dict[str, set[str]] = defaultdict(set)
    for provision in _relied(OWN):
        having = [id_ for id_ in range(1, LAST) if provision in _relied(id_)]
        for id_ in having[-LOOKED_AT:]:
            if id_ != OWN and _stage(id_) in {"published", "sent"} and id_ % 7:
                expected[str(id_)].add(provision)
        last, beyond = having[-LOOKED_AT], having[-LOOKED_AT - 1]
        assert str(last) in expected
        assert beyond % 7
        assert _stage(beyond) != "legal-review"
    with closing(sqlite3.connect(":memory:")) as db:
        _filled(db)
        found = db.execute(ALIKE, {"identity": str(OWN), "document": "test"}).fetchall()
    assert {reference: {*provisions.split(", ")} for reference, _, _, provisions in found} == expected
    assert len(expected) > LOOKED_AT // 2
