"""What a comparison by hand is asked, and the settings that follow: the command's, else those of the loop, else plain ones."""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from stages import artefacts, settings
from stages.errors import UsageError
from stages.evaluate import Both
from stages.evidence.ranking import is_ranking
from stages.evidence.scores import COST, check_metrics, score
from stages.ops.comparing.predictions import File
from stages.sections import Evaluate, Gate
from stages.settings import Params

METRIC = {"classification": "accuracy", "regression": "neg_mean_absolute_error"}
POINTS, SHARE = 0.02, 0.05  # what a segment may lose, where nobody says: points of a share, or a share of a quantity
PLAIN: dict[str, Any] = {  # as in the params.yaml of a new loop; what a comparison of answers does not look at included
    "strict": False, "confidence": 0.95, "critical": [], "min_segment_rows": 100, "floors": {}, "max_calibration_rise": 0.02,
    "max_cost_rise": None, "max_golden_drop": POINTS, "golden_days": 365, "golden_attempts": 20, "max_latency_ratio": 1.5,
    "max_latency_ms": 50.0,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The options of the command; None: not given."""

    candidate: str | None = None
    baseline: str | None = None
    predictions: Path | None = None
    metric: str | None = None
    min_gain: str | None = None
    strict: bool | None = None
    confidence: float | None = None
    group: str | None = None
    segments: list[str] | None = None
    critical: list[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is compared: the answers of both models, and who gave them.

    Attributes
    ----------
    rows : what the rows are, for people.
    both, golden : on the rows that judge, and on the golden set where it judges beside them.
    sides : of each side the name for people, and version, md5 and commit where there are any.
    compared : the md5 of what judged.
    notes : what a reader of the verdict has to know beside the rules.
    """

    rows: str
    both: Both
    golden: Both | None
    params: Params
    sides: dict[str, dict[str, Any]]
    compared: dict[str, str]
    notes: list[str]


def check(asked: Asked) -> None:
    """Refuse what no comparison could mean.

    Raises
    ------
    UsageError
        Where options contradict each other, or a value is none.
    """
    if asked.predictions is not None and (asked.candidate or asked.baseline):
        raise UsageError("--predictions must stand alone, got --candidate or --baseline too; the file holds both models' answers")
    if asked.metric is not None:
        check_metrics([asked.metric], "--metric")
        if asked.metric == COST and asked.predictions is not None:
            raise UsageError(f"--metric must be one that answers alone decide, got {COST}; compare bundles, or name another")
    if asked.min_gain is not None:
        gain(asked.min_gain)
    proper(asked.confidence)


def proper(confidence: float | None) -> float | None:
    """A confidence that proves something, if one is given.

    Raises
    ------
    UsageError
        Where it does not.
    """
    if confidence is not None and not 0.5 < confidence < 1:
        raise UsageError(f"--confidence must lie between 0.5 and 1, got {confidence:g}; 0.95 is usual")
    return confidence


def gain(text: str) -> float | str:
    """A smallest gain as params.yaml has it: a number of 0 or more, or a share of the baseline's value (`1%`).

    Raises
    ------
    UsageError
        Where it is neither.
    """
    if re.fullmatch(r"\d+(\.\d+)?%", text):
        return text
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise UsageError(f"--min-gain must be a number of 0 or more, or a share like 1%, got {text!r}; 0.01 is one point")
    return value


def loop_settings(asked: Asked, loop: Params) -> Params:
    """The loop's settings with what the command says instead."""
    metric = asked.metric or loop.gate.primary
    metrics = list(dict.fromkeys([*loop.evaluate.metrics, metric]))
    parts = loop.evaluate.segments if asked.segments is None else asked.segments
    evaluate = loop.evaluate.model_copy(update={"metrics": metrics, "segments": parts})
    critical = _within(loop.gate.critical, parts)
    gate = loop.gate.model_copy(update={"primary": metric, "critical": critical, "golden_attempts": 1} | _said(asked, parts))
    columns = loop.columns.model_copy(update={"group": asked.group or loop.columns.group})
    _has_users(metric, columns.group)
    return loop.model_copy(update={"evaluate": evaluate, "gate": gate, "columns": columns})


def file_settings(asked: Asked, file: File) -> Params:
    """Settings for a file of answers: those of the loop it lies in, as far as they are about this metric, else plain ones.

    Raises
    ------
    UsageError
        Where a critical segment is in no column of the file.
    """
    loop = settings.load() if artefacts.PARAMS.is_file() else None
    same = loop is not None and loop.task == file.task and asked.metric in (None, loop.gate.primary) and loop.gate.primary != COST
    metric = asked.metric or (loop.gate.primary if loop and same else METRIC[file.task])
    _has_users(metric, file.group)
    kept = loop.gate.model_dump() if loop and same else PLAIN | _margins(metric, file)
    kept |= {"primary": metric, "floors": {}, "critical": _within(kept["critical"], file.segments)}
    kept |= _said(asked, file.segments) | ({"max_calibration_rise": None} if file.ordered else {})
    evaluate = Evaluate(metrics=[metric], segments=file.segments, cost=None, latency_rounds=5, latency_rows=1)
    task = cast('Literal["classification", "regression"]', file.task)
    # Only what a comparison of answers reads: there are no columns, no rows to learn from, no clock.
    return Params.model_construct(task=task, seed=loop.seed if loop else 0, evaluate=evaluate, gate=Gate.model_validate(kept))


def _has_users(metric: str, group: str | None) -> None:
    if is_ranking(metric) and group is None:
        raise UsageError(f"--metric {metric} must have the rows of each user, got no groups; name their column with --group")


def _said(asked: Asked, segments: list[str]) -> dict[str, Any]:
    """The gate's settings that the command gives."""
    said: dict[str, Any] = {"strict": asked.strict, "confidence": asked.confidence, "critical": asked.critical}
    said["min_gain"] = None if asked.min_gain is None else gain(asked.min_gain)
    for name in asked.critical or []:
        column, sign, _ = name.partition("=")
        if not sign or column not in segments:
            known = ", ".join(segments) or "none"
            raise UsageError(f"--critical must be column=value with a column of --segments ({known}), got {name!r}; add it there")
    return {key: value for key, value in said.items() if value is not None}


def _within(critical: list[str], columns: list[str]) -> list[str]:
    return [name for name in critical if name.partition("=")[0] in columns]


def _margins(metric: str, file: File) -> dict[str, Any]:
    """What may be lost and has to be gained, in the units of a metric that no settings know."""
    if file.task == "classification" or is_ranking(metric):
        return {"max_segment_drop": POINTS, "min_gain": 0.01}
    return {"max_segment_drop": float(f"{SHARE * abs(score(metric, file.both.baseline) or 0.0):.1g}"), "min_gain": 0.0}
