"""The health of a loop for machines."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from stages.health.verdict import Health
from stages.health.versions import Version


def as_json(found: Health, doubts: Sequence[str]) -> dict[str, Any]:
    """Everything that the report says, as plain values; what is not known is None, with its reason beside it."""
    return {
        "model": found.model,
        "metric": found.metric,
        "verdict": found.verdict,
        "reasons": found.reasons,
        "doubts": list(doubts),
        "checks": [asdict(own) for own in found.checks],
        "versions": [_version(own, found.confidence) for own in found.versions],
        "production": {
            "version": found.live.version,
            "since": found.live.since.isoformat(),
            "as_of": found.live.as_of.isoformat(),
            "days_old": found.live.days_old,
            "days_since_attempt": found.live.days_tried,
        },
        "verdicts": {"gate": dict(found.gate), "trigger": dict(found.trigger)},
        "batches": {
            "seen": found.caught.seen,
            "blocked_before_use": list(found.caught.before),
            "blocked_after_use": list(found.caught.after),
            "released": list(found.caught.released),
            "rows": found.caught.rows,
            "rows_refused": found.caught.refused,
        },
        "labels": asdict(found.labels) if found.labels else None,
        "golden_trend": asdict(found.golden) if found.golden else None,
    }


def _version(own: Version, confidence: float) -> dict[str, Any]:
    lower, upper = own.later.bounds(confidence)
    return {
        "version": own.number,
        "bundle": own.bundle,
        "before": own.before,
        "since": own.since.isoformat(),
        "until": own.until.isoformat() if own.until else None,
        "gate": own.verdict,
        "metric": own.metric,
        "promised": own.promised,
        "promised_gain": own.gain,
        "later_gain": own.later.gain,
        "later_lower": lower,
        "later_upper": upper,
        "later_rows": own.later.found.n if own.later.found else 0,
        "later_why": own.later.why or None,
        "level": own.level.value if own.level else None,
        "level_day": own.level.day.isoformat() if own.level else None,
        "level_rows": own.level.rows if own.level else 0,
        "level_shared": own.level.shared if own.level else None,
        "golden": own.golden,
        "rolled_back": own.back.as_of.isoformat() if own.back else None,
        "rolled_back_because": own.back.reason if own.back else None,
        "days_until_rollback": (own.back.as_of - own.since).days if own.back else None,
        "days_from_alarm_to_rollback": (own.back.as_of - own.alarm).days if own.back and own.alarm else None,
    }
