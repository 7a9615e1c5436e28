"""The limits that a new loop starts with: columns that follow the calendar are exempt, what remains is relaxed."""

import numpy as np
import pandas as pd
import pytest
from made_batches import COLUMNS, rows

from stages.adoption.limits import LIMITS, first_limits, first_min_change

N = 200


def first(weeks: list[pd.DataFrame], names: list[str] | None = None) -> dict:
    names = names or [f"2026-W{number:02}" for number in range(1, len(weeks) + 1)]
    batch = pd.Series([name for name, own in zip(names, weeks, strict=True) for _ in range(len(own))])
    return first_limits(pd.concat(weeks, ignore_index=True), batch, COLUMNS, "classification")


def test_batches_that_are_alike_keep_every_limit():
    assert first([rows(N, seed) for seed in range(6)]) == {"calendar": []} | LIMITS


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("color", [f"month {k}" for k in range(6)]),  # each of its own name
        ("color", ["winter"] * 3 + ["spring"] * 3),  # constant, until the fourth week
        ("price", [10.0 * 2**k for k in range(6)]),  # twice as much every week
    ],
)
def test_a_column_that_follows_the_calendar_is_exempt_and_no_limit_is_relaxed(name, values):
    weeks = [rows(N, seed).assign(**{name: value}) for seed, value in enumerate(values)]
    assert first(weeks) == {"calendar": [name]} | LIMITS


def test_what_no_column_explains_is_relaxed():
    labels = ["billing", "billing", "billing", "sales"]
    weeks = [rows(N, seed).assign(color=f"month {seed}", label=own, served=own) for seed, own in enumerate(labels)]
    found = first(weeks)
    assert found == {"calendar": ["color"]} | LIMITS | {"label_share": {"warn": 0.1, "block": None}}


def test_gaps_are_no_calendar():
    weeks = [rows(N, seed).assign(price=np.nan if seed == 4 else rows(N, seed)["price"]) for seed in range(6)]
    assert first(weeks) == {"calendar": []} | LIMITS | {"missing": {"warn": 0.05, "block": None}}


def test_days_are_held_against_their_own_days_of_the_week():
    # January 5, 2026 is a Monday; the sixth and seventh of seven days have a hundredth of the rows
    days = pd.date_range("2026-01-05", periods=28).strftime("%Y-%m-%d").tolist()
    frames = [rows(3 if number % 7 >= 5 else 300, number) for number in range(28)]
    assert first(frames, days) == {"calendar": []} | LIMITS
    other = [f"2026-W{number:02}" for number in range(1, 29)]
    assert first(frames, other)["volume"] == {"warn": 2, "block": None}


def least_change(reds: list[float], recent: int = 1, min_rows: int = 200, calendar: tuple[str, ...] = ()) -> float:
    """Of weeks of 1,000 rows each that are the same but for their share of red ones."""
    weeks = [rows(1000, 0).assign(color=np.where(np.arange(1000) < 1000 * red, "red", "blue")) for red in reds]
    batch = pd.Series([f"2026-W{number:02}" for number in range(1, len(weeks) + 1) for _ in range(1000)])
    return first_min_change(pd.concat(weeks, ignore_index=True), batch, COLUMNS, calendar, recent, min_rows)


WANDERING = [0.5, 0.58, 0.42, 0.58, 0.42, 0.58]


def test_a_change_that_weeks_usually_show_is_no_drift():
    # Against all before and, in the same direction, the week before: 8, 12 (of 12 and 16), 8 (of 8 and 16), 10 and 8 points.
    assert least_change(WANDERING) == 0.08
    assert least_change([0.5, 0.54, 0.46, 0.54, 0.46, 0.54]) == 0.05


def test_one_change_of_the_world_among_the_first_weeks_is_not_usual():
    assert least_change([0.5, 0.5, 0.5, 0.9, 0.9, 0.9]) == 0.05


def test_however_wild_the_first_weeks_are_ten_rows_in_a_hundred_are_drift():
    assert least_change([0.1, 0.9, 0.1, 0.9, 0.1]) == 0.1


def test_the_usual_change_is_that_of_looks_as_long_as_a_runs():
    assert least_change(WANDERING[1:5], recent=2) == 0.05  # two weeks together are half red
    assert least_change(WANDERING[1:5]) == 0.1


def test_a_column_that_follows_the_calendar_and_too_few_rows_tell_nothing_usual():
    assert least_change(WANDERING, calendar=("color",)) == 0.05
    assert least_change(WANDERING, min_rows=1001) == 0.05
