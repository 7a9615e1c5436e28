"""Votes become one label an item: by hand; 10 answers stand behind a trust, 40 behind an accuracy."""

import numpy as np
import pytest
from made_votes import counts, merged


def test_one_vote_is_worth_the_trust_in_its_reviewer():
    found = merged([(0, 0, 1), (1, 1, 0)], trust=(0.8, 0.95), classes=6)
    assert found.label.tolist() == [1, 0]
    assert found.posterior == pytest.approx([0.8, 0.95])
    assert found.accuracy == pytest.approx([0.8, 0.95])


def test_right_answers_to_gold_questions_raise_a_reviewer_and_most_of_all_the_label_they_gave_there():
    found = merged([(0, 0, 0), (1, 0, 1), (2, 1, 0)], known=[(0, 0, 0)] * 10)
    assert found.accuracy == pytest.approx([(10 * 0.8 + 10) / 20, 0.8])  # 0.9
    assert found.posterior == pytest.approx([(10 + 40 * 0.9) / 50, 0.9, 0.8])


def test_wrong_answers_to_gold_questions_lower_a_reviewer_and_leave_the_label():
    found = merged([(0, 0, 1)], known=[(0, 0, 1)] * 10)
    assert found.accuracy[0] == pytest.approx(10 * 0.8 / 20)  # 0.4
    assert found.posterior == pytest.approx([(0 + 40 * 0.4) / 50])
    assert found.label.tolist() == [1]


def test_two_who_agree_are_surer_than_each_alone():
    # Nobody's votes differ, so they tell nothing of the shares of the classes: 1/2 each.
    # Round 1: accuracy 0.8; class 0: 0.8² = 0.64, class 1: 0.2² = 0.04; so 0.64/0.68 = 0.9412.
    # Round 2: accuracy (8 + 0.9412)/11 = 0.8128; chance of saying 0 on class 0 (0.9412 + 40 × 0.8128)/40.9412 = 0.8171, on
    #   class 1 (0.0588 + 40 × 0.1872)/40.0588 = 0.1884; 0.8171² = 0.6677 and 0.1884² = 0.0355; so 0.9495. That moved
    #   4 × 0.0083 = 0.03 < 0.1 × √2 votes: learning ends.
    # Accuracy (8 + 0.9495)/11 = 0.8136, chances 0.8179 and 0.1874: 0.8179²/(0.8179² + 0.1874²) = 0.9501.
    found = merged([(0, 0, 0), (0, 1, 0)])
    assert found.label.tolist() == [0]
    assert found.posterior == pytest.approx([0.9501], abs=1e-4)
    assert found.accuracy == pytest.approx([0.8136, 0.8136], abs=1e-4)


def test_two_alike_who_differ_are_even_and_the_first_class_stands_for_both():
    for votes in ([(0, 0, 0), (0, 1, 1)], [(0, 0, 1), (0, 1, 0)]):
        found = merged(votes)
        assert (found.label.tolist(), found.posterior.tolist()) == ([0], pytest.approx([0.5]))


def test_of_two_who_differ_the_one_with_the_better_record_is_followed():
    good, bad = [(1, k % 2, k % 2) for k in range(40)], [(0, k % 2, k % 2 if k < 20 else 1 - k % 2) for k in range(40)]
    found = merged([(0, 0, 0), (0, 1, 1)], known=good + bad)
    # Beforehand: accuracies (8 + 20)/50 = 0.56 and (8 + 40)/50 = 0.96; a chance of its own class (10 + 40 × 0.56)/60 = 0.54 and
    # (20 + 40 × 0.96)/60 = 0.973; so 0.46 × 0.973 against 0.54 × 0.027: 0.968, before the item itself is learned from.
    assert found.label.tolist() == [1]
    assert found.posterior == pytest.approx([0.968], abs=0.01)


def test_one_who_takes_two_classes_for_each_other_speaks_for_the_other_one():
    swapped = [(1, k % 2, 1 - k % 2) for k in range(50)]
    found = merged([(0, 0, 0), (0, 1, 1), (1, 1, 0)], trust=(0.95, 0.95), known=swapped)
    assert found.label.tolist() == [0, 0]
    assert found.posterior[0] > 0.95
    # The first item is learned from: its class is 0 nearly surely, so a 26th answer 1, to class 0, is wrong too.
    assert found.accuracy[1] == pytest.approx(10 * 0.95 / 61, abs=1e-3)  # 0.156
    assert found.posterior[1] == pytest.approx(40 * 0.156 / (25 + 40), abs=1e-3)


def test_a_frequent_class_is_believed_although_the_errors_on_every_rare_one_end_there():
    # Of each of 20 rare classes 2 of 10 answers were "0", the frequent class; of "0" itself all 200 were right.
    rare = [(0, true, said) for true in range(1, 21) for said in [0] * 2 + [true] * 8]
    found = merged([(0, 0, 0)], trust=(0.95,), classes=21, known=[(0, 0, 0)] * 200 + rare)
    accuracy = (10 * 0.95 + 200 + 160) / 410
    assert found.posterior == pytest.approx([(200 + 40 * accuracy) / (240 + 40)])  # 0.84; the likelihoods alone: about 0.2


def test_without_votes_there_is_no_label_and_reviewers_are_as_good_as_trusted():
    found = merged([], items=2, trust=(0.7,))
    assert (found.label.tolist(), found.posterior.tolist(), found.accuracy.tolist()) == ([-1, -1], [0, 0], [0.7])
    assert len(merged([], items=0).label) == 0
    assert merged([(1, 0, 1)], items=3).label.tolist() == [-1, 1, -1]


def test_of_one_class_several_are_certain_and_one_is_as_sure_as_trusted():
    found = merged([(0, 0, 0), (0, 1, 0), (1, 0, 0)], classes=1, trust=(0.9, 0.9))
    # Reviewer 0: accuracy (9 + 1)/11, and one right answer of one.
    assert found.posterior == pytest.approx([1.0, (1 + 40 * 10 / 11) / 41])


def test_known_answers_are_counted_by_reviewer_given_and_true_class_and_can_be_added():
    both = counts([(0, 1, 0), (0, 1, 0)], 2, 3) + counts([(1, 2, 2)], 2, 3)
    expected = np.zeros((6, 3))
    expected[0 * 3 + 0, 1], expected[1 * 3 + 2, 2] = 2, 1
    assert both.toarray().tolist() == expected.tolist()
    assert counts([], 2, 3).toarray().tolist() == np.zeros((6, 3)).tolist()


def test_short_codes_do_not_overflow():
    votes = [(0, 100, 70), (0, 101, 70), (1, 100, 71)]
    short, long = (merged(votes, trust=(0.9,) * 102, classes=72, kind=kind) for kind in ("int8", "int64"))
    assert short.label.tolist() == long.label.tolist() == [70, 71]
    assert short.posterior.tolist() == long.posterior.tolist()
