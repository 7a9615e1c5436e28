"""The next look: when, why then, and what would settle the matter; the look that a retraining on mostly older rows schedules."""

from dataclasses import replace
from datetime import date

import pytest
from made_world import TODAY, attempt, kpi, ledger, made_params, made_world, promotion, validation, week_names
from test_facts import signals

from stages.signals.arrivals import batch_days, cost, day_of, next_batch
from stages.signals.change import Change
from stages.signals.facts import facts
from stages.signals.follow_up import follow_up, next_look, rows_to_tell
from stages.signals.policy import Decision
from stages.trigger import judge

PARAMS = made_params()


def on(day: str) -> Change:
    return Change(day=date.fromisoformat(day), what="the move", on_record=True)


def look(verdict: str, *held: str, world=None, change: Change | None = None, params=PARAMS, **states: str) -> dict:
    """The next look after a decision that was made somehow."""
    world, found = world or made_world(params), signals(**states)
    decision = Decision(verdict=verdict, text="", held=held)
    return next_look(decision, world, found, facts(world, found, (), {}, change, params), change, params)


@pytest.mark.parametrize(
    ("at", "state", "new"),
    [
        ("2026-02-09", "fired", 600),  # W07 and W08 of 8 weeks were learned from after it; W09 and W10 are new
        ("2026-01-19", "quiet", 600),  # W04 to W08: 5 of 8 weeks, no longer mostly older
        ("2026-01-26", "quiet", 600),  # W05 to W08: half
        ("2026-02-02", "quiet", 600),  # W06 to W08: as many as these 900 have to come
        ("2026-03-02", "quiet", 300),  # too few yet
        ("2026-03-15", "quiet", 0),  # the day of the promotion
        ("2026-03-16", "quiet", None),  # the baseline is older than the change: other signals are about that
    ],
)
def test_a_baseline_of_mostly_older_rows_is_followed_up_once_labels_are_there(at, state, new):
    found = follow_up(made_world(PARAMS), on(at), PARAMS)
    assert (found.state, found.value) == (state, new)


@pytest.mark.parametrize(("held", "state", "new"), [(14, "fired", 600), (7, "quiet", 300), (0, "fired", 600)])
def test_after_a_candidate_that_was_held_as_many_rows_have_to_come_again(held, state, new):
    # Three weeks are newer than W10, the newest to train on: so 14 days ago that was W08, and 7 days ago W09; today is this run.
    world = made_world(PARAMS, record=ledger(promotion(77, 1), promotion(14), attempt(held)))
    found = follow_up(world, on("2026-02-09"), PARAMS)
    assert (found.state, found.value, found.threshold) == (state, new, {600: 600, 300: 900}[new])


def test_it_says_what_the_baseline_knows_of_the_change_and_what_there_is_to_learn():
    assert follow_up(made_world(PARAMS), on("2026-02-09"), PARAMS).why == (
        "the baseline learned from 2400 rows, 600 of them from after the move (2026-02-09); "
        "600 more rows from after it have trusted labels now"
    )


def test_a_change_that_nobody_recorded_is_followed_up_too():
    # Every week since version 2 shows the change that was seen in W07 when it was promoted: in the rows it has no beginning.
    red = dict.fromkeys(week_names("2026-W09", "2026-W13"), 0.7)
    seen = {"day": "2026-02-09", "what": "the change of color in 2026-W07"}
    for known, verdict in ((seen, "retrain"), (None, "investigate")):
        report = judge(made_world(PARAMS, red=red, record=ledger(promotion(77, 1), promotion(14, change=known))), PARAMS)
        assert (report["verdict"], report["change"]) == (verdict, known)
        assert ("follow_up" in report["policy"]["held"]) is bool(known)


def test_without_a_change_or_a_model_there_is_nothing_to_follow_up():
    assert follow_up(made_world(PARAMS), None, PARAMS).state == "quiet"
    assert follow_up(made_world(PARAMS, record=ledger()), on("2026-02-09"), PARAMS).state == "quiet"


def test_a_rollback_does_not_make_the_old_version_a_new_one():
    back = promotion(1).model_copy(update={"kind": "rollback", "rejected": "v3.dir"})
    world = made_world(PARAMS, record=ledger(promotion(77, 1), promotion(50), promotion(14, 3), back))
    assert follow_up(world, on("2026-02-16"), PARAMS).state == "quiet"  # version 2 is from 2026-02-07


