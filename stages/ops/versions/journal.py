"""What survives a kill: a lock that one command holds, and a note of what it is about to change; both in the Git directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from stages.artefacts import read_json, write_json
from stages.decision.baseline import Git
from stages.errors import Refused

LOCK, NOTE = "ratchet.lock", "ratchet-intent.json"


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What is about to go into production.

    `head` is the commit before; while HEAD is that one, nothing has happened. `new` are the paths that are made on the way and
    that Git does not know.
    """

    kind: Literal["promotion", "rollback"]
    head: str
    version: int
    bundle: str
    new: list[str]

    def __str__(self) -> str:
        return f"the {self.kind} {'of' if self.kind == 'promotion' else 'to'} version {self.version}"


@contextmanager
def held(verb: str, git: Git) -> Iterator[None]:
    """Hold the lock of this clone; the kernel lets go of it however the process ends.

    Raises
    ------
    Refused
        Where another command holds it.
    """
    with _place(LOCK, git).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read().strip() or "another command"
            raise Refused(f"one command at a time must work in this clone, got {who} at work; wait until it has ended") from None
        file.truncate(0)
        file.write(f"`ratchet {verb}` (process {os.getpid()})")
        file.flush()
        yield


def note(intent: Intent, git: Git) -> None:
    """Say what is about to happen, before anything moves."""
    write_json(_place(NOTE, git), asdict(intent))


def noted(git: Git) -> Intent | None:
    """What an interrupted command was about to do; None where none was."""
    path = _place(NOTE, git)
    return Intent(**read_json(path)) if path.is_file() else None


def forget(git: Git) -> None:
    """All is done, or undone."""
    _place(NOTE, git).unlink(missing_ok=True)


def _place(name: str, git: Git) -> Path:
    return Path(git("rev-parse", "--git-path", name).strip())
