"""Batches as a whole: what is held against whom, and what a person let go."""

import pytest
from made_intake import COLOR, Desk, day, reasons, said

from stages.history.rules import Finding
from stages.intake import verdicts
from stages.intake.verdicts import finding_lines, usual, verdict_of

AGAIN = "id: in an earlier batch"
BLOCK, WARN = (Finding(rule="batch: volume", severity=own, why=f"to {own}") for own in ("block", "warn"))


@pytest.fixture
def desk(tmp_path, make_params):
    return Desk(tmp_path / "data", make_params())


def name(number: int) -> str:
    return f"raw/2026-10-{number:02}.csv"


# --- verdicts


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [((), "accepted"), ((WARN,), "warned"), ((WARN, WARN), "warned"), ((BLOCK,), "blocked"), ((WARN, BLOCK), "blocked")],
)
def test_the_worst_finding_is_the_verdict(findings, verdict):
    assert verdict_of(findings) == verdict


@pytest.mark.parametrize(("color", "verdict"), [("red", "accepted"), ("mauve", "blocked")])
def test_a_batch_of_which_every_row_fails_a_rule_is_blocked(desk, color, verdict):
    desk.write(name(1), *day(1, *"abc", color=color))
    (own,) = desk.judged()
    assert (own.verdict, own.refused) == (verdict, 3 if color == "mauve" else 0)


# --- history


@pytest.fixture
def held(desk, monkeypatch):
    """Judges a batch by its first row (red: nothing, blue: a warning, mauve: a block); notes the history that each is shown."""
    seen = {}

    def judge(own, history, limits, earlier, volumes):
        seen[own.rows] = [past.rows for past in history]  # batches of different length tell each other apart
        (color,) = own.values["color"]
        rule = "batch: refused" if color == "mauve" else "batch: volume"
        return {"red": [], "blue": [WARN], "mauve": [Finding(rule=rule, severity="block", why="bad")]}[color]

    monkeypatch.setattr(verdicts, "judge", judge)
    return seen


def write_days(desk, *colors: str) -> None:
    for number, color in enumerate(colors, start=1):
        desk.write(name(number), *day(number, *[f"{number}-{k}" for k in range(number)], color=color))


def test_unusual_batches_never_enter_the_history_that_others_are_judged_by(desk, held):
    write_days(desk, "red", "blue", "mauve", "red", "red")
    assert [own.verdict for own in desk.judged()] == ["accepted", "warned", "blocked", "accepted", "accepted"]
    assert held == {1: [], 2: [1], 3: [1], 4: [1], 5: [1, 4]}


def test_what_a_person_released_is_usual_from_then_on(desk, held):
    write_days(desk, "red", "blue", "mauve", "red")
    desk.release(name(2), "batch: volume")
    desk.release(name(3), "batch: refused")
    assert [own.verdict for own in desk.judged()] == ["accepted"] * 4
    assert held[4] == [1, 2, 3]


def test_the_history_has_the_newest_batches_only(tmp_path, make_params, held):
    desk = Desk(tmp_path / "other", make_params({"batches.history": 3}))
    write_days(desk, "red", "red", "red", "red", "red")
    desk.judged()
    assert held[5] == [2, 3, 4]


@pytest.mark.parametrize(
    ("rule", "severity", "kept"),
    [
        ("batch: overlap", "warn", True),  # some of its rows, not what it looks like
        ("batch: file", "warn", True),
        ("batch: refused", "warn", True),
        ("batch: refused", "block", False),
        ("batch: volume", "warn", False),
        ("batch: label_share", "warn", False),
    ],
)
def test_a_warning_about_some_of_its_rows_does_not_make_a_batch_unusual(rule, severity, kept):
    assert usual([Finding(rule=rule, severity=severity, why="")]) is kept
    assert usual([]) is True


def rows(number: int, count: int, hour: int = 10) -> list[str]:
    return [f"{number}-{k},2026-10-{number:02}T{hour + k % 3}:{k % 60:02},red,{k + 1}" for k in range(count)]


def test_a_lasting_change_is_said_to_be_one_until_a_person_releases_it(tmp_path, make_params):
    # size 1, 2, …, 30 on three days, then a thousand times that for ever
    desk = Desk(tmp_path / "other", make_params({"batches.history": 3}))
    for number in range(1, 10):
        changed = rows(number, 30) if number <= 3 else [f"{row}000" for row in rows(number, 30)]
        desk.write(name(number), *changed)
    unit, old = ("batch: unit", "block"), ("batch: old history", "warn")
    assert [reasons(own.findings) for own in desk.judged()] == [[]] * 3 + [[unit]] * 3 + [[unit, old]] * 3
    assert desk.judged()[-1].findings[-1].why.startswith("it is held against a history that ends at raw/2026-10-03.csv; ")
    desk.release(name(7), "batch: unit")  # the finding, and nothing but it
    assert [reasons(own.findings) for own in desk.judged()] == [[]] * 3 + [[unit]] * 3 + [[]] * 3


