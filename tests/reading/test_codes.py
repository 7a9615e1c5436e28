"""Ids, names and codes: blanks around them go, people in them get a pseudonym, and who differs stays apart."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.reading.codes import pseudonymous, trimmed

PEOPLE = [
    "jo@example.org",
    "JO@example.org",
    "al@example.org",
    "+49 30 1234567",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
]
# printf jo@example.org | sha256sum
JO = "[email] b6be3cb5"


def words(*cells: str | None, index: list[int] | None = None) -> pd.Series:
    return pd.Series(cells, dtype="str", name="x", index=index)


def told(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(cell) else cell for cell in column]


@pytest.mark.parametrize("change", [trimmed, pseudonymous])
def test_blanks_around_a_cell_go_and_a_blank_cell_is_a_gap(change):
    column = words(" a", "b\t", "c d", "  ", "", None, "\u00a0e\u3000", index=[5, 3, 9, 1, 0, 7, 8])
    before = column.copy()
    found = change(column)
    assert told(found) == ["a", "b", "c d", None, None, None, "e"]
    assert (found.name, found.index.tolist(), str(found.dtype)) == ("x", [5, 3, 9, 1, 0, 7, 8], "str")
    pd.testing.assert_series_equal(column, before)


@pytest.mark.parametrize("change", [trimmed, pseudonymous])
@pytest.mark.parametrize("cells", [[], [None], ["a", None, "b", "a"]])
def test_a_column_in_order_stays_the_very_column(change, cells):
    column = words(*cells)
    assert change(column) is column


def test_an_id_is_what_others_refer_to_and_stays():
    assert told(trimmed(words(*PEOPLE))) == PEOPLE


def test_people_become_pseudonyms_that_stay_apart():
    found = told(pseudonymous(words(*PEOPLE, "web", None, "jo@example.org ")))
    assert (found[0], found[-3:]) == (JO, ["web", None, JO])
    assert len(set(found[:6])) == 6
    assert [name.partition(" ")[0] for name in found[:6]] == ["[email]"] * 3 + ["[phone]", "[card]", "[iban]"]


def test_what_stands_beside_an_address_stays():
    assert told(pseudonymous(words("Jo <jo@example.org>")))[0].startswith("Jo <[email]> ")


def test_a_name_that_the_settings_declare_stays():
    assert told(pseudonymous(words("jo@example.org", "al@example.org"), frozenset({"jo@example.org"})))[0] == "jo@example.org"
    assert told(pseudonymous(words("jo@example.org "), frozenset({"jo@example.org"}))) == ["jo@example.org"]


@given(st.lists(st.none() | st.sampled_from([*PEOPLE, "web", "a b"]) | st.text(max_size=4), max_size=8))
def test_a_pseudonym_is_one_name_for_one_name_whatever_is_beside_it_and_needs_no_second(cells):
    found = told(pseudonymous(words(*cells)))
    assert found == [told(pseudonymous(words(cell)))[0] for cell in cells]
    assert told(pseudonymous(words(*found))) == found
    bare = [None if cell is None or not cell.strip() else cell.strip() for cell in cells]
    pairs = {(own, kept) for own, kept in zip(bare, found, strict=True) if own in {*PEOPLE, "web", "a b"}}
    assert len(pairs) == len({own for own, _ in pairs}) == len({kept for _, kept in pairs})
