"""Gold questions: tickets of the golden set that the reviewers label blind, so that one sees how good they are."""

import numpy as np
import pandas as pd

from desk.chance import GOLD_QUESTIONS, stream
from desk.reviewers import REVIEWERS
from desk.weeks import monday
from desk.world import QUEUES

PER_WEEK = 6  # questions a reviewer gets each week
OFFICE_SECONDS = 5 * 86_400  # Monday to Friday


def gold_answers(seed: int, week: int, golden: pd.DataFrame) -> pd.DataFrame:
    """What every reviewer of the week says about a few golden tickets, sorted by time; the columns are those of reviews.

    Parameters
    ----------
    golden
        Golden tickets with the true `queue`.
    """
    rng = stream(seed, GOLD_QUESTIONS, week)
    present = [reviewer for reviewer in REVIEWERS if reviewer.first_week <= week]
    rows = np.concatenate([rng.choice(len(golden), PER_WEEK, replace=False) for _ in present])
    truth = golden["queue"].to_numpy(dtype=object)[rows]
    skill = np.repeat([reviewer.skill for reviewer in present], PER_WEEK)
    wrong = (pd.Index(QUEUES).get_indexer(pd.Index(truth)) + rng.integers(1, len(QUEUES), len(rows))) % len(QUEUES)
    at = np.datetime64(monday(week), "s") + rng.integers(8 * 3600, OFFICE_SECONDS, len(rows)).astype("timedelta64[s]")
    answers = pd.DataFrame(
        {
            "ticket_id": golden["ticket_id"].to_numpy()[rows],
            "reviewer": np.repeat([reviewer.name for reviewer in present], PER_WEEK),
            "action": "label",
            "queue": np.where(rng.random(len(rows)) < skill, truth, np.array(QUEUES, dtype=object)[wrong]),
            "reviewed_at": pd.to_datetime(at, utc=True).astype("datetime64[us, UTC]"),
            "seconds": np.round(30 * np.exp(0.5 * rng.standard_normal(len(rows))), 1),
            "source": "agent",
            "selection_reason": "gold",
        }
    )
    texts = ["ticket_id", "reviewer", "action", "queue", "source", "selection_reason"]
    frame = answers.astype(dict.fromkeys(texts, "str"))
    return frame.sort_values(["reviewed_at", "ticket_id", "reviewer"], ignore_index=True)