def test_what_is_said_of_an_old_history_can_be_released_and_does_not_make_a_batch_unusual(tmp_path, make_params):
    desk = Desk(tmp_path / "other", make_params({"batches.history": 3}))
    for number in range(1, 9):
        changed = rows(number, 30) if number <= 3 else [f"{row}000" for row in rows(number, 30)]
        desk.write(name(number), *changed)
    desk.release(name(8), "batch: old history")
    own = desk.judged()[-1]
    assert (reasons(own.findings), reasons(own.released)) == ([("batch: unit", "block")], [("batch: old history", "warn")])
    assert usual([Finding(rule="batch: old history", severity="warn", why="")])


def test_a_day_has_the_volume_of_its_day_of_the_week(desk):
    # October 3, 4, 10, 11, … are Saturdays and Sundays, with a fifth of the rows
    for number in range(1, 29):
        desk.write(name(number), *rows(number, 20 if number in (3, 4, 10, 11, 17, 18, 24, 25) else 100))
    assert [own.findings for own in desk.judged()] == [()] * 28
    desk.write(name(28), *rows(28, 20))  # a Wednesday like a Sunday
    desk.write(name(25), *rows(25, 100))  # a Sunday like a Wednesday
    odd = {own.batch.key: [finding.why for finding in own.findings] for own in desk.judged() if own.findings}
    assert odd == {name(25): ["100 rows, usually 20"], name(28): ["20 rows, usually 100"]}


# --- releases of batches


def test_a_finding_that_a_person_released_is_kept_and_no_longer_counts(desk):
    desk.write(name(1), *day(1, *"abcdefghij", color="mauve"))
    desk.release(name(1), "batch: refused")
    (own,) = desk.judged()
    assert reasons(own.released) == [("batch: refused", "block")]
    assert own.verdict == "warned"  # one_rule only warns in this project
    assert own.refused == 10  # its rows are refused all the same


def test_rows_that_were_released_do_not_block_their_batch(desk):
    desk.write(name(1), *day(1, *"abcdefghij", color="mauve"))
    desk.release(name(1), COLOR)
    (own,) = desk.judged()
    assert (own.verdict, own.findings, own.refused) == ("accepted", (), 0)


@pytest.mark.parametrize("content", ["", "id,at\n", "x"])
def test_a_file_that_cannot_be_read_stays_blocked_whatever_was_released(desk, content):
    (desk.folder / name(1)).write_text(content)
    desk.release(name(1), "batch: file")
    (own,) = desk.judged()
    assert (own.verdict, own.released, own.refused) == ("blocked", (), 0)
    assert said(own.lines(desk.spool), "batch", "row", "level", "rule", "severity", "status") == [
        (name(1), None, "batch", "batch: file", "error", "quarantined")
    ]


def test_a_remark_on_a_file_can_be_released(desk):
    (desk.folder / name(1)).write_text("id,at,color,size\na,2026-10-01,red,1")
    assert desk.judged()[0].verdict == "warned"
    desk.release(name(1), "batch: file")
    assert desk.judged()[0].verdict == "accepted"


# --- the quarantine's lines


def test_lines_of_a_batch_are_its_rows_its_repeats_and_the_batch(desk):
    desk.write(name(1), *day(1, "a"))
    desk.write(name(2), *day(1, "a"), *day(2, "b", color="mauve"), *day(2, *"cdefghijklmn"))
    found = desk.judged()[1].lines(desk.spool)
    assert said(found, "batch", "row", "record_id", "level", "rule", "severity", "value", "status") == [
        (name(2), 1, "b", "row", COLOR, "error", "mauve", "quarantined"),
        (name(2), 0, "a", "row", AGAIN, "error", "a", "quarantined"),
        (name(2), None, None, "batch", "batch: overlap", "warning", "1 of 14 rows came in an earlier batch", "review"),
    ]


def test_findings_are_lines_with_their_severity_and_status():
    found = finding_lines("raw/a.csv", [BLOCK, WARN], [Finding(rule="batch: unit", severity="block", why="x")])
    assert said(found, "rule", "severity", "status", "level", "value") == [
        ("batch: volume", "error", "quarantined", "batch", "to block"),
        ("batch: volume", "warning", "review", "batch", "to warn"),
        ("batch: unit", "error", "released", "batch", "x"),
    ]


def test_no_batches_are_judged_to_nothing(desk):
    assert desk.judged() == []
