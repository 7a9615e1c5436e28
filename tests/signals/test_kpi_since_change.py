"""A fall since something went live: told from falls that began before, and never guessed at."""

from datetime import date

import pytest
from made_world import TODAY, day, kpi, made_params

from stages.signals.events import Events
from stages.signals.kpi import kpi_fall_since_change, kpi_fall_since_promotion, without_past_events
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


VERSION = "version 3"


@pytest.mark.parametrize(
    ("fell", "promoted", "deployed", "state", "blamed"),
    [
        (5, 5, None, "fired", VERSION),
        (5, 5, 5, "fired", VERSION),  # both on one day: a rollback is done in seconds
        (6, 4, 6, "quiet", "which fits better than since version 3"),  # the form went live first, and with it the KPI fell
        (4, 7, 4, "quiet", "which fits better than since version 3"),  # the version had three good days
        (9, 4, None, "quiet", "just before"),
        (7, 7, 4, "fired", VERSION),  # it fell before the form went live
        (5, None, 5, "quiet", "nothing went live"),  # version 0, or long ago
    ],
)
def test_the_model_answers_for_a_fall_that_fits_its_day_best(fell, promoted, deployed, state, blamed):
    promotions, deployments = ([(day(ago), name)] if ago else [] for ago, name in ((promoted, VERSION), (deployed, "form-2")))
    found = kpi_fall_since_promotion(kpi(0.2, since=fell), promotions, deployments, TODAY, TRIGGER)
    assert (found.name, found.state) == ("kpi_fall_since_promotion", state)
    assert blamed in found.why


EVENTS = {
    "incidents": [
        {"opened": day(20), "closed": day(18), "what": "closed"},
        {"opened": day(12), "closed": day(12), "what": "closed on the day it was opened"},
        {"opened": day(4), "what": "open"},
    ],
    "one_offs": [
        {"starts": day(10), "ends": day(9), "what": "over"},
        {"starts": day(1), "ends": day(0), "what": "ends today"},
    ],
}


def test_days_of_what_is_closed_or_over_are_left_out():
    frame = kpi()
    left = without_past_events(frame, Events.model_validate(EVENTS), TODAY)
    gone = set(frame["date"].dt.date) - set(left["date"].dt.date)
    assert gone == {day(20), day(19), day(10), day(9)}  # open until before `closed`; both days of a window included
    none = without_past_events(frame.head(0), Events.model_validate(EVENTS), TODAY)
    assert list(none) == ["date", "kpi", "value"]


def test_three_bad_days_of_an_incident_are_no_fall_since_the_deployment_before():
    # The form went live 7 days ago, the incident was from 6 to 4 days ago, and the KPI is back since.
    frame = kpi(0.3, since=7, until=4)
    closed = Events.model_validate({"incidents": [{"opened": day(6), "closed": day(3), "what": "Form sends blanks"}]})
    assert since(frame, (day(7), "form-2")).state == "fired"
    assert since(without_past_events(frame, closed, TODAY), (day(7), "form-2")).state == "quiet"
