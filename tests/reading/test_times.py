"""Times become UTC one by one; what is none, or of no year that there is, is a gap with a rule."""

import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_cells import as_kind, stored, words

TIME = "x: not an ISO time"


def as_times(column: pd.Series) -> tuple[list[Any], dict[str, list[bool]]]:
    return as_kind(column, "times")


def test_times_are_iso_in_utc_and_what_is_not_is_a_gap_with_a_rule():
    content = {
        "2026-10-05": "2026-10-05T00:00+00:00",
        "2026-10-05 12:00": "2026-10-05T12:00+00:00",  # without a zone: UTC
        "2026-10-05T12:00:00Z": "2026-10-05T12:00+00:00",
        "2026-10-05T12:00:00+02:00": "2026-10-05T10:00+00:00",
        "2026-10-05T23:30-01:00": "2026-10-06T00:30+00:00",
        "20261005T120000Z": "2026-10-05T12:00+00:00",
        "2026-10-05T12:00:00.123456789Z": "2026-10-05T12:00:00.123456+00:00",
        "9999-12-31": "9999-12-31T00:00+00:00",
        "05/10/2026": None, "10/05/2026": None, "05.10.2026": None, "2026-02-30": None, "2026-13-01": None,
        "2026": None, "2026-10": None, "20261005": None, "1759665600": None, "now": None, "today": None, "NaT": None,
    }  # fmt: skip
    expected = [None if text is None else pd.Timestamp(text) for text in content.values()]
    rule = {TIME: [cell is None for cell in expected] + [False]}
    assert as_times(words(*content, None)) == ([*expected, None], rule)


ZONES = st.none() | st.integers(-23 * 60, 23 * 60).map(lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes)))


@given(
    st.lists(st.datetimes(datetime.datetime(1, 1, 3), datetime.datetime(9999, 12, 29), timezones=ZONES), min_size=1),
    st.booleans(),
)
def test_one_oops_changes_no_other_time(times, space):
    """The second reader is Python's own datetime."""
    cells = [time.isoformat(sep=" " if space else "T") for time in times]
    expected = [time.astimezone(datetime.UTC) if time.tzinfo else time.replace(tzinfo=datetime.UTC) for time in times]
    assert as_times(words(*cells)) == (expected, {})
    assert as_times(words(*cells, "oops")) == ([*expected, None], {TIME: [False] * len(cells) + [True]})


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_parquet_times_of_every_unit_and_zone_are_utc(tmp_path, unit, zone):
    noon = pd.Timestamp("2026-10-05T12:00+00:00")
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    column = stored(tmp_path, int(noon.timestamp()) * per_second, None, kind=pa.timestamp(unit, zone))
    assert as_times(column) == ([noon, None], {})


@pytest.mark.parametrize("others", [[], ["oops"]], ids=["alone", "beside one that is none"])
@pytest.mark.parametrize(
    "cell",
    [
        "9999-12-31T23:59:59-12:00",  # noon of a day in the year 10000
        "9999-12-31T23:59:59.9999999-00:01",
        "0001-01-01T00:00:00+00:01",  # a minute before the first year
        "-0001-01-01T00:00:00Z",
        "+12026-10-05T00:00:00Z",
        "294247-01-10T04:00:54Z",
    ],
)
def test_a_time_that_its_zone_moves_out_of_the_calendar_is_none(cell, others):
    expected = {TIME: [True] * (1 + len(others)) + [False]}
    last = "9999-12-31T23:59:59.999999+00:00"
    assert as_times(words(cell, *others, last)) == ([None] * (1 + len(others)) + [pd.Timestamp(last)], expected)


@pytest.mark.parametrize("unit", ["ms", "us"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_parquet_times_out_of_the_calendar_are_none_and_the_others_stay(tmp_path, unit, zone):
    column = stored(tmp_path, 2**62, -(2**62), 0, None, kind=pa.timestamp(unit, zone))
    assert as_times(column) == ([None, None, pd.Timestamp(0, tz="UTC"), None], {TIME: [True, True, False, False]})


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_a_blank_cell_is_a_gap_and_no_time_that_cannot_be_read(blank):
    assert as_times(words(blank, "2026-10-05")) == ([None, pd.Timestamp("2026-10-05T00:00Z")], {})
    assert as_times(words(blank, "oops")) == ([None, None], {TIME: [False, True]})


def test_parquet_dates_are_times_and_numbers_are_none(tmp_path):
    day = pd.Timestamp("2026-10-05T00:00+00:00")
    assert as_times(stored(tmp_path, datetime.date(2026, 10, 5), None)) == ([day, None], {})
    assert as_times(stored(tmp_path, 1_759_665_600, None)) == ([None, None], {TIME: [True, False]})
