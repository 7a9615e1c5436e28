"""What would the new model be?

Reads data/training. Writes models/candidate: the bundle of model, profile and card. The profile has answers of a forerunner of
the model, on rows that it never saw: what a model says of rows that it learned from is surer than what it will say in production.
"""

import importlib.metadata
import platform
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

from stages import artefacts
from stages.errors import InputError, UsageError, one_line_errors
from stages.evidence.costs import row_costs
from stages.evidence.ranking import is_ranking
from stages.evidence.scores import COST, predict, score
from stages.modelling import bundle
from stages.modelling.estimator import build, features, targets
from stages.modelling.learning import Learned, Recipe, learn
from stages.modelling.rows import Array, Rows, evenly, group_codes, newest, row_weights, source_weights
from stages.modelling.search import Scorer, Search, search
from stages.partitions import partition_names, partition_rows, read_partitions
from stages.reading.periods import period
from stages.settings import Params, load
from stages.signals.profile import of_training

PACKAGES = ("scikit-learn", "numpy", "scipy", "pandas", "skops")
SOURCE = "label_source"  # the column in which validate says where a label comes from
FORWARD_ROWS = 20_000  # that the forerunner learns from, and that it answers, at most: bounds the seconds


def card(params: Params, rows: int, first: str, last: str, training: str) -> dict[str, Any]:
    """What the model was trained on, through which day, with which versions and parameters."""
    return {
        "model": params.model,
        "task": params.task,
        "rows": rows,
        "trained_from": first,
        "trained_through": last,
        "training": training,
        "seed": params.seed,
        "columns": params.columns.model_dump(),
        "train": params.train.model_dump(),
        "versions": versions(),
    }


def training_rows(frame: pd.DataFrame, batch: Array, params: Params) -> Rows:
    """What the model learns from.

    Parameters
    ----------
    frame : features, labels, and the sources of the labels where `train.source_weights` names any.
    batch : the place in time of each row's batch, shape (rows,).
    """
    labels = targets(frame[params.columns.target], params.task)
    named = params.train.source_weights
    trust = source_weights(frame[SOURCE], named) if named else None
    weights = row_weights(labels, trust, params.train.class_weight)
    return Rows(inputs=features(frame, params.columns), labels=labels, batch=batch, trust=trust, weights=weights)


def searched(rows: Rows, frame: pd.DataFrame, params: Params) -> Search | str | None:
    """The search over `train.search`, judged by `gate.primary`; in words why there was none; None where none is asked for."""
    pipeline, scorer = build(params.columns, params.train, params.seed), _scorer(frame, params)
    return search(pipeline, params.train.search, rows, scorer) if params.train.search else None


def recipe_of(params: Params, found: Search | str | None) -> Recipe:
    """What the model is made by: the declared arguments, with those that a search chose in their place."""
    chosen = found.chosen if isinstance(found, Search) else {}
    train = params.train.model_copy(update={"arguments": params.train.arguments | chosen})
    return Recipe(columns=params.columns, train=train, seed=params.seed)


def forward(rows: Rows, recipe: Recipe, task: str) -> pd.Series | None:
    """What a model like the candidate says of the newest rows when it has learned from the older ones only.

    An approximation of what the candidate will say in production: the forerunner learns from fewer rows, none of them new. It
    takes what the search chose and does not search itself.

    Returns
    -------
    The answers, at most `FORWARD_ROWS`; None where there are no older rows, or nothing can be learned from them (one class).
    """
    new = newest(rows.batch)
    older, held_out = (part.at(evenly(len(part), FORWARD_ROWS)) for part in (rows.at(~new), rows.at(new)))
    if not len(older) or not len(held_out):
        return None
    try:
        model = learn(older, recipe).model
    except UsageError:
        return None
    return pd.Series(predict(model, held_out.inputs, held_out.labels, task).answer)


def versions() -> dict[str, str]:
    """The versions that a prediction depends on."""
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in PACKAGES}


