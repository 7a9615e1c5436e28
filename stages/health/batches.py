"""Bad data over the whole history: what was caught before it could train, and what only after."""

from collections.abc import Sequence
from dataclasses import dataclass

from stages.health.looks import Look

USED = frozenset({"training", "holdout", "feedback"})  # roles in which a file teaches or judges


@dataclass(frozen=True, kw_only=True)
class Caught:
    """Files by what became of them.

    Attributes
    ----------
    seen : all files that were ever looked at.
    before : blocked, and never used until then.
    after : used by a run, and blocked by a later one.
    released : taken although a rule refused them, because a person said so.
    rows, refused : rows of the newest look, and those in quarantine or in a blocked batch.
    """

    seen: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    released: tuple[str, ...]
    rows: int
    refused: int

    @property
    def share(self) -> float:
        """Of the rows, those refused."""
        return self.refused / self.rows if self.rows else 0.0


def caught(looks: Sequence[Look]) -> Caught:
    """Follow every file through the looks, oldest first."""
    seen: set[str] = set()
    used: set[str] = set()
    before: set[str] = set()
    after: set[str] = set()
    released: set[str] = set()
    for own in looks:
        for key, batch in own.batches.items():
            seen.add(key)
            if batch.verdict == "blocked":
                (after if key in used else before).add(key)
            elif batch.role in USED:
                used.add(key)
                released |= {key} if batch.released else set()
    rows = looks[-1].rows if looks else {}
    return Caught(
        seen=len(seen),
        before=tuple(sorted(before - after)),
        after=tuple(sorted(after)),
        released=tuple(sorted(released)),
        rows=rows.get("in", 0),
        refused=rows.get("quarantined", 0) + rows.get("blocked", 0),
    )
