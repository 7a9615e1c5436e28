"""The rows of a mature batch: which label each gets, what leaves and why, and that all of them are counted once."""

import dataclasses
from collections import Counter

import pandas as pd
import pytest
from made_intake import TODAY, said
from made_settled import (
    BATCH,
    DISAGREE,
    GROUP,
    NEAR,
    labelled,
    release,
    rows,
    settled,
    trusted,
    with_sources,
)

from stages.intake.leaks import other_side as taken_in
from stages.intake.settle import Held, label_rows, row_text

# --- labels onto rows


def test_feedback_counts_before_a_label_that_came_with_the_row(make_params):
    found = labelled(rows(id=["a", "b", "c"], label=["x", "x", None]), trusted({"a": "y", "z": "y"}), make_params())
    assert with_sources(found) == [("y", "feedback", "random"), ("x", "raw", None), (None, None, None)]
    assert found.rows.index.tolist() == [3, 5, 8]
    assert found.given.tolist()[:2] == ["x", "x"]


def test_rows_that_brought_no_label_have_those_of_the_feedback(make_params):
    found = labelled(rows(id=["a", "b"]), trusted({"b": "NA"}), make_params())
    assert with_sources(found) == [(None, None, None), ("NA", "feedback", "random")]


@pytest.mark.parametrize(("task", "kind"), [("classification", "str"), ("regression", "float64")])
@pytest.mark.parametrize("heard", [None, {"a": 7.5}])
def test_labels_have_the_kind_of_the_task_whatever_came_in(make_params, task, kind, heard):
    found = labelled(rows(id=["a", "b"]), trusted(heard), make_params({"task": task})).rows
    assert {name: str(found[name].dtype) for name in ("label", "label_source", "selection_reason")} == {
        "label": kind, "label_source": "str", "selection_reason": "str",
    }  # fmt: skip
    assert said(found, "label") == [((7.5 if task == "regression" else "7.5") if heard else None,), (None,)]


def test_rows_that_are_waited_for_are_those_that_some_feedback_will_be_about(make_params):
    found = labelled(rows(id=["a", "b"]), trusted(waiting=["b", "z"]), make_params())
    assert found.waiting.tolist() == [False, True]


# --- conflicts


def test_a_row_that_reviewers_disagree_on_leaves_with_the_label_it_came_with(make_params):
    done = settled(rows(id=["a", "b"], label=["x", "x"]), trusted(conflicts={"a": "y"}), make_params())
    assert said(done.usable, "id", "label") == [("b", "x")]
    assert done.counts == Counter(training=1, quarantined=1)
    # which label it is about is not known, so none is quoted
    assert said(done.found, "row", "record_id", "level", "rule", "value", "status") == [
        (3, "a", "label", DISAGREE, None, "quarantined")
    ]


def test_a_conflict_that_a_person_released_has_its_likeliest_label(make_params):
    done = settled(rows(id=["a", "b"]), trusted(conflicts={"a": "y", "b": "y"}), make_params(), releases=[release(DISAGREE, "a")])
    assert said(done.usable, "id", "label", "label_source") == [("a", "y", "feedback")]
    assert said(done.found, "record_id", "status") == [("a", "released"), ("b", "quarantined")]
    assert done.counts == Counter(training=1, quarantined=1)


def test_a_release_of_the_file_as_it_was_before_counts_for_nothing(make_params):
    old = release(DISAGREE, "a", md5="b" * 32)
    assert settled(rows(id=["a"]), trusted(conflicts={"a": "y"}), make_params(), releases=[old]).counts == Counter(quarantined=1)


# --- leaks


def test_rows_that_repeat_the_test_side_or_share_its_groups_never_train(make_params):
    params = make_params({"columns.text": ["text"], "columns.group": "who"})
    held = Held(words=taken_in(pd.Series(["one two three four"], dtype="str"), 0.75), groups=frozenset({"g"}))
    frame = rows(
        id=list("abcde"), label=["x", "x", "x", None, "x"],
        text=["one two three", "one two", "one two three four", "one two three", None],  # 3 of 4 words in common are enough
        who=["h", "h", "g", "g", None],
    )  # fmt: skip
    done = settled(frame, trusted(), params, held=held, releases=[release(NEAR), release(GROUP, "c")])
    assert done.usable["id"].tolist() == ["b", "e"]
    # d has no label: it could not train anyway
    assert said(done.found, "row", "record_id", "level", "rule", "value", "status") == [
        (3, "a", "row", NEAR, None, "quarantined"),
        (8, "c", "row", NEAR, None, "quarantined"),
        (8, "c", "row", GROUP, None, "quarantined"),
    ]
    assert done.counts == Counter(training=2, quarantined=2, unlabelled=1)


def test_the_test_side_is_held_against_nothing(make_params):
    frame = rows(id=["a"], label=["x"])
    assert settled(frame, trusted(), make_params(), role="holdout").counts == Counter(holdout=1)


@pytest.mark.parametrize("groups", [frozenset(), frozenset({"g"})])
def test_groups_stay_together_where_the_column_and_the_test_side_have_some(make_params, groups):
    frame, held = rows(id=["a", "b"], label=["x", "x"], who=["g", "h"]), Held(words=None, groups=groups)
    done = settled(frame, trusted(), make_params({"columns.group": "who"}), held=held)
    assert done.usable["id"].tolist() == ["b"] if groups else ["a", "b"]


def test_a_row_that_fails_two_rules_is_counted_once(make_params):
    params = make_params({"columns.group": "who"})
    frame = rows(id=["a", "b"], label=["x", "x"], who=["g", "h"])
    done = settled(frame, trusted(conflicts={"a": "y"}), params, held=Held(words=None, groups=frozenset({"g"})))
    assert (done.counts, len(done.found)) == (Counter(training=1, quarantined=1), 2)


def test_a_batch_without_rows_counts_nothing(make_params):
    done = settled(rows(id=[]), trusted({"a": "x"}), make_params())
    assert (len(done.usable), len(done.found), done.counts.total()) == (0, 0, 0)
    assert {"label", "label_source", "selection_reason"} <= set(done.usable)


def test_the_rows_that_came_in_are_left_as_they_are(make_params):
    frame = rows(id=["a", "b"], label=["x", None])
    before = frame.copy()
    settled(frame, trusted({"b": "y"}), make_params())
    pd.testing.assert_frame_equal(frame, before)


def test_text_of_several_columns_is_one_text():
    frame = rows(id=["a", "b"], subject=["one", None], body=["two", "three"])
    assert row_text(frame, ["subject", "body"]).tolist() == ["one two", " three"]
    assert row_text(frame, ["subject"]).tolist() == ["one", ""]


def test_a_batch_is_not_changed_by_another_one(make_params):
    other = dataclasses.replace(BATCH, key="raw/2026-10-06.csv")
    found = label_rows(other, rows(id=["a"]), trusted(conflicts={"a": "y"}), make_params(), TODAY, [release(DISAGREE)])
    assert found.rows["label"].isna().all()  # the release is of another batch
