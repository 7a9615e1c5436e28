"""The world behind the tickets: products, queues and how their shares move from week to week."""

import numpy as np

from desk.chance import cumulated

QUEUES = ("billing", "technical", "shipping", "access", "returns", "account", "sales", "cancellation")
LANGUAGES = ("en", "de", "fr", "es")
PRODUCTS = ("kestrel", "marlin", "pinto", "quill", "vela")
CHANNELS = ("email", "chat", "phone", "web")
TIERS = ("basic", "pro", "enterprise")
PRIORITIES = ("low", "normal", "high")

NEW_PRODUCT = PRODUCTS.index("vela")
NEW_PRODUCT_WEEK = 13
LANGUAGE_SHARES = np.array([0.58, 0.22, 0.12, 0.08])
TIER_SHARES = np.array([0.6, 0.3, 0.1])

_PRODUCT_SHARES = np.array([0.34, 0.28, 0.2, 0.18, 0.0])
_QUEUE_SHARES = np.array([0.26, 0.2, 0.14, 0.12, 0.1, 0.08, 0.06, 0.055])
_SWING = np.array([0.12, 0.15, 0.25, 0.2, 0.2, 0.25, 0.3, 0.3])
_SWING_WEEKS = np.array([44, 52, 36, 60, 40, 48, 56, 64])
_SWING_START = np.array([0.0, 0.4, 0.7, 0.2, 0.55, 0.85, 0.3, 0.6])
# Log odds by product (row) and queue (column): what each product's customers ask more, or less, about.
_AFFINITY = np.array(
    [
        [0.0, 0.4, -0.1, 0.3, 0.0, 0.0, -0.2, 0.0],
        [0.0, 0.1, 0.2, 0.0, 0.3, 0.0, 0.0, -0.3],
        [0.4, 0.0, -0.3, 0.2, -0.4, 0.2, 0.0, 0.3],
        [-0.2, -0.4, 0.4, -0.3, 0.3, 0.0, 0.3, 0.0],
        [-0.7, 0.4, 0.5, -0.3, 0.4, 0.0, 1.0, 0.3],
    ]
)
_CHANNEL_SHARES = np.array(
    [
        [0.5, 0.15, 0.15, 0.2],
        [0.3, 0.3, 0.2, 0.2],
        [0.35, 0.25, 0.1, 0.3],
        [0.2, 0.4, 0.25, 0.15],
        [0.4, 0.15, 0.1, 0.35],
        [0.4, 0.2, 0.1, 0.3],
        [0.45, 0.2, 0.2, 0.15],
        [0.5, 0.1, 0.2, 0.2],
    ]
)
_HIGH_SHARES = np.array([0.14, 0.19, 0.15, 0.21, 0.1, 0.08, 0.1, 0.13])
_HIGH_BY_TIER = np.array([0.85, 1.1, 1.6])


def product_chances(week: int, campaign: bool) -> np.ndarray:
    """Cumulative share of each product; the new one starts at 8 % and grows to 18 % within some ten weeks."""
    shares = _PRODUCT_SHARES * np.where(np.arange(len(PRODUCTS)) == 3, 1.7 if campaign else 1.0, 1.0)
    age = week - NEW_PRODUCT_WEEK
    new = 0.08 + 0.1 * (1 - np.exp(-age / 5)) if age >= 0 else 0.0
    shares = (1 - new) * shares / shares.sum()
    shares[NEW_PRODUCT] = new
    return cumulated(shares)


def queue_chances(week: int, campaign: bool) -> np.ndarray:
    """Cumulative share of each queue.

    Returns
    -------
    numpy.ndarray
        Shape (2, product, queue): the first plane for ordinary hours, the second for hours of the outage.
    """
    season = _SWING * np.sin(2 * np.pi * (week / _SWING_WEEKS + _SWING_START))
    odds = np.log(_QUEUE_SHARES) + season + _AFFINITY
    odds[3, QUEUES.index("sales")] += 1.2 if campaign else 0.0
    outage = odds.copy()
    outage[0, QUEUES.index("technical")] += 1.5
    return cumulated(np.exp(np.stack([odds, outage])))


def channel_chances(week: int) -> np.ndarray:
    """Cumulative share of each channel by queue, shape (queue, channel); chat grows, the others shrink."""
    growth = np.array([1.0, 1.0 + 0.5 * (1 - np.exp(-week / 40)), 1.0, 1.0])
    return cumulated(_CHANNEL_SHARES * growth)


def priority_chances() -> np.ndarray:
    """Cumulative share of each priority, shape (queue, tier, priority)."""
    high = np.outer(_HIGH_SHARES, _HIGH_BY_TIER)
    low = 0.25 * (1 - high)
    return cumulated(np.stack([low, 1 - high - low, high], axis=-1))
