"""Is there a reason to retrain, and none against it?

Reads data/recent, data/training, of data/holdout the features alone (no label that judges a candidate is read here),
models/baseline, models/ledger.yaml, data/events.yaml, data/kpi.csv and metrics/validation.json. Writes metrics/trigger.json
(verdict, reasons, every signal, every fact, the next look) and two pictures: drift, and performance, week by week.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stages import artefacts
from stages.decision.ledger import read_ledger
from stages.errors import InputError, one_line_errors
from stages.evidence.scores import Array, Predictions, predict
from stages.modelling import bundle
from stages.modelling.estimator import features, targets
from stages.partitions import partition_names, partition_rows, read_partitions
from stages.reading.periods import Period, period
from stages.sections import Columns
from stages.settings import Params, load
from stages.signals.calibration import calibration
from stages.signals.change import Change, change_point
from stages.signals.drift import ColumnDrift, drift, drift_signals, weekly
from stages.signals.estimate import estimated_performance
from stages.signals.events import read_events
from stages.signals.facts import facts
from stages.signals.feedback import correction_rate, diagnosis, new_labels
from stages.signals.follow_up import follow_up, next_look
from stages.signals.kpi import kpi_fall, kpi_fall_since_change, kpi_fall_since_promotion, kpi_slope, read_kpi, without_past_events
from stages.signals.performance import performance, performance_by_week, promise
from stages.signals.pictures import Promise, drift_picture, performance_picture
from stages.signals.planned import planned
from stages.signals.policy import decide, known, reasons
from stages.signals.profile import answers, merge, profile
from stages.signals.signal import Signal
from stages.signals.timeline import Timeline
from stages.signals.volume import data_volume
from stages.signals.world import Trained, Week, World

FOLDERS = (artefacts.TRAINING, artefacts.HOLDOUT, artefacts.RECENT)  # of a batch in two of them, the rows of the last count


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A batch that the baseline never trained on, and what it says on its rows."""

    week: Week
    said: Predictions


def judge(world: World, params: Params) -> dict[str, Any]:
    """The verdict with its reasons, every signal, every fact, and when to look again."""
    world = replace(world, kpi=without_past_events(world.kpi, world.events, world.as_of))
    rows = _drift(world, params)
    by_week = weekly(world.weeks, world.profile, _watched(params), params.trigger)
    change = change_point(world, rows, by_week, params)
    found = {
        own.name: own
        for own in [*planned(world, params), *drift_signals(rows, params.trigger), *_measured(world, change, params)]
    }
    so = facts(world, found, rows, by_week, change, params)
    decision = decide(params.trigger.policy, known(found, so))
    return {
        "as_of": world.as_of.isoformat(),
        "verdict": decision.verdict,
        "reasons": reasons(decision, found, so),
        "policy": {"clause": decision.text, "held": list(decision.held)},
        "signals": {name: {key: value for key, value in asdict(own).items() if key != "name"} for name, own in found.items()},
        "facts": {name: asdict(own) for name, own in so.items()},
        "change": {"day": change.day.isoformat(), "what": change.what} if change else None,
        "diagnosis": diagnosis(found, so),
        "next_look": next_look(decision, world, found, so, change, params),
        "drift": [asdict(row) for row in rows],
        "weeks": {"drift": by_week, "performance": performance_by_week(world, params)},
    }


def world_of(params: Params) -> World:
    """Everything that is known, read batch by batch; version 0 promised nothing, so nothing is held against it."""
    ledger, live = read_ledger(artefacts.LEDGER), bundle.load(artefacts.BASELINE, params.train.packages)
    if live.md5 != ledger.live.bundle:
        raise InputError(f"{artefacts.BASELINE} must be the bundle of the ledger, got another md5; run `dvc checkout`")
    validation, trained = artefacts.read_json(artefacts.VALIDATION), _periods(artefacts.TRAINING)
    through = date.fromisoformat(live.card["trained_through"])
    learned, judging, recent = (_seen(own, live, through, params) if ledger.live.version else [] for own in FOLDERS)
    labels = {own.week.name: own.said.truth for own in learned}
    weeks = {own.week.name: own.week for own in [*learned, *judging, *recent]}
    return World(
        as_of=date.fromisoformat(validation["as_of"]),
        validation=validation,
        ledger=ledger,
        events=read_events(artefacts.EVENTS, [*params.columns.features, *params.evaluate.segments]),
        kpi=read_kpi(artefacts.KPI),
        card=live.card,
        profile=live.profile,
        weeks=tuple(sorted(weeks.values(), key=lambda week: (week.last, week.first))),
        recent=tuple(own.name for own in _periods(artefacts.RECENT)),
        unlabelled=_joined(recent),
        fresh=_fresh(labels if ledger.live.version else _labels(trained, through, params), params),
        said=_joined(learned),
        training={own.name: _trained(own) for own in trained},
    )


