"""Batches that are too many rows or too few, came before, or have the name of another one."""

import pandas as pd
import pytest
from bad_case import UNANSWERED, Break, Case, outcome, unanswered
from made_project import World, csv, key

REPLAY = "replay: an earlier batch had the same rows, be it in another order or under other ids"
DAY_BEFORE = "other period: no row is of 2026-10-06, the times lie in 2026-10-05 to 2026-10-05"
TUESDAYS = ("2026-09-15", "2026-09-22", "2026-09-29")  # the day that is broken is the next one


def replayed(own: World) -> None:
    unanswered(own)
    own.rows = own.raw[5]


def replayed_under_other_ids(own: World) -> None:
    unanswered(own)
    own.rows = own.raw[5].assign(id=own.rows["id"]).iloc[::-1]


def replayed_but_for_one_row(own: World) -> None:
    unanswered(own)
    own.rows = pd.concat([own.raw[5].head(59).assign(id=own.rows["id"]), own.rows.tail(1)])


def of_next_year(own: World) -> None:
    own.settings["as_of"] = None  # the clock is not moved either: it is still October 8, 2026
    own.files |= {key(): None, "raw/2027-10-06.csv": csv(own.rows)}


def after_tuesdays(broken: Break) -> Break:
    """Three more Tuesdays of 60 rows came before."""

    def both(own: World) -> None:
        for number, day in enumerate(TUESDAYS):
            rows = own.raw[2 + number]
            same = rows.assign(id="t" + rows["id"], at=day + rows["at"].str[10:])
            own.files[f"raw/{day}.csv"] = csv(same)
        broken(own)

    return both


def overlapping(**other: str):
    """The first 15 rows of the day before come again."""

    def broken(own: World) -> None:
        own.rows = pd.concat([own.rows, own.raw[5].head(15).assign(**other)], ignore_index=True)

    return broken


def copies(count: int):
    """So many times as many rows, under ids of their own."""

    def broken(own: World) -> None:
        more = [own.rows.assign(id=own.rows["id"] + f"-{k}") for k in range(1, count)]
        own.rows = pd.concat([own.rows, *more], ignore_index=True)

    return broken


def a_tenth(own: World) -> None:
    unanswered(own)
    own.rows = own.rows.head(6)


CASES = [
    Case(
        name="a wrong file name",
        what="2027-10-06.csv with the rows of 2026-10-06",
        broken=of_next_year,
        files=["raw/2027-10-06.csv"],
        rows={"at: long before its batch": 60},
        block=[
            "one_rule: 100.0% of the rows fail the rule 'at: long before its batch'",
            "other period: no row is of 2027-10-06, the times lie in 2026-10-06 to 2026-10-06",
            "refused: 100.0% of the rows fail a rule",
        ],
        note="the day of the run stays what it was",
    ),
    Case(
        name="volume times ten",
        what="600 rows, after Tuesdays of 60",
        broken=after_tuesdays(copies(10)),
        block=["volume: 600 rows, usually 60"],
        counts={"in": 180 + 540, "training": 180 - 60, "blocked": 600},
    ),
    Case(
        name="volume times three",
        what="180 rows",
        broken=after_tuesdays(copies(3)),
        warn=["volume: 180 rows, usually 60"],
        counts={"in": 180 + 120, "training": 180 + 120},
    ),
    Case(
        name="volume a tenth",
        what="6 rows",
        broken=after_tuesdays(a_tenth),
        block=["volume: 6 rows, usually 60"],
        counts={"in": 180 - 54, "training": 180 - 60, "blocked": 6},
        states=UNANSWERED,
    ),
    Case(
        name="volume of another weekday",
        what="6 rows, and no Tuesday came before",
        broken=a_tenth,
        counts={"in": -54, "training": -54},
        states=UNANSWERED,
        note="a day is held against the same days of the week",
    ),
    Case(
        name="exact replay",
        what="the file of the day before",
        broken=replayed,
        rows={"id: in an earlier batch": 60},
        block=[DAY_BEFORE, REPLAY],
        states=UNANSWERED,
    ),
    Case(
        name="a replay in disguise",
        what="the rows of the day before in another order, under new ids",
        broken=replayed_under_other_ids,
        block=[DAY_BEFORE, REPLAY],
        states=UNANSWERED,
    ),
    Case(
        name="a replay in part",
        what="59 rows of the day before under new ids, and one of the day",
        broken=replayed_but_for_one_row,
        block=["replay: 59 of 60 rows are those of raw/2026-10-05.csv under other ids"],
        states=UNANSWERED,
    ),
    Case(
        name="partial overlap with the same content",
        what="15 rows of the day before come again",
        broken=overlapping(),
        rows={"id: in an earlier batch": 15},
        warn=["overlap: 15 of 75 rows came in an earlier batch"],
        counts={"in": 15, "quarantined": 15},
    ),
    Case(
        name="partial overlap with different content",
        what="15 rows of the day before come again, with another price",
        broken=overlapping(price="7.77"),
        rows={"id: in an earlier batch with other content": 15},
        warn=["refused: 20.0% of the rows fail a rule"],
        counts={"in": 15, "quarantined": 15},
        note="the first that came counts",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_batch_that_should_not_have_come_so_is_warned_or_blocked(case, tmp_path, make_project):
    found, expected = outcome(case, tmp_path / "project", make_project)
    assert found == expected
