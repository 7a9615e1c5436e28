"""A quiet world to change: version 2, promoted two weeks ago, answers as well as it promised, and nothing happens around it.

Sunday 2026-03-29, weekly batches of 300 rows. Through 2026-W08 version 2 has learned; W09 and W10 would train now (they are
fresh), W11 and W12 judge, W12 and W13 are recent. Half of all rows are red, half of all labels are yes, 80 % of the answers are
right, and the scores say so. Shares are exact, so nothing here is a matter of chance.
"""

import copy
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from scipy.stats import norm

from stages.decision.ledger import Entry, Ledger
from stages.evidence.scores import Predictions
from stages.settings import Params
from stages.signals.events import Events
from stages.signals.profile import merge, profile
from stages.signals.world import Trained, Week, World

TODAY = date(2026, 3, 29)
ROWS, PROMISED = 300, 0.8
NO_RAW_LABELS = {"file": None, "lines": 0, "refused": 0, "correct": 0, "confirm": 0}
CLASSES = np.array(["no", "yes"], dtype=object)
SAMPLE = yaml.safe_load((Path(__file__).resolve().parents[2] / "params.yaml").read_text(encoding="utf-8"))
SETTINGS = {
    "columns.target": "label",
    "columns.text": [],
    "columns.categorical": ["color"],
    "columns.numeric": ["size"],
    "split.training_days": 84,
    "split.holdout_batches": 2,
    "split.recent_batches": 2,
    "labels.sources": {"agent": {"trust": 0.95, "maturity_days": 21, "independent": True}},  # no fresh row made the promise
    "trigger.cadence_days": 21,
    "trigger.cool_down_days": 14,
    "trigger.min_new_labels": 500,
    "trigger.max_performance_drop": 0.02,
    "trigger.drift.min_change": 0.05,
    "trigger.drift.min_rows": 200,
    "evaluate.segments": ["color"],
    "gate.primary": "accuracy",
    "gate.confidence": 0.95,
    "gate.critical": [],
}


def made_params(changes: Mapping[str, Any] | None = None) -> Params:
    """The sample's settings, with round numbers to count with; `changes` hold whole values by dotted key."""
    settings = copy.deepcopy(SAMPLE)
    for key, value in {**SETTINGS, **(changes or {})}.items():
        *sections, last = key.split(".")
        place = settings
        for section in sections:
            place = place[section]
        place[last] = value
    return Params.model_validate(settings)


def day(days_ago: int) -> date:
    return TODAY - timedelta(days=days_ago)


def week(name: str) -> tuple[date, date]:
    """Monday and Sunday of `2026-W08`."""
    monday = date.fromisocalendar(int(name[:4]), int(name[6:]), 1)
    return monday, monday + timedelta(days=6)


def week_names(first: str, last: str) -> list[str]:
    mondays = pd.date_range(week(first)[0], week(last)[0], freq="7D")
    return [f"{own.isocalendar().year}-W{own.isocalendar().week:02d}" for own in mondays]


def rows(n: int, red: float = 0.5) -> pd.DataFrame:
    """Rows with an exact share of red ones, and sizes spread as a standard lognormal's quantiles."""
    count = round(n * red)
    return pd.DataFrame({"color": ["red"] * count + ["blue"] * (n - count), "size": np.exp(norm.ppf((np.arange(n) + 0.5) / n))})


