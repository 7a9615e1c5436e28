"""Every near-duplicate of the test side is found, and nothing else: brute force says the same."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import Desk
from stages.intake import leaks

TEN = "one two three four five six seven eight nine ten"


def repeated(training: list[str | None], test: list[str | None], threshold: float) -> list[bool]:
    side = leaks.other_side(pd.Series(test, dtype="str"), threshold)
    return side.repeated(pd.Series(training, dtype="str")).tolist()


def brute_force(training: list[str], test: list[str], threshold: float) -> list[bool]:
    """A second implementation: every pair, as Python sets."""
    one, other = ([set(re.findall(r"\w+", text.lower())) for text in texts] for texts in (training, test))
    return [any(a and b and len(a & b) / len(a | b) >= threshold for b in other) for a in one]


@pytest.mark.parametrize(
    ("text", "similarity"),
    [
        (TEN, 1.0),
        (f"{TEN} eleven", 10 / 11),
        (TEN.removesuffix(" ten"), 9 / 10),
        (TEN.replace("ten", "eleven"), 9 / 11),  # 9 in common of 11
        (TEN.removesuffix(" nine ten"), 8 / 10),
        ("one two three four five", 5 / 10),
        ("one eleven twelve", 1 / 12),
    ],
)
def test_a_row_repeats_another_from_the_threshold_on(text, similarity):
    above = np.nextafter(similarity, 2)
    assert repeated([text], ["other words", TEN], similarity) == [True]
    assert above > 1 or repeated([text], ["other words", TEN], above) == [False]


def test_case_order_repetition_and_punctuation_do_not_matter_but_digits_do():
    training = ["ÉTÉ, the order: 4711!", "order order 4711 the été", "order 4712 the été", "the_order 4711 été"]
    assert repeated(training, ["The order 4711 - (été)"], 1.0) == [True, True, False, False]


def test_texts_without_words_match_nothing():
    assert repeated([None, "", " - ", "a"], ["", None, "...", "b"], 0.1) == [False] * 4


@pytest.mark.parametrize(("training", "test"), [([], ["a"]), (["a"], []), ([], []), (["a"], [None])])
def test_an_empty_side_finds_nothing(training, test):
    assert repeated(training, test, 0.9) == [False] * len(training)


def test_a_batch_at_a_time_finds_the_same_rows_and_changes_no_argument():
    tickets = Desk(tickets_per_week=150).tickets(3)
    texts = (tickets["subject"] + " " + tickets["body"]).set_axis(range(len(tickets), 0, -1))
    before, side = texts.copy(), leaks.other_side(texts.iloc[::7], 0.5)
    whole = side.repeated(texts)
    parts = [side.repeated(texts.iloc[first : first + 20]) for first in range(0, len(texts), 20)]
    assert np.concatenate(parts).tolist() == whole.tolist()
    assert whole[::7].all()  # the test rows themselves
    assert not whole.all()
    pd.testing.assert_series_equal(texts, before)


words = st.lists(st.sampled_from([*"abcdefghijkl"]), max_size=14).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(
    training=st.lists(words, max_size=8),
    test=st.lists(words, max_size=8),
    threshold=st.one_of(st.sampled_from([0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0]), st.floats(0.05, 1)),
)
def test_short_texts_agree_with_brute_force(training, test, threshold):
    assert repeated(training, test, threshold) == brute_force(training, test, threshold)


def edited(text: str, edits: int, rng: np.random.Generator) -> str:
    """The text with some of its words taken out or replaced by words that the other side may not know."""
    parts = text.split()
    for place in rng.integers(0, len(parts), edits):
        parts[place] = "" if rng.random() < 0.5 else f"w{rng.integers(600)}"
    return " ".join(parts)


@pytest.mark.parametrize("threshold", [0.6, 0.8, 0.9, 0.97])
@pytest.mark.parametrize("seed", range(3))
def test_texts_of_all_lengths_agree_with_brute_force_across_blocks(seed, threshold, monkeypatch):
    monkeypatch.setattr(leaks, "_BLOCK_WORDS", 500)
    monkeypatch.setattr(leaks, "_BLOCK_PAIRS", 50)
    rng = np.random.default_rng(seed)
    test = [" ".join(f"w{k}" for k in rng.integers(0, 400, size)) for size in rng.integers(1, 250, 60)]
    near = [edited(test[k], rng.integers(0, 1 + len(test[k].split()) // 3), rng) for k in rng.integers(0, len(test), 150)]
    far = [" ".join(f"w{k}" for k in rng.integers(0, 400, size)) for size in rng.integers(1, 250, 50)]
    expected = brute_force([*near, *far], test, threshold)
    assert repeated([*near, *far], test, threshold) == expected
    assert 0 < sum(expected) < len(expected)


def test_rows_of_one_template_are_told_apart_by_what_is_filled_in():
    """Ten words of a template and 2 of 50 others. Equal values: 12 of 12. One equal: 11 of 13. None: 10 of 14."""
    rng = np.random.default_rng(0)
    training, test = ([f"{TEN} a{a} b{b}" for a, b in rng.integers(0, 50, (300, 2))] for _ in range(2))
    for threshold in (0.7, 0.8, 1.0):
        assert repeated(training, test, threshold) == brute_force(training, test, threshold)
    assert all(repeated(training, test, 10 / 14))
