"""`params.yaml` as frozen typed objects: unknown keys are refused, every error names its place.

The comment of each key is in `params.yaml`, the user's manual; the types here are exported as `params.schema.json`
(`python -m stages.settings`), which editors use for completion.
"""

import difflib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from stages.artefacts import PARAMS, read_yaml, write_text
from stages.errors import UsageError
from stages.sections import Approval, Batches, Columns, Day, Evaluate, Gate, Labels, Section, Split, Train, TriggerParams

SCHEMA = Path("params.schema.json")


class Params(Section):
    """All of `params.yaml`."""

    model: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    task: Literal["classification", "regression"]
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    as_of: Day | None
    parallel: Literal["loky", "threading", "dask"]
    columns: Columns
    batches: Batches
    labels: Labels
    split: Split
    trigger: TriggerParams
    train: Train
    evaluate: Evaluate
    gate: Gate
    approval: Approval

    @model_validator(mode="after")
    def _calendar_is_of_features(self) -> "Params":
        for name in self.batches.calendar:
            if name not in self.columns.features:
                near = difflib.get_close_matches(name, self.columns.features, n=1, cutoff=0)
                raise ValueError(f"name feature columns in batches.calendar ({near[0]!r} is the nearest), got {name!r}")
        return self

    @model_validator(mode="after")
    def _metrics_exist(self) -> "Params":
        unmeasured = sorted({self.gate.primary, *self.gate.floors} - set(self.evaluate.metrics))
        if unmeasured:
            raise ValueError(f"name metrics of evaluate.metrics in gate.primary and gate.floors, got {unmeasured[0]!r}")
        unseen = [name for name in self.gate.critical if "=" not in name or name.split("=")[0] not in self.evaluate.segments]
        if unseen:
            raise ValueError(f"have `column=value` in gate.critical, with a column of evaluate.segments, got {unseen[0]!r}")
        return self

    @model_validator(mode="after")
    def _costs_are_known(self) -> "Params":
        cost, names = self.evaluate.cost, self.columns
        if cost is None:
            if "neg_mean_cost" in self.evaluate.metrics:
                raise ValueError("say in evaluate.cost what an answer costs, as evaluate.metrics has neg_mean_cost, got null")
            if self.gate.max_cost_rise is not None:
                raise ValueError("say in evaluate.cost what an answer costs, as gate.max_cost_rise is set, got null")
        elif cost.matrix is not None and self.task != "classification":
            raise ValueError("give evaluate.cost as a column where the task is regression, got a matrix")
        elif cost.column in (names.id, names.time, names.target, *names.text, *names.categorical):
            raise ValueError(f"name a column of numbers in evaluate.cost.column, got {cost.column!r}, which is another kind")
        return self

    @model_validator(mode="after")
    def _training_fits_task_and_labels(self) -> "Params":
        for name in ("class_weight", "calibration") if self.task == "regression" else ():
            if getattr(self.train, name) is not None:
                raise ValueError(f"have train.{name}: null where task is regression, got {getattr(self.train, name)!r}")
        unknown = sorted(set(self.train.source_weights) - set(self.labels.sources))
        if unknown:
            known = ", ".join(self.labels.sources)
            raise ValueError(f"name sources of labels.sources ({known}) in train.source_weights, got {unknown[0]!r}")
        return self


def load(path: Path = PARAMS) -> Params:
    """Read `params.yaml`.

    Raises
    ------
    UsageError
        Where a key is unknown, missing or of the wrong kind; the message names the key and the nearest known one.
    InputError
        Where the file is missing or is not YAML.
    """
    try:
        return Params.model_validate(read_yaml(path))
    except ValidationError as error:
        raise UsageError(_explain(path, error)) from None


def _explain(path: Path, error: ValidationError) -> str:
    first, *others = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")  # a misspelt key is missing as well
    place = ".".join(str(part) for part in first["loc"]) or "the file"
    more = f" (and {len(others)} more)" if others else ""
    if first["type"] == "extra_forbidden":
        return f"{path}: {place} must be a known key; {_nearest(first['loc'])}{more}"
    if first["type"] == "missing":
        return f"{path}: {place} must be there; add it, or start from the file `ratchet init` writes{more}"
    rule = re.sub(r"^(Value error, |\w+ should )| or instance of \w+", "", first["msg"])
    got = "" if isinstance(first["input"], dict) else f", got {first['input']!r}"
    return f"{path}: {place} must {rule}{got}; mend it{more}"


def _nearest(place: tuple[int | str, ...]) -> str:
    section: Any = Params
    for part in place[:-1]:
        section = section.model_fields[str(part)].annotation
    near = difflib.get_close_matches(str(place[-1]), section.model_fields, n=1)
    return f"did you mean {near[0]}?" if near else f"known keys: {', '.join(section.model_fields)}"


def schema_text() -> str:
    """The JSON Schema of `params.yaml`, as committed in `params.schema.json`."""
    return json.dumps(Params.model_json_schema(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    write_text(SCHEMA, schema_text())