def answers(n: int, right: float = PROMISED, sure: tuple[float, float] = (0.9, 0.7)) -> Predictions:
    """Answers to labels that are yes in turns; of the half that the model is more (less) `sure` of, 0.1 more (less) are right."""
    truth = np.array(["yes", "no"] * n, dtype=object)[:n]
    more = np.arange(n) < n // 2
    place = np.where(more, np.arange(n), np.arange(n) - n // 2)
    hit = place < np.where(more, round((right + 0.1) * (n // 2)), round((right - 0.1) * (n - n // 2)))
    yes = (truth == "yes") == hit
    chance = np.where(more, *sure)
    p_yes = np.where(yes, chance, 1 - chance)
    return Predictions(truth, CLASSES[yes.astype(int)], np.column_stack([1 - p_yes, p_yes]), CLASSES)


def promotion(days_ago: int, version: int = 2, **more: Any) -> Entry:
    about = {"metric": "accuracy", "promised": PROMISED, "rows": 600} if version else {}
    return Entry(kind="promotion", as_of=day(days_ago), bundle=f"v{version}.dir", version=version, **{**about, **more})


def attempt(days_ago: int) -> Entry:
    return Entry(kind="attempt", as_of=day(days_ago), bundle=f"tried-{days_ago}.dir", verdict="hold")


def ledger(*entries: Entry) -> Ledger:
    """Version 0, and what came after it."""
    return Ledger(model="m", entries=[promotion(300, 0), *entries])


def kpi(fall: float = 0.0, since: int = 7, slope: float = 0.0, days: int = 70, until: int = 0) -> pd.DataFrame:
    """The share of solved tickets by day: 70 % with a little noise, less by `fall` (relative) in the `since` newest days.

    `until`: so many of the newest days are as usual again. `slope`: what it loses, relative, a day over all days.
    """
    ago = np.arange(days)[::-1]
    level = 0.7 * (1 - slope * (days - ago)) * np.where((until <= ago) & (ago < since), 1 - fall, 1.0)
    value = level + np.random.default_rng(1).normal(0, 0.005, days)
    return pd.DataFrame({"date": pd.to_datetime([day(int(k)) for k in ago]), "kpi": "solved", "value": value})


def validation(
    *, quarantined: int = 3, refused: int = 2, disputed: int = 3, blocked: Mapping[str, int] | None = None, **changes: Any
) -> dict[str, Any]:
    """What validate reports, as far as signals look at it; `changes` replace whole keys.

    `quarantined` rows of each recent batch; `refused` and `disputed` answers of the newest 200; rows by week of files that are
    `blocked`.
    """
    roles = {**dict.fromkeys(week_names("2026-W01", "2026-W10"), "training"), "2026-W11": "holdout", "2026-W12": "holdout"}
    recent = ["2026-W12", "2026-W13"]
    names = week_names("2026-W01", "2026-W13")
    bad = {name: quarantined if name in recent else 3 for name in names}
    files = {f"raw/{name}.csv": _batch(name, roles.get(name, "immature"), bad[name]) for name in names}
    for name, count in (blocked or {}).items():
        files[f"raw/{name}.csv"] = _batch(name, "blocked", count) | {"rows": count, "verdict": "blocked"}
    newest = {"file": "feedback/2026-W13.csv", "verdict": "accepted", "lines": 200, "refused": refused, "disputed": disputed}
    return {
        "as_of": TODAY.isoformat(),
        "batches": files,
        "recent": recent,
        "feedback": {"correct": 20, "confirm": 180, "skip": 5},
        "newest_feedback": newest,
        "raw_labels": NO_RAW_LABELS,
        **changes,
    }


def _batch(name: str, role: str, quarantined: int) -> dict[str, Any]:
    about = {"batch": name, "last": week(name)[1].isoformat(), "role": role, "verdict": "accepted", "reasons": []}
    return about | {"rows": ROWS, "quarantined": quarantined}


def made_world(
    params: Params,
    *,
    red: Mapping[str, float] | None = None,
    right: Mapping[str, float] | None = None,
    sure: tuple[float, float] = (0.9, 0.7),
    through: str = "2026-W08",
    record: Ledger | None = None,
    events: Mapping[str, Any] | None = None,
    **more: Any,
) -> World:
    """The quiet world with changes.

    Parameters
    ----------
    red, right : share of red rows and of right answers by week, where not the usual one.
    sure : how sure the model is of its better and of its worse half, whatever is right.
    through : the last week that the baseline learned from.
    more : whole fields of the World (kpi, validation).
    """
    red, right, record = red or {}, right or {}, record or ledger(promotion(77, 1), promotion(14))
    first = record.live.version == 0
    seen, newer = week_names("2026-W01", through), [name for name in week_names("2026-W01", "2026-W13") if name > through]
    new = week_names("2026-W01", "2026-W10") if first else [name for name in newer if name <= "2026-W10"]
    said = [answers(ROWS, right.get(name, PROMISED), sure) for name in new]
    fresh = [pd.DataFrame({"batch": name, params.columns.target: own.truth}) for name, own in zip(new, said, strict=True)]
    recent = ("2026-W12", "2026-W13")
    fields: dict[str, Any] = {
        "as_of": TODAY,
        "validation": validation(),
        "ledger": record,
        "events": Events.model_validate(events or {}),
        "kpi": kpi(),
        "card": {
            "trained_from": week(seen[0])[0].isoformat(),
            "trained_through": (day(200) if first else week(through)[1]).isoformat(),
            "rows": ROWS * len(seen),
        },
        "profile": merge([_profile(params, 0.5, labels=True)] * len(seen)),
        "weeks": () if first else tuple(_week(params, name, red.get(name, 0.5)) for name in newer),
        "recent": recent,
        "unlabelled": None if first else unlabelled(sure),
        "fresh": pd.concat(fresh, ignore_index=True) if fresh else pd.DataFrame(columns=["batch", params.columns.target]),
        "said": Predictions.joined(said) if said and not first else None,
        "training": {
            name: Trained(first=week(name)[0], last=week(name)[1], rows=ROWS) for name in week_names("2026-W01", "2026-W10")
        },
    }
    return World(**{**fields, **more})


def _week(params: Params, name: str, red: float) -> Week:
    first, last = week(name)
    return Week(name=name, first=first, last=last, profile=_profile(params, red))


def _profile(params: Params, red: float, *, labels: bool = False) -> dict[str, Any]:
    said = answers(ROWS)
    truth = pd.Series(said.truth, dtype="str") if labels else None
    return profile(rows(ROWS, red), params.columns, truth, pd.Series(said.answer, dtype="str"))


def unlabelled(sure: tuple[float, float] = (0.9, 0.7)) -> Predictions:
    """What the baseline says on the recent rows, whose truth nobody knows."""
    said = answers(2 * ROWS, sure=sure)
    return Predictions(np.full(2 * ROWS, None, dtype=object), said.answer, said.probability, said.classes)