@pytest.mark.parametrize("verdict", ["skip", "investigate", "rollback", "retrain"])
def test_in_any_case_the_next_batch_brings_a_look(verdict):
    assert look(verdict) | {"evidence": []} == {"on": "2026-04-05", "why": "the next batch is complete then", "evidence": []}


def test_the_next_batch_is_as_long_as_the_newest_one():
    world = made_world(PARAMS)
    month = replace(world.weeks[-1], first=date(2026, 3, 2), last=TODAY)  # 28 days
    longer = replace(world, weeks=(*world.weeks[:-1], month))
    assert (batch_days(world), batch_days(longer), next_batch(longer)) == (7, 28, date(2026, 4, 26))  # 28 days, and no month
    assert batch_days(made_world(PARAMS, record=ledger())) == 7  # the newest training batch
    assert batch_days(replace(world, weeks=(), training={})) == 7


@pytest.mark.parametrize(
    ("last", "following"),
    [("2026-01-31", "2026-02-28"), ("2026-02-28", "2026-03-31"), ("2026-11-30", "2026-12-31"), ("2026-12-31", "2027-01-31")],
)
def test_the_next_month_has_its_own_length(last, following):
    own = date.fromisoformat(last)
    month = replace(made_world(PARAMS).weeks[-1], first=own.replace(day=1), last=own)
    files = {"raw/x.csv": {"batch": last[:7], "last": last, "role": "training", "rows": 9, "verdict": "accepted"}}
    world = replace(made_world(PARAMS), as_of=own, weeks=(month,), validation={"batches": files})
    assert next_batch(world) == date.fromisoformat(following)


def test_the_next_batch_comes_after_the_newest_file_blocked_or_not_and_after_today():
    world = made_world(PARAMS, validation=validation(blocked={"2026-W14": 5, "2026-W15": 5}))
    assert next_batch(world) == date(2026, 4, 19)  # the Sunday of W16
    assert next_batch(replace(world, as_of=date(2026, 4, 20))) == date(2026, 4, 26)  # a Monday that a person set
    assert next_batch(replace(world, validation={"batches": {}})) == date(2026, 4, 5)


@pytest.mark.parametrize(
    ("days_ago", "day", "why"),
    [(4, "2026-04-08", "the cool-down ends"), (10, "2026-04-05", "the next batch is complete then")],  # the 2nd ends on 04-02
)
def test_a_cool_down_is_waited_for(days_ago, day, why):
    world = made_world(PARAMS, record=ledger(promotion(77, 1), promotion(50), attempt(days_ago)))
    assert look("blocked", "cool_down", world=world) == {"on": day, "why": why, "evidence": ["nothing but time"]}


def test_of_all_that_stands_in_the_way_the_last_to_go_counts():
    events = {
        "freezes": [{"starts": "2026-03-20", "ends": "2026-04-20", "what": "Closing"}],
        "campaigns": [{"starts": "2026-03-20", "ends": "2026-04-10", "what": "Spring"}],
    }
    world = made_world(PARAMS, events=events, record=ledger(promotion(77, 1), attempt(4)))
    assert look("blocked", "cool_down", "data_freeze", world=world)["on"] == "2026-04-21"
    found = look("investigate", "campaign", world=world)
    assert (found["on"], found["why"]) == ("2026-04-11", "the campaign is over: Spring")
    never = {"freezes": [{"starts": "2026-03-20", "ends": "9999-12-31", "what": "For good"}]}
    assert look("blocked", "data_freeze", world=made_world(PARAMS, events=never))["on"] == "9999-12-31"


def test_missing_labels_come_in_at_the_pace_of_the_newest_batches():
    # The newest 8 training weeks, W03 to W10, have 2,400 rows in 56 days.
    assert PARAMS.batches.history == 8
    world = made_world(PARAMS)
    assert day_of(600, world, PARAMS) == date(2026, 4, 12)  # 600 / 2,400 * 56 = 14 days
    assert day_of(601, world, PARAMS) == date(2026, 4, 13)
    assert day_of(600, world, PARAMS, after=date(2026, 3, 9)) == date(2026, 4, 12)  # the newest label is of 2026-03-08
    assert day_of(600, world, PARAMS, after=date(2026, 3, 19)) == date(2026, 4, 22)  # and 10 more days are from before
    assert day_of(1, replace(world, training={}), PARAMS) is None


