"""Several reviewers' feedback becomes one label a row, or none; all expected values are counted by hand."""

import pandas as pd
import pytest

from stages.intake.trust import trust, with_labels
from stages.settings import Labels

TWO_THIRDS = Labels(maturity_days=0, min_agreement=0.66)


def feedback(*rows: tuple[str | None, str | None, str, str]) -> pd.DataFrame:
    """Rows of (id, label, reviewer, action)."""
    return pd.DataFrame(rows, columns=["id", "label", "reviewer", "action"], dtype="str")


def labels(*rows, rule=TWO_THIRDS):
    found = trust(feedback(*rows), rule)
    return found.labels["label"].to_dict(), set(found.conflicts)


def test_one_answer_is_trusted():
    assert labels(("1", "red", "ann", "correct")) == ({"1": "red"}, set())


def test_two_answers_that_agree_are_trusted_and_two_that_differ_are_a_conflict():
    assert labels(("1", "red", "ann", "correct"), ("1", "red", "bob", "confirm")) == ({"1": "red"}, set())
    assert labels(("1", "red", "ann", "correct"), ("1", "blue", "bob", "correct")) == ({}, {"1"})  # a tie: 1/2 < 0.66


@pytest.mark.parametrize(("needed", "trusted"), [(0.66, True), (0.67, False)])
def test_two_of_three_are_enough_when_the_limit_says_so(needed, trusted):
    rule = Labels(maturity_days=0, min_agreement=needed)  # 2/3 = 0.667
    rows = [("1", "red", "ann", "correct"), ("1", "red", "bob", "correct"), ("1", "blue", "cyd", "correct")]
    assert labels(*rows, rule=rule) == (({"1": "red"}, set()) if trusted else ({}, {"1"}))


def test_all_reviewers_agree_where_all_have_to():
    rule = Labels(maturity_days=0, min_agreement=1.0)
    assert labels(*[("1", "red", name, "confirm") for name in "abc"], rule=rule) == ({"1": "red"}, set())


def test_the_last_answer_of_a_reviewer_counts():
    assert labels(("1", "red", "ann", "correct"), ("1", "blue", "ann", "correct")) == ({"1": "blue"}, set())
    # bob's second thought makes 2 of 2
    assert labels(("1", "red", "ann", "confirm"), ("1", "blue", "bob", "correct"), ("1", "red", "bob", "confirm")) == (
        {"1": "red"}, set(),
    )  # fmt: skip


def test_a_skip_says_nothing_and_takes_nothing_back():
    assert labels(("1", None, "ann", "skip"), ("2", "red", "ann", "skip")) == ({}, set())
    assert labels(("1", "red", "ann", "correct"), ("1", None, "ann", "skip")) == ({"1": "red"}, set())


def test_an_action_that_nobody_knows_is_no_answer():
    assert labels(("1", "red", "ann", "Skip"), ("2", "red", "ann", "escalate")) == ({}, set())


def test_an_answer_without_a_label_or_a_row_is_none():
    assert labels(("1", None, "ann", "correct"), (None, "red", "ann", "correct")) == ({}, set())


def test_a_conflict_on_one_row_leaves_the_others_alone():
    rows = [("1", "red", "ann", "correct"), ("1", "blue", "bob", "correct"), ("2", "NA", "bob", "correct")]
    assert labels(*rows) == ({"2": "NA"}, {"1"})


def test_a_label_that_somebody_only_confirmed_says_so():
    found = trust(feedback(("1", "red", "ann", "correct"), ("2", "red", "ann", "confirm")), TWO_THIRDS)
    assert found.labels["label_source"].to_dict() == {"1": "feedback_correct", "2": "feedback_confirm"}
    mixed = trust(feedback(("1", "red", "ann", "correct"), ("1", "red", "bob", "confirm")), TWO_THIRDS)
    assert mixed.labels["label_source"].to_dict() == {"1": "feedback_confirm"}


def test_no_feedback_trusts_nothing():
    found = trust(feedback(), TWO_THIRDS)
    assert (len(found.labels), found.conflicts, found.reviewers) == (0, frozenset(), {})


def test_reviewers_are_described_by_what_they_gave_and_how_often_the_others_agreed():
    rows = [
        ("1", "red", "ann", "correct"), ("1", "red", "bob", "confirm"),  # agree
        ("2", "red", "ann", "confirm"), ("2", "blue", "bob", "correct"), ("2", "blue", "cyd", "correct"),  # differ
        ("3", "red", "ann", "confirm"),  # ann alone: nobody to agree with
        ("4", None, "ann", "skip"), ("4", None, "dan", "skip"),
    ]  # fmt: skip
    found = trust(feedback(*rows), TWO_THIRDS).reviewers
    assert found == {
        "ann": {"answered": 3, "skipped": 1, "corrected_share": 1 / 3, "agreement": 1 / 2, "agreement_rows": 2},
        "bob": {"answered": 2, "skipped": 0, "corrected_share": 1 / 2, "agreement": 1 / 2, "agreement_rows": 2},
        "cyd": {"answered": 1, "skipped": 0, "corrected_share": 1.0, "agreement": 0.0, "agreement_rows": 1},
        "dan": {"answered": 0, "skipped": 1, "corrected_share": None, "agreement": None, "agreement_rows": 0},
    }


# --- labels onto rows


def rows(**columns: list[str | None]) -> pd.DataFrame:
    cells = {name: pd.array(own, dtype="str") for name, own in columns.items()}
    return pd.DataFrame(cells, index=[3, 5, 8][: len(columns["id"])])


def listed(frame: pd.DataFrame, name: str) -> list[object]:
    return [None if pd.isna(cell) else cell for cell in frame[name]]


def test_feedback_counts_before_a_label_that_came_with_the_row(make_params):
    found = trust(feedback(("a", "red", "ann", "correct")), TWO_THIRDS)
    labelled = with_labels(rows(id=["a", "b", "c"], label=["blue", "blue", None]), found, make_params())
    assert listed(labelled, "label") == ["red", "blue", None]
    assert listed(labelled, "label_source") == ["feedback_correct", "raw", None]
    assert labelled.index.tolist() == [3, 5, 8]


def test_rows_that_brought_no_label_have_those_of_the_feedback(make_params):
    found = trust(feedback(("b", "NA", "ann", "confirm"), ("z", "red", "ann", "confirm")), TWO_THIRDS)
    labelled = with_labels(rows(id=["a", "b"]), found, make_params())
    assert listed(labelled, "label") == [None, "NA"]
    assert listed(labelled, "label_source") == [None, "feedback_confirm"]


@pytest.mark.parametrize(("task", "kind"), [("classification", "str"), ("regression", "float64")])
@pytest.mark.parametrize("given", [[], [("a", "7.5", "ann", "correct")]])
def test_labels_have_the_kind_of_the_task_whatever_came_in(make_params, task, kind, given):
    labelled = with_labels(rows(id=["a", "b"]), trust(feedback(*given), TWO_THIRDS), make_params({"task": task}))
    assert str(labelled["label"].dtype) == kind
    assert str(labelled["label_source"].dtype) == "str"
    assert listed(labelled, "label") == [(7.5 if task == "regression" else "7.5") if given else None, None]
