"""Feedback: labels that came in, outputs that were corrected, and the cause that speaks loudest."""

from dataclasses import replace

import pytest
from made_world import ledger, made_params, made_world, promotion, validation
from scipy.stats import beta, binom

from stages.signals.facts import Fact
from stages.signals.feedback import CAUSES, correction_rate, diagnosis, new_labels
from stages.signals.signal import Signal


def corrected(correct: int, confirm: int, raw=(0, 0), promoted: int = 22, **changes) -> Signal:
    """`raw`: labels in data/raw that differ from what was served, and that do not; `promoted`: so many days ago."""
    own = {"file": "raw/2026-W10.csv", "lines": sum(raw), "refused": 0, "correct": raw[0], "confirm": raw[1]}
    said = validation(feedback={"correct": correct, "confirm": confirm, "skip": 9}, raw_labels=own)
    params = made_params({"trigger.max_correction_rate": 0.3, **changes})
    return correction_rate(made_world(params, validation=said, record=ledger(promotion(promoted))), params)


@pytest.mark.parametrize(
    ("correct", "confirm", "state"),
    [
        (0, 0, "unknown"),  # skips are no review
        (30, 70, "quiet"),
        (45, 55, "fired"),
        (35, 65, "underpowered"),  # more than 30 %; of 100 draws at 30 % one in six has as many
        (2, 0, "underpowered"),  # all of two: 0.3 ** 2 = 9 %
        (0, 2, "underpowered"),  # so few that nothing could be proven either way
        (3, 0, "fired"),  # all of three: 0.3 ** 3 = 2.7 %
        (0, 3, "quiet"),
    ],
)
def test_the_correction_rate_must_exceed_its_limit_by_more_than_chance(correct, confirm, state):
    assert corrected(correct, confirm).state == state


def test_its_p_value_and_interval_are_exact():
    found = corrected(45, 55)
    assert found.p_value == pytest.approx(binom.sf(44, 100, 0.3))
    # Clopper and Pearson: quantiles of two beta distributions; the lower one exceeds the limit where the signal fires
    assert found.interval == pytest.approx((beta.ppf(0.05, 45, 56), beta.ppf(0.95, 46, 55)))
    assert (found.value, found.threshold, found.n) == (0.45, 0.3, 100)
    assert found.why == "45.0% of 100 reviewed outputs were corrected, 30% are expected at most"


def test_without_a_review_labels_that_came_with_their_rows_are_held_against_what_was_served():
    found = corrected(0, 0, raw=(45, 55))
    assert (found.state, found.value, found.n) == ("fired", 0.45, 100)
    assert found.why == "45.0% of 100 outputs in raw/2026-W10.csv differ from their labels, 30% are expected at most"
    assert corrected(20, 80, raw=(45, 55)).value == 0.2


def test_outputs_from_before_the_production_version_came_in_say_nothing_of_it():
    found = corrected(0, 0, raw=(45, 55), promoted=21)  # a Sunday, on which W10 ends
    assert found.state == "unknown"
    assert found.why == "the newest labels, in raw/2026-W10.csv, are of outputs from before version 2 came in"
    assert corrected(45, 55, raw=(45, 55), promoted=21).state == "fired"  # a review is of last week's outputs


def test_a_limit_of_everything_never_fires():
    assert corrected(5, 0, **{"trigger.max_correction_rate": 1.0}).state == "quiet"


@pytest.mark.parametrize(("least", "state"), [(600, "fired"), (601, "quiet")])
def test_new_labels_are_counted(least, state):
    params = made_params({"trigger.min_new_labels": least})
    found = new_labels(made_world(params), params)  # two fresh weeks of 300 rows
    assert (found.state, found.value, found.threshold) == (state, 600, least)
    world = made_world(params)
    assert new_labels(replace(world, fresh=world.fresh.head(0)), params).state == "quiet"


NAMES = [name for names in CAUSES.values() for name in names]
FACTS = ("poor_labels", "poor_data")


def told(*firing: str) -> dict | None:
    """The diagnosis where these signals fired and these facts hold, besides the correction rate."""
    signals = {
        name: Signal(name=name, state="fired" if name in firing else "quiet", why=f"{name}'s words")
        for name in ["correction_rate", *NAMES]
        if name not in FACTS
    }
    facts = {name: Fact(holds=name in firing, why=f"{name}'s words") for name in FACTS}
    return diagnosis(signals, facts)


def test_without_high_corrections_there_is_nothing_to_diagnose():
    assert told(*NAMES) is None


@pytest.mark.parametrize(
    ("firing", "cause", "because"),
    [
        (NAMES, "data quality", ["poor_labels", "poor_data"]),
        (["poor_data", "performance"], "data quality", ["poor_data"]),
        (["calibration", "feature_drift"], "poor calibration", ["calibration"]),
        (["prediction_drift", "label_shift", "performance"], "drift", ["prediction_drift", "label_shift"]),
        (["performance"], "lost performance", ["performance"]),
        (["estimated_performance"], "lost performance", ["estimated_performance"]),
    ],
)
def test_the_first_cause_that_anything_speaks_for_is_named(firing, cause, because):
    found = told("correction_rate", *firing)
    assert found == {"of": "correction_rate", "cause": cause, "because": [f"{name}: {name}'s words" for name in because]}


def test_what_nothing_speaks_for_is_unexplained_and_says_what_was_looked_at():
    found = told("correction_rate")
    assert found["cause"] == "unexplained"
    assert all(name in found["because"][0] for name in NAMES)


def test_a_fact_that_cannot_be_told_is_no_cause():
    signals = {name: Signal(name=name, state="unknown", why="") for name in NAMES if name not in FACTS}
    signals["correction_rate"] = Signal(name="correction_rate", state="fired", why="")
    facts = {name: Fact(holds=None, why="") for name in FACTS}
    assert diagnosis(signals, facts)["cause"] == "unexplained"
