"""The consensus on whole crowds: simulated ones, real votes, and reviewers who do not look at what they judge."""

from pathlib import Path

import numpy as np
import pytest

from bench.crowd import majority, simulated, textual_entailment
from stages.labels.consensus import Votes, consolidate

RTE = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "rte" / "rte.parquet"


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
@pytest.mark.parametrize(("trust", "least"), [(0.7, 0.925), (0.8, 0.9275), (0.9, 0.9275), (0.95, 0.9275)])
def test_real_votes_are_judged_no_worse_than_by_crowd_kit(trust, least):
    # crowd-kit 1.4.2, DawidSkene(): 0.9275; `python -m bench.labels` measures it. With little trust two items of 800 fewer.
    crowd = textual_entailment(RTE)
    votes = Votes(item=crowd.item, reviewer=crowd.reviewer, label=crowd.label)
    found = consolidate(votes, items=800, trust=np.full(164, trust), classes=2)
    right = (found.label == crowd.truth).mean()
    assert right >= least
    assert right > majority(crowd)[np.arange(800), crowd.truth].mean()


# --- reviewers who do not look


def two_a_row(shares: tuple[float, ...], rows: int, other: str) -> tuple[Votes, np.ndarray]:
    """Each row has a vote of one who is right on 95 % of them, and one of somebody who does not look; the true classes too."""
    rng, classes = np.random.default_rng(1), len(shares)
    truth = rng.choice(classes, rows, p=shares)
    wrong = (truth + rng.integers(1, classes, rows)) % classes
    honest = np.where(rng.random(rows) < 0.95, truth, wrong)
    blind = np.zeros(rows, dtype=int) if other == "one class" else rng.choice(classes, rows, p=shares)
    item, reviewer = np.tile(np.arange(rows), 2), np.repeat([0, 1], rows)
    return Votes(item=item, reviewer=reviewer, label=np.concatenate([honest, blind])), truth


@pytest.mark.parametrize("rows", [100, 2000])
@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.25,) * 4, (0.4, 0.25, 0.15, 0.12, 0.08), (0.1, 0.9)])
def test_who_gives_one_class_to_everything_is_not_believed(shares, rows):
    votes, truth = two_a_row(shares, rows, "one class")
    found = consolidate(votes, items=rows, trust=np.full(2, 0.95), classes=len(shares))
    honest, sure = votes.label[:rows], found.posterior >= 0.7
    assert (found.label == honest).all()  # none of the rows on which they differ goes to the other one
    assert sure.mean() > 0.3
    assert (found.label == truth)[sure].mean() > 0.9


def test_two_who_give_one_class_to_everything_do_not_outvote_an_honest_one_with_certainty():
    votes, truth = two_a_row((0.5, 0.5), 1000, "one class")
    item, reviewer = np.append(votes.item, np.arange(1000)), np.append(votes.reviewer, np.full(1000, 2))
    three = Votes(item=item, reviewer=reviewer, label=np.append(votes.label, np.zeros(1000, dtype=int)))
    found = consolidate(three, items=1000, trust=np.full(3, 0.95), classes=2)
    assert not ((found.posterior >= 0.7) & (found.label != truth)).any()


def test_a_frequent_class_does_not_lose_to_one_who_guesses():
    # Nine of ten rows are of one class. Were both weighed alike while learning, the rare one would take up the other's errors.
    votes, truth = two_a_row((0.9, 0.1), 1000, "guesses")
    found = consolidate(votes, items=1000, trust=np.full(2, 0.95), classes=2)
    agree = votes.label[:1000] == votes.label[1000:]
    assert (found.posterior[agree] >= 0.7).all()
    assert (found.label == truth)[agree].mean() > 0.95
