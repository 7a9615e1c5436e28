"""Events above the weeks: each on its day, in a lane of its own, the newest first to be kept."""

import re
from datetime import date, timedelta

import pytest

from stages.drawing import svg
from stages.signals.events import Events
from stages.signals.timeline import BAND, HEIGHT, LANE, Timeline

MONDAY = date(2026, 1, 5)
# two weeks, one of which nothing is known, and a month
WEEKS = [
    ("2026-W02", MONDAY, date(2026, 1, 11)),
    ("2026-W03", date(2026, 1, 12), date(2026, 1, 18)),
    ("2026-W05", date(2026, 1, 26), date(2026, 2, 1)),
]


def made(**events) -> Timeline:
    return Timeline(weeks=WEEKS, events=Events.model_validate(events))


def drawn(timeline: Timeline) -> str:
    return svg(timeline.height, timeline.axes)


def words(timeline: Timeline) -> list[str]:
    found = re.findall(r"<!--(.*?)-->", drawn(timeline), re.DOTALL)
    return [text.strip() for text in found if ":" in text or "earlier" in text]


@pytest.mark.parametrize(
    ("at", "place"),
    [
        ("2026-01-05", -0.5 + 0.5 / 7),  # the middle of the first of seven days
        ("2026-01-08", 0.0),  # Thursday noon is the middle of a week
        ("2026-01-15", 1.0),
        ("2026-01-20", 1.5),  # in the week of which nothing is known
        ("2026-01-29", 2.0),
        ("2026-02-02", 2.5),
        ("2025-12-01", -0.5),
    ],
)
def test_a_day_lies_in_its_week_or_between_two_or_at_the_edge(at, place):
    assert made().place(date.fromisoformat(at)) == pytest.approx(place)


def test_each_kind_of_event_has_its_word_and_they_come_by_day():
    events = made(
        deployments=[{"at": "2026-01-13", "name": "form-2", "what": "New form"}],
        incidents=[{"opened": "2026-01-14", "what": "outage"}],
        campaigns=[{"starts": "2026-01-06", "ends": "2026-01-20", "what": "spring"}],
        freezes=[{"starts": "2026-01-07", "ends": "2026-01-07", "what": "year end"}],
        changes=[{"at": "2026-01-15", "what": "new law"}],
        one_offs=[{"starts": "2026-01-08", "ends": "2026-01-09", "what": "storm"}],
    )
    assert words(events) == [
        "campaign: spring", "freeze: year end", "one-off: storm", "deployed: form-2", "incident: outage", "changed: new law",
    ]  # fmt: skip
    assert events.height == pytest.approx(HEIGHT + 6 * LANE)


def test_what_was_over_before_the_weeks_or_comes_after_them_is_left_out():
    outside = made(
        changes=[{"at": "2026-01-04", "what": "early"}, {"at": "2026-02-02", "what": "late"}],
        incidents=[{"opened": "2025-01-01", "closed": "2026-01-04", "what": "mended"}],
    )
    assert words(outside) == []
    assert outside.height == HEIGHT


def test_what_began_before_the_weeks_and_is_still_open_is_a_band_over_all_of_them():
    still = made(incidents=[{"opened": "2025-01-01", "what": "outage"}])
    assert words(still) == ["incident: outage"]
    assert still._lanes() == [(-0.5, 2.5, "incident: outage")]
    assert BAND in drawn(still)
    assert BAND not in drawn(made(changes=[{"at": "2026-01-06", "what": "new law"}]))


def test_of_many_events_the_newest_eight_are_named_and_the_others_counted():
    many = [{"at": (MONDAY + timedelta(k)).isoformat(), "what": f"law {k:02d}"} for k in range(11)]
    assert words(made(changes=many)) == ["3 earlier events", *(f"changed: law {k:02d}" for k in range(3, 11))]
    assert words(made(changes=many[:9]))[0] == "1 earlier event"
    assert "earlier" not in words(made(changes=many[:8]))[0]
    still_open = made(changes=many, incidents=[{"opened": "2025-01-01", "what": "outage"}])
    assert words(still_open)[:3] == ["4 earlier events", "incident: outage", "changed: law 04"]


def test_a_long_name_is_cut():
    told = words(made(changes=[{"at": "2026-01-06", "what": "x" * 300}]))
    assert [len(text) for text in told] == [48]


def test_words_go_to_where_there_is_room():
    # in SVG words have the place of their first letter, wherever they are anchored
    early, late = (drawn(made(changes=[{"at": at, "what": "law"}])) for at in ("2026-01-06", "2026-01-31"))
    x = [float(re.search(r"<!--\s+changed: law\s+-->\s+<g[^>]*transform=\"translate\(([\d.]+)", own)[1]) for own in (early, late)]
    marks = [float(re.search(r'<use xlink:href="#\w+" x="([\d.]+)"', own)[1]) for own in (early, late)]
    assert x[0] >= marks[0]
    assert x[1] < marks[1] - 40  # half of what "changed: law" takes, at least
