"""What is live, for how long, and which words of the trigger nobody followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from stages.decision.ledger import Ledger
from stages.health.looks import Look, runs
from stages.health.versions import number


@dataclass(frozen=True, kw_only=True)
class Production:
    """The version in production, as of the newest look.

    Attributes
    ----------
    days_old, days_tried : since it came in, and since the last attempt or promotion (None: there was none).
    unanswered : days since that attempt on which the trigger said retrain.
    unheard : days on which the trigger said rollback of this version.
    returned : versions that went live again after they were taken back.
    """

    version: int
    since: date
    as_of: date
    days_old: int
    days_tried: int | None
    unanswered: tuple[date, ...]
    unheard: tuple[date, ...]
    returned: tuple[str, ...]


def production(ledger: Ledger, looks: Sequence[Look]) -> Production:
    """Hold the ledger against what the runs said."""
    as_of = max([ledger.since, *(own.as_of for own in looks)])  # a rollback may be of a day that no run has seen yet
    tried = max((own.as_of for own in ledger.entries if own.kind == "attempt" or own.version), default=None)
    said = [(own.as_of, own.trigger) for own in runs(looks)]
    return Production(
        version=ledger.live.version or 0,
        since=ledger.since,
        as_of=as_of,
        days_old=(as_of - ledger.since).days,
        days_tried=None if tried is None else (as_of - tried).days,
        unanswered=tuple(day for day, verdict in said if verdict == "retrain" and (tried is None or day > tried)),
        unheard=tuple(day for day, verdict in said if verdict == "rollback" and day > ledger.since),
        returned=tuple(_returned(ledger)),
    )


def _returned(ledger: Ledger) -> list[str]:
    rejected: set[str] = set()
    found = []
    for entry in ledger.entries:
        if entry.kind in ("promotion", "rollback") and entry.bundle in rejected:
            found.append(f"version {number(ledger, entry.bundle)}")
        rejected |= {entry.rejected} if entry.rejected else set()
    return found
