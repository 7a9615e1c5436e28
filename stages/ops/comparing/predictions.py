"""A file of answers of two models on the same rows, whoever made them: read defensively, every row with both answers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.adoption.guess import FEW, look
from stages.errors import InputError, UsageError
from stages.evaluate import Both
from stages.evidence.ranking import is_ranking
from stages.evidence.scores import Array, Predictions, score
from stages.reading.cells import typed
from stages.reading.codes import trimmed
from stages.reading.tables import read_table

ID, TRUTH, GROUP = "id", "y_true", "group"
SIDES = ("baseline", "candidate")
NEEDED = (ID, TRUTH, *SIDES)
SCORES = tuple(f"{side}_score" for side in SIDES)
LOSSY = ("not text", "digits lost")  # of what text may suffer, what makes two names one


@dataclass(frozen=True, kw_only=True)
class File:
    """What a file holds.

    Attributes
    ----------
    both : the answers; its frame has the columns of `segments` alone.
    task : classification or regression.
    ordered : the scores only order the rows: they are no probabilities.
    group : the column whose rows belong together.
    """

    both: Both
    task: str
    ordered: bool
    group: str | None
    segments: list[str]


@dataclass(frozen=True, kw_only=True)
class Roles:
    """What the command says of the columns: `group` None is the one of that name, `segments` None all that have no other role."""

    metric: str | None = None
    group: str | None = None
    segments: list[str] | None = None


def read_predictions(path: Path, asked: Roles) -> File:
    """Read and check a file of predictions.

    Raises
    ------
    UsageError
        Where the command names a column that is not there, or a metric for another kind of values.
    InputError
        Where rows cannot be compared; the message counts them and quotes none.
    """
    frame = _whole(path)
    group, segments = _layout(frame, asked, path)
    repeated = int(_text(frame, ID, path).duplicated().sum())
    if repeated:
        raise InputError(f"{path} must give every row an id of its own, got {repeated} that repeat one; mend them")
    groups = None if group is None else pd.factorize(_text(frame, group, path))[0]
    parts = typed(frame, path, text=segments, numeric=[], times=[])[0]
    task = _task(frame, asked.metric)
    if task == "regression":
        both, ordered = _quantities(frame, parts, groups, asked.metric, path), False
    else:
        both, ordered = _classes(frame, parts, groups, path)
    return File(both=both, task=task, ordered=ordered, group=group, segments=segments)


def _whole(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise UsageError(f"--predictions must name a file, got nothing at {path}; check the name")
    table = read_table(path)
    missing = [name for name in NEEDED if name not in table.frame]
    if missing:
        raise InputError(f"{path} must have the columns {', '.join(NEEDED)}, got none named {missing[0]!r}; rename or add it")
    if len(set(SCORES) & set(table.frame)) == 1:
        raise InputError(f"{path} must have both {' and '.join(SCORES)} or neither, got one of them; add the other")
    if table.frame.empty:
        raise InputError(f"{path} must hold rows, got only a header; write the predictions again")
    broken = int(sum(mask.sum() for mask in table.broken.values()))
    if broken:
        raise InputError(f"{path} must hold rows as long as its header, got {broken} that are not; write them again")
    return table.frame


def _layout(frame: pd.DataFrame, asked: Roles, path: Path) -> tuple[str | None, list[str]]:
    for option, names in (("--group", [asked.group] if asked.group else []), ("--segments", asked.segments or [])):
        for name in names:
            if name not in frame:
                raise UsageError(f"{option} must name a column of {path}, got {name!r}; it has {', '.join(map(str, frame))}")
    group = asked.group or (GROUP if GROUP in frame else None)
    roles = {*NEEDED, *SCORES, group, GROUP}
    others = [str(name) for name in frame if name not in roles]
    return group, others if asked.segments is None else asked.segments


def _text(frame: pd.DataFrame, name: str, path: Path) -> pd.Series:
    """A column of names in which no row is without one."""
    columns, rules = typed(frame, path, text=[name], numeric=[], times=[])
    lossy = sum(int(rules[f"{name}: {what}"].sum()) for what in LOSSY if f"{name}: {what}" in rules)
    if lossy:
        raise InputError(
            f"{path} must hold names in the column {name!r}, got {lossy} that lost digits or are none; export them as text"
        )
    gaps = int(columns[name].isna().sum())
    if gaps:
        raise InputError(f"{path} must have {name!r} in every row, got {gaps} without; remove those rows, or complete them")
    return columns[name]


def _numbers(frame: pd.DataFrame, name: str, path: Path) -> Array:
    """A column of finite numbers, float64, in which no row is without one."""
    values = typed(frame, path, text=[], numeric=[name], times=[])[0][name].to_numpy(dtype="float64")
    odd = int((~np.isfinite(values)).sum())
    if odd:
        raise InputError(
            f"{path} must have a finite number for {name!r} in every row, got {odd} that are missing, infinite or none; mend them"
        )
    return values


def _task(frame: pd.DataFrame, metric: str | None) -> str:
    """What the metric is for; without one, what the values look like."""
    truth, *answers = (look(frame[name]) for name in (TRUTH, *SIDES))
    if metric is not None:
        wants = _for_numbers(metric)
        if not wants and truth.kind == "fraction":
            raise UsageError(f"--metric must be one for numbers where y_true holds numbers, got {metric!r}; name another")
        if wants and truth.kind not in ("whole", "fraction"):
            raise UsageError(f"--metric must be one for classes where y_true holds classes, got {metric!r}; name another")
        return "regression" if wants else "classification"
    counts = truth.kind == "whole" and truth.distinct > FEW and (truth.smooth or not truth.few)  # as `ratchet init` tells them
    between = truth.kind == "whole" and truth.distinct > 2 and any(own.kind == "fraction" for own in answers)
    return "regression" if truth.kind == "fraction" or counts or between else "classification"


def _for_numbers(metric: str) -> bool:
    """Whether a metric compares quantities: it makes something of three that are no classes."""
    groups, values = np.array([0, 0, 0]), np.array([0.5, 1.5, 2.5])
    return (
        score(metric, Predictions(truth=values, answer=values[::-1] + 0.1, probability=None, classes=None, groups=groups))
        is not None
    )


def _quantities(frame: pd.DataFrame, parts: pd.DataFrame, groups: Array | None, metric: str | None, path: Path) -> Both:
    """Numbers; where the order of a group's rows is judged, the scores are the answers, if there are any."""
    ranked = metric is not None and is_ranking(metric) and SCORES[0] in frame
    truth = _numbers(frame, TRUTH, path)
    answers = [_numbers(frame, name, path) for name in (SCORES if ranked else SIDES)]
    baseline, candidate = (Predictions(truth, answer, None, None, groups=groups) for answer in answers)
    return Both(parts, baseline, candidate)


