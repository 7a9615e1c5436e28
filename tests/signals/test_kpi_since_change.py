"""A fall since something went live: told from falls that began before, and never guessed at."""

from datetime import date

import pytest
from made_world import TODAY, day, kpi, made_params

from stages.signals.kpi import kpi_fall_since_change
from stages.signals.signal import Signal

TRIGGER = made_params({"trigger.max_kpi_drop": 0.05, "trigger.deployment_days": 7}).trigger


def since(frame, *changes: tuple[date, str]) -> Signal:
    return kpi_fall_since_change(frame, changes, TODAY, TRIGGER)


@pytest.mark.parametrize("days", [3, 5, 7])
def test_a_fall_right_after_a_change_is_laid_at_its_door(days):
    # `kpi` falls in its newest `since` days: all those after the change, but not the day of it
    found = since(kpi(0.15, since=days), (day(days), "form-2"))
    assert (found.state, found.n) == ("fired", 28 + days)
    assert found.value == pytest.approx(0.15, abs=0.02)
    assert f"solved fell by {found.value:.1%} since form-2" in found.why


def test_a_fall_that_began_before_the_change_is_not_its_doing():
    found = since(kpi(0.15, since=9), (day(5), "form-2"))
    assert found.state == "quiet"
    assert "just before" in found.why
    assert since(kpi(slope=0.005), (day(5), "form-2")).state == "quiet"  # 2.5 % in those five days, 17 % in five weeks


def test_a_stable_or_rising_kpi_is_quiet():
    assert since(kpi(), (day(5), "form-2")).state == "quiet"
    assert since(kpi(-0.2, since=5), (day(5), "form-2")).state == "quiet"


def test_of_several_changes_the_one_right_before_the_fall_is_named():
    changes = [(day(7), "old"), (day(4), "form-2"), (day(4), "version 3"), (day(1), "new")]
    found = since(kpi(0.15, since=4), *changes)
    assert found.state == "fired"
    assert "since form-2 and version 3" in found.why


def test_nothing_that_went_live_has_nothing_to_answer_for():
    for changes in ((), ((day(8), "long ago"),), ((date(2026, 4, 1), "still to come"),)):
        found = since(kpi(0.15, since=7), *changes)
        assert (found.state, found.why) == ("quiet", "nothing went live in the last 7 days")


def test_a_change_of_yesterday_cannot_be_judged_yet():
    found = since(kpi(0.15, since=2), (day(2), "form-2"))
    assert (found.state, found.why) == ("underpowered", "too early to tell: form-2 went live less than 3 days ago")


def test_without_a_kpi_or_with_a_gap_it_is_unknown():
    assert since(kpi().head(0), (day(5), "form-2")).state == "unknown"
    gappy = kpi(0.15, since=5)
    assert since(gappy[gappy["date"].dt.date <= day(3)], (day(5), "form-2")).state == "unknown"
