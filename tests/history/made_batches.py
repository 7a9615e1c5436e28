"""Batches made for the tests of sketches and of the rules on whole batches: alike but for chance, until a test breaks one."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from stages.history.rules import judge
from stages.history.sketch import Sketch, sketch, sketch_feedback
from stages.sections import Batches, Columns

COLUMNS = Columns(
    id="id",
    time="at",
    target="label",
    text=["text"],
    categorical=["color", "shape"],
    numeric=["price"],
    prediction="served",
    model_version="version",
    group="customer",
)
LIMITS = Batches.model_validate(
    {
        "max_mib": 1.0,
        "history": 8,
        "calendar": [],
        "refused": {"warn": 0.01, "block": 0.2},
        "one_rule": {"warn": 0.1, "block": 0.5},
        "volume": {"warn": 2.0, "block": 10.0},
        "missing": {"warn": 0.05, "block": 0.2},
        "one_value": {"warn": 0.2, "block": 0.5},
        "unit": {"warn": 2.0, "block": 8.0},
        "renamed": {"warn": 0.05, "block": 0.2},
        "label_share": {"warn": 0.1, "block": 0.25},
        "agreement": {"warn": 0.1, "block": 0.25},
        "reviewer_share": {"warn": 0.5, "block": None},
    }
)
HOURS = np.array([1, 1, 1, 1, 1, 2, 4, 8, 12, 14, 14, 12, 10, 12, 13, 12, 9, 6, 4, 3, 2, 2, 1, 1]) / 146  # people at work
CLASSES = ["billing", "technical", "sales", "other"]


def rows(n: int = 1000, seed: int = 0) -> pd.DataFrame:
    """A week of typed rows: 4 classes, of which predictions get 80 % right; 2 % of shapes are missing."""
    random = np.random.default_rng(seed)
    label = random.choice(CLASSES, n, p=[0.4, 0.3, 0.2, 0.1])
    start = pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(weeks=seed)
    seconds = np.sort(random.integers(0, 7, n) * 86400 + random.choice(24, n, p=HOURS) * 3600 + random.integers(0, 3600, n))
    frame = pd.DataFrame(
        {
            "id": [f"{seed}-{k}" for k in range(n)],
            "at": (start + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us, UTC]"),
            "text": [f"order {number}" for number in random.integers(0, 10**9, n)],
            "color": random.choice(["red", "green", "blue"], n, p=[0.5, 0.3, 0.2]),
            "shape": np.where(random.random(n) < 0.02, None, random.choice(["cube", "ball", "cone"], n)),
            "price": random.lognormal(3, 1, n),
            "served": np.where(random.random(n) < 0.8, label, random.choice(CLASSES, n)),
            "version": "1",
            "customer": random.integers(0, 500, n).astype(str),
            "label": label,
        }
    )
    texts = ["id", "text", "color", "shape", "served", "version", "customer", "label"]
    return frame.astype(dict.fromkeys(texts, "str"))


def answers(n: int = 1000, seed: int = 0) -> pd.DataFrame:
    """A week of feedback on such rows: five reviewers, 8 % of the answers are skips without a label."""
    random = np.random.default_rng([seed, 1])
    own = rows(n, seed)
    skipped = random.random(n) < 0.08
    action = np.where(skipped, "skip", np.where(own["label"] == own["served"], "confirm", "correct"))
    frame = pd.DataFrame(
        {
            "id": own["id"],
            "label": own["label"].mask(skipped),
            "reviewer": random.choice(["ann", "bob", "cem", "dee", "eva"], n),
            "action": action,
            "reviewed_at": own["at"] + pd.Timedelta(hours=2),
            "served": own["served"],
        }
    )
    return frame.astype({"reviewer": "str", "action": "str"})


def sketched(frame: pd.DataFrame, failures: Mapping[str, int] | None = None) -> Sketch:
    return sketch(frame.reset_index(drop=True), COLUMNS, failures=failures or {}, task="classification")


def weeks(count: int = 8, n: int = 1000, first: int = 100) -> list[Sketch]:
    return [sketched(rows(n, first + k)) for k in range(count)]


def weeks_of_answers(count: int = 8, n: int = 1000, first: int = 100) -> list[Sketch]:
    return [sketch_feedback(answers(n, first + k)) for k in range(count)]


def found(own: Sketch, history: list[Sketch], limits: Batches = LIMITS) -> dict[str, str]:
    """Severity by rule, without the `batch: ` that every rule begins with."""
    return {finding.rule.removeprefix("batch: "): finding.severity for finding in judge(own, history, limits)}
