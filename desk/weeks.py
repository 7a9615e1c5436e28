"""Weeks and dates of the simulated desk: week 0 is the ISO week that starts on Monday 2026-01-05."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

FIRST_MONDAY = date(2026, 1, 5)
_DAY_WEIGHTS = np.array([1.25, 1.15, 1.1, 1.05, 1.0, 0.45, 0.35])
_HOUR_WEIGHTS = np.array([1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 19, 17, 14, 16, 18, 17, 14, 11, 9, 7, 6, 5, 3, 2])


def monday(week: int) -> date:
    """First day of the week; raises ValueError for a week before the world began."""
    if week < 0:
        raise ValueError(f"desk: week must be 0 or later, got {week}; week 0 starts on {FIRST_MONDAY}")
    return FIRST_MONDAY + timedelta(weeks=week)


def period(week: int) -> str:
    """ISO name of the week.

    >>> period(0), period(52)
    ('2026-W02', '2027-W01')
    """
    return monday(week).strftime("%G-W%V")


def week_of(moments: "pd.Series[pd.Timestamp]") -> np.ndarray:
    """Week number of each UTC moment."""
    days = (moments - pd.Timestamp(FIRST_MONDAY, tz="UTC")) // pd.Timedelta(days=1)
    return np.asarray(days // 7, dtype=np.int64)


def arrivals(week: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Sorted arrival moments (datetime64[us]) inside the week, most of them in office hours."""
    weights = np.outer(_DAY_WEIGHTS, _HOUR_WEIGHTS).ravel()
    hours = rng.choice(weights.size, size=size, p=weights / weights.sum())
    seconds = np.sort(hours * 3600 + rng.integers(0, 3600, size))
    return np.datetime64(monday(week), "us") + seconds.astype("timedelta64[s]").astype("timedelta64[us]")


def during(moments: np.ndarray, first: date, last: date) -> np.ndarray:
    """True where a moment lies on the days from `first` to `last`, both included."""
    days = moments.astype("datetime64[D]")
    return np.asarray((days >= np.datetime64(first)) & (days <= np.datetime64(last)))
