"""A daily figure's move: the pattern of the week is no noise, and days that resemble the day before are worth less."""

import numpy as np
import pytest

from stages.signals.daily import effect

WEEKDAYS = np.array([-3.0, 1.0, 2.0, 1.5, 0.0, -0.5, -1.0])


def noise(days: int, rho: float, random: np.random.Generator) -> np.ndarray:
    """AR(1) with a standard deviation of 1."""
    values = [random.normal()]
    for _ in range(days - 1):
        values.append(rho * values[-1] + np.sqrt(1 - rho**2) * random.normal())
    return np.array(values)


def step(days: np.ndarray, last: int) -> np.ndarray:
    return (days > days.max() - last).astype(float)


def test_of_whole_weeks_a_step_is_the_difference_of_the_means():
    days = np.arange(35)
    values = 100 + WEEKDAYS[days % 7] + noise(35, 0.5, np.random.default_rng(1)) - 4 * step(days, 7)
    assert effect(days, values, step(days, 7)).size == pytest.approx(values[28:].mean() - values[:28].mean())


def test_of_a_few_days_only_the_same_days_of_the_week_count():
    # Without noise, the fall of 4 is all that is left when the pattern of the week is taken out; so nothing is uncertain.
    days = np.arange(31)
    found = effect(days, 100 + WEEKDAYS[days % 7] - 4 * step(days, 3), step(days, 3))
    assert found.size == pytest.approx(-4)
    assert (found.error, found.p_value, found.interval(0.05)) == (0, 0, pytest.approx((-4, -4)))


def test_a_trend_is_the_least_squares_slope():
    # Against a second design of the same model: a constant and six weekdays, in place of seven levels.
    days, random = np.arange(35), np.random.default_rng(2)
    values = 50 - 0.2 * days + WEEKDAYS[days % 7] + random.normal(size=35)
    design = np.column_stack([np.ones(35), *(days % 7 == own for own in range(6)), days])
    assert effect(days, values, days).size == pytest.approx(np.linalg.lstsq(design, values, rcond=None)[0][-1])


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_the_error_grows_with_the_likeness_of_neighbouring_days(rho):
    # Of n days the mean's variance is (1 + rho) / (1 - rho) / n for large n; 0.1 is added to the correlation found.
    days, random = np.arange(420), np.random.default_rng(3)
    found = effect(days, noise(420, rho, random), step(days, 140))
    taken = rho + 0.1
    assert found.error == pytest.approx(np.sqrt((1 + taken) / (1 - taken) * (1 / 280 + 1 / 140)), rel=0.2)


def test_gaps_are_no_neighbours():
    # Every second day of white noise: what is two days apart does not correlate, and 210 days are left.
    days = np.arange(0, 420, 2)
    values = np.random.default_rng(4).normal(size=210)
    taken = 0.1**0.5  # a correlation found of 0.1 in two days would be this one from day to day
    plain = np.sqrt(1 / 140 + 1 / 70)
    assert plain < effect(days, values, step(days, 140)).error < plain * np.sqrt((1 + taken) / (1 - taken))


def test_a_constant_figure_has_no_noise_and_no_move():
    days = np.arange(35)
    found = effect(days, np.full(35, 0.7), step(days, 7))
    assert (found.size, found.error, found.p_value) == (0, 0, 1)


def test_what_cannot_be_told_apart_is_not_told():
    days = np.arange(12)
    assert effect(days, np.ones(12), (days % 7 == 3).astype(float)) is None  # the step is a day of the week
    assert effect(np.arange(8), np.arange(8.0), np.arange(8)) is None  # 8 values for 7 days of the week and a slope


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.7])
@pytest.mark.parametrize("last", [3, 7, 35])
def test_a_fall_that_is_none_is_seen_no_more_often_than_asked(rho, last):
    # 300 runs at 5 %: three standard errors of chance are 3.8 points; Welch's t fires in 17 % at 0.5, Kendall's tau too.
    days, random = np.arange(35), np.random.default_rng(20260105)
    regressor = days if last == 35 else step(days, last)
    series = [WEEKDAYS[days % 7] + noise(35, rho, random) for _ in range(300)]
    found = [effect(days, values, regressor).p_value for values in series]
    assert np.mean(np.array(found) < 0.05) <= 0.05 + 0.038
