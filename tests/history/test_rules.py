"""Rules on whole batches: each speaks on the batch it is for, and on no ordinary one."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from made_batches import COLUMNS, LIMITS, answers, found, rows, sketched, weeks, weeks_of_answers

from stages.history.rules import Finding, judge
from stages.history.sketch import Sketch, sketch, sketch_feedback

INCIDENTS = Path(__file__).resolve().parents[3] / "shared/datasets/incidents/incidents.parquet"


@pytest.fixture(scope="module")
def history():
    return weeks()


@pytest.fixture(scope="module")
def feedback_history():
    return weeks_of_answers()


def of_size(own: Sketch, n: int) -> Sketch:
    """The same week with `n` rows of which only the number is known."""
    return replace(own, rows=n, content="", values={key: {} for key in own.values}, missing=dict.fromkeys(own.missing, 0))


@pytest.mark.parametrize("n", [5, 20, 200, 1000])
def test_ordinary_batches_are_quiet(n):
    before, before_feedback = weeks(n=n), weeks_of_answers(n=n)
    for seed in range(40):
        assert found(sketched(rows(n, seed)), before) == {}
        assert found(sketch_feedback(answers(n, seed)), before_feedback) == {}


def test_a_handful_of_rows_after_large_batches_has_nothing_but_too_few_rows(history, feedback_history):
    for seed in range(40):
        assert found(sketched(rows(20, seed)), history) == {"volume": "block"}
        assert found(sketch_feedback(answers(20, seed)), feedback_history) == {"volume": "block"}


@pytest.mark.parametrize("count", [0, 2])
def test_without_three_accepted_batches_nothing_is_unusual(count, history):
    broken = rows(50).assign(price=-1.0, color=None, label="billing").astype({"color": "str"})
    broken["at"] += pd.Timedelta(hours=5)
    assert found(sketched(broken), history[:count]) == {}


@pytest.mark.parametrize(
    ("n", "expected"),
    [(100, "block"), (101, "warn"), (500, "warn"), (501, None), (1999, None), (2000, "warn"), (9999, "warn"), (10000, "block")],
)
def test_volume_limits_are_factors_up_and_down_and_inclusive(n, expected, history):
    # every week of the history has 1,000 rows; limits 2 and 10
    assert found(of_size(history[0], n), history) == ({"volume": expected} if expected else {})


@pytest.mark.skipif(not INCIDENTS.is_file(), reason="the shared data sets are not here")
def test_ordinary_weeks_of_a_real_log_are_quiet():
    log = pd.read_parquet(INCIDENTS).sort_values("opened_at", kind="stable")
    codes = ["contact_type", "location", "category", "category.1", "u_symptom", "impact", "urgency", "priority", "opened_by"]
    texts = {name: log[name].astype("object").astype("str").where(log[name].notna()) for name in codes}
    texts |= {"id": log["number"].astype("str"), "label": log["final_assignment_group"].astype("str")}
    log = pd.DataFrame(texts).assign(at=log["opened_at"].dt.tz_localize("UTC"), served=log["assignment_group"].astype("str"))
    columns = COLUMNS.model_copy(update={"text": [], "categorical": codes, "numeric": []})
    whole = log[(log["at"] >= "2016-03-07") & (log["at"] < "2016-05-30")]  # then the log ends, but for a few rows a week
    weeks_of_it = [week for _, week in whole.groupby(whole["at"].dt.isocalendar().week)]
    assert len(weeks_of_it) == 12
    seen = [sketch(week.reset_index(drop=True), columns, failures={}, task="classification") for week in weeks_of_it]
    assert [found(own, seen[max(k - 8, 0) : k]) for k, own in enumerate(seen)] == [{}] * 12


def test_volume_is_held_against_other_batches_where_they_are_given(history):
    assert found(of_size(history[0], 200), history) == {"volume": "warn"}
    sundays = [200, 210, 190]
    assert [own.rule for own in judge(of_size(history[0], 200), history, LIMITS, (), sundays)] == []
    assert [own.why for own in judge(of_size(history[0], 1000), history, LIMITS, (), sundays)] == ["1,000 rows, usually 200"]
    assert judge(of_size(history[0], 1), history, LIMITS, (), sundays[:2]) == []


def test_volume_is_held_against_the_trailing_median(history):
    sizes = [of_size(own, n) for own, n in zip(history, [1, 1000, 1000, 1000, 1000, 1000, 1000, 90000], strict=True)]
    assert found(of_size(history[0], 10000), sizes) == {"volume": "block"}


def test_a_rhythm_that_the_history_has_seen_is_usual(history):
    # five working days and a weekend: a sixth of the rows, and no finding
    week = [of_size(own, n) for own, n in zip(history, [1000, 980, 150, 170, 1010, 990, 1000, 1020], strict=True)]
    assert found(of_size(history[0], 140), week) == {}


def test_a_released_batch_makes_its_change_usual_at_once(history):
    larger = [of_size(own, 20000) for own in history[:2]]
    assert found(larger[0], history) == {"volume": "block"}
    assert found(larger[1], [*history[1:], larger[0]]) == {}


def test_a_file_without_rows_is_blocked_and_feedback_without_lines_is_not(history, feedback_history):
    assert found(sketched(rows(0)), []) == {"no rows": "block"}
    assert found(sketched(rows(0)), history) == {"no rows": "block"}
    assert found(sketch_feedback(answers(0)), []) == {}
    assert found(sketch_feedback(answers(0)), feedback_history) == {"volume": "block"}


@pytest.mark.parametrize(
    ("refused", "n", "expected"),
    [
        (200, 1000, "block"),  # the limits are inclusive: 20 %
        (199, 1000, "warn"),
        (20, 1000, "warn"),
        (9, 1000, None),
        (10, 1000, None),  # 1 %, but not surely more than 0.5 %
        (100, 10000, "warn"),  # 1 %, surely
        (1, 20, None),
        (1, 3, None),
        (2, 2, "block"),  # nothing is left
    ],
)
def test_refused_rows_count_where_they_are_many_and_no_chance(refused, n, expected):
    assert found(replace(sketched(rows(n)), refused=refused), []).get("refused") == expected


@pytest.mark.parametrize(("failing", "expected"), [(500, "block"), (499, "warn"), (100, "warn"), (99, None)])
def test_one_rule_that_fails_on_most_rows_blocks_the_batch(failing, expected):
    own = sketched(rows(), {"price: above 0": failing, "shape: known": 3})
    assert found(own, []).get("one_rule") == expected


def test_the_reason_names_the_worst_rule_first():
    own = sketched(rows(), {"a: x": 600, "b: x": 700, "c: x": 150, "d: x": 200, "e: x": 20})
    assert judge(own, [], LIMITS) == [
        Finding(
            rule="batch: one_rule",
            severity="block",
            why="70.0% of the rows fail the rule 'b: x'; 60.0% of the rows fail the rule 'a: x'; "
            "20.0% of the rows fail the rule 'd: x'; and 1 more",
        )
    ]


def test_a_limit_of_null_never_blocks():
    limits = LIMITS.model_copy(update={"one_rule": LIMITS.one_rule.model_copy(update={"block": None})})
    assert found(sketched(rows(), {"a: x": 1000}), [], limits) == {"one_rule": "warn"}


@pytest.mark.parametrize("again", ["as it is", "in another order", "under other ids", "both"])
def test_a_replay_is_blocked(again, history):
    old = rows(seed=103)
    if again in ("in another order", "both"):
        old = old.sample(frac=1, random_state=1)
    if again in ("under other ids", "both"):
        old = old.assign(id=[f"new-{k}" for k in range(len(old))]).astype({"id": "str"})
    assert found(sketched(old), history) == {"replay": "block"}
    assert [own.rule for own in judge(sketched(old), [], LIMITS, {history[3].content})] == ["batch: replay"]


def test_a_replay_of_feedback_is_blocked_and_the_same_answers_on_other_rows_are_not(feedback_history):
    old = answers(seed=103)
    assert found(sketch_feedback(old.sample(frac=1, random_state=1)), feedback_history) == {"replay": "block"}
    assert found(sketch_feedback(old.assign(id="x" + old["id"])), feedback_history) == {}


def test_a_batch_that_shares_most_rows_with_an_earlier_one_is_no_replay(history):
    old = rows(seed=103)
    assert found(sketched(pd.concat([old.iloc[:-1], rows(1, 1)])), history) == {}


def test_reasons_quote_no_cell(history, feedback_history):
    words = dict.fromkeys(["color", "text", "label", "served", "customer", "version"], "secret")
    secret = rows(seed=1).assign(**words, shape=None).astype({"shape": "str"})
    secret = secret.assign(at=secret["at"].dt.floor("D") + pd.Timedelta(hours=3), price=secret["price"] * 1000)
    said = judge(sketched(pd.concat([secret] * 3, ignore_index=True)), history, LIMITS)
    said += judge(sketch_feedback(answers(seed=1).assign(reviewer="secret", label="secret")), feedback_history, LIMITS)
    said += judge(sketch_feedback(answers(seed=1).assign(label=rows(seed=9)["label"])), feedback_history, LIMITS)
    rules = "label_share, missing, one class, one_value, renamed, reviewer_share, shifted labels, shifted times, unit, volume"
    assert ", ".join(sorted({own.rule.removeprefix("batch: ") for own in said})) == rules
    cells = {"secret", *rows(seed=1)[["color", "shape", "label"]].to_numpy().ravel()}
    assert not [own for own in said if cells & set(re.findall(r"\w+", own.why))]
