"""What a person released from quarantine: `data/releases.yaml`, read by the next run and reviewed like code."""

import contextlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from typing import Annotated, TextIO

import numpy as np
import pandas as pd
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from stages.artefacts import read_yaml, yaml_text
from stages.errors import InputError, Refused

HEADER = """\
# Findings that a person released: written by `ratchet quarantine release`, reviewed like code, honoured by the next run.
# An entry counts while the batch's file has the md5 it names; record_id: null means every row of that batch and rule.
# To take a release back, remove its entry and run `dvc repro`.
"""
NEVER_RELEASED = (
    "row: near-duplicate of a test row", "row: group of a test row",  # what judges a model never trains it
    "row: wrong number of fields", "row: not a JSON object",  # nothing of the row is known
    "label: missing", "label: no id", "label: unknown source",  # there is nothing to trust, or no word on how far
    "label: not a number", *(f"{name}: {what}" for name in ("label", "source", "action") for what in ("not text", "digits lost")),
)  # fmt: skip
NO_TIME = ": not an ISO time"  # without its time nobody can say whether a row is of its batch; of feedback it may be unknown
NEVER_RELEASED_ID = ("missing", "repeated", "in an earlier batch", "in the golden set", "digits lost", "not text")  # of it alone
LINE = "be one line with a letter or digit in it and without control characters"
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, halves of a pair, line and paragraph ends
_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})  # they show a text in another order


def is_line(text: str) -> bool:
    """Whether a name or a reason says something, on one line, and shows all that it holds."""
    hidden = any(unicodedata.category(c) in _UNSEEN or unicodedata.bidirectional(c) in _TURNS for c in text)
    return any(c.isalnum() for c in text) and not hidden


def _line(text: str) -> str:
    if not is_line(text):
        raise ValueError(LINE)
    return text


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Release:
    """One entry: a row's finding, or with `record_id` None all findings of a rule in a batch; `file` is the md5 of its file."""

    batch: Annotated[str, Field(min_length=1)]
    rule: Annotated[str, Field(min_length=1)]
    record_id: str | None
    file: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    by: Annotated[str, AfterValidator(_line)]
    reason: Annotated[str, AfterValidator(_line)]


def never_released(rule: str, id_column: str) -> bool:
    """Whether no release may undo a rule: else a row would count twice, have no id or time, or both train and judge."""
    untimed = rule.endswith(NO_TIME) and not rule.startswith("reviewed_at")
    return untimed or rule.startswith((*NEVER_RELEASED, *(f"{id_column}: {what}" for what in NEVER_RELEASED_ID)))


def read_releases(path: Path) -> list[Release]:
    """All entries, in the order of the file; no file holds none.

    Raises
    ------
    InputError
        Where an entry lacks a key, has another one or a value that cannot be; the message names both.
    """
    if not path.exists():
        return []
    found = read_yaml(path)
    try:
        return TypeAdapter(list[Release]).validate_python([] if found is None else found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ": ".join([f"entry {int(first['loc'][0]) + 1}", *map(str, first["loc"][1:])]) if first["loc"] else "the file"
        what = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{path}: {place} must be valid, got: {what}; mend it (numbers that are text go in quotes)") from None


def append_release(path: Path, new: Sequence[Release]) -> None:
    """Add entries: all of them or none, after those that are there, whose comment at the top stays.

    Raises
    ------
    Refused
        Where one of them is there already, or another release is being written at the same time.
    """
    with _alone(path) as draft:
        old = read_releases(path)
        for entry in new:
            _not_there(entry, old)
        draft.write((_comment(path) or HEADER) + yaml_text([asdict(entry) for entry in (*old, *new)]))


def released(releases: Sequence[Release], batch: str, file_md5: str, rule: str, ids: pd.Series) -> np.ndarray:
    """Which rows of a batch were released from a rule; none from one that `never_released` names, whoever wrote the entry.

    Parameters
    ----------
    ids : the id column of the batch under its own name, str, shape (rows,); gaps are released only with the whole rule.

    Returns
    -------
    bool array, shape (rows,).
    """
    never = never_released(rule, str(ids.name))
    named = {entry.record_id for entry in _of(releases, batch, file_md5, rule) if not never}
    return np.ones(len(ids), dtype=bool) if None in named else ids.isin(named).to_numpy(dtype=bool)


def batch_released(releases: Sequence[Release], batch: str, file_md5: str, rule: str) -> bool:
    """Whether a rule was released for the batch as a whole."""
    return any(entry.record_id is None for entry in _of(releases, batch, file_md5, rule))


def _of(releases: Sequence[Release], batch: str, file_md5: str, rule: str) -> list[Release]:
    return [entry for entry in releases if (entry.batch, entry.file, entry.rule) == (batch, file_md5, rule)]


def _not_there(entry: Release, old: Sequence[Release]) -> None:
    for other in _of(old, entry.batch, entry.file, entry.rule):
        if other.record_id in (None, entry.record_id):
            raise Refused(
                f"a release must be new, got one that {other.by!r} has written already; run `dvc repro` to see its effect"
            )


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[TextIO]:
    """The new content, to be written by one process at a time: its draft is the lock, as with Git's own files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        file = draft.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        raise Refused(
            f"{path} must be written by one release at a time, got {draft}; try again, or remove it if none runs"
        ) from None
    try:
        with file:
            yield file
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _comment(path: Path) -> str:
    """The comment at the top of a file that is there."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    return "".join(takewhile(lambda line: line.startswith("#"), lines))
