"""The verdict as a table: everything that decided, and what to do next."""

import io

import pytest
from rich.console import Console

from stages.ops.verdict import LOOK, NEXT, show

TRIGGER = {"as_of": "2026-03-29", "verdict": "retrain", "reasons": ["cadence: 40 [days]"]}
ROWS = {
    "in": 1000,
    "training": 700,
    "holdout": 100,
    "quarantined": 30,
    "blocked": 20,
    "immature": 90,
    "unlabelled": 40,
    "expired": 20,
}
VALIDATION = {"rows": ROWS}


def rule(name: str, outcome: str = "pass", why: str = "fine", delta: float | None = 0.03) -> dict:
    return {"name": name, "outcome": outcome, "why": why, "metric": "accuracy", "old": 0.8, "new": 0.83, "delta": delta}


def decision(verdict: str, *rules: dict, reasons=("because [so]",)) -> dict:
    return {"verdict": verdict, "rules": [rule("min_gain"), *rules], "reasons": list(reasons), "baseline": {"version": 3}}


def shown(trigger: dict, found: dict | None) -> str:
    text = io.StringIO()
    show(trigger, VALIDATION, found, Console(file=text, width=160, highlight=False))
    return text.getvalue()


@pytest.mark.parametrize("verdict", ["promote", "hold", "review"])
def test_the_verdict_comes_with_its_reasons_and_the_next_step(verdict):
    text = shown(TRIGGER, decision(verdict))
    assert f"verdict: {verdict}" in text
    assert "because because [so]" in text
    assert f"next: {NEXT[verdict]}" in text
    assert "0.8000 → 0.8300  (+0.0300)   version 3 → candidate" in text
    assert "retrain (cadence: 40 [days])" in text


@pytest.mark.parametrize("verdict", ["skip", "investigate", "rollback", "blocked"])
def test_without_a_candidate_it_says_why_there_is_none(verdict):
    text = shown(TRIGGER | {"verdict": verdict}, None)
    assert f"{verdict}: cadence: 40 [days]" in text
    assert f"next: {LOOK[verdict]}" in text


def test_every_row_that_came_in_is_accounted_for():
    # 700 + 100 trusted, 30 + 20 refused, 90 + 40 + 20 waiting: 1000
    assert "1,000 in: 800 trusted, 50 refused, 150 immature, unlabelled or expired" in shown(TRIGGER, decision("hold"))


def test_segments_that_pass_share_a_line_that_names_the_least():
    quiet = [rule("segment", why=f"tier={k} changes by {k}", delta=k / 100) for k in (3, -1, 2)]
    text = shown(TRIGGER, decision("promote", *quiet))
    assert "3 watched, none is proven to lose too much; the least: tier=-1 changes by -1" in text
    assert text.count("tier=") == 1


def test_a_segment_that_fails_or_is_critical_has_its_own_line():
    rules = [
        rule("segment", "fail", "tier=a lost"),
        rule("critical_segment", "pass", "tier=b held"),
        rule("segment", why="tier=c"),
    ]
    text = shown(TRIGGER, decision("hold", *rules))
    assert "✗ fail" in text
    assert all(name in text for name in ("tier=a lost", "tier=b held", "1 watched"))


def test_rules_that_say_nothing_when_they_pass_share_a_line():
    text = shown(
        TRIGGER,
        decision(
            "review", rule("trigger"), rule("golden"), rule("baseline_commit", "inconclusive", "shallow"), rule("not_rejected")
        ),
    )
    assert "✓ pass          2 more           trigger, not_rejected" in text
    assert "? inconclusive  baseline_commit  shallow" in text
    assert "✓ pass          golden           fine" in text


def test_an_undefined_metric_is_said_to_be_so():
    missing = rule("min_gain", "inconclusive", "undefined", None) | {"new": None}
    found = decision("review") | {"rules": [missing]}
    assert "0.8000 → undefined   version 3" in shown(TRIGGER, found)


def test_a_shallow_clone_is_told_to_fetch_first():
    text = shown(TRIGGER, decision("review", reasons=["fetch it with `git fetch --unshallow`"]))
    assert "next: git fetch --unshallow, then ratchet gate" in text
