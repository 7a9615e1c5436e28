"""Which training rows repeat a row of the test side nearly word for word?

A row is the set of its lower-cased words: runs of letters, digits and underscores. Two rows are near-duplicates where their
Jaccard similarity |A ∩ B| / |A ∪ B| reaches the threshold t. Every such pair is found, though few pairs are ever compared:
they differ in at most d = (1 - t) / (1 + t) · (|A| + |B|) words, so when all words are dealt into d + 1 parts, both rows hold
the same words of at least one part, and can be looked up by them. (Deng, Li, Wen and Feng, "An efficient partition based
method for exact set similarity joins", VLDB 2015.) Rows that meet so are compared bit by bit, and what is left word by word.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_BETWEEN_WORDS = r"[^\pL\pM\pN_]+"
_PARTS = np.unique(np.round(1.25 ** np.arange(72))).astype("int64")  # numbers of parts in use: 1 to 7, then steps of a quarter
_STEP = np.uint64(0x9E3779B97F4A7C15)  # odd: no two parts and classes get the same salt
_BITS_A_WORD = 4
_BLOCK_WORDS, _BLOCK_PAIRS = 200_000, 200_000  # what is held in memory at a time
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class _Sets:
    """Each row's set: known words `words[starts[i] : starts[i + 1]]`, numbers; `sizes` counts the unknown ones as well."""

    words: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray

    @property
    def known(self) -> np.ndarray:
        return np.diff(self.starts)

    def cut(self, first: int, last: int) -> "_Sets":
        """The rows from `first` up to, not including, `last`."""
        starts = self.starts[first : last + 1]
        return _Sets(words=self.words[starts[0] : starts[-1]], starts=starts - starts[0], sizes=self.sizes[first:last])

    def take(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All words of the given rows: the place in `rows`, and the word."""
        count = self.known[rows]
        return np.repeat(np.arange(len(rows)), count), self.words[_ranges(self.starts[rows], count)]


@dataclass(frozen=True, kw_only=True)
class _Classes:
    """Sizes that are looked up together, smallest to largest: from `first` to `last` words."""

    first: np.ndarray
    last: np.ndarray


@dataclass(frozen=True, kw_only=True)
class OtherSide:
    """The test side's words, to be asked for its repeats batch by batch.

    Attributes
    ----------
    threshold : the Jaccard similarity from which a row repeats another one.
    numbers : of the words, from 0, the rarest first.
    marks : a random number for each word, shape (words,).
    bitmaps : shape (bitmaps, test rows), 64 bits each.
    keys, rows : by number of parts: the keys of all test rows' parts, ascending, and the row of each.
    """

    threshold: float
    numbers: dict[str, int]
    marks: np.ndarray
    sets: _Sets
    bitmaps: np.ndarray
    classes: _Classes
    keys: dict[int, np.ndarray]
    rows: dict[int, np.ndarray]

    def repeated(self, texts: pd.Series) -> np.ndarray:
        """Which rows reach the threshold with a row of the test side; bool, shape (rows,). Gaps and blanks never do."""
        row, word, vocabulary = _words(texts)
        number = np.array([self.numbers.get(name, -1) for name in vocabulary], dtype="int64")[word]
        sets = _sets(row[number >= 0], number[number >= 0], np.bincount(row, minlength=len(texts)))
        blocks = np.searchsorted(sets.starts, np.arange(0, len(sets.words), _BLOCK_WORDS))
        edges = np.unique([0, *blocks, len(texts)])
        found = [self._found(sets.cut(first, last)) for first, last in pairwise(edges)]
        return np.concatenate([np.zeros(0, dtype=bool), *found])

    def _found(self, sets: _Sets) -> np.ndarray:
        found, bitmaps = np.zeros(len(sets.sizes), dtype=bool), _bitmaps(sets, self.marks, len(self.bitmaps))
        rows, classes, parts = _meetings(sets, self.classes, self.threshold)
        for count in np.unique(parts).tolist():
            here = (parts == count) & ~found[rows]
            asked, back = np.unique(rows[here], return_inverse=True)
            keys = _salted(_sums(sets, asked, count, self.marks)[back], classes[here])
            order = np.argsort(keys)  # a sorted search is several times faster
            first, last = (np.searchsorted(self.keys[count], keys[order], side=side) for side in ("left", "right"))
            found |= self._compared(sets, bitmaps, np.repeat(rows[here], count)[order], self.rows[count], first, last)
        return found

    def _compared(
        self, sets: _Sets, bitmaps: np.ndarray, rows: np.ndarray, others: np.ndarray, first: np.ndarray, last: np.ndarray
    ) -> np.ndarray:
        """Which rows repeat one of `others[first:last]`: a few are tried at a time, until one does or none is left."""
        found, step = np.zeros(len(sets.sizes), dtype=bool), 1
        while True:
            left = (first < last) & ~found[rows]
            rows, first, last = rows[left], first[left], last[left]
            if not len(rows):
                return found
            count = np.minimum(last - first, max(1, min(step, _BLOCK_PAIRS // len(rows))))
            found[self._reaching(sets, bitmaps, np.repeat(rows, count), others[_ranges(first, count)])] = True
            first, step = first + count, step * 2

    def _reaching(self, sets: _Sets, bitmaps: np.ndarray, own: np.ndarray, other: np.ndarray) -> np.ndarray:
        """The rows of the pairs that reach the threshold."""
        total = sets.sizes[own] + self.sets.sizes[other]
        left = _differing(total, self.threshold) - (sets.sizes - sets.known)[own]
        for bits, other_bits in zip(bitmaps, self.bitmaps, strict=True):
            left = left - np.bitwise_count(bits[own] ^ other_bits[other])
            own, other, total, left = (part[left >= 0] for part in (own, other, total, left))
        both = np.sort(np.concatenate([place << 32 | word for place, word in (sets.take(own), self.sets.take(other))]))
        shared = np.bincount(both[1:][both[1:] == both[:-1]] >> 32, minlength=len(own))
        rows: np.ndarray = own[shared / (total - shared) >= self.threshold]
        return rows


def other_side(texts: pd.Series, threshold: float) -> OtherSide:
    """Take in the texts of the holdout and golden rows, str.

    A threshold below 0.7 takes long: nearly any two texts share the words of some part then.
    """
    row, word, vocabulary = _words(texts)
    order = np.argsort(np.bincount(word, minlength=len(vocabulary)), kind="stable")
    number = np.argsort(order)
    marks = np.random.default_rng(0).integers(0, 2**64, len(vocabulary), dtype="uint64")
    sets = _sets(row, number[word], np.bincount(row, minlength=len(texts)))
    classes = _classes(int(sets.sizes.max(initial=0)))
    keys, rows = _indexes(sets, classes, marks, threshold)
    return OtherSide(
        threshold=threshold, numbers=dict(zip(vocabulary, number.tolist(), strict=True)), marks=marks, sets=sets,
        bitmaps=_bitmaps(sets, marks, 1 + _BITS_A_WORD * len(word) // (64 * len(texts) + 1)),
        classes=classes, keys=keys, rows=rows,
    )  # fmt: skip


def _words(texts: pd.Series) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Each row's words, each once: the row, the word's place in the vocabulary; and the vocabulary."""
    cells = pa.table({"text": texts})["text"].cast(pa.large_string()).combine_chunks()
    split = pc.split_pattern_regex(pc.utf8_lower(pc.fill_null(cells, "")), _BETWEEN_WORDS)
    coded = split.flatten().dictionary_encode()
    vocabulary, word = coded.dictionary.to_pylist(), coded.indices.to_numpy()
    row = np.repeat(np.arange(len(split)), np.diff(split.offsets.to_numpy()))
    if "" in vocabulary:  # before the first word and after the last one
        real = word != vocabulary.index("")
        row, word = row[real], word[real]
    pairs = np.sort(row * len(vocabulary) + word)
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # np.unique would hash them, which is ten times slower
    return pairs // len(vocabulary), pairs % len(vocabulary), vocabulary


def _sets(row: np.ndarray, word: np.ndarray, sizes: np.ndarray) -> _Sets:
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(sizes)))])
    return _Sets(words=word, starts=starts, sizes=sizes)


