"""Is there a reason to retrain, and none against it?

Reads data/recent, the rows of data/training that the baseline never saw, models/baseline, models/ledger.yaml, data/events.yaml,
data/kpi.csv and metrics/validation.json. Writes metrics/trigger.json: verdict, reasons, every signal, every fact.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from scipy.stats import binomtest

from stages import artefacts
from stages.decision.ledger import Ledger, read_ledger
from stages.errors import one_line_errors
from stages.evidence.paired import bounds
from stages.evidence.scores import Predictions, predict, score
from stages.intake.periods import period
from stages.modelling import bundle
from stages.modelling.estimator import features, targets
from stages.settings import Params, load
from stages.signals.drift import ColumnDrift, feature_drift, label_shift
from stages.signals.events import Events, read_events
from stages.signals.kpi import kpi_fall, read_kpi
from stages.signals.policy import decide
from stages.signals.signal import Signal, flag

SIGNIFICANCE = 0.05
_NEW_LABELS = "{} trusted labels that the baseline never saw"


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


def signals(world: World, params: Params) -> list[Signal]:
    """Every signal, fired or not."""
    ours = params.trigger
    return [
        flag("request", ours.request is not None, None, None, 0, ours.request or "nobody asked"),
        flag(
            "first_model", world.ledger.live.version == 0, None, None, 0, f"version {world.ledger.live.version} is in production"
        ),
        _cadence(world, params),
        flag(
            "new_labels",
            world.new_labels >= ours.min_new_labels,
            world.new_labels,
            ours.min_new_labels,
            world.new_labels,
            _NEW_LABELS.format(world.new_labels),
        ),
        _performance(world, params),
        _drifted("feature_drift", feature_drift(world.recent, world.profile, params.columns, ours.drift), params),
        _drifted("label_shift", _label_shift(world, params), params),
        _correction_rate(world, params),
        kpi_fall(world.kpi, world.as_of, ours.max_kpi_drop),
    ]


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


def judge(world: World, params: Params) -> dict[str, Any]:
    """The verdict with its reasons, every signal and every fact."""
    found = signals(world, params)
    known = facts(world, found, params)
    holds = {signal.name: signal.state == "fired" for signal in found} | known
    verdict, names = decide(params.trigger.policy, holds)
    words = {signal.name: signal.why for signal in found} | _fact_words(world)
    nothing = "no clause of the policy holds" if verdict == "skip" else f"the clause {verdict} holds because of what is absent"
    return {
        "as_of": world.as_of.isoformat(),
        "verdict": verdict,
        "reasons": [f"{name}: {words.get(name, 'yes')}" for name in names] or [nothing],
        "signals": {signal.name: {key: value for key, value in asdict(signal).items() if key != "name"} for signal in found},
        "facts": known,
        "drift": [asdict(row) for row in feature_drift(world.recent, world.profile, params.columns, params.trigger.drift)],
    }


def main() -> None:
    """Run the stage."""
    params = load()
    report = judge(_world(params), params)
    artefacts.write_json(artefacts.TRIGGER, report)
    print(f"trigger: {report['verdict']} ({'; '.join(report['reasons'])})")


def _world(params: Params) -> World:
    validation = artefacts.read_json(artefacts.VALIDATION)
    ledger = read_ledger(artefacts.LEDGER)
    names = params.columns
    newer = _newer_batches()
    fresh = _rows(newer[-params.split.holdout_batches :], [*names.features, names.target])
    return World(
        date.fromisoformat(validation["as_of"]),
        validation,
        ledger,
        read_events(artefacts.EVENTS),
        read_kpi(artefacts.KPI),
        bundle.read_profile(artefacts.BASELINE),
        artefacts.read_partitions(artefacts.RECENT, names.features),
        len(_rows(newer, [names.target])),
        fresh,
        _said(fresh, ledger, params),
    )


def _newer_batches() -> list[str]:
    through = date.fromisoformat(bundle.read_card(artefacts.BASELINE)["trained_through"])
    return [name for name in artefacts.partition_names(artefacts.TRAINING) if period(name).first > through]


def _rows(batches: list[str], columns: list[str]) -> pd.DataFrame:
    return artefacts.read_partitions(artefacts.TRAINING, columns, batches) if batches else pd.DataFrame(columns=columns)


def _said(fresh: pd.DataFrame, ledger: Ledger, params: Params) -> Predictions | None:
    if not len(fresh) or ledger.live.promised is None:
        return None
    model = bundle.load(artefacts.BASELINE, params.train.packages).model
    return predict(model, features(fresh, params.columns), targets(fresh[params.columns.target], params.task), params.task)


def _cadence(world: World, params: Params) -> Signal:
    last = world.ledger.last_attempt(world.as_of)
    if last is None:
        return Signal("cadence", "unknown", None, params.trigger.cadence_days, 0, "no attempt yet")
    days = (world.as_of - last).days
    return flag(
        "cadence",
        days >= params.trigger.cadence_days,
        days,
        params.trigger.cadence_days,
        0,
        f"{days} days since the last attempt or promotion",
    )


def _performance(world: World, params: Params) -> Signal:
    """The baseline on fresh rows against what it promised: the loss must be large, and beyond the noise of the fresh rows."""
    live, limit = world.ledger.live, params.trigger.max_performance_drop
    if world.said is None or live.promised is None or live.metric != params.gate.primary:
        return Signal(
            "performance",
            "unknown",
            None,
            limit,
            0,
            "no fresh trusted labels, or no promise of the baseline to hold them against",
        )
    value = score(params.gate.primary, world.said)
    _, upper = bounds(params.gate.primary, world.said, params.gate.confidence, params.seed)
    n = len(world.fresh)
    if value is None or upper is None or n < params.trigger.drift.min_rows:
        return Signal("performance", "underpowered", None, limit, n, f"{n} fresh labels are too few")
    drop = live.promised - value
    return flag(
        "performance",
        drop > limit and upper < live.promised,
        drop,
        limit,
        n,
        f"{params.gate.primary} {value:.3f} on {n} fresh labels, {live.promised:.3f} was promised",
    )


def _label_shift(world: World, params: Params) -> list[ColumnDrift]:
    if not len(world.fresh):
        return []
    found = label_shift(world.fresh[params.columns.target], world.profile["labels"], params.trigger.drift)
    return [found] if found else []


def _drifted(name: str, rows: list[ColumnDrift], params: Params) -> Signal:
    """One signal for a family of columns: fired where any is, underpowered where all are."""
    limit = params.trigger.drift.min_change
    if not rows:
        return Signal(name, "unknown", None, limit, 0, "nothing to compare")
    fired = [row for row in rows if row.state == "fired"]
    if not fired and all(row.state == "underpowered" for row in rows):
        return Signal(name, "underpowered", rows[0].change, limit, 0, f"fewer than {params.trigger.drift.min_rows} rows")
    top = (fired or rows)[0]
    return flag(
        name,
        bool(fired),
        top.change,
        limit,
        len(rows),
        f"{top.column} {top.where}" + (f" and {len(fired) - 1} more columns" if len(fired) > 1 else ""),
    )


def _correction_rate(world: World, params: Params) -> Signal:
    done, limit = world.validation["feedback"], params.trigger.max_correction_rate
    n = done["correct"] + done["confirm"]
    if n == 0:
        return Signal("correction_rate", "unknown", None, limit, 0, "no reviews in the last week")
    rate = done["correct"] / n
    p_value = binomtest(done["correct"], n, limit, alternative="greater").pvalue
    return flag(
        "correction_rate",
        rate > limit and p_value < SIGNIFICANCE,
        rate,
        limit,
        n,
        f"{rate:.1%} of {n} reviewed outputs were corrected",
    )


def _quarantined(validation: dict[str, Any]) -> float:
    recent = [validation["batches"][name] for name in validation["recent"]]
    rows = sum(batch["rows"] for batch in recent)
    return sum(batch["quarantined"] for batch in recent) / rows if rows else 1.0


def _fact_words(world: World) -> dict[str, str]:
    last = world.ledger.last_attempt(world.as_of)
    return {
        "open_incident": "; ".join(world.events.open_incidents(world.as_of)),
        "data_freeze": "; ".join(world.events.running("freezes", world.as_of)),
        "campaign": "; ".join(world.events.running("campaigns", world.as_of)),
        "cool_down": f"the last attempt was on {last}",
        "few_labels": _NEW_LABELS.format(world.new_labels),
        "poor_data": f"{_quarantined(world.validation):.1%} of recent rows are in quarantine",
        "kpi_stable": "the KPIs hold",
    }


if __name__ == "__main__":
    one_line_errors(main)()
