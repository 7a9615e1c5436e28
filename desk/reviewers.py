"""The agents who review routed tickets: how often, how fast, and how often they are right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from desk.chance import cumulated, keyed
from desk.weeks import week_of
from desk.world import QUEUES

REVIEWED_SHARE = 0.85
SECOND_SHARE = 0.06
SKIP_SHARE = 0.08
LONGEST_DELAY_DAYS = 6
# Share of a reviewer's errors that are confirmed misroutes: people anchor on the queue they are shown.
ANCHORING = 0.6
WORST_CONFIRM = 0.8


@dataclass(frozen=True)
class Reviewer:
    """One agent: share of labels that are right, share of the work, first week at the desk."""

    name: str
    skill: float
    load: float
    first_week: int = 0


REVIEWERS: Sequence[Reviewer] = (
    Reviewer("agent-anna", 0.985, 0.13),
    Reviewer("agent-bo", 0.975, 0.12),
    Reviewer("agent-carla", 0.97, 0.11),
    Reviewer("agent-dmitri", 0.965, 0.11),
    Reviewer("agent-elif", 0.955, 0.10),
    Reviewer("agent-farid", 0.945, 0.10),
    Reviewer("agent-greta", 0.935, 0.09),
    Reviewer("agent-hugo", 0.92, 0.08),
    Reviewer("agent-ines", 0.89, 0.06),
    Reviewer("agent-jonas", 0.80, 0.10, first_week=22),
)


def review(seed: int, tickets: pd.DataFrame, routed_to: np.ndarray) -> pd.DataFrame:
    """Reviews of the routed tickets, sorted by time.

    Every number is keyed by the ticket, so a review stays the same when other tickets are left out; only the
    share routed right enters from the whole table.
    """
    served, truth = np.asarray(routed_to, dtype=object), tickets["queue"].to_numpy(dtype=object)
    if len(served) != len(truth):
        raise ValueError(f"desk: routed_to must hold one queue per ticket ({len(truth)}), got {len(served)}")
    keys = tickets["ticket_id"].str[1:].astype("int64").to_numpy()
    rows, turn = _reviewed(seed, keys)
    draws = _Draws(seed, keys[rows] * 2 + turn)
    agent = _agents(draws, week_of(tickets["created_at"]).astype(int)[rows], turn, seed, keys[rows])
    share_right = float(np.mean(served == truth)) if len(truth) else 1.0
    label = _labels(draws, agent, served[rows], truth[rows], share_right)
    action = np.where(label == "", "skip", np.where(label == served[rows], "confirm", "correct"))
    created_at = tickets["created_at"].iloc[rows].reset_index(drop=True)
    return _table(draws, tickets["ticket_id"].to_numpy()[rows], agent, action, label, created_at)


@dataclass(frozen=True)
class _Draws:
    """Uniform numbers per review; each purpose has its own."""

    seed: int
    keys: np.ndarray

    def __call__(self, purpose: int) -> np.ndarray:
        return keyed(self.seed, self.keys, 100 + purpose)


def _reviewed(seed: int, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of the reviewed tickets and, for each, 0 for the first review or 1 for the second."""
    draw = keyed(seed, keys, 0)
    first, second = np.flatnonzero(draw < REVIEWED_SHARE), np.flatnonzero(draw < SECOND_SHARE)
    turn = np.repeat([0, 1], [len(first), len(second)])
    return np.concatenate([first, second]), turn


def _agents(draws: _Draws, week: np.ndarray, turn: np.ndarray, seed: int, ticket_keys: np.ndarray) -> np.ndarray:
    """Index of the agent: one who has joined by then, and for a second review another one than before."""
    first_weeks = np.array([reviewer.first_week for reviewer in REVIEWERS])
    loads = np.array([reviewer.load for reviewer in REVIEWERS])
    weights = loads * (week[:, None] >= first_weeks)
    first = _choose(weights, _Draws(seed, ticket_keys * 2)(1))
    others = np.where(np.arange(len(REVIEWERS)) == first[:, None], 0.0, weights)
    return np.where(turn == 0, first, _choose(others, draws(2)))


