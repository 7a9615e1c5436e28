"""Row rules: which row fails which rule, and schemas that cannot be judged row by row."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

from stages.errors import InputError
from stages.intake.rows import PIECE, failing_rows, survivors, user_schema

FRAME = pd.DataFrame(
    {
        "id": pd.array(["a", "b", "b", None, "e"], dtype="str"),
        "color": pd.array(["red", "mauve", None, "blue", "mauve"], dtype="str"),
        "size": [1.0, -1.0, 3.0, float("nan"), 300.0],
    }
)


def reasons(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> list[tuple[int, str]]:
    return sorted((int(row), rule) for rule, mask in failing_rows(frame, schema).items() for row in np.flatnonzero(mask))


def left(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    masks = failing_rows(frame, schema).values()
    return pd.concat(survivors(frame, np.any([np.zeros(len(frame), dtype=bool), *masks], axis=0), schema))


def test_every_failed_rule_of_every_row_is_listed():
    schema = pa.DataFrameSchema(
        {
            "id": pa.Column("str", unique=True),
            "color": pa.Column("str", pa.Check.isin(["red", "blue"])),
            "size": pa.Column("float64", [pa.Check.gt(0, error="size is positive"), pa.Check.lt(100)], nullable=True),
        }
    )
    # 1: mauve and negative; 2: the second b, and no color; 3: no id, while a gap in size is allowed; 4: mauve and too large
    assert reasons(FRAME, schema) == [
        (1, "color: isin(['red', 'blue'])"),
        (1, "size: size is positive"),
        (2, "color: missing"),
        (2, "id: repeated"),
        (3, "id: missing"),
        (4, "color: isin(['red', 'blue'])"),
        (4, "size: less_than(100)"),
    ]
    assert left(FRAME, schema)["id"].tolist() == ["a"]


def test_of_repeated_rows_the_first_stays():
    frame = pd.DataFrame({"id": pd.array(["a", "a", "b", "a"], dtype="str")})
    assert left(frame, pa.DataFrameSchema({"id": pa.Column("str", unique=True)})).index.tolist() == [0, 2]


def test_a_frame_without_faults_comes_back_as_it_is():
    schema = pa.DataFrameSchema({"size": pa.Column("float64", nullable=True)})
    pd.testing.assert_frame_equal(left(FRAME, schema), FRAME)
    assert failing_rows(FRAME, schema) == {}


def test_survivors_come_in_pieces_and_keep_their_positions():
    # Two pieces and one row: the second row of each piece is refused, and the very last one.
    frame = pd.DataFrame({"size": np.ones(2 * PIECE + 1)})
    refused = np.isin(np.arange(len(frame)), [1, PIECE + 1, 2 * PIECE])
    pieces = list(survivors(frame, refused, pa.DataFrameSchema({"size": pa.Column("float64", pa.Check.gt(0))})))
    assert [len(piece) for piece in pieces] == [PIECE - 1, PIECE - 1, 0]
    assert np.concatenate([piece.index for piece in pieces]).tolist() == np.flatnonzero(~refused).tolist()


def test_a_row_that_the_masks_missed_is_found_where_another_was_refused():
    schema = pa.DataFrameSchema({"size": pa.Column("float64", pa.Check.gt(0))})
    with pytest.raises(InputError, match=r"got one that no row explains: greater_than\(0\); mend that rule"):
        list(survivors(pd.DataFrame({"size": [-1.0, -1.0, 1.0]}), np.array([True, False, False]), schema))


def test_two_checks_without_a_name_of_their_own_both_count():
    schema = pa.DataFrameSchema(
        {"size": pa.Column("float64", [pa.Check(lambda s: s < 100), pa.Check(lambda s: s > 0)], nullable=True)}
    )
    assert reasons(FRAME, schema) == [(1, "size: <lambda>"), (4, "size: <lambda>")]  # 1: negative; 4: too large


def test_a_rule_over_several_columns_is_a_rule_of_the_row():
    schema = pa.DataFrameSchema(
        {"size": pa.Column("float64", nullable=True)},
        checks=pa.Check(lambda frame: ~((frame["color"] == "mauve") & (frame["size"] > 100)), error="mauve is small"),
    )
    assert reasons(FRAME, schema) == [(4, "row: mauve is small")]


def test_a_rule_that_judges_every_cell_of_a_row_is_failed_by_one_cell():
    schema = pa.DataFrameSchema(checks=pa.Check(lambda frame: frame < 3, error="small"))
    assert reasons(pd.DataFrame({"a": [1.0, 1.0, 9.0], "b": [1.0, 9.0, 9.0]}), schema) == [(1, "row: small"), (2, "row: small")]


def test_rows_that_are_unique_together_are_judged_together():
    frame = pd.DataFrame({"a": pd.array(["x", "x", "x"], dtype="str"), "b": [1.0, 2.0, 1.0]})
    assert reasons(frame, pa.DataFrameSchema(unique=["a", "b"])) == [(2, "row: repeated a, b")]


def test_a_check_of_single_values_is_a_check_of_the_column():
    schema = pa.DataFrameSchema({"size": pa.Column("float64", pa.Check(lambda v: v < 100, element_wise=True), nullable=True)})
    assert reasons(FRAME, schema) == [(4, "size: <lambda>")]


def test_no_rows_fail_nothing():
    schema = pa.DataFrameSchema({"id": pa.Column("str", pa.Check.str_length(1), unique=True)})
    assert reasons(FRAME.iloc[:0], schema) == []


def test_an_optional_column_may_be_absent_and_a_required_one_not():
    assert reasons(FRAME, pa.DataFrameSchema({"weight": pa.Column("float64", required=False)})) == []
    with pytest.raises(InputError, match=r"must name columns of params\.yaml, got 'weight'; remove the rule or add the column"):
        failing_rows(FRAME, pa.DataFrameSchema({"weight": pa.Column("float64")}))


@pytest.mark.parametrize("size", [[1.0, 2.0], [1.0, -1.0]], ids=["clean rows", "a row that fails"])
def test_a_dtype_that_no_row_can_have_is_refused_whether_or_not_a_row_fails(size):
    schema = pa.DataFrameSchema({"size": pa.Column("int64", pa.Check.gt(0))})
    with pytest.raises(InputError, match=r"schema\.py must declare 'size' as it is read, float64, got int64; mend it"):
        failing_rows(pd.DataFrame({"size": size}), schema)


@pytest.mark.parametrize("least", [0, 5], ids=["that holds", "that does not hold"])
def test_a_rule_about_a_whole_column_is_refused(least):
    schema = pa.DataFrameSchema({"size": pa.Column("float64", pa.Check(lambda s: s.mean() > least, error="mean"))})
    with pytest.raises(InputError, match="must hold rules that single rows can fail, got one that no row explains: mean; mend"):
        failing_rows(pd.DataFrame({"size": [1.0, 2.0]}), schema)


def test_a_rule_with_an_answer_a_column_is_refused():
    schema = pa.DataFrameSchema(checks=pa.Check(lambda frame: frame.mean() > 0, error="means"))
    with pytest.raises(InputError, match="got one that no row explains: means; mend"):
        failing_rows(pd.DataFrame({"size": [1.0, 2.0]}), schema)


# --- schema.py


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schema = 3", "must define `schema` as a pandera DataFrameSchema, got int; mend it"),
        ("rules = 3", "must define `schema` as a pandera DataFrameSchema, got NoneType; mend it"),
        ("\n\nschema = (", "must define `schema`, got SyntaxError in line 3; mend it"),
        ("schema = unknown", "must define `schema`, got NameError in line 1; mend it"),
        ("\nimport nowhere", "must import what is installed, got 'nowhere' in line 2; install it, or mend the import"),
        ("from pandera import nothing", "must import what is installed, got 'pandera' in line 1; install it, or mend the import"),
        ("from schema import nothing", "must import what is installed, got 'schema' in line 1; install it, or mend the import"),
        ("import pandera.pandas as pa\nschema = pa.Column('nothing')", "must define `schema`, got TypeError in line 2; mend it"),
        ("class Odd(Exception):\n    pass\nraise Odd('row')", "must define `schema`, got Odd in line 3; mend it"),
        ("open('row')", "must define `schema`, got FileNotFoundError in line 1; mend it"),
        ("import sys\nsys.exit('row')", "must define `schema`, got SystemExit in line 2; mend it"),
        ("def deeper():\n    deeper()\ndeeper()", "must define `schema`, got RecursionError in line 2; mend it"),
        ("import json\njson.loads('row')", "must define `schema`, got JSONDecodeError in line 2; mend it"),
        ("raise ModuleNotFoundError('row')", "must define `schema`, got ModuleNotFoundError in line 1; mend it"),
    ],
)
def test_a_schema_file_that_cannot_be_used_is_one_error(project, text, message):
    (project.folder / "schema.py").write_text(text)
    with project.as_home(), pytest.raises(InputError) as refused:
        user_schema()
    assert str(refused.value) == f"schema.py {message}"


def test_who_wants_to_stop_is_not_held_up(project):
    (project.folder / "schema.py").write_text("raise KeyboardInterrupt")
    with project.as_home(), pytest.raises(KeyboardInterrupt):
        user_schema()


@pytest.mark.parametrize("kind", ["Odd", "OSError", "SystemExit", "RecursionError", "StopIteration"])
def test_whatever_a_check_raises_is_one_error_with_its_line_and_without_its_text(project, kind):
    lines = [
        "import pandera.pandas as pa", "class Odd(Exception): pass", "def tidy(column):", f"    raise {kind}(column.iloc[0])",
        "schema = pa.DataFrameSchema({'id': pa.Column('str', pa.Check(tidy, error='is tidy'))})",
    ]  # fmt: skip
    (project.folder / "schema.py").write_text("\n".join(lines))
    with project.as_home(), pytest.raises(InputError) as refused:
        failing_rows(FRAME, user_schema())
    why = f"schema.py must hold checks that run on every column, got {kind} in is tidy, line 4; mend it"
    assert str(refused.value) == why


def test_a_check_that_raises_only_on_the_rows_left_is_one_error(project):
    lines = [
        "import pandera.pandas as pa", "def tidy(column):", "    if len(column) < 5: raise SystemExit(column.iloc[0])",
        "    return column.notna()", "schema = pa.DataFrameSchema({'id': pa.Column('str', pa.Check(tidy), nullable=True)})",
    ]  # fmt: skip
    (project.folder / "schema.py").write_text("\n".join(lines))
    with project.as_home(), pytest.raises(InputError) as refused:
        list(survivors(FRAME, np.arange(5) == 0, user_schema()))
    assert str(refused.value) == "schema.py must hold checks that run on every row, got SystemExit in line 3; mend it"


def test_a_dtype_that_does_not_run_is_one_error(project):
    text = """
