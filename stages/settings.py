"""`params.yaml` as frozen typed objects: unknown keys are refused, every error names its place.

The comment of each key is in `params.yaml`, the user's manual; the types here are exported as `params.schema.json`
(`python -m stages.settings`), which editors use for completion.
"""

import difflib
import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from stages.artefacts import PARAMS, read_yaml, write_text
from stages.errors import UsageError

SCHEMA = Path("params.schema.json")


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)  # text: DVC refuses a parameter that YAML reads as a date
    except (TypeError, ValueError):
        raise ValueError('be a day in quotes, like "2026-10-04"') from None


def _clause(value: Any) -> Any:
    if isinstance(value, str) or (isinstance(value, dict) and set(value) <= {"any", "all", "not"}):
        return value
    raise ValueError("be a signal's name, or any, all or not over clauses")


Day = Annotated[date, BeforeValidator(_day)]
Days = Annotated[int, Field(ge=0, le=36500)]  # a century: dates end in the year 9999
Share = Annotated[float, Field(ge=0, le=1)]
Clause = Annotated[str | dict[Literal["any", "all", "not"], Any], BeforeValidator(_clause)]


class Section(BaseModel):
    """One section of `params.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Columns(Section):
    """Which column is what."""

    id: str
    time: str
    target: str
    text: list[str]
    categorical: list[str]
    numeric: list[str]
    prediction: str | None
    model_version: str | None

    @property
    def features(self) -> list[str]:
        """The columns a model sees."""
        return [*self.text, *self.categorical, *self.numeric]

    @model_validator(mode="after")
    def _one_role_each(self) -> "Columns":
        roles = [self.id, self.time, self.target, *self.features]
        twice = sorted({name for name in roles if roles.count(name) > 1})
        if twice:
            raise ValueError(f"name each column once, {twice[0]!r} has two roles")
        if not self.features:
            raise ValueError("name at least one of text, categorical, numeric columns")
        return self


class Batches(Section):
    """When a batch as a whole is not to be trusted."""

    block_above: Share
    warn_above: Share


class Labels(Section):
    """When a label is trusted."""

    maturity_days: Days
    min_agreement: Annotated[float, Field(gt=0.5, le=1)]


class Split(Section):
    """Which batches train and which judge."""

    training_days: Annotated[Days, Field(ge=1)]
    holdout_batches: Annotated[int, Field(ge=1)]
    recent_batches: Annotated[int, Field(ge=1)]


class Drift(Section):
    """When a column has changed."""

    significance: Annotated[float, Field(gt=0, lt=0.5)]
    min_change: Share
    min_rows: Annotated[int, Field(ge=2)]


class Policy(Section):
    """One clause a verdict; see `stages/signals/policy.py` for the names."""

    rollback: Clause | None
    blocked: Clause | None
    investigate: Clause | None
    retrain: Clause | None


class TriggerParams(Section):
    """When to retrain."""

    request: str | None
    cadence_days: Annotated[Days, Field(ge=1)]
    cool_down_days: Days
    min_new_labels: Annotated[int, Field(ge=1)]
    max_performance_drop: Annotated[float, Field(ge=0)]
    max_correction_rate: Share
    max_kpi_drop: Share
    max_quarantined: Share
    deployment_days: Days
    drift: Drift
    policy: Policy


class Train(Section):
    """What the candidate is."""

    estimator: str
    arguments: dict[str, Any]
    tfidf: dict[str, Any]
    min_category_rows: Annotated[int, Field(ge=1)]
    packages: list[str]

    @model_validator(mode="after")
    def _allowed(self) -> "Train":
        if self.estimator.split(".")[0] not in self.packages:
            raise ValueError(f"name an estimator of a package in train.packages ({', '.join(self.packages)})")
        return self


class Evaluate(Section):
    """What is measured."""

    metrics: Annotated[list[str], Field(min_length=1)]
    segments: list[str]
    latency_rounds: Annotated[int, Field(ge=5)]
    latency_rows: Annotated[int, Field(ge=1)]


class Gate(Section):
    """What the candidate has to prove."""

    primary: str
    min_gain: Annotated[float, Field(ge=0)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    critical: list[str]
    max_segment_drop: Annotated[float, Field(ge=0)]
    min_segment_rows: Annotated[int, Field(ge=2)]
    floors: dict[str, float]
    max_golden_drop: Annotated[float, Field(ge=0)]
    max_latency_ratio: Annotated[float, Field(gt=0)]
    max_latency_ms: Annotated[float, Field(gt=0)]


class Approval(Section):
    """Who may promote."""

    approvers: list[str]
    allow_author: bool


class Params(Section):
    """All of `params.yaml`."""

    model: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    task: Literal["classification", "regression"]
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    as_of: Day | None
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
    def _metrics_exist(self) -> "Params":
        unmeasured = sorted({self.gate.primary, *self.gate.floors} - set(self.evaluate.metrics))
        if unmeasured:
            raise ValueError(f"name metrics of evaluate.metrics in gate.primary and gate.floors, got {unmeasured[0]!r}")
        unseen = [name for name in self.gate.critical if "=" not in name or name.split("=")[0] not in self.evaluate.segments]
        if unseen:
            raise ValueError(f"have `column=value` in gate.critical, with a column of evaluate.segments, got {unseen[0]!r}")
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
