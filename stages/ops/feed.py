"""`ratchet status --max-age DAYS`: is the feed of new batches alive?

The calendar is looked at here and nowhere else: the stages never do, so that an old commit reproduces its own decision.
"""

from datetime import date
from typing import Any

from stages.reading.periods import Period, period


def overdue(validation: dict[str, Any], today: date, max_age_days: int) -> str | None:
    """One line where the newest batch of rows ended more than `max_age_days` before today; None where it did not.

    Parameters
    ----------
    validation : the report of the last run. A blocked batch does not count, because nothing of it is used; nor does one whose
        period lies ahead, because a file dated 2099 says nothing about this week.
    """
    begun = [own for own in map(period, _accepted(validation)) if own.first <= today]
    newest: Period | None = max(begun, default=None)
    if newest is None:
        return "data/raw must hold a batch that was accepted and has begun, got none; look at the export"
    age = (today - newest.last).days
    if age <= max_age_days:
        return None
    return (
        f"the newest accepted batch must have ended at most {max_age_days} days ago, "
        f"got {newest.name}, which ended {age} days ago on {newest.last}; look at the export, and at `ratchet quarantine list`"
    )


def _accepted(validation: dict[str, Any]) -> list[str]:
    """The periods of the batches of rows that were not blocked."""
    batches = validation["batches"].items()
    return [own["batch"] for key, own in batches if key.startswith("raw/") and own["verdict"] != "blocked" and own["batch"]]
