"""Who is set aside and what is known of each reviewer; counted by hand, distributions summed by hand."""

from math import comb, sqrt

import numpy as np
import pandas as pd
import pytest

from stages.labels.reviewers import report, set_aside
from stages.sections import Labels, Source

TEN = pd.Series({f"g{k}": "red" for k in range(10)}, dtype="str")  # ten gold questions, all of them red
NONE = pd.Series(dtype="str")
NOTHING = {
    "answered": 0, "skipped": 0, "corrected_share": None, "agreement": None, "agreement_rows": 0, "gold_answers": 0,
    "gold_right": 0, "median_seconds": None, "accuracy": None, "accuracy_low": None, "accuracy_high": None, "set_aside": None,
}  # fmt: skip


def rule(min_accuracy: float = 0.7, min_seconds: float = 1.0) -> Labels:
    return Labels(
        sources={"agent": Source(trust=0.95, maturity_days=7, independent=True)},
        min_posterior=0.7, min_accuracy=min_accuracy, min_seconds=min_seconds, max_flip=0.3,
    )  # fmt: skip


def lines(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Lines of (id, label, reviewer) and, where given, (action, seconds, state, rule)."""
    usual = (None, None, None, "correct", np.nan, "voted", None)
    whole = [(*row, *usual[len(row) :]) for row in rows]
    frame = pd.DataFrame(whole, columns=["id", "label", "reviewer", "action", "seconds", "state", "rule"])
    return frame.astype(dict.fromkeys(frame.columns, "str") | {"seconds": "float64"})


def to_gold(reviewer: str, right: int, asked: int = 10) -> list[tuple[str, str, str]]:
    return [(f"g{k}", "red" if k < right else "blue", reviewer) for k in range(asked)]


def timed(reviewer: str, *seconds: float) -> list[tuple[object, ...]]:
    return [(f"{reviewer}{k}", "red", reviewer, "correct", own) for k, own in enumerate(seconds)]


def at_most(right: int, asked: int, accuracy: float) -> float:
    """The chance that a reviewer of this accuracy has so many right or fewer: the binomial distribution, summed."""
    return sum(comb(asked, k) * accuracy**k * (1 - accuracy) ** (asked - k) for k in range(right + 1))


# --- who is set aside


def test_a_reviewer_who_is_surely_worse_on_gold_than_allowed_is_set_aside():
    # At an accuracy of 0.7, 4 of 10 or fewer have the chance 0.047, 5 of 10 or fewer 0.15.
    assert at_most(4, 10, 0.7) == pytest.approx(0.0473, abs=1e-4)
    answers = [*to_gold("ann", 5), *to_gold("bob", 4), *to_gold("cyd", 10)]
    assert set_aside(lines(*answers), TEN, rule()) == {"bob": "contradicts gold"}


@pytest.mark.parametrize("asked", range(1, 11))
@pytest.mark.parametrize("accuracy", [0.5, 0.7, 0.9])
def test_few_gold_questions_set_nobody_aside_by_luck(asked, accuracy):
    for right in range(asked + 1):
        found = set_aside(lines(*to_gold("ann", right, asked)), TEN, rule(accuracy))
        assert bool(found) == (at_most(right, asked, accuracy) < 0.05)


@pytest.mark.parametrize(("accuracy", "aside"), [(0.0, set()), (1.0, {"bob"})])
def test_the_whole_range_of_the_setting_has_a_meaning(accuracy, aside):
    answers = [*to_gold("ann", 10), *to_gold("bob", 0)]
    assert set(set_aside(lines(*answers), TEN, rule(accuracy))) == aside


def test_an_answer_that_is_sent_again_counts_once_and_the_last_one_counts():
    # 0 of 2: 0.3² = 0.09. Sent five times they are still two questions.
    assert not set_aside(lines(*to_gold("ann", 0, 2) * 5), TEN, rule())
    assert not set_aside(lines(*to_gold("ann", 0), *to_gold("ann", 10)), TEN, rule())
    assert set_aside(lines(*to_gold("ann", 10), *to_gold("ann", 0)), TEN, rule())


@pytest.mark.parametrize(
    ("seconds", "aside"),
    [
        ((0.5, 0.5, 0.5, 9, 9), True),  # median 0.5
        ((0.5, 0.5, 1, 9, 9), False),  # median 1: the limit itself is slow enough
        ((0.5, 0.5, 0.5, 0.5), False),  # four answers are too few
        ((0.5, 0.5, 0.5, 0.5, np.nan), False),  # so are four with a time
        ((np.nan,) * 9, False),
    ],
)
def test_a_reviewer_who_answers_faster_than_anybody_reads_is_set_aside(seconds, aside):
    assert set_aside(lines(*timed("ann", *seconds)), NONE, rule()) == ({"ann": "answers too fast"} if aside else {})


def test_who_is_fast_and_wrong_is_wrong():
    both = [(*own, "correct", 0.1) for own in to_gold("ann", 0)]
    assert set_aside(lines(*both, *timed("bob", *[0.1] * 5)), TEN, rule()) == {
        "ann": "contradicts gold", "bob": "answers too fast",
    }  # fmt: skip


def test_no_limit_on_seconds_sets_nobody_aside():
    assert not set_aside(lines(*timed("ann", *[0.0] * 9)), NONE, rule(min_seconds=0))


@pytest.mark.parametrize("gold", [NONE, TEN])
def test_no_answers_set_nobody_aside(gold):
    assert set_aside(lines(), gold, rule()) == {}


# --- what is known of a reviewer


def one(*rows: tuple[object, ...], gold: pd.Series = NONE, agreed: dict[str, str] | None = None) -> dict[str, object]:
    """The report on the only reviewer."""
    (own,) = report(lines(*rows), gold, pd.Series(agreed or {}, dtype="str"), {}).values()
    return own


def known(own: dict[str, object], *names: str) -> tuple[object, ...]:
    return tuple(own[name] for name in names)


def test_what_a_reviewer_did_is_counted():
    own = one(
        ("1", "red", "ann", "correct", 10), ("2", "red", "ann", "confirm", 20), ("3", "red", "ann", "label", 60),
        ("4", "red", "ann", "outcome"), ("5", None, "ann", "skip", 1), ("6", None, "ann", "correct", 1),
    )  # fmt: skip
    assert own == NOTHING | {"answered": 4, "skipped": 1, "corrected_share": 1 / 2, "median_seconds": 20.0}


def test_a_reviewer_who_only_skips_has_no_skill_and_no_time():
    assert one(("1", None, "ann", "skip", 3), ("2", None, "ann", "skip", 3)) == NOTHING | {"skipped": 2}


def test_an_outcome_without_anybody_acting_corrects_nothing():
    assert one(("1", "red", "ann", "outcome")) == NOTHING | {"answered": 1}


def test_agreement_and_gold_make_the_accuracy():
    # 3 of 4 shared rows and 8 of 10 gold questions: 11 of 14. Row 5 nobody else answered.
    shared = [("1", "red", "ann"), ("2", "red", "ann"), ("3", "red", "ann"), ("4", "blue", "ann"), ("5", "red", "ann")]
    own = one(*shared, *to_gold("ann", 8), gold=TEN, agreed=dict.fromkeys("1234", "red"))
    assert known(own, "agreement", "agreement_rows", "gold_answers", "gold_right") == (3 / 4, 4, 10, 8)
    assert own["accuracy"] == pytest.approx(11 / 14)


@pytest.mark.parametrize(("right", "asked"), [(8, 10), (0, 10), (10, 10), (1, 1)])
def test_the_interval_holds_the_middle_of_the_beta_distribution(right, asked):
    # Jeffreys: the density x^(right - 1/2) (1 - x)^(wrong - 1/2), here summed over a fine grid of x = sin²(t), in which it is
    # bounded; 2.5 % of it lie below the interval and 2.5 % above.
    own = one(*to_gold("ann", right, asked), gold=TEN)
    t = (np.arange(200_000) + 0.5) * (np.pi / 2 / 200_000)
    density = np.sin(t) ** (2 * right) * np.cos(t) ** (2 * (asked - right))
    low, high = (density[np.sin(t) ** 2 < own[name]].sum() / density.sum() for name in ("accuracy_low", "accuracy_high"))
    assert (low, high) == pytest.approx((0.025, 0.975), abs=1e-4)


def test_the_interval_shrinks_with_the_answers():
    few, many = (one(*to_gold("ann", 4 * n, 5 * n), gold=pd.Series("red", [f"g{k}" for k in range(5 * n)])) for n in (2, 50))
    assert many["accuracy_high"] - many["accuracy_low"] == pytest.approx(2 * 1.96 * sqrt(0.8 * 0.2 / 250), rel=0.03)
    assert few["accuracy_high"] - few["accuracy_low"] > 3 * (many["accuracy_high"] - many["accuracy_low"])


@pytest.mark.parametrize(("state", "counted"), [
    ("voted", 1), ("gold", 1), ("history", 1), ("waiting", 1), ("superseded", 0), ("refused", 0), ("blocked", 0),
])  # fmt: skip
def test_only_lines_that_were_taken_show_skill(state, counted):
    why = "label: contradicts its action" if state == "refused" else None
    answer = ("g1", "red", "ann", "correct", 5, state, why)
    assert known(one(answer, gold=TEN), "answered", "gold_answers", "gold_right") == (1, counted, counted)
    assert known(one(answer, agreed={"g1": "red"}), "answered", "agreement_rows") == (1, counted)


def test_a_reviewer_who_was_set_aside_keeps_the_numbers_that_say_why():
    refused = [(*own, "correct", 5, "refused", "label: reviewer contradicts gold") for own in to_gold("bob", 2)]
    reports = report(lines(*refused, *to_gold("ann", 10)), TEN, NONE, {"bob": "contradicts gold"})
    assert known(reports["bob"], "gold_answers", "gold_right", "set_aside") == (10, 2, "contradicts gold")
    assert known(reports["ann"], "gold_answers", "gold_right", "set_aside") == (10, 10, None)


def test_of_several_answers_on_one_row_the_last_shows_the_skill():
    own = one(("1", "blue", "ann"), ("1", "red", "ann"), agreed={"1": "red"})
    assert known(own, "answered", "agreement", "agreement_rows") == (2, 1.0, 1)


def test_reviewers_are_listed_by_name_whatever_the_order_of_their_lines():
    names = list(report(lines(("1", "red", "cyd"), ("2", "red", "ann"), ("3", "red", "bob")), NONE, NONE, {}))
    assert names == ["ann", "bob", "cyd"]


def test_labels_that_are_numbers_agree_as_numbers():
    frame = lines(("1", None, "ann"), ("2", None, "ann")).assign(label=[7.5, 3.0])
    own = report(frame, NONE, pd.Series({"1": 7.5, "2": 3.5}), {})["ann"]
    assert known(own, "answered", "agreement", "gold_answers") == (2, 0.5, 0)


def test_no_lines_are_nobodys():
    assert report(lines(), TEN, NONE, {}) == {}


def test_categories_are_read_as_text_is():
    frame = lines(*to_gold("ann", 10), *to_gold("bob", 2), ("1", None, "cyd", "skip"))
    coded = frame.astype(dict.fromkeys(["reviewer", "action", "state"], "category"))
    assert report(coded, TEN, NONE, {}) == report(frame, TEN, NONE, {})
    answers = frame[frame["action"] != "skip"]
    assert set_aside(coded.loc[answers.index], TEN, rule()) == set_aside(answers, TEN, rule()) == {"bob": "contradicts gold"}
