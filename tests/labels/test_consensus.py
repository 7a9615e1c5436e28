"""Votes become one label an item: by hand, by a second, slow implementation, and by what must not matter."""

import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.crowd import majority, simulated, textual_entailment
from stages.labels import consensus
from stages.labels.consensus import PRIOR_ANSWERS, ROUNDS, ROW_ANSWERS, SETTLED, Consensus, Votes, consolidate, known_counts

RTE = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "rte" / "rte.parquet"


def merged(votes, *, trust=(0.8, 0.8), classes=2, items=None, known=None, kind="int64") -> Consensus:
    """Consolidate (item, reviewer, label) after learning from known answers (reviewer, true, given)."""
    item, reviewer, label = np.array(votes, dtype=kind).reshape(-1, 3).T
    count = int(item.max(initial=-1)) + 1 if items is None else items
    before = None if known is None else counts(known, len(trust), classes)
    return consolidate(
        Votes(item=item, reviewer=reviewer, label=label), items=count, trust=np.array(trust), classes=classes, known=before
    )


def counts(answers, reviewers, classes):
    reviewer, true, said = np.array(answers, dtype="int64").reshape(-1, 3).T
    return known_counts(reviewer, true, said, reviewers=reviewers, classes=classes)


# --- by hand; 10 answers stand behind a trust, 40 behind an accuracy


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
    # Round 1: accuracy 0.8; the votes say classes (2, 0), with one more each shares (3/4, 1/4).
    #   class 0: 3/4 × 0.8² = 0.48, class 1: 1/4 × 0.2² = 0.01; so 0.48/0.49 = 0.9796.
    # Round 2: accuracy (8 + 0.9796)/11 = 0.8163; chance of saying 0 on class 0 (0.9796 + 40 × 0.8163)/40.9796 = 0.8207, on
    #   class 1 (0.0204 + 40 × 0.1837)/40.0204 = 0.1841; shares (1.9796, 1.0204)/3; 0.6599 × 0.8207² = 0.4445 and
    #   0.3401 × 0.1841² = 0.0115; so 0.9747. That moved 4 × 0.0049 = 0.02 < 0.1 × √2 votes: learning ends.
    # Classes alike: accuracy (8 + 0.9747)/11 = 0.8159, chances 0.8203 and 0.1846: 0.8203²/(0.8203² + 0.1846²) = 0.9518.
    found = merged([(0, 0, 0), (0, 1, 0)])
    assert found.label.tolist() == [0]
    assert found.posterior == pytest.approx([0.9518], abs=1e-4)
    assert found.accuracy == pytest.approx([0.8159, 0.8159], abs=1e-4)


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


# --- by a second implementation: loops and dicts


def slow(votes, trust, classes, known):
    """The same, vote by vote; returns the posterior of each item's label, by item, and the accuracies."""
    by_item = defaultdict(list)
    for item, reviewer, label in votes:
        by_item[item].append((reviewer, label))
    several = {item: said for item, said in by_item.items() if len(said) > 1}
    before = defaultdict(float)  # (reviewer, true, given): answers
    for key in known:
        before[key] += 1

    def accuracy(seen, reviewer):
        own = {key: n for key, n in seen.items() if key[0] == reviewer}
        right = sum(n for (_, true, said), n in own.items() if true == said)
        return (PRIOR_ANSWERS * trust[reviewer] + right) / (PRIOR_ANSWERS + sum(own.values()))

    def chance(seen, reviewer, true, said):
        skill = accuracy(seen, reviewer)
        usual = skill if true == said else (1 - skill) / (classes - 1)
        row = sum(seen.get((reviewer, true, other), 0) for other in range(classes))
        return (seen.get((reviewer, true, said), 0) + ROW_ANSWERS * usual) / (row + ROW_ANSWERS)

    def posterior(seen, said, shares):
        odds = [shares[k] * math.prod(chance(seen, who, k, label) for who, label in said) for k in range(classes)]
        return [one / sum(odds) for one in odds]

    learned, total = {}, sum(len(said) for said in several.values())
    items = [sum(label == k for said in several.values() for _, label in said) for k in range(classes)]
    for _ in range(ROUNDS):
        shares = [(n + 1) / (sum(items) + classes) for n in items]
        seen = {key: before.get(key, 0) + learned.get(key, 0) for key in {*before, *learned}}
        new, items = defaultdict(float), [0.0] * classes
        for said in several.values():
            probability = posterior(seen, said, shares)
            items = [n + p for n, p in zip(items, probability, strict=True)]
            for who, label in said:
                for k in range(classes):
                    new[who, k, label] += probability[k]
        moved = sum(abs(new.get(key, 0) - learned.get(key, 0)) for key in {*new, *learned})
        learned = new
        if moved <= SETTLED * math.sqrt(total):
            break
    seen = {key: before.get(key, 0) + learned.get(key, 0) for key in {*before, *learned}}
    best = {}
    for item, said in by_item.items():
        if item in several:
            probability = posterior(seen, said, [1] * classes)
            best[item] = max(probability[label] for _, label in said)
        else:
            ((who, label),) = said
            asked = sum(seen.get((who, k, label), 0) for k in range(classes))
            best[item] = (seen.get((who, label, label), 0) + ROW_ANSWERS * accuracy(seen, who)) / (asked + ROW_ANSWERS)
    return best, [accuracy(seen, who) for who in range(len(trust))]


CLASSES, REVIEWERS, ITEMS = 3, 4, 8
CELLS = [(item, reviewer) for item in range(ITEMS) for reviewer in range(REVIEWERS)]
LABELS = st.integers(0, CLASSES - 1)
CROWDS = st.dictionaries(st.sampled_from(CELLS), LABELS).map(lambda said: [(*cell, label) for cell, label in said.items()])
KNOWN = st.lists(st.tuples(st.integers(0, REVIEWERS - 1), LABELS, LABELS), max_size=30)
TRUST = st.lists(st.sampled_from([0.3, 0.6, 0.9, 0.99]), min_size=REVIEWERS, max_size=REVIEWERS)


