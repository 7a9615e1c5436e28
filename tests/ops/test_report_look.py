"""What the report tells a reviewer to look at."""

import pytest
from made_report import judged, made_run, rule, trigger, validation

from stages.ops.report import report_page
from stages.ops.reporting.blocks import Points, Words
from stages.ops.reporting.look import NOTHING


@pytest.fixture
def page(make_params):
    """The page of a made run with changes."""
    return lambda **changed: report_page(made_run(make_params(), **changed))


def said(page):
    """What stands in that section."""
    return next(own.blocks for own in page.sections if own.title == "What a reviewer should look at")


def looked_at(page):
    return [item for own in said(page) if isinstance(own, Points) for item in own.items]


def quiet(**changed):
    """Nothing but the verdict: no settings, no drift, no odd batch."""
    fine = {"raw/2026-W09.csv": {"batch": "2026-W09", "rows": 300, "verdict": "accepted", "reasons": []}}
    known = {
        "judged": judged(settings={}),
        "trigger": trigger(facts={}),
        "validation": validation(batches=fine),
    }
    return known | changed


def test_where_nothing_stands_out_it_says_so(page):
    assert said(page(**quiet())) == (Words(NOTHING),)


def test_a_reviewer_looks_at_what_was_not_told_and_what_came_close(page):
    rules = [
        rule("golden_best", "inconclusive", "against version 2 it may lose"),
        rule("segment", "pass", "tier=a changes by -0.016", delta=-0.016, threshold=-0.03),  # more than half of 0.03
        rule("segment", "pass", "tier=b changes by -0.014", delta=-0.014, threshold=-0.03),  # less than half of it
        rule("segment", "fail", "tier=c lost", delta=-0.2, threshold=-0.03),  # among the reasons already
    ]
    assert looked_at(page(**quiet(judged=judged("", "review", *rules, settings={})))) == [
        "Not told either way, golden_best: against version 2 it may lose",
        "Close to a veto: tier=a changes by -0.016, where a drop of 0.03 is allowed",
    ]


@pytest.mark.parametrize(("tried", "days", "named"), [(15, 0, True), (14, 273, False), (1, 274, True)])
def test_a_golden_set_that_is_nearly_used_up_is_named(page, tried, days, named):
    # three quarters of 20 candidates are 15, of 365 days 273.75
    found = judged("", "hold", rule("golden_fresh", why="15 of 20 candidates"), settings={}, tried=tried, days_old=days)
    assert (looked_at(page(**quiet(judged=found))) == ["The golden set is nearly used up: 15 of 20 candidates"]) == named


def test_models_made_by_other_versions_are_named(page):
    cards = (
        {"versions": {"numpy": "2.3", "scipy": "1"}},
        {"rows": 1, "trained_from": "", "trained_through": "", "versions": {"numpy": "2.4", "scipy": "1"}},
    )
    found = judged(settings={}, cards=cards)
    assert looked_at(page(**quiet(judged=found))) == ["The models were made by other versions of: numpy 2.3 → 2.4"]


def test_a_reviewer_looks_at_what_is_odd_in_the_data(page):
    odd = {"raw/2026-W09.csv": {"batch": "2026-W09", "rows": 3, "verdict": "warned", "reasons": ["volume: half the usual"]}}
    older = {"raw/2026-W08.csv": {"batch": "2026-W08", "rows": 3, "verdict": "blocked", "reasons": ["known for a week"]}}
    data = validation(
        batches=odd | older,
        rules={"label: suspected error": {"review": 1200, "quarantined": 3}},
        reviewers={"jo": {"set_aside": "right in 40 %"}, "al": {"set_aside": None}},
        releases={"in_force": 1, "stale": [{"why": "the file has changed"}]},
    )
    assert looked_at(page(**quiet(validation=data))) == [
        "The newest batch, raw/2026-W09.csv, is warned: volume: half the usual",
        "1,200 findings wait for a person's look: ratchet quarantine list --status review",
        "Labels of reviewers that do not count: jo (right in 40 %)",
        "Releases that undo nothing: 1, in data/releases.yaml",
    ]


def test_drift_is_named_unless_it_is_the_reason(page):
    facts = {"drift": {"holds": True, "why": "color moved"}, "campaign": {"holds": None, "why": "unknown"}}
    assert looked_at(page(**quiet(trigger=trigger(facts=facts)))) == ["Drift: color moved"]
    told = trigger("", "investigate", facts=facts, reasons=["drift: color moved"])
    assert looked_at(page(**quiet(trigger=told))) == []


def test_doubts_come_first(page):
    assert looked_at(page(doubts=("judged again it is hold",)))[0] == "judged again it is hold"


def test_changed_settings_are_counted_and_those_that_decide_are_named(page):
    settings = {name: {"old": 1, "new": 2} for name in ("gate.min_gain", "train.tfidf", "approval.approvers")}
    (line,) = looked_at(page(**quiet(judged=judged(settings=settings))))
    assert line == "3 settings changed since the baseline was promoted; of them these decide: approval.approvers, gate.min_gain"
