"""The models that a command names: promoted versions, Git revisions, folders that hold a bundle."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stages import artefacts
from stages.decision.baseline import Git, baseline_commit
from stages.decision.ledger import read_ledger
from stages.errors import CannotJudge, ToolError, UsageError
from stages.modelling import bundle
from stages.modelling.bundle import Bundle
from stages.ops.dvc import run_dvc

WORKSPACE = {"candidate": artefacts.CANDIDATE, "baseline": artefacts.BASELINE}
SHORTEST_COMMIT = 7  # digits: what is shorter and all digits is a version


@dataclass(frozen=True, kw_only=True)
class Named:
    """A model, and what it is called; `version` and `commit` where it came by them."""

    label: str
    bundle: Bundle
    version: int | None = None
    commit: str | None = None


def find(what: str, option: str, packages: list[str], git: Git) -> Named:
    """The model that `option` names.

    Parameters
    ----------
    what : `candidate` or `baseline` (those of the workspace), a folder with a bundle, a promoted version (`43`), a Git revision
        (its `models/baseline`), or `REVISION:PATH` (its `models/candidate`, say).

    Raises
    ------
    UsageError
        Where it is none of these.
    CannotJudge
        Where its files cannot be had here.
    """
    folder = WORKSPACE.get(what, Path(what))
    if what in WORKSPACE or (folder / "model.skops").is_file():
        return Named(label=folder.as_posix(), bundle=bundle.load(folder, packages))
    number = re.fullmatch(r"v?(\d+)", what)
    if number and len(what) < SHORTEST_COMMIT:
        return _version(int(number[1]), option, packages, git)
    return _revision(what, option, packages, git)


def _version(number: int, option: str, packages: list[str], git: Git) -> Named:
    promoted = {entry.version: entry.bundle for entry in read_ledger(artefacts.LEDGER).entries if entry.kind == "promotion"}
    if number not in promoted:
        known = ", ".join(str(version) for version in promoted)
        raise UsageError(f"{option} must be a promoted version ({known}), got {number}; `ratchet status` shows the newest")
    commit = baseline_commit(git, promoted[number])
    found = _fetched(f"version {number}", commit, artefacts.BASELINE, packages)
    if found.md5 != promoted[number]:
        raise CannotJudge(f"version {number} must be the bundle of the ledger, got another md5; run `dvc fetch --all-commits`")
    return Named(label=f"version {number}", bundle=found, version=number, commit=commit)


def _revision(what: str, option: str, packages: list[str], git: Git) -> Named:
    revision, _, path = what.partition(":")
    try:
        commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    except ToolError:
        raise UsageError(
            f"{option} must be a promoted version, a Git revision or a folder with a bundle, got {what!r}; "
            "see `ratchet status` and `git log`"
        ) from None
    return Named(label=what, bundle=_fetched(what, commit, Path(path) if path else artefacts.BASELINE, packages), commit=commit)


def _fetched(label: str, commit: str, path: Path, packages: list[str]) -> Bundle:
    """A bundle as a commit has it, from DVC's cache or remote; nothing in the workspace changes."""
    with tempfile.TemporaryDirectory() as place:
        into = Path(place) / "bundle"
        try:
            run_dvc("get", ".", path.as_posix(), "--rev", commit, "--out", str(into), quiet=True)
        except ToolError:
            raise CannotJudge(
                f"{path.as_posix()} of {label} must be in DVC's cache or remote, got nothing from `dvc get` at {commit[:7]}; "
                "run `dvc fetch --all-commits`, or name another model"
            ) from None
        return bundle.load(into, packages)
