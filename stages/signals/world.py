"""What is known on the day of a run, and what is simply so on that day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from stages.decision.ledger import Ledger
from stages.evidence.scores import Predictions
from stages.settings import Params
from stages.signals.events import Events
from stages.signals.signal import Signal


@dataclass(frozen=True)
class World:
    """What is known on the day `as_of`: the validation report, the ledger, the events, the baseline's profile, and rows.

    `new_labels` counts the trusted rows that the baseline never trained on and that do not judge the candidate; `fresh` are
    those of their newest batches, as many as judge a candidate; `said` is what the baseline says on them (None where there are
    none, or where it promised nothing).
    """

    as_of: date
    validation: dict[str, Any]
    ledger: Ledger
    events: Events
    kpi: pd.DataFrame
    profile: dict[str, Any]
    recent: pd.DataFrame
    new_labels: int
    fresh: pd.DataFrame
    said: Predictions | None


def facts(world: World, found: list[Signal], params: Params) -> dict[str, bool]:
    """Everything that is simply so, or not, on the day `as_of`."""
    ours, today, ledger = params.trigger, world.as_of, world.ledger
    last = ledger.last_attempt(today)
    promoted = ledger.live.version and today - timedelta(days=ours.deployment_days) <= ledger.since <= today
    state = {signal.name: signal.state for signal in found}
    return {
        "few_labels": world.new_labels < ours.min_new_labels and ledger.live.version != 0,
        "cool_down": last is not None and (today - last).days < ours.cool_down_days,
        "poor_data": _quarantined(world.validation) > ours.max_quarantined,
        "open_incident": bool(world.events.open_incidents(today)),
        "data_freeze": bool(world.events.running("freezes", today)),
        "campaign": bool(world.events.running("campaigns", today)),
        "recent_deployment": bool(promoted or world.events.deployed(today, ours.deployment_days)),
        "previous_version": bool(ledger.live.version and ledger.live.version > 1),
        "kpi_stable": state["kpi_fall"] == "quiet",
    }


def fact_words(world: World) -> dict[str, str]:
    """The facts in words, for the reasons of a verdict."""
    last = world.ledger.last_attempt(world.as_of)
    return {
        "open_incident": "; ".join(world.events.open_incidents(world.as_of)),
        "data_freeze": "; ".join(world.events.running("freezes", world.as_of)),
        "campaign": "; ".join(world.events.running("campaigns", world.as_of)),
        "cool_down": f"the last attempt was on {last}",
        "few_labels": f"{world.new_labels} trusted labels that the baseline never saw",
        "poor_data": f"{_quarantined(world.validation):.1%} of recent rows are in quarantine",
        "kpi_stable": "the KPIs hold",
    }


def _quarantined(validation: dict[str, Any]) -> float:
    recent = [own for own in validation["batches"].values() if own["role"] != "feedback" and own["batch"] in validation["recent"]]
    rows = sum(batch["rows"] for batch in recent)
    return sum(batch["quarantined"] for batch in recent) / rows if rows else 1.0
