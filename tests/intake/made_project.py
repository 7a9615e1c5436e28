"""A week of a small help desk, alike but for chance, until a case breaks one thing in them."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROWS, DAYS = 60, range(2, 9)
BROKEN = 6  # the day that a case breaks: it trains, the 7th judges, the 8th is immature
CLASSES = {"billing": 30, "technical": 20, "sales": 10}  # rows a day
CHANNELS = {"web": 30, "mail": 20, "phone": 10}
WRONG = {"billing": (3, "technical"), "technical": (2, "sales"), "sales": (1, "billing")}  # how many were served as what
REVIEWED = {"billing": 12, "technical": 8, "sales": 4}  # rows a day that a reviewer answers, those served wrong first
REVIEWERS = ("ann", "bob", "cem", "dee")
GOLD = ("billing", "billing", "technical", "sales")  # one question a reviewer and day
PRICES = [5.25 + k for k in range(ROWS)]  # every day the same, in another order: the median is 34.75
WORDS = {
    "billing": ["invoice", "refund", "charge", "card", "receipt", "payment", "tax", "amount"],
    "technical": ["crash", "error", "login", "update", "screen", "sync", "slow", "install"],
    "sales": ["offer", "seats", "upgrade", "quote", "trial", "annual", "discount", "demo"],
}
SCHEMA = """
import pandera.pandas as pa

schema = pa.DataFrameSchema(
    {
        "id": pa.Column("str"),
        "at": pa.Column("datetime64[us, UTC]"),
        "text": pa.Column("str"),
        "channel": pa.Column("str"),
        "price": pa.Column("float64", pa.Check.gt(0), nullable=True),
        "label": pa.Column("str", pa.Check.isin(["billing", "sales", "technical"]), required=False, nullable=True),
    }
)
"""
SETTINGS: dict[str, Any] = {
    "as_of": "2026-10-08",
    "columns.text": ["text"],
    "columns.categorical": ["channel"],
    "columns.numeric": ["price"],
    "columns.prediction": "served",
    "columns.model_version": "version",
    "evaluate.segments": ["channel"],
    "batches.refused": {"warn": 0.01, "block": 0.2},
    "batches.one_rule": {"warn": 0.1, "block": 0.5},
    "labels.sources": {
        "raw": {"trust": 0.8, "maturity_days": 1, "independent": True},
        "agent": {"trust": 0.95, "maturity_days": 1, "independent": True},
        "silence": {"trust": 0.7, "maturity_days": 5, "independent": True},  # nobody complained, and after five days nobody will
        "served": {"trust": 0.7, "maturity_days": 1, "independent": False},  # what was served is written down as the truth
    },
    "labels.min_posterior": 0.7,
}


@dataclass
class World:
    """What a case may break: rows and answers by day, settings by dotted key, files by name (a path: a link; None: no file)."""

    raw: dict[int, pd.DataFrame]
    feedback: dict[int, pd.DataFrame]
    settings: dict[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    files: dict[str, bytes | Path | None] = field(default_factory=dict)

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of the day that is broken."""
        return self.raw[BROKEN]

    @rows.setter
    def rows(self, frame: pd.DataFrame) -> None:
        self.raw[BROKEN] = frame

    @property
    def answers(self) -> pd.DataFrame:
        """The feedback of the day that is broken."""
        return self.feedback[BROKEN]

    @answers.setter
    def answers(self, frame: pd.DataFrame) -> None:
        self.feedback[BROKEN] = frame

    @property
    def spare(self) -> pd.Index:
        """The rows of that day that nobody answers."""
        return self.rows.index[~self.rows["id"].isin(self.answers["id"])]

    def write(self, data: Path) -> None:
        """All files, below the folder `data`."""
        frames = {"golden/set.csv": golden()}
        frames |= {key(day): own for day, own in self.raw.items()}
        frames |= {key(day, "feedback"): own for day, own in self.feedback.items()}
        for name, content in ({name: csv(frame) for name, frame in frames.items()} | self.files).items():
            if isinstance(content, Path):
                (data / name).symlink_to(content)
            elif content is not None:
                (data / name).write_bytes(content)


def world() -> World:
    """The project as it should be."""
    raw, feedback = _days()
    return World({day: own.copy() for day, own in raw.items()}, {day: own.copy() for day, own in feedback.items()})


def key(day: int = BROKEN, folder: str = "raw", suffix: str = ".csv") -> str:
    """What the file of a day is called."""
    return f"{folder}/2026-10-{day:02}{suffix}"


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()


@cache
def golden() -> pd.DataFrame:
    """Gold questions, four a day."""
    random = np.random.default_rng(0)
    labels = [own for _ in DAYS for own in GOLD]
    return pd.DataFrame(
        {
            "id": [f"g{k:02}" for k in range(len(labels))],
            "text": [_text(own, random) for own in labels],
            "channel": "web",
            "price": "20",
            "label": labels,
        }
    )


@cache
def _days() -> tuple[dict[int, pd.DataFrame], dict[int, pd.DataFrame]]:
    raw = {day: _rows(day) for day in DAYS}
    return raw, {day: answers(own, REVIEWED, day) for day, own in raw.items()}


def _rows(day: int) -> pd.DataFrame:
    """A day of rows, five in each hour from 8 to 19."""
    random = np.random.default_rng(day)
    labels = random.permutation(np.repeat(list(CLASSES), list(CLASSES.values())))
    served = pd.Series(labels)
    for name, (count, other) in WRONG.items():
        served[np.flatnonzero(labels == name)[:count]] = other
    hours = pd.Timestamp(f"2026-10-{day:02}T08:00:00Z") + pd.to_timedelta(12 * np.arange(ROWS), unit="min")
    return pd.DataFrame(
        {
            "id": [f"{day:02}-{k:02}" for k in range(ROWS)],
            "at": hours.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "text": [_text(own, random) for own in labels],
            "channel": random.permutation(np.repeat(list(CHANNELS), list(CHANNELS.values()))),
            "price": [f"{price:.2f}" for price in random.permutation(PRICES)],
            "served": served,
            "version": "1",
            "label": labels,
        }
    ).astype("str")


def _text(label: str, random: np.random.Generator) -> str:
    """Four words of a class's own, and six that say nothing."""
    return " ".join([*random.choice(WORDS[label], 4, replace=False), *(f"word{k}" for k in random.integers(0, 500, 6))])


def answers(rows: pd.DataFrame, reviewed: dict[str, int], day: int = BROKEN) -> pd.DataFrame:
    """A day of feedback on the first rows of each class: one reviewer a row, in turns; a gold question for each reviewer too."""
    asked = pd.concat([rows[rows["label"] == name].head(count) for name, count in reviewed.items()], ignore_index=True)
    gold = golden().iloc[len(GOLD) * (day - DAYS[0]) :].head(len(GOLD))
    later = pd.to_datetime(asked["at"]) + pd.Timedelta(minutes=30)
    told = pd.DataFrame(
        {
            "id": asked["id"],
            "label": asked["label"],
            "action": np.where(asked["label"] == asked["served"], "confirm", "correct"),
            "reviewed_at": later.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "model_version": "1",
        }
    )
    questions = pd.DataFrame(
        {"id": gold["id"], "label": gold["label"], "action": "label", "reviewed_at": f"2026-10-{day:02}T21:00:00Z"}
    )
    both = pd.concat([told, questions], ignore_index=True)
    turns = np.arange(len(both))
    return both.assign(
        reviewer=[REVIEWERS[k % len(REVIEWERS)] for k in turns], source="agent", selection_reason="random", seconds="20"
    )
