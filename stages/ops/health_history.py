"""What the metrics said at every version: the commits of the first-parent line that changed them, oldest first."""

import json
from dataclasses import dataclass
from typing import Any

from stages import artefacts
from stages.decision.baseline import Git
from stages.errors import CannotJudge, ToolError
from stages.health.looks import NAMES, Look, look

PLACES = tuple(f"metrics/{name}.json" for name in NAMES)


@dataclass(frozen=True, kw_only=True)
class History:
    """The looks, and what keeps them from being all."""

    looks: tuple[Look, ...]
    doubts: tuple[str, ...]


def history(git: Git) -> History:
    """Read every commit that changed the ledger or the metrics.

    Raises
    ------
    CannotJudge
        Where there is no Git history.
    """
    try:
        commits = git("log", "--first-parent", "--reverse", "--format=%H", "--", "metrics", str(artefacts.LEDGER)).split()
        shallow = git("rev-parse", "--is-shallow-repository").strip() == "true"
        dirty = git("status", "--porcelain", "--untracked-files=no", "--", "metrics", "models").strip()
    except ToolError as error:
        raise CannotJudge(f"the history of the loop must be in Git, got none ({error}); commit the runs") from None
    found, doubts = [], []
    unreadable = 0
    for commit in commits:
        try:
            found.append(look(_files(git, commit)))
        except (AttributeError, KeyError, TypeError, ValueError):
            unreadable += 1
    if shallow:
        doubts.append("this clone is shallow, so earlier runs are missing: git fetch --unshallow")
    if unreadable:
        doubts.append(f"{unreadable} of {len(commits)} commits hold metrics that do not read as such; they are left out")
    if dirty:
        doubts.append("what is not committed does not count: metrics or models differ from the last commit")
    return History(looks=tuple(own for own in found if own), doubts=tuple(doubts))


def _files(git: Git, commit: str) -> dict[str, dict[str, Any]]:
    """The files of a look that a commit has: in one call where it has them all."""
    try:
        return dict(zip(NAMES, _objects(git("show", *(f"{commit}:./{place}" for place in PLACES))), strict=True))
    except (ToolError, ValueError):
        return {name: own for name, place in zip(NAMES, PLACES, strict=True) for own in _one(git, f"{commit}:./{place}")}


def _one(git: Git, place: str) -> list[dict[str, Any]]:
    try:
        text = git("show", place)
    except ToolError:
        return []  # a commit before that stage had run
    return _objects(text)


def _objects(text: str) -> list[dict[str, Any]]:
    """JSON objects that stand one after the other.

    Raises
    ------
    ValueError
        Where there is something else.
    """
    found, place, reader = [], 0, json.JSONDecoder()
    while place < len(text):
        own, place = reader.raw_decode(text, place)
        if not isinstance(own, dict):
            raise ValueError("no JSON object")
        found.append(own)
        place += len(text[place:]) - len(text[place:].lstrip())
    return found
