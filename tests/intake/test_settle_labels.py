"""Labels that came with their rows: when they count, and when only the row does."""

from collections import Counter

import pandas as pd
import pandera.pandas as pa
from made_intake import said
from made_settled import (
    BATCH,
    ECHO,
    LATE,
    NO_RAW,
    REPEATS,
    UNKNOWN,
    labelled,
    release,
    rows,
    settled,
    trusted,
    with_sources,
)


def test_a_label_that_came_with_its_row_waits_until_its_source_is_ripe(make_params):
    frame, heard, params = rows(id=["a", "b", "c"], label=["x", None, "x"]), trusted({"c": "y"}), make_params(LATE)
    early = labelled(frame, heard, params)
    assert with_sources(early) == [(None, None, None), (None, None, None), ("y", "feedback", "random")]
    assert early.waiting.tolist() == [True, False, True]
    assert settled(frame, heard, params).counts == Counter(training=1, immature=1, unlabelled=1)
    assert not settled(frame, heard, params).brought.total()
    ripe = labelled(frame, heard, params, as_of=pd.Timestamp("2026-11-04").date())  # the 5th and 30 days
    assert with_sources(ripe) == [("x", "raw", None), (None, None, None), ("y", "feedback", "random")]
    assert not ripe.waiting.any()


def test_labels_of_a_source_that_nobody_named_are_refused_and_the_row_has_none(make_params):
    done = settled(rows(id=["a", "b", "c"], label=["x", None, "x"]), trusted({"c": "y"}), make_params(NO_RAW))
    assert with_sources(done) == [("y", "feedback", "random")]
    assert said(done.found, "batch", "row", "record_id", "level", "rule", "severity", "value", "status") == [
        (BATCH.key, 3, "a", "label", UNKNOWN, "error", "x", "quarantined"),
        (BATCH.key, 8, "c", "label", UNKNOWN, "error", "x", "quarantined"),
    ]
    assert done.counts == Counter(training=1, unlabelled=2)


def test_no_release_says_how_far_to_trust_a_source_that_nobody_named(make_params):
    done = settled(rows(id=["a"], label=["x"]), trusted(), make_params(NO_RAW), releases=[release(UNKNOWN)])
    assert (done.counts, done.found["status"].tolist()) == (Counter(unlabelled=1), ["quarantined"])


def test_a_label_that_only_repeats_what_was_served_is_no_answer(make_params):
    frame = rows(id=["a", "b", "c"], label=["x", "y", "x"], served=["x", "x", None])
    done = settled(frame, trusted(), make_params(ECHO))
    assert said(done.usable, "id", "label") == [("b", "y"), ("c", "x")]
    assert said(done.found, "record_id", "rule", "value") == [("a", REPEATS, "x")]
    freed = settled(frame, trusted(), make_params(ECHO), releases=[release(REPEATS)])
    assert (freed.counts, freed.found["status"].tolist()) == (Counter(training=3), ["released"])


def test_a_number_may_equal_what_was_served(make_params):
    frame = rows(id=["a"], label=[1.0], served=["1"])
    assert settled(frame, trusted(), make_params(ECHO | {"task": "regression"})).counts == Counter(training=1)


# --- how many there are, and what they say of what was served

TOLD = {"columns.prediction": "served"}


def test_labels_that_stand_without_feedback_are_held_against_what_was_served(make_params):
    frame = rows(id=list("abcde"), label=["x", "y", "x", None, "x"], served=["x", "x", None, "x", "y"])
    heard = trusted({"e": "x"})  # a confirms, b corrects, beside c nothing is known, d has no label, and of e the feedback counts
    assert settled(frame, heard, make_params(TOLD)).brought == Counter(lines=3, correct=1, confirm=1)
    assert settled(frame, heard, make_params()).brought == Counter(lines=3)
    numbers = frame.assign(label=[1.0, 2.0, 3.0, None, 4.0])
    assert settled(numbers, trusted({"e": 1.0}), make_params(TOLD | {"task": "regression"})).brought == Counter(lines=3)


def test_a_source_that_only_repeats_what_was_served_gives_no_rate_of_corrections(make_params):
    frame = rows(id=["a", "b"], label=["x", "y"], served=["x", "x"])
    assert settled(frame, trusted(), make_params(ECHO)).brought == Counter(lines=2, refused=1)


def test_labels_that_are_refused_are_counted_and_a_row_that_reviewers_disagree_on_is_not(make_params):
    frame = rows(id=["a", "b", "c"], label=["X", "y", "x"], served=["x", "y", "y"])
    done = settled(frame, trusted(conflicts={"c": "y"}), make_params(TOLD), labels=KNOWN)
    assert done.brought == Counter(lines=2, refused=1, confirm=1)
    assert settled(frame, trusted(), make_params(NO_RAW)).brought == Counter(lines=3, refused=3)


# --- what the schema says of them

KNOWN = pa.Column("str", pa.Check.isin(["x", "y"]), required=False, nullable=True, name="label")
NO_CLASS = "label: isin(['x', 'y'])"


def test_a_label_that_is_no_class_is_refused_and_its_row_has_none(make_params):
    frame = rows(id=["a", "b", "c", "d"], label=["X", "y", None, "z"])
    done = settled(frame, trusted({"d": "y"}), make_params(), labels=KNOWN)
    assert with_sources(done) == [("y", "raw", None), ("y", "feedback", "random")]
    assert said(done.found, "row", "record_id", "level", "rule", "severity", "value", "status") == [
        (3, "a", "label", NO_CLASS, "error", "X", "quarantined"),
        (13, "d", "label", NO_CLASS, "error", "z", "quarantined"),
    ]
    assert done.counts == Counter(training=2, unlabelled=2)


def test_a_label_that_is_no_class_can_be_released(make_params):
    done = settled(rows(id=["a"], label=["X"]), trusted(), make_params(), labels=KNOWN, releases=[release(NO_CLASS)])
    assert (done.counts, done.found["status"].tolist()) == (Counter(training=1), ["released"])
    assert said(done.usable, "label") == [("X",)]


def test_a_release_from_one_of_two_rules_does_not_let_a_label_in(make_params):
    frame = rows(id=["a"], label=["X"], served=["X"])
    done = settled(frame, trusted(), make_params(ECHO), labels=KNOWN, releases=[release(NO_CLASS)])
    assert done.counts == Counter(unlabelled=1)
    assert said(done.found, "rule", "status") == [(NO_CLASS, "released"), (REPEATS, "quarantined")]


def test_a_label_that_has_to_wait_is_looked_at_when_it_counts(make_params):
    done = settled(rows(id=["a"], label=["X"]), trusted(), make_params(LATE), labels=KNOWN)
    assert (done.counts, len(done.found)) == (Counter(immature=1), 0)


def test_numbers_have_checks_too(make_params):
    positive = pa.Column("float64", pa.Check.ge(0), name="label")
    done = settled(
        rows(id=["a", "b", "c"], label=[-1.0, 0.0, None]), trusted(), make_params({"task": "regression"}), labels=positive
    )
    assert said(done.usable, "id", "label") == [("b", 0.0)]
    assert said(done.found, "record_id", "rule", "value") == [("a", "label: greater_than_or_equal_to(0)", "-1.0")]
    assert done.counts == Counter(training=1, unlabelled=2)
