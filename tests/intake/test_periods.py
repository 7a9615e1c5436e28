"""A file name declares its period."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.errors import InputError
from stages.intake.periods import SUFFIXES, files_by_period, period


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


def test_batch_files_come_oldest_first_and_other_files_are_left_alone(tmp_path):
    for name in ("2027-W01.csv", "2026-W53.csv.gz", "2026-W52.parquet", "README.md", ".2026-W51.csv", ".gitignore", "2026-W50"):
        (tmp_path / name).touch()
    found = files_by_period(tmp_path)
    assert [file.name for file in found.values()] == ["2026-W52.parquet", "2026-W53.csv.gz", "2027-W01.csv"]


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".CSV", ".Parquet"])
def test_every_kind_of_file_is_a_batch(tmp_path, suffix):
    (tmp_path / f"2026-10{suffix}").touch()
    assert [found.name for found in files_by_period(tmp_path)] == ["2026-10"]


def test_two_files_of_one_period_are_refused(tmp_path):
    for name in ("2026-W40.csv", "2026-W40.parquet"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=r"must hold one file a period, got 2026-W40\.csv and 2026-W40\.parquet; keep one"):
        files_by_period(tmp_path)


def test_a_data_file_without_a_period_is_refused(tmp_path):
    (tmp_path / "tickets.csv").touch()
    with pytest.raises(InputError, match="batch 'tickets' must be named by its period"):
        files_by_period(tmp_path)


def test_a_folder_that_is_not_there_has_no_batches(tmp_path):
    assert files_by_period(tmp_path / "gone") == {}
