"""Batches as a whole: what earlier ones brought already, what is held against whom, and what a person let go."""

import pytest
from made_intake import COLOR, Desk, day, reasons, said

from stages.history.rules import Finding
from stages.intake import verdicts
from stages.intake.verdicts import finding_lines, usual, verdict_of

AGAIN, CHANGED = "id: in an earlier batch", "id: in an earlier batch with other content"
BLOCK, WARN = (Finding(rule="batch: volume", severity=own, why=f"to {own}") for own in ("block", "warn"))


@pytest.fixture
def desk(tmp_path, make_params):
    return Desk(tmp_path / "data", make_params())


def name(number: int) -> str:
    return f"raw/2026-10-{number:02}.csv"


def repeats(own) -> list[tuple[object, ...]]:
    return said(own.repeats, "row", "record_id", "rule", "status")


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


# --- rows that came before


def test_the_first_batch_that_brings_a_row_keeps_it(desk):
    desk.write(name(1), *day(1, "a", "b", "c"))
    desk.write(name(2), *day(2, "d"), *day(1, "c"), "b,2026-10-01T10:00,blue,1", *day(2, "e"))
    desk.write(name(3), *day(2, "e"), *day(3, "f", "g"))
    first, second, third = desk.judged()
    assert (first.passed.tolist(), repeats(first)) == ([True] * 3, [])
    assert second.passed.tolist() == [True, False, False, True]
    assert repeats(second) == [(1, "c", AGAIN, "quarantined"), (2, "b", CHANGED, "quarantined")]
    assert repeats(third) == [(0, "e", AGAIN, "quarantined")]
    assert [own.refused for own in (first, second, third)] == [0, 2, 1]


def test_the_position_of_a_repeat_is_that_in_its_file(desk):
    desk.write(name(1), *day(1, "a", "b"))
    desk.write(name(2), "x,2026-10-02,mauve,1", *day(2, "c"), ",2026-10-02,red,1", *day(1, "b"), *day(2, "d", "e", "f"))
    assert repeats(desk.judged()[1]) == [(3, "b", AGAIN, "quarantined")]


def test_gaps_are_content_too(desk):
    desk.write(name(1), "a,2026-10-01,red,", "b,2026-10-01,red,", "c,2026-10-01,red,1")
    desk.write(name(2), "a,2026-10-01,red,", "b,2026-10-01,red,1", "c,2026-10-01,red,", *day(2, *"defg"))
    assert [(name, rule) for _, name, rule, _ in repeats(desk.judged()[1])] == [("a", AGAIN), ("b", CHANGED), ("c", CHANGED)]


def test_a_label_that_only_one_delivery_knew_is_no_other_content(desk):
    desk.write(name(1), *day(1, "a", "b"))
    desk.write(name(2), *[f"{row},x" for row in (*day(1, "a"), *day(2, "c", "d"))], header="id,at,color,size,label")
    assert [rule for _, _, rule, _ in repeats(desk.judged()[1])] == [AGAIN]


def test_a_row_is_held_against_the_batch_that_keeps_it(desk):
    desk.write(name(1), *day(1, "a", "z"))
    desk.write(name(2), "a,2026-10-01T10:00,blue,1", *day(2, *"bcde"))
    desk.write(name(3), "a,2026-10-01T10:00,blue,1", *day(2, "b"), *day(3, *"fghi"))
    assert [(name, rule) for _, name, rule, _ in repeats(desk.judged()[2])] == [("a", CHANGED), ("b", AGAIN)]


def test_a_row_that_was_refused_may_come_again(desk):
    desk.write(name(1), *day(1, "a", color="mauve"), *day(1, *"bcdefghijk"))
    desk.write(name(2), *day(2, "a", "z"))
    assert [own.passed.all() for own in desk.judged()] == [True, True]


def test_a_blocked_batch_brings_nothing(desk):
    desk.write(name(1), *day(1, "a", "b"), *day(1, *"cdefghijklmnopqrstuv", color="mauve"))
    desk.write(name(2), *day(2, *"abc"))
    first, second = desk.judged()
    assert (first.verdict, second.verdict, second.passed.tolist()) == ("blocked", "accepted", [True] * 3)


def test_ids_of_many_batches_are_found_again(desk):
    ids = {number: [f"{number}-{k}" for k in range(30)] for number in range(1, 6)}
    for number, own in ids.items():
        desk.write(name(number), *day(number, *own))
    old = [own[number] for number, own in ids.items()]
    desk.write(name(9), *[row for number, name in enumerate(old, 1) for row in day(number, name)], *day(9, *map(str, range(30))))
    own = desk.judged()[-1]
    assert [name for _, name, *_ in repeats(own)] == old
    assert own.passed.tolist() == [False] * 5 + [True] * 30


# --- overlaps and replays


def test_rows_that_come_again_as_they_were_are_a_warning(desk):
    desk.write(name(1), *day(1, *"abc"))
    desk.write(name(2), *day(1, "b", "c"), *day(2, "d"))
    (own,) = desk.judged()[1:]
    assert (own.verdict, reasons(own.findings)) == ("warned", [("batch: overlap", "warn")])
    assert own.findings[0].why == "2 of 3 rows came in an earlier batch"


def test_rows_that_come_again_with_other_content_count_as_refused(desk):
    desk.write(name(1), *day(1, *"abcdefghij"))
    desk.write(name(2), *day(1, *"abcdefghij", color="blue"))
    (own,) = desk.judged()[1:]
    assert reasons(own.findings) == [("batch: refused", "block")]
    assert own.findings[0].why == "100.0% of the rows fail a rule"
    assert {rule for _, _, rule, _ in repeats(own)} == {CHANGED}


@pytest.mark.parametrize(
    "rows",
    [
        [*day(1, *"abc"), *day(2, "d")],  # the whole delivery
        [*day(2, "d"), *day(1, *"cab")],  # in another order
        day(1, "a", "b"),  # a part of it
        [*day(1, "a"), *day(2, "e")],  # parts of two
    ],
)
def test_a_batch_that_brings_nothing_new_is_a_replay_and_said_to_be_one_once(desk, rows):
    desk.write(name(2), *day(1, *"abc"), *day(2, "d"))
    desk.write(name(3), *day(2, "e"), *day(3, "f"))
    desk.write(name(4), *rows)
    own = desk.judged()[-1]
    assert (own.verdict, reasons(own.findings)) == ("blocked", [("batch: replay", "block")])
    assert not own.passed.any()


def test_a_replay_that_a_person_released_is_used_and_brings_no_row(desk):
    desk.write(name(1), *day(1, *"abc"))
    desk.write(name(2), *day(1, *"abc"))
    desk.release(name(2), "batch: replay")
    (own,) = desk.judged()[1:]
    assert (own.verdict, own.passed.tolist(), reasons(own.released)) == ("accepted", [False] * 3, [("batch: replay", "block")])


def test_a_replay_of_a_blocked_batch_is_none(desk):
    for number in (1, 2):
        desk.write(name(number), *day(1, *"abc", color="mauve"))
    assert [reasons(own.findings)[0] for own in desk.judged()] == [("batch: refused", "block")] * 2


# --- history


@pytest.fixture
def held(desk, monkeypatch):
    """Judges a batch by its first row (red: nothing, blue: a warning, mauve: a block); notes the history that each is shown."""
    seen = {}

    def judge(own, history, limits, earlier):
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
