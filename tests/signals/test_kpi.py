"""KPI: a fall is large and beyond the noise; what is absent is unknown, never stable."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from made_world import TODAY, made_params

from stages.errors import InputError
from stages.signals.kpi import kpi_fall, kpi_slope, read_kpi

NONE = pd.DataFrame({"date": pd.to_datetime([]), "kpi": pd.Series(dtype="str"), "value": pd.Series(dtype="float64")})


def trigger(limit: float = 0.05):
    return made_params({"trigger.max_kpi_drop": limit, "trigger.significance": 0.05}).trigger


def table(**series: list[float | None]) -> pd.DataFrame:
    """One value a day for each KPI, up to TODAY; None is a gap."""
    rows = [
        (pd.Timestamp(TODAY) - timedelta(days=len(values) - 1 - day), name, value)
        for name, values in series.items()
        for day, value in enumerate(values)
        if value is not None
    ]
    return pd.DataFrame(rows, columns=["date", "kpi", "value"]) if rows else NONE


def noisy(level: float, days: int, spread: float = 0.02, seed: int = 0) -> list[float]:
    return (level + spread * np.random.default_rng(seed).normal(size=days)).tolist()


def fall(limit: float = 0.05, **series: list[float | None]):
    return kpi_fall(table(**series), TODAY, trigger(limit))


def slope(limit: float = 0.05, **series: list[float | None]):
    return kpi_slope(table(**series), TODAY, trigger(limit))


def test_a_large_fall_beyond_the_noise_fires():
    before, last = noisy(0.7, 28), noisy(0.6, 7, seed=1)
    found = fall(solved=before + last)
    assert found.state == "fired"
    assert found.value == pytest.approx(1 - np.mean(last) / np.mean(before))
    assert (found.n, found.threshold) == (35, 0.05)
    assert found.interval[0] < found.value < found.interval[1]
    assert found.interval[0] > 0
    assert found.p_value < 0.05
    assert found.why == f"solved fell by {found.value:.1%} against the four weeks before (p = {found.p_value:.2g})"


def test_a_small_fall_and_a_rise_are_quiet():
    assert fall(solved=noisy(0.7, 28) + noisy(0.68, 7, seed=1)).state == "quiet"
    risen = fall(solved=noisy(0.7, 28) + noisy(0.8, 7, seed=1))
    assert risen.state == "quiet"
    assert "rose" in risen.why


def test_a_large_fall_that_noise_explains_is_neither_fired_nor_quiet():
    wild = [0.1, 1.3] * 14 + [0.1, 1.3, 0.1, 1.1, 0.1, 1.2, 0.1]
    assert fall(solved=wild).state == "underpowered"


def test_the_pattern_of_the_week_is_no_noise():
    # Sundays lie 30 % lower. A fall of 6 % is far inside the spread of all days, and far outside that of any one weekday.
    week = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.7]
    days = np.array(week * 4 + [0.94 * day for day in week]) + noisy(0, 35, 0.002)
    assert fall(solved=days.tolist()).state == "fired"


def test_a_fall_of_one_kpi_is_not_hidden_by_a_larger_noisy_one():
    wild = [0.1, 1.3] * 14 + [0.1, 1.1, 0.1, 1.1, 0.1, 1.1, 0.1]
    found = fall(wild=wild, steady=noisy(0.7, 28, 0.005) + noisy(0.63, 7, 0.005, seed=1))
    assert found.state == "fired"
    assert found.why.startswith("steady fell")


def test_of_several_kpis_each_has_more_to_prove():
    last = noisy(0.7, 28) + noisy(0.64, 7, seed=1)
    alone, among = fall(solved=last), fall(solved=last, second=noisy(0.7, 35, seed=2), third=noisy(0.7, 35, seed=3))
    assert among.p_value == pytest.approx(3 * alone.p_value)


@pytest.mark.parametrize(("last", "state"), [(0.7, "quiet"), (0.6, "fired"), (0.9, "quiet")])
def test_a_constant_kpi_has_no_noise_to_hide_in(last, state):
    assert fall(0.0, solved=[0.7] * 28 + [last] * 7).state == state


def test_one_constant_side_is_compared_with_the_noise_of_the_other():
    assert fall(solved=[0.7] * 28 + noisy(0.6, 7)).state == "fired"
    assert fall(solved=noisy(0.7, 28) + [0.6] * 7).state == "fired"


@pytest.mark.parametrize(
    ("series", "why"),
    [
        ({}, "no KPI is recorded"),
        ({"solved": [0.7] * 28 + [None] * 7}, "solved: 0 values lately, at least 3 are needed"),
        ({"solved": [0.7] * 28 + [0.1, 0.1] + [None] * 5}, "solved: 2 values lately, at least 3 are needed"),
        ({"solved": [None] * 15 + [0.7] * 20}, "solved: 13 values in the four weeks before, at least 14 are needed"),
        ({"solved": [0.0] * 35}, "solved: its level is not above 0, so no share of it can be lost"),
    ],
)
def test_an_absent_or_gappy_kpi_is_unknown(series, why):
    for found in (fall(**series), slope(**series)):
        assert (found.state, found.why, found.value) == ("unknown", why, None)


def test_nothing_is_quiet_while_one_kpi_is_unknown():
    gone = {"gone": [0.7] * 28 + [None] * 7}
    assert fall(solved=noisy(0.7, 35), **gone).state == "unknown"
    assert fall(solved=noisy(0.7, 28) + noisy(0.6, 7, seed=1), **gone).state == "fired"


def test_a_gap_of_some_days_is_bridged():
    values = noisy(0.7, 28) + noisy(0.6, 7, seed=1)
    found = fall(solved=[None if day in (3, 11, 30) else value for day, value in enumerate(values)])
    assert (found.state, found.n) == ("fired", 32)


def test_days_after_as_of_and_older_than_five_weeks_are_not_looked_at():
    values = noisy(0.7, 35)
    more = table(solved=[5.0] * 9 + values + [0.1] * 7).assign(date=lambda frame: frame["date"] + timedelta(days=7))
    for signal in (kpi_fall, kpi_slope):
        assert signal(more, TODAY, trigger()) == signal(table(solved=values), TODAY, trigger())


def test_a_slow_fall_is_seen_by_its_slope_before_any_week_falls_out_of_line():
    # 0.2 % a day: 7 % of the level in five weeks, of which the last week against the four before shows 17.5 days' worth, 3.5 %
    values = np.array(noisy(0, 35, 0.004)) + 0.7 * (1 - 0.002 * np.arange(35))
    found = slope(solved=values.tolist())
    level = values.mean()
    assert (found.state, fall(solved=values.tolist()).state) == ("fired", "quiet")
    assert found.value == pytest.approx(35 * 0.0014 / level, abs=0.01)
    assert found.why.startswith(f"solved fell by {found.value:.1%} in five weeks, by its slope")
    assert slope(solved=values[::-1].tolist()).state == "quiet"


def read(folder, text: str) -> pd.DataFrame:
    (folder / "kpi.csv").write_text(text)
    return read_kpi(folder / "kpi.csv")


def test_a_file_with_a_header_only_is_read_and_gaps_are_left_out(tmp_path):
    assert read(tmp_path, "date,kpi,value\n").empty
    assert fall_of(read(tmp_path, "date,kpi,value\n")) == "unknown"
    assert read(tmp_path, "date,kpi,value\n2026-03-01,solved,0.5\n2026-03-02,solved,\n")["value"].tolist() == [0.5]


def fall_of(kpi: pd.DataFrame) -> str:
    return kpi_fall(kpi, TODAY, trigger()).state


@pytest.mark.parametrize(
    "text", ["", "date,kpi\n", "date,kpi,value\n03/01/2026,solved,1\n", "date,kpi,value\n2026-03-01,solved,much\n"]
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, text):
    with pytest.raises(InputError, match=r"kpi\.csv must have the columns date \(YYYY-MM-DD\), kpi, value"):
        read(tmp_path, text)


@pytest.mark.parametrize("line", [",solved,1", "2026-03-01,,1", "2026-03-01,solved,inf", "2026-03-01,solved,1e999"])
def test_an_impossible_line_is_refused(tmp_path, line):
    with pytest.raises(InputError, match=r"must have a date, a kpi and a finite value in each line") as error:
        read(tmp_path, f"date,kpi,value\n2026-02-28,solved,1\n{line}\n")
    assert "\n" not in str(error.value)


def test_two_values_of_one_day_are_refused(tmp_path):
    day = "2026-03-01,solved,0.5\n"
    assert len(read(tmp_path, f"date,kpi,value\n{day}2026-03-01,sold,0.5\n2026-03-02,solved,0.5\n")) == 3
    with pytest.raises(InputError, match=r"one value a day for each kpi, got two of solved on 2026-03-01; keep one"):
        read(tmp_path, f"date,kpi,value\n{day}{day}")


def test_a_missing_file_says_what_belongs_there(tmp_path):
    with pytest.raises(InputError, match="with at least its header `date,kpi,value`"):
        read_kpi(tmp_path / "kpi.csv")
