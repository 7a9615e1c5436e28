"""Facts: when each is so, when it is not, and when that cannot be told; in words with numbers."""

from dataclasses import replace

import pandas as pd
import pytest
from made_world import TODAY, attempt, day, kpi, ledger, made_params, made_world, promotion, validation
from scipy.stats import binom

from stages.decision.ledger import Entry, Ledger
from stages.signals.change import Change, Weekly
from stages.signals.drift import ColumnDrift
from stages.signals.facts import Fact, facts
from stages.signals.signal import Signal

PARAMS = made_params()
NO_FEEDBACK = {"file": None, "verdict": None, "lines": 0, "refused": 0, "disputed": 0}
NAMES = ("feature_drift", "prediction_drift", "label_shift", "performance", "kpi_fall", "kpi_slope")
RED = ColumnDrift(family="feature", column="color", change=0.2, where="red: 50.0% → 70.0%", p_value=0.001, n=600, state="fired")


def signals(**states: str) -> dict[str, Signal]:
    """Quiet signals but for `states`."""
    return {name: Signal(name=name, state=states.get(name, "quiet"), why=f"words of {name}") for name in NAMES}


def found(world=None, *, drift=(), weekly: Weekly | None = None, change: Change | None = None, **states: str) -> dict[str, Fact]:
    return facts(world or made_world(PARAMS), signals(**states), drift, weekly or {}, change, PARAMS)


def test_in_a_quiet_world_only_what_is_good_is_so():
    assert {name for name, fact in found().items() if fact.holds} == {
        "previous_version",
        "performance_stable",
        "kpi_stable",
        "trusted_labels",
    }
    assert all(fact.why for fact in found().values())


@pytest.mark.parametrize(("days", "holds"), [(13, True), (14, False)])
def test_the_cool_down_counts_days_since_the_last_attempt_or_promotion(days, holds):
    tried = found(made_world(PARAMS, record=ledger(promotion(77, 1), promotion(50), attempt(days))))["cool_down"]
    assert tried.holds is holds
    assert f"the last attempt was {days} days ago, on {day(days)}" in tried.why
    assert found(made_world(PARAMS, record=ledger(promotion(77, 1), promotion(days))))["cool_down"].holds is holds
    assert found(made_world(PARAMS, record=ledger()))["cool_down"] == Fact(holds=False, why="nothing was tried yet")


def test_todays_own_attempt_is_no_reason_to_wait():
    world = made_world(PARAMS, record=ledger(promotion(77, 1), promotion(50), attempt(0)))
    assert found(world)["cool_down"].holds is False


@pytest.mark.parametrize(("days", "holds"), [(0, True), (7, True), (8, False)])
def test_a_deployment_is_recent_for_deployment_days(days, holds):
    events = {"deployments": [{"at": day(days), "name": "form-3", "what": "New form"}]}
    assert found(made_world(PARAMS, events=events))["recent_deployment"].holds is holds


def test_a_promotion_is_no_deployment_it_changes_no_column():
    world = made_world(PARAMS, record=ledger(promotion(77, 1), promotion(0)))
    assert found(world)["recent_deployment"].holds is False


def rolled_back(version: int, back_to: int) -> Entry:
    return Entry(kind="rollback", as_of=day(5), bundle=f"v{back_to}.dir", rejected=f"v{version}.dir")


@pytest.mark.parametrize(
    ("record", "version"),
    [
        (ledger(promotion(77, 1)), None),
        (ledger(promotion(77, 1), promotion(50)), 1),
        (ledger(promotion(77, 1), promotion(50), promotion(20, 3)), 2),
        (ledger(promotion(77, 1), promotion(50), promotion(20, 3), rolled_back(3, 2)), 1),  # version 2 is in production again
        (ledger(promotion(77, 1), promotion(50), rolled_back(2, 1)), None),
        (ledger(promotion(77, 1), promotion(50), rolled_back(2, 1), promotion(3, 3)), 1),  # version 2 was rolled back once
    ],
)
def test_the_version_to_go_back_to_was_never_rolled_back(record: Ledger, version):
    fact = found(made_world(PARAMS, record=record))["previous_version"]
    assert fact.holds is (version is not None)
    assert fact.why.startswith(f"version {version} served" if version else "there is no earlier version")


