"""Unusual days: what a campaign or a one-off explains, and what it does not."""

import pytest
from made_world import made_params, made_world
from test_facts import RED, found, signals

from stages.signals.unusual import campaigns, deployments, one_off

PARAMS = made_params()
GONE = {"color": {"2026-W12": 0.4, "2026-W13": 0.01}}
FIRED = {"feature_drift": "fired"}


def window(kind: str, starts: str, ends: str):
    return made_world(PARAMS, events={kind: [{"starts": starts, "ends": ends, "what": "Spring"}]})


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [
        ("2026-03-29", "2026-04-10", True),  # runs
        ("2026-03-30", "2026-04-10", False),  # is to come
        ("2026-03-10", "2026-03-16", True),  # touched the recent W12
        ("2026-03-09", "2026-03-15", False),  # W11 is neither recent nor judged
        ("2026-03-08", "2026-03-08", True),  # W10, half of the rows that performance was judged on
        ("2026-02-10", "2026-02-22", False),  # W08 is neither
    ],
)
def test_a_campaign_matters_while_it_runs_or_where_rows_that_are_looked_at_came_in(starts, ends, holds):
    fired = signals(performance="fired")
    assert campaigns(window("campaigns", starts, ends), fired, PARAMS) == ([f"Spring ({starts} to {ends})"] if holds else [])
    assert found(window("campaigns", starts, ends), performance="fired")["campaign"].holds is holds


def test_a_campaign_among_judged_rows_is_over_where_nothing_fired_on_them():
    over = window("campaigns", "2026-03-08", "2026-03-08")
    assert campaigns(over, signals(performance="quiet"), PARAMS) == []


@pytest.mark.parametrize(
    ("starts", "ends", "states", "holds"),
    [
        ("2026-03-16", "2026-03-18", {"feature_drift": "fired"}, True),
        ("2026-03-16", "2026-03-18", {"prediction_drift": "fired"}, True),
        ("2026-03-16", "2026-03-29", {"feature_drift": "fired"}, False),  # today it is not over
        ("2026-03-09", "2026-03-15", {"feature_drift": "fired"}, False),  # before the recent weeks
        ("2026-03-16", "2026-03-18", {"feature_drift": "fired", "performance": "fired"}, False),  # judged on W09 and W10
        ("2026-03-01", "2026-03-05", {"performance": "fired", "label_shift": "fired"}, True),
        ("2026-03-05", "2026-03-05", {"performance": "fired"}, True),  # half of the judged rows
        ("2026-03-01", "2026-03-05", {"performance": "fired", "feature_drift": "fired"}, False),
        ("2026-03-01", "2026-03-16", {"performance": "fired", "feature_drift": "fired"}, True),
        ("2026-02-10", "2026-02-22", {}, False),
    ],
)
def test_a_one_off_on_record_has_to_explain_all_that_fired(starts, ends, states, holds):
    words = one_off(window("one_offs", starts, ends), signals(**states), [], {}, PARAMS)
    assert (words is not None) is holds
    assert words is None or f"Spring ({starts} to {ends})" in words


def test_drift_that_the_newest_batch_does_not_show_is_a_one_off():
    world = made_world(PARAMS)
    assert one_off(world, signals(**FIRED), [RED], GONE, PARAMS) == "color changed for a time, and in 2026-W13 no longer"
    assert found(drift=[RED], weekly=GONE, **FIRED)["one_off"].holds is True
    assert one_off(world, signals(**FIRED, performance="fired"), [RED], GONE, PARAMS) is None


@pytest.mark.parametrize(
    ("weekly", "least"),
    [
        ({"color": {"2026-W12": 0.4, "2026-W13": 0.05}}, 200),  # as large as counts
        ({"color": {"2026-W12": 0.4, "2026-W13": None}}, 200),  # not known to be gone
        ({"color": {"2026-W12": 0.4}}, 200),
        ({}, 200),
        (GONE, 301),  # 300 rows in the newest batch are too few to tell
    ],
)
def test_drift_that_may_be_there_still_is_none(weekly, least):
    params = made_params({"trigger.drift.min_rows": least})
    assert one_off(made_world(params), signals(**FIRED), [RED], weekly, params) is None


def test_of_two_columns_both_have_to_be_as_usual_again():
    size = RED.__class__(**{**RED.__dict__, "column": "size"})
    still = {**GONE, "size": {"2026-W12": 0.3, "2026-W13": 0.3}}
    assert one_off(made_world(PARAMS), signals(**FIRED), [RED, size], still, PARAMS) is None


def test_in_a_world_without_fresh_rows_or_weeks_nothing_is_unusual():
    world = made_world(PARAMS, through="2026-W10")
    assert (campaigns(world, signals(), PARAMS), one_off(world, signals(), [], {}, PARAMS)) == ([], None)


@pytest.mark.parametrize(
    ("w11", "w12", "drift", "blamed"),
    [
        (0.0, 0.2, [RED], False),  # the form went live on the Monday after W12, in which color had changed already
        (0.2, 0.04, [RED], True),
        (0.2, None, [RED], True),  # nobody knows
        (0.0, 0.2, [], True),  # nothing drifts: there is nothing to tell them apart by
    ],
)
def test_a_deployment_does_not_answer_for_what_had_changed_before(w11, w12, drift, blamed):
    world = made_world(PARAMS, events={"deployments": [{"at": "2026-03-23", "name": "form-3", "what": "New form"}]})
    weekly = {"color": {"2026-W11": w11, "2026-W12": w12, "2026-W13": 0.2}}
    assert deployments(world, drift, weekly, PARAMS) == (["form-3 went live on 2026-03-23"] if blamed else [])
    assert found(world, drift=drift, weekly=weekly)["recent_deployment"].holds is blamed


def test_of_two_columns_one_that_is_new_is_enough_to_ask_what_was_deployed():
    world = made_world(PARAMS, events={"deployments": [{"at": "2026-03-23", "name": "form-3", "what": "New form"}]})
    size = RED.__class__(**{**RED.__dict__, "column": "size"})
    weekly = {"color": {"2026-W12": 0.2}, "size": {"2026-W12": 0.0}}
    assert deployments(world, [RED, size], weekly, PARAMS)
