"""Subject and body of each ticket, put together from the phrases in use that week."""

from dataclasses import dataclass

import numpy as np

from desk.chance import pick
from desk.vocabulary import topic_chances, vocabulary
from desk.world import NEW_PRODUCT, PRODUCTS, QUEUES

SPARSE_SHARE = 0.07
MIXED_SHARE = 0.14
_NAMES = np.array([name.capitalize() for name in PRODUCTS], dtype=object)


@dataclass(frozen=True)
class Facts:
    """What a ticket is about, as index arrays of equal length."""

    week: int
    queue: np.ndarray
    language: np.ndarray
    product: np.ndarray


def write(facts: Facts, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Subjects and bodies.

    A few tickets name no topic at all and a few mix the topics of two queues, in either order: these cap what
    any model can reach.
    """
    size = len(facts.queue)
    mixed, first = rng.random(size) < MIXED_SHARE, rng.random(size) < 0.5
    other = (facts.queue + rng.integers(1, len(QUEUES), size)) % len(QUEUES)
    main_queue = np.where(mixed & first, other, facts.queue)
    also_queue = np.where(mixed & ~first, other, facts.queue)
    vague = rng.random(size) < SPARSE_SHARE
    main, also = (_topics(facts, queue, vague, rng) for queue in (main_queue, also_queue))
    subject = _sentence("SUBJECTS", facts, rng, _subject_topic(facts, main, also, vague, rng))
    return subject, _body(facts, main, also, mixed, rng)


def _topics(facts: Facts, queue: np.ndarray, vague: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    words = vocabulary()
    is_new = (facts.product == NEW_PRODUCT).astype(int)
    chances = topic_chances(facts.week)[is_new, facts.language, queue]
    named = words.topics[facts.language, queue, pick(chances, rng)]
    return np.where(vague, _vague(facts, rng), named)


def _vague(facts: Facts, rng: np.random.Generator) -> np.ndarray:
    pool = vocabulary().vague
    return np.asarray(pool[facts.language, rng.integers(0, pool.shape[1], len(facts.language))])


def _subject_topic(facts: Facts, main: np.ndarray, also: np.ndarray, vague: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The subject repeats a topic of the body, or says nothing in four of ten tickets."""
    draw = rng.random(len(main))
    return np.where(vague | (draw < 0.4), _vague(facts, rng), np.where(draw < 0.8, main, also))


def _body(facts: Facts, main: np.ndarray, also: np.ndarray, mixed: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = len(main)
    chatty, wordy = rng.random(size) < 0.3, mixed | (rng.random(size) < 0.35)
    product = _sentence("PRODUCTS", facts, rng, _NAMES[facts.product])
    number = np.where(rng.random(size) < 0.55, _sentence("REFERENCES", facts, rng, _numbers(size, rng)), "")
    parts = [
        _sentence("GREETINGS", facts, rng),
        _sentence("MAINS", facts, rng, main),
        np.where(chatty, _sentence("SMALL_TALK", facts, rng), product),
        np.where(wordy, _sentence("ALSOS", facts, rng, also), number),
    ]
    text = parts[0]
    for part in parts[1:]:
        text = text + np.where(part == "", "", " ") + part
    return np.asarray(text + " " + _sentence("CLOSINGS", facts, rng))


def _sentence(kind: str, facts: Facts, rng: np.random.Generator, slot: np.ndarray | str = "") -> np.ndarray:
    before, after = vocabulary().sentences[kind]
    template = rng.integers(0, before.shape[1], len(facts.language))
    return np.asarray(before[facts.language, template] + slot + after[facts.language, template])


def _numbers(size: int, rng: np.random.Generator) -> np.ndarray:
    return np.char.mod("%d", rng.integers(10_000, 100_000, size)).astype(object)
