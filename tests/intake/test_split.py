"""Which batch trains, which judges and which waits, to the day."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.intake.split import NO_DAY, assign
from stages.reading.periods import period
from stages.sections import Labels, Source, Split


def days(*numbers):
    return [period(f"2026-10-{number:02}") for number in numbers]


def settings(maturity=0, training=9, holdout=1, recent=1):
    sources = {  # the earliest source decides from when on a batch may be used
        name: Source(trust=0.9, maturity_days=maturity + later, independent=True) for name, later in (("slow", 9), ("quick", 0))
    }
    labels = Labels(sources=sources, min_posterior=0.6, min_accuracy=0.7, min_seconds=1, max_flip=0.3)
    split = Split(
        training_days=training, holdout_batches=holdout, recent_batches=recent, near_duplicate=0.9, disjoint_groups=False
    )
    return labels, split


def split(numbers, as_of=None, maturity=0, training=30, holdout=1, recent=1, blocked=()):
    day = as_of and date(2026, 10, as_of)
    return assign(days(*numbers), [own and days(own)[0] for own in blocked], day, *settings(maturity, training, holdout, recent))


def roles(numbers, *changed, **changes):
    """By the number of the day; `recent` has those that are."""
    found = split(numbers, *changed, **changes)
    return {int(name[-2:]): role for name, role in found.role.items()} | {"recent": sorted(int(n[-2:]) for n in found.recent)}


def test_the_newest_mature_batches_judge_and_those_before_train():
    assert roles([1, 2, 3, 4], holdout=2) == {1: "training", 2: "training", 3: "holdout", 4: "holdout", "recent": [4]}


def test_a_batch_is_mature_on_the_day_its_labels_are_old_enough():
    # On the 10th with 3 days: the batch of the 7th is mature, that of the 8th is not.
    found = roles([5, 6, 7, 8, 9, 10], maturity=3)
    assert found == {
        5: "training", 6: "training", 7: "holdout", 8: "immature", 9: "immature", 10: "immature", "recent": [10],
    }  # fmt: skip


def test_training_reaches_back_for_as_many_days_as_it_says():
    # 4 days up to the 10th are the 7th, 8th, 9th and 10th; the 10th judges.
    found = roles([5, 6, 7, 8, 9, 10], training=4)
    assert found == {5: "expired", 6: "expired", 7: "training", 8: "training", 9: "training", 10: "holdout", "recent": [10]}


def test_a_judging_batch_does_not_expire():
    assert roles([1, 2, 20], as_of=20, training=19, holdout=1)[20] == "holdout"
    assert roles([1, 10, 11], as_of=20, training=11, holdout=1) == {1: "expired", 10: "training", 11: "holdout", "recent": [11]}


def test_the_newest_accepted_batches_are_recent_mature_or_not():
    assert roles([1, 2, 3, 4], maturity=2, recent=3)["recent"] == [2, 3, 4]


def test_as_of_is_the_last_day_of_the_newest_batch_unless_it_is_given():
    weeks = [period("2026-W40"), period("2026-W41")]
    assert assign(weeks, [], None, *settings()).as_of == date(2026, 10, 11)
    assert assign(weeks, [], date(2026, 10, 12), *settings()).as_of == date(2026, 10, 12)


def test_batches_are_named_by_role_oldest_first():
    found = assign(days(4, 1, 3, 2), [], None, *settings(holdout=2))
    assert found.named("training") == ["2026-10-01", "2026-10-02"]
    assert found.named("holdout") == ["2026-10-03", "2026-10-04"]


@pytest.mark.parametrize(
    ("numbers", "changes", "got"),
    [
        ([], {}, "0 of 0 files; wait for the next batch"),
        ([1], {}, "1 of 1 files; wait for the next batch"),
        ([1, 2], {"holdout": 2}, "2 of 2 files; wait for the next batch"),
        ([1, 2, 3], {"maturity": 2}, "1 of 3 files; wait for the next batch"),
        ([1], {"blocked": [2, None]}, "1 of 3 files, 2 of them blocked; `ratchet quarantine list` says why, or wait for"),
    ],
)
def test_too_few_batches_are_one_line_and_all_of_them_wait(numbers, changes, got):
    found = split(numbers, **changes)
    assert re.match(rf"data/raw must hold more than .* days old, got {got}", found.problem)
    assert set(found.role.values()) <= {"immature"}
    assert not found.recent


def test_a_training_window_that_ends_before_the_judges_start_is_one_line():
    # all three are mature, and those before the judging one are too old to train
    found = split([1, 2, 20], training=3)
    assert found.problem == "split.training_days must reach back to a batch before the 1 that judge, got 3; raise it"
    assert list(found.role.values()) == ["expired", "expired", "immature"]


def test_where_something_trains_there_is_no_problem():
    assert split([1, 2]).problem is None


def test_blocked_files_name_the_day_only_where_nothing_was_accepted():
    assert split([1, 2], blocked=[9]).as_of == date(2026, 10, 2)
    assert split([], blocked=[9, None, 4]).as_of == date(2026, 10, 9)
    assert split([], as_of=5, blocked=[9]).as_of == date(2026, 10, 5)
    assert split([], blocked=[None]).as_of == NO_DAY


@given(
    numbers=st.sets(st.integers(1, 28), min_size=1),
    maturity=st.integers(0, 9),
    training=st.integers(1, 28),
    holdout=st.integers(1, 4),
    recent=st.integers(1, 4),
    wait=st.integers(0, 3),
)
def test_every_batch_has_one_role_and_roles_follow_each_other_in_time(numbers, maturity, training, holdout, recent, wait):
    today = min(max(numbers) + wait, 31)
    if split(numbers, today, maturity, training, holdout, recent).problem:
        return
    found = roles(numbers, today, maturity, training, holdout, recent)
    newest = found.pop("recent")
    assert newest == sorted(numbers)[-recent:]
    assert list(found) == sorted(numbers)
    order = ["expired", "training", "holdout", "immature"]
    places = [order.index(role) for role in found.values()]
    assert places == sorted(places)
    assert places.count(order.index("holdout")) == holdout
    for number, role in found.items():
        age = (date(2026, 10, today) - date(2026, 10, number)) / timedelta(days=1)
        assert (role == "immature") == (age < maturity)
        assert role != "training" or age < training
