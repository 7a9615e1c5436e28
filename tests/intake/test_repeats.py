"""Rows that came before, under the same ids or under others; batches that bring nothing else."""

import pytest
from made_intake import Desk, day, reasons, said

AGAIN, CHANGED = "id: in an earlier batch", "id: in an earlier batch with other content"
OTHER_PERIOD = ("batch: other period", "block")


@pytest.fixture
def desk(tmp_path, make_params):
    return Desk(tmp_path / "data", make_params())


def name(number: int) -> str:
    return f"raw/2026-10-{number:02}.csv"


def repeats(own) -> list[tuple[object, ...]]:
    return said(own.repeats, "row", "record_id", "rule", "status")


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


def test_rows_that_come_again_as_they_were_are_a_warning(desk):
    desk.write(name(1), *day(1, *"abc"))
    desk.write(name(2), *day(1, "b", "c"), *day(2, "d"))
    (own,) = desk.judged()[1:]
    assert (own.verdict, reasons(own.findings)) == ("warned", [("batch: overlap", "warn")])
    assert own.findings[0].why == "2 of 3 rows came in an earlier batch"


def test_rows_that_come_again_with_other_content_count_as_refused(desk):
    desk.write(name(1), *day(1, *"abcdefghij"))
    desk.write(name(2), *day(2, *"abcdefghij", color="blue"))
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
    assert (own.verdict, reasons(own.findings)) == ("blocked", [OTHER_PERIOD, ("batch: replay", "block")])
    assert own.findings[1].why == "every row came in an earlier batch, exactly as it is" or len(rows) == 4
    assert not own.passed.any()


def test_a_replay_with_one_row_changed_is_one_too(desk):
    desk.write(name(1), *day(1, *"abcd"))
    desk.write(name(2), *day(1, *"abc"), *day(2, "d"))
    (own,) = desk.judged()[1:]
    assert reasons(own.findings) == [("batch: replay", "block")]
    assert own.findings[0].why == "every row came in an earlier batch, 3 of 4 exactly as they are"


def test_a_replay_that_a_person_released_is_used_and_brings_no_row(desk):
    desk.write(name(1), *day(1, *"abc"))
    desk.write(name(2), *day(1, *"abc"))
    for rule in ("batch: replay", "batch: other period"):
        desk.release(name(2), rule)
    (own,) = desk.judged()[1:]
    assert (own.verdict, own.passed.tolist()) == ("accepted", [False] * 3)
    assert reasons(own.released) == [OTHER_PERIOD, ("batch: replay", "block")]


def test_a_replay_of_a_blocked_batch_is_none(desk):
    for number in (1, 2):
        desk.write(name(number), *day(1, *"abc", color="mauve"))
    refused = [("batch: refused", "block"), ("batch: one_rule", "warn")]
    assert [reasons(own.findings) for own in desk.judged()] == [refused, [OTHER_PERIOD, *refused]]


# --- under new ids


def unlike(number: int, count: int, ids: str, first: int = 0) -> list[str]:
    """Rows of one day, each at its own minute and of its own size."""
    return [f"{ids}{k},2026-10-{number:02}T{10 + k // 60}:{k % 60:02},red,{k + 1}" for k in range(first, first + count)]


@pytest.mark.parametrize(
    ("old", "new", "replay"),
    [
        (40, 0, True),  # all of it
        (39, 1, True),  # one row is another
        (20, 20, True),  # half of the rows, 20 of them
        (19, 19, False),  # half of the rows, too few
        (20, 21, False),  # less than half
        (0, 40, False),
    ],
)
def test_rows_of_one_earlier_batch_under_new_ids_are_a_replay(desk, old, new, replay):
    desk.write(name(1), *unlike(1, 40, "a"))
    desk.write(name(2), *unlike(1, old, "b"), *unlike(2, max(new, 1), "c", first=40)[:new])
    (own,) = desk.judged()[1:]
    assert (("batch: replay", "block") in reasons(own.findings)) == replay
    if replay and new:
        assert own.findings[0].why == f"{old} of {old + new} rows are those of raw/2026-10-01.csv under other ids"


def test_rows_of_two_earlier_batches_are_late_and_no_replay(desk):
    desk.write(name(1), *unlike(1, 30, "a"))
    desk.write(name(2), *unlike(2, 30, "b"))
    desk.write(name(3), *unlike(1, 20, "c"), *unlike(2, 20, "d"), *unlike(3, 10, "e"))
    assert desk.judged()[2].findings == ()


def test_rows_that_are_all_alike_come_again_by_chance(desk):
    desk.write(name(1), *day(1, *(f"a{k}" for k in range(40))))
    desk.write(name(2), *day(1, *(f"b{k}" for k in range(40))), *day(2, "c"))
    assert desk.judged()[1].findings == ()


def test_a_delivery_of_the_last_two_days_is_no_replay(desk):
    desk.write(name(1), *unlike(1, 40, "a"))
    desk.write(name(2), *unlike(1, 40, "a"), *unlike(2, 20, "b"))
    assert reasons(desk.judged()[1].findings) == [("batch: overlap", "warn")]


def test_only_the_newest_batches_are_looked_through(tmp_path, make_params):
    for newest, replay in ((3, False), (4, True)):
        desk = Desk(tmp_path / str(newest), make_params({"batches.history": newest}))
        for number in range(1, 5):
            desk.write(name(number), *unlike(number, 30, f"{number}-"))
        desk.write(name(5), *unlike(1, 29, "z"), *unlike(5, 1, "y"))
        assert (("batch: replay", "block") in reasons(desk.judged()[4].findings)) == replay


def test_rows_of_a_blocked_batch_may_come_under_new_ids(desk):
    desk.write(name(1), *unlike(1, 30, "a"), *day(1, *(f"x{k}" for k in range(40)), color="mauve"))
    desk.write(name(2), *unlike(1, 30, "b"), *unlike(2, 1, "c"))
    first, second = desk.judged()
    assert (first.verdict, second.verdict) == ("blocked", "accepted")
