"""The sections of `params.yaml` as frozen typed objects, one class a section; the comment of each key is in `params.yaml`."""

import math
import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

SHARE_OF = r"^\d+(\.\d+)?%$"  # a gain relative to the baseline's value


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)  # text: DVC refuses a parameter that YAML reads as a date
    except (TypeError, ValueError):
        raise ValueError('be a day in quotes, like "2026-10-04"') from None


def _clause(value: Any) -> Any:
    if isinstance(value, str) or (isinstance(value, dict) and set(value) <= {"any", "all", "not"}):
        return value
    raise ValueError("be a signal's name, or any, all or not over clauses")


def _gain(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(SHARE_OF, value):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
        return value
    raise ValueError('be a number of 0 or more, or a share of the baseline\'s value in quotes, like "1%"')


Day = Annotated[date, BeforeValidator(_day)]
Days = Annotated[int, Field(ge=0, le=36500)]  # a century: dates end in the year 9999
Share = Annotated[float, Field(ge=0, le=1)]
Gain = Annotated[Annotated[float, Field(ge=0)] | Annotated[str, Field(pattern=SHARE_OF)], BeforeValidator(_gain)]
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
    group: str | None

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


class Limits(Section):
    """Up to where something is usual: from `warn` on the batch is warned, from `block` on (null: never) it is blocked."""

    warn: Annotated[float, Field(gt=0)]
    block: Annotated[float, Field(gt=0)] | None

    @model_validator(mode="after")
    def _in_order(self) -> "Limits":
        if self.block is not None and self.block < self.warn:
            raise ValueError(f"block from no less than warn ({self.warn}) on, got block: {self.block}")
        return self


class Batches(Section):
    """When a batch as a whole is not to be trusted."""

    max_mib: Annotated[float, Field(gt=0)]
    history: Annotated[int, Field(ge=3)]
    calendar: list[str]
    refused: Limits
    one_rule: Limits
    volume: Limits
    missing: Limits
    one_value: Limits
    unit: Limits
    renamed: Limits
    label_share: Limits
    agreement: Limits
    reviewer_share: Limits


class Source(Section):
    """How far labels of one origin are trusted."""

    trust: Annotated[float, Field(gt=0, lt=1)]
    maturity_days: Days
    independent: bool


class Labels(Section):
    """When a label is trusted."""

    sources: Annotated[dict[str, Source], Field(min_length=1)]
    min_posterior: Annotated[float, Field(gt=0, lt=1)]
    min_accuracy: Share
    min_seconds: Annotated[float, Field(ge=0)]
    max_flip: Share

    @property
    def maturity_days(self) -> int:
        """Days after the end of a batch until its first labels count."""
        return min(source.maturity_days for source in self.sources.values())


class Split(Section):
    """Which batches train and which judge."""

    training_days: Annotated[Days, Field(ge=1)]
    holdout_batches: Annotated[int, Field(ge=1)]
    recent_batches: Annotated[int, Field(ge=1)]
    near_duplicate: Annotated[float, Field(ge=0.7, le=1)]
    disjoint_groups: bool


class Drift(Section):
    """When a column has changed."""

    min_change: Share
    min_rows: Annotated[int, Field(ge=2)]


class Policy(Section):
    """One clause a verdict over signals, facts and lower verdicts; see `stages/signals/policy.py`."""

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
    significance: Annotated[float, Field(gt=0, lt=0.5)]
    max_performance_drop: Annotated[float, Field(ge=0)]
    max_calibration_error: Share
    max_correction_rate: Share
    max_kpi_drop: Share
    max_quarantined: Share
    max_refused_labels: Share
    deployment_days: Days
    drift: Drift
    policy: Policy

    @property
    def asked(self) -> str | None:
        """The request in one line; None where nobody asked, and blanks are no reason."""
        return " ".join((self.request or "").split()) or None


class Train(Section):
    """What the candidate is."""

    estimator: str
    arguments: dict[str, Any]
    search: dict[str, Annotated[list[Any], Field(min_length=1)]]
    class_weight: Literal["balanced"] | None
    source_weights: dict[str, Annotated[float, Field(gt=0)]]
    calibration: Literal["sigmoid", "isotonic", "temperature"] | None
    tfidf: dict[str, Any]
    min_category_rows: Annotated[int, Field(ge=1)]
    packages: list[str]

    @model_validator(mode="after")
    def _allowed(self) -> "Train":
        if self.estimator.split(".")[0] not in self.packages:
            raise ValueError(f"name an estimator of a package in train.packages ({', '.join(self.packages)})")
        return self


class Cost(Section):
    """What a wrong answer costs: by truth and answer, or a column that says it for each row."""

    matrix: dict[str, dict[str, float]] | None = None
    column: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Cost":
        if (self.matrix is None) == (self.column is None):
            raise ValueError("have either a matrix (truth: {answer: cost}) or a column")
        return self


class Evaluate(Section):
    """What is measured."""

    metrics: Annotated[list[str], Field(min_length=1)]
    segments: list[str]
    cost: Cost | None
    latency_rounds: Annotated[int, Field(ge=5)]
    latency_rows: Annotated[int, Field(ge=1)]


class Gate(Section):
    """What the candidate has to prove."""

    primary: str
    min_gain: Gain
    strict: bool
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    critical: list[str]
    max_segment_drop: Annotated[float, Field(ge=0)]
    min_segment_rows: Annotated[int, Field(ge=2)]
    floors: dict[str, float]
    max_calibration_rise: Share | None
    max_cost_rise: Annotated[float, Field(ge=0)] | None
    max_golden_drop: Annotated[float, Field(ge=0)]
    golden_days: Annotated[Days, Field(ge=1)]
    golden_attempts: Annotated[int, Field(ge=1)]
    max_latency_ratio: Annotated[float, Field(gt=0)]
    max_latency_ms: Annotated[float, Field(gt=0)]


class Approval(Section):
    """Who may promote."""

    approvers: list[str]
    allow_author: bool
