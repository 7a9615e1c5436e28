"""Batches that look remarkable as a whole: warned ones are used, blocked ones are not."""

from collections.abc import Sequence

import pytest
from bad_case import Case, every, outcome
from made_project import World, world

IN_ORDER = world().rows
LABELS, SERVED = IN_ORDER["label"].tolist(), IN_ORDER["served"].tolist()


def agreeing(labels: Sequence[str], served: Sequence[str]) -> str:
    return f"{sum(a == b for a, b in zip(labels, served, strict=True)) / len(labels):.1%}"


def times(factor: float):
    return every("price", lambda price: f"{float(price) * factor:.2f}")


def first(count: int, column: str, value: str):
    """The first rows of the day get one value."""

    def broken(own: World) -> None:
        own.rows.loc[: count - 1, column] = value

    return broken


def labels(other: Sequence[str]):
    def broken(own: World) -> None:
        own.rows["label"] = list(other)

    return broken


def named_by_the_day(own: World) -> None:
    own.settings["batches.calendar"] = ["channel"]
    for number, rows in own.raw.items():
        rows["channel"] = f"October {number}"


def earlier(hours: int):
    return every("at", lambda at: f"{at[:11]}{int(at[11:13]) - hours:02}{at[13:]}")


SHIFTED = [LABELS[-1], *LABELS[:-1]]
FAR = f"with that of their own row on {agreeing(SHIFTED, SERVED)}"

CASES = [
    Case(
        name="unit change",
        what="prices in cents, once in euros",
        broken=times(100),
        block=["unit: price: the median size 3475 is 100 times the usual 34.75"],  # (34.25 + 35.25) / 2
    ),
    Case(
        name="a smaller unit change",
        what="prices in another currency, at 4 to 1",
        broken=times(4),
        warn=["unit: price: the median size 139 is 4 times the usual 34.75"],
    ),
    Case(
        name="default-value spike",
        what="“web” for every channel",
        broken=first(60, "channel", "web"),
        block=["one_value: channel: rows with one and the same value rose from 50.0% to 100.0% of the rows"],
    ),
    Case(
        name="default-value spike in numbers",
        what="one price on 36 of 60 rows",
        broken=first(36, "price", "34.25"),
        block=["one_value: price: rows with one and the same value rose from 1.7% to 61.7% of the rows"],  # one had it anyway
    ),
    Case(
        name="default-value spike in times",
        what="midnight for every time",
        broken=every("at", lambda at: f"{at[:11]}00:00:00Z"),
        block=["one_value: at: rows with one and the same time of day rose from 1.7% to 100.0% of the rows"],
        warn=["shifted times: times are +5 h off the usual hours of the day: another time zone, or summer time?"],
    ),
    Case(
        name="a column that follows the calendar",
        what="a channel that is new every day, named in `batches.calendar`",
        broken=named_by_the_day,
    ),
    Case(
        name="renamed category",
        what="“WEB” where “web” was",
        broken=every("channel", lambda channel: channel.replace("web", "WEB")),
        block=[
            "one_value: channel: rows with one and the same value rose from 0.0% to 50.0% of the rows",
            "renamed: channel: 50.0% of the rows have values that are new, and values that 50.0% had are gone",
        ],
    ),
    Case(
        name="null-rate jump",
        what="half of the prices are missing",
        broken=first(30, "price", ""),
        block=["missing: price: gaps rose from 0.0% to 50.0% of the rows"],
    ),
    Case(
        name="one rule failing on most rows",
        what="36 of 60 prices are -1",
        broken=first(36, "price", "-1"),
        rows={"price: greater_than(0)": 36},
        block=[
            "one_rule: 60.0% of the rows fail the rule 'price: greater_than(0)'",
            "one_value: price: rows with one and the same value rose from 1.7% to 60.0% of the rows",
            "refused: 60.0% of the rows fail a rule",
        ],
    ),
    Case(
        name="label column shifted by one",
        what="each row has the label of the row above",
        broken=labels(SHIFTED),
        block=[
            "shifted labels: labels agree with the prediction of the row 1 above on "
            f"{agreeing(SHIFTED[1:], SERVED[:-1])} of the rows, {FAR}"
        ],
    ),
    Case(
        name="labels of other rows",
        what="the label column was sorted for itself",
        broken=labels(sorted(LABELS)),
        block=[
            f"shifted labels: labels agree with the served prediction on {agreeing(sorted(LABELS), SERVED)} of the rows, "
            "usually on 90.0%, no more than by chance"  # 6 of 60 were served wrong
        ],
    ),
    Case(
        name="one class only",
        what="“billing” for every label",
        broken=labels(["billing"] * 60),
        block=[
            "label_share: one class moved from 50.0% to 100.0% of the labels",
            "one class: all 60 labels are of one class, which has 50.0% usually",
        ],
    ),
    Case(
        name="renamed class",
        what="“Billing” where “billing” was",
        broken=labels([own.replace("billing", "Billing") for own in LABELS]),
        block=["label_share: one class moved from 0.0% to 50.0% of the labels"],
    ),
    Case(
        name="timezone shift",
        what="all times are five hours early",
        broken=earlier(5),
        warn=["shifted times: times are -5 h off the usual hours of the day: another time zone, or summer time?"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_remarkable_batch_is_warned_or_blocked_and_the_others_go_on(case, tmp_path, make_project):
    found, expected = outcome(case, tmp_path / "project", make_project)
    assert found == expected
