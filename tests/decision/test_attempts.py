"""What attempts spend: the shares of the error add up, every candidate counts once, and what was rejected stays rejected."""

from datetime import date

import pytest

from stages.decision.attempts import (
    Candidate,
    golden_bundles,
    golden_confidence,
    golden_since,
    holdout_confidence,
    recipe,
    rejected,
    tried_on_golden,
    tried_on_holdout,
)
from stages.decision.ledger import Entry, Ledger

ZERO = Entry(kind="promotion", as_of="2026-01-01", bundle="zero", version=0)
NEW = Candidate(bundle="new", training="rows", recipe="plan")
CARD = {"columns": {"id": "id"}, "seed": 1, "task": "classification", "train": {"C": 1}, "rows": 10, "versions": {"numpy": "2"}}


def entry(kind: str, bundle: str, day: int, **more) -> Entry:
    return Entry(kind=kind, as_of=date(2026, 3, day), bundle=bundle, **more)


def ledger(*entries: Entry) -> Ledger:
    return Ledger(model="router", entries=[ZERO, *entries])


def test_the_shares_of_a_holdouts_error_never_exceed_it():
    # 0.95 + 0.05 * (1/2 + 1/6 + ... + 1/(n (n - 1))) = 0.95 + 0.05 * (1 - 1/n): 0.04975 of an error of 0.05 after ten candidates.
    spent = [1 - holdout_confidence(0.95, tried) for tried in range(1, 11)]
    assert sum(spent) == pytest.approx(0.04975)
    assert spent[0] == pytest.approx(0.0475)
    assert spent == sorted(spent, reverse=True)
    assert sum(1 - holdout_confidence(0.95, tried) for tried in range(1, 5001)) < 0.05


@pytest.mark.parametrize("budget", [1, 2, 20])
def test_the_shares_of_a_golden_sets_error_are_the_whole_of_it_after_the_last_candidate(budget):
    spent = [1 - golden_confidence(0.9, tried, budget) for tried in range(1, budget + 1)]
    assert sum(spent) == pytest.approx(0.1)
    assert spent == sorted(spent, reverse=True)


def test_the_third_of_three_golden_candidates_is_judged_at_a_third_of_what_the_first_is():
    # H = 1 + 1/2 + 1/3 = 11/6: the first spends 6/11 of the error of 0.11, which is 0.06, the third 0.02.
    assert golden_confidence(0.89, 1, 3) == pytest.approx(0.94)
    assert golden_confidence(0.89, 3, 3) == pytest.approx(0.98)


def test_distinct_candidates_on_the_same_set_are_counted_and_this_one_among_them():
    tried = ledger(
        entry("attempt", "one", 1, holdout="h", golden="g"),
        entry("promotion", "one", 1, version=1, holdout="h", golden="g"),  # the same candidate
        entry("attempt", "two", 2, holdout="other", golden="g"),
        entry("promotion", "unrecorded", 3, version=2, holdout="h", golden="g"),  # promoted without `ratchet run`
        entry("rollback", "one", 4, rejected="unrecorded", holdout="h", golden="g"),  # nobody was tried
        entry("reanchor", "three", 5, golden="g"),  # measured, not tried
    )
    assert tried_on_holdout(tried, "h", "new") == 3
    assert tried_on_golden(tried, "g", "new") == 4
    assert tried_on_holdout(tried, "unused", "new") == tried_on_golden(tried, "unused", "new") == 1
    assert golden_bundles(tried, "g") == ["one", "two", "unrecorded"]


def test_a_candidate_keeps_its_place_however_often_it_runs_and_whoever_came_after():
    tried = ledger(*(entry("attempt", name, day, holdout="h", golden="g") for day, name in enumerate(("one", "two", "three"), 1)))
    assert [tried_on_holdout(tried, "h", name) for name in ("one", "two", "three", "four")] == [1, 2, 3, 4]
    assert [tried_on_golden(tried, "g", name) for name in ("one", "two", "three", "four")] == [1, 2, 3, 4]


def test_a_golden_set_counts_from_its_first_use():
    tried = ledger(entry("attempt", "one", 7, golden="g"), entry("attempt", "two", 14, golden="g"))
    assert golden_since(tried, "g") == date(2026, 3, 7)
    assert golden_since(tried, "fresh") is None


def test_a_golden_set_with_a_few_new_rows_inherits_what_was_spent_and_its_age_and_a_fresh_one_does_not():
    tried = ledger(
        entry("attempt", "one", 1, golden="g1"),
        entry("reanchor", "one", 2, golden="g2", follows="g1"),
        entry("attempt", "two", 3, golden="g2"),
        entry("reanchor", "one", 4, golden="g3", follows="g2"),
        entry("reanchor", "one", 5, golden="fresh"),
    )
    assert tried_on_golden(tried, "g3", "new") == 3
    assert golden_since(tried, "g3") == date(2026, 3, 1)
    assert tried_on_golden(tried, "fresh", "new") == 1
    assert golden_since(tried, "fresh") == date(2026, 3, 5)


def test_a_recipe_is_what_defines_the_model_beside_its_rows():
    assert recipe(CARD) == recipe(CARD | {"rows": 99, "versions": {}, "trained_through": "2026-03-01"})
    for other in ({"seed": 2}, {"task": "regression"}, {"train": {"C": 2}}, {"columns": {"id": "key"}}):
        assert recipe(CARD | other) != recipe(CARD)


@pytest.mark.parametrize(
    ("past", "why"),
    [
        ([], None),
        ([entry("attempt", "new", 9, verdict="hold", holdout="h")], None),  # the same attempt again
        ([entry("attempt", "new", 9, verdict="review", holdout="before")], None),
        ([entry("attempt", "other", 9, verdict="hold", holdout="before")], None),
        ([entry("attempt", "other", 9, verdict="hold", holdout="before", training="rows", recipe="another")], None),
        ([entry("attempt", "other", 9, verdict="hold", holdout="before", training="more rows", recipe="plan")], None),
        ([entry("attempt", "new", 9, verdict="hold", holdout="before")], "tried and held on 2026-03-09: other rows"),
        (
            [entry("attempt", "other", 9, verdict="hold", holdout="before", training="rows", recipe="plan")],
            "tried and held on 2026-03-09",
        ),
        ([entry("rollback", "zero", 9, rejected="new")], "rolled back on 2026-03-09: change the data or the recipe"),
        (
            [
                entry("promotion", "other", 8, version=1, holdout="h", training="rows", recipe="plan"),
                entry("rollback", "zero", 9, rejected="other"),
            ],
            "rolled back on 2026-03-09",
        ),
        ([entry("promotion", "other", 8, version=1), entry("rollback", "zero", 9, rejected="other")], None),
    ],
)
def test_a_candidate_is_rejected_by_its_bundle_or_by_its_recipe_on_the_same_rows(past, why):
    found = rejected(ledger(*past), NEW, "h")
    assert (found is None) if why is None else found.startswith(why)


def test_of_several_holds_the_newest_is_named():
    past = [entry("attempt", "new", day, verdict="hold", holdout=f"h{day}") for day in (2, 9)]
    assert "held on 2026-03-09" in rejected(ledger(*past), NEW, "h")


def test_a_comparison_by_hand_is_no_attempt_and_spends_nothing():
    assert holdout_confidence(0.95, 0) == pytest.approx(0.95)
