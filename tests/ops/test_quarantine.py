"""`ratchet quarantine`: counts, rows and exports that can do no harm, and releases that say who, why and of which file."""

import csv
import hashlib
import io
import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

import stages.settings
from stages import artefacts
from stages.artefacts import read_yaml
from stages.errors import InputError, Refused, UsageError, one_line_errors
from stages.intake.releases import Release, read_releases
from stages.ops import findings as table_module
from stages.ops.cli import app
from stages.ops.findings import COLUMNS, GROUPS, TABLE, Wanted, counts, export, findings
from stages.ops.printing import visible
from stages.ops.quarantine import Asked, release, show_batch, show_list

W39, W40, LABELS = "raw/2026-W39.parquet", "raw/2026-W40.csv", "feedback/2026-W40.csv"
SIZE, OLD, ODD = "size: greater_than(0)", "id: in an earlier batch", "size: not a number"
BOOM = "x: [red]=1+1[/red] :cat:\n\x1b[31m\x07\u202eevil"
FILE = b"id,size\nT1,-5\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder to stand in, with the file of one batch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stages.settings, "load", lambda: SimpleNamespace(columns=SimpleNamespace(id="id")))
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / W40).write_bytes(FILE)
    return tmp_path


def line(**changes: Any) -> dict[str, Any]:
    """One finding: a row of W40 whose size is refused."""
    usual = {"batch": W40, "row": 0, "record_id": "T1", "level": "row", "rule": SIZE, "severity": "error"}
    return usual | {"value": "-5", "rule_set": "a" * 32, "status": "quarantined"} | changes


def whole(**changes: Any) -> dict[str, Any]:
    """A finding about a batch as a whole."""
    return line(row=None, record_id=None, level="batch", rule="batch: unit", value=None, status="open", **changes)


def quarantine(*found: dict[str, Any], rows_a_group: int = 100_000) -> None:
    kinds = {name: "Int64" if name == "row" else "str" for name in COLUMNS}
    frame = pd.DataFrame(list(found), columns=list(COLUMNS)).astype(kinds)
    TABLE.parent.mkdir(exist_ok=True)
    frame.to_parquet(TABLE, index=False, row_group_size=rows_a_group)


def usual() -> list[dict[str, Any]]:
    rows = [line(row=k, record_id=f"T{k}") for k in range(5)]
    rows += [line(row=7, record_id="T7", rule=OLD), line(rule=ODD, value="oops", status="released")]
    rows += [line(batch=W39, rule="text: mojibake", severity="warning", status="review")]
    return [*rows, line(batch=LABELS, level="label", rule="label: reviewers disagree"), whole()]


def asked(**changes: Any) -> Asked:
    return Asked(**{"batch": W40, "rule": SIZE, "ids": (), "by": "Ada", "reason": "refunds are negative"} | changes)


def printed(show: Any, *arguments: Any, width: int = 80, **look: Any) -> str:
    text = io.StringIO()
    show(*arguments, Console(file=text, width=width, highlight=False, emoji=False, **look))
    return text.getvalue()


