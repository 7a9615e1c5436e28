"""Events: what is open or running on a day, and impossible windows."""

from datetime import date, timedelta

import pytest

from stages.errors import InputError
from stages.signals.events import Events, read_events

FILE = """
deployments:
  - {at: 2026-03-10, name: form-2, what: New form}
incidents:
  - {opened: 2026-03-10, closed: 2026-03-12, what: Outage}
  - {opened: 2026-03-20, what: Still broken}
campaigns:
  - {starts: 2026-03-10, ends: 2026-03-12, what: Spring, segments: [product=a]}
freezes:
  - {starts: 2026-03-10, ends: 2026-03-10, what: Year end}
"""


def read(folder, text: str) -> Events:
    (folder / "events.yaml").write_text(text)
    return read_events(folder / "events.yaml")


def day(number: int) -> date:
    return date(2026, 3, number)


def test_an_incident_is_open_from_its_day_until_before_it_closes(tmp_path):
    events = read(tmp_path, FILE)
    found = {number: events.open_incidents(day(number)) for number in (9, 10, 11, 12, 20, 31)}
    assert found == {9: [], 10: ["Outage"], 11: ["Outage"], 12: [], 20: ["Still broken"], 31: ["Still broken"]}


def test_a_window_includes_both_its_days(tmp_path):
    events = read(tmp_path, FILE)
    assert [bool(events.running("campaigns", day(number))) for number in (9, 10, 12, 13)] == [False, True, True, False]
    assert [bool(events.running("freezes", day(number))) for number in (9, 10, 11)] == [False, True, False]


def test_a_deployment_is_blamed_for_as_many_days_as_asked(tmp_path):
    events = read(tmp_path, FILE)
    at = day(10)
    found = [bool(events.deployed(at + timedelta(days=days), 7)) for days in (-1, 0, 7, 8)]
    assert found == [False, True, True, False]


@pytest.mark.parametrize("text", ["", "{}", "campaigns: []\n", "# nothing yet\n"])
def test_an_empty_file_holds_no_events(tmp_path, text):
    events = read(tmp_path, text)
    assert events.open_incidents(day(1)) == events.running("campaigns", day(1)) == events.deployed(day(1), 999) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("incidents: [{opened: 2026-03-10, closed: 2026-03-09, what: x}]", "incidents.0 must be valid, got: closed must not be"),
        ("freezes: [{starts: 2026-03-10, ends: 2026-03-09, what: x}]", "freezes.0 must be valid, got: ends must not be before"),
        ("campaigns: [{starts: 2026-03-10, what: x}]", "campaigns.0.ends must be valid"),
        ("deployments: [{at: someday, name: x, what: x}]", "deployments.0.at must be valid"),
        ("deployments: [{at: 2026-03-10, name: x, what: x, who: y}]", "deployments.0.who must be valid"),
        ("deployment: []", "deployment must be valid"),
        ("[1, 2]", "the file must be valid"),
        ("deployments: [{at: 2026-02-30, name: x, what: x}]", "must be UTF-8 YAML, got ValueError"),
        ("deployments: [", "line 1 must be valid YAML"),
    ],
)
def test_an_impossible_event_is_one_line_with_its_place(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path, text)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"events\.yaml must exist"):
        read_events(tmp_path / "events.yaml")