import pandera.pandas as pa
from pandera.engines.numpy_engine import Float64

class Odd(Float64):
    def check(self, *_):
        raise ValueError("row")

schema = pa.DataFrameSchema({"size": pa.Column(Odd())})
"""
    (project.folder / "schema.py").write_text(text)
    with (
        project.as_home(),
        pytest.raises(InputError, match=r"must declare 'size' as a dtype, got ValueError in line 7; mend it$"),
    ):
        failing_rows(FRAME, user_schema())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{'id': pa.Column('str', coerce=True)}", "coerce"),
        ("{'id': pa.Column('str', parsers=pa.Parser(lambda s: s.str.strip()))}", "parsers"),
        ("{'id': pa.Column('str', pa.Check.str_length(1, raise_warning=True))}", "raise_warning"),
        ("checks=pa.Check(lambda f: f['id'] != '', raise_warning=True)", "raise_warning"),
        ("{'id': pa.Column('str')}, strict=True", "strict"),
        ("{'id': pa.Column('str')}, drop_invalid_rows=True", "drop_invalid_rows"),
        ("index=pa.Index('int64')", "index"),
    ],
)
def test_what_is_no_rule_of_a_row_is_refused_and_not_ignored(project, text, name):
    (project.folder / "schema.py").write_text(f"import pandera.pandas as pa\nschema = pa.DataFrameSchema({text})")
    with project.as_home(), pytest.raises(InputError, match=f"rules that single rows can fail, got {name}; remove it$"):
        user_schema()


def test_a_schema_file_that_is_not_there_is_one_error(project):
    (project.folder / "schema.py").unlink()
    with project.as_home(), pytest.raises(InputError, match=r"schema\.py must exist, got nothing there; `git checkout"):
        user_schema()


def test_a_check_that_does_not_run_is_refused_by_name():
    schema = pa.DataFrameSchema({"size": pa.Column("float64", pa.Check(lambda s: s.str.len() > 1, error="long enough"))})
    with pytest.raises(InputError, match=r"must hold checks that run on every column, got AttributeError in long enough; mend"):
        failing_rows(pd.DataFrame({"size": [1.0, 2.0]}), schema)
