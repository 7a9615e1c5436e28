"""Is there a reason to retrain, and none against it?

Reads data/recent, the rows of data/training that the baseline never saw, models/baseline, models/ledger.yaml, data/events.yaml,
data/kpi.csv and metrics/validation.json. Writes metrics/trigger.json: verdict, reasons, every signal, every fact.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

import pandas as pd

from stages import artefacts
from stages.decision.ledger import Ledger, read_ledger
from stages.errors import one_line_errors
from stages.evidence.scores import Predictions, predict
from stages.modelling import bundle
from stages.modelling.estimator import features, targets
from stages.partitions import partition_names, read_partitions
from stages.reading.periods import period
from stages.settings import Params, load
from stages.signals.drift import feature_drift
from stages.signals.events import read_events
from stages.signals.kpi import read_kpi
from stages.signals.measure import signals
from stages.signals.policy import decide
from stages.signals.world import World, fact_words, facts


def judge(world: World, params: Params) -> dict[str, Any]:
    """The verdict with its reasons, every signal and every fact."""
    drift = feature_drift(world.recent, world.profile, params.columns, params.trigger.drift)
    found = signals(world, drift, params)
    known = facts(world, found, params)
    holds = {signal.name: signal.state == "fired" for signal in found} | known
    verdict, names = decide(params.trigger.policy, holds)
    words = {signal.name: signal.why for signal in found} | fact_words(world)
    nothing = "no clause of the policy holds" if verdict == "skip" else f"the clause {verdict} holds because of what is absent"
    return {
        "as_of": world.as_of.isoformat(),
        "verdict": verdict,
        "reasons": [f"{name}: {words.get(name, 'yes')}" for name in names] or [nothing],
        "signals": {signal.name: {key: value for key, value in asdict(signal).items() if key != "name"} for signal in found},
        "facts": known,
        "drift": [asdict(row) for row in drift],
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
        read_partitions(artefacts.RECENT, names.features),
        len(_rows(newer, [names.target])),
        fresh,
        _said(fresh, ledger, params),
    )


def _newer_batches() -> list[str]:
    """The training batches that the baseline never saw, oldest first."""
    through = date.fromisoformat(bundle.read_card(artefacts.BASELINE)["trained_through"])
    batches = sorted(period(name) for name in partition_names(artefacts.TRAINING))
    return [batch.name for batch in batches if batch.first > through]


def _rows(batches: list[str], columns: list[str]) -> pd.DataFrame:
    return read_partitions(artefacts.TRAINING, columns, batches) if batches else pd.DataFrame(columns=columns)


def _said(fresh: pd.DataFrame, ledger: Ledger, params: Params) -> Predictions | None:
    if not len(fresh) or ledger.live.promised is None:
        return None
    model = bundle.load(artefacts.BASELINE, params.train.packages).model
    return predict(model, features(fresh, params.columns), targets(fresh[params.columns.target], params.task), params.task)


if __name__ == "__main__":
    one_line_errors(main)()
