"""Reasons that nobody measures: when each speaks, and in which words."""

from dataclasses import replace

import pytest
from made_world import attempt, day, ledger, made_params, made_world, promotion

from stages.signals.planned import planned
from stages.signals.signal import Signal

PARAMS = made_params()  # a cadence of 21 days


def signal(name: str, params=PARAMS, **how) -> Signal:
    return next(own for own in planned(made_world(params, **how), params) if own.name == name)


def test_in_a_quiet_world_none_speaks():
    assert {own.name: own.state for own in planned(made_world(PARAMS), PARAMS)} == dict.fromkeys(
        ("first_model", "request", "cadence", "event"), "quiet"
    )


def test_version_zero_wants_a_first_model():
    assert (signal("first_model", record=ledger()).state, signal("first_model").state) == ("fired", "quiet")
    assert signal("first_model").why == "version 2 is in production"


@pytest.mark.parametrize(
    ("asked", "state", "why"),
    [
        ("a new product", "fired", "a new product"),
        ("two\n  lines", "fired", "two lines"),
        ("", "quiet", "nobody asked"),
        (" \n", "quiet", "nobody asked"),
        (None, "quiet", "nobody asked"),
    ],
)
def test_a_request_speaks_in_its_own_words(asked, state, why):
    found = signal("request", made_params({"trigger.request": asked}))
    assert (found.state, found.why) == (state, why)


@pytest.mark.parametrize(("days", "state"), [(1, "quiet"), (0, "fired")])
def test_a_request_is_answered_by_an_attempt_of_an_earlier_day_that_was_made_for_it(days, state):
    made = attempt(days).model_copy(update={"request": "a new product"})
    found = signal("request", made_params({"trigger.request": "a new\nproduct"}), record=ledger(promotion(77, 1), made))
    assert found.state == state
    assert found.why == ("a new product" if days == 0 else f"a new product: answered by the attempt of {made.as_of}")
    assert signal("request", made_params({"trigger.request": "again"}), record=ledger(promotion(77, 1), made)).state == "fired"


@pytest.mark.parametrize(("days", "state"), [(20, "quiet"), (21, "fired")])
def test_the_cadence_counts_days_since_the_last_attempt_or_promotion(days, state):
    for record in (ledger(promotion(77, 1), promotion(days)), ledger(promotion(77, 1), promotion(50), attempt(days))):
        found = signal("cadence", record=record)
        assert (found.state, found.value, found.threshold) == (state, days, 21)
        assert found.why == f"{days} days since the last attempt or promotion"


def test_one_day_is_one():
    assert signal("cadence", record=ledger(promotion(77, 1), promotion(1))).why.startswith("1 day since")


def test_todays_own_attempt_does_not_restart_the_cadence():
    assert signal("cadence", record=ledger(promotion(77, 1), promotion(30), attempt(0))).value == 30


def test_without_any_attempt_the_cadence_is_unknown():
    assert signal("cadence", record=ledger()).state == "unknown"


@pytest.mark.parametrize(
    ("at", "state"),
    [("2026-02-22", "quiet"), ("2026-02-23", "fired"), ("2026-03-29", "fired"), ("2026-03-30", "quiet")],
)
def test_a_change_speaks_from_its_day_on_where_the_baseline_has_not_seen_it(at, state):
    # version 2 learned through Sunday 2026-02-22, and today is 2026-03-29
    found = signal("event", events={"changes": [{"at": at, "what": "new law"}]})
    assert found.state == state
    assert (f"new law, on {at}: the baseline has not seen it" == found.why) is (state == "fired")


def test_of_several_changes_the_newest_is_named_and_the_others_are_counted():
    found = signal("event", events={"changes": [{"at": day(ago), "what": f"law {ago}"} for ago in (3, 5, 9, 300)]})
    assert (found.value, found.why) == (3, f"law 3, on {day(3)}: the baseline has not seen it (nor 2 before it)")


def test_a_deployment_is_no_lasting_change():
    form = {"deployments": [{"at": day(3), "name": "form-2", "what": "New form"}]}
    assert signal("event", events=form).state == "quiet"


def test_what_the_next_version_has_seen_is_over():
    world = made_world(PARAMS, events={"changes": [{"at": day(9), "what": "new law"}]})
    newer = replace(world, card=world.card | {"trained_through": day(9).isoformat()})
    assert next(own for own in planned(newer, PARAMS) if own.name == "event").state == "quiet"