def _classes(frame: pd.DataFrame, parts: pd.DataFrame, groups: Array | None, path: Path) -> tuple[Both, bool]:
    truth, *answers = _labels(frame, path)
    known = np.unique(truth)
    if len(known) < 2:
        raise InputError(
            f"{path} must hold two classes or more in {TRUTH!r}, got one: whoever always says it would win; add rows"
        )
    for side, answer in zip(SIDES, answers, strict=True):
        strange = int((~np.isin(answer, known)).sum())
        if strange > len(truth) / 2:
            raise InputError(
                f"{path} must hold labels of {TRUTH!r} in {side!r}, got {strange} that are none of them; "
                f"write both alike, and scores into {side}_score"
            )
    classes = np.unique(np.concatenate([truth, *answers]))
    scores, ordered = _scores(frame, len(classes), path)
    baseline, candidate = (
        Predictions(truth, answer, score, classes, groups=groups) for answer, score in zip(answers, scores, strict=True)
    )
    return Both(parts, baseline, candidate), ordered


def _labels(frame: pd.DataFrame, path: Path) -> list[Array]:
    """Truth and both answers as text, written alike: 1, 1.0 and "1" are one label, 01 is another."""
    names = (TRUTH, *SIDES)
    if all(look(frame[name]).kind in ("whole", "fraction") for name in names):
        numbers = typed(frame, path, text=[], numeric=list(names), times=[])[0]
        if np.isfinite(numbers.to_numpy()).all():
            return [np.array([f"{value:.15g}" for value in numbers[name]], dtype=object) for name in names]
    return [trimmed(_text(frame, name, path)).to_numpy(dtype=object) for name in names]


def _scores(frame: pd.DataFrame, classes: int, path: Path) -> tuple[list[Array | None], bool]:
    """Each side's probability of both classes, (rows, 2); scores beyond 0 and 1 become their rank among all of them."""
    if SCORES[0] not in frame or classes != 2:
        return [None, None], False
    scores = np.array([_numbers(frame, name, path) for name in SCORES])
    ordered = bool(scores.min() < 0 or scores.max() > 1)
    if ordered:
        found, places = np.unique(scores, return_inverse=True)
        scores = (places.reshape(scores.shape) + 0.5) / len(found)
    return [np.column_stack([1 - side, side]) for side in scores], ordered