@pytest.fixture
def ratchet(monkeypatch, capsys):
    """Calls the command in this process; returns exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ratchet", "quarantine", *arguments])
        with pytest.raises(SystemExit) as end:
            one_line_errors(app)()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return call


# --- the table


def test_findings_are_counted_by_batch_rule_severity_and_status():
    rows = usual() * 3
    quarantine(*rows, rows_a_group=4)  # a rule's findings lie in several row groups
    assert counts(Wanted()) == Counter(tuple(own[name] for name in GROUPS) for own in rows)


@pytest.mark.parametrize(
    ("wanted", "n"),
    [(Wanted(W40), 8), (Wanted(None, SIZE), 5), (Wanted(status="open"), 1), (Wanted(W39, SIZE), 0), (Wanted(), 10)],
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
    assert counts(Wanted(status="open")) == {(W40, "batch: unit", "error", "open"): 1}
    assert export(Wanted(W40), Path("out.csv")) == 8
    assert release(asked(ids=("T1",)), "id") == 1


def test_an_empty_quarantine_is_no_error(ratchet):
    quarantine()
    assert printed(show_list, Wanted()) == "nothing in quarantine\n"
    assert printed(show_list, Wanted(W40)) == "nothing in quarantine that matches\n"
    assert export(Wanted(), Path("out.csv")) == 0
    assert Path("out.csv").read_text().splitlines() == [",".join(f'"{name}"' for name in COLUMNS)]
    with pytest.raises(Refused, match="must name findings, got none"):
        release(asked(), "id")


# --- list and show


def test_the_newest_batch_comes_last_and_its_most_frequent_rule_first():
    quarantine(*usual())
    text = printed(show_list, Wanted(), width=140)
    rows = [re.split(r"\s{2,}", own.strip()) for own in text.splitlines()]
    assert rows[:-3] == [
        ["batch", "rule", "severity", "status", "findings"],
        [W39, "text: mojibake", "warning", "review", "1"],
        [LABELS, "label: reviewers disagree", "error", "quarantined", "1"],
        [W40, SIZE, "error", "quarantined", "5"],
        [W40, "batch: unit", "error", "open", "1"],
        [W40, OLD, "error", "quarantined", "1"],
        [W40, ODD, "error", "released", "1"],
    ]
    assert text.endswith("total 10: 7 quarantined, 1 review, 1 open, 1 released\nnext: ratchet quarantine show BATCH\n")


def test_show_names_rows_rules_and_values_and_says_how_many_are_left_out():
    quarantine(*usual())
    text = printed(lambda console: show_batch(W40, SIZE, 2, console))
    rows = [re.split(r"\s{2,}", own.strip()) for own in text.splitlines()]
    assert rows[:4] == [
        [f"{W40}, findings: 5 (rows count from 0)"],
        ["row", "record id", "rule", "value", "status"],
        ["0", "T0", SIZE, "-5", "quarantined"],
        ["1", "T1", SIZE, "-5", "quarantined"],
    ]
    assert "and 3 more: --limit N" in text
    assert "batch  " in printed(lambda console: show_batch(W40, "batch: unit", 2, console))


def test_show_refuses_a_batch_without_findings():
    quarantine(*usual())
    for batch, rule in (("raw/2026-W41.csv", None), (W40, "no such rule"), ("2026-W40", None)):
        with pytest.raises(UsageError, match=r"must name findings, got none of .*`ratchet quarantine list` names them"):
            show_batch(batch, rule, 5)


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("show", [show_list, lambda wanted, console: show_batch(W40, None, 50, console)])
def test_hostile_names_are_shown_as_text_within_the_width(show, width):
    odd = [line(rule="z" * 10_000), line(rule="日本" * 40, value="é")]
    quarantine(line(rule=BOOM, record_id="[/]" + "y" * 5_000, value="[b]v"), *odd)
    text = printed(show, Wanted(), width=width)
    assert all(own.isprintable() for own in text.split("\n"))
    assert max(len(own) for own in text.split("\n")) <= width
    wide = printed(show, Wanted(), width=500)
    assert r"x: [red]=1+1[/red] :cat:\n\x1b[31m\x07\u202eevil" in wide
    assert "z" * 119 + "…" in wide


@pytest.mark.parametrize("show", [show_list, lambda wanted, console: show_batch(W40, None, 50, console)])
def test_colours_are_for_verdict_words_only(show):
    quarantine(*usual(), line(rule="error [red]quarantined"))
    text = printed(show, Wanted(), width=140, force_terminal=True, color_system="standard")
    coloured = {own.strip() for own in re.findall(r"\x1b\[3\dm(.*?)\x1b\[0m", text)}
    assert coloured <= {"error", "warning", "quarantined", "released", "review", "open"}
    assert "quarantined" in coloured
    assert "\x1b" not in printed(show, Wanted(), width=140)


def test_long_names_are_cut_and_control_characters_spelled_out():
    assert visible("a\x00b\ud800") == r"a\x00b\ud800"
    assert visible("x" * 120) == "x" * 120
    assert visible("x" * 121) == "x" * 119 + "…"


# --- export


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
    assert export(Wanted(status="open"), Path("out.csv")) == 1
    assert Path("out.csv").read_text().splitlines()[1] == f'"{W40}",,,"batch","batch: unit","error",,"{"a" * 32}","open"'


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


def test_an_export_that_fails_leaves_nothing(monkeypatch, here):
    quarantine(*usual())

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(table_module, "_write", full)
    with pytest.raises(InputError, match=r"--csv must name a file that can be written, got OSError"):
        export(Wanted(), Path("out.csv"))
    assert [path.name for path in here.iterdir()] == ["data"]


# --- release


def test_a_release_of_a_rule_names_the_file_as_it_is_now():
    quarantine(*usual())
    assert release(asked(by=" Ada "), "id") == 5
    md5 = hashlib.md5(FILE).hexdigest()
    assert read_releases(artefacts.RELEASES) == [
        Release(batch=W40, rule=SIZE, record_id=None, file=md5, by="Ada", reason="refunds are negative")
    ]


def test_a_release_of_rows_has_an_entry_for_each():
    quarantine(*usual(), line(row=9, record_id="T3"))
    assert release(asked(ids=("T3", "T1", "T3")), "id") == 3  # T3 twice in the table, T1 once
    assert [entry.record_id for entry in read_releases(artefacts.RELEASES)] == ["T3", "T1"]


@pytest.mark.parametrize("status", ["open", "review", "quarantined"])
def test_a_finding_about_a_whole_batch_can_be_released(status):
    quarantine(whole() | {"status": status})
    assert release(asked(rule="batch: unit"), "id") == 1
    assert read_yaml(artefacts.RELEASES)[0]["record_id"] is None


def test_a_release_after_the_file_changed_is_another_one():
    quarantine(*usual())
    release(asked(), "id")
    (Path("data") / W40).write_bytes(FILE + b"T2,-6\n")
    release(asked(), "id")
    assert len({entry.file for entry in read_releases(artefacts.RELEASES)}) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"by": ""}, r"--by must be one line with a letter or digit"),
        ({"by": "\u200b "}, r"--by must be one line"),
        ({"reason": "  "}, r"--reason must be one line"),
        ({"reason": "fine\n- batch: raw/x"}, r"--reason must be one line"),
        ({"reason": "fine\x1b[2K"}, r"--reason must be one line"),
        ({"by": "Ada\udcff"}, r"--by must be one line"),  # bytes that are not UTF-8 on the command line
        ({"batch": "raw/2026-W41.csv"}, r"must name findings, got none of 'raw/2026-W41.csv'"),
        ({"batch": "raw/../../etc/passwd"}, r"must name findings, got none"),
        ({"rule": "size: nothing"}, r"must name findings, got none of .*'size: nothing'"),
        ({"rule": SIZE.upper()}, r"must name findings, got none"),
        ({"rule": OLD}, r"--rule must be one that a release may undo, got 'id: in an earlier batch'; mend the batch's file"),
        ({"rule": "row: near-duplicate of a test row"}, r"--rule must be one that a release may undo"),
        ({"rule": ODD}, r"must name what is refused, got nothing"),  # released already, and honoured
        ({"batch": W39, "rule": "text: mojibake"}, r"must name what is refused, got nothing"),
        ({"ids": ("T1", "T99")}, r"--id must name rows in quarantine, got 1 of 2 that are not"),
        ({"ids": ("t1",)}, r"--id must name rows in quarantine, got 1 of 1"),
        ({"ids": ("",)}, r"--id must name rows in quarantine"),
        ({"rule": "batch: unit", "ids": ("T1",)}, r"--id must name rows in quarantine"),
        ({"ids": tuple(f"T{k}" for k in range(101))}, r"--id may name 100 rows at most, got 101; leave it out"),
        ({"batch": LABELS, "rule": "label: reviewers disagree"}, r"data/feedback/2026-W40\.csv must exist, got nothing there"),
    ],
)
def test_what_may_not_be_released_is_refused_and_nothing_is_written(changes, message):
    quarantine(*usual(), line(rule="row: near-duplicate of a test row"))
    with pytest.raises((Refused, InputError), match=message):
        release(asked(**changes), "id")
    assert not artefacts.RELEASES.exists()


def test_a_hundred_rows_are_not_too_many():
    quarantine(*[line(row=k, record_id=f"T{k}") for k in range(100)])
    assert release(asked(ids=tuple(f"T{k}" for k in range(100))), "id") == 100


@pytest.mark.parametrize("text", [BOOM, "- a: b", "'", "1e5", "~", "é 日本", "x" * 10_000, "--rule", " "])
def test_hostile_rules_and_ids_are_released_as_they_are(text):
    quarantine(line(rule=text, record_id=text))
    assert release(asked(rule=text, ids=(text,)), "id") == 1
    (entry,) = read_releases(artefacts.RELEASES)
    assert (entry.rule, entry.record_id) == (text, text)


def test_messages_spell_out_control_characters():
    quarantine(*usual())
    with pytest.raises(Refused) as caught:
        release(asked(rule=BOOM), "id")
    assert str(caught.value).isprintable()


# --- the command


def test_the_command_lists_exports_and_shows(ratchet):
    quarantine(*usual())
    code, out, err = ratchet("list", "--batch", W40, "--csv", "out.csv")
    assert (code, err) == (0, "")
    assert out.endswith("next: ratchet quarantine show BATCH\nwritten to out.csv: 8\n")
    code, out, err = ratchet("show", W40, "--rule", SIZE, "--limit", "1")
    assert (code, err) == (0, "")
    assert "and 4 more" in out


def test_the_command_releases_and_says_what_comes_next(ratchet):
    quarantine(*usual())
    common = ("--by", "Ada", "--reason", "fine", "--batch", W40)
    code, out, err = ratchet("release", *common, "--rule", SIZE, "--id", "T1", "--id", "T2")
    assert (code, err) == (0, "")
    assert out == "findings released in data/releases.yaml: 2\nnext: dvc repro, then commit both: a review sees the entry\n"
    assert ratchet("release", *common, "--rule", SIZE, "--id", "T1") == (
        6, "", "error: a release must be new, got one that 'Ada' has written already; run `dvc repro` to see its effect\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("list", "--status", "gone"), 2),
        (("show",), 2),
        (("show", "raw/none.csv"), 2),
        (("show", W40, "--limit", "0"), 2),
        (("release", "--by", "Ada", "--batch", W40, "--rule", SIZE), 2),
        (("release", "--by", "Ada", "--reason", "", "--batch", W40, "--rule", SIZE), 6),
    ],
)
def test_a_wrong_command_is_said_without_a_traceback(ratchet, arguments, code):
    quarantine(*usual())
    found, _, err = ratchet(*arguments)
    assert found == code
    assert "Traceback" not in err


def test_findings_come_in_the_order_of_the_table():
    quarantine(*usual(), rows_a_group=3)
    ids = [own for part in findings(("record_id",), Wanted(W40)) for own in part["record_id"].to_pylist()]
    assert ids == ["T0", "T1", "T2", "T3", "T4", "T7", "T1", None]
