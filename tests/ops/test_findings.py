"""The table of the quarantine: read in parts, counted by rule, exported so that no spreadsheet runs it."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_quarantine import FILE, SIZE, W39, W40, asked, line, printed, quarantine, usual

from stages import artefacts
from stages.errors import InputError, Refused
from stages.ops import findings as table_module
from stages.ops.findings import COLUMNS, GROUPS, TABLE, Wanted, counts, export, findings
from stages.ops.quarantine import show_batch, show_list
from stages.ops.release import release

pytestmark = pytest.mark.usefixtures("batch_file")


def test_findings_are_counted_by_batch_rule_severity_and_status():
    rows = usual() * 3
    quarantine(*rows, rows_a_group=4)  # a rule's findings lie in several row groups
    assert counts(Wanted()) == Counter(tuple(own[name] for name in GROUPS) for own in rows)


@pytest.mark.parametrize(
    ("wanted", "n"),
    [(Wanted(W40), 8), (Wanted(None, SIZE), 5), (Wanted(status="review"), 2), (Wanted(W39, SIZE), 0), (Wanted(), 10)],
)
def test_only_the_findings_that_are_wanted_count(wanted, n):
    quarantine(*usual())
    assert counts(wanted).total() == n


def test_only_the_columns_that_are_counted_are_read(monkeypatch):
    quarantine(*usual())
    read = []

    class Spy(pq.ParquetFile):
        def iter_batches(self, **options: Any) -> Any:
            read.append(options["columns"])
            return super().iter_batches(**options)

    monkeypatch.setattr(table_module.pq, "ParquetFile", Spy)
    counts(Wanted())
    assert read == [sorted(GROUPS)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"quarantine\.parquet must exist, got nothing there; run `dvc repro validate`"),
        (b"PAR1 and then nothing", r"must be parquet, got ArrowInvalid; run `dvc repro validate`"),
        (b"", r"must be parquet, got ArrowInvalid"),
    ],
)
def test_a_table_that_cannot_be_read_says_how_to_make_it(content, message):
    if content is not None:
        TABLE.parent.mkdir()
        TABLE.write_bytes(content)
    for use in (lambda: show_list(Wanted()), lambda: show_batch(W40, None, 5), lambda: release(asked(), "id")):
        with pytest.raises(InputError, match=message):
            use()
    assert not artefacts.RELEASES.exists()


def test_a_table_of_an_older_version_says_which_column_it_lacks():
    TABLE.parent.mkdir()
    pd.DataFrame({"batch": ["a"], "row": [1], "record_id": ["x"], "level": ["row"], "rule": ["r"]}).to_parquet(TABLE)
    with pytest.raises(InputError, match=r"must have the column 'rule_set', got others; run `dvc repro validate`"):
        counts(Wanted())


@pytest.mark.parametrize("kind", ["category", "str", "object"])
def test_the_table_is_read_whatever_kind_of_text_it_holds(kind):
    quarantine(*usual())
    pd.read_parquet(TABLE).astype(dict.fromkeys(set(COLUMNS) - {"row"}, kind)).to_parquet(TABLE, index=False)
    assert counts(Wanted(W40, status="review")) == {(W40, "batch: unit", "error", "review"): 1}
    assert export(Wanted(W40), Path("out.csv")) == 8
    assert release(asked(ids=("T1",)), "id").startswith(f"1 row of {W40}")


def test_an_empty_quarantine_is_no_error():
    quarantine()
    assert printed(show_list, Wanted()) == "nothing in quarantine\n"
    assert printed(show_list, Wanted(W40)) == "nothing in quarantine that matches\n"
    assert export(Wanted(), Path("out.csv")) == 0
    assert Path("out.csv").read_text().splitlines() == [",".join(f'"{name}"' for name in COLUMNS)]
    with pytest.raises(Refused, match="must name findings, got none"):
        release(asked(), "id")


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ('=HYPERLINK("http://x";"y")', '\'=HYPERLINK("http://x";"y")'),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
        ('say "hi", you', 'say "hi", you'),
        ("two\nlines", "two\nlines"),
        ("é 日本 😀", "é 日本 😀"),
        ("", ""),
    ],
)
def test_cells_that_a_spreadsheet_would_calculate_are_text(cell, written):
    quarantine(line(value=cell, record_id=cell, rule=cell))
    assert export(Wanted(), Path("out.csv")) == 1
    head, row = rows_of(Path("out.csv"))
    assert tuple(head) == COLUMNS
    assert row == [W40, "0", written, "row", written, "error", written, "a" * 32, "quarantined"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=8), min_size=1, max_size=5))
def test_no_exported_cell_starts_a_formula_and_none_is_lost(cells):
    quarantine(*[line(value=cell) for cell in cells])
    Path("out.csv").unlink(missing_ok=True)
    export(Wanted(), Path("out.csv"))
    found = [row[COLUMNS.index("value")] for row in rows_of(Path("out.csv"))[1:]]
    assert all(cell.lstrip(" ")[:1] not in tuple("=+-@\t\n") or not cell for cell in found)
    assert [own if own == cell else own.removeprefix("'") for own, cell in zip(found, cells, strict=True)] == cells


def test_gaps_are_exported_as_gaps_and_filters_hold():
    quarantine(*usual())
    assert export(Wanted(W40, status="review"), Path("out.csv")) == 1
    assert Path("out.csv").read_text().splitlines()[1] == f'"{W40}",,,"batch","batch: unit","error",,"{"a" * 32}","review"'


def test_an_export_overwrites_nothing():
    quarantine(*usual())
    with pytest.raises(Refused, match=r"--csv must name a new file, got data/raw/2026-W40\.csv"):
        export(Wanted(), Path("data") / W40)
    assert (Path("data") / W40).read_bytes() == FILE


@pytest.mark.parametrize("name", ["no/such/out.csv", "data/raw/2026-W40.csv/out.csv"])
def test_an_export_into_no_folder_is_one_line(name):
    quarantine(*usual())
    with pytest.raises(InputError, match=r"--csv must name a file in a folder that is there"):
        export(Wanted(), Path(name))


def test_an_export_that_fails_leaves_nothing(monkeypatch, batch_file):
    quarantine(*usual())

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(table_module, "_write", full)
    with pytest.raises(InputError, match=r"--csv must name a file that can be written, got OSError"):
        export(Wanted(), Path("out.csv"))
    assert [path.name for path in batch_file.iterdir()] == ["data"]


def test_findings_come_in_the_order_of_the_table():
    quarantine(*usual(), rows_a_group=3)
    ids = [own for part in findings(("record_id",), Wanted(W40)) for own in part["record_id"].to_pylist()]
    assert ids == ["T0", "T1", "T2", "T3", "T4", "T7", "T1", None]
