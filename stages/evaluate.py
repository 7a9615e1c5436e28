"""How do both models do on the same rows?

Reads data/holdout, data/golden, models/candidate, models/baseline. Writes metrics/evaluation.json (the candidate),
metrics/comparison.json (both, on the same rows, with the gain per segment), metrics/golden.csv (the candidate's answers on the
golden set), metrics/latency.json and metrics/plots.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stages import artefacts
from stages.errors import InputError, UsageError, one_line_errors
from stages.evidence.answers import answers_text
from stages.evidence.classes import never_predicted
from stages.evidence.costs import row_costs
from stages.evidence.difference import Difference
from stages.evidence.latency import latency
from stages.evidence.paired import by_segments, difference
from stages.evidence.pictures import write_plots
from stages.evidence.ranking import is_ranking
from stages.evidence.scores import CALIBRATION_ERROR, COST, Predictions, check_metrics, predict, reads_probabilities, score
from stages.evidence.segments import segments
from stages.intake.golden import read_golden
from stages.modelling import bundle
from stages.modelling.estimator import features, targets
from stages.modelling.rows import group_codes
from stages.partitions import partition_names, read_partitions
from stages.reading.periods import period
from stages.settings import Params, load


@dataclass(frozen=True)
class Both:
    """The answers of both models on the same rows."""

    frame: pd.DataFrame
    baseline: Predictions
    candidate: Predictions


@dataclass(frozen=True)
class Asked:
    """Both models, and their answers on the holdout and on the golden set, None where there is none."""

    baseline: bundle.Bundle
    candidate: bundle.Bundle
    holdout: Both
    golden: Both | None


def metrics(said: Predictions, params: Params) -> dict[str, Any]:
    """Every metric of `evaluate.metrics`, with the number of rows as `n`; None where one is undefined."""
    return {"n": len(said.truth)} | {name: score(name, said) for name in params.evaluate.metrics}


def compare(both: Both, params: Params) -> dict[str, Any]:
    """Both models' metrics on the same rows, and the primary metric's difference."""
    return {
        "n": len(both.frame),
        "baseline": metrics(both.baseline, params),
        "candidate": metrics(both.candidate, params),
        "primary": gain(params.gate.primary, both, params),
    }


def gain(metric: str, both: Both, params: Params) -> dict[str, Any]:
    """The difference in one metric, with its bounds at gate.confidence for whoever reads it; the rules make their own."""
    return _kept(difference(metric, both.baseline, both.candidate, params.seed), params)


def by_segment(both: Both, params: Params) -> list[dict[str, Any]]:
    """The primary metric's difference in every segment."""
    gate = params.gate
    parts = segments(both.frame, params.evaluate.segments, gate.min_segment_rows, gate.critical)
    found = by_segments(gate.primary, both.baseline, both.candidate, parts, params.seed)
    return [{"segment": name} | _kept(own, params) for name, own in zip(parts.names, found, strict=True)]


def beside(both: Both, params: Params) -> dict[str, Any]:
    """What a gain in the primary metric may have cost: calibration, the cost of an answer, classes that are never answered."""
    found: dict[str, Any] = {}
    if params.evaluate.cost:
        found["cost"] = gain(COST, both, params)
    if params.task == "classification":
        found["never_predicted"] = never_predicted(both.candidate.truth, both.candidate.answer, params.gate.min_segment_rows)
        if both.baseline.probability is not None and both.candidate.probability is not None:
            found["calibration"] = {name: gain(name, both, params) for name in (CALIBRATION_ERROR, "neg_brier_score")}
    return found


def answered(frame: pd.DataFrame, model: Any, params: Params) -> Predictions:
    """A model's answers, with the groups that rows hang together in and what each answer costs, where params.yaml names them.

    Raises
    ------
    InputError
        Where a row has no cost.
    UsageError
        Where the matrix of costs lacks a truth or an answer.
    """
    names, cost = params.columns, params.evaluate.cost
    said = predict(model, features(frame, names), targets(frame[names.target], params.task), params.task)
    groups = group_codes(frame[names.group]) if names.group else None
    if cost is None or (cost.column and cost.column not in frame):
        return replace(said, groups=groups)
    column = frame[cost.column].to_numpy(dtype="float64") if cost.column else None
    if column is not None and (gaps := int((~np.isfinite(column)).sum())):
        raise InputError(
            f"the column {cost.column!r} must hold a cost for every row that judges, got {gaps} gaps; fill them in the raw files"
        )
    return replace(said, groups=groups, costs=row_costs(cost, said.truth, said.answer, column))


def compared(baseline: bundle.Bundle, candidate: bundle.Bundle) -> dict[str, Any]:
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


def wanted_columns(params: Params) -> list[str]:
    """The columns of the holdout that a comparison needs."""
    names = params.columns
    columns = [*names.features, names.target, *params.evaluate.segments, names.group, _cost_column(params)]
    return list(dict.fromkeys(name for name in columns if name))


