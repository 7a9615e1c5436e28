"""KPI: a fall is large and beyond the noise; what is absent is unknown, never stable."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from stages.errors import InputError
from stages.signals.kpi import kpi_fall, read_kpi

AS_OF = date(2026, 3, 29)  # the last of 35 days that begin on 2026-02-23


def table(**series: list[float]) -> pd.DataFrame:
    """35 days a KPI, up to AS_OF; None is a gap."""
    rows = [
        (pd.Timestamp(AS_OF) - timedelta(days=len(values) - 1 - day), name, value)
        for name, values in series.items()
        for day, value in enumerate(values)
        if value is not None
    ]
    return pd.DataFrame(rows, columns=["date", "kpi", "value"])


def noisy(level: float, days: int, spread: float = 0.02, seed: int = 0) -> list[float]:
    return (level + spread * np.random.default_rng(seed).normal(size=days)).tolist()


def test_a_large_fall_beyond_the_noise_fires():
    before, last = noisy(0.7, 28), noisy(0.6, 7, seed=1)
    found = kpi_fall(table(solved=before + last), AS_OF, 0.05)
    assert found.state == "fired"
    assert found.value == pytest.approx(1 - np.mean(last) / np.mean(before))
    assert found.n == 35
    p_value = ttest_ind(last, before, equal_var=False, alternative="less").pvalue
    assert f"solved fell by {found.value:.1%} (p = {p_value:.2g})" == found.why


def test_a_small_fall_a_noisy_fall_and_a_rise_stay_quiet():
    assert kpi_fall(table(solved=noisy(0.7, 28) + noisy(0.68, 7, seed=1)), AS_OF, 0.05).state == "quiet"
    wild = [0.1, 1.3] * 14 + [0.1, 1.3, 0.1, 1.1, 0.1, 1.2, 0.1]
    assert kpi_fall(table(solved=wild), AS_OF, 0.05).state == "quiet"
    risen = kpi_fall(table(solved=noisy(0.7, 28) + noisy(0.8, 7, seed=1)), AS_OF, 0.05)
    assert risen.state == "quiet"
    assert "rose" in risen.why


def test_a_fall_of_one_kpi_is_not_hidden_by_a_larger_noisy_one():
    wild = [0.1, 1.3] * 14 + [0.1, 1.1, 0.1, 1.1, 0.1, 1.1, 0.1]
    steady = noisy(0.7, 28, 0.005) + noisy(0.63, 7, 0.005, seed=1)
    found = kpi_fall(table(wild=wild, steady=steady), AS_OF, 0.05)
    assert found.state == "fired"
    assert found.why.startswith("steady fell")


@pytest.mark.parametrize(("last", "state"), [(0.7, "quiet"), (0.6, "fired"), (0.9, "quiet")])
def test_a_constant_kpi_has_no_noise_to_hide_in(last, state):
    assert kpi_fall(table(solved=[0.7] * 28 + [last] * 7), AS_OF, 0.0).state == state


def test_one_constant_side_is_compared_with_the_noise_of_the_other():
    assert kpi_fall(table(solved=[0.7] * 28 + noisy(0.6, 7)), AS_OF, 0.05).state == "fired"
    assert kpi_fall(table(solved=noisy(0.7, 28) + [0.6] * 7), AS_OF, 0.05).state == "fired"


@pytest.mark.parametrize(
    "series",
    [
        {},
        {"solved": [0.7] * 28 + [None] * 7},  # the last week is missing
        {"solved": [0.7] * 28 + [0.1, 0.1] + [None] * 5},  # two days are no week
        {"solved": [None] * 28 + [0.7] * 7},  # nothing before
        {"solved": [0.0] * 35},  # a level that nothing can fall from
    ],
)
def test_an_absent_or_gappy_kpi_is_unknown(series):
    rows = table(**series) if series else pd.DataFrame({"date": pd.to_datetime([]), "kpi": [], "value": []})
    assert kpi_fall(rows, AS_OF, 0.05).state == "unknown"


def test_a_gap_of_some_days_is_bridged():
    values = noisy(0.7, 28) + noisy(0.6, 7, seed=1)
    gappy = [None if day in (3, 11, 30) else value for day, value in enumerate(values)]
    found = kpi_fall(table(solved=gappy), AS_OF, 0.05)
    assert (found.state, found.n) == ("fired", 32)


def test_days_after_as_of_are_not_looked_at():
    values = noisy(0.7, 35)
    later = table(solved=values + [0.1] * 7).assign(date=lambda frame: frame["date"] + timedelta(days=7))
    assert kpi_fall(later, AS_OF, 0.05) == kpi_fall(table(solved=values), AS_OF, 0.05)


def read(folder, text: str) -> pd.DataFrame:
    (folder / "kpi.csv").write_text(text)
    return read_kpi(folder / "kpi.csv")


def test_a_file_with_a_header_only_is_read_and_gaps_are_left_out(tmp_path):
    assert read(tmp_path, "date,kpi,value\n").empty
    assert read(tmp_path, "date,kpi,value\n2026-03-01,solved,0.5\n2026-03-02,solved,\n")["value"].tolist() == [0.5]


@pytest.mark.parametrize(
    "text", ["", "date,kpi\n", "date,kpi,value\n03/01/2026,solved,1\n", "date,kpi,value\n2026-03-01,solved,much\n"]
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, text):
    with pytest.raises(InputError, match=r"kpi\.csv must have the columns date \(YYYY-MM-DD\), kpi, value"):
        read(tmp_path, text)


def test_a_missing_file_says_what_belongs_there(tmp_path):
    with pytest.raises(InputError, match="with at least its header `date,kpi,value`"):
        read_kpi(tmp_path / "kpi.csv")
