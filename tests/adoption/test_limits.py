"""The limits that a new loop starts with: columns that follow the calendar are exempt, what remains is relaxed."""

import numpy as np
import pandas as pd
import pytest
from made_batches import COLUMNS, rows

from stages.adoption.limits import LIMITS, first_limits

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
