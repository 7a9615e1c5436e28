"""A loop of its own in a folder, for the demo and the rehearsal: this checkout's code, a small desk, limits that fit few rows.

On this desk a quarter of the tickets are alarms of devices. They have high priority and a text that says nothing; the product
alone decides their queue. So a model can read better than the one before, and be worse where it is urgent.
"""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from desk import Desk
from desk.weeks import monday
from stages import artefacts, settings
from stages.decision.baseline import run_git
from stages.ops.dvc import run_dvc
from stages.ops.scheduled.request import with_value
from stages.ops.version_zero import write_version_zero
from stages.reading.periods import period
from tools.desk_weeks import write_week

CHECKOUT = Path(__file__).resolve().parents[1]
COPIED = (
    *("stages", "schema.py", "dvc.yaml", "params.yaml", ".gitignore", ".dvcignore", ".dvc/config", "data/.gitignore"),
    *("data/releases.yaml", "ci.mk", ".github", "azure-pipelines.yml"),
)
ALARM_QUEUES = {"kestrel": "technical", "marlin": "shipping", "pinto": "access", "quill": "returns", "vela": "account"}
HOLIDAYS = {"starts": "2026-12-21", "ends": "2027-01-10", "what": "Temporary staff over the holidays"}
FEW_ROWS: dict[str, Any] = {
    "split.holdout_batches": 2,
    "split.recent_batches": 1,
    "trigger.min_new_labels": 100,
    "trigger.cool_down_days": 6,
    "trigger.drift.min_rows": 100,
    "train.tfidf": {"max_features": 60},  # a first model that can be bettered
    "evaluate.latency_rounds": 5,
    "evaluate.latency_rows": 50,
    "gate.min_segment_rows": 20,
    "gate.max_segment_drop": 0.15,
    "gate.floors": {"accuracy": 0.1},
    "gate.max_calibration_rise": None,
    "gate.max_golden_drop": 0.1,
    "gate.max_latency_ratio": 99,  # of so few rows it says nothing
    "gate.max_latency_ms": 999,
}


class SmallDesk(Desk):
    """The simulated desk, with alarms."""

    def tickets(self, week: int) -> pd.DataFrame:
        """The tickets of one week, as of any desk."""
        return _with_alarms(super().tickets(week), np.random.default_rng([self.seed, week]))

    def golden(self, rows: int, weeks: Iterable[int]) -> pd.DataFrame:
        """Fresh tickets, likewise."""
        return _with_alarms(super().golden(rows, weeks), np.random.default_rng([self.seed, rows]))

    def events(self, weeks: int) -> dict[str, list[dict[str, Any]]]:
        """What is known after so many weeks, with a freeze over the holidays."""
        freezes = [HOLIDAYS] if HOLIDAYS["starts"] <= monday(weeks).isoformat() else []
        return super().events(weeks) | {"freezes": freezes}


def _with_alarms(tickets: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every fourth ticket is an alarm, and no other one is urgent."""
    alarm = rng.random(len(tickets)) < 0.25
    codes = rng.choice(list("abcdefgh"), size=(len(tickets), 12, 4))
    texts = [" ".join(map("".join, own)) for own in codes]  # words of their own, so that no alarm repeats another one
    return tickets.assign(
        priority=np.where(alarm, "high", tickets["priority"].replace("high", "normal")),
        subject=np.where(alarm, "Alarm", tickets["subject"]),
        body=np.where(alarm, texts, tickets["body"]),
        queue=np.where(alarm, tickets["product"].map(ALARM_QUEUES), tickets["queue"]),
    ).astype(dict.fromkeys(("priority", "subject", "body", "queue"), "str"))


def start(desk: Desk, store: Path, golden_weeks: range, golden_rows: int = 200) -> None:
    """Make the loop in the working folder, an empty one, with version 0, a golden set and `store` as DVC remote; commit it."""
    for name in COPIED:
        source, goal = CHECKOUT / name, Path(name)
        goal.parent.mkdir(parents=True, exist_ok=True)
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, goal, ignore=skipped) if source.is_dir() else shutil.copy(source, goal)
    set_params(FEW_ROWS)
    run_git("init", "--quiet", "--initial-branch", "main")
    run_dvc("remote", "modify", "sample", "url", str(store), quiet=True)
    write_version_zero(desk.tickets(0), period(desk.period(0)).first, settings.load())
    artefacts.GOLDEN.mkdir(parents=True)
    desk.golden(golden_rows, golden_weeks).to_parquet(artefacts.GOLDEN / "golden.parquet", index=False)
    commit("Start the loop: version 0 is a dummy")


def set_params(changes: dict[str, Any]) -> None:
    """Change params.yaml by dotted keys."""
    text = artefacts.PARAMS.read_text(encoding="utf-8")
    for key, value in changes.items():
        text = with_value(text, key, value)
    artefacts.write_text(artefacts.PARAMS, text)


def deliver(desk: Desk, weeks: Sequence[int]) -> None:
    """Write weeks as the desk's systems would, served by what is in production here, and commit them."""
    for week in weeks:
        write_week(desk, week, settings.load())
    commit(f"Deliver {desk.period(weeks[0])} to {desk.period(weeks[-1])}")


def commit(subject: str) -> None:
    """Put the data into DVC and its remote, and everything into Git."""
    folders = [str(folder) for folder in (artefacts.RAW, artefacts.FEEDBACK, artefacts.GOLDEN) if folder.is_dir()]
    run_dvc("add", *folders, quiet=True)
    run_dvc("push", quiet=True)
    run_git("add", "--all")
    run_git("commit", "--quiet", "--message", subject)
