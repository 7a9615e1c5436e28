"""Every promotion: how long it lived, what it promised, and what is on record of its time."""

from made_loop import attempt, day, gained, ledger, promotion, rollback, seen

from stages.health.production import production
from stages.health.versions import versions


def found(*entries, looks=(), golden=None, later=None):
    return versions(ledger(*entries), looks, golden or {}, later or {}, "accuracy")


def test_a_version_lives_until_the_next_one_and_knows_the_one_before():
    one, two = found(promotion(1, day(1)), attempt("x", day(2), "hold"), promotion(2, day(3)))
    assert (one.before, one.since, one.until, one.back) == (0, day(1), day(3), None)
    assert (two.before, two.since, two.until) == (1, day(3), None)


def test_a_rollback_ends_a_version_and_the_next_one_follows_the_one_gone_back_to():
    one, two, three = found(promotion(1, day(1)), promotion(2, day(2)), rollback(1, 2, day(3)), promotion(3, day(4)))
    assert (two.until, two.back and two.back.reason) == (day(3), "it fell")
    assert (one.until, one.back, three.before) == (day(2), None, 1)


def test_how_fast_a_version_was_taken_back_counts_from_the_first_alarm_of_its_time():
    entries = (promotion(1, day(1)), promotion(2, day(2)), rollback(1, 2, day(5)))
    alarms = [seen(day(2), "rollback"), seen(day(3), "investigate"), seen(day(4), "rollback"), seen(day(5), "rollback")]
    one, two = found(*entries, looks=alarms)
    assert (one.alarm, two.alarm) == (None, day(4))  # on day 2 it was said of version 1, which was live still
    assert found(*entries, looks=alarms[:2])[1].alarm is None


def test_a_rollback_of_a_day_that_no_run_has_seen_is_not_in_the_future():
    live = production(ledger(promotion(1, day(1)), promotion(2, day(2)), rollback(1, 2, day(4))), [seen(day(3), "rollback")])
    assert (live.as_of, live.days_old) == (day(4), 0)


def test_the_promised_gain_is_the_one_that_the_gate_saw():
    again = seen(day(2), pair=("b0", "b1", "other"), values=(0.1, 0.9))
    (one,) = found(promotion(1, day(1)), looks=[seen(day(1), pair=("b0", "b1", "h1"), values=(0.5, 0.75)), again])
    assert one.gain == 0.25
    (other,) = found(promotion(1, day(1)), looks=[again])
    assert other.gain is None


def test_the_later_level_is_the_first_of_which_most_batches_are_new():
    at_gate = seen(day(1), pair=("b0", "b1", "h1"), holdout=("w1", "w2", "w3", "w4"))
    half = seen(day(2), pair=("b1", "x", "h2"), values=(0.9, 0.8), holdout=("w3", "w4", "w5", "w6"))
    most = seen(day(3), pair=("b1", "y", "h3"), values=(0.77, 0.8), holdout=("w4", "w5", "w6", "w7"))
    last = seen(day(4), pair=("b1", "z", "h4"), values=(0.6, 0.8), holdout=("w7",))
    (one,) = found(promotion(1, day(1), promised=0.75), looks=[at_gate, half, most, last])
    assert one.level
    assert (one.level.day, one.level.shared) == (day(3), 0.25)
    assert round(one.kept or 0, 9) == 0.02


def test_a_level_on_batches_that_nobody_noted_is_none():
    at_gate = seen(day(1), pair=("b0", "b1", "h1"))
    (one,) = found(promotion(1, day(1)), looks=[at_gate, seen(day(2), pair=("b1", "x", "h2"), holdout=("w5",))])
    assert (one.level, one.kept) == (None, None)


def test_scores_and_later_gains_go_to_their_version():
    one, two = found(promotion(1, day(1)), promotion(2, day(2)), golden={2: 0.9}, later={2: gained(30, 10)})
    assert (one.golden, one.later.gain) == (None, None)
    assert (two.golden, two.later.gain) == (0.9, 0.01)


def test_what_the_trigger_asked_for_and_nobody_did():
    looks = [seen(day(1), "rollback"), seen(day(2), "rollback"), seen(day(3), "retrain"), seen(day(4), "retrain")]
    live = production(ledger(promotion(1, day(1)), attempt("x", day(3), "hold")), looks)
    assert (live.unheard, live.unanswered) == ((day(2),), (day(4),))  # on day 1 it was said before version 1 came in
    assert (live.version, live.days_old, live.days_tried) == (1, 63, 21)


def test_a_version_that_was_taken_back_and_is_live_again_is_named():
    entries = [promotion(1, day(1)), promotion(2, day(2)), rollback(1, 2, day(3)), rollback(2, 1, day(4))]
    live = production(ledger(*entries), [seen(day(5))])
    assert (live.version, live.returned, live.days_old) == (2, ("version 2",), 21)
