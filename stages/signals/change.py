"""When did the world change? Trusted rows from before that day teach the old world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from stages.settings import Params
from stages.signals.drift import ColumnDrift
from stages.signals.events import Kind, Moment
from stages.signals.world import Week, World

Weekly = Mapping[str, Mapping[str, float | None]]  # a column's change by week
PASSING: tuple[Kind, ...] = ("campaigns", "one_offs")


@dataclass(frozen=True, kw_only=True)
class Change:
    """The first day of another world, and what changed it; `on_record` as lasting, or only seen in the rows."""

    day: date
    what: str
    on_record: bool

    @property
    def words(self) -> str:
        """What changed, with its day."""
        return f"{self.what} ({self.day})"


def change_point(world: World, drift: Sequence[ColumnDrift], weekly: Weekly, params: Params) -> Change | None:
    """The newest change that is known: a lasting one that is on record, or the day from which drift is seen.

    A deployment or a recorded change shortly before drift begins is taken for its cause, and its day for the day of the change.
    Drift that was there from the first week after the baseline's training data has no known beginning, unless the ledger knows
    it from the baseline's promotion; and drift that begins in a campaign or a one-off is no change of the world.
    """
    if not world.ledger.live.version:
        return None
    begun = _begun(world, drift, weekly, params)
    known = (_remembered(world), _recorded(world), _caused(*begun, world, params) if begun else None)
    return max((found for found in known if found), key=lambda change: (change.day, change.on_record), default=None)


def rows_since(world: World, day: date, after: date = date.min) -> int:
    """The trusted rows that would train now, of batches that begin on `day` or later, and after the day `after`."""
    return sum(own.rows for own in world.training.values() if own.first >= day and own.first > after)


def _remembered(world: World) -> Change | None:
    """What was known to have changed when the baseline was promoted, where its training data may hold the time before."""
    known = world.ledger.live.change
    if known is None or known.day <= date.fromisoformat(world.card["trained_from"]):
        return None
    return Change(day=known.day, what=known.what, on_record=False)


def _recorded(world: World) -> Change | None:
    """The newest lasting change on record of which the baseline's training data may hold the time before."""
    start = date.fromisoformat(world.card["trained_from"])
    found = [event for event in world.events.changes if start < event.at <= world.as_of]
    newest = max(found, key=lambda event: event.at, default=None)
    return Change(day=newest.at, what=f"“{newest.what}”", on_record=True) if newest else None


def _begun(world: World, drift: Sequence[ColumnDrift], weekly: Weekly, params: Params) -> tuple[Week, str] | None:
    """The week since which the column that changed most has stayed changed, and that column."""
    column = next((row.column for row in drift if row.state == "fired" and row.column in weekly), None)
    if column is None:
        return None
    changes = [weekly[column].get(week.name) for week in world.weeks]
    stay = _length(changes, params.trigger.drift.min_change)
    known = 0 < stay < len(changes) and not _passing(world, world.weeks[-stay])
    return (world.weeks[-stay], column) if known else None


def _passing(world: World, week: Week) -> bool:
    return any(world.events.overlapping(kind, week.first, week.last) for kind in PASSING)


def _length(changes: Sequence[float | None], least: float) -> int:
    """How many of the newest changes are at least `least` without a break."""
    return next((k for k, change in enumerate(reversed(changes)) if change is None or change < least), len(changes))


def _caused(week: Week, column: str, world: World, params: Params) -> Change:
    """The change with its likely cause: the newest event from up to `deployment_days` before the week until its end."""
    earliest = week.first - timedelta(days=params.trigger.deployment_days)
    causes: list[Moment] = [*world.events.changes, *world.events.deployments]
    events = [event for event in causes if earliest <= event.at <= week.last]
    newest = max(events, key=lambda event: event.at, default=None)
    if newest is None:
        return Change(day=week.first, what=f"the change of {column} in {week.name}", on_record=False)
    what = f"“{newest.what}”, with which {column} changed"
    return Change(day=newest.at, what=what, on_record=newest in world.events.changes)
