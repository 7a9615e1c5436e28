"""`ratchet compare --predictions` on what is damaged: never a pass, one line that says why, and nothing written."""

import numpy as np
import pandas as pd
import pytest
from made_predictions import ROWS, answers, numbers

HEADER = "id,y_true,baseline,candidate\n"


def with_cell(frame: pd.DataFrame, column: str, value: object, row: int = 7) -> pd.DataFrame:
    changed = frame.astype({column: object})
    changed.loc[row, column] = value
    return changed


def scored(value: object) -> pd.DataFrame:
    return with_cell(answers().assign(baseline_score=0.5, candidate_score=0.6), "candidate_score", value)


DAMAGED = {
    "an empty file": ("", "must hold data"),
    "only a header": (HEADER, "must hold rows"),
    "a missing column": (answers().drop(columns="candidate"), "got none named 'candidate'"),
    "an id twice": (with_cell(answers(), "id", "r8"), "an id of its own, got 1 that repeat one"),
    "no id": (with_cell(answers(), "id", None), "must have 'id' in every row, got 1 without"),
    "a row that only one model answered": (with_cell(answers(), "candidate", None), "must have 'candidate' in every row"),
    "a row without truth": (with_cell(answers(), "y_true", None), "must have 'y_true' in every row, got 1 without"),
    "a group that is missing": (with_cell(answers().assign(group="g"), "group", None), "must have 'group' in every row"),
    "a quantity that is NaN": (with_cell(numbers(), "baseline", float("nan")), "a finite number for 'baseline'"),
    "a quantity that is infinite": (with_cell(numbers(), "candidate", float("inf")), "a finite number for 'candidate'"),
    "a quantity that is text": (
        with_cell(numbers().astype(str), "candidate", "oops"),
        "a finite number for 'candidate' in every row, got 1",
    ),
    "a score that is NaN": (scored(float("nan")), "a finite number for 'candidate_score'"),
    "a score that is infinite": (scored(float("inf")), "a finite number for 'candidate_score'"),
    "one side's scores": (answers().assign(baseline_score=0.5), "must have both baseline_score and candidate_score"),
    "one class only": (answers().assign(y_true="yes"), "must hold two classes or more"),
    "labels that are no labels": (answers().assign(baseline="class 1"), "must hold labels of 'y_true' in 'baseline', got 400"),
    "scores for answers": (
        answers().assign(y_true=np.arange(ROWS) % 2, baseline=0.3, candidate=0.7),
        "write both alike, and scores into baseline_score",
    ),
    "a row that is cut": (HEADER + "1,a,a,a\n2,a,b,a\n3,a", "must end with a whole row"),
    "a row that is too long": (HEADER + "1,a,a,a\n2,a,b,a,a\n", "as long as its header, got 1 that are not"),
    "ids that lost digits": (with_cell(answers().assign(id=np.arange(ROWS) * 1.0), "id", 2.0**60), "got 1 that lost digits"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_what_is_damaged_cannot_be_judged(compare, what):
    content, words = DAMAGED[what]
    code, out, err, decision = compare(content, name="answers.csv" if isinstance(content, str) else "answers.parquet")
    assert (code, out, decision) == (3, "", None)
    assert err.startswith("error: answers.")
    assert err.count("\n") == 1
    assert words in err
    assert not [cell for cell in ("r7", "r8", "oops", "class 1") if cell in err]  # no row is quoted


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--metric", "acuracy"), "--metric must hold scikit-learn's scorer names"),
        (("--metric", "neg_mean_absolute_error"), "--metric must be one for classes where y_true holds classes"),
        (("--metric", "neg_mean_cost"), "--metric must be one that answers alone decide"),
        (("--metric", "ndcg"), "--metric must be one for classes"),
        (("--min-gain", "-0.1"), "--min-gain must be a number of 0 or more"),
        (("--min-gain", "nan"), "--min-gain must be a number of 0 or more"),
        (("--min-gain", "one"), "--min-gain must be a number of 0 or more"),
        (("--confidence", "0.5"), "--confidence must lie between 0.5 and 1"),
        (("--confidence", "nan"), "--confidence must lie between 0.5 and 1"),
        (("--group", "user"), "--group must name a column of answers.csv, got 'user'"),
        (("--segments", "tier"), "--segments must name a column of answers.csv, got 'tier'"),
        (("--critical", "tier=gold"), "--critical must be column=value with a column of --segments"),
        (("--candidate", "43"), "--predictions must stand alone"),
        (("--json", "nowhere/decision.json"), "--json must name a file in a folder that exists"),
        (("--json", "answers.csv"), "--json must name a file in a folder that exists, and not the predictions"),
        (("--json", "."), "--json must name a file"),
        (("--predictions", "other.csv"), "--predictions must name a file, got nothing at other.csv"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_command_writes_nothing(compare, options, words, tmp_path):
    code, out, err, decision = compare(answers(), *options)
    assert (code, out, decision) == (2, "", None)
    assert words in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["answers.csv"]
    pd.testing.assert_frame_equal(pd.read_csv("answers.csv"), answers())


def test_a_metric_for_classes_is_not_for_quantities(compare):
    code, _, err, _ = compare(numbers(), "--metric", "accuracy")
    assert (code, "--metric must be one for numbers where y_true holds numbers" in err) == (2, True)


def test_a_ranking_needs_to_know_whom_it_is_for(compare):
    frame = numbers().assign(y_true=np.arange(ROWS) % 3, user=np.arange(ROWS) // 4)
    assert "name their column with --group" in compare(frame, "--metric", "ndcg")[2]
    assert compare(frame, "--metric", "ndcg", "--group", "user")[0] in (0, 1)


def test_too_few_rows_cannot_be_judged(compare):
    code, out, _, _ = compare(answers(40))
    assert code == 3
    assert "40 usable rows, 100 are needed" in out


def test_a_critical_segment_without_rows_is_no_pass(compare):
    code, out, _, decision = compare(answers().assign(tier="basic"), "--critical", "tier=gold")
    assert (code, decision["verdict"]) == (1, "review")
    assert "tier=gold has 0 usable rows" in out


def test_labels_called_na_and_large_ids_survive(compare):
    frame = answers().assign(id=np.arange(ROWS) + 2**60)
    frame = frame.replace({"yes": "NA", "no": "None"})
    assert compare(frame)[0] == 0
    assert compare(frame, name="answers.parquet")[0] == 0


def test_numbers_as_labels_are_alike_however_they_are_written(compare):
    frame = answers().replace({"yes": "1", "no": "0"}).assign(baseline=lambda own: own.baseline + ".0")
    code, _, _, decision = compare(frame)
    assert (code, decision["rules"][0]["old"]) == (0, 0.75)
    zeros = frame.assign(y_true=lambda own: "0" + own.y_true)  # 01 is a code, and 1 another
    assert "must hold labels of 'y_true'" in compare(zeros)[2]
