"""The version to go back to: the one that the trigger has in mind when it says rollback, and that `ratchet rollback` goes to."""

import pandas as pd

from stages.decision.ledger import Entry, Ledger
from stages.sections import TriggerParams
from stages.signals.events import later
from stages.signals.kpi import kpi_fall_since_change
from stages.signals.signal import Signal


def previous_version(ledger: Ledger, kpi: pd.DataFrame, trigger: TriggerParams) -> tuple[Entry | None, str]:
    """The newest version before the one in production that was never rolled back and with which no KPI fell; and why.

    Parameters
    ----------
    kpi : as `stages.signals.kpi.read_kpi` reads it, without what past events explain.
    """
    live = ledger.live
    earlier = [own for own in ledger.versions if (own.version or 0) < (live.version or 0) and own.bundle != live.bundle]
    told = ["there is no earlier version to go back to"]
    for own in reversed(earlier):
        then = _when_live(own, ledger, kpi, trigger)
        if then.state != "fired":
            well = ", and no KPI fell when it went live" if then.state == "quiet" else ""
            return own, f"version {own.version} served before and was never rolled back{well}"
        told.append(f"{then.why}, when it went live")
    return None, "; ".join(told)


def _when_live(own: Entry, ledger: Ledger, kpi: pd.DataFrame, trigger: TriggerParams) -> Signal:
    """What was to be said of the KPI some days after a version had gone live, and before the next one did."""
    newer = [other.as_of for other in ledger.entries if (other.version or 0) > (own.version or 0)]
    day = min(*newer, later(own.as_of, trigger.deployment_days))
    return kpi_fall_since_change(kpi, [(own.as_of, f"version {own.version}")], day, trigger)
