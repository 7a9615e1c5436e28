"""One file of rows: which pass, what is said of the others, and what waits for the rest of the stage."""

import dataclasses

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from made_intake import COLOR, SIZE, Desk, day, reasons

from stages.intake.batches import hashes

LATE, LONG_AGO = "at: after the end of its batch", "at: long before its batch"
W40 = "raw/2026-W40.csv"  # September 28 to October 4


@pytest.fixture
def desk(tmp_path, make_params):
    return Desk(tmp_path / "data", make_params())


def test_a_batch_knows_its_file_and_the_rows_that_passed(desk):
    desk.write(W40, "a,2026-10-01,red,1", "b,2026-10-01,mauve,1", "c,2026-10-01,blue,")
    (batch,) = desk.taken()
    assert (batch.key, batch.period.name, batch.rows, batch.refused) == ("raw/2026-W40.csv", "2026-W40", 3, 1)
    assert batch.passed.tolist() == [0, 2]
    assert batch.ids.tolist() == hashes(pd.Series(["a", "c"])).tolist()
    assert desk.rows(batch).to_dict("list") == {
        "id": ["a", "c"], "color": ["red", "blue"], "size": [1.0, pytest.approx(np.nan, nan_ok=True)],
        "at": [pd.Timestamp("2026-10-01", tz="UTC")] * 2, "_row": [0, 2],
    }  # fmt: skip
    assert desk.found(batch) == [(1, "b", COLOR, "mauve", "quarantined")]


def test_hashes_tell_ids_apart_and_depend_on_nothing_but_the_id():
    ids = pd.Series([f"id {k}" for k in range(10_000)], dtype="str")
    found = hashes(ids)
    assert found.dtype == "uint64"
    assert len(np.unique(found)) == len(ids)
    assert hashes(ids[::-1]).tolist() == found[::-1].tolist()


# --- our own rules


def test_a_row_after_the_last_moment_of_its_period_is_refused(desk):
    desk.write(W40, "a,2026-10-04T23:59:59.999999,red,1", "b,2026-10-05T00:00,red,1", "c,2099-01-01,red,1")
    (batch,) = desk.taken()
    assert [(row, rule) for row, _, rule, _, _ in desk.found(batch)] == [(1, LATE), (2, LATE)]
    assert batch.passed.tolist() == [0]


def test_a_row_from_before_its_period_is_late_and_welcome(desk):
    desk.write(W40, "a,2026-09-27,red,1", "b,2026-10-04T23:59,red,1")
    (batch,) = desk.taken()
    assert (batch.passed.tolist(), batch.findings) == ([0, 1], ())


def test_a_row_from_before_the_window_of_training_is_refused(desk):
    # 30 days before September 28 it is August 29
    desk.write(W40, "a,2026-08-28T23:59:59.999999,red,1", "b,2026-08-29,red,1", "c,1970-01-01,red,1", "d,2026-10-01,red,1")
    (batch,) = desk.taken()
    assert [(row, rule) for row, _, rule, _, _ in desk.found(batch)] == [(0, LONG_AGO), (2, LONG_AGO)]
    assert (batch.passed.tolist(), batch.findings) == ([1, 3], ())


@pytest.mark.parametrize(
    ("name", "where"),
    [("raw/2027-W40.csv", "of 2027-W40, the times lie in"), ("raw/2026-W39.csv", "of 2026-W39, the times lie in")],
)
def test_a_batch_without_a_row_of_its_period_has_the_name_of_another(desk, name, where):
    desk.write(name, "a,2026-09-28,red,1", "b,2026-10-04,red,1", "c,,red,1", "d,2026-10-01,mauve,1")
    assert [dataclasses.astuple(own) for own in desk.taken()[0].findings] == [
        ("batch: other period", "block", f"no row is {where} 2026-09-28 to 2026-10-04")
    ]


@pytest.mark.parametrize("lines", [[], ["a,,red,1", "b,soon,red,1"]], ids=["no rows", "no times"])
def test_where_there_are_no_times_none_is_of_another_period(desk, lines):
    desk.write(W40, *lines)
    assert desk.taken()[0].findings == ()


