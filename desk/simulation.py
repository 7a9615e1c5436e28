"""The desk itself: every table of the simulated world, each a pure function of the seed and the week."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from desk.business import first_contact_resolution
from desk.chance import GOLDEN, TICKETS, VOLUME, stream
from desk.events import known_events
from desk.gold import gold_answers
from desk.reviewers import review
from desk.tickets import draw_tickets
from desk.weeks import monday, period

GROWTH_PER_WEEK = 0.002
GROWTH_CENTRE_WEEK = 15
MOST_TICKETS_PER_WEEK = 1_000_000


@dataclass(frozen=True)
class Desk:
    """A support desk that can be asked for any week, in any order, with the same answer.

    Attributes
    ----------
    seed
        Chooses the world's chance; 0 or more.
    tickets_per_week
        Mean over the first 30 weeks; real weeks vary by a few percent and grow by 0.2 % a week.

    Examples
    --------
    >>> desk = Desk(seed=7, tickets_per_week=50)
    >>> desk.period(0), sorted(desk.tickets(0).columns)[0]
    ('2026-W02', 'body')
    """

    seed: int = 7
    tickets_per_week: int = 1100

    def __post_init__(self) -> None:
        """Refuse what the random streams and the ticket ids cannot hold."""
        if self.seed < 0:
            raise ValueError(f"desk: seed must be 0 or more, got {self.seed}")
        if not 1 <= self.tickets_per_week <= MOST_TICKETS_PER_WEEK:
            limits = f"between 1 and {MOST_TICKETS_PER_WEEK}"
            raise ValueError(f"desk: tickets_per_week must lie {limits}, got {self.tickets_per_week}")

    def period(self, week: int) -> str:
        """ISO name of the week; week 0 is 2026-W02."""
        return period(week)

    def tickets(self, week: int) -> pd.DataFrame:
        """The tickets of one week, sorted by `created_at`, with the true `queue`."""
        monday(week)
        rng = stream(self.seed, TICKETS, week)
        return draw_tickets(self.seed, week, self._volume(week), "T", rng)

    def reviews(self, tickets: pd.DataFrame, routed_to: npt.ArrayLike) -> pd.DataFrame:
        """What the agents said about the routed tickets; `queue` is the label given, empty for a skip.

        Parameters
        ----------
        tickets
            Tickets of one or more weeks, with the true `queue`.
        routed_to
            The queue each ticket was served to, in the order of `tickets`.
        """
        return review(self.seed, tickets, np.asarray(routed_to, dtype=object))

    def gold_answers(self, week: int, golden: pd.DataFrame) -> pd.DataFrame:
        """What the agents of one week said about a few golden tickets, which they label without seeing a prediction."""
        return gold_answers(self.seed, week, golden)

    def golden(self, rows: int, weeks: Iterable[int]) -> pd.DataFrame:
        """Fresh tickets, spread evenly over the given weeks, labelled blind and without error."""
        chosen = sorted(set(weeks))
        if not chosen:
            raise ValueError("desk: weeks must name at least one week, got none")
        sizes = [len(part) for part in np.array_split(np.arange(rows), len(chosen))]
        parts = [self._golden_week(week, size) for week, size in zip(chosen, sizes, strict=True)]
        return pd.concat(parts, ignore_index=True)

    def kpi(self, week: int, share_right: float) -> pd.DataFrame:
        """First contact resolution per day, given the share of tickets routed right that week."""
        return first_contact_resolution(self.seed, week, share_right)

    def events(self, weeks: int) -> dict[str, list[dict[str, Any]]]:
        """Deployments, incidents, campaigns and freezes known after the first `weeks` weeks."""
        return known_events(weeks)

    def _volume(self, week: int) -> int:
        trend = 1 + GROWTH_PER_WEEK * (week - GROWTH_CENTRE_WEEK)
        noise = stream(self.seed, VOLUME, week).normal(0, 0.03)
        return max(1, round(self.tickets_per_week * trend * (1 + noise)))

    def _golden_week(self, week: int, size: int) -> pd.DataFrame:
        monday(week)
        return draw_tickets(self.seed, week, size, "G", stream(self.seed, GOLDEN, week))
