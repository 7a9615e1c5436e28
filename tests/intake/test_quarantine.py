"""The table of what was refused: its lines, its counts, its bytes, and the name of the rules that made it."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from made_intake import said

from stages.intake.quarantine import COLUMNS, Quarantine, line_frame, lines, rule_set, short

NAMES = ("batch", "row", "record_id", "level", "rule", "severity", "value", "status")
FRAME = pd.DataFrame({"id": ["a", None, "c", "d"], "size": [1.0, -2.0, np.nan, 4.0], "color": ["red", "mauve", "x", None]})
FRAME = FRAME.astype({"id": "str", "color": "str"})


def mask(*rows: int) -> np.ndarray:
    return np.isin(np.arange(len(FRAME)), rows)


# --- lines


def test_a_row_has_a_line_for_each_rule_that_it_fails_in_the_order_of_rows():
    found = lines("raw/a.csv", FRAME, {"size: positive": mask(1), "color: known": mask(1, 2), "row: odd": mask(0)}, "id")
    assert said(found, *NAMES) == [
        ("raw/a.csv", 0, "a", "row", "row: odd", "error", None, "quarantined"),
        ("raw/a.csv", 1, None, "row", "size: positive", "error", "-2.0", "quarantined"),
        ("raw/a.csv", 1, None, "row", "color: known", "error", "mauve", "quarantined"),
        ("raw/a.csv", 2, "c", "row", "color: known", "error", "x", "quarantined"),
    ]


def test_a_cell_that_is_a_gap_has_no_value():
    found = lines("raw/a.csv", FRAME, {"size: missing": mask(2), "color: missing": mask(3)}, "id")
    assert said(found, "row", "value") == [(2, None), (3, None)]


@pytest.mark.parametrize("masks", [{}, {"size: positive": mask()}])
def test_nothing_that_fails_is_no_lines(masks):
    assert said(lines("raw/a.csv", FRAME, masks, "id"), *NAMES) == []


def test_rows_are_named_by_their_position_whatever_the_index_says():
    found = lines("raw/a.csv", FRAME.set_axis([10, 11, 12, 13]), {"color: known": mask(2)}, "id", "label")
    assert said(found, "row", "record_id", "level", "value") == [(2, "c", "label", "x")]


def test_lines_given_as_dicts_have_gaps_where_they_say_nothing():
    found = line_frame([{"batch": "raw/a.csv", "rule": "batch: volume"}])
    assert list(found) == COLUMNS.names
    assert said(found, "batch", "row", "rule", "status") == [("raw/a.csv", None, "batch: volume", None)]
    assert said(line_frame([]), *NAMES) == []


# --- values


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("x" * 41, "x" * 40),
        ("one\ntwo\x00\x1bthree\tfour", "one two three four"),
        ("write to jo@example.org", "write to [email]"),
        (f"{'x' * 30} jo.with.a.long.name@example.org", f"{'x' * 30} [email]"),  # cut after redaction, not in it
        (2.5, "2.5"),
        (None, None),
    ],
)
def test_a_value_is_short_has_one_line_and_no_personal_data(cell, shown):
    (found,) = short(pd.Series([cell], dtype="float64" if isinstance(cell, float) else "str"))
    assert shown == (None if pd.isna(found) else found)


# --- the table


def written(tmp_path, *frames):
    quarantine = Quarantine(tmp_path / "q.parquet", "0123abcd")
    for frame in frames:
        quarantine.write(frame)
    quarantine.close()
    return quarantine


def test_the_table_has_its_columns_and_the_lines_in_the_order_they_came(tmp_path):
    first = lines("raw/a.csv", FRAME, {"size: positive": mask(1)}, "id")
    second = line_frame(
        [{"batch": "raw/b.csv", "level": "batch", "rule": "batch: volume", "severity": "warning", "status": "review"}]
    )
    written(tmp_path, first, line_frame([]), pd.concat([first, second], ignore_index=True))
    table = pq.read_table(tmp_path / "q.parquet")
    assert table.schema.equals(COLUMNS, check_metadata=True)
    assert said(table.to_pandas(), "batch", "row", "rule", "rule_set") == [
        ("raw/a.csv", 1, "size: positive", "0123abcd"),
        ("raw/a.csv", 1, "size: positive", "0123abcd"),
        ("raw/b.csv", None, "batch: volume", "0123abcd"),
    ]


def test_nothing_refused_is_a_table_without_lines(tmp_path):
    written(tmp_path)
    assert pq.read_table(tmp_path / "q.parquet").schema.equals(COLUMNS)
    assert pq.read_metadata(tmp_path / "q.parquet").num_rows == 0


def test_lines_are_counted_by_rule_and_status_and_what_is_refused_by_batch(tmp_path):
    rows = lines("raw/a.csv", FRAME, {"size: positive": mask(0, 1, 2), "color: known": mask(3)}, "id")
    rows["status"] = rows["status"].astype("str").mask(rows["row"] == 0, "released")
    whole = line_frame([{"batch": "raw/a.csv", "level": "batch", "rule": "batch: volume", "status": "quarantined"}])
    more = lines("feedback/a.csv", FRAME, {"size: positive": mask(1)}, "id", "label")
    found = written(tmp_path, rows, whole, more)
    assert found.counts == {
        "size: positive": {"quarantined": 3, "released": 1},
        "color: known": {"quarantined": 1},
        "batch: volume": {"quarantined": 1},
    }
    assert sorted(found.refused) == [
        ("feedback/a.csv", "size: positive", 1), ("raw/a.csv", "color: known", 1), ("raw/a.csv", "size: positive", 2),
    ]  # fmt: skip


def test_the_same_lines_are_the_same_bytes(tmp_path):
    frames = [lines("raw/a.csv", FRAME, {"size: positive": mask(0, 1)}, "id"), line_frame([{"batch": "raw/a.csv"}])]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder, *frames)
    assert (tmp_path / "one/q.parquet").read_bytes() == (tmp_path / "two/q.parquet").read_bytes()


# --- the name of the rules


def test_the_rules_have_a_name_that_changes_with_what_rows_are_judged_by_and_with_nothing_else(tmp_path, make_params):
    schema = tmp_path / "schema.py"
    schema.write_text("schema = 1")
    name = rule_set(schema, make_params())
    assert (len(name), int(name, 16) >= 0) == (8, True)
    for same in ({"seed": 7}, {"gate.min_gain": 0.5}, {"parallel": "threading"}, {"as_of": "2026-10-04"}):
        assert rule_set(schema, make_params(same)) == name
    others = [{"batches.max_mib": 7.0}, {"labels.min_posterior": 0.9}, {"columns.group": "who"}, {"split.near_duplicate": 0.8}]
    assert name not in {rule_set(schema, make_params(other)) for other in others}
    schema.write_text("schema = 2")
    assert rule_set(schema, make_params()) != name
