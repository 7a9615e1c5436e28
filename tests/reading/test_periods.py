"""A file name declares its period."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.errors import InputError
from stages.reading.periods import SUFFIXES, Incoming, incoming, period


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026-W40", date(2026, 9, 28), date(2026, 10, 4)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),  # ISO: the week of the year's first Thursday, 2026-01-01
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),  # 2026 begins on a Thursday: 53 weeks
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-10-05", date(2026, 10, 5), date(2026, 10, 5)),
        ("2028-02-29", date(2028, 2, 29), date(2028, 2, 29)),
    ],
)
def test_a_name_declares_its_first_and_last_day(name, first, last):
    found = period(name)
    assert (found.first, found.last, found.name) == (first, last, name)


@given(st.dates(date(1000, 1, 8), date(2999, 12, 20)))
def test_every_day_lies_in_its_own_day_week_and_month(day):
    year, week, _ = day.isocalendar()
    for name, days in ((f"{day}", {1}), (f"{year}-W{week:02}", {7}), (f"{day:%Y-%m}", {28, 29, 30, 31})):
        found = period(name)
        assert found.first <= day <= found.last
        assert (found.last - found.first + timedelta(days=1)).days in days


@pytest.mark.parametrize(
    "name",
    [
        "2025-W53",  # 2025 begins on a Wednesday and is no leap year: 52 weeks
        "2026-W00", "2026-W54", "2026-W1", "2026-w40", "2026W40", "2026-13", "2026-00", "2026-02-29", "2026-10-32", "2026",
        "26-10", "batch", "", "2026-10-05 ", "2026-10-05\n", "9999-12", "9999-W52", "0001-01-01", "２０２６-10",
    ],
)  # fmt: skip
def test_a_name_that_declares_no_period_is_refused(name):
    with pytest.raises(InputError) as refused:
        period(name)
    assert str(refused.value) == (
        f"batch {name!r} must be named by its period (2026-W40, 2026-10 or 2026-10-05), got another name; rename the file"
    )


def test_periods_are_ordered_by_their_last_day():
    names = ["2026-10", "2026-W40", "2026-09-30", "2026-W39"]
    # last days: October 31, October 4, September 30, September 27
    assert sorted(names, key=period) == ["2026-W39", "2026-09-30", "2026-W40", "2026-10"]


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).touch()


def test_files_come_oldest_first_then_what_has_no_period_and_notes_are_left_alone(tmp_path):
    put(tmp_path, "zebra.csv", "2026-12.csv", "2027-W01.csv", "2026-W53.csv.gz", "2026-W52.parquet", "2026-W99.jsonl")
    put(tmp_path, "README.md", "LICENSE", ".2026-W51.csv", ".gitignore", "2026-W50", "2026-W52.parquet.manifest.json")
    put(tmp_path, "2026-W51.csv.dvc", ".DS_Store", "Thumbs.db")
    found = incoming(tmp_path)
    # last days: December 27, December 31, January 3, January 10; week 99 does not exist
    assert [own.path.name for own in found] == [
        "2026-W52.parquet", "2026-12.csv", "2026-W53.csv.gz", "2027-W01.csv", "2026-W50", "2026-W99.jsonl", "zebra.csv",
    ]  # fmt: skip
    assert [own.problem is None for own in found] == [True] * 4 + [False] * 3


@pytest.mark.parametrize("name", ["2026-W40.xlsx", "2026-W40.txt", "2026-W40.csv.zip", "2026-W40", "2026-W40.csv.part"])
def test_another_kind_of_file_has_a_problem_that_says_what_is_read(tmp_path, name):
    put(tmp_path, name)
    why = (
        f"{tmp_path / name} must be one of .csv, .csv.gz, .jsonl, .jsonl.gz, .parquet, got another kind of file; "
        "export it as one of them or take it away"
    )
    assert incoming(tmp_path) == [Incoming(tmp_path / name, None, why)]


@pytest.mark.parametrize("name", ["2026", "2026-W40.parquet"])
def test_a_folder_among_the_files_has_a_problem(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / ".ipynb_checkpoints").mkdir()
    put(tmp_path / name, "2026-W40.csv")
    (found,) = incoming(tmp_path)
    assert found.problem == (
        f"{tmp_path / name} must be a file, got a folder; put its files into {tmp_path}, each named by its period"
    )


def test_a_manifest_without_its_file_has_a_problem(tmp_path):
    put(tmp_path, "2026-W39.csv", "2026-W39.csv.manifest.json", "2026-W40.csv.manifest.json")
    (tmp_path / "2026-W41.csv").symlink_to(tmp_path / "gone")  # what is missing has a problem of its own
    put(tmp_path, "2026-W41.csv.manifest.json")
    problems = {own.path.name: own.problem for own in incoming(tmp_path)}
    alone = tmp_path / "2026-W40.csv.manifest.json"
    why = f"{alone} must lie beside its file, got no 2026-W40.csv; deliver that file, or remove the manifest"
    assert problems == {"2026-W39.csv": None, "2026-W41.csv": None, alone.name: why}


def test_a_file_is_called_by_its_folder_and_name(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    put(folder, "2026-W40.csv")
    assert incoming(folder) == [Incoming(folder / "2026-W40.csv", period("2026-W40"), None)]
    assert incoming(folder)[0].key == "raw/2026-W40.csv"


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".CSV", ".Parquet"])
def test_every_kind_of_file_is_a_batch(tmp_path, suffix):
    put(tmp_path, f"2026-10{suffix}")
    assert [own.period for own in incoming(tmp_path)] == [period("2026-10")]


def test_all_files_of_one_period_have_a_problem_and_no_other_file_has(tmp_path):
    put(tmp_path, "2026-W40.csv", "2026-W40.jsonl", "2026-W40.parquet", "2026-W41.csv", "2026-W39.csv")
    why = "2026-W40 must come in one file, got 2026-W40.csv and 2026-W40.jsonl and 2026-W40.parquet; keep one of them"
    assert [own.problem for own in incoming(tmp_path)] == [None, why, why, why, None]


def test_periods_that_only_overlap_are_no_problem(tmp_path):
    put(tmp_path, "2026-W40.csv", "2026-09-30.csv", "2026-10.csv")
    assert [own.problem for own in incoming(tmp_path)] == [None, None, None]


def test_a_data_file_without_a_period_has_a_problem(tmp_path):
    put(tmp_path, "tickets.csv")
    why = "batch 'tickets' must be named by its period (2026-W40, 2026-10 or 2026-10-05), got another name; rename the file"
    assert incoming(tmp_path) == [Incoming(tmp_path / "tickets.csv", None, why)]


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert incoming(tmp_path / "gone") == []


def test_what_cannot_be_read_is_an_empty_file_without_an_md5(tmp_path):
    (tmp_path / "2026-10-05.csv").mkdir()
    (tmp_path / "2026-10-06.csv").symlink_to(tmp_path / "gone")
    put(tmp_path, "2026-10-07.csv")
    (tmp_path / "2026-10-07.csv").write_bytes(b"abc")
    link, file, folder = incoming(tmp_path)
    assert (folder.md5, link.md5, link.size) == ("", "", 0)
    assert (file.md5, file.size) == ("900150983cd24fb0d6963f7d28e17f72", 3)  # RFC 1321, A.5
