"""When the world changed: on record, or seen in the rows; and which trusted rows are from after it."""

from dataclasses import replace
from datetime import date

import pytest
from made_world import ledger, made_params, made_world, promotion, week_names

from stages.signals.change import Change, change_point, rows_since
from stages.signals.drift import ColumnDrift

PARAMS = made_params()
WEEKS = week_names("2026-W09", "2026-W13")
RED = ColumnDrift(family="feature", column="color", change=0.2, where="red: 50% → 70%", p_value=0.001, n=600, state="fired")
SIZE = replace(RED, column="size", change=0.1)


def weekly(*changes: float | None, column: str = "color") -> dict:
    """The changes of W09 to W13."""
    return {column: dict(zip(WEEKS, changes, strict=True))}


def point(by_week: dict, drift=(RED,), **events) -> Change | None:
    return change_point(made_world(PARAMS, events=events), drift, by_week, PARAMS)


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ((0.0, 0.0, 0.0, 0.2, 0.2), "2026-03-16"),
        ((0.0, 0.0, 0.0, 0.04, 0.05), "2026-03-23"),  # 0.05 counts
        ((0.2, 0.0, 0.2, 0.2, 0.2), "2026-03-09"),  # the first week was something else
        ((0.0, 0.2, None, 0.2, 0.2), "2026-03-16"),  # what was not measured breaks the row of weeks
        ((0.2, 0.2, 0.2, 0.2, 0.2), None),  # there from the first week on: nobody knows since when
        ((0.0, 0.2, 0.2, 0.2, 0.0), None),  # gone
        ((0.0, 0.2, 0.2, 0.2, None), None),
    ],
)
def test_drift_begins_with_the_first_week_from_which_it_stays(changes, first):
    found = point(weekly(*changes))
    assert (found and found.day.isoformat()) == first
    assert found is None or found.words == f"the change of color in {WEEKS[-(date(2026, 3, 29) - found.day).days // 7]} ({first})"


def test_only_columns_that_fired_tell_and_the_one_that_changed_most_first():
    both = weekly(0, 0, 0, 0, 0.2) | weekly(0, 0.1, 0.1, 0.1, 0.1, column="size")
    assert point(both, (RED, SIZE)).day == date(2026, 3, 23)
    assert point(both, (replace(RED, state="quiet"), SIZE)).day == date(2026, 3, 2)
    assert point(both, (replace(RED, state="underpowered"),)) is None
    assert point({}, (replace(RED, column="label", family="label"),)) is None


BEGUN = weekly(0, 0, 0, 0.2, 0.2)  # from Monday 2026-03-16 on


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("2026-03-08", "2026-03-16"),  # more than 7 days before: not the cause
        ("2026-03-09", "2026-03-09"),
        ("2026-03-22", "2026-03-22"),  # the last day of the week in which drift begins
        ("2026-03-23", "2026-03-16"),
    ],
)
def test_a_deployment_shortly_before_drift_begins_is_its_cause(at, found):
    change = point(BEGUN, deployments=[{"at": at, "name": "form-3", "what": "New form"}])
    assert change.day.isoformat() == found
    assert not change.on_record
    assert ("“New form”, with which color changed" in change.what) is (at == found)


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("2026-03-12", "2026-03-12"),  # the cause of the drift
        ("2026-02-02", "2026-03-16"),  # older than the drift, which is something new
        ("2026-03-27", "2026-03-27"),  # newer
        ("2026-03-30", "2026-03-16"),  # to come
    ],
)
def test_of_a_change_on_record_and_one_in_the_rows_the_newest_counts(at, found):
    change = point(BEGUN, changes=[{"at": at, "what": "New law"}])
    assert (change.day.isoformat(), change.on_record) == (found, at == found)


@pytest.mark.parametrize(("at", "known"), [("2025-12-29", None), ("2025-12-30", "2025-12-30"), ("2026-03-29", "2026-03-29")])
def test_a_change_on_record_counts_where_the_baseline_may_have_learned_from_before_it(at, known):
    # Version 2 learned from 2026-W01 on, which begins on Monday 2025-12-29.
    found = point({}, (), changes=[{"at": at, "what": "New law"}])
    assert (found and found.day.isoformat()) == known
    assert found is None or found.words == f"“New law” ({at})"


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ("2026-02-09", "2026-02-09"),
        ("2025-12-29", None),  # all rows that version 2 learned from are newer
        ("2025-12-30", "2025-12-30"),
    ],
)
def test_what_was_known_at_the_promotion_is_not_forgotten(seen, found):
    about = {"day": seen, "what": "the change of color in 2026-W07"}
    record = ledger(promotion(77, 1), promotion(14, change=about))
    always = weekly(0.2, 0.2, 0.2, 0.2, 0.2)  # since the first week: nobody could tell from the rows since when
    change = change_point(made_world(PARAMS, record=record), [RED], always, PARAMS)
    assert (change and change.words) == (found and f"the change of color in 2026-W07 ({found})")
    assert change is None or not change.on_record


def test_a_newer_change_counts_more_than_what_was_known_at_the_promotion():
    record = ledger(promotion(77, 1), promotion(14, change={"day": "2026-02-09", "what": "old"}))
    change = change_point(made_world(PARAMS, record=record), [RED], BEGUN, PARAMS)
    assert change.day == date(2026, 3, 16)
    same = made_world(PARAMS, record=record, events={"changes": [{"at": "2026-02-09", "what": "New law"}]})
    assert change_point(same, [], {}, PARAMS).on_record  # and a person's record more than either


def test_a_deployment_without_drift_is_no_change():
    assert point({}, (), deployments=[{"at": "2026-03-16", "name": "form-3", "what": "New form"}]) is None


@pytest.mark.parametrize("kind", ["campaigns", "one_offs"])
def test_drift_that_begins_in_a_campaign_or_a_one_off_is_no_change_of_the_world(kind):
    assert point(BEGUN, **{kind: [{"starts": "2026-03-20", "ends": "2026-03-21", "what": "x"}]}) is None
    assert point(BEGUN, **{kind: [{"starts": "2026-03-23", "ends": "2026-03-24", "what": "x"}]}) is not None


def test_against_the_dummy_nothing_has_changed():
    assert change_point(made_world(PARAMS, record=ledger()), [RED], BEGUN, PARAMS) is None


def test_rows_since_a_day_are_those_of_batches_that_begin_on_it_or_later():
    world = made_world(PARAMS)  # 300 rows in each of W01 to W10
    assert [rows_since(world, date(2026, 3, number)) for number in (1, 2, 3, 9)] == [300, 300, 0, 0]
    assert rows_since(world, date(2026, 2, 9)) == 1200
    assert rows_since(world, date(2026, 2, 9), after=date(2026, 2, 22)) == 600
