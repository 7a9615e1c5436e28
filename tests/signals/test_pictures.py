"""Pictures of the trigger: what they say is what was measured, for one week and for sixty, whatever things are called."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from stages.drawing import BAD, COLOURS
from stages.signals.events import Events
from stages.signals.pictures import FAINT, NO_DRIFT, NO_LABELS, Promise, drift_picture, performance_picture
from stages.signals.timeline import Timeline

MONDAY = date(2026, 1, 5)  # of 2026-W02
NONE = Events.model_validate({})


def day(days: int) -> date:
    return MONDAY + timedelta(days)


def timeline(weeks: int, **events) -> Timeline:
    named = [(f"{day(7 * k).isocalendar().year}-W{day(7 * k).isocalendar().week:02d}", day(7 * k)) for k in range(weeks)]
    return Timeline(weeks=[(name, first, first + timedelta(6)) for name, first in named], events=Events.model_validate(events))


def promise(**changes) -> Promise:
    about = {"metric": "accuracy", "value": 0.8, "limit": 0.02, "lost": 0.05, "interval": (0.03, 0.07), "recent": 2}
    return Promise(**{**about, **changes})


def measured(week: str, value: float | None = 0.81, low: float | None = 0.78, high: float | None = 0.84) -> dict:
    return {"batch": week, "value": value, "low": low, "high": high, "n": 80, "kind": "measured"}


@pytest.fixture
def drift(tmp_path):
    def drawn(changes, weeks, limit=0.05):
        drift_picture(changes, limit, weeks, tmp_path / "drift.svg")
        return whole(tmp_path / "drift.svg")

    return drawn


@pytest.fixture
def performance(tmp_path):
    def drawn(found, weeks, told):
        performance_picture(found, told, weeks, tmp_path / "performance.svg")
        return whole(tmp_path / "performance.svg")

    return drawn


def whole(file) -> str:
    picture = file.read_text(encoding="utf-8")
    ElementTree.fromstring(picture)
    assert "nan" not in picture.lower().replace("dominant", "")
    return picture


def words(picture: str) -> list[str]:
    """The texts of a picture: matplotlib names each in a comment above its outlines."""
    return [found.strip(" \n") for found in re.findall(r"<!--(.*?)-->", picture, re.DOTALL)]


def test_columns_are_named_from_the_largest_change_on(drift):
    weeks = timeline(2)
    one, two = (name for name, _, _ in weeks.weeks)
    said = words(drift({"calm": {one: 0.01, two: 0.02}, "_wild": {one: None, two: 0.3}, "gone": {one: None}}, weeks))
    assert [text for text in said if text in ("calm", "_wild", "gone")] == ["_wild", "calm"]
    assert {"2026-W02", "2026-W03", "Drift against the baseline's profile, by week", "5% and"} <= set(said)


def test_the_six_largest_have_a_colour_each_and_the_others_are_counted(drift):
    weeks = timeline(3)
    names = [name for name, _, _ in weeks.weeks]
    changes = {f"c{k:02d}": dict.fromkeys(names, 0.4 - k / 100) for k in range(40)}
    picture = drift(changes, weeks)
    assert all(colour.lower() in picture for colour in (*COLOURS, FAINT))
    assert "Drift against the baseline's profile, by week (34 steadier columns in grey)" in words(picture)
    assert [text for text in words(picture) if re.fullmatch(r"c\d\d", text)] == [f"c{k:02d}" for k in range(6)]
    seven = drift({name: changes[name] for name in sorted(changes)[:7]}, weeks)
    assert any("(1 steadier column in grey)" in text for text in words(seven))
    assert FAINT not in drift({name: changes[name] for name in sorted(changes)[:6]}, weeks)


@pytest.mark.parametrize("changes", [{}, {"color": {}}, {"color": {"2026-W02": None}}])
def test_drift_that_cannot_be_told_is_said_in_words(drift, changes):
    assert words(drift(changes, timeline(1))) == [NO_DRIFT]
    assert words(drift(changes, timeline(0))) == [NO_DRIFT]


def test_no_change_at_all_is_a_line_at_nought(drift):
    picture = drift({"color": {"2026-W02": 0.0, "2026-W03": 0.0}}, timeline(2))
    assert "color" in words(picture)


@pytest.mark.parametrize(("limit", "said"), [(0.005, "0.5% and"), (0.07, "7% and")])
def test_the_smallest_change_that_matters_is_named(drift, limit, said):
    assert said in words(drift({"color": {"2026-W02": 0.001}}, timeline(1), limit))


def test_of_sixty_weeks_some_are_named_the_newest_always(drift, performance):
    weeks = timeline(60)
    names = [name for name, _, _ in weeks.weeks]
    for picture in (
        drift({"color": dict.fromkeys(names, 0.1)}, weeks),
        performance([measured(name) for name in names], weeks, promise()),
    ):
        shown = [text for text in words(picture) if text in names]
        assert len(shown) == 12  # every fifth, as many as there is room for
        assert shown[-1] == names[-1]


def test_performance_is_drawn_beside_the_promise_and_the_estimate(performance):
    weeks = timeline(4)
    picture = performance([measured("2026-W02"), measured("2026-W03", None, None, None)], weeks, promise())
    assert {"accuracy", "promised", "a loss", "that matters"} <= set(words(picture))
    assert any("◇ estimated from its scores" in text for text in words(picture))
    alone = words(performance([measured("2026-W02")], weeks, promise(lost=None, interval=None)))
    assert not any("estimated" in text for text in alone)


def test_without_a_promise_there_is_nothing_to_hold_it_against(performance):
    picture = performance([measured("2026-W02")], timeline(1), promise(value=None, lost=None, interval=None))
    assert "promised" not in words(picture)
    assert BAD.lower() not in picture.lower()


def test_a_value_without_bounds_and_an_estimate_alone_are_drawn(performance):
    whole_range = performance([measured("2026-W02", low=None, high=None)], timeline(1), promise(interval=None))
    assert "promised" in words(whole_range)
    assert "promised" in words(performance([], timeline(1), promise(recent=1)))


@pytest.mark.parametrize("found", [[], [measured("2026-W02", None, None, None)], [measured("2020-W01")]])
def test_performance_that_nobody_knows_is_said_in_words(performance, found):
    assert words(performance(found, timeline(1), promise(lost=None, interval=None))) == [NO_LABELS]


def test_two_runs_give_the_same_bytes(drift, performance):
    weeks = timeline(5, deployments=[{"at": day(9), "name": "form-2", "what": "New form"}])
    changes = {"color": {"2026-W03": 0.2}, "size": {"2026-W03": 0.2}}
    assert drift(changes, weeks) == drift(dict(reversed(changes.items())), weeks)
    assert performance([measured("2026-W02")], weeks, promise()) == performance([measured("2026-W02")], weeks, promise())


@pytest.mark.parametrize("name", ["a<b>&\"'", "$5$", "$\\foo$", "-->", "x\ny", "\0\x07", "%s{}", "x" * 300, "ü", "李", "_hidden"])
def test_an_odd_name_gives_a_whole_picture_of_the_usual_size(drift, name):
    picture = drift({name: {"2026-W02": 0.2}}, timeline(1, changes=[{"at": day(1), "what": f"w{name}"}]))
    size = [float(re.search(rf'{side}="([\d.]+)pt"', picture)[1]) for side in ("width", "height")]
    assert size == pytest.approx([8 * 72, (2.8 + 0.17 + 1.0) * 72])  # weeks, one lane, legend and title