@settings(max_examples=150, deadline=None)
@given(CROWDS, TRUST, KNOWN)
def test_a_slow_implementation_agrees(votes, trust, known):
    found = merged(votes, items=ITEMS, trust=trust, classes=CLASSES, known=known)
    best, accuracy = slow(votes, trust, CLASSES, known)
    assert found.posterior == pytest.approx([best.get(item, 0) for item in range(ITEMS)], abs=1e-9)
    assert found.accuracy == pytest.approx(accuracy, abs=1e-9)


# --- what must not matter, and what must hold


@settings(max_examples=100, deadline=None)
@given(CROWDS, TRUST, KNOWN, st.randoms(use_true_random=False))
def test_the_order_of_the_votes_changes_nothing(votes, trust, known, random):
    shuffled = random.sample(votes, len(votes))
    first, second = (merged(own, items=ITEMS, trust=trust, classes=CLASSES, known=known) for own in (votes, shuffled))
    assert first.label.tolist() == second.label.tolist()
    assert first.posterior.tolist() == second.posterior.tolist()  # to the last bit
    assert first.accuracy.tolist() == second.accuracy.tolist()


@settings(max_examples=100, deadline=None)
@given(CROWDS, TRUST, KNOWN, st.permutations(range(REVIEWERS)))
def test_the_names_of_the_reviewers_change_nothing(votes, trust, known, new):
    first = merged(votes, items=ITEMS, trust=trust, classes=CLASSES, known=known)
    renamed = [(item, new[reviewer], label) for item, reviewer, label in votes]
    trusted = [trust[new.index(place)] for place in range(REVIEWERS)]
    asked = [(new[reviewer], true, said) for reviewer, true, said in known]
    second = merged(renamed, items=ITEMS, trust=trusted, classes=CLASSES, known=asked)
    assert first.label.tolist() == second.label.tolist()
    assert first.posterior == pytest.approx(second.posterior)
    assert first.accuracy == pytest.approx(second.accuracy[new])


@settings(max_examples=100, deadline=None)
@given(CROWDS, TRUST, KNOWN)
def test_a_label_is_one_that_somebody_gave_and_its_probability_is_one(votes, trust, known):
    found = merged(votes, items=ITEMS, trust=trust, classes=CLASSES, known=known)
    given_labels = {item: {label for own, _, label in votes if own == item} or {-1} for item in range(ITEMS)}
    assert all(found.label[item] in given_labels[item] for item in range(ITEMS))
    assert ((found.posterior >= 0) & (found.posterior <= 1)).all()
    assert ((found.accuracy > 0) & (found.accuracy < 1)).all()


def test_single_votes_teach_nothing():
    shared = [(item, reviewer, (item + (reviewer == 2)) % 3) for item in range(9) for reviewer in range(3)]
    single = [(9 + k, 2, k % 3) for k in range(30)]
    alone = merged(shared, trust=(0.9,) * 3, classes=3)
    beside = merged(shared + single, trust=(0.9,) * 3, classes=3)
    assert beside.posterior[:9].tolist() == alone.posterior.tolist()
    assert beside.accuracy.tolist() == alone.accuracy.tolist()


def test_the_size_of_the_blocks_changes_nothing(monkeypatch):
    crowd = simulated(1, items=500)
    votes = Votes(item=crowd.item, reviewer=crowd.reviewer, label=crowd.label)
    whole = consolidate(votes, items=500, trust=np.full(200, 0.9), classes=5)
    monkeypatch.setattr(consensus, "BLOCK_CELLS", 5 * 64)
    parts = consolidate(votes, items=500, trust=np.full(200, 0.9), classes=5)
    assert whole.label.tolist() == parts.label.tolist()
    assert whole.posterior == pytest.approx(parts.posterior)


# --- on crowds


def test_reviewers_and_labels_of_a_simulated_crowd_are_found_and_no_class_loses_because_it_is_rare():
    crowd = simulated(2, items=20_000)
    votes = Votes(item=crowd.item, reviewer=crowd.reviewer, label=crowd.label)
    found = consolidate(votes, items=20_000, trust=np.full(200, 0.95), classes=5)
    right = found.label == crowd.truth
    true = np.bincount(crowd.reviewer, crowd.right) / np.bincount(crowd.reviewer)
    assert np.abs(found.accuracy - true).mean() < 0.02  # of 300 answers each; their own standard error is 0.025
    assert right.mean() == pytest.approx(found.posterior.mean(), abs=0.02)
    assert right.mean() > majority(crowd)[np.arange(20_000), crowd.truth].mean() + 0.05
    recall = [right[crowd.truth == k].mean() for k in range(5)]  # of 40 % down to 8 % of the items
    assert max(recall) - min(recall) < 0.03


@pytest.mark.skipif(not RTE.exists(), reason="the votes on textual entailment are not here")
@pytest.mark.parametrize("trust", [0.7, 0.8, 0.9, 0.95])
def test_real_votes_are_judged_no_worse_than_by_crowd_kit_whatever_the_trust(trust):
    crowd = textual_entailment(RTE)
    votes = Votes(item=crowd.item, reviewer=crowd.reviewer, label=crowd.label)
    found = consolidate(votes, items=800, trust=np.full(164, trust), classes=2)
    right = (found.label == crowd.truth).mean()
    assert right >= 0.9275  # crowd-kit 1.4.2, DawidSkene(); `python -m bench.labels` measures it
    assert right > majority(crowd)[np.arange(800), crowd.truth].mean()
