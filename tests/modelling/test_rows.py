"""The rows to learn from: which are the newest, how thinned, how much each counts."""

import numpy as np
import pandas as pd
import pytest

from stages.modelling.rows import Rows, evenly, group_codes, newest, row_weights, source_weights


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ([10, 100, 15, 10], {1, 2, 3}),  # of 135 rows a fifth is 27: 10 + 15 are too few
        ([0, 100, 15, 10], {2, 3}),  # of 125 it is 25: they are enough
        ([10, 500], {1}),  # whole batches, however large
        ([10], set()),
        ([0, 10], set()),
    ],
)
def test_the_newest_are_the_fewest_whole_batches_with_a_fifth_of_the_rows(counts, found):
    places = np.cumsum([count > 0 for count in counts]) - 1  # batches without rows have no place
    batch = np.repeat(places, counts)
    assert set(batch[newest(batch)]) == {places[k] for k in found}


def test_rows_need_not_stand_in_the_order_of_their_batches():
    assert newest(np.array([2, 0, 1, 0, 0, 0, 0, 0, 0, 0])).tolist() == [True, False, True] + [False] * 7


def test_rows_are_thinned_evenly_and_keep_both_ends():
    assert evenly(90, 10).tolist() == [0, 9, 19, 29, 39, 49, 59, 69, 79, 89]
    assert evenly(3, 10).tolist() == [0, 1, 2]
    assert evenly(0, 10).tolist() == []


def test_a_part_has_its_own_inputs_labels_batches_and_weights():
    whole = Rows(
        inputs=pd.DataFrame({"size": [1.0, 2.0, 3.0]}), labels=np.array(["a", "b", "c"], dtype=object),
        batch=np.array([0, 0, 1]), trust=np.array([1.0, 0.5, 1.0]), weights=np.array([3.0, 4.0, 5.0]),
    )  # fmt: skip
    part = whole.at(np.array([False, True, True]))
    assert (len(part), part.inputs["size"].tolist(), part.labels.tolist()) == (2, [2.0, 3.0], ["b", "c"])
    assert (part.batch.tolist(), part.trust.tolist(), part.weights.tolist()) == ([0, 1], [0.5, 1.0], [4.0, 5.0])


def test_a_label_counts_by_its_source_and_as_one_where_the_source_is_not_named():
    sources = pd.Series(["agent", "outcome", "agent", "raw"])
    assert source_weights(sources, {"outcome": 0.5, "agent": 2}).tolist() == [2.0, 0.5, 2.0, 1.0]
    assert source_weights(sources, {}) is None


def test_balanced_classes_count_the_same_and_trust_comes_on_top():
    labels, trust = np.array(["a", "a", "a", "b"], dtype=object), np.array([1.0, 0.5, 1.0, 1.0])
    # rows / (classes · rows of the class): 4 / (2 · 3) and 4 / (2 · 1)
    assert row_weights(labels, None, "balanced").tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2.0])
    assert row_weights(labels, trust, "balanced").tolist() == pytest.approx([2 / 3, 1 / 3, 2 / 3, 2.0])
    assert row_weights(labels, trust, None).tolist() == trust.tolist()
    assert row_weights(labels, None, None) is None


def test_rows_of_a_group_share_a_number_and_a_row_without_one_stands_alone():
    codes = group_codes(pd.Series(["ann", None, "bob", "ann", None])).tolist()
    assert codes[0] == codes[3]
    assert len({codes[0], codes[1], codes[2], codes[4]}) == 4
