"""What is known on the day of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from stages.decision.ledger import Ledger
from stages.evidence.scores import Predictions
from stages.signals.events import Events
from stages.signals.said import coded


@dataclass(frozen=True, kw_only=True)
class Week:
    """One accepted batch that came after the baseline's training data: its days, and the profile of its rows.

    The profile has no labels; its `predictions` are the baseline's own answers. (A week by default; a day or month as well.)
    """

    name: str
    first: date
    last: date
    profile: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A training batch: its first and last day, and its trusted rows."""

    first: date
    last: date
    rows: int


@dataclass(frozen=True, kw_only=True)
class World:
    """What is known on the day `as_of`.

    `card` and `profile` are the baseline's. `weeks` are all accepted batches since its training data ended, oldest first;
    `recent` names the newest of them, in which drift is looked for; `unlabelled` is what the baseline says on their rows
    (without truth).
    `fresh` are the trusted rows that the baseline never trained on and that do not judge the candidate: DataFrame with the
    columns batch and target (under its own name), oldest batch first; `said` is what the baseline says on them, row by row,
    `coded` the same with classes as numbers.
    Both answers are None where there are no rows, or where the baseline promised nothing (version 0).
    `training` counts the trusted rows of every batch that would train now, by name, in the order of time.
    """

    as_of: date
    validation: dict[str, Any]
    ledger: Ledger
    events: Events
    kpi: pd.DataFrame
    card: dict[str, Any]
    profile: dict[str, Any]
    weeks: tuple[Week, ...]
    recent: tuple[str, ...]
    unlabelled: Predictions | None
    fresh: pd.DataFrame
    said: Predictions | None
    training: dict[str, Trained]

    @property
    def trained_through(self) -> date:
        """The last day of the baseline's training data."""
        return date.fromisoformat(self.card["trained_through"])

    @cached_property
    def coded(self) -> Predictions | None:
        """What the baseline says on the fresh rows, as the signals score it."""
        return None if self.said is None else coded(self.said)

    def said_on(self, batches: Sequence[str]) -> Predictions:
        """The same for the fresh rows of some batches; there must be fresh rows."""
        assert self.coded is not None
        return self.coded.rows(self.fresh["batch"].isin(batches).to_numpy())
