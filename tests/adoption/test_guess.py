"""Guesses: every role from small tables whose answer is plain to a reader."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stages.adoption.guess import Asked, Column, guess, look
from stages.adoption.leaks import answers, leaks, settled
from stages.adoption.limits import LIMITS
from stages.adoption.params import first_params
from stages.errors import InputError, UsageError

FILE = Path("rows.csv")
N = 400


def table(**columns: object) -> pd.DataFrame:
    """N rows with an id and a time, and more columns."""
    times = pd.date_range("2026-01-05", periods=N, freq="3h").strftime("%Y-%m-%dT%H:%M")
    return pd.DataFrame({"ticket": [f"T{k}" for k in range(N)], "created_at": times} | columns)


def roles(frame: pd.DataFrame, **asked: str) -> dict[str, str | None]:
    return {own.name: own.role for own in guess(frame, FILE, Asked(**asked))[1]}


def cycle(*values: object) -> list[object]:
    return [values[k % len(values)] for k in range(N)]


def test_roles_of_an_ordinary_table():
    words = [f"the order {k} came late again" for k in range(N)]
    ages = np.random.default_rng(0).normal(45, 12, 4 * N)[:N].round().astype(int)
    frame = table(
        body=words, channel=cycle("web", "mail"), weight=[k / 7 for k in range(N)], age=ages, label=cycle("a", "b", "c")
    )
    assert roles(frame) == {
        "ticket": "id", "created_at": "time", "body": "text", "channel": "categorical", "weight": "numeric", "age": "numeric",
        "label": "target",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([None] * N, "one value, or none"),
        (["same"] * N, "one value, or none"),
        (["x", "y"] + [None] * (N - 2), "nearly always missing"),
        ([f"user-{k}" for k in range(N)], "another one in nearly every row"),
        ([f"user-{k % 200}" for k in range(N)], "too many distinct values"),
        ([[1], [2]] * (N // 2), "lists or objects in its cells"),
        (pd.date_range("2020-01-01", periods=N), "a time"),
    ],
)
def test_columns_that_cannot_help_are_left_out(cells, why):
    found = next(
        own for own in guess(table(extra=cells, label=cycle("a", "b")), FILE, Asked(target="label"))[1] if own.name == "extra"
    )
    assert (found.role, found.why) == (None, why)


@pytest.mark.parametrize("name", ["final_state", "resolvedBy", "closed_code", "sys_updated_by", "outcome2"])
def test_names_that_say_later_are_left_out(name):
    assert roles(table(**{name: cycle("x", "y"), "label": cycle("a", "b")}), target="label")[name] is None


def test_codes_are_categories_and_quantities_are_numbers():
    """Of 40 codes, every other one is on 15 rows and the rest on 5: neighbours differ. Ages rise and fall one by one."""
    codes = [code for code in range(40) for _ in range(15 if code % 2 else 5)]
    ages = [age for age in range(40) for _ in range(min(age, 39 - age) + 1)][:N]
    found = roles(table(region=codes, age=[*ages, *ages][:N], label=cycle("a", "b")), target="label")
    assert (found["region"], found["age"]) == ("categorical", "numeric")


def test_whole_numbers_with_few_values_are_categories():
    assert roles(table(stars=cycle(1, 2, 3), label=cycle("a", "b")), target="label")["stars"] == "categorical"


def test_numbers_in_a_csv_are_text_until_looked_at():
    assert look(pd.Series(["1.5", "2.25", None], name="x")).kind == "fraction"
    assert look(pd.Series(["1", "2", "3.0"], name="x")).kind == "whole"
    assert look(pd.Series(["01", "02"], name="zip")).kind == "name"


@pytest.mark.parametrize(
    ("target", "task"),
    [
        (cycle("yes", "no"), "classification"),
        (cycle(True, False), "classification"),
        (cycle(0, 1), "classification"),
        ([k / 3 for k in range(N)], "regression"),
        ([(k * 37) % 331 for k in range(N)], "regression"),
    ],
)
def test_task_follows_the_target(target, task):
    assert guess(table(channel=cycle("web", "mail"), target=target), FILE, Asked())[0] == task


def test_codes_as_target_are_classes():
    codes = [code for code in range(40) for _ in range(15 if code % 2 else 5)]
    assert guess(table(channel=cycle("web", "mail"), queue=codes), FILE, Asked(target="queue"))[0] == "classification"


def test_the_time_that_says_later_is_not_the_time():
    frame = table(label=cycle("a", "b")).rename(columns={"created_at": "opened"})
    frame.insert(0, "closed_at", frame["opened"])
    assert roles(frame)["opened"] == "time"


def test_what_is_asked_wins():
    frame = table(
        other=[f"x{k}" for k in range(N)], day=pd.date_range("2026-01-01", periods=N).astype(str), label=cycle("a", "b")
    )
    found = roles(frame, id="other", time="day", target="label")
    assert (found["other"], found["day"], found["ticket"], found["created_at"]) == ("id", "time", None, None)


@pytest.mark.parametrize(
    ("frame", "asked", "error", "message"),
    [
        (table(label=cycle("a", "b")), {"target": "lable"}, UsageError, "--target must name a column of rows.csv, got 'lable'"),
        (table(label=cycle("a", "b")).drop(columns="created_at"), {}, InputError, "says when each row came in.*--time"),
        (table(label=cycle("a", "b")), {"time": "label"}, InputError, "label must hold ISO 8601 times.*--time"),
        (table(label=cycle("a", "b")).drop(columns="ticket"), {}, InputError, "names each row.*--id"),
        (table(label=cycle("a", "b")), {"id": "label", "target": "ticket"}, InputError, "another one in every row.*--id"),
        (table(label=["a"] * N), {"target": "label"}, InputError, "two values or more, got 1"),
        (table(name=[f"n{k}" for k in range(N)]), {"target": "name"}, InputError, "classes or numbers, got 400 values"),
    ],
)
def test_what_cannot_be_guessed_names_the_option(frame, asked, error, message):
    with pytest.raises(error, match=message):
        guess(frame, FILE, Asked(**asked))


def test_settled_by_hand():
    """10 a, 10 b: the largest class is right on 10 of 20. Groups x (10 a, 2 b) and y (8 b) get 18 right: 8 of the 10 errors."""
    target = pd.Series(["a"] * 10 + ["b"] * 10)
    groups = pd.Series(["x"] * 12 + ["y"] * 8)
    assert settled(groups, target, "classification") == pytest.approx(0.8)
    # Ten 0s and ten 4s: mean 2, variation 20 · 4 = 80. Within x, ten 0s and two 4s, the mean is 2/3 and the variation
    # 10 · (2/3)² + 2 · (10/3)² = 4.444 + 22.222 = 26.667; within y it is 0. So 1 - 26.667 / 80 = 2/3 is settled.
    numbers = pd.Series([0.0] * 10 + [4.0] * 10)
    assert settled(groups, numbers, "regression") == pytest.approx(2 / 3)


def test_groups_that_are_tiny_settle_nothing():
    target = pd.Series(["a", "b"] * 10)
    assert settled(pd.Series([str(k) for k in range(20)]), target, "classification") == 0.0


def test_leaks_and_earlier_answers_are_found():
    target = pd.Series(["a", "b", "c", "c"] * 25)
    served = target.where(np.arange(100) % 3 > 0, "c")
    frame = pd.DataFrame({"copy": "x" + target, "served": served, "always": "c", "noise": ["u", "v", "w", "z", "z"] * 20})
    assert list(leaks(frame, target, "classification", list(frame))) == ["copy"]
    assert list(answers(frame, target, list(frame))) == ["served"]


LABELS = pd.Series(["a", "b"])
COLUMNS = [Column(role, role, "", 9, 0) for role in ("id", "time", "target", "numeric")]


def found_for(labelled: list[int], target: pd.Series = LABELS, columns: list[Column] = COLUMNS) -> dict:
    task = "regression" if target.dtype == "float64" else "classification"
    return first_params("m", task, columns, labelled, "week", "me", target, LIMITS, 0.07)


def test_windows_follow_the_batches():
    holdouts = {own: found_for(list(own))["split"]["holdout_batches"] for own in [(2000,) * 6, (400,) * 9, (10,) * 9, (10, 10)]}
    assert holdouts[(2000,) * 6] == 1  # 2,000 rows judge
    assert holdouts[(400,) * 9] == 3  # 1,200 are enough, 800 are not
    assert holdouts[(10,) * 9] == 3  # never more than a third
    assert holdouts[10, 10] == 1
    categories = [Column("c", "categorical", "", 3, 0), Column("d", "categorical", "", 30, 0)]
    found = found_for([400] * 9, columns=COLUMNS[:3] + categories)
    assert found["evaluate"]["segments"] == ["c"]
    assert found["trigger"]["min_new_labels"] == 200
    assert found["trigger"]["drift"] == {"min_change": 0.07, "min_rows": 200}


@pytest.mark.parametrize(
    ("rows", "largest", "drop"),
    [
        (1200, 0.5, 0.05),  # 2.487 * sqrt(2 * 0.75 * 0.25 / 1200) = 0.0440
        (1200, 0.9, 0.04),  # 2.487 * sqrt(2 * 0.9 * 0.1 / 1200) = 0.0305
        (20_000, 0.5, 0.02),  # 0.0108: two points are what matters
    ],
)
def test_a_loss_that_matters_is_one_that_the_holdout_can_show(rows, largest, drop):
    target = pd.Series(["a"] * round(100 * largest) + ["b"] * round(100 - 100 * largest))
    found = found_for([rows] * 4, target)
    assert found["trigger"]["max_performance_drop"] == drop
    assert (found["gate"]["max_segment_drop"], found["gate"]["max_golden_drop"]) == (0.02, 0.02)


def test_allowed_loss_of_a_quantity_is_in_its_own_units():
    """Mean absolute deviation of 0 and 100 is 50, 5 % of it 2.5, to one digit 2 (ties to even); deviations do not differ."""
    found = found_for([100, 100], pd.Series([0.0, 100.0]))
    assert (found["gate"]["max_segment_drop"], found["trigger"]["max_performance_drop"]) == (2.0, 2.0)
    assert (found["gate"]["primary"], found["gate"]["min_gain"]) == ("neg_mean_absolute_error", 0.0)
    # Deviations 25, 25, 25, 75: 5 % of 37.5 are 1.9; their standard deviation is 21.65, 2.487 * sqrt(2 / 100) * 21.65 / 2 = 3.8
    found = found_for([100, 100], pd.Series([0.0, 0.0, 0.0, 100.0]))
    assert (found["gate"]["max_segment_drop"], found["trigger"]["max_performance_drop"]) == (2.0, 4.0)
