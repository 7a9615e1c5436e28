"""Rows and feedback with the columns that params.yaml names, held against a manifest where there is one."""

import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_intake import said

from stages.errors import InputError
from stages.intake.sources import read_feedback, read_rows

JO = "[email] b6be3cb5"  # printf jo@example.org | sha256sum
FEEDBACK = ("id", "label", "reviewer", "action", "source", "selection_reason", "model_version", "reviewed_at", "seconds")


@pytest.fixture
def file(tmp_path):
    """Writes a file of the lines given."""

    def write(*lines: str, name: str = "a.csv"):
        (tmp_path / name).write_text("\n".join([*lines, ""]))
        return tmp_path / name

    return write


# --- rows


def test_rows_have_features_segments_what_was_served_and_the_target_where_it_is_there(file, make_params):
    changes = {"columns.prediction": "said", "columns.model_version": "version", "columns.group": "who"}
    params = make_params(changes | {"evaluate.segments": ["color", "shop"]})
    header = "id,at,color,size,said,version,who,shop,more"
    found = read_rows(file(header, "1,2026-10-01,red,2,x,7,g,north,?"), params)
    assert {name: str(kind) for name, kind in found.frame.dtypes.items()} == {
        "id": "str", "at": "datetime64[us, UTC]", "color": "str", "size": "float64", "said": "str", "version": "str",
        "who": "str", "shop": "str",
    }  # fmt: skip
    other = read_rows(file(header.replace("more", "label"), "1,2026-10-01,red,2,x,7,g,north,?"), params)
    assert other.frame["label"].tolist() == ["?"]


def test_a_target_of_regression_is_a_number(file, make_params):
    found = read_rows(
        file("id,at,color,size,label", "1,2026-10-01,red,2,7", "2,2026-10-01,red,2,?"), make_params({"task": "regression"})
    )
    assert found.frame["label"].dtype == "float64"
    assert found.frame["label"].isna().tolist() == [False, True]
    assert {rule: mask.tolist() for rule, mask in found.unreadable.items()} == {"label: not a number": [False, True]}


def test_a_column_of_costs_is_a_number_that_comes_with_the_rows(file, make_params):
    params = make_params({"evaluate.cost": {"column": "euro"}})
    found = read_rows(file("id,at,color,size,euro", "1,2026-10-01,red,2,9.5", "2,2026-10-01,red,2,"), params)
    assert found.frame["euro"].tolist() == pytest.approx([9.5, float("nan")], nan_ok=True)
    with pytest.raises(InputError, match="must have the column 'euro'"):
        read_rows(file("id,at,color,size", "1,2026-10-01,red,2"), params)


def test_a_quantity_that_is_a_segment_too_is_read_once_as_a_number(file, make_params):
    found = read_rows(file("id,at,color,size", "1,2026-10-01,red,2"), make_params({"evaluate.segments": ["size", "color"]}))
    assert found.frame["size"].tolist() == [2.0]
    assert len(found.frame.columns) == 4


def test_cells_that_cannot_be_read_are_kept_as_they_came(file, make_params):
    found = read_rows(
        file("id,at,color,size", "1,01/10/2026,red,2", "2,2026-10-01,red,2,3", "3,2026-10-01,red,inf"), make_params()
    )
    assert {rule: mask.tolist() for rule, mask in found.unreadable.items()} == {
        "row: wrong number of fields": [False, True, False],
        "at: not an ISO time": [True, False, False],
        "size: not a number": [False, False, True],
    }
    assert found.cells["at"][0] == "01/10/2026"
    assert found.cells["size"][2] == "inf"


def test_remarks_of_the_reader_come_along(tmp_path, make_params):
    (tmp_path / "a.csv").write_text("id,at,color,size\n1,2026-10-01,red,2")
    assert read_rows(tmp_path / "a.csv", make_params()).warnings == ["the last line has no end: the file may be cut"]


def test_a_served_prediction_that_is_not_there_is_missed(file, make_params):
    with pytest.raises(InputError, match=r"a\.csv must have the column 'said', got 4 others; mend the file or params\.yaml"):
        read_rows(file("id,at,color,size", "1,2026-10-01,red,2"), make_params({"columns.prediction": "said"}))


