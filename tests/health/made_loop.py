"""Loops on paper: a ledger, what the commits said, and what came of each version."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from stages.decision.ledger import Entry, Ledger
from stages.evidence.difference import Difference
from stages.evidence.paired import difference
from stages.evidence.scores import Predictions
from stages.health.looks import Look, look
from stages.health.versions import Later, Version

START = date(2026, 1, 4)
ROWS, STEP_DAYS = 2000, 21


def day(steps: int) -> date:
    return START + timedelta(STEP_DAYS * steps)


def promotion(version: int, on: date, verdict: str | None = "promote", **more: Any) -> Entry:
    about = {"metric": "accuracy", "promised": 0.8, "rows": ROWS, "holdout": f"h{version}", "golden": "g"}
    return Entry(kind="promotion", as_of=on, bundle=f"b{version}", version=version, verdict=verdict, **(about | more))


def attempt(bundle: str, on: date, verdict: str) -> Entry:
    return Entry(kind="attempt", as_of=on, bundle=bundle, verdict=verdict, holdout=f"h{on}", golden="g")


def rollback(to: int, rejected: int, on: date, reason: str = "it fell") -> Entry:
    return Entry(kind="rollback", as_of=on, bundle=f"b{to}", rejected=f"b{rejected}", reason=reason)


def ledger(*entries: Entry) -> Ledger:
    return Ledger(model="m", entries=[Entry(kind="promotion", as_of=START, bundle="b0", version=0), *entries])


def version(number: int, **more: Any) -> Version:
    about = {"before": number - 1, "since": day(number), "verdict": "promote", "metric": "accuracy"}
    return Version(number=number, bundle=f"b{number}", **(about | more))


def gained(won: int, lost: int, n: int = ROWS) -> Later:
    """A version that alone is right on `won` rows of `n`, and the one before on `lost`."""
    delta = (won - lost) / n
    error = ((won + lost - n * delta**2) / (n - 1) / n) ** 0.5
    return Later(found=Difference(n=n, delta=delta, standard_error=error, freedom=n - 1, won=won, lost=lost), batches=4)


def seen(
    on: date,
    trigger: str = "retrain",
    *,
    pair: tuple[str, str, str] | None = None,
    values: tuple[float, float] = (0.8, 0.8),
    holdout: tuple[str, ...] = (),
    **validation: Any,
) -> Look:
    """What one commit said; `pair` is baseline, candidate and holdout, `values` what both reached there."""
    files: dict[str, dict[str, Any]] = {
        "validation": {"as_of": on.isoformat(), "holdout": list(holdout)} | validation,
        "trigger": {"as_of": on.isoformat(), "verdict": trigger},
    }
    if pair:
        sides = {side: {"accuracy": value, "n": ROWS} for side, value in zip(("baseline", "candidate"), values, strict=True)}
        named = dict(zip(("baseline", "candidate", "holdout"), pair, strict=True))
        files["comparison"] = {"compared": named, "holdout": sides | {"n": ROWS}}
    found = look(files)
    assert found
    return found


@dataclass(frozen=True)
class Simulated:
    """A loop that has run for a while."""

    ledger: Ledger
    looks: list[Look]
    golden: dict[int, float]
    later: dict[int, Later]


def simulated(gate: bool, says: str | None, seed: int = 20260105, steps: int = 40) -> Simulated:
    """Every three weeks a candidate; two in five learned from bad data. Without a gate each of them goes live.

    A model loses 1 % a step, because the world moves on; a good candidate starts at 85 %, a bad one at 79 %. With a gate, it has
    to be proven 1 % better on 2000 rows. What is measured later is measured on rows of the next step.
    """
    random = np.random.default_rng(seed)
    entries, looks, golden, later = [], [], {}, {}
    skills, live = {0: 0.5}, 0

    def measured(old: float, new: float) -> Difference:
        right = (random.random((2, ROWS)) < np.array([[old], [new]])).astype(int)
        truth, classes = np.ones(ROWS, dtype=int), np.array([0, 1])
        return difference("accuracy", *(Predictions(truth, own, None, classes) for own in right), seed)

    for step in range(1, steps + 1):
        skills = {number: skill - 0.01 for number, skill in skills.items()}
        skill, number = (0.79 if random.random() < 0.4 else 0.85), max(skills) + 1
        found = measured(skills[live], skill)
        proven = (found.bounds(0.95)[0] or 0.0) > 0 and (found.delta or 0.0) >= 0.01
        verdict = ("promote" if proven else "hold") if gate else says
        pair, values = (f"b{live}", f"x{step}", f"h{step}"), (found.baseline or 0.0, found.candidate or 0.0)
        promoted = verdict == "promote" or not gate
        if promoted:
            pair = (f"b{live}", f"b{number}", f"h{number}")
            entries.append(promotion(number, day(step), verdict, promised=found.candidate))
            later[number] = Later(found=measured(skills[live] - 0.01, skill - 0.01), batches=3)
            golden[number], skills[number], live = skill, skill, number
        else:
            entries.append(attempt(f"x{step}", day(step), "hold"))
        looks.append(seen(day(step), pair=pair, values=values, holdout=(f"w{step}",)))
    return Simulated(ledger(*entries), looks, golden, later)
