"""`ratchet ci attempts`: attempts that wait in open branches count too.

An attempt is on record once its branch is merged. Until then the next run, which starts from main, would know nothing of it: it
would try again too early, and spend of the golden set what is spent already.
"""

import tempfile
from pathlib import Path

from stages import artefacts
from stages.decision.baseline import Git
from stages.decision.ledger import Ledger, read_ledger, write_ledger
from stages.errors import ToolError
from stages.ops.scheduled.proposal import PREFIX


def count_open(git: Git, remote: str) -> int:
    """Append to the ledger the attempts that branches of runs hold and this commit does not; returns how many."""
    git("fetch", "--quiet", "--prune", remote, f"+refs/heads/{PREFIX}*:refs/remotes/{remote}/{PREFIX}*")
    before = ledger = read_ledger(artefacts.LEDGER)
    for branch in git("for-each-ref", "--format=%(refname)", f"refs/remotes/{remote}/{PREFIX}").split():
        for entry in _ledger_of(git, branch).entries:
            if entry.kind == "attempt":
                ledger = ledger.with_entry(entry)
    if ledger != before:
        write_ledger(artefacts.LEDGER, ledger)
    return len(ledger.entries) - len(before.entries)


def _ledger_of(git: Git, branch: str) -> Ledger:
    """The ledger as a branch has it, read as strictly as our own; a branch without one has no attempts."""
    try:
        text = git("show", f"{branch}:./{artefacts.LEDGER}")
    except ToolError:
        return Ledger.model_construct(model="", entries=[])
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / artefacts.LEDGER.name
        copy.write_text(text, encoding="utf-8")
        return read_ledger(copy)
