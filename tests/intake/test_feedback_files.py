"""Files of feedback as a whole: their verdicts, and what a person releases of them."""

from datetime import date

import pytest
from made_feedback_files import ANSWER, SETTINGS, W40, judged, lines, raw, taken
from made_intake import Desk, reasons, said

from stages.history.rules import Finding
from stages.intake import feedback
from stages.intake.feedback import file_lines, not_heard, released_lines


@pytest.fixture
def desk(tmp_path, make_params):
    return Desk(tmp_path / "data", make_params(SETTINGS))


# --- verdicts


@pytest.fixture
def held(monkeypatch):
    """Judges a file by the label of its first line (good, odd, bad); notes the history that each is shown."""
    seen = {}

    def judge(own, history, limits, earlier, volumes):
        seen[own.rows] = [past.rows for past in history]
        severity = {"good": None, "odd": "warn", "bad": "block"}[next(iter(own.labels))]
        return [Finding(rule="batch: volume", severity=severity, why="")] if severity else []

    monkeypatch.setattr(feedback, "judge", judge)
    return seen


def write_days(desk, *labels: str) -> None:
    for number, label in enumerate(labels, start=1):
        desk.write(f"feedback/2026-10-{number:02}.csv", *[f"{k},{label}" for k in range(number)], header="id,label")


def test_unusual_files_never_enter_the_history_that_others_are_judged_by(desk, held):
    write_days(desk, "good", "odd", "bad", "good", "good")
    assert [own.verdict for own in judged(desk)] == ["accepted", "warned", "blocked", "accepted", "accepted"]
    assert held == {1: [], 2: [1], 3: [1], 4: [1], 5: [1, 4]}


def test_a_file_that_a_person_released_is_usual_from_then_on(desk, held):
    write_days(desk, "good", "bad", "good")
    desk.release("feedback/2026-10-02.csv", "batch: volume")
    found = judged(desk)
    assert [(own.verdict, len(own.released)) for own in found] == [("accepted", 0), ("accepted", 1), ("accepted", 0)]
    assert held[3] == [1, 2]


def test_a_file_that_comes_again_is_blocked(desk):
    raw(desk, 1, *[f"{k},x,1" for k in range(9)])
    for number in (1, 2):
        desk.write(
            f"feedback/2026-10-0{number}.csv",
            *[f"{k},x,{'abc'[k % 3]},confirm,2026-10-01T11:00" for k in range(9)],
            header=ANSWER,
        )
    assert [reasons(own.findings) for own in judged(desk)] == [[], [("batch: replay", "block")]]


def test_outcomes_have_no_reviewer_who_could_give_too_many(desk):
    raw(desk, 1, *[f"{k},x,1" for k in range(9)])
    desk.write(W40, *[f"{k},y" for k in range(9)], header="id,label")
    desk.write("feedback/2026-W41.csv", *[f"{k},y,ann,label," for k in range(9)], header=ANSWER)
    assert [reasons(own.findings) for own in judged(desk)] == [[], [("batch: reviewer_share", "warn")]]


def test_refused_lines_count_against_their_file_until_they_are_released(desk):
    raw(desk, 4, "a,x,1")
    desk.write(W40, *[f"z{k},x,ann,label,2026-10-02" for k in range(10)], header=ANSWER)
    assert ("batch: refused", "block") in reasons(judged(desk)[0].findings)
    desk.release(W40, "label: unknown row")
    assert [rule for rule, _ in reasons(judged(desk)[0].findings)] == ["batch: reviewer_share"]


def test_a_file_of_days_after_today_waits_and_says_so(desk):
    desk.write(W40, "a,x", header="id,label")
    (file,) = (not_heard(own, date(2026, 9, 27)) for own in desk.files("feedback"))
    assert (file.verdict, file.rows, len(file.lines)) == ("warned", 0, 0)
    assert [(own.rule, own.severity) for own in file.findings] == [("batch: early", "warn")]
    assert "starts after 2026-09-27" in file.findings[0].why
    assert said(file_lines(file, lines(desk).assign(state="", released=False)), "batch", "level", "rule", "status") == [
        (W40, "batch", "batch: early", "review")
    ]


def test_a_judged_file_knows_how_many_lines_it_had_and_keeps_none(desk):
    desk.write(W40, "a,x", "b,x", header="id,label")
    assert [(own.rows, len(own.lines)) for own in taken(desk)] == [(2, 2)]
    assert [(own.rows, len(own.lines)) for own in judged(desk)] == [(2, 0)]


# --- releases of lines


def test_a_person_releases_lines_of_one_file_by_the_row_they_are_about(desk):
    raw(desk, 1, "a,x,1")
    for number in (1, 2):
        desk.write(f"feedback/2026-10-0{number}.csv", "y,x", "z,x", header="id,label")
    desk.release("feedback/2026-10-02.csv", "label: unknown row", "z")
    files, found = taken(desk), lines(desk)
    freed = released_lines("label: unknown row", found, files, desk.releases)
    assert freed.tolist() == [False, False, False, True]
    assert not released_lines("label: missing", found, files, desk.releases).any()
