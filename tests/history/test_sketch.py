"""Sketches: counts against plain Python, and a hash of the content that knows the rows and not their order."""

from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_batches import COLUMNS, answers, rows, sketched

from stages.history.alignment import LAGS, NOTHING
from stages.history.column import CLOCK, LOOKED_AT, TOP, text
from stages.history.sketch import sketch, sketch_feedback


def test_a_sketch_counts_what_plain_python_counts():
    own = rows(500)
    own["price"] = own["price"].mask(own.index % 10 == 0)
    found = sketched(own, {"price: missing": 50})
    assert (found.rows, found.feedback, found.refused, found.rules) == (500, False, 0, {"price: missing": 50})
    assert found.missing == {
        "at": 0,
        "text": 0,
        "color": 0,
        "shape": sum(not isinstance(cell, str) for cell in own["shape"]),
        "price": 50,
        "served": 0,
        "version": 0,
        "customer": 0,
    }
    assert found.values["color"] == Counter(own["color"])
    assert found.values["shape"] == Counter(own["shape"].dropna())
    assert found.labels == Counter(own["label"])
    assert list(found.hours) == [sum(at.hour == hour for at in own["at"]) for hour in range(24)]
    assert set(found.values) == {"at", "text", "color", "shape", "price"}
    assert found.values["at"] == {CLOCK: max(Counter(at.time() for at in own["at"]).values())}
    assert found.categorical == ("color", "shape")


def test_a_sketch_of_feedback_counts_answers_and_not_skips():
    own = answers(500)
    own["reviewed_at"] = own["reviewed_at"].mask(own.index < 7)
    found = sketch_feedback(own)
    assert found.feedback
    assert found.values == {}
    assert found.categorical == ()
    assert found.labels == Counter(own.loc[own["action"] != "skip", "label"])
    assert found.reviewers == Counter(own["reviewer"])
    assert found.missing == {"label": 0, "reviewer": 0, "reviewed_at": 7}
    assert sum(found.hours) == 493


def test_a_label_under_a_skip_is_none_and_a_confirmation_needs_none():
    own = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d", "e"],
            "label": ["x", None, None, "", "y"],
            "reviewer": "ann",
            "action": ["skip", "confirm", "correct", "correct", "outcome"],
            "reviewed_at": pd.Series([pd.NaT] * 5, dtype="datetime64[us, UTC]"),
            "served": ["x", "x", "x", "x", "y"],
        }
    ).astype(dict.fromkeys(["id", "label", "reviewer", "action", "served"], "str"))
    found = sketch_feedback(own)
    assert found.labels == {"y": 1}
    assert found.missing == {"label": 2, "reviewer": 0, "reviewed_at": 5}
    assert found.agreement.by_lag[0] == (1, 1)


def test_only_the_most_frequent_values_are_kept_ties_by_name():
    names = [f"v{k:03d}" for k in range(80)]
    cells = [name for k, name in enumerate(names) for _ in range(3 if k % 2 else 1)]  # 40 names on 3 rows, 40 on 1
    own = rows(len(cells)).assign(color=cells[::-1]).astype({"color": "str"})
    expected = dict.fromkeys(names[1::2], 3) | dict.fromkeys(names[0:20:2], 1)
    assert len(expected) == TOP
    assert sketched(own).values["color"] == expected


def test_frequent_texts_are_counted_exactly_however_many_rows_there_are():
    own = rows(3 * LOOKED_AT)
    own["text"] = own["text"].mask(own.index % 7 == 0, "thanks").mask(own.index % 50 == 1, None)
    found = sketched(own)
    assert max(found.values["text"].values()) == sum(own["text"] == "thanks")
    assert found.missing["text"] == own["text"].isna().sum()
    assert "thanks" not in found.values["text"]  # a hash


def test_a_column_in_pieces_is_the_same_column():
    whole = rows(25_000)["text"].mask(np.arange(25_000) % 3 == 0, "thanks")
    pieces = pa.chunked_array([pa.array(whole[first : first + 999]) for first in range(0, 25_000, 999)])
    first, second = text(whole), text(pd.Series(pd.array(pieces, dtype="str")))
    assert (first.missing, first.values) == (second.missing, second.values)
    assert np.array_equal(first.hashes, second.hashes)


def test_the_size_of_numbers_leaves_zeros_signs_and_gaps_out():
    prices = [0.0] * 30 + [np.nan] * 30 + [-2.0] * 20 + [4.0] * 21
    size = sketched(rows(len(prices)).assign(price=prices)).sizes["price"]
    # 41 sizes, the median is the 21st: 4. Ranks 41/2 -+ 4 * sqrt(41)/2 = 7.7 and 33.3: rounded outward the 7th and the 35th.
    assert (size.median, size.low, size.high) == (4.0, 2.0, 4.0)


@pytest.mark.parametrize("n", [5, 19, 20, 21, 50, 1000])
def test_the_interval_of_a_median_misses_it_less_often_than_promised(n):
    # the median of sizes lies below the r-th smallest where fewer than r of n fair coins show heads: a tail of the binomial
    size = sketched(rows(n).assign(price=np.arange(1.0, n + 1))).sizes.get("price")
    if size is None:
        assert n < 20
        return
    tail, ways = 0.0, 1.0
    for heads in range(int(size.low)):
        tail += ways / 2.0**n
        ways = ways * (n - heads) / (heads + 1)
    assert tail < 1 / 16000
    assert size.low + size.high == n + 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["a", "b", "c", None])), max_size=12))
