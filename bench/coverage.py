"""How often a difference's interval holds the truth: `python -m bench.coverage [RUNS]`.

Made-up answers of two models, whose true difference is known from millions of rows. In each run both are asked on rows of its
own, and the two-sided 95 % interval of every metric holds the truth or not. The table shows the share of runs where it does.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bench.measure import progress
from stages.evidence.counts import COUNTED
from stages.evidence.paired import difference
from stages.evidence.ranks import AREAS
from stages.evidence.ratios import RATIOS
from stages.evidence.row_means import ROW_MEANS
from stages.evidence.scores import COST, NUMBERS, OF_TWO_CLASSES, Predictions

SEED, RUNS, SIZES = 20260105, 2000, (2_000, 20_000)
MILLIONS = 4  # rows that the truth is measured on; its own error is 7 % of that of 20,000 rows
IN_GROUP, IN_RANKING = 10, 8
Sides = tuple[Predictions, Predictions]
Random = np.random.Generator


@dataclass(frozen=True)
class World:
    """A pair of models: how they answer on `n` new rows, and what they are judged by."""

    name: str
    made: Callable[[Random, int], Sides]
    metrics: tuple[str, ...]


def main(runs: int) -> None:
    """Print the table and what it was counted on."""
    print("| metric | answers |" + "".join(f" {n:,} rows |" for n in SIZES) + "\n|---|---|" + "--:|" * len(SIZES))
    for world in WORLDS:
        print(*lines(world, runs), sep="\n", flush=True)
    error = 100 * (0.95 * 0.05 / runs) ** 0.5
    print(f"\n{runs:,} runs a cell from seed {SEED}, each known to ±{error:.1f} points; the target is 95 ± 1.5 %.")


def lines(world: World, runs: int) -> Iterator[str]:
    """A line for each metric."""
    truth = true_gains(world, MILLIONS)
    shares = []
    for n in SIZES:
        progress(f"coverage, {world.name}, {n} rows, {runs} runs")
        shares.append(covered(world, truth, n, runs))
    for own, metric in enumerate(world.metrics):
        yield f"| {metric} | {world.name} |" + "".join(f" {share[own]:.1%} |" for share in shares)


def true_gains(world: World, millions: int) -> list[float]:
    """Of each metric, the mean over some samples of a million rows: a little less is left to chance than 20,000 rows leave."""
    found = []
    for part in range(millions):
        sides = world.made(np.random.default_rng((SEED, 0, part)), 1_000_000)
        found.append([difference(metric, *sides, part).delta for metric in world.metrics])
    return [float(value) for value in np.mean(np.array(found, dtype="float64"), axis=0)]


def covered(world: World, truth: list[float], n: int, runs: int) -> list[float]:
    """Of each metric, the share of runs whose interval holds the truth; one without an interval does not."""
    held = np.zeros(len(truth))
    for run in range(runs):
        sides = world.made(np.random.default_rng((SEED, n, run)), n)
        for own, metric in enumerate(world.metrics):
            lower, upper = difference(metric, *sides, run).bounds(0.975)
            held[own] += lower is not None and upper is not None and lower <= truth[own] <= upper
    return [float(share) for share in held / runs]


def classes(random: Random, n: int, labels: int, groups: np.ndarray | None = None) -> Sides:
    """Softmax scores: what both see alike, by row or by group, and what each sees for itself; the candidate sees more."""
    truth = random.choice(labels, n, p=np.arange(labels, 0, -1) / np.arange(labels + 1).sum())
    alike = random.normal(size=(n, labels)) if groups is None else random.normal(size=(groups[-1] + 1, labels))[groups]
    sides = []
    for signal in (1.5, 1.7):
        logits = 0.8 * alike + 0.6 * random.normal(size=(n, labels))
        logits[np.arange(n), truth] += signal
        chance = np.exp(logits)
        chance /= chance.sum(axis=1, keepdims=True)
        answer = chance.argmax(axis=1)
        costs = np.where(answer == truth, 0.0, 1.0 + truth)
        sides.append(Predictions(truth, answer, chance, np.arange(labels), groups, costs))
    return sides[0], sides[1]


def numbers(random: Random, n: int, groups: np.ndarray | None = None) -> Sides:
    """Positive numbers that both miss by some percent."""
    truth = random.gamma(3, size=n) + 0.1
    alike = random.normal(size=n) if groups is None else random.normal(size=groups[-1] + 1)[groups]
    old, new = (truth * np.exp(0.15 * alike + spread * random.normal(size=n)) for spread in (0.2, 0.18))
    return Predictions(truth, old, None, None, groups), Predictions(truth, new, None, None, groups)


def rankings(random: Random, n: int) -> Sides:
    """Some rows a user, graded 0 to 2."""
    truth, alike = random.choice(3, n, p=[0.6, 0.3, 0.1]).astype("float64"), random.normal(size=n)
    users = np.arange(n) // IN_RANKING
    old, new = (truth + alike + spread * random.normal(size=n) for spread in (1.0, 0.8))
    return Predictions(truth, old, None, None, users), Predictions(truth, new, None, None, users)


def grouped(random: Random, n: int) -> np.ndarray:
    """Groups of 1 to 19 rows."""
    sizes = random.integers(1, 2 * IN_GROUP, n)
    return np.repeat(np.arange(n), sizes)[:n]


OF_CHANCES = ("neg_log_loss", "neg_brier_score", "d2_log_loss_score", "d2_brier_score")
OF_NUMBERS = tuple(name for name in (*ROW_MEANS, *RATIOS) if name in NUMBERS)
SAME = ("f1_micro", "precision_micro", "recall_micro", "recall_weighted", "recall_macro")  # as accuracy or balanced accuracy
OF_CLASSES = ("accuracy", *(name for name in COUNTED if name not in (*OF_TWO_CLASSES, *SAME)))
WORLDS = (
    World(
        "three classes",
        lambda random, n: classes(random, n, 3),
        (*OF_CLASSES, *OF_CHANCES, COST, *(name for name in AREAS if name != "roc_auc")),
    ),
    World("two classes", lambda random, n: classes(random, n, 2), (*OF_TWO_CLASSES, "roc_auc", "average_precision")),
    World("numbers", numbers, OF_NUMBERS),
    World("rankings of 8", rankings, ("ndcg", "ndcg_at_3", "reciprocal_rank")),
    World(
        "three classes, groups of about 10",
        lambda random, n: classes(random, n, 3, grouped(random, n)),
        ("accuracy", "f1_macro", "matthews_corrcoef", "neg_log_loss", "roc_auc_ovr_weighted"),
    ),
    World(
        "numbers, groups of about 10",
        lambda random, n: numbers(random, n, grouped(random, n)),
        ("neg_mean_absolute_error", "neg_root_mean_squared_error", "neg_median_absolute_error", "r2"),
    ),
)

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
