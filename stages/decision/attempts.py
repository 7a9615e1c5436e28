"""What the attempts so far have spent: the confidence that is left on a holdout or golden set, and what was rejected before.

Many candidates tried on the same rows find a lucky one. So the error that the gate may make (1 - confidence) is shared out among
the candidates of a set; however many there are, the shares add up to no more than the whole.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from stages.decision.ledger import Entry, Ledger

FIRST = 0.95  # share of a holdout's error for its first candidate: most holdouts see no other


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Who was tried: the md5 of the bundle, of the rows that it learned from, and of the recipe."""

    bundle: str
    training: str
    recipe: str


def holdout_confidence(confidence: float, tried: int) -> float:
    """What the `tried`-th candidate on a holdout is judged at.

    The first spends 0.95 of the error, the j-th 0.05 / (j (j - 1)) of it. The sum over any number of
    candidates stays within the error, because 1/2 + 1/6 + 1/12 + … = 1.
    A comparison by hand (0) is no attempt and has all of it.

    Examples
    --------
    >>> [round(holdout_confidence(0.95, tried), 5) for tried in (1, 2, 3)]
    [0.9525, 0.99875, 0.99958]
    """
    share = 1.0 if tried == 0 else FIRST if tried == 1 else (1 - FIRST) / (tried * (tried - 1))
    return 1 - (1 - confidence) * share


def golden_confidence(confidence: float, tried: int, budget: int) -> float:
    """What the `tried`-th candidate on a golden set is judged at: 1 / (j H) of the error, H = 1 + 1/2 + … + 1/budget.

    A golden set is meant for many candidates, so the shares fall slowly; over the whole budget they add up to the error.

    Examples
    --------
    >>> [round(golden_confidence(0.95, tried, 2), 5) for tried in (1, 2)]  # H = 1.5
    [0.96667, 0.98333]
    """
    harmonic = sum(1 / k for k in range(1, budget + 1))
    return 1 - (1 - confidence) / (tried * harmonic)


def recipe(card: dict[str, Any]) -> str:
    """The md5 of what defines a model beside its rows: columns, task, seed, and how it is trained."""
    parts = {name: card.get(name) for name in ("columns", "seed", "task", "train")}
    return hashlib.md5(json.dumps(parts, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def tried_on_holdout(ledger: Ledger, holdout: str, bundle: str) -> int:
    """The place of a candidate among the distinct ones tried on this holdout, in the order of their first attempts."""
    return _place([entry.bundle for entry in _tried(ledger) if entry.holdout == holdout], bundle)


def tried_on_golden(ledger: Ledger, golden: str, bundle: str) -> int:
    """The same on this golden set, and on those it goes on from."""
    return _place(golden_bundles(ledger, golden), bundle)


def golden_bundles(ledger: Ledger, golden: str) -> list[str]:
    """The distinct candidates tried on a golden set, oldest first."""
    sets = _same_rows(ledger, golden)
    return list(dict.fromkeys(entry.bundle for entry in _tried(ledger) if entry.golden in sets))


def golden_since(ledger: Ledger, golden: str) -> date | None:
    """The day of the first entry that names a golden set, or one that it goes on from; None before its first use."""
    sets = _same_rows(ledger, golden)
    return min((entry.as_of for entry in ledger.entries if entry.golden in sets), default=None)


def rejected(ledger: Ledger, candidate: Candidate, holdout: str) -> str | None:
    """Why a candidate counts as rejected: it was rolled back, or held on another holdout. None where it was not.

    It is the same candidate where the bundle is the same, or recipe and training rows are. On the same holdout it is the same
    attempt, and judged as ever.
    """
    own = [entry for entry in ledger.entries if entry.kind in ("attempt", "promotion") and _same(entry, candidate)]
    bundles = {candidate.bundle, *(entry.bundle for entry in own)}
    if back := next((entry for entry in reversed(ledger.entries) if entry.rejected in bundles), None):
        return f"rolled back on {back.as_of}: change the data or the recipe"
    held = [entry for entry in own if entry.kind == "attempt" and entry.verdict == "hold" and entry.holdout != holdout]
    if not held:
        return None
    return f"tried and held on {held[-1].as_of}: other rows do not make it better; change the data or the recipe"


def _tried(ledger: Ledger) -> list[Entry]:
    """Who was judged: every attempt, and promotions, which may have had no attempt of their own on record."""
    return [entry for entry in ledger.entries if entry.kind in ("attempt", "promotion")]


def _place(bundles: list[str], bundle: str) -> int:
    return list(dict.fromkeys([*bundles, bundle])).index(bundle) + 1


def _same(entry: Entry, candidate: Candidate) -> bool:
    made = (entry.training, entry.recipe)
    return entry.bundle == candidate.bundle or (None not in made and made == (candidate.training, candidate.recipe))


def _same_rows(ledger: Ledger, golden: str) -> frozenset[str]:
    """A golden set and those before it that it shares most rows with: what was spent on them stays spent."""
    sets = {golden}
    for entry in reversed(ledger.entries):
        if entry.kind == "reanchor" and entry.golden in sets and entry.follows:
            sets.add(entry.follows)
    return frozenset(sets)
