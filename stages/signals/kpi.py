"""Does the business feel it? The last week of every KPI against the four weeks before; an absent KPI is unknown, never stable."""

import warnings
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from scipy.stats import ttest_ind

from stages.errors import InputError
from stages.signals.signal import Signal, flag

SIGNIFICANCE = 0.05
WEEK, BEFORE = 7, 28


def read_kpi(path: Path) -> pd.DataFrame:
    """Read `data/kpi.csv`: the columns date (YYYY-MM-DD), kpi, value; gaps are left out.

    Raises
    ------
    InputError
        Where the file is missing or lacks a column, or a date or value cannot be read.
    """
    try:
        frame = pd.read_csv(path, dtype={"date": "str", "kpi": "str"})
        found = frame[["date", "kpi", "value"]].dropna()
        return found.assign(date=pd.to_datetime(found["date"], format="%Y-%m-%d"), value=found["value"].astype("float64"))
    except FileNotFoundError:
        raise InputError(f"{path} must exist, with at least its header `date,kpi,value`, got nothing there; add it") from None
    except (KeyError, ValueError) as error:
        raise InputError(
            f"{path} must have the columns date (YYYY-MM-DD), kpi, value (a number), got {type(error).__name__}; mend it"
        ) from None


def kpi_fall(kpi: pd.DataFrame, as_of: date, max_drop: float) -> Signal:
    """Whether any KPI fell by more than `max_drop` of its level and more than its noise (Welch's t, one-sided, Bonferroni)."""
    falls = [_fall(str(name), series.set_index("date")["value"], as_of) for name, series in kpi.groupby("kpi")]
    known = [fall for fall in falls if fall is not None]
    if not known:
        return Signal("kpi_fall", "unknown", None, max_drop, 0, "no KPI for the last week and the four before")
    fired = [fall for fall in known if fall[0] > max_drop and fall[1] * len(known) < SIGNIFICANCE]
    drop, p_value, name, n = max(fired or known)
    return flag(
        "kpi_fall",
        bool(fired),
        drop,
        max_drop,
        n,
        f"{name} {'fell' if drop > 0 else 'rose'} by {abs(drop):.1%} (p = {p_value:.2g})",
    )


def _fall(name: str, values: pd.Series, as_of: date) -> tuple[float, float, str, int] | None:
    """Relative drop, its p-value, the KPI's name and days; None below 3 days on a side, or where the level is not positive."""
    end = pd.Timestamp(as_of)
    start = end - timedelta(days=WEEK - 1)
    last = values[(values.index >= start) & (values.index <= end)]
    before = values[(values.index < start) & (values.index >= start - timedelta(days=BEFORE))]
    if len(last) < 3 or len(before) < 3 or before.mean() <= 0:
        return None
    return float(1 - last.mean() / before.mean()), _p_value(last, before), name, len(last) + len(before)


def _p_value(last: pd.Series, before: pd.Series) -> float:
    rounding = 1e-9 * before.mean()
    if max(last.std(), before.std()) < rounding:  # no noise: any fall is one
        return float(last.mean() > before.mean() - rounding)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # scipy's, where one of the two sides is constant
        return float(ttest_ind(last, before, equal_var=False, alternative="less").pvalue)
