"""What a release lets in: only what it names, of the file as it was, and nothing that no release can undo."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.intake.releases import Release, batch_released, never_released, released

MD5, OTHER_MD5 = "0123456789abcdef" * 2, "f" * 32
ONE = Release(batch="raw/2026-W40.csv", rule="size: greater_than(0)", record_id="T1", file=MD5, by="Ada", reason="a refund")
ALL = replace(ONE, record_id=None)

IDS = pd.Series(["T1", "T2", None, "T1"], dtype="str")


def test_only_the_rows_that_are_named_are_released():
    entries = [ONE, replace(ONE, record_id="T9")]
    assert released(entries, ONE.batch, MD5, ONE.rule, IDS).tolist() == [True, False, False, True]


def test_a_release_of_the_rule_holds_for_every_row():
    assert released([ALL], ONE.batch, MD5, ONE.rule, IDS).tolist() == [True] * 4


@pytest.mark.parametrize("key", ["file", "rule", "batch"])
def test_a_release_ends_with_its_file_its_rule_and_its_batch(key):
    others = [replace(entry, **{key: OTHER_MD5 if key == "file" else "other"}) for entry in (ONE, ALL)]
    assert not released(others, ONE.batch, MD5, ONE.rule, IDS).any()
    assert not batch_released(others, ONE.batch, MD5, ONE.rule)


def test_no_rows_and_no_releases_are_no_trouble():
    assert released([], ONE.batch, MD5, ONE.rule, IDS).dtype == bool
    assert released([ALL], ONE.batch, MD5, ONE.rule, IDS.head(0)).shape == (0,)


def test_a_batch_is_released_only_as_a_whole():
    assert batch_released([ONE, ALL], ONE.batch, MD5, ONE.rule)
    assert not batch_released([ONE], ONE.batch, MD5, ONE.rule)


few = st.sampled_from(["a", "b", "c"])


@given(
    entries=st.lists(st.builds(replace, st.just(ONE), batch=few, rule=few, record_id=st.none() | few), max_size=6),
    ids=st.lists(st.none() | few, max_size=6),
)
def test_released_agrees_with_a_loop_over_rows_and_entries(entries, ids):
    mine = [entry for entry in entries if entry.batch == "a" and entry.rule == "b" and entry.file == MD5]
    expected = [any(e.record_id is None or (name is not None and e.record_id == name) for e in mine) for name in ids]
    found = released(entries, "a", MD5, "b", pd.Series(ids, dtype="str"))
    assert np.array_equal(found, np.array(expected, dtype=bool))


@pytest.mark.parametrize(
    ("rule", "never"),
    [
        ("ticket: missing", True),
        ("ticket: missing or unreadable", True),
        ("ticket: repeated", True),
        ("ticket: in an earlier batch", True),
        ("ticket: in an earlier batch, with other content", True),
        ("ticket: in the golden set", True),
        ("row: near-duplicate of a test row", True),
        ("row: group of a test row", True),
        ("ticket: digits lost", True),
        ("size: missing or unreadable", False),
        ("mail: repeated", False),
        ("ticket2: repeated", False),
        ("row: wrong number of fields", True),
        ("at: not an ISO time", True),  # whether it is of its batch cannot be known
        ("reviewed_at: not an ISO time", False),  # a label counts without a time
        ("label: not a number", True),
        ("label: not text", True),
        ("label: digits lost", True),
        ("label: mojibake", False),
        ("label: notin(['x'])", False),
        ("source: not text", True),
        ("action: digits lost", True),
        ("size: not a number", False),  # a gap like any other
        ("batch: replay", False),
    ],
)
def test_rules_that_keep_counts_and_the_test_side_honest_are_never_released(rule, never):
    assert never_released(rule, "ticket") is never
    entries = [replace(ALL, rule=rule), replace(ONE, rule=rule)]  # as if written by hand
    assert released(entries, ONE.batch, MD5, rule, IDS.rename("ticket")).any() != never
