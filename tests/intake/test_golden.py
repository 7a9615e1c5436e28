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
    write(tmp_path, "a.csv.manifest.json", '{"rows": 2}')
    assert golden_ids(tmp_path, make_params()) == {"1", "2"}


def test_rows_have_features_segments_and_the_target(tmp_path, make_params):
    write(tmp_path, "a.csv", f"{HEADER},shop,who,more", "1,red,2,x,north,g,?")
    params = make_params({"evaluate.segments": ["color", "shop"], "columns.group": "who"})
    columns = {"id": ["1"], "color": ["red"], "label": ["x"], "shop": ["north"], "size": [2.0]}
    assert read_golden(tmp_path, params).to_dict("list") == columns
    assert read_golden(tmp_path, params, ["who"]).to_dict("list") == columns | {"who": ["g"]}
    write(tmp_path, "a.csv", f"{HEADER},shop,euro", "1,red,2,x,north,9.5")
    assert read_golden(tmp_path, params, numbers=["euro"]).to_dict("list") == columns | {"euro": [9.5]}


def test_rows_without_a_label_are_left_out_and_their_ids_are_not(tmp_path, make_params):
    write(tmp_path, "a.csv", HEADER, "1,red,2,x", "2,blue,3,")
    assert read_golden(tmp_path, make_params())["id"].tolist() == ["1"]
    assert golden_ids(tmp_path, make_params()) == {"1", "2"}


def test_rows_without_a_label_come_too_where_they_are_asked_for(tmp_path, make_params):
    write(tmp_path, "a.csv", f"{HEADER},text", "1,red,2,x,one", "2,blue,3,,to jo@example.org")
    found = read_golden(tmp_path, make_params({"columns.text": ["text"]}), unlabelled=True)
    assert (found["id"].tolist(), found["text"].tolist(), found["label"].isna().tolist()) == (
        ["1", "2"], ["one", "to [email]"], [False, True],
    )  # fmt: skip


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


def test_ids_labels_and_codes_are_read_as_those_of_rows_and_feedback_are(tmp_path, make_params):
    write(tmp_path, "a.csv", f"{HEADER},who", "jo@example.org ,jo@example.org,2, x ,al@example.org")
    found = read_golden(tmp_path, make_params(), ["who"]).to_dict("records")[0]
    assert (found["id"], found["label"]) == ("jo@example.org", "x")
    assert [found[name].partition(" ")[0] for name in ("color", "who")] == ["[email]"] * 2
    assert found["color"] != found["who"]
    assert golden_ids(tmp_path, make_params()) == {"jo@example.org"}


@pytest.mark.parametrize("read", [read_golden, golden_ids])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("b.xlsx", r"b\.xlsx must be one of \.csv, .*, got another kind of file; export it as one of them or take it away"),
        ("old/b.csv", r"old must be a file, got a folder; put its files into"),
        ("c.csv.manifest.json", r"must lie beside its file, got no c\.csv; deliver that file, or remove the manifest"),
        ("a.csv.manifest.json", r"a\.csv must have 7 rows as its manifest says, got 1; deliver it again"),
    ],
)
def test_whatever_lies_beside_the_golden_set_and_is_not_read_is_an_error(tmp_path, make_params, read, name, why):
    (tmp_path / "old").mkdir() if name.startswith("old") else None
    write(tmp_path, "a.csv", HEADER, "1,red,2,x")
    write(tmp_path, name, '{"rows": 7}')
    with pytest.raises(InputError, match=why):
        read(tmp_path, make_params())


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