def test_agreement_is_what_a_loop_counts(cells):
    labels, served = [label for label, _ in cells], [prediction for _, prediction in cells]
    own = rows(len(cells)).assign(label=labels, served=served).astype({"label": "str", "served": "str"})
    found = sketched(own).agreement
    for lag in LAGS:
        pairs = [(label, served[k + lag]) for k, label in enumerate(labels) if 0 <= k + lag < len(cells)]
        known = [(label, prediction) for label, prediction in pairs if label and prediction]
        assert found.by_lag[lag] == (sum(label == prediction for label, prediction in known), len(known))
    known = [(label, prediction) for label, prediction in cells if label and prediction]
    mine, theirs = Counter(label for label, _ in known), Counter(prediction for _, prediction in known)
    assert found.at_best == sum((mine & theirs).values())
    assert found.by_chance == pytest.approx(sum(mine[name] * theirs[name] for name in "abc") / max(len(known), 1))


def test_numbers_agree_where_they_fall_into_the_same_half():
    own = rows(4).assign(label=[1.0, 2.0, 3.0, np.nan], served=["9.5", "1", "x", "2"]).astype({"served": "str"})
    found = sketch(own, COLUMNS, failures={}, task="regression")
    # medians 2 and 2: labels below, not above, above; predictions above, not above, unreadable, not above
    assert found.agreement.by_lag[0] == (1, 2)
    assert found.labels == {}
    assert "label" in sketch(rows(40).assign(label=1.0), COLUMNS, failures={}, task="regression").sizes


def test_what_is_not_recorded_is_empty():
    columns = COLUMNS.model_copy(update={"prediction": None, "model_version": None, "group": None})
    found = sketch(rows(10).drop(columns=["served", "version", "customer", "label"]), columns, failures={}, task="classification")
    assert found.agreement == NOTHING
    assert found.labels == {}
    assert found.reviewers == {}
    assert set(found.missing) == {"at", "text", "color", "shape", "price"}


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_no_rows_and_rows_of_gaps_can_be_sketched(task):
    own = rows(30)
    gaps = pd.DataFrame({name: pd.Series([None] * 30, dtype=kind) for name, kind in own.dtypes.items()})
    target = "float64" if task == "regression" else "str"
    for frame in (gaps, gaps.head(0)):
        found = sketch(frame.astype({"label": target}), COLUMNS, failures={}, task=task)
        assert found.sizes == {}
        assert found.labels == {}
        assert sum(found.hours) == 0
        assert found.agreement.compared == 0
        assert set(found.missing.values()) == {len(frame)}
        said = frame.astype({"label": target}).assign(reviewer=frame["color"], action=frame["color"], reviewed_at=frame["at"])
        assert sketch_feedback(said).missing == {"label": len(frame), "reviewer": len(frame), "reviewed_at": len(frame)}
    assert sketched(rows(0)).content == ""


def test_the_content_knows_rows_and_neither_their_order_nor_their_ids():
    own = rows(50)
    content = sketched(own).content
    assert sketched(own.sample(frac=1, random_state=2)).content == content
    assert sketched(own.assign(id="x" + own["id"])).content == content
    assert sketched(own.iloc[1:]).content != content
    assert sketched(pd.concat([own, own])).content != content


@pytest.mark.parametrize("name", ["at", "text", "color", "shape", "price", "label"])
def test_the_content_knows_when_one_cell_changes_or_two_rows_swap_it(name):
    own = rows(50)
    content = sketched(own).content
    other = rows(1, seed=7)[name].iloc[0] if name != "text" else "a longer text than any"
    first, second = 0, next(k for k in range(1, 50) if own[name].iloc[k] != own[name].iloc[0])
    changed, swapped = own[name].copy(), own[name].copy()
    changed.iloc[second] = own[name].iloc[0] if name in ("color", "shape", "label") else other
    swapped.iloc[[first, second]] = own[name].iloc[[second, first]].to_numpy()
    assert sketched(own.assign(**{name: changed})).content != content
    if name != "text":  # texts are known by their length
        assert sketched(own.assign(**{name: swapped})).content != content


@pytest.mark.parametrize("name", ["id", "label", "reviewer", "action", "reviewed_at"])
def test_the_content_of_feedback_knows_every_column(name):
    own = answers(50)
    assert sketch_feedback(own.sample(frac=1, random_state=2)).content == sketch_feedback(own).content
    other = own[name].to_numpy()
    second = next(k for k in range(1, 50) if other[k] != other[0])
    swapped = own[name].copy()
    swapped.iloc[[0, second]] = own[name].iloc[[second, 0]].to_numpy()
    assert sketch_feedback(own.assign(**{name: swapped})).content != sketch_feedback(own).content


def test_sketching_leaves_the_frame_as_it_was():
    own, said = rows(50), answers(50)
    before, before_said = own.copy(), said.copy()
    sketched(own), sketch_feedback(said)
    pd.testing.assert_frame_equal(own, before)
    pd.testing.assert_frame_equal(said, before_said)
