"""How often the gate is wrong: `python -m bench.gate`.

Every run draws which rows the baseline and the candidate have right, and asks the gate's own rules. Nothing is fitted, so that
the truth is known: a promotion without a gain is a false one.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.measure import progress
from stages.decision import quality, segments
from stages.decision.rule import Evidence, Rule
from stages.evidence.difference import Difference
from stages.evidence.paired import difference
from stages.evidence.scores import Predictions
from stages.settings import Params, load

ROOT = Path(__file__).resolve().parents[1]
RUNS, YEARS = 2000, 2000
SIZES = (500, 1000, 10_000, 100_000)
DISAGREEMENT, ATTEMPTS, IN_GROUP = 0.1, 20, 10
POWER = ((1200, 0.02), (3100, 0.05), (6200, 0.10), (12_300, 0.20))  # rows and disagreement: 80 % power by the plain formula
PARTS, PART_ROWS = 20, 500  # the segments of 10,000 rows
WEEKS, WEEK_ROWS, WEEK_DISAGREEMENT = 52, 10_000, 0.08
STEP_MEAN, STEP_SD = -0.002, 0.004  # what a weekly candidate truly is, against production
Random = np.random.Generator


def main() -> None:
    """Print the tables and what they were counted on."""
    params = load(ROOT / "params.yaml")
    for table in (false_promotions, power, many_segments, a_year):
        print("\n".join(table(params)), end="\n\n", flush=True)


def false_promotions(params: Params) -> Iterator[str]:
    """The candidate truly gains nothing: one look, twenty candidates on the same holdout, and rows that come in groups."""
    limit = 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)
    yield f"| nothing gained, {DISAGREEMENT:.0%} disagreement | " + " | ".join(f"{n:,} rows" for n in SIZES) + " | at most |"
    yield "|---|" + "--:|" * (len(SIZES) + 1)
    lax = _asking(params, min_gain=0.0)
    for what, once in (
        ("one candidate", lambda random, n: _passes(_paired(random, n, 0.0, DISAGREEMENT), lax)),
        (f"any of {ATTEMPTS} candidates on the same holdout", lambda random, n: _any_of(random, n, lax)),
        (f"{IN_GROUP} correlated rows a group", lambda random, n: _passes(_grouped(random, n, lax), lax)),
    ):
        shares = [_share(once, n, seed) for seed, n in enumerate(SIZES)]
        yield f"| {what} | " + " | ".join(f"{share:.1%}" for share in shares) + f" | {limit:.1%} |"
    yield ""
    yield f"{RUNS:,} runs a cell, `min_gain: 0`, confidence {params.gate.confidence}; at most 5 % + 3 standard errors."


def power(params: Params) -> Iterator[str]:
    """The candidate truly gains 0.02 where 0.01 is asked for."""
    yield (
        "| truly +0.02, `min_gain: 0.01` | "
        + " | ".join(f"{n:,} rows, {apart:.0%} disagreement" for n, apart in POWER)
        + " | at least |"
    )
    yield "|---|" + "--:|" * (len(POWER) + 1)
    for strict in (False, True):
        asked = _asking(params, min_gain=0.01, strict=strict)
        shares = [_share(_found(0.02, apart, asked), n, seed) for seed, (n, apart) in enumerate(POWER)]
        yield f"| `strict: {str(strict).lower()}` | " + " | ".join(f"{share:.1%}" for share in shares) + " | 78 % |"


def many_segments(params: Params) -> Iterator[str]:
    """A good model in 20 watched segments must get through; one that loses where it is critical must not."""
    watching = _asking(params, min_gain=0.0, critical=[])
    guarding = _asking(params, min_gain=0.0, critical=["part=0"])
    good = [0.015] * PARTS
    blocked = 1 - _share(lambda random, n: _whole(random, [n] * PARTS, good, watching), PART_ROWS, 0)
    bad = _share(lambda random, n: _whole(random, [n, n], [-0.04, 0.08], guarding), 5000, 1)
    yield "| a model | of 10,000 rows | wrong in | at most |\n|---|---|--:|--:|"
    yield f"| 1.5 points better everywhere | {PARTS} watched segments of {PART_ROWS} rows | vetoed in {blocked:.1%} | 2 % |"
    yield f"| 4 points worse in one critical segment, 8 better elsewhere | 5,000 critical rows | promoted in {bad:.2%} | 1 % |"


def a_year(params: Params) -> Iterator[str]:
    """52 weekly candidates, each production plus a step that is down on average: what does production gain in a year?"""
    yield f"| {WEEKS} weekly candidates | mean change | worst 5 % of years | promotions a year |"
    yield "|---|--:|--:|--:|"
    for what, accepts in (
        ("the gate, `min_gain: 0`", _accepting(_asking(params, min_gain=0.0))),
        ("the gate, `min_gain: 0.01`", _accepting(_asking(params, min_gain=0.01))),
        ("naive: not worse by 0.005", lambda found: found.delta is not None and found.delta >= -0.005),
    ):
        progress(f"{YEARS} years, {what}")
        years = [_year(np.random.default_rng([3, seed]), accepts) for seed in range(YEARS)]
        change, moved = (np.array(side) for side in zip(*years, strict=True))
        yield f"| {what} | {change.mean():+.4f} | {np.quantile(change, 0.05):+.4f} | {moved.mean():.1f} |"
    yield ""
    yield (
        f"{YEARS:,} years of each, seeds 0 to {YEARS - 1}; a candidate is production plus N({STEP_MEAN}, {STEP_SD}), judged on "
        f"{WEEK_ROWS:,} fresh rows with {WEEK_DISAGREEMENT:.0%} disagreement. Asked for: +0.015 or more on average at "
        "`min_gain: 0`, and no loss in the worst 5 % of years."
    )


def _found(gain: float, apart: float, params: Params) -> Callable[[Random, int], bool]:
    return lambda random, n: _passes(_paired(random, n, gain, apart), params)


def _asking(params: Params, **gate: Any) -> Params:
    return params.model_copy(update={"gate": params.gate.model_copy(update={"strict": False, "primary": "accuracy"} | gate)})


def _share(once: Callable[[Random, int], bool], n: int, seed: int) -> float:
    progress(f"{RUNS} runs of {n} rows")
    return float(np.mean([once(np.random.default_rng([seed, run]), n) for run in range(RUNS)]))


def _paired(random: Random, n: int, gain: float, apart: float) -> Difference:
    """Rows that only one of both has right, drawn at a true gain; of a baseline that has 80 % right."""
    won, lost, _ = random.multinomial(n, [(apart + gain) / 2, (apart - gain) / 2, 1 - apart])
    return _counted(n, int(won), int(lost))


def _counted(n: int, won: int, lost: int) -> Difference:
    old = round(0.8 * n) / n
    delta = (won - lost) / n
    error = float(np.sqrt(((won + lost) / n - delta**2) / n))
    return Difference(
        n=n, baseline=old, candidate=old + delta, delta=delta, standard_error=error, freedom=n - 1, won=won, lost=lost
    )


def _grouped(random: Random, n: int, params: Params) -> Difference:
    """Rows of a group that go one way together: each has its own chance that the candidate alone is right."""
    groups = np.repeat(np.arange(n // IN_GROUP), IN_GROUP)
    lean = random.choice([0.0, 0.5, 1.0], size=n // IN_GROUP)[groups]  # one way, both ways, the other way: 0 on average
    apart = random.random(n) < DISAGREEMENT
    wins = random.random(n) < lean
    truth = np.ones(n, dtype=int)
    sides = (np.where(apart & wins, 0, 1), np.where(apart & ~wins, 0, 1))  # the baseline, the candidate
    baseline, candidate = (
        Predictions(truth=truth, answer=side, probability=None, classes=np.array([0, 1]), groups=groups) for side in sides
    )
    return difference("accuracy", baseline, candidate, params.seed)


def _any_of(random: Random, n: int, params: Params) -> bool:
    return any(_passes(_paired(random, n, 0.0, DISAGREEMENT), params, tried=tried) for tried in range(1, ATTEMPTS + 1))


def _passes(found: Difference, params: Params, tried: int = 1) -> bool:
    return quality.gain(_evidence(found, [], tried), params).outcome == "pass"


def _whole(random: Random, rows: list[int], gains: list[float], params: Params) -> bool:
    """Whether gain and segments let a candidate through that truly gains `gains` in the parts of the rows."""
    parts = [_paired(random, n, gain, DISAGREEMENT) for n, gain in zip(rows, gains, strict=True)]
    whole = _counted(sum(rows), sum(part.won or 0 for part in parts), sum(part.lost or 0 for part in parts))
    evidence = _evidence(whole, [{"segment": f"part={k}"} | asdict(part) for k, part in enumerate(parts)])
    applied = [*segments.critical(evidence, params), *segments.watched(evidence, params)]
    if params.gate.critical:
        applied.append(quality.gain(evidence, params))
    return _all_pass(applied)


def _all_pass(applied: list[Rule]) -> bool:
    return all(rule.outcome == "pass" for rule in applied)


def _accepting(params: Params) -> Callable[[Difference], bool]:
    return lambda found: _passes(found, params)


def _year(random: Random, accepts: Callable[[Difference], bool]) -> tuple[float, int]:
    """What production gained in truth, and how often it was replaced."""
    steps = random.normal(STEP_MEAN, STEP_SD, WEEKS)
    taken = [step for step in steps if accepts(_paired(random, WEEK_ROWS, step, WEEK_DISAGREEMENT))]
    return float(sum(taken)), len(taken)


def _evidence(found: Difference, parts: list[dict[str, Any]], tried: int = 1) -> Evidence:
    compared = {"candidate": "new", "baseline": "old"}
    comparison = {"holdout": {"primary": asdict(found)}, "segments": parts, "compared": compared}
    return Evidence(trigger={}, evaluation={}, comparison=comparison, latency={}, version=1, tried_holdout=tried)


if __name__ == "__main__":
    main()