def _scorer(frame: pd.DataFrame, params: Params) -> Scorer:
    """`gate.primary` of a fitted model on some rows of `frame`, which the index of its inputs names.

    With the groups and costs that the metric is made of, as the gate itself has them.
    """
    metric, task, cost, beside = params.gate.primary, params.task, params.evaluate.cost, _beside(params)
    groups = group_codes(frame[params.columns.group]) if params.columns.group in beside else None
    column = frame[cost.column].to_numpy(dtype="float64") if cost and cost.column in beside else None

    def judged(model: Any, inputs: pd.DataFrame, labels: Array) -> float:
        said, rows = predict(model, inputs, labels, task), inputs.index.to_numpy()
        if groups is not None:
            said = replace(said, groups=groups[rows])
        if metric == COST and cost:
            said = replace(said, costs=row_costs(cost, labels, said.answer, None if column is None else column[rows]))
        value = score(metric, said)
        return np.nan if value is None else value

    return judged


def _beside(params: Params) -> list[str]:
    """The columns that only a search reads: what its metric is made of beside the answers."""
    cost, metric = params.evaluate.cost, params.gate.primary
    named = [params.columns.group if is_ranking(metric) else None, cost.column if cost and metric == COST else None]
    return [name for name in named if name and params.train.search]


def _read(params: Params) -> tuple[pd.DataFrame, Array, tuple[str, str]]:
    """The training rows, the place in time of each row's batch, and the first and last day of all batches."""
    columns = [*params.columns.features, params.columns.target, *_beside(params)]
    columns += [SOURCE] if params.train.source_weights else []
    frame = read_partitions(artefacts.TRAINING, list(dict.fromkeys(columns)))
    if frame.empty:
        raise InputError(
            f"{artefacts.TRAINING} must hold labelled rows, got none; wait for feedback, or raise split.training_days"
        )
    names = partition_names(artefacts.TRAINING)
    periods = {name: period(name) for name in names}
    place = {name: k for k, name in enumerate(sorted(names, key=periods.__getitem__))}
    batch = np.repeat([place[name] for name in names], [partition_rows(artefacts.TRAINING, name) for name in names])
    days = min(p.first for p in periods.values()), max(p.last for p in periods.values())
    return frame, batch, (days[0].isoformat(), days[1].isoformat())


def _about(found: Search | str | None, learned: Learned, metric: str) -> dict[str, Any]:
    """What the card says of search and calibration."""
    if isinstance(found, Search):
        return {"search": {"metric": metric} | asdict(found), "calibration": learned.calibration}
    return {"search": found and {"left_out": found}, "calibration": learned.calibration}


def _also(about: dict[str, Any]) -> str:
    """What the log adds where a search chose, or what was asked for was left out."""
    chosen = (about["search"] or {}).get("chosen", {})
    words = [f"{name} {value}" for name, value in chosen.items()]
    words += [f"no {name} ({about[name]['left_out']})" for name in ("search", "calibration") if "left_out" in (about[name] or {})]
    return "".join(f"; {word}" for word in words)


def main() -> None:
    """Run the stage."""
    params = load()
    frame, batch, (first, last) = _read(params)
    rows = training_rows(frame, batch, params)
    with threadpool_limits(limits=1, user_api="blas"):  # the sums of more threads end in other bits: another model elsewhere
        found = searched(rows, frame, params)
        recipe = recipe_of(params, found)
        learned = learn(rows, recipe)
        said = forward(rows, recipe, params.task)
    about = card(params, len(rows), first, last, artefacts.dvc_md5(artefacts.TRAINING))
    about |= _about(found, learned, params.gate.primary)
    sketch = of_training(frame, newest(batch), params.columns, frame[params.columns.target], said)
    bundle.save(artefacts.CANDIDATE, learned.model, sketch, about)
    print(f"train: {params.train.estimator} on {len(rows)} rows through {last}{_also(about)}")


if __name__ == "__main__":
    one_line_errors(main)()
