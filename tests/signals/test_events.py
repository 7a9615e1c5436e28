"""Events: what is open or running on a day, and events that cannot be meant."""

from datetime import date, timedelta

import pytest

from stages.errors import InputError
from stages.signals.events import Events, later, read_events

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
changes:
  - {at: '2026-03-10', what: New law}
one_offs:
  - {starts: 2026-03-10, ends: 2026-03-11, what: Storm}
"""


def read(folder, text: str, columns: list[str] | None = None) -> Events:
    (folder / "events.yaml").write_text(text)
    return read_events(folder / "events.yaml", columns)


def day(number: int) -> date:
    return date(2026, 3, number)


def test_an_incident_is_open_from_its_day_until_before_it_closes(tmp_path):
    events = read(tmp_path, FILE)
    found = {number: [own.what for own in events.open_incidents(day(number))] for number in (9, 10, 11, 12, 20, 31)}
    assert found == {9: [], 10: ["Outage"], 11: ["Outage"], 12: [], 20: ["Still broken"], 31: ["Still broken"]}


def test_a_window_includes_both_its_days(tmp_path):
    events = read(tmp_path, FILE)
    assert [bool(events.running("campaigns", day(number))) for number in (9, 10, 12, 13)] == [False, True, True, False]
    assert [bool(events.running("freezes", day(number))) for number in (9, 10, 11)] == [False, True, False]


@pytest.mark.parametrize(("first", "last", "found"), [(1, 9, 0), (1, 10, 1), (11, 20, 1), (12, 20, 0), (1, 31, 1)])
def test_a_window_overlaps_days_that_it_shares(tmp_path, first, last, found):
    assert len(read(tmp_path, FILE).overlapping("one_offs", day(first), day(last))) == found


def test_a_deployment_is_blamed_for_as_many_days_as_asked(tmp_path):
    events = read(tmp_path, FILE)
    at = day(10)
    found = [bool(events.deployed(at + timedelta(days=days), 7)) for days in (-1, 0, 7, 8)]
    assert found == [False, True, True, False]


def test_an_event_says_its_days_and_words_on_one_line(tmp_path):
    events = read(tmp_path, "one_offs: [{starts: 2026-03-10, ends: 2026-03-11, what: 'A storm\n\n  in the north'}]")
    assert events.one_offs[0].words == "A storm in the north (2026-03-10 to 2026-03-11)"


@pytest.mark.parametrize("text", ["", "{}", "campaigns: []\n", "campaigns:\nfreezes:\n", "# nothing yet\n"])
def test_an_empty_file_holds_no_events(tmp_path, text):
    assert read(tmp_path, text) == Events()


def test_a_window_that_never_ends_breaks_no_calendar(tmp_path):
    window = read(tmp_path, "freezes: [{starts: 2026-03-10, ends: 9999-12-31, what: x}]").running("freezes", day(31))[0]
    assert later(window.ends, 1) == date.max
    assert later(day(1), 2) == day(3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "incidents: [{opened: 2026-03-10, closed: 2026-03-09, what: x}]",
            "incidents.0 must close on its day or later, got 2026-03-09",
        ),
        (
            "freezes: [{starts: 2026-03-10, ends: 2026-03-09, what: x}]",
            "freezes.0 must end on its first day or later, got 2026-03-09",
        ),
        ("campaigns: [{starts: 2026-03-10, what: x}]", "campaigns.0.ends must be there"),
        ("deployments: [{at: someday, name: x, what: x}]", r"deployments.0.at must be a day \(2026-10-04\), got 'someday'"),
        ("changes: [{at: 20260310, what: x}]", "changes.0.at must be a day"),  # YAML reads a number
        ("changes: [{at: 2026-03-10 09:00:00, what: x}]", "changes.0.at must be a day"),
        ("changes: [{at: 2026-03-10, what: ' '}]", "changes.0.what must be a few words"),
        ("deployments: [{at: 2026-03-10, name: x, what: x, segment: y}]", "0.segment must be a known key, did you mean segments"),
        ("deployments: [{at: 2026-03-10, name: x, what: x, zzz: y}]", r"0.zzz must be a known key \(what, at"),
        ("deployment: []", "deployment must be a known key, did you mean deployments"),
        ("deployments: {at: 2026-03-10}", "deployments must be a list of events, got dict"),
        ("deployments: [form]", "deployments.0 must have the keys of an event, got str"),
        ("[1, 2]", "the file must have the keys of an event, got list"),
        ("deployments: [{at: 2026-02-30, name: x, what: x}]", "must be UTF-8 YAML, got ValueError"),
        ("deployments: [", "line 1 must be valid YAML"),
        (
            "campaigns: [{starts: 2026-03-10, ends: 2026-03-11, what: x, segments: [a]}]",
            "must name segments as column=value, got 'a'",
        ),
        ("campaigns: [{starts: 2026-03-10, ends: 2026-03-11, what: x, segments: [a=]}]", "as column=value, got 'a='"),
        (
            "campaigns: [{starts: 2026-03-10, ends: 2026-03-11, what: x, segments: [colour=red]}]",
            "'colour=red'; did you mean color",
        ),
        ("campaigns: [{starts: 2026-03-10, ends: 2026-03-11, what: x, segments: [zzz=red]}]", "'zzz=red'; known: color, size"),
    ],
)
def test_an_impossible_event_is_one_line_with_its_place(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path, text, ["color", "size"])
    assert "\n" not in str(error.value)


def two(kind: str, first: str, second: str) -> str:
    return f"{kind}: [{{{first}, what: one}}, {{{second}, what: other}}]"


@pytest.mark.parametrize("kind", ["campaigns", "freezes", "one_offs"])
def test_windows_of_one_kind_do_not_overlap_on_the_same_rows(tmp_path, kind):
    march, april = "starts: 2026-03-10, ends: 2026-03-20", "starts: 2026-03-21, ends: 2026-04-01"
    late = "starts: 2026-03-20, ends: 2026-04-01"
    read(tmp_path, two(kind, march, april))
    with pytest.raises(InputError, match=rf"{kind}.1 must not overlap {kind}.0, got other \(2026-03-20 to 2026-04-01\) and one"):
        read(tmp_path, two(kind, march, late))
    with pytest.raises(InputError, match="on the same segments"):
        read(tmp_path, two(kind, f"{march}, segments: [a=1, a=2]", f"{late}, segments: [a=2]"))
    read(tmp_path, two(kind, f"{march}, segments: [a=1]", f"{late}, segments: [a=2]"))
    read(tmp_path, two(kind, march, f"{late}, segments: [a=2]"))


def test_a_deployment_is_there_once(tmp_path):
    twice = "deployments: [{at: 2026-03-10, name: f, what: x}, {at: 2026-03-10, name: f, what: y}]"
    with pytest.raises(InputError, match="deployments must be there once, got f on 2026-03-10 2 times; delete one"):
        read(tmp_path, twice)
    assert len(read(tmp_path, twice.replace("03-10, name: f, what: y", "03-11, name: f, what: y")).deployments) == 2


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"events\.yaml must exist"):
        read_events(tmp_path / "events.yaml")
