"""The golden set: curated, so that anything odd in it is an error, and named by id whether it is labelled or not."""

import pytest

from stages.errors import InputError
from stages.intake.golden import golden_ids, read_golden

HEADER = "id,color,size,label"


def write(folder, name, *lines):
    (folder / name).write_text("\n".join([*lines, ""]))


def test_ids_come_from_every_data_file(tmp_path, make_params):
    write(tmp_path, "a.csv", "id,label", "1,red", ",blue")
    write(tmp_path, "b.jsonl", '{"id": 2}')
    for name in ("README.md", "LICENSE", ".gitignore", ".c.csv"):
        write(tmp_path, name, "what this is")
    assert golden_ids(tmp_path, make_params()) == {"1", "2"}


def test_rows_have_features_segments_and_the_target(tmp_path, make_params):
    write(tmp_path, "a.csv", f"{HEADER},shop,who,more", "1,red,2,x,north,g,?")
    params = make_params({"evaluate.segments": ["color", "shop"], "columns.group": "who"})
    columns = {"id": ["1"], "color": ["red"], "label": ["x"], "shop": ["north"], "size": [2.0]}
    assert read_golden(tmp_path, params).to_dict("list") == columns
    assert read_golden(tmp_path, params, ["who"]).to_dict("list") == columns | {"who": ["g"]}


def test_rows_without_a_label_are_left_out_and_their_ids_are_not(tmp_path, make_params):
    write(tmp_path, "a.csv", HEADER, "1,red,2,x", "2,blue,3,")
    assert read_golden(tmp_path, make_params())["id"].tolist() == ["1"]
    assert golden_ids(tmp_path, make_params()) == {"1", "2"}


def test_labels_of_regression_are_numbers(tmp_path, make_params):
    write(tmp_path, "a.csv", HEADER, "1,red,2,2.5")
    assert read_golden(tmp_path, make_params({"task": "regression"}))["label"].tolist() == [2.5]


def test_rows_of_several_files_come_in_the_order_of_their_names(tmp_path, make_params):
    write(tmp_path, "b.csv", HEADER, "2,red,2,x")
    write(tmp_path, "a.csv", HEADER, "3,red,2,x", "1,red,2,x")
    found = read_golden(tmp_path, make_params())
    assert (found["id"].tolist(), found.index.tolist()) == (["3", "1", "2"], [0, 1, 2])


def test_no_golden_set_has_no_rows(tmp_path, make_params):
    assert golden_ids(tmp_path / "gone", make_params()) == frozenset()
    found = read_golden(tmp_path, make_params({"columns.text": ["text"]}), ["who"])
    assert set(found.columns) == {"id", "text", "color", "label", "who", "size"}
    assert found.empty


def test_personal_data_is_redacted(tmp_path, make_params):
    write(tmp_path, "a.csv", f"{HEADER},text", "1,red,2,,left out", "2,red,2,x,to jo@example.org")
    found = read_golden(tmp_path, make_params({"columns.text": ["text"]}))
    assert found["text"].tolist() == ["to [email]"]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([HEADER, "1,red,oops,x"], r"a\.csv must be curated, got lines that break a rule \(size: not a number\)"),
        (
            [HEADER, "1,red,2,x", "2,red,2"],
            r"a\.csv must be curated, got lines that break a rule \(row: wrong number of fields\)",
        ),
        (["id,label", "1,x"], r"a\.csv must have the column 'color'"),
        ([HEADER, "1,red,2,x", "2,red,2,x", "1,red,2,y"], "must give every row an id of its own, got 1 that have none or"),
        ([HEADER, ",red,2,x", "2,red,2,", "2,red,2,y"], "must give every row an id of its own, got 2 that have none or"),
    ],
)
def test_a_golden_set_that_is_not_in_order_is_an_error(tmp_path, make_params, lines, why):
    write(tmp_path, "a.csv", *lines)
    with pytest.raises(InputError, match=why):
        read_golden(tmp_path, make_params())