def test_a_file_may_be_as_large_as_the_settings_say(file, make_params):
    large = file("id,at,color,size", *["1,2026-10-01,red,2"] * 1000)
    with pytest.raises(InputError, match=r"must be at most 0\.01 MiB unpacked"):
        read_rows(large, make_params({"batches.max_mib": 0.01}))
    with pytest.raises(InputError, match=r"must be at most 0\.01 MiB unpacked"):
        read_feedback(large, make_params({"batches.max_mib": 0.01}))


# --- feedback


def test_feedback_has_all_its_columns_and_gaps_where_the_file_has_none(file, make_params):
    found = read_feedback(file("id,label", "1,NA"), make_params()).frame
    assert said(found, *FEEDBACK) == [("1", "NA", None, None, None, None, None, None, None)]
    kinds = {name: str(kind) for name, kind in found.dtypes.items()}
    assert kinds == dict.fromkeys(FEEDBACK, "str") | {"reviewed_at": "datetime64[us, UTC]", "seconds": "float64"}


def test_feedback_says_who_when_why_and_of_which_model(file, make_params):
    header = "seconds,selection_reason,reviewer,label,id,action,reviewed_at,version,source,note"
    params = make_params({"columns.model_version": "version"})
    found = read_feedback(file(header, "2.5,random,ann,x,1,correct,2026-10-02T08:00+02:00,7,agent,?"), params).frame
    when = pd.Timestamp("2026-10-02T06:00", tz="UTC")
    assert said(found, *FEEDBACK) == [("1", "x", "ann", "correct", "agent", "random", "7", when, 2.5)]
    assert set(found) == set(FEEDBACK)


def test_feedback_names_the_id_and_the_label_as_the_rows_do(file, make_params):
    params = make_params({"columns.id": "ticket", "columns.target": "queue"})
    assert said(read_feedback(file("ticket,queue", "1,x"), params).frame, "id", "label") == [("1", "x")]


def test_another_column_that_is_called_like_ours_is_left_out(file, make_params):
    params = make_params({"columns.id": "ticket", "columns.target": "queue", "columns.model_version": "version"})
    header = "id,label,model_version,ticket,queue,version"
    found = read_feedback(file(header, "9,other,0,1,x,7"), params).frame
    assert said(found, "id", "label", "model_version") == [("1", "x", "7")]


@pytest.mark.parametrize(("header", "missing"), [("id,queue", "label"), ("label", "id")])
def test_feedback_has_to_have_an_id_and_a_label(file, make_params, header, missing):
    with pytest.raises(InputError, match=rf"a\.csv must have the column '{missing}', got others"):
        read_feedback(file(header), make_params())


def test_the_column_that_is_missed_is_named_as_the_user_names_it(file, make_params):
    with pytest.raises(InputError, match=r"must have the column 'queue', got others"):
        read_feedback(file("ticket"), make_params({"columns.id": "ticket", "columns.target": "queue"}))


def test_feedback_of_regression_is_numbers_so_that_spelling_is_no_conflict(file, make_params):
    found = read_feedback(file("id,label", "1,3.5", "1,3.50", "1,?"), make_params({"task": "regression"}))
    assert said(found.frame, "label") == [(3.5,), (3.5,), (None,)]
    assert list(found.unreadable) == ["label: not a number"]


@pytest.mark.parametrize("header", ["id,label", "id,label,reviewer,action,reviewed_at"])
def test_a_header_alone_has_no_lines(file, make_params, header):
    found = read_feedback(file(header), make_params())
    assert (len(found.frame), found.unreadable, found.warnings) == (0, {}, [])


# --- manifests

ROWS = ("id,at,color,size", "1,2026-10-01,red,2", "2,2026-10-01,red,2")