def test_a_version_with_which_a_kpi_fell_is_none_to_go_back_to():
    # version 2 came in 40 days ago, and the KPI lost 20 % until version 3 came in 30 days ago
    dip = kpi(0.2, since=40, until=30)
    three = ledger(promotion(77, 1), promotion(40), promotion(30, 3))
    fact = found(made_world(PARAMS, record=three, kpi=dip))["previous_version"]
    assert (fact.holds, fact.why) == (True, "version 1 served before and was never rolled back")  # no KPI tells of its first days
    none = found(made_world(PARAMS, record=ledger(promotion(40), promotion(30, 3)), kpi=dip))["previous_version"]
    assert none.holds is False
    assert none.why.startswith("there is no earlier version to go back to; solved fell by ")
    well = found(made_world(PARAMS, record=three, kpi=kpi()))["previous_version"].why
    assert well == "version 2 served before and was never rolled back, and no KPI fell when it went live"


@pytest.mark.parametrize(
    ("fall", "slope", "holds"),
    [("quiet", "quiet", True), ("fired", "unknown", False), ("unknown", "quiet", None), ("quiet", "underpowered", None)],
)
def test_the_business_is_stable_where_every_kpi_signal_is_quiet(fall, slope, holds):
    fact = found(kpi_fall=fall, kpi_slope=slope)["kpi_stable"]
    assert fact.holds is holds
    assert holds or f"{fall if fall != 'quiet' else slope}: words of kpi" in fact.why


@pytest.mark.parametrize(("state", "holds"), [("quiet", True), ("fired", False), ("unknown", None), ("underpowered", None)])
def test_performance_is_stable_where_it_was_measured_and_is_fine(state, holds):
    assert found(performance=state)["performance_stable"].holds is holds


@pytest.mark.parametrize(
    ("states", "holds"),
    [
        ({}, False),
        ({"label_shift": "fired", "feature_drift": "unknown"}, True),
        ({"label_shift": "unknown"}, None),
        ({"feature_drift": "underpowered"}, None),
    ],
)
def test_drift_is_any_of_its_signals(states, holds):
    assert found(**states)["drift"].holds is holds


def test_drift_says_what_it_does_to_performance_and_business():
    assert found(feature_drift="fired", kpi_fall="unknown", performance="fired")["drift"].why == (
        "words of feature_drift; performance has fallen, the business (KPI) is unknown"
    )


@pytest.mark.parametrize(("quarantined", "holds"), [(15, False), (16, True)])  # of 300: 5.0 % and 5.3 %, of 600 rows
def test_data_is_poor_where_too_many_recent_rows_are_in_quarantine(quarantined, holds):
    fact = found(made_world(PARAMS, validation=validation(quarantined=quarantined)))["poor_data"]
    assert fact.holds is holds
    assert fact.why.endswith("of 600 recent rows are in quarantine, 5% are allowed")


@pytest.mark.parametrize(
    ("blocked", "words"),
    [
        ({"2026-W14": 5}, "the newest file, 2026-W14, is blocked (5 rows)"),
        ({"2026-W14": 5, "2026-W15": 7, "2026-W16": 0}, "the newest 3 files, 2026-W14 to 2026-W16, are blocked (12 rows)"),
    ],
)
def test_data_is_poor_where_the_newest_files_are_blocked(blocked, words):
    fact = found(made_world(PARAMS, validation=validation(blocked=blocked)))["poor_data"]
    assert fact == Fact(holds=True, why=f"{words}; 1.0% of 600 recent rows are in quarantine, 5% are allowed")


def test_a_blocked_file_is_past_once_a_newer_one_is_accepted():
    assert found(made_world(PARAMS, validation=validation(blocked={"2026-W11": 5})))["poor_data"].holds is False


def test_the_first_model_takes_what_there_is():
    world = made_world(PARAMS, validation=validation(blocked={"2026-W14": 5}), record=ledger())
    assert found(world)["poor_data"].holds is False


def test_no_recent_rows_are_poor_data():
    assert found(made_world(PARAMS, validation=validation(recent=[])))["poor_data"].holds is True


@pytest.mark.parametrize(
    ("refused", "disputed", "holds"),
    # of 200 answers 20 % are 40; chance makes 50 or more of that in 5.0 % of cases, see below
    [(40, 0, False), (49, 0, False), (50, 0, True), (0, 50, True), (30, 20, True)],
)
def test_labels_are_poor_where_more_are_refused_or_in_conflict_than_chance_makes_of_what_is_allowed(refused, disputed, holds):
    assert binom.sf(48, 200, 0.2) > 0.05 > binom.sf(49, 200, 0.2)
    world = made_world(PARAMS, validation=validation(refused=refused, disputed=disputed))
    own = found(world)
    assert (own["poor_labels"].holds, own["trusted_labels"].holds) == (holds, not holds)


