"""Batch rules on columns: units, defaults, gaps, renamed categories, on honest and on odd numbers."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from made_batches import COLUMNS, LIMITS, found, rows, sketched, weeks

from stages.history.rules import judge
from stages.history.sketch import Sketch, sketch


@pytest.fixture(scope="module")
def history():
    return weeks()


def some(share: float, frame: pd.DataFrame) -> np.ndarray:
    return np.random.default_rng(5).random(len(frame)) < share


def priced(change: Callable[[pd.Series], pd.Series], count: int = 9, n: int = 1000) -> list[Sketch]:
    """Weeks whose prices are changed."""
    frames = [rows(n, seed) for seed in range(count)]
    return [sketched(frame.assign(price=change(frame["price"]).astype("float64"))) for frame in frames]


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (1000, "block"),
        (100, "block"),
        (0.01, "block"),
        (5, "warn"),
        (0.2, "warn"),
        (2.2046, "warn"),  # kilograms in pounds
        (0.4536, "warn"),  # and back
        (1.5, None),
        (0.67, None),
    ],
)
def test_a_changed_unit_shows_in_the_median(factor, expected, history):
    own = rows(seed=1)
    assert found(sketched(own.assign(price=own["price"] * factor)), history) == ({"unit": expected} if expected else {})


@pytest.mark.parametrize("n", [20, 1000])
def test_a_changed_unit_shows_in_a_small_batch_too(n):
    *before, own = priced(lambda price: price, n=n)
    assert found(own, before) == {}
    assert found(priced(lambda price: price * 1000, n=n)[-1], before) == {"unit": "block"}


@pytest.mark.parametrize(
    "shape",
    [
        lambda price: price * 0 + 7,  # constant
        lambda price: -price,
        lambda price: price - price.median(),  # a median of 0, as many below as above
        lambda price: price.where(price > 30, 0),  # most are 0
    ],
    ids=["constant", "negative", "around zero", "mostly zero"],
)
def test_a_changed_unit_shows_in_constant_negative_and_mostly_zero_numbers(shape):
    *before, own = priced(shape)
    assert found(own, before) == {}
    assert found(priced(lambda price: shape(price) * 1000)[-1], before)["unit"] == "block"
    assert found(priced(lambda price: shape(price) / 1000)[-1], before)["unit"] == "block"


@pytest.mark.parametrize("empty", [lambda price: price * np.nan, lambda price: price * 0], ids=["all missing", "all zero"])
def test_numbers_that_are_all_missing_or_all_zero_have_no_unit(empty):
    *before, own = priced(empty)
    assert found(own, before) == {}
    assert "unit" not in found(own, priced(lambda price: price))
    assert "unit" not in found(priced(lambda price: price)[0], before)


def test_numbers_may_grow_slowly():
    # twice as large in eight weeks, as inflation never was; a change of unit on top still shows
    grown = [sketched(rows(seed=k).assign(price=rows(seed=k)["price"] * 1.1**k)) for k in range(20)]
    assert [found(own, grown[k - 8 : k]) for k, own in enumerate(grown) if k >= 8] == [{}] * 12
    sudden = sketched(rows(seed=20).assign(price=rows(seed=20)["price"] * 1.1**20 * 100))
    assert found(sudden, grown[12:]) == {"unit": "block"}


def test_a_released_unit_is_usual_and_others_are_not(history):
    cents = [sketched(rows(seed=k).assign(price=rows(seed=k)["price"] * 100)) for k in (1, 2)]
    mills = sketched(rows(seed=3).assign(price=rows(seed=3)["price"] * 10))
    released = [*history[1:], cents[0]]
    assert found(cents[1], released) == {}
    assert found(mills, released) == {"unit": "block"}


@pytest.mark.parametrize(("share", "expected"), [(0.03, None), (0.1, "warn"), (0.3, "block"), (1, "block")])
def test_more_gaps_than_usual(share, expected, history):
    own = rows(seed=1)
    for name in ("color", "price", "text", "at", "served"):
        broken = own.assign(**{name: own[name].mask(some(share, own))})
        assert found(sketched(broken), history) == ({"missing": expected} if expected else {}), name


def test_fewer_gaps_than_usual_are_fine(history):
    gaps = [sketched(rows(seed=k).assign(color=rows(seed=k)["color"].mask(some(0.5, rows(seed=k))))) for k in range(3)]
    assert found(sketched(rows(seed=9)), gaps) == {}


def test_the_reason_says_how_many_gaps_and_where(history):
    own = rows(seed=1)
    broken = own.assign(color=own["color"].mask(own.index < 300), price=own["price"].mask(own.index < 250))
    (finding,) = judge(sketched(broken), history, LIMITS)
    assert finding.why == "color: gaps rose from 0.0% to 30.0% of the rows; price: gaps rose from 0.0% to 25.0% of the rows"


@pytest.mark.parametrize(("share", "expected"), [(0.1, None), (0.3, "warn"), (0.7, "block")])
@pytest.mark.parametrize(
    ("name", "default"), [("color", "unknown"), ("color", "blue"), ("price", 0.0), ("price", -1.0), ("text", "n/a")]
)
def test_a_default_that_replaces_what_was_not_known(name, default, share, expected, history):
    own = rows(seed=1)
    broken = own.assign(**{name: own[name].mask(some(share, own), default)})
    assert found(sketched(broken), history).get("one_value") == expected


def test_a_default_shows_among_more_texts_than_are_looked_at():
    before = [sketched(rows(20000, seed)) for seed in range(3)]
    own = rows(20000, 9)
    assert found(sketched(own), before) == {}
    assert found(sketched(own.assign(text=own["text"].mask(some(0.3, own), "see above"))), before) == {"one_value": "warn"}


def test_a_value_that_is_on_every_row_always_is_no_default():
    fixed = [sketched(rows(seed=k).assign(color="red", price=1.0)) for k in range(9)]
    assert found(fixed[-1], fixed[:-1]) == {}


@pytest.mark.parametrize("default", ["midnight", "one instant"])
@pytest.mark.parametrize(("share", "expected"), [(0.1, None), (0.3, "warn"), (0.7, "block"), (1, "block")])
def test_a_default_time(default, share, expected, history):
    own = rows(seed=1)
    times = own["at"].dt.floor("D") if default == "midnight" else own["at"].iloc[500]
    broken = sketched(own.assign(at=own["at"].mask(some(share, own), times)))
    assert found(broken, history).get("one_value") == expected
    said = [own.why for own in judge(broken, history, LIMITS) if own.rule == "batch: one_value"]
    assert [why[: why.index(" rose")] for why in said] == ["at: rows with one and the same time of day"] * bool(expected)


def test_days_without_an_hour_are_no_default_time():
    days = [sketched(rows(seed=k).assign(at=rows(seed=k)["at"].dt.floor("D"))) for k in range(9)]
    assert found(days[-1], days[:-1]) == {}


def with_month(seed: int, **changed: object) -> Sketch:
    """A week of one month each: its name and its number of days are on every row."""
    return sketched(rows(seed=seed).assign(**{"color": f"month {seed}", "price": 10.0 * 2**seed} | changed))


def test_columns_that_follow_the_calendar_are_not_looked_at():
    months, exempt = [with_month(seed) for seed in range(4)], LIMITS.model_copy(update={"calendar": ["color", "price"]})
    assert found(months[3], months[:3]) == {"one_value": "block", "unit": "warn"}  # 80 after 10, 20, 40
    assert found(months[3], months[:3], exempt) == {}
    assert found(with_month(3, price=np.nan), months[:3]) == {"one_value": "block", "missing": "block"}
    assert found(with_month(3, price=np.nan), months[:3], exempt) == {}


def test_the_other_columns_are_looked_at_all_the_same():
    months, exempt = [with_month(seed) for seed in range(3)], LIMITS.model_copy(update={"calendar": ["color", "price"]})
    assert found(with_month(3, shape="cube"), months, exempt) == {"one_value": "block"}
    assert found(with_month(3, shape=None), months, exempt) == {"missing": "block"}


@pytest.mark.parametrize(
    ("renames", "expected"),
    [
        ({"red": "crimson"}, "block"),  # half of the rows
        ({"red": "Red", "green": "Green", "blue": "Blue"}, "block"),
        ({"blue": "navy"}, "warn"),  # a fifth of the rows; seed 1 has a little less
    ],
)
def test_a_renamed_category(renames, expected, history):
    own = rows(seed=1)
    assert found(sketched(own.assign(color=own["color"].replace(renames))), history)["renamed"] == expected


def test_a_new_category_beside_the_old_ones_is_no_rename(history):
    own = rows(seed=1)
    launched = sketched(own.assign(color=own["color"].mask(some(0.15, own), "violet")))
    assert found(launched, history) == {}


def test_a_category_that_came_lately_may_be_renamed_too(history):
    def with_violet(seed: int, name: str = "violet") -> Sketch:
        return sketched(rows(seed=seed).assign(color=rows(seed=seed)["color"].mask(some(0.15, rows(seed=seed)), name)))

    newest = [*history[3:], *(with_violet(seed) for seed in range(3))]
    assert found(with_violet(9), newest) == {}
    assert found(with_violet(9, "purple"), newest) == {"renamed": "warn"}


def test_a_category_that_vanishes_is_no_rename(history):
    own = rows(seed=1)
    assert found(sketched(own.assign(color=own["color"].replace({"blue": "green"}))), history).get("renamed") is None


def test_rare_codes_come_and_go():
    random = np.random.default_rng(3)
    tail = 1 / np.arange(1, 2001)

    def week(seed: int) -> Sketch:
        codes = random.choice(2000, 1000, p=tail / tail.sum()).astype(str)
        return sketched(rows(seed=seed).assign(color=codes).astype({"color": "str"}))

    coded = [week(seed) for seed in range(29)]
    assert [found(own, coded[k - 8 : k]) for k, own in enumerate(coded) if k >= 8] == [{}] * 21


def test_the_label_of_a_regression_has_a_unit_too():
    columns = COLUMNS.model_copy(update={"target": "paid", "prediction": None})

    def week(seed: int, factor: float = 1) -> Sketch:
        own = rows(seed=seed)
        return sketch(own.assign(paid=own["price"] * factor), columns, failures={}, task="regression")

    before = [week(seed) for seed in range(3)]
    assert found(week(9), before) == {}
    assert found(week(9, 1000), before) == {"unit": "block"}