def test_ids_are_there_once_and_not_in_the_golden_set_whatever_the_schema_says(desk):
    desk.golden = frozenset({"g", "z"})
    desk.write(W40, "a,2026-10-01,red,1", ",2026-10-01,red,1", "a,2026-10-01,blue,1", "g,2026-10-01,red,1", ",2026-10-01,red,1")
    (batch,) = desk.taken()
    assert desk.found(batch) == [
        (1, None, "id: missing", None, "quarantined"),
        (2, "a", "id: repeated", "a", "quarantined"),
        (3, "g", "id: in the golden set", "g", "quarantined"),
        (4, None, "id: missing", None, "quarantined"),
    ]
    assert batch.passed.tolist() == [0]


def test_a_row_that_fails_several_rules_is_one_row_with_a_line_for_each(desk):
    desk.write(W40, "a,2099-01-01,mauve,-1", "b,2026-10-01,red,1")
    (batch,) = desk.taken()
    assert sorted(rule for _, _, rule, _, _ in desk.found(batch)) == [LATE, COLOR, SIZE]
    assert (batch.rows, batch.refused, batch.passed.tolist()) == (2, 1, [1])


def test_a_cell_that_cannot_be_read_shows_what_it_was_and_is_not_missing_too(desk):
    desk.write(W40, "a,01/10/2026,red,1", "b,2026-10-01,red,oops", "c,,red,1", "d,2026-10-01,red,1")
    (batch,) = desk.taken()
    assert sorted(desk.found(batch)) == [
        (0, "a", "at: not an ISO time", "01/10/2026", "quarantined"),
        (1, "b", "size: not a number", "oops", "quarantined"),
        (2, "c", "at: missing", None, "quarantined"),
    ]


def test_a_line_that_is_no_row_fails_that_rule_alone(desk):
    desk.write(W40, "a,2026-10-01,red,1", "b,2026-10-01,red", "c,2026-10-01,red,1,more")
    (batch,) = desk.taken()
    assert desk.found(batch) == [(k, None, "row: wrong number of fields", None, "quarantined") for k in (1, 2)]
    assert (batch.rows, batch.refused) == (3, 2)


# --- personal data


def test_personal_data_is_gone_before_anything_is_written(tmp_path, make_params):
    desk = Desk(tmp_path / "data", make_params({"columns.text": ["note"], "columns.categorical": []}))
    desk.schema = pa.DataFrameSchema({"note": pa.Column("str", pa.Check.str_length(1, 15))})
    lines = [
        "a,2026-10-01,,1,to jo@example.org",
        "b,2026-10-01,,jo@example.org,fine",
        "c,2026-10-01,,1,to anne-sophie@example.org",
    ]
    desk.write(W40, *lines, header="id,at,color,size,note")
    (batch,) = desk.taken()
    # notes are judged as they are kept: "to [email]" has 10 letters, what came in had 17 and 26, and 15 are allowed
    assert desk.rows(batch)["note"].tolist() == ["to [email]", "to [email]"]
    assert desk.found(batch) == [(1, "b", "size: not a number", "[email]", "quarantined")]
    written = b"".join(file.read_bytes() for file in desk.spool.iterdir())
    assert b"example.org" not in written


# --- releases


def test_a_row_that_a_person_released_passes_and_is_said_to_be_released(desk):
    desk.write(W40, "a,2026-10-01,mauve,1", "b,2026-10-01,mauve,1", "c,2026-10-01,red,1")
    desk.release(W40, COLOR, "a")
    (batch,) = desk.taken()
    assert desk.found(batch) == [(0, "a", COLOR, "mauve", "released"), (1, "b", COLOR, "mauve", "quarantined")]
    assert batch.passed.tolist() == [0, 2]
    assert sorted(desk.rows(batch)["_row"]) == [0, 2]
    assert batch.sketch.rules == {COLOR: 1}  # what was let in is not counted against the batch


def test_a_rule_that_a_person_released_for_the_whole_batch_lets_every_row_in(desk):
    desk.write(W40, "a,2026-10-01,mauve,1", "b,2026-10-01,green,1")
    desk.release(W40, COLOR)
    (batch,) = desk.taken()
    assert (batch.refused, batch.passed.tolist(), batch.sketch.rules) == (0, [0, 1], {COLOR: 0})


