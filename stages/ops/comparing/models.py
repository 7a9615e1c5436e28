"""Two bundles asked the same rows: those of the holdout, or where a model has seen them, of the golden set alone."""

from typing import Any

import pandas as pd

from stages import artefacts, settings
from stages.decision.baseline import Git
from stages.errors import CannotJudge, InputError, UsageError
from stages.evaluate import Both, answered, compared, golden_rows, wanted_columns
from stages.evidence.scores import Predictions
from stages.modelling.bundle import DAMAGE
from stages.ops.comparing.by_hand import Asked, Case, loop_settings
from stages.ops.comparing.named import Named, find
from stages.ops.dvc import in_project
from stages.partitions import read_partitions
from stages.settings import Params

KINDS = ("text", "categorical", "numeric")

Models = dict[str, Named]  # by side


def from_bundles(asked: Asked, git: Git) -> Case:
    """Ask both models.

    Raises
    ------
    UsageError
        Where this is no loop, or an option names no model.
    CannotJudge
        Where the models do not answer the same question, or no rows are left that neither has seen.
    """
    if not in_project():
        raise UsageError("ratchet compare must be called in the root of a loop, got another folder; or name --predictions FILE")
    params = loop_settings(asked, settings.load())
    names = {"baseline": asked.baseline or "baseline", "candidate": asked.candidate or "candidate"}
    models = {side: find(name, f"--{side}", params.train.packages, git) for side, name in names.items()}
    wide = both_see(models, params)
    rows, fixed = read_partitions(artefacts.HOLDOUT, wanted_columns(wide)), golden_rows(wide)
    found = compared(models["baseline"].bundle, models["candidate"].bundle)
    golden = None if fixed.empty else asked_of(fixed, models, params)
    if late := found["trained_past_holdout"]:
        return _on_golden(golden, late, found, models, params)
    if rows.empty:
        raise InputError(f"{artefacts.HOLDOUT} must hold labelled rows, got none; wait for feedback")
    return Case(
        rows=artefacts.HOLDOUT.as_posix(),
        both=asked_of(rows, models, params),
        golden=golden,
        params=params,
        sides={side: _side(model) for side, model in models.items()},
        compared={name: found[name] for name in ("holdout", "golden")},
        notes=[] if golden else ["no golden set: its rule is absent"],
    )


def _on_golden(golden: Both | None, late: list[str], found: dict[str, Any], models: Models, params: Params) -> Case:
    """A model that has seen the holdout proves nothing there; the golden set never trains anything."""
    days = " and ".join(f"the {side} (through {models[side].bundle.card['trained_through']})" for side in late)
    why = f"{days} trained past {found['holdout_starts']}, where {artefacts.HOLDOUT} starts"
    if golden is None:
        raise CannotJudge(f"both models must be new to the rows that judge, got no golden set, and {why}; collect a golden set")
    return Case(
        rows=artefacts.GOLDEN.as_posix(),
        both=golden,
        golden=None,
        params=params,
        sides={side: _side(model) for side, model in models.items()},
        compared={"golden": found["golden"]},
        notes=[f"judged on the golden set alone: {why}"],
    )


def asked_of(frame: pd.DataFrame, models: Models, params: Params) -> Both:
    """Both models' answers, each from the columns that it was trained on."""
    return Both(frame, *(_answers(frame, models[side], params) for side in ("baseline", "candidate")))


def _answers(frame: pd.DataFrame, model: Named, params: Params) -> Predictions:
    try:
        return answered(frame, model.bundle.model, _of(model, params))
    except DAMAGE as error:
        got = type(error).__name__
        raise CannotJudge(f"{model.label} must run on today's rows in today's environment, got {got}; compare others") from None


def both_see(models: Models, params: Params) -> Params:
    """The settings with every column that one of the models looks at.

    Raises
    ------
    CannotJudge
        Where a model answers another question, or reads a number where today there is text, or the reverse.
    """
    numeric = {name: name in params.columns.numeric for name in params.columns.features}
    for side, model in models.items():
        card, own = model.bundle.card, _of(model, params).columns
        if (card["task"], card["columns"]["target"]) != (params.task, params.columns.target):
            raise CannotJudge(f"--{side} must answer for {params.columns.target} as params.yaml does, got another target or task")
        odd = [name for name in own.features if numeric.setdefault(name, name in own.numeric) != (name in own.numeric)]
        if odd:
            raise CannotJudge(f"--{side} must read the column {odd[0]} as params.yaml does, got another kind; compare others")
    cards = [model.bundle.card["columns"] for model in models.values()]
    kinds = {kind: list(dict.fromkeys(name for card in cards for name in card[kind])) for kind in KINDS}
    kinds["categorical"] = [name for name in kinds["categorical"] if name not in kinds["text"]]
    return params.model_copy(update={"columns": params.columns.model_copy(update=kinds)})


def _of(model: Named, params: Params) -> Params:
    columns = {kind: model.bundle.card["columns"][kind] for kind in KINDS}
    return params.model_copy(update={"columns": params.columns.model_copy(update=columns)})


def _side(model: Named) -> dict[str, Any]:
    return {"name": model.label, "version": model.version, "md5": model.bundle.md5, "commit": model.commit}
