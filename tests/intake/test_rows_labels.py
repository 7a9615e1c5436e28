"""What the schema says of the target judges labels, and no rows."""

import re
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest
from made_intake import HEADER, Desk

from stages.errors import InputError
from stages.intake.rows import curated, failing_labels, split_schema

KNOWN = pa.Column("str", pa.Check.isin(["x", "y"]), required=False, nullable=True)


def column(own: pa.Column) -> pa.Column:
    """The column as a schema names it."""
    _, target = split_schema(pa.DataFrameSchema({"color": pa.Column("str"), "label": own}), "label")
    assert target is not None
    return target


def test_the_rules_of_rows_are_all_but_those_of_the_target():
    schema = pa.DataFrameSchema({"color": pa.Column("str"), "label": KNOWN}, checks=[pa.Check(lambda rows: rows["color"] != "")])
    rows, target = split_schema(schema, "label")
    assert (list(rows.columns), len(rows.checks), target.name) == (["color"], 1, "label")
    assert list(schema.columns) == ["color", "label"]  # the argument stays as it was
    assert split_schema(rows, "label") == (rows, None)


def test_each_label_is_judged_by_each_check():
    labels = pd.Series(["x", "Y", None, "yy"], dtype="str")
    own = column(pa.Column("str", [pa.Check.isin(["x", "y"]), pa.Check.str_length(1, 1, error="one letter")]))
    found = {rule: mask.tolist() for rule, mask in failing_labels(labels, own).items()}
    assert found == {
        "label: isin(['x', 'y'])": [False, True, False, True],
        "label: one letter": [False, False, False, True],
    }


def test_a_gap_is_no_label_whatever_the_schema_says():
    gaps = pd.Series([None, None], dtype="str")
    assert failing_labels(gaps, column(pa.Column("str", pa.Check.isin(["x"]), nullable=False, unique=True))) == {}


def test_without_checks_every_label_is_one():
    labels = pd.Series(["x", "?"], dtype="str")
    assert failing_labels(labels, None) == failing_labels(labels, column(pa.Column("str"))) == {}


def test_labels_of_another_kind_than_declared_are_a_fault_of_the_schema():
    with pytest.raises(InputError, match="must declare 'label' as it is read"):
        failing_labels(pd.Series([1.0]), column(KNOWN))


def test_a_label_of_the_golden_set_that_fails_a_check_is_an_error():
    labels = pd.Series(["x", "xx", None], dtype="str")
    with pytest.raises(
        InputError, match=re.escape("data/golden must be curated, got labels that break a rule (label: isin(['x'")
    ):
        curated(labels, column(KNOWN), Path("data/golden"))
    curated(labels.head(1), column(KNOWN), Path("data/golden"))
    curated(labels, None, Path("data/golden"))
    curated(pd.Series([], dtype="object"), column(KNOWN), Path("data/golden"))  # there is no golden set


def test_rows_pass_whatever_their_label_is(tmp_path, make_params):
    desk = Desk(tmp_path / "data", make_params())
    desk.schema, _ = split_schema(pa.DataFrameSchema({**desk.schema.columns, "label": KNOWN}), "label")
    desk.write(
        "raw/2026-10-05.csv", "a,2026-10-05,red,1,Y", "b,2026-10-05,mauve,1,x", "c,2026-10-05,red,1,", header=f"{HEADER},label"
    )
    (batch,) = desk.taken()
    assert desk.rows(batch)["id"].tolist() == ["a", "c"]
