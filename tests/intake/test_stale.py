"""Releases that let nothing in: each with the reason, and none that could still let something in."""

import pytest

from stages.intake.releases import Release
from stages.intake.stale import release_report

KEY, RULE = "raw/2026-10-05.csv", "size: missing"
FILES = {KEY: "a" * 32, "raw/2026-10-06.csv": "b" * 32}


def entry(**changes):
    usual = {"batch": KEY, "rule": RULE, "record_id": None, "file": "a" * 32, "by": "Ada", "reason": "checked"}
    return Release(**usual | changes)


def told(*releases, freed=frozenset(), unseen=frozenset()):
    return release_report(releases, freed, FILES, unseen, "id")


def test_a_release_that_let_something_in_is_in_force():
    freed = {(KEY, RULE, None), (KEY, RULE, "T1")}
    assert told(entry(), entry(record_id="T1"), freed=freed) == {"in_force": 2, "stale": []}
    stale = [{"batch": KEY, "rule": RULE, "record_id": "T2", "why": "nothing in the file fails the rule"}]
    assert told(entry(record_id="T2"), freed=freed) == {"in_force": 0, "stale": stale}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "nothing in the file fails the rule"),
        ({"file": "c" * 32}, "the file has changed"),
        ({"batch": "raw/2026-10-07.csv"}, "there is no such file"),
        ({"rule": "id: repeated"}, "no release can undo this rule"),
    ],
)
def test_a_release_that_can_let_nothing_in_says_why(changes, why):
    (stale,) = told(entry(**changes))["stale"]
    assert stale["why"] == why


def test_a_release_of_an_earlier_delivery_is_stale_although_the_new_one_was_released_too():
    found = told(entry(), entry(file="c" * 32), freed={(KEY, RULE, None)})
    assert (found["in_force"], [own["why"] for own in found["stale"]]) == (1, ["the file has changed"])


def test_of_a_folder_without_any_file_nothing_is_known():
    assert told(entry(batch="feedback/2026-10.csv")) == {"in_force": 0, "stale": []}


def test_of_a_file_that_was_not_looked_at_nothing_is_known():
    assert told(entry(), unseen={KEY}) == {"in_force": 0, "stale": []}
    assert told(entry(file="c" * 32), unseen={KEY})["stale"][0]["why"] == "the file has changed"