def golden_rows(params: Params) -> pd.DataFrame:
    """The labelled rows of the golden set, with the columns that a comparison needs; none where there is no golden set."""
    cost = _cost_column(params) if COST in params.evaluate.metrics else None
    group = params.columns.group
    return read_golden(artefacts.GOLDEN, params, [group] if group else [], numbers=[cost] if cost else [])


def ask(params: Params) -> Asked:
    """Load both models, and ask them for every row of the holdout and of the golden set."""
    _check(params)
    baseline, candidate = (bundle.load(folder, params.train.packages) for folder in (artefacts.BASELINE, artefacts.CANDIDATE))
    frame = read_partitions(artefacts.HOLDOUT, wanted_columns(params))
    if frame.empty:
        raise InputError(
            f"{artefacts.HOLDOUT} must hold labelled rows, got none; wait for feedback, or raise split.holdout_batches"
        )
    golden_frame = golden_rows(params)
    golden = _both(golden_frame, baseline, candidate, params) if len(golden_frame) else None
    return Asked(baseline, candidate, _both(frame, baseline, candidate, params), golden)


def comparison(asked: Asked, params: Params) -> dict[str, Any]:
    """Both models' metrics on the same rows, the gain in every segment and what else may have changed."""
    found = {
        "holdout": compare(asked.holdout, params),
        "segments": by_segment(asked.holdout, params),
        "compared": compared(asked.baseline, asked.candidate),
    } | beside(asked.holdout, params)
    return found | ({"golden": compare(asked.golden, params)} if asked.golden else {})


def evidence(found: dict[str, Any], asked: Asked, params: Params) -> dict[Path, str]:
    """What the gate judges by, as the text of each file: the same whenever it is made, as latency is not."""
    report: dict[str, Any] = {name: found[name]["candidate"] for name in ("holdout", "golden") if name in found}
    return {
        artefacts.EVALUATION: artefacts.json_text(report),
        artefacts.COMPARISON: artefacts.json_text(found),
        artefacts.GOLDEN_ANSWERS: _golden_answers(asked.golden, params),
    }


def main() -> None:
    """Run the stage."""
    params = load()
    asked = ask(params)
    found = comparison(asked, params)
    for path, text in evidence(found, asked, params).items():
        artefacts.write_text(path, text)
    artefacts.write_json(artefacts.LATENCY, _latency(asked, params))
    primary = found["holdout"]["primary"]
    write_plots(
        artefacts.PLOTS,
        asked.holdout.baseline,
        asked.holdout.candidate,
        [{"segment": "all rows"} | primary, *found["segments"]],
        metric=params.gate.primary,
        critical=params.gate.critical,
        margin=params.gate.max_segment_drop,
    )
    moved = f"{artefacts.shown(primary['baseline'])} → {artefacts.shown(primary['candidate'])}"
    print(f"evaluate: {params.gate.primary} {moved} on {found['holdout']['n']} rows")


def _check(params: Params) -> None:
    """Refuse a metric that is not there, or that lacks what it is made of, before anything is loaded."""
    check_metrics(params.evaluate.metrics)
    ranked = [name for name in params.evaluate.metrics if is_ranking(name)]
    if ranked and not params.columns.group:
        raise UsageError(
            f"params.yaml: columns.group must name whom {ranked[0]} ranks for, got null; name the column of the user"
        )


def _cost_column(params: Params) -> str | None:
    return params.evaluate.cost.column if params.evaluate.cost else None


def _both(frame: pd.DataFrame, baseline: bundle.Bundle, candidate: bundle.Bundle, params: Params) -> Both:
    return Both(frame, *(answered(frame, own.model, params) for own in (baseline, candidate)))


def _kept(found: Difference, params: Params) -> dict[str, Any]:
    lower, upper = found.bounds(params.gate.confidence)
    return asdict(found) | {"lower": lower, "upper": upper}


def _golden_answers(golden: Both | None, params: Params) -> str:
    """What is kept of a version that is promoted, so that a later one can be held against it without the model."""
    if golden is None:
        return answers_text([], Predictions(*(np.empty(0, dtype=object),) * 2, None, None), probabilities=False)
    ids = golden.frame[params.columns.id].astype("str")
    return answers_text(ids, golden.candidate, probabilities=reads_probabilities(params.gate.primary))


def _latency(asked: Asked, params: Params) -> dict[str, Any]:
    frame = asked.holdout.frame
    rows = np.random.default_rng(params.seed).permutation(len(frame))[: params.evaluate.latency_rows]
    inputs = features(frame.iloc[rows], params.columns)
    rounds, confidence = params.evaluate.latency_rounds, params.gate.confidence
    return latency(asked.baseline.model, asked.candidate.model, inputs, rounds=rounds, confidence=confidence, seed=params.seed)


if __name__ == "__main__":
    one_line_errors(main)()
