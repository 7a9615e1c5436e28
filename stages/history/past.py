"""What the batches before were like: those that were usual, which a new one is held against; the content of all that are used."""

from dataclasses import dataclass

from stages.history.rules import Finding
from stages.history.sketch import Sketch
from stages.history.usual import ENOUGH
from stages.reading.periods import Period


@dataclass(frozen=True, kw_only=True)
class _Usual:
    """One batch of the history: its place among all that came, the day of the week it is of (None: of more than a day)."""

    number: int
    key: str
    weekday: int | None
    sketch: Sketch


class Past:
    """Remembers batches as they come, oldest first; `newest` is how many make a history."""

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self.usual: list[_Usual] = []
        self.content: set[str] = set()

    @property
    def history(self) -> list[Sketch]:
        """The newest usual batches, oldest first."""
        return [own.sketch for own in self.usual[-self.newest :]]

    def volumes(self, period: Period | None) -> list[int]:
        """Rows of the usual batches that the number of rows of a batch is held against: a Sunday has those of Sundays."""
        weekday = _weekday(period)
        alike = self.usual if weekday is None else [own for own in self.usual if own.weekday == weekday]
        return [own.sketch.rows for own in alike[-self.newest :]]

    def add(self, number: int, key: str, period: Period | None, sketch: Sketch) -> None:
        """Let a batch be what later ones are held against."""
        self.usual.append(_Usual(number=number, key=key, weekday=_weekday(period), sketch=sketch))

    def ended(self, number: int) -> list[Finding]:
        """Says so where the history of a batch ended more batches ago than it may have: what lasts since then is never usual."""
        if len(self.usual) < ENOUGH or number - self.usual[-1].number <= self.newest:
            return []
        why = (
            f"it is held against a history that ends at {self.usual[-1].key}; "
            "release what was found of later batches to renew it (`ratchet quarantine release`)"
        )
        return [Finding(rule="batch: old history", severity="warn", why=why)]


def _weekday(period: Period | None) -> int | None:
    return period.first.weekday() if period and period.first == period.last else None
