"""What the batches before were like: which are the history, which a day is held against, and when it ends too long ago."""

import dataclasses

import pytest
from made_batches import rows, sketched

from stages.history.past import Past
from stages.history.sketch import Sketch
from stages.reading.periods import period


def of(n: int) -> Sketch:
    return sketched(rows(n))


def remembered(*names: str, newest: int = 3) -> Past:
    """A week or a day each, the first with one row, the second with two, and so on."""
    past = Past(newest)
    for number, name in enumerate(names):
        past.add(number, f"raw/{name}.csv", period(name), of(number + 1))
    return past


def test_the_newest_usual_batches_are_the_history():
    assert Past(3).history == []
    assert [own.rows for own in remembered("2026-W01", "2026-W02", "2026-W03", "2026-W04").history] == [2, 3, 4]


def test_a_day_is_held_against_the_same_days_of_the_week_and_no_other_batch_is():
    # January 4, 11, 18, 25 of 2026 are Sundays, the 5th is a Monday
    past = remembered("2026-01-04", "2026-01-05", "2026-01-11", "2026-01-18", "2026-01-25", "2026-W06")
    assert past.volumes(period("2026-02-08")) == [3, 4, 5]
    assert past.volumes(period("2026-02-09")) == [2]
    assert past.volumes(period("2026-02-10")) == []
    assert past.volumes(period("2026-W07")) == past.volumes(None) == [4, 5, 6]


@pytest.mark.parametrize(("number", "old"), [(3, False), (5, False), (6, True), (60, True)])
def test_a_history_that_ends_too_many_batches_ago_says_so(number, old):
    # the newest usual batch has the number 2: 6 is four batches younger, and a history has three
    found = remembered("2026-W01", "2026-W02", "2026-W03").ended(number)
    why = (
        "it is held against a history that ends at raw/2026-W03.csv; "
        "release what was found of later batches to renew it (`ratchet quarantine release`)"
    )
    assert [dataclasses.astuple(own) for own in found] == ([("batch: old history", "warn", why)] if old else [])


def test_a_history_of_two_batches_that_judges_nothing_is_never_old():
    assert remembered("2026-W01", "2026-W02").ended(60) == []
