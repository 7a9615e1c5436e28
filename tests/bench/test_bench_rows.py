"""The benchmark of the row rules: fifteen rules, each of which finds its row; no figure without rows."""

import sys

import numpy as np
import pandas as pd
import pandera.errors
import pytest

from bench import __main__ as bench
from bench import row_work, rows
from bench.measure import Run, run
from bench.table import row, said_cpu

GOOD = {
    "record_id": 0,
    "customer_id": 7,
    "created_at": pd.Timestamp("2026-08-01", tz="UTC"),
    "resolved_at": pd.Timestamp("2026-08-02", tz="UTC"),
    "channel": "email",
    "language": "de",
    "priority": 3,
    "amount": 10.0,
    "score": 0.5,
    "label": "bug",
    "agent_id": "A0001",
    "text": "a ticket",
}
LATER = pd.Timestamp("2026-09-02", tz="UTC")
BROKEN = [
    ("record_id", 0, "record_id: repeated"),
    ("customer_id", 0, "customer_id: greater_than(0)"),
    ("created_at", pd.Timestamp("2014-12-31", tz="UTC"), "created_at: greater_than_or_equal_to(2015-01-01 00:00:00+00:00)"),
    ("resolved_at", pd.Timestamp("2026-07-31", tz="UTC"), "row: resolved after it was created"),
    ("channel", "fax", "channel: isin(['email', 'chat', 'phone', 'web'])"),
    ("language", "xx", "language: isin(['en', 'de', 'fr', 'es', 'pl'])"),
    ("priority", 6, "priority: in_range(1, 5)"),
    ("amount", 0.0, "amount: greater_than(0)"),
    ("amount", 10_000.0, "amount: less_than(10000)"),
    ("amount", np.nan, "amount: missing"),
    ("score", 1.7, "score: in_range(0, 1)"),
    ("label", "Billing ", "label: isin(['billing', 'bug', 'refund', 'spam', 'other'])"),
    ("agent_id", "bot", r"agent_id: str_matches('^A\d{4}$')"),
    ("text", "tiny", "text: str_length(5, 2000)"),
]


def broken_rows() -> pd.DataFrame:
    """A good row, then for each rule one that breaks it; in the end a row that breaks the fifteenth: created too late."""
    rows_ = [GOOD, *(GOOD | {"record_id": k} | {name: value} for k, (name, value, _) in enumerate(BROKEN, start=1))]
    return pd.DataFrame([*rows_, GOOD | {"record_id": 99, "created_at": LATER, "resolved_at": LATER}])


def test_each_of_the_fifteen_rules_finds_its_row_and_the_good_one_is_left():
    table, left = row_work.rules(broken_rows())
    expected = [*(rule for *_, rule in BROKEN), "created_at: less_than_or_equal_to(2026-09-01 00:00:00+00:00)"]
    assert list(zip(table["row"].tolist(), table["rule"].tolist(), strict=True)) == list(enumerate(expected, start=1))
    assert left == 1


def test_pandera_judges_the_same_rows_by_the_same_rules():
    with pytest.raises(pandera.errors.SchemaErrors) as found:
        row_work.schema().validate(broken_rows(), lazy=True)
    assert set(found.value.failure_cases["index"]) == set(range(16))  # the good row too: pandera blames both of two equal ids
    assert row_work.drop(broken_rows()).empty


@pytest.mark.parametrize("work", ["rules", "lazy", "drop", "redact", "re"])
def test_a_side_prints_the_seconds_it_took(tmp_path, work):
    broken_rows().to_parquet(tmp_path / "rows.parquet")
    assert said_cpu(1).read(rows.work(work, tmp_path / "rows.parquet")) > 0


def test_both_ways_to_redact_come_to_the_same():
    texts = row_work.with_personal_data(pd.DataFrame({"text": ["a ticket"] * 51}))
    assert row_work.redact(texts).tolist() == row_work.plain_re(texts)
    assert [k for k, text in enumerate(row_work.plain_re(texts)) if text != "a ticket"] == [0, 50]
    assert row_work.plain_re(texts)[50] == "a ticket, write to [email] or call [phone]"


def test_all_batches_pass_through_the_stage_and_their_bad_rows_are_refused(tmp_path):
    broken_rows().to_parquet(tmp_path / "rows.parquet")
    make = [sys.executable, "-m", "bench.row_batches", "make", str(tmp_path / "rows.parquet"), str(tmp_path / "batches"), "3"]
    run(make, bench.ROOT)
    # of 16 rows one is good; the one created too late for its rule becomes one created after the end of its batch
    assert rows.judged(tmp_path / "batches").output == "48 rows, 45 refused\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["batches", "rows.parquet"]


def test_a_small_ratio_keeps_two_digits():
    assert "| **0.012** (0.012–0.012) | ≤ 0.03 |" in row("work", said_cpu(0.03), [(Run(0, 0, 0, "0.48"), Run(0, 0, 0, "39.9"))])


def test_without_the_maker_of_the_rows_their_figures_are_left_out_with_the_reason(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(rows, "ROWS_FRAME", tmp_path / "rows_frame.py")
    bench.main(["rows"])
    said = capsys.readouterr()
    assert said.out == ""
    assert (
        said.err
        == f"bench: {tmp_path}/rows_frame.py must exist to measure the row rules; they are left out. Set BENCH_ROWS_FRAME\n"
    )


def test_the_parts_named_are_measured_and_no_others(monkeypatch, capsys):
    monkeypatch.setattr(bench, "PARTS", {"loop": lambda _: ["the loop"], "help": lambda _: ["the page"]})
    bench.main(["help"])
    said = capsys.readouterr().out
    assert "the page" in said
    assert "the loop" not in said


def test_a_part_that_does_not_exist_is_refused():
    with pytest.raises(RuntimeError, match=r"parts must be among loop, .*, coverage, got 'speed'"):
        run([sys.executable, "-m", "bench", "speed"], bench.ROOT)