def with_manifest(path, content):
    path.with_name(f"{path.name}.manifest.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_file_that_is_what_its_manifest_says_is_read_and_another_is_not(file, make_params):
    path = file(*ROWS)
    assert len(read_rows(with_manifest(path, {"rows": 2}), make_params()).frame) == 2
    with pytest.raises(InputError, match=r"a\.csv must have 3 rows as its manifest says, got 2; deliver it again"):
        read_rows(with_manifest(path, {"rows": 3}), make_params())


def test_a_manifest_counts_the_rows_of_feedback_too(file, make_params):
    with pytest.raises(InputError, match="must have 7 rows as its manifest says, got 1"):
        read_feedback(with_manifest(file("id,label", "1,x"), {"rows": 7}), make_params())


# --- ids, codes and people

PERSONAL = "id,at,color,size,said,version,who,shop,note,label"


@pytest.fixture
def personal(make_params):
    """Settings with every kind of text column."""
    changes = {"columns.prediction": "said", "columns.model_version": "version", "columns.group": "who", "columns.text": ["note"]}
    return make_params(changes | {"evaluate.segments": ["color", "shop"]})


def test_no_column_but_the_id_keeps_personal_data(file, personal):
    cells = ",".join([*["jo@example.org", "2026-10-01", "jo@example.org", "2"], *["jo@example.org"] * 6])
    found = read_rows(file(PERSONAL, cells), personal).frame
    assert said(found, "id", "note", "size") == [("jo@example.org", "[email]", 2.0)]
    codes = [name for name in found if name not in ("id", "note", "size", "at")]
    assert codes == ["color", "said", "version", "who", "shop", "label"]
    assert said(found, *codes) == [(JO,) * 6]


def test_reviewers_with_addresses_stay_apart_and_nothing_of_feedback_tells_them(file, make_params):
    header = "id,label,reviewer,action,source,selection_reason,version"
    lines = [",".join(["jo@example.org", *[own] * 6]) for own in ("jo@example.org", "al@example.org")]
    found = read_feedback(file(header, *lines), make_params({"columns.model_version": "version"})).frame
    names = ["label", "reviewer", "action", "source", "selection_reason", "model_version"]
    assert found["id"].tolist() == ["jo@example.org"] * 2
    assert said(found, *names)[0] == (JO,) * 6
    assert found["reviewer"].nunique() == 2
    assert not found[names].map(lambda cell: "@" in cell).any(axis=None)


def test_a_source_that_the_settings_declare_keeps_its_name(file, make_params):
    source = {"trust": 0.9, "maturity_days": 1, "independent": True}
    params = make_params({"labels.sources": {"desk@example.org": source}})
    found = read_feedback(file("id,label,source", "1,x,desk@example.org", "2,x,jo@example.org"), params).frame
    assert found["source"].tolist() == ["desk@example.org", JO]


def test_ids_and_codes_are_the_same_with_blanks_around_them(file, personal, make_params):
    found = read_rows(file(PERSONAL, " 1 ,2026-10-01, red ,2, x,7 , g, n , so , y "), personal).frame
    assert said(found, "id", "color", "said", "version", "who", "shop", "note", "label") == [
        ("1", "red", "x", "7", "g", "n", " so ", "y")
    ]
    heard = read_feedback(file("id,label,reviewer", " 1, y , ann "), make_params()).frame
    assert said(heard, "id", "label", "reviewer") == [("1", "y", "ann")]


def test_a_blank_id_or_code_is_missing_and_not_unreadable(file, make_params):
    found = read_rows(file("id,at,color,size", "  ,2026-10-01, ,2", "1, ,red, "), make_params())
    assert said(found.frame, "id", "color", "at", "size")[0][:2] == (None, None)
    assert found.frame.loc[1, ["at", "size"]].isna().all()
    assert found.unreadable == {}


def test_a_time_out_of_the_calendar_has_no_text(tmp_path, make_params):
    times = pa.array([2**62, 0], pa.timestamp("ms", "Europe/Berlin"))
    columns = {"id": ["1", "2"], "at": times, "color": ["red"] * 2, "size": [1.0, 2.0]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    found = read_rows(tmp_path / "a.parquet", make_params())
    assert {rule: mask.tolist() for rule, mask in found.unreadable.items()} == {"at: not an ISO time": [True, False]}
    assert found.cells["at"].astype("str").isna().tolist() == [True, False]
