"""A secret in shares: any so many make it, fewer do not, and a slip of the pen is noticed."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import pytest

from flows.domain.errors import MalformedError
from flows.vault.shares import SECRET, Share, combine, parse_shares, split

SET: Final = b"12345"
WHOLE: Final = bytes(range(SECRET))


def a_share(number: int, value: str) -> Share:
    return Share(made_with=SET, needed=3, number=number, value=bytes.fromhex(value))


def test_shares_that_another_program_made_make_the_secret() -> None:
    # By shamir-mnemonic 0.3.0, the reference implementation of SLIP-0039: the same field and the same
    # polynomial, through the secret at 0 and two places chosen by a rule.
    shares = (
        a_share(3, "041b123920677e555c33cad1f8ffd6adb48b82699097ae858ce3fac1a8af465d"),
        a_share(4, "16232449428790fdde46577a3154d8ae9d686f83fe7bac1a39d7b05dfb9e7f52"),
        a_share(5, "172a295c5ba6bdc8ef0f1a3f6805b5cbfc01021667fa21af887e1df8224fb297"),
    )

    assert combine(shares) == WHOLE


@pytest.mark.parametrize(("needed", "shares"), [(2, 2), (2, 3), (3, 5), (16, 16)])
def test_any_so_many_make_the_secret_in_any_order_and_fewer_something_else(needed: int, shares: int) -> None:
    made = split(WHOLE, SET, needed, shares)

    for some in combinations(made, needed):
        assert combine(some[::-1]) == WHOLE
        assert combine(some[1:]) != WHOLE


def test_shares_are_drawn_anew_each_time_and_none_has_the_secret() -> None:
    one, other = (split(WHOLE, SET, 2, 3) for _ in range(2))

    assert not {each.value for each in one} & {each.value for each in other}
    assert WHOLE not in {each.value for each in one}


def test_a_share_is_read_as_it_was_written_whatever_stands_around_it() -> None:
    first, second = split(WHOLE, SET, 2, 2)
    lines = [line.lower() for line in second.lines()]
    typed = "\r\n".join(
        ("Share 2", "", f"> {lines[0]}", *(line.replace(" ", "-") for line in lines[1:]), "Kept.")
    )

    assert parse_shares("\n".join(first.lines()), "it") == [first]
    assert parse_shares(typed, "it") == [second]
    assert parse_shares("\n\n".join([*first.lines(), typed]), "it") == [first, second]


def test_a_nought_is_taken_for_the_letter() -> None:
    share = next(each for each in split(WHOLE, SET, 2, 16) if "O" in "".join(each.lines()))

    assert parse_shares("\n".join(share.lines()).replace("O", "0"), "it") == [share]


def test_each_letter_that_is_mistyped_and_each_line_in_another_place_is_noticed() -> None:
    (share, _) = split(WHOLE, SET, 2, 2)
    lines = share.lines()
    text = "\n".join(lines)
    places = [at for at, letter in enumerate(text) if letter.isalnum()]
    spoilt = [f"{text[:at]}{'B' if text[at] == 'A' else 'A'}{text[at + 1 :]}" for at in places]
    spoilt += ["\n".join([*lines[1:], lines[0]])]

    for each in spoilt:
        with pytest.raises(MalformedError, match="a letter of the share is mistyped"):
            parse_shares(each, "it")


@pytest.mark.parametrize("lines", [0, 1, 5, 7])
def test_what_is_no_whole_share_is_none(lines: int) -> None:
    (share, _) = split(WHOLE, SET, 2, 2)

    with pytest.raises(MalformedError, match=f"{lines} such lines are there"):
        parse_shares("\n".join((share.lines() * 2)[:lines]), "it")
