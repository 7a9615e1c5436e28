"""Labels on other rows and times in other zones."""

import numpy as np
import pandas as pd
import pytest
from made_batches import COLUMNS, HOURS, answers, found, rows, sketched, weeks, weeks_of_answers

from stages.history.shifts import other_zone
from stages.history.sketch import Sketch, sketch, sketch_feedback


@pytest.fixture(scope="module")
def history():
    return weeks()


@pytest.fixture(scope="module")
def feedback_history():
    return weeks_of_answers()


def moved(frame: pd.DataFrame, by: int) -> pd.DataFrame:
    return frame.assign(label=frame["label"].shift(by))


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(label=frame["label"].sample(frac=1, random_state=1).to_numpy())


@pytest.mark.parametrize("by", [1, -1, 2, -2])
@pytest.mark.parametrize("n", [100, 1000])
def test_labels_of_the_row_above_or_below_are_found_without_a_history(by, n):
    assert found(sketched(moved(rows(n), by)), []) == {"shifted labels": "block"}
    assert found(sketch_feedback(moved(answers(n), by)), []) == {"shifted labels": "block"}


@pytest.mark.parametrize("change", [lambda frame: moved(frame, 1), lambda frame: moved(frame, 40), shuffled])
def test_labels_of_any_other_rows_are_found_by_the_history(change, history, feedback_history):
    assert found(sketched(change(rows(seed=1))), history) == {"shifted labels": "block"}
    assert found(sketch_feedback(change(answers(seed=1))), feedback_history) == {"shifted labels": "block"}


@pytest.mark.parametrize(("wrong", "expected"), [(0.05, None), (0.3, "warn"), (0.6, "block")])
def test_labels_that_agree_less_go_by_the_limits(wrong, expected, feedback_history):
    # 86 % agree: 80 % and 30 % of the others, by chance. Of labels that are dealt out anew 30 % do: a fall by 56 % of `wrong`.
    own = answers(seed=1)
    dealt = own["label"].mask(np.random.default_rng(2).random(len(own)) < wrong, shuffled(own)["label"])
    assert found(sketch_feedback(own.assign(label=dealt)), feedback_history) == ({"agreement": expected} if expected else {})


def test_predictions_of_one_class_cannot_agree_and_the_labels_are_not_to_blame(feedback_history):
    assert found(sketch_feedback(answers(seed=1).assign(served="billing")), feedback_history) == {}


def test_batches_with_a_model_that_says_nothing_do_not_make_chance_usual(feedback_history):
    dummy = [sketch_feedback(answers(seed=k).assign(served="billing")) for k in range(5)]
    assert found(sketch_feedback(shuffled(answers(seed=9))), [*dummy, *feedback_history[:3]]) == {"shifted labels": "block"}


def test_a_model_that_repeats_the_last_label_is_not_shifted_once_that_is_usual():
    def week(seed: int) -> Sketch:
        own = answers(seed=seed)
        return sketch_feedback(own.assign(served=own["label"].shift(1), action="outcome"))

    assert found(week(1), []) == {"shifted labels": "block"}
    assert found(week(1), [week(2)]) == {}


def test_labels_without_recorded_predictions_are_not_judged(feedback_history):
    nothing_served = answers(seed=1).assign(served=None).astype({"served": "str"})
    assert found(sketch_feedback(moved(nothing_served, 1)), feedback_history) == {}


def test_shifted_numbers_are_found_by_the_halves_they_fall_into():
    columns = COLUMNS.model_copy(update={"target": "paid", "prediction": "estimate"})

    def week(seed: int, by: int = 0) -> Sketch:
        own, random = rows(seed=seed), np.random.default_rng(seed)
        own = own.assign(estimate=(own["price"] * random.lognormal(0, 0.2, len(own))).astype("str"))
        return sketch(own.assign(paid=own["price"].shift(by)), columns, failures={}, task="regression")

    assert found(week(1), []) == {}
    assert found(week(1, by=1), []) == {"shifted labels": "block"}
    assert found(week(1, by=9), [week(seed) for seed in range(2, 6)]) == {"shifted labels": "block"}


def in_zone(frame: pd.DataFrame, name: str, hours: int) -> pd.DataFrame:
    return frame.assign(**{name: frame[name] + pd.Timedelta(hours=hours)})


@pytest.mark.parametrize("hours", [1, 2, 5, -1, -8])
def test_times_of_another_zone_warn(hours, history, feedback_history):
    assert found(sketched(in_zone(rows(seed=1), "at", hours)), history) == {"shifted times": "warn"}
    assert found(sketch_feedback(in_zone(answers(seed=1), "reviewed_at", hours)), feedback_history) == {"shifted times": "warn"}


def test_the_reason_says_by_how_many_hours(history):
    for hours in (1, 5, -3):
        why = other_zone(sketched(in_zone(rows(seed=1), "at", hours)), history)
        assert why == f"times are {hours:+d} h off the usual hours of the day: another time zone, or summer time?"


@pytest.mark.parametrize("n", [5, 20])
def test_a_few_times_say_nothing_of_their_zone(n, history):
    assert "shifted times" not in found(sketched(in_zone(rows(n, 1), "at", 2)), history)


def test_times_round_the_clock_have_no_zone():
    def week(seed: int, hours: int = 0) -> Sketch:
        own = rows(seed=seed)
        at = own["at"].dt.floor("D") + pd.to_timedelta(np.random.default_rng(seed).integers(0, 24, len(own)), unit="h")
        return sketched(own.assign(at=at + pd.Timedelta(hours=hours)))

    assert found(week(9, 5), [week(seed) for seed in range(8)]) == {}


def test_days_without_an_hour_show_another_zone():
    def week(seed: int, hours: int = 0) -> Sketch:
        own = rows(seed=seed)
        return sketched(own.assign(at=own["at"].dt.floor("D") + pd.Timedelta(hours=hours)))

    before = [week(seed) for seed in range(8)]
    assert found(week(9), before) == {}
    assert found(week(9, -2), before) == {"shifted times": "warn"}


def test_an_outage_that_crowds_two_hours_is_no_other_zone(history):
    own = rows(seed=1)
    crowd = own["at"].dt.floor("D") + pd.Timedelta(hours=10) + pd.to_timedelta(np.arange(len(own)) % 7200, unit="s")
    assert found(sketched(own.assign(at=own["at"].mask(own.index % 4 == 0, crowd))), history) == {}


def test_a_released_zone_is_usual(history):
    later = [sketched(in_zone(rows(seed=k), "at", 5)) for k in (1, 2)]
    assert found(later[1], [*history[1:], later[0]]) == {}


def test_the_hours_of_the_made_weeks_have_a_rhythm():
    assert HOURS.sum() == pytest.approx(1)
    assert HOURS.max() > 5 * HOURS.min()