def _bitmaps(sets: _Sets, marks: np.ndarray, count: int) -> np.ndarray:
    """Each word flips one bit, so that two rows differ in at least as many words as bits; shape (count, rows)."""
    row, word = sets.take(np.arange(len(sets.sizes)))
    bit = marks[word] % np.uint64(64 * count)
    maps = np.zeros(count * len(sets.sizes), dtype="uint64")
    place = (bit // np.uint64(64)).astype("int64") * len(sets.sizes) + row
    np.bitwise_xor.at(maps, place, np.uint64(1) << (bit % np.uint64(64)))
    return maps.reshape(count, len(sets.sizes))


def _classes(largest: int) -> _Classes:
    """Sizes up to `largest`: below 24 words each for itself, then 4 % more at a time."""
    first = [1]
    while first[-1] <= largest:
        first.append(first[-1] + first[-1] // 24 + 1)
    return _Classes(first=np.array(first[:-1], dtype="int64"), last=np.array(first[1:], dtype="int64") - 1)


def _indexes(
    sets: _Sets, classes: _Classes, marks: np.ndarray, threshold: float
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """For every number of parts that a row may be looked up by: its keys, ascending, and the row of each."""
    used = np.flatnonzero(sets.sizes)
    own = np.searchsorted(classes.last, sets.sizes[used])
    largest = np.floor(classes.last[own] / threshold + _ROUNDING)
    most = _parts(_differing(classes.last[own] + largest, threshold))
    keys, rows = {}, {}
    for count in _PARTS[most.max(initial=0) >= _PARTS].tolist():
        here = most >= count
        key = _salted(_sums(sets, used[here], count, marks), own[here])
        order = np.argsort(key)
        keys[count], rows[count] = key[order], used[here][order // count]
    return keys, rows


def _meetings(sets: _Sets, classes: _Classes, threshold: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each row with each class of sizes that may hold a repeat of it, and the number of parts to look it up by."""
    first = np.searchsorted(classes.last, np.ceil(sets.sizes * threshold - _ROUNDING))
    beyond = np.searchsorted(classes.first, np.floor(sets.sizes / threshold + _ROUNDING), side="right")
    count = np.maximum(beyond - first, 0)
    rows, own = np.repeat(np.arange(len(count)), count), _ranges(first, count)
    left = _differing(sets.sizes[rows] + classes.last[own], threshold) - (sets.sizes - sets.known)[rows]
    return rows[left >= 0], own[left >= 0], _parts(left[left >= 0])


def _differing(total: np.ndarray, threshold: float) -> np.ndarray:
    """In how many words two rows of `total` words together may differ: |A ∩ B| >= t |A ∪ B|, solved for the rest."""
    most: np.ndarray = ((1 - threshold) / (1 + threshold) * total + _ROUNDING).astype("int64")
    return most


def _parts(differing: np.ndarray) -> np.ndarray:
    """One part more than words that differ, or the next number in use."""
    return _PARTS[np.searchsorted(_PARTS, differing + 1)]


def _sums(sets: _Sets, rows: np.ndarray, count: int, marks: np.ndarray) -> np.ndarray:
    """The sum of the marks of a row's words in each part, shape (rows, count); rare and frequent words are dealt out evenly."""
    place, word = sets.take(rows)
    sums = np.zeros(len(rows) * count, dtype="uint64")
    np.add.at(sums, place * count + word % count, marks[word])
    return sums.reshape(len(rows), count)


def _salted(sums: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Keys, flat: the same for the same words in the same part, and the same class of sizes."""
    salt = classes[:, None] * sums.shape[1] + np.arange(sums.shape[1])
    keys: np.ndarray = (sums + salt.astype("uint64") * _STEP).ravel()
    return keys


def _ranges(first: np.ndarray, count: np.ndarray) -> np.ndarray:
    """`first`, `first + 1`, …, as many as `count`, of each entry in turn."""
    return np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
