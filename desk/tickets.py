"""Draws the tickets of one week: who wrote, when, about what, in which words."""

from functools import cache

import numpy as np
import pandas as pd

from desk.chance import CUSTOMERS, cumulated, pick, stream
from desk.events import CAMPAIGN_DAYS, OUTAGE_DAYS
from desk.weeks import arrivals, during, monday
from desk.world import (
    CHANNELS,
    LANGUAGE_SHARES,
    LANGUAGES,
    PRIORITIES,
    PRODUCTS,
    QUEUES,
    TIER_SHARES,
    TIERS,
    channel_chances,
    priority_chances,
    product_chances,
    queue_chances,
)
from desk.writing import Facts, write

CUSTOMER_COUNT = 6000
IDS_PER_WEEK = 10_000_000
ID_DIGITS = 10


def draw_tickets(seed: int, week: int, size: int, prefix: str, rng: np.random.Generator) -> pd.DataFrame:
    """`size` tickets of this week's world, sorted by time, with the true `queue`.

    Ids are the prefix, the week and a running number, so they are unique over all weeks.
    """
    created_at = arrivals(week, size, rng)
    customer = (CUSTOMER_COUNT * rng.random(size) ** 1.6).astype(int)
    language, tier = (kind[customer] for kind in _customers(seed))
    facts = _facts(week, created_at, language, rng)
    channel = pick(channel_chances(week)[facts.queue], rng)
    priority = pick(priority_chances()[facts.queue, tier], rng)
    subject, body = write(facts, rng)
    columns = {
        "ticket_id": np.char.mod(f"{prefix}%0{ID_DIGITS}d", week * IDS_PER_WEEK + np.arange(size)),
        "created_at": pd.to_datetime(created_at, utc=True),
        "customer_id": np.char.mod("C%05d", customer),
        "customer_tier": _names(TIERS)[tier],
        "channel": _names(CHANNELS)[channel],
        "language": _names(LANGUAGES)[language],
        "product": _names(PRODUCTS)[facts.product],
        "priority": _names(PRIORITIES)[priority],
        "subject": subject,
        "body": body,
        "queue": _names(QUEUES)[facts.queue],
    }
    return _typed(columns)


def _facts(week: int, created_at: np.ndarray, language: np.ndarray, rng: np.random.Generator) -> Facts:
    campaign = CAMPAIGN_DAYS[0] <= monday(week) <= CAMPAIGN_DAYS[1]
    shares = product_chances(week, campaign)
    product = pick(np.broadcast_to(shares, (len(created_at), len(shares))), rng)
    outage = during(created_at, *OUTAGE_DAYS).astype(int)
    queue = pick(queue_chances(week, campaign)[outage, product], rng)
    return Facts(week=week, queue=queue, language=language, product=product)


@cache
def _customers(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Language and tier of every customer; they do not change over time."""
    rng = stream(seed, CUSTOMERS)
    shares = (LANGUAGE_SHARES, TIER_SHARES)
    language, tier = (pick(np.tile(cumulated(share), (CUSTOMER_COUNT, 1)), rng) for share in shares)
    return language, tier


def _typed(columns: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    texts = [name for name in frame.columns if name != "created_at"]
    return frame.astype(dict.fromkeys(texts, "str"))


def _names(values: tuple[str, ...]) -> np.ndarray:
    return np.array(values, dtype=object)