def test_a_row_has_to_be_released_from_every_rule_that_it_fails(desk):
    desk.write(W40, "a,2026-10-01,mauve,-1", "b,2026-10-01,red,1")
    desk.release(W40, COLOR)
    (batch,) = desk.taken()
    assert batch.passed.tolist() == [1]
    assert sorted((rule, status) for _, _, rule, _, status in desk.found(batch)) == [(COLOR, "released"), (SIZE, "quarantined")]
    desk.release(W40, SIZE, "a")
    assert desk.taken()[0].passed.tolist() == [0, 1]


def test_a_release_is_of_one_file_as_it_was(desk):
    desk.write(W40, "a,2026-10-01,mauve,1", "b,2026-10-01,red,1")
    desk.release(W40, COLOR, "a", md5="0" * 32)
    desk.release("raw/2026-W41.csv", COLOR, "a", md5=desk.taken()[0].md5)
    assert desk.taken()[0].passed.tolist() == [1]


@pytest.mark.parametrize("rule", ["id: missing", "id: repeated", "id: in the golden set", "row: wrong number of fields"])
def test_no_release_undoes_what_would_count_a_row_twice_or_train_the_golden_set(desk, rule):
    desk.golden = frozenset({"g"})
    desk.write(W40, "a,2026-10-01,red,1", "a,2026-10-01,red,1", ",2026-10-01,red,1", "g,2026-10-01,red,1", "b")
    desk.release(W40, rule)
    (batch,) = desk.taken()
    assert batch.passed.tolist() == [0]
    assert {status for *_, status in desk.found(batch)} == {"quarantined"}


# --- files


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("2026-W40.csv", b"", "must hold data, got an empty file"),
        ("2026-W40.csv", b"id,at,color\na,2026-10-01,red\n", "must have the column 'size'"),
        ("2026-W40.parquet", b"id,at,color,size\n", "must be parquet, got another kind of file"),
        ("notes.csv", b"id,at,color,size\na,2026-10-01,red,1\n", "must be named by its period"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_batch_without_rows_that_says_why(desk, name, content, why):
    (desk.folder / "raw" / name).write_bytes(content)
    (batch,) = desk.taken()
    assert (batch.rows, batch.refused, len(batch.passed), len(batch.ids), batch.sketch) == (0, 0, 0, 0, None)
    assert reasons(batch.findings) == [("batch: file", "block")]
    assert why in batch.findings[0].why
    assert list(desk.spool.iterdir()) == []


def test_two_files_of_one_period_are_both_unread(desk):
    desk.write(W40, "a,2026-10-01,red,1")
    desk.write("raw/2026-W40.jsonl", header="")
    assert [[own.why for own in batch.findings] for batch in desk.taken()] == [
        ["2026-W40 must come in one file, got 2026-W40.csv and 2026-W40.jsonl; keep one of them"]
    ] * 2


def test_a_remark_of_the_reader_is_a_warning(desk):
    (desk.folder / W40).write_text("id,at,color,size\na,2026-10-01,red,1", encoding="utf-8")
    (batch,) = desk.taken()
    assert [dataclasses.astuple(own) for own in batch.findings] == [
        ("batch: file", "warn", "the last line has no end: the file may be cut")
    ]
    assert batch.passed.tolist() == [0]


def test_a_header_alone_is_a_batch_of_no_rows(desk):
    desk.write(W40)
    (batch,) = desk.taken()
    assert (batch.rows, batch.findings, batch.sketch.rows) == (0, (), 0)
    assert desk.rows(batch).empty
    assert set(desk.rows(batch)) == {"id", "at", "color", "size", "_row"}


def test_every_file_waits_under_its_own_number(desk):
    for number in (1, 2, 3):
        desk.write(f"raw/2026-10-0{number}.csv", *day(number, f"a{number}"))
    assert [(batch.number, desk.rows(batch)["id"].tolist()) for batch in desk.taken()] == [(0, ["a1"]), (1, ["a2"]), (2, ["a3"])]
