"""The phrases of all languages as arrays, and which of them are in use in a given week."""

from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numpy as np

from desk.chance import cumulated
from desk.words import de, en, es, fr
from desk.world import LANGUAGES, QUEUES

_MODULES: dict[str, ModuleType] = {"en": en, "de": de, "fr": fr, "es": es}
_SENTENCES = ("SUBJECTS", "GREETINGS", "SMALL_TALK", "MAINS", "ALSOS", "REFERENCES", "PRODUCTS", "CLOSINGS")

CORE_SHARE = 0.66
NOVEL_SHARE = 0.6
PHRASES_PER_WEEK = 0.25
HALF_WIDTH = 4.5


@dataclass(frozen=True)
class Vocabulary:
    """Object arrays of phrases.

    Attributes
    ----------
    topics
        Noun phrases, shape (language, queue, phrase): first the timeless, then the drifting, then those of
        the new product.
    vague
        Noun phrases that name no topic, shape (language, phrase).
    sentences
        Per kind, the text before and after the slot: shape (2, language, template).
    n_core, n_drifting, n_novel
        How many phrases of each group `topics` holds.
    """

    topics: np.ndarray
    vague: np.ndarray
    sentences: dict[str, np.ndarray]
    n_core: int
    n_drifting: int
    n_novel: int


@cache
def vocabulary() -> Vocabulary:
    """All phrases, read from the word lists once."""
    core, drifting, novel = (_topics(group) for group in ("CORE", "DRIFTING", "NOVEL"))
    return Vocabulary(
        topics=np.concatenate([core, drifting, novel], axis=2),
        vague=np.array([_split(_MODULES[language].VAGUE) for language in LANGUAGES], dtype=object),
        sentences={kind: _templates(kind) for kind in _SENTENCES},
        n_core=core.shape[2],
        n_drifting=drifting.shape[2],
        n_novel=novel.shape[2],
    )


def topic_chances(week: int) -> np.ndarray:
    """Cumulative chance of each topic phrase in this week.

    A window slides over the drifting phrases of every (language, queue), each with its own start, so that
    words come and go slowly. The first plane is for the old products, the second for the new one.

    Returns
    -------
    numpy.ndarray
        Shape (2, language, queue, phrase).
    """
    words = vocabulary()
    cells = (len(LANGUAGES), len(QUEUES))
    core = np.full((*cells, words.n_core), CORE_SHARE / words.n_core)
    drifting = (1 - CORE_SHARE) * _window(week, cells, words.n_drifting)
    novel = np.full((*cells, words.n_novel), 1 / words.n_novel)
    known = np.concatenate([core, drifting, 0 * novel], axis=2)
    new = np.concatenate([(1 - NOVEL_SHARE) * known[..., : -words.n_novel], NOVEL_SHARE * novel], axis=2)
    return cumulated(np.stack([known, new]))


def _window(week: int, cells: tuple[int, int], size: int) -> np.ndarray:
    language, queue = np.indices(cells)
    centre = week * PHRASES_PER_WEEK + 5 * language + 3 * queue
    ahead = (np.arange(size) - centre[..., None] + size / 2) % size - size / 2
    weights = np.clip(1 - (ahead / HALF_WIDTH) ** 2, 0, None)
    return np.asarray(weights / weights.sum(axis=2, keepdims=True))


def _topics(group: str) -> np.ndarray:
    rows = [[_split(getattr(_MODULES[language], group)[queue]) for queue in QUEUES] for language in LANGUAGES]
    return np.array(rows, dtype=object)


def _templates(kind: str) -> np.ndarray:
    lines = [[line.partition("{}") for line in _split(getattr(_MODULES[language], kind))] for language in LANGUAGES]
    return np.array([[[line[part] for line in row] for row in lines] for part in (0, 2)], dtype=object)


def _split(text: str) -> list[str]:
    return [phrase.strip() for phrase in text.split(";")]