def _choose(weights: np.ndarray, draw: np.ndarray) -> np.ndarray:
    bounds = cumulated(weights)[:, :-1]
    return np.asarray((draw[:, None] >= bounds).sum(axis=1))


def _labels(draws: _Draws, agent: np.ndarray, served: np.ndarray, truth: np.ndarray, share_right: float) -> np.ndarray:
    """The label given, or an empty string for a skip.

    A wrong label on a misrouted ticket is the served queue (a wrong confirm); on a ticket routed right it is
    some other queue (a wrong correction).
    """
    skill = np.array([reviewer.skill for reviewer in REVIEWERS])[agent]
    on_misrouted, on_right = _error_chances(1 - skill, share_right)
    misrouted = served != truth
    wrong = draws(3) < np.where(misrouted, on_misrouted, on_right)
    step = 1 + (draws(4) * (len(QUEUES) - 1)).astype(int)
    names = np.array(QUEUES, dtype=object)
    other = names[(pd.Index(QUEUES).get_indexer(pd.Index(truth)) + step) % len(QUEUES)]
    label = np.where(wrong, np.where(misrouted, served, other), truth)
    return np.where(draws(5) < SKIP_SHARE, "", label)


def _error_chances(errors: np.ndarray, share_right: float) -> tuple[np.ndarray, np.ndarray]:
    """Chance of a wrong label on misrouted tickets and on those routed right.

    With a = share routed right and e = the agent's errors, the two satisfy (1 - a) * m + a * r = e. Misrouted
    tickets take the share ANCHORING of all errors, as far as m stays between e and WORST_CONFIRM.
    """
    if share_right in (0.0, 1.0):
        return errors, errors
    on_misrouted = np.clip(ANCHORING * errors / (1 - share_right), errors, WORST_CONFIRM)
    return on_misrouted, (errors - (1 - share_right) * on_misrouted) / share_right


def _table(
    draws: _Draws,
    ticket_id: np.ndarray,
    agent: np.ndarray,
    action: np.ndarray,
    label: np.ndarray,
    created_at: "pd.Series[pd.Timestamp]",
) -> pd.DataFrame:
    names = np.array([reviewer.name for reviewer in REVIEWERS], dtype=object)
    typical = pd.Series(action).map({"confirm": 14.0, "correct": 38.0, "skip": 9.0}).to_numpy(dtype=float)
    frame = pd.DataFrame(
        {
            "ticket_id": ticket_id,
            "reviewer": names[agent],
            "action": action,
            "queue": label,
            "reviewed_at": created_at + _delays(draws),
            "seconds": np.round(typical * np.exp(0.5 * _normal(draws, 6)), 1),
            "source": "agent",
            "selection_reason": np.where(draws.keys % 2 == 0, "routine", "second look"),
        }
    )
    texts = ["ticket_id", "reviewer", "action", "queue", "source", "selection_reason"]
    frame = frame.astype(dict.fromkeys(texts, "str"))
    return frame.sort_values(["reviewed_at", "ticket_id", "reviewer"], ignore_index=True)


def _delays(draws: _Draws) -> pd.TimedeltaIndex:
    """Whole seconds: median six hours, at least a minute, at most six days."""
    hours = 6 * np.exp(1.2 * _normal(draws, 8))
    seconds = np.clip(hours * 3600, 60, LONGEST_DELAY_DAYS * 86_400).astype("int64")
    return pd.TimedeltaIndex((seconds * 1_000_000).astype("timedelta64[us]"))


def _normal(draws: _Draws, purpose: int) -> np.ndarray:
    """Standard normal numbers by the Box-Muller formula."""
    radius = np.sqrt(-2 * np.log1p(-draws(purpose)))
    return np.asarray(radius * np.cos(2 * np.pi * draws(purpose + 1)))