def test_few_labels_say_how_many_are_missing_and_when_they_should_be_there():
    params = made_params({"trigger.min_new_labels": 1000})
    found = look("blocked", "few_labels", params=params)  # 400 / 2,400 * 56 = 9.3 days
    assert found["on"] == "2026-04-08"
    assert found["why"] == "400 more trusted labels should be there, at the pace of the newest batches (few_labels)"
    assert found["evidence"] == ["400 more trusted labels (few_labels)"]
    since = look("blocked", "few_labels_since_change", params=params, change=on("2026-03-16"))
    assert since["on"] == "2026-04-29"  # 1,000 / 2,400 * 56 = 23.3 days after the 7 that are labelled before the change
    none = replace(made_world(params, through="2026-W10"), training={})
    assert look("blocked", "few_labels", params=params, world=none)["on"] == "2026-04-05"


def test_a_retraining_on_mostly_older_rows_is_looked_at_again():
    found = look("retrain", "event", change=on("2026-02-23"))
    assert found["on"] == "2026-04-12"  # 600 labels take 14 days, as does the cool-down
    assert found["why"] == (
        "600 of the 3000 rows to train on are from after the move (2026-02-23); "
        "600 more should have labels by then, enough to train once more"
    )
    assert look("retrain", "event", change=on("2026-02-09"))["on"] == "2026-04-26"  # 4 of 10 weeks; 1,200 take 28 days
    assert look("retrain", "event", change=on("2026-02-02"))["on"] == "2026-04-05"  # half
    assert look("retrain", "cadence")["evidence"] == []


def test_evidence_is_named_for_what_is_not_known():
    plain = look("investigate", "drift")["evidence"]
    assert len(plain) == 1
    blind = look("investigate", "drift", performance="unknown", kpi_fall="unknown")["evidence"]
    assert blind[1:] == [rows_to_tell(made_world(PARAMS), PARAMS), "a KPI in data/kpi.csv, day by day for the last five weeks"]
    assert look("skip", performance="unknown")["evidence"] == []


def promised(p: float, rows: int | None, metric: str = "accuracy"):
    return made_world(PARAMS, record=ledger(promotion(14, promised=p, rows=rows, metric=metric)))


def test_the_rows_that_show_a_drop_are_counted():
    # p = 0.8: variance 0.16. z(0.95) + z(0.80) = 2.486. A drop of 0.02: (0.02 / 2.486)^2 / 0.16 = 4.044e-4 = 1/n + 1/m.
    # m = 10,000: 1/n = 3.044e-4, n = 3,286. m = 2,000: 1/n < 0.
    assert rows_to_tell(promised(0.8, 10_000), PARAMS).startswith("3286 fresh trusted labels (600 are there)")
    assert rows_to_tell(promised(0.8, 2000), PARAMS).startswith("a promise measured on more than 2000 rows")
    assert rows_to_tell(promised(1.0, 2000), PARAMS).startswith("a promise measured")
    for world in (promised(0.8, None), promised(0.8, 900, "f1_macro"), made_world(PARAMS, record=ledger())):
        assert rows_to_tell(world, PARAMS) is None
    assert rows_to_tell(promised(0.8, 9000), made_params({"trigger.max_performance_drop": 0})) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"trigger.cool_down_days": 7}, ""),  # no more often than batches come in
        ({"trigger.cool_down_days": 0}, ""),
        ({"trigger.cool_down_days": 14}, "an attempt every 7 days instead of every 14 days would mean 52 a year instead of 26"),
        ({"trigger.cadence_days": 1}, "an attempt every day instead of every 14 days would mean 365 a year instead of 26"),
    ],
)
def test_the_cost_is_that_of_trying_at_every_occasion(changes, words):
    found = cost(made_world(PARAMS, kpi=kpi()), made_params(changes))
    assert found.startswith(words)
    assert bool(found) is bool(words)
