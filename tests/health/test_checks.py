"""Each question and what makes its answer good, bad or open."""

from dataclasses import replace
from datetime import timedelta

import pytest
from made_loop import day, gained, rollback, version

from stages.health.batches import Caught
from stages.health.checks import beats, data, gains, gated, golden, labelled, pace, promises, taken_back
from stages.health.looks import Labels
from stages.health.production import Production
from stages.health.proof import trend
from stages.health.versions import Later, Level

LIVE = Production(
    version=3, since=day(3), as_of=day(4), days_old=21, days_tried=21, unanswered=(), unheard=(), returned=()
)  # fmt: skip
WON, LOST = gained(200, 100), gained(100, 200)


def lived(later):
    return [version(k, later=own) for k, own in enumerate(later, 2)]


@pytest.mark.parametrize(
    ("wins", "losses", "outcome"),
    [
        (4, 0, "open"),  # 0.05 ** (1/4) = 0.473: half is possible
        (5, 0, "good"),  # 0.05 ** (1/5) = 0.549
        (4, 4, "open"),  # P(4 wins of 8 or fewer | 0.8) = 0.056
        (3, 5, "bad"),  # P(3 or fewer | 0.8) = 0.010
        (0, 2, "bad"),  # 0.2 ** 2 = 0.04
        (0, 1, "open"),
        (65, 35, "bad"),  # surely more than half, and surely fewer than four in five
    ],
)
def test_better_later_is_a_share_that_has_to_be_sure(make_params, wins, losses, outcome):
    found = beats(lived([WON] * wins + [LOST] * losses), make_params())
    assert found.outcome == outcome
    assert found.why.startswith(f"{wins} of {wins + losses} promoted versions beat the one before")


def test_a_tie_is_no_win_and_neither_a_dummy_nor_the_untold_count(make_params):
    versions = [version(1, later=WON), version(2, later=Later(why="gone")), version(3, later=gained(5, 5)), version(4, later=WON)]
    assert beats(versions, make_params()).why.startswith("1 of 2 promoted versions beat the one before")
    assert "(not version 3)" in beats(versions, make_params()).why


@pytest.mark.parametrize(
    ("promised", "outcome"),
    # each gains 0.05 with an error of 0.00868 a version: together 0.10, one-sided bounds 0.10 -+ 0.0202
    [(0.075, "good"), (0.10, "open"), (0.13, "bad"), (0.0, "bad"), (-0.01, "bad")],
)
def test_at_least_half_of_the_promised_gain_has_to_come_true(make_params, promised, outcome):
    versions = [version(k, gain=promised, later=gained(200, 100)) for k in (2, 3)]
    assert gains(versions, make_params()).outcome == outcome


def test_gains_without_a_promise_or_without_an_error_are_not_added(make_params):
    versions = [version(2, later=WON), version(3, gain=0.02, later=gained(0, 0))]
    assert gains(versions, make_params()).outcome == "open"


@pytest.mark.parametrize(("short", "held", "outcome"), [(0, 4, "open"), (0, 5, "good"), (5, 0, "bad"), (2, 4, "open")])
def test_promises_are_broken_where_most_levels_fall(make_params, short, held, outcome):
    levels = [0.8 - 0.021] * short + [0.8 - 0.019] * held  # 0.02 is allowed
    told = [Level(value=value, day=day(9), rows=100, shared=0.0) for value in levels]
    versions = [version(k, promised=0.8, level=own) for k, own in enumerate(told, 1)]
    assert promises(versions, make_params()).outcome == outcome


@pytest.mark.parametrize(("verdict", "outcome"), [("promote", "good"), ("review", "good"), ("hold", "bad"), (None, "bad")])
def test_one_version_past_the_gate_is_bad(verdict, outcome):
    assert gated([version(1), version(2, verdict=verdict)]).outcome == outcome


def files(before=0, after=0):
    names = [tuple(f"raw/{kind}{k}" for k in range(n)) for kind, n in (("b", before), ("a", after))]
    return Caught(seen=40, before=names[0], after=names[1], released=(), rows=1000, refused=10)


@pytest.mark.parametrize(
    ("before", "after", "outcome"), [(0, 0, "none"), (3, 0, "good"), (3, 2, "good"), (2, 2, "bad"), (0, 1, "bad")]
)
def test_bad_batches_have_to_be_caught_before_they_train(before, after, outcome):
    assert data(files(before, after)).outcome == outcome


LABELS = Labels(answers=100, bad=20, accuracy=(0.9, 0.95), reviewers=2, set_aside=("bob (too fast)",))


@pytest.mark.parametrize(
    ("labels", "refused_rows", "outcome"),
    [
        (LABELS, 0.05, "good"),  # all at their limits: 0.05 and 0.2 are allowed, and half of the reviewers
        (LABELS, 0.051, "bad"),
        (replace(LABELS, bad=21), 0.05, "bad"),
        (replace(LABELS, set_aside=("ada (x)", "bob (x)")), 0.05, "bad"),
        (None, 0.0, "open"),
        (replace(LABELS, answers=0, bad=0), 0.0, "open"),
    ],
)
def test_data_and_labels_are_held_against_the_limits_of_the_trigger(make_params, labels, refused_rows, outcome):
    assert labelled(labels, refused_rows, make_params()).outcome == outcome


def test_a_rollback_is_told_with_how_long_the_version_lived(make_params):
    back = rollback(1, 2, day(2) + timedelta(9))
    found = taken_back([version(1), version(2, back=back)], LIVE, make_params())
    assert (found.outcome, found.why) == ("good", "1 of 2 versions were taken back, after 9 days of data")


@pytest.mark.parametrize(
    ("backs", "live", "outcome"),
    [
        (3, LIVE, "good"),  # 3 of 6, and P(3 or more | 0.2) = 0.099
        (4, LIVE, "bad"),  # P(4 or more of 6 | 0.2) = 0.017
        (0, replace(LIVE, unheard=(day(4),)), "good"),  # said by the newest run: there was no time yet
        (0, replace(LIVE, unheard=(day(4), day(5))), "bad"),
        (1, replace(LIVE, returned=("version 2",)), "bad"),
    ],
)
def test_versions_are_seldom_taken_back_and_when_it_is_asked_for(make_params, backs, live, outcome):
    versions = [version(k, back=rollback(0, k, day(k + 1)) if k <= backs else None) for k in range(1, 7)]
    assert taken_back(versions, live, make_params()).outcome == outcome


@pytest.mark.parametrize(
    ("live", "outcome"),
    [
        (LIVE, "good"),
        (replace(LIVE, unanswered=(day(4),)), "good"),
        (replace(LIVE, unanswered=(day(4), day(5))), "bad"),
        (replace(LIVE, days_tried=None), "open"),
    ],
)
def test_a_loop_that_is_asked_to_retrain_has_to_try(live, outcome):
    assert pace(live).outcome == outcome


@pytest.mark.parametrize(
    ("scores", "outcome"),
    [
        ([], "none"),
        ([0.9, 0.8, 0.7], "open"),
        ([0.90, 0.89, 0.88, 0.87], "bad"),  # p = 1/24, and 0.03 lost
        ([0.90, 0.899, 0.898, 0.897], "good"),  # as surely, and no more than 0.003
        ([0.90, 0.87, 0.88, 0.86], "good"),  # p = 4/24
        ([0.90, 0.91, 0.92, 0.93], "good"),
    ],
)
def test_slow_decay_is_a_sure_fall_of_a_size_that_matters(make_params, scores, outcome):
    assert golden(trend(scores), len(scores), make_params()).outcome == outcome
