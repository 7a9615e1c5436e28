"""Rows, feedback and golden ids, with the columns that params.yaml names."""

from datetime import date

import pandas as pd
import pytest

from stages.errors import InputError
from stages.intake.sources import golden_ids, read_feedback, read_golden, read_rows


def write(folder, **files):
    for name, text in files.items():
        (folder / name.replace("__", ".").replace("_", "-")).write_text(text)
    return folder


def feedback(folder, params, as_of=date(2026, 10, 4)):
    frame = read_feedback(folder, params, as_of)[["id", "label", "reviewer", "action"]]
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in frame.to_numpy()]


# --- rows


def test_rows_have_features_segments_and_the_target_where_it_is_there(tmp_path, make_params):
    params = make_params({"columns.prediction": "said", "evaluate.segments": ["color", "shop"]})
    header = "id,at,color,size,said,shop,more\n1,2026-10-01,red,2,x,north,?\n"
    write(tmp_path, **{"a__csv": header, "b__csv": header.replace("more", "label")})
    assert set(read_rows(tmp_path / "a.csv", params)) == {"id", "at", "color", "size", "said", "shop"}
    assert read_rows(tmp_path / "b.csv", params)["label"].tolist() == ["?"]


def test_a_target_of_regression_is_a_number(tmp_path, make_params):
    write(tmp_path, a__csv="id,at,color,size,label\n1,2026-10-01,red,2,7\n2,2026-10-01,red,2,?\n")
    found = read_rows(tmp_path / "a.csv", make_params({"task": "regression"}))["label"]
    assert found.isna().tolist() == [False, True]
    assert found.dtype == "float64"


def test_a_served_prediction_that_is_not_there_is_missed(tmp_path, make_params):
    write(tmp_path, a__csv="id,at,color,size\n1,2026-10-01,red,2\n")
    with pytest.raises(InputError, match=r"a\.csv must have the column 'said', got 4 others; mend the file or params\.yaml"):
        read_rows(tmp_path / "a.csv", make_params({"columns.prediction": "said"}))


# --- feedback


def test_feedback_without_reviewer_action_or_time_is_a_correction_by_somebody(tmp_path, make_params):
    write(tmp_path, **{"2026_W40__csv": "id,label\n1,NA\n"})
    assert feedback(tmp_path, make_params()) == [("1", "NA", "unknown", "outcome")]


def test_a_gap_in_reviewer_or_action_is_filled_like_an_absent_column(tmp_path, make_params):
    write(tmp_path, **{"2026_W40__csv": "id,label,reviewer,action\n1,red,,\n2,,ann,skip\n"})
    assert feedback(tmp_path, make_params()) == [("1", "red", "unknown", "outcome"), ("2", None, "ann", "skip")]


def test_feedback_comes_in_the_order_of_its_time_and_before_it_what_has_none(tmp_path, make_params):
    write(
        tmp_path,
        **{
            "2026_W39__csv": "id,label,reviewed_at\n1,red,2026-10-02\n2,red,\n",
            "2026_W40__csv": "id,label,reviewed_at\n3,red,2026-10-01\n4,red,2026-10-02\n",
        },
    )
    assert [row[0] for row in feedback(tmp_path, make_params())] == ["2", "3", "1", "4"]


def test_what_is_reviewed_after_the_day_is_not_known_yet(tmp_path, make_params):
    write(
        tmp_path,
        **{
            "2026_W40__csv": "id,label,reviewed_at\n1,red,2026-10-04T23:59\n2,red,2026-10-05T00:00\n",
            "2026_W41__csv": "id,label,reviewed_at\n3,red,2026-10-01\n",  # begins on October 5
        },
    )
    assert [row[0] for row in feedback(tmp_path, make_params())] == ["1"]
    assert [row[0] for row in feedback(tmp_path, make_params(), date(2026, 10, 5))] == ["3", "1", "2"]


@pytest.mark.parametrize("header", [None, "id,label", "id,label,reviewer,action,reviewed_at"])
def test_no_feedback_is_an_empty_frame(tmp_path, make_params, header):
    if header:
        write(tmp_path, **{"2026_W40__csv": f"{header}\n"})
    assert feedback(tmp_path, make_params()) == []


def test_feedback_of_regression_is_numbers_so_that_spelling_is_no_conflict(tmp_path, make_params):
    write(tmp_path, **{"2026_W40__csv": "id,label\n1,3.5\n1,3.50\n1,?\n"})
    assert [row[1] for row in feedback(tmp_path, make_params({"task": "regression"}))] == [3.5, 3.5, None]


# --- golden set


def test_golden_ids_come_from_every_data_file(tmp_path, make_params):
    write(tmp_path, a__csv="id,label\n1,red\n,blue\n", b__jsonl='{"id": 2}\n')
    write(tmp_path, README__md="what this is", LICENSE="free", __gitignore="*")
    assert golden_ids(tmp_path, make_params()) == {"1", "2"}


def test_golden_rows_without_a_label_are_left_out(tmp_path, make_params):
    write(tmp_path, a__csv="id,color,size,label\n1,red,2,x\n2,blue,3,\n", README__md="what this is")
    found = read_golden(tmp_path, make_params())
    assert found.to_dict("list") == {"id": ["1"], "color": ["red"], "label": ["x"], "size": [2.0]}


def test_no_golden_set_has_no_rows(tmp_path, make_params):
    assert golden_ids(tmp_path / "gone", make_params()) == frozenset()
    assert list(read_golden(tmp_path, make_params()).columns) == ["id", "color", "label", "size"]