def main() -> None:
    """Run the stage."""
    params = load()
    world = world_of(params)
    report = judge(world, params)
    artefacts.write_json(artefacts.TRIGGER, report)
    _draw(report, world, params)
    print(f"trigger: {report['verdict']} ({'; '.join(report['reasons'])})")


def _drift(world: World, params: Params) -> list[ColumnDrift]:
    """The recent rows and the fresh labels against the baseline's profile; nothing where version 0 has none."""
    recent = [week.profile for week in world.weeks if week.name in world.recent]
    if not recent:
        return []
    labels = world.fresh[params.columns.target]
    return drift(merge(recent), answers(labels) if len(labels) else None, world.profile, _watched(params), params.trigger)


def _watched(params: Params) -> Columns:
    """The columns, but for those that follow the calendar: they are never what they were."""
    names, left_out = params.columns, set(params.batches.calendar)
    kinds = {kind: [name for name in getattr(names, kind) if name not in left_out] for kind in ("text", "categorical", "numeric")}
    return names.model_copy(update=kinds)


def _measured(world: World, change: Change | None, params: Params) -> list[Signal]:
    deployed = [(event.at, event.name) for event in world.events.deployments]
    promoted = [(world.ledger.since, f"version {world.ledger.live.version}")] if world.ledger.live.version else []
    return [
        new_labels(world, params),
        performance(world, params),
        calibration(world, params),
        estimated_performance(world, params),
        correction_rate(world, params),
        data_volume(world.validation, params),
        kpi_fall(world.kpi, world.as_of, params.trigger),
        kpi_slope(world.kpi, world.as_of, params.trigger),
        kpi_fall_since_change(world.kpi, [*deployed, *promoted], world.as_of, params.trigger),
        kpi_fall_since_promotion(world.kpi, promoted, deployed, world.as_of, params.trigger),
        follow_up(world, change, params),
    ]


def _seen(folder: Path, live: bundle.Bundle, through: date, params: Params) -> list[_Seen]:
    """The batches of a folder that came in after the day `through`, of the recent ones all; those without a row are left out."""
    newer = [own for own in _periods(folder) if own.first > through or folder == artefacts.RECENT]
    return [_look(folder, own, live, params) for own in newer if partition_rows(folder, own.name)]


def _look(folder: Path, own: Period, live: bundle.Bundle, params: Params) -> _Seen:
    """One batch; of training rows with their labels."""
    target = [params.columns.target] if folder == artefacts.TRAINING else []
    frame = read_partitions(folder, [*params.columns.features, *target], [own.name])
    truth = targets(frame[target[0]], params.task) if target else np.full(len(frame), None)
    said = predict(live.model, features(frame, params.columns), truth, params.task)
    sketch = profile(frame, params.columns, None, pd.Series(said.answer, dtype=_kind(params)))
    return _Seen(week=Week(name=own.name, first=own.first, last=own.last, profile=sketch), said=said)


def _joined(seen: Sequence[_Seen]) -> Predictions | None:
    return Predictions.joined([own.said for own in seen]) if seen else None


def _labels(trained: Sequence[Period], through: date, params: Params) -> dict[str, Array]:
    """The labels of the training batches after the day `through`, for version 0, that nobody asks for its answers."""
    target, newer = params.columns.target, [own.name for own in trained if own.first > through]
    return {name: read_partitions(artefacts.TRAINING, [target], [name])[target].to_numpy() for name in newer}


def _fresh(labels: Mapping[str, Array], params: Params) -> pd.DataFrame:
    """The labels of training batches, each row with its batch."""
    target, kind = params.columns.target, _kind(params)
    parts = [pd.DataFrame({target: pd.Series(own, dtype=kind), "batch": name}) for name, own in labels.items()]
    none = pd.DataFrame({target: pd.Series(dtype=kind), "batch": pd.Series(dtype="str")})
    return pd.concat(parts, ignore_index=True) if parts else none


def _kind(params: Params) -> str:
    return "float64" if params.task == "regression" else "str"


def _periods(folder: Path) -> list[Period]:
    """The batches of a folder, oldest first."""
    return sorted(period(name) for name in partition_names(folder))


def _trained(own: Period) -> Trained:
    return Trained(first=own.first, last=own.last, rows=partition_rows(artefacts.TRAINING, own.name))


def _draw(report: dict[str, Any], world: World, params: Params) -> None:
    changes, estimate = report["weeks"]["drift"], report["signals"]["estimated_performance"]
    timeline = Timeline(weeks=[(own.name, own.first, own.last) for own in world.weeks], events=world.events)
    drift_picture(changes, params.trigger.drift.min_change, timeline, artefacts.PLOTS / "drift.svg")
    told = Promise(
        metric=params.gate.primary,
        value=promise(world, params),
        limit=params.trigger.max_performance_drop,
        lost=estimate["value"],
        interval=estimate["interval"],
        recent=sum(own.name in world.recent for own in world.weeks),
    )
    performance_picture(report["weeks"]["performance"], told, timeline, artefacts.PLOTS / "performance.svg")


if __name__ == "__main__":
    one_line_errors(main)()
