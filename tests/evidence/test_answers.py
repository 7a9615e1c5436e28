"""Golden answers as a file: what is written is read back, and two models are compared on the rows that both have answered."""

import numpy as np
import pytest

from stages.errors import InputError
from stages.evidence.answers import answers_text, read_answers, shared
from stages.evidence.scores import Predictions, score


def text(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


CHANCES = np.array([[0.75, 0.25], [0.4, 0.6], [1 - 3e-7, 3e-7]])
SAID = Predictions(text("a", "b", "b"), text("a", "b", "a"), CHANCES, text("a", "b"))


def written(tmp_path, said: Predictions, *, ids=("r2", "r1", "r3"), probabilities=True):
    path = tmp_path / "answers.csv"
    path.write_text(answers_text(ids, said, probabilities=probabilities), encoding="utf-8")
    return read_answers(path)


def test_answers_are_sorted_by_id_and_keep_what_the_metric_reads():
    assert answers_text(["r2", "r1", "r3"], SAID, probabilities=True).splitlines() == [
        "id,truth,answer,p:a,p:b",
        "r1,b,b,0.4,0.6",
        "r2,a,a,0.75,0.25",
        "r3,b,a,1,3e-07",
    ]
    assert answers_text(["r2", "r1", "r3"], SAID, probabilities=False).startswith("id,truth,answer\n")


def test_without_rows_only_the_first_line_is_there():
    nobody = Predictions(text(), text(), None, None)
    assert answers_text([], nobody, probabilities=True) == "id,truth,answer\n"


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "neg_log_loss", "roc_auc"])
def test_a_metric_is_the_same_after_writing_and_reading(tmp_path, metric):
    kept = written(tmp_path, SAID)
    both = shared(kept, kept, "classification")
    assert both.ids == ["r1", "r2", "r3"]
    assert score(metric, both.today) == pytest.approx(score(metric, SAID), abs=1e-6)


def test_numbers_come_back_as_numbers(tmp_path):
    said = Predictions(np.array([1.5, 1e9, -0.25]), np.array([1.25, 1e9 + 1, 0.0]), None, None)
    both = shared(*[written(tmp_path, said)] * 2, "regression")
    assert score("neg_mean_absolute_error", both.today) == score("neg_mean_absolute_error", said)


def test_groups_and_costs_come_back(tmp_path):
    said = Predictions(*[text("a", "b", "b")] * 2, None, text("a", "b"), np.array([7, 7, 9]), np.array([0.0, 2.5, 1.0]))
    both = shared(*[written(tmp_path, said)] * 2, "classification")
    assert both.today.groups.tolist() == [0, 0, 1]
    assert both.today.costs.tolist() == [2.5, 0.0, 1.0]


def test_labels_that_look_like_something_else_stay_text(tmp_path):
    names = text("NA", "01", "1,5", 'a "b"', "")
    kept = written(tmp_path, Predictions(names, names, None, None), ids=["007", "7", "7.0", "NaN", "x\ny"])
    assert kept.index.tolist() == ["007", "7", "7.0", "NaN", "x\ny"]
    assert kept["truth"].tolist() == names.tolist()


def test_only_rows_that_both_have_answered_count_and_todays_truth(tmp_path):
    today = written(tmp_path, SAID)
    earlier = written(tmp_path, Predictions(text("b", "b"), text("a", "b"), None, None), ids=("r9", "r1"), probabilities=False)
    earlier.loc["r1", "truth"] = "mended since"
    both = shared(earlier, today, "classification")
    assert both.ids == ["r1"]
    assert both.earlier.truth.tolist() == both.today.truth.tolist() == ["b"]


def test_an_answer_that_is_no_number_leaves_the_metric_undefined(tmp_path):
    said = Predictions(np.array([1.0, 2.0]), np.array([1.0, 2.0]), None, None)
    kept = written(tmp_path, said, ids=("a", "b"))
    kept.loc["a", "answer"] = "oops"
    assert score("neg_mean_absolute_error", shared(kept, kept, "regression").today) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must be a table with the columns id, truth, answer"),
        ("truth,answer,id\n", "must be a table with the columns id, truth, answer"),
        ("id,truth,answer,p:a,p:a\n", "must be a table with the columns"),
        ("id,truth,answer\nr1,a\n", "must be a table with the columns"),
        ("id,truth,answer\nr1,a,b\nr1,a,a\n", "must hold every id once, got 1"),
        ("id,truth,answer\n,a,b\n", "must hold every id once, got 1"),
        ('id,truth,answer\nr1,a,"b', "must be a table of answers, got Error"),
    ],
)
def test_a_damaged_file_is_one_line_that_quotes_no_row(tmp_path, content, message):
    (tmp_path / "answers.csv").write_text(content)
    with pytest.raises(InputError, match=message) as error:
        read_answers(tmp_path / "answers.csv")
    assert "\n" not in str(error.value)
    assert "git checkout --" in str(error.value)


def test_a_file_that_is_missing_or_no_text_is_one_line(tmp_path):
    with pytest.raises(InputError, match="got FileNotFoundError"):
        read_answers(tmp_path / "answers.csv")
    (tmp_path / "answers.csv").write_bytes(b"id,truth,answer\n\xff,a,b\n")
    with pytest.raises(InputError, match="got UnicodeDecodeError"):
        read_answers(tmp_path / "answers.csv")


def test_what_a_stage_wrote_is_mended_by_the_stage(tmp_path):
    with pytest.raises(InputError, match="run `dvc repro`"):
        read_answers(tmp_path / "metrics" / "golden.csv")
