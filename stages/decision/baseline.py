"""Where the old values come from: the baseline commit, `dvc metrics diff` against it, and the evaluation kept beside the ledger.

The baseline commit is derived, not stored: the oldest commit on the first-parent line whose models/baseline.dvc has the md5 of
today. That survives squash merges and rollbacks, and needs no commit to name itself.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stages.errors import CannotJudge, ToolError

Git = Callable[..., str]

POINTER = Path("models/baseline.dvc")
FETCH = "fetch it with `git fetch --unshallow`"


@dataclass(frozen=True)
class Old:
    """The baseline's recorded metrics, flat (`golden.accuracy`), their source, and what keeps them from being fully trusted."""

    values: dict[str, Any]
    source: str
    commit: str | None
    doubt: str | None


def run_git(*arguments: str) -> str:
    """Run Git here and return what it prints.

    Raises
    ------
    ToolError
        Where Git fails or is not there.
    """
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False)
    except FileNotFoundError:
        raise ToolError("git must be installed, got no such command; install it") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[:200] or f"exit code {done.returncode}"
        raise ToolError(f"`git {' '.join(arguments[:2])}` must work here, got: {said}; run it by hand")
    return done.stdout


def baseline_commit(git: Git, md5: str) -> str:
    """The commit that made the bundle `md5` the baseline.

    Raises
    ------
    CannotJudge
        Where this clone does not hold it; the message says how to get it.
    """
    try:
        commits = git("log", "--first-parent", "--reverse", "--format=%H", "--", str(POINTER)).split()
        found = next((commit for commit in commits if pointer_md5(git("show", f"{commit}:./{POINTER}")) == md5), None)
        shallow = git("rev-parse", "--is-shallow-repository").strip() == "true"
    except ToolError as error:
        raise CannotJudge(
            f"the baseline commit must be in this clone, got no Git history ({error}); commit models/baseline.dvc"
        ) from None
    if shallow and (found is None or found in Path(git("rev-parse", "--git-path", "shallow").strip()).read_text().split()):
        raise CannotJudge(f"the baseline commit must be in this clone, got a shallow clone without it; {FETCH}")
    if found is None:
        raise CannotJudge(f"the baseline commit must be on this branch, got no commit in which {POINTER} has this md5; commit it")
    return found


def pointer_md5(text: str) -> str | None:
    """The md5 in a .dvc file; None where the text is none."""
    try:
        return str(yaml.safe_load(text)["outs"][0]["md5"])
    except (yaml.YAMLError, KeyError, IndexError, TypeError):
        return None


def recorded_at(git: Git, commit: str) -> dict[str, str]:
    """The md5 of every dependency of the stage `evaluate` in a commit's dvc.lock; empty where there is none."""
    try:
        lock = yaml.safe_load(git("show", f"{commit}:./dvc.lock"))
        return {dep["path"]: dep.get("md5", "") for dep in lock["stages"]["evaluate"]["deps"]}
    except (ToolError, yaml.YAMLError, KeyError, TypeError):
        return {}


def metrics_diff(commit: str) -> dict[str, dict[str, dict[str, Any]]]:
    """`dvc metrics diff --json --all COMMIT`: `{file: {key: {old, new, diff}}}`.

    Raises
    ------
    ToolError
        Where DVC fails; it exits 0 and prints nulls where a file is unreadable on one side, so callers demand numbers.
    """
    command = [sys.executable, "-m", "dvc", "metrics", "diff", "--json", "--all", commit]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    try:
        return dict(json.loads(done.stdout)) if done.returncode == 0 else _failed(done.stderr)
    except ValueError:
        return _failed(done.stderr or done.stdout)


def _failed(output: str) -> dict[str, dict[str, dict[str, Any]]]:
    last = output.strip().splitlines()[-1:] or ["no output"]
    raise ToolError(f"`dvc metrics diff` must work here, got: {last[0][:200]}; run it by hand to see more")