@pytest.mark.parametrize(
    ("newest", "holds"),
    [
        ({"file": "feedback/x.csv", "verdict": "blocked", "lines": 9, "refused": 0, "disputed": 0}, True),
        ({"file": "feedback/x.csv", "verdict": "warned", "lines": 1, "refused": 1, "disputed": 0}, False),  # p = 0.2
        ({"file": "feedback/x.csv", "verdict": "accepted", "lines": 0, "refused": 0, "disputed": 0}, None),
        (NO_FEEDBACK, None),
    ],
)
def test_a_blocked_file_is_poor_one_bad_answer_is_not_and_none_tells_nothing(newest, holds):
    own = found(made_world(PARAMS, validation=validation(newest_feedback=newest)))
    assert own["poor_labels"].holds is holds
    assert own["trusted_labels"].holds is (holds is False)  # what is not known to be good is not trusted


@pytest.mark.parametrize(("refused", "holds"), [(49, False), (50, True)])  # as for feedback
def test_without_feedback_labels_that_came_with_their_rows_are_trusted_unless_they_are_refused(refused, holds):
    raw = {"file": "raw/2026-W10.csv", "lines": 200, "refused": refused, "correct": 0, "confirm": 0}
    own = found(made_world(PARAMS, validation=validation(newest_feedback=NO_FEEDBACK, raw_labels=raw)))
    assert (own["poor_labels"].holds, own["trusted_labels"].holds) == (holds, not holds)
    assert own["poor_labels"].why.endswith("of 200 labels in raw/2026-W10.csv were refused or are in conflict, 20% are allowed")


@pytest.mark.parametrize(("least", "few"), [(600, False), (601, True)])
def test_labels_are_few_below_what_is_asked_for_but_never_for_the_first_model(least, few):
    params = made_params({"trigger.min_new_labels": least})
    for record, holds in ((None, few), (ledger(), False)):
        world = made_world(params, record=record, through="2026-W08")
        world = replace(world, fresh=world.fresh.tail(600))
        own = facts(world, signals(), (), {}, Change(day=TODAY, what="x", on_record=True), params)
        assert own["few_labels"].holds is holds
        assert own["few_labels_since_change"].holds is (record is None)
        assert own["few_labels"].why == f"600 trusted labels are new to the baseline, {least} are asked for"


@pytest.mark.parametrize(
    ("since", "on_record", "performance", "holds"),
    [
        ("2026-02-23", True, "quiet", False),  # W09 and W10: 600 of 500
        ("2026-02-24", True, "quiet", True),  # W09 began before: 300
        ("2026-03-09", True, "quiet", True),  # none, and a person says that the world has changed
        ("2026-03-02", False, "quiet", False),  # nobody says so, and no reason to retrain is about it: the calendar may train
        ("2026-03-02", False, "fired", True),  # performance fell on some of the 300
        ("2026-02-23", False, "fired", False),
        ("2026-03-09", False, "fired", False),  # none: performance fell on other rows
    ],
)
def test_labels_after_a_change_are_counted_by_whole_batches(since, on_record, performance, holds):
    change = Change(day=pd.Timestamp(since).date(), what="the move", on_record=on_record)
    fact = found(change=change, performance=performance)["few_labels_since_change"]
    assert fact.holds is holds
    assert f"the move ({since})" in fact.why


def test_nothing_is_new_where_the_baseline_has_seen_every_trusted_label():
    assert found(made_world(PARAMS, through="2026-W10"))["nothing_new"].holds is True
    assert found()["nothing_new"].why == "600 trusted labels are new to the baseline"


def test_incidents_and_freezes_are_so_on_their_days():
    events = {
        "incidents": [{"opened": day(3), "what": "Scanner"}, {"opened": day(9), "closed": TODAY, "what": "Printer"}],
        "freezes": [{"starts": day(0), "ends": day(0), "what": "Closing"}],
    }
    own = found(made_world(PARAMS, events=events, kpi=kpi().head(0)))
    assert own["open_incident"] == Fact(holds=True, why="Scanner (open since 2026-03-26)")
    assert own["data_freeze"] == Fact(holds=True, why="Closing (2026-03-29 to 2026-03-29)")
