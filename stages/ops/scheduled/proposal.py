"""`ratchet ci propose`: a run of the loop as one commit on a branch of its own, for people to look at.

The branch is named by the newest batch, so that the same run again is the same branch, updated. What a clock may change (latency,
and what the gate says of it) is no reason to update anything.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages import artefacts
from stages.decision.baseline import Git
from stages.errors import InputError, Refused
from stages.ops.dvc import dvc_output, run_dvc
from stages.ops.printing import visible
from stages.reading.periods import period

PREFIX = "ratchet/"  # of branches that runs write
TRAILER = "Ratchet-Run"  # in the commit of a run, so that nothing else is ever overwritten
WRITTEN = ("dvc.lock", "params.yaml", "metrics", "models/ledger.yaml", "models/.gitignore", "data/.gitignore")
BY_THE_CLOCK = frozenset({"dvc.lock", "metrics/latency.json", "metrics/decision.json"})


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A branch on the remote, and what its pull request is called."""

    branch: str
    title: str


def propose(git: Git, remote: str) -> Proposal | None:
    """Commit what the run changed onto its branch, push the data, then the branch; None where there is nothing to look at.

    Raises
    ------
    Refused
        Where the branch holds commits of somebody else.
    """
    verdict = artefacts.read_json(artefacts.TRIGGER)["verdict"]
    if verdict == "skip":
        return None
    batch = newest_batch(artefacts.read_json(artefacts.VALIDATION))
    proposal = Proposal(branch=PREFIX + batch, title=f"Data through {batch}: {_said(verdict)}")
    tip = _tip(git, remote, proposal.branch)
    git("add", "--", *(name for name in WRITTEN if Path(name).exists()))
    if not _changed(git, "HEAD"):
        git("reset", "--quiet")
        return None
    run_dvc("push", quiet=True)  # before Git: a commit never names data that nobody can fetch
    _add_remotes_inside(git)
    if tip and git("rev-parse", f"{tip}^").strip() == git("rev-parse", "HEAD").strip() and not _changed(git, tip):
        git("reset", "--quiet")
        return proposal  # as it is there already
    git("switch", "--quiet", "-C", proposal.branch)
    git("commit", "--quiet", "-m", proposal.title, "-m", _why(verdict), "-m", f"{TRAILER}: {batch}")
    reference = f"refs/heads/{proposal.branch}"
    git("push", "--quiet", f"--force-with-lease={reference}:{tip}", remote, f"HEAD:{reference}")
    return proposal


def newest_batch(validation: dict[str, Any]) -> str:
    """The period of the newest batch of rows, blocked or not."""
    named = [own["batch"] for key, own in validation["batches"].items() if key.startswith("raw/") and own["batch"]]
    if not named:
        raise InputError("data/raw must hold a batch named by its period, got none; add one, then `ratchet run`")
    return str(max(named, key=period))


def _changed(git: Git, commit: str) -> bool:
    """Whether what is staged differs from a commit in more than the clock may change."""
    return not set(git("diff", "--cached", "--name-only", "-z", commit).split("\0")) <= BY_THE_CLOCK | {""}


def _tip(git: Git, remote: str, branch: str) -> str:
    """The branch's last commit on the remote; "" where there is none."""
    found = git("ls-remote", "--heads", remote, f"refs/heads/{branch}").split()
    if not found:
        return ""
    git("fetch", "--quiet", remote, f"refs/heads/{branch}")
    said = f"--format=|%(trailers:key={TRAILER},valueonly,separator=%x2C)"
    if "|" in git("log", "--no-merges", said, found[0], "--not", "HEAD").splitlines():
        raise Refused(f"{branch} on {remote} must hold only what runs wrote, got a commit of somebody else; merge or delete it")
    return found[0]


def _said(verdict: str) -> str:
    """The gate's verdict where there was a candidate, else the trigger's."""
    if verdict == "retrain":
        return f"the gate says {artefacts.read_json(artefacts.DECISION)['verdict']}"
    return f"the trigger says {verdict}"


def _why(verdict: str) -> str:
    report = artefacts.read_json(artefacts.DECISION if verdict == "retrain" else artefacts.TRIGGER)
    return "\n".join(visible(reason) for reason in report["reasons"]) or "no reason given"


def _add_remotes_inside(git: Git) -> None:
    """Files of DVC remotes that are folders of this repository, as the sample's is, are committed too."""
    for line in dvc_output("remote", "list").splitlines():
        folder = Path(line.removesuffix("(default)").strip().partition(" ")[2].strip())  # a name has no blanks
        if folder.is_relative_to(Path.cwd()) and folder.is_dir():
            git("add", "--", str(folder))
