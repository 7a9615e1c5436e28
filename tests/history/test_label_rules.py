"""Batch rules on labels: shares, one class, one reviewer; in batches of rows and in feedback."""

import pytest
from made_batches import answers, found, rows, sketched, weeks, weeks_of_answers

from stages.history.sketch import sketch_feedback


@pytest.fixture(scope="module")
def history():
    return weeks()


@pytest.fixture(scope="module")
def feedback_history():
    return weeks_of_answers()


def test_a_moved_share_of_labels(feedback_history):
    own = answers(seed=1)
    # a class of 40 % loses half of its labels to another one: a move by 20 points, of all of them: by 40 points
    half = own.assign(label=own["label"].mask((own["label"] == "billing") & (own.index % 2 == 0), "sales"))
    whole = own.assign(label=own["label"].replace({"billing": "sales"}))
    assert found(sketch_feedback(half), feedback_history)["label_share"] == "warn"
    assert found(sketch_feedback(whole), feedback_history)["label_share"] == "block"


def test_one_class_alone_blocks_where_there_were_more(history, feedback_history):
    assert found(sketched(rows(seed=1).assign(label="billing")), history)["one class"] == "block"
    assert found(sketch_feedback(answers(seed=1).assign(label="billing")), feedback_history)["one class"] == "block"
    assert found(sketch_feedback(answers(20, seed=1).assign(label="billing")), feedback_history)["one class"] == "block"


@pytest.mark.parametrize("n", [1, 5])
def test_a_few_labels_may_be_of_one_class(n, feedback_history):
    # the class has 40 % and surely less than 50 %: five in a row have a chance of 0.5^5 = 3 %
    assert "one class" not in found(
        sketch_feedback(answers(n, seed=1).assign(label="billing", action="outcome")), feedback_history
    )


def test_one_class_alone_is_usual_where_the_other_is_rare():
    # of 100 labels one is positive every other week: none at all is no wonder
    def week(seed: int, positives: int):
        own = rows(100, seed)
        return sketched(own.assign(label=["fraud"] * positives + ["fine"] * (100 - positives), served="fine"))

    before = [week(seed, seed % 2) for seed in range(8)]
    assert found(week(9, 0), before) == {}
    assert found(week(9, 2), before) == {}


def test_labels_of_a_new_project_may_be_of_one_class():
    assert found(sketch_feedback(answers().assign(label="billing")), []) == {}


def test_labels_that_never_came_with_the_rows_are_not_judged():
    unlabelled = [sketched(rows(seed=k).drop(columns="label")) for k in range(8)]
    assert found(sketched(rows(seed=9)), unlabelled) == {}
    assert found(unlabelled[0], [sketched(rows(seed=k)) for k in range(10, 18)]) == {}


def test_one_reviewer_only(feedback_history):
    alone = answers(seed=1).assign(reviewer="ann")
    assert found(sketch_feedback(alone), feedback_history) == {"reviewer_share": "warn"}
    assert found(sketch_feedback(alone), []) == {"reviewer_share": "warn"}


@pytest.mark.parametrize(
    ("by_ann", "n", "expected"), [(600, 1000, "warn"), (500, 1000, "warn"), (499, 1000, None), (12, 20, None)]
)
def test_a_reviewer_with_half_of_the_answers(by_ann, n, expected):
    own = answers(n, seed=1)
    others = own["reviewer"].replace({"ann": "bob"})
    assert (
        found(sketch_feedback(own.assign(reviewer=others.mask(own.index < by_ann, "ann"))), []).get("reviewer_share") == expected
    )


def test_two_reviewers_may_share_the_work():
    own = answers(seed=1)
    halves = own.assign(reviewer=own["reviewer"].where(own.index % 2 == 0, "bob").mask(own.index % 2 == 0, "ann"))
    assert found(sketch_feedback(halves), []) == {}


def test_outcomes_that_nobody_reviewed_have_no_reviewer():
    assert found(sketch_feedback(answers().assign(reviewer=None, action="outcome").astype({"reviewer": "str"})), []) == {}
