"""How do both models do on the same rows?

Reads data/holdout, data/golden, models/candidate, models/baseline. Writes metrics/evaluation.json (the candidate),
metrics/comparison.json (both, on the same rows, with the gain per segment), metrics/latency.json and metrics/plots.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from stages import artefacts
from stages.errors import InputError, one_line_errors
from stages.evidence.latency import latency
from stages.evidence.paired import difference
from stages.evidence.pictures import write_plots
from stages.evidence.scores import Predictions, check_metrics, predict, score
from stages.evidence.segments import segments
from stages.intake.golden import read_golden
from stages.modelling import bundle
from stages.modelling.estimator import features, targets
from stages.partitions import partition_names, read_partitions
from stages.reading.periods import period
from stages.settings import Params, load


@dataclass(frozen=True)
class Both:
    """The answers of both models on the same rows."""

    frame: pd.DataFrame
    baseline: Predictions
    candidate: Predictions


def metrics(said: Predictions, params: Params) -> dict[str, Any]:
    """Every metric of `evaluate.metrics`, with the number of rows as `n`; None where one is undefined."""
    return {"n": len(said.truth)} | {name: score(name, said) for name in params.evaluate.metrics}


def compare(both: Both, params: Params) -> dict[str, Any]:
    """Both models' metrics on the same rows, and the primary metric's difference with its bounds."""
    gain = difference(params.gate.primary, both.baseline, both.candidate, params.gate.confidence, params.seed)
    return {
        "n": gain.n,
        "baseline": metrics(both.baseline, params),
        "candidate": metrics(both.candidate, params),
        "primary": asdict(gain),
    }


def by_segment(both: Both, params: Params) -> list[dict[str, Any]]:
    """The primary metric's difference in every segment."""
    gate = params.gate
    found = []
    for name, mask in segments(both.frame, params.evaluate.segments, gate.min_segment_rows, gate.critical):
        gain = difference(gate.primary, both.baseline.rows(mask), both.candidate.rows(mask), gate.confidence, params.seed)
        found.append({"segment": name} | asdict(gain))
    return found


def main() -> None:
    """Run the stage."""
    params = load()
    check_metrics(params.evaluate.metrics)
    baseline, candidate = (bundle.load(folder, params.train.packages) for folder in (artefacts.BASELINE, artefacts.CANDIDATE))
    names = params.columns
    columns = list(dict.fromkeys([*names.features, names.target, *params.evaluate.segments]))
    frame = read_partitions(artefacts.HOLDOUT, columns)
    if frame.empty:
        raise InputError(
            f"{artefacts.HOLDOUT} must hold labelled rows, got none; wait for feedback, or raise split.holdout_batches"
        )
    holdout = _both(frame, baseline, candidate, params)
    golden_frame = read_golden(artefacts.GOLDEN, params)
    golden = _both(golden_frame, baseline, candidate, params) if len(golden_frame) else None
    _write(holdout, golden, baseline, candidate, params)


def _both(frame: pd.DataFrame, baseline: bundle.Bundle, candidate: bundle.Bundle, params: Params) -> Both:
    inputs, truth = features(frame, params.columns), targets(frame[params.columns.target], params.task)
    return Both(frame, predict(baseline.model, inputs, truth, params.task), predict(candidate.model, inputs, truth, params.task))


def _write(holdout: Both, golden: Both | None, baseline: bundle.Bundle, candidate: bundle.Bundle, params: Params) -> None:
    gains = by_segment(holdout, params)
    overall = compare(holdout, params)
    report = {"holdout": overall["candidate"]} | ({"golden": metrics(golden.candidate, params)} if golden else {})
    comparison = {"holdout": overall, "segments": gains, "compared": _compared(baseline, candidate)}
    comparison |= {"golden": compare(golden, params)} if golden else {}
    artefacts.write_json(artefacts.EVALUATION, report)
    artefacts.write_json(artefacts.COMPARISON, comparison)
    artefacts.write_json(artefacts.LATENCY, _latency(holdout, baseline, candidate, params))
    overall_gain = {"segment": "all rows"} | overall["primary"]
    write_plots(artefacts.PLOTS, holdout.baseline, holdout.candidate, [overall_gain, *gains], params.gate.primary)
    primary = overall["primary"]
    print(
        f"evaluate: {params.gate.primary} {_shown(primary['baseline'])} → {_shown(primary['candidate'])} on {overall['n']} rows"
    )


def _latency(holdout: Both, baseline: bundle.Bundle, candidate: bundle.Bundle, params: Params) -> dict[str, Any]:
    rows = np.random.default_rng(params.seed).permutation(len(holdout.frame))[: params.evaluate.latency_rows]
    inputs = features(holdout.frame.iloc[rows], params.columns)
    return latency(baseline.model, candidate.model, inputs, params.evaluate.latency_rounds, params.seed)


def _compared(baseline: bundle.Bundle, candidate: bundle.Bundle) -> dict[str, Any]:
    """Who was compared on what: md5 of both bundles and of the data, and whether a model trained past the holdout's start."""
    start = min(period(name).first for name in partition_names(artefacts.HOLDOUT))
    late = [
        name
        for name, model in (("baseline", baseline), ("candidate", candidate))
        if date.fromisoformat(model.card["trained_through"]) >= start
    ]
    return {
        "baseline": baseline.md5,
        "candidate": candidate.md5,
        "holdout": artefacts.dvc_md5(artefacts.HOLDOUT),
        "golden": artefacts.dvc_md5(artefacts.GOLDEN),
        "holdout_starts": start.isoformat(),
        "trained_past_holdout": late,
        "baseline_versions": baseline.card["versions"],
        "candidate_versions": candidate.card["versions"],
    }


def _shown(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4f}"


if __name__ == "__main__":
    one_line_errors(main)()
