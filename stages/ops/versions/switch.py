"""What a promotion and a rollback share: another bundle becomes the baseline in one commit, or nothing has happened.

What is about to change is noted first (journal.py). A command that finds such a note finishes what was committed and undoes what
was not; the tree was clean when the note was written, so undoing loses nothing.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stages import artefacts
from stages.decision.baseline import Git
from stages.decision.ledger import Ledger, write_ledger
from stages.errors import Refused, ToolError
from stages.ops.dvc import dvc_output, run_dvc
from stages.ops.versions import journal
from stages.ops.versions.journal import Intent
from stages.ops.versions.record import verified
from stages.ops.versions.tags import write_tags

SETTLED = ("dvc.lock", "metrics")
COMMITTED = (*SETTLED, "models")
INCOMING = Path("models/incoming")


@contextmanager
def alone(verb: str, git: Git) -> Iterator[Intent | None]:
    """Keep others out of this clone, and clear up after a command that was interrupted; gives what was finished so.

    Raises
    ------
    Refused
        Where another command is at work.
    """
    with journal.held(verb, git):
        intent = journal.noted(git)
        finished = recover(git)
        if intent:
            print(f"{intent} was interrupted: {'finished' if finished else 'undone'} now", file=sys.stderr)
        yield finished


@contextmanager
def undoable(intent: Intent, git: Git) -> Iterator[None]:
    """Whatever is changed inside is undone where it does not come to a commit."""
    git("var", "GIT_COMMITTER_IDENT")  # a commit that cannot be made is refused before anything moves
    journal.note(intent, git)
    try:
        yield
    except BaseException:
        recover(git)
        raise


def recover(git: Git) -> Intent | None:
    """Undo an interrupted switch that was not committed; finish, and return, one that was."""
    intent = journal.noted(git)
    if intent is None:
        return None
    head, *before = git("rev-list", "--first-parent", "--max-count=2", "HEAD").split()
    if head == intent.head:
        _undo(intent, git)
        return None
    finish(intent, git, settling=intent.kind == "rollback" and before == [intent.head])
    return intent


def finish(intent: Intent, git: Git, *, settling: bool) -> str | None:
    """What comes after the commit: the tags and, after a rollback, the stages; returns why those could not be settled."""
    write_tags(verified(git), git)
    unsettled = _settle_and_commit(intent, git) if settling else None
    journal.forget(git)
    return unsettled


def clean(git: Git) -> None:
    """Refuse a tree with changes.

    Raises
    ------
    Refused
        Files that Git does not know do not count.
    """
    if git("status", "--porcelain", "--untracked-files=no").strip():
        raise Refused(
            "the working tree must be clean, got uncommitted changes; commit the run first, so that its evidence is on record"
        )


def put_live(bundle: Path, ledger: Ledger) -> None:
    """Make a folder the baseline; it moves there. Its .dvc file is the caller's to write."""
    shutil.rmtree(artefacts.BASELINE, ignore_errors=True)
    bundle.rename(artefacts.BASELINE)
    write_ledger(artefacts.LEDGER, ledger)


def settle(*stages: str) -> None:
    """Run stages anew by the baseline of now. Nothing is trained, whatever else has changed."""
    run_dvc("repro", "--single-item", *stages, quiet=True)


def commit(intent: Intent, git: Git, subject: str, body: str) -> None:
    """Commit what a switch changes; `new` files that are still there belong to it."""
    git("add", "--update", "--", *COMMITTED)
    made = [path for path in intent.new if Path(path).is_file()]
    if made:
        git("add", "--", *made)
    git("commit", "--quiet", "-m", subject, "-m", body)


def _settle_and_commit(intent: Intent, git: Git) -> str | None:
    """The stages after a rollback, in a commit of their own; a stage that fails must not hold up the rollback.

    There may be newer data than the last run saw, and in a fresh clone no rows: validate makes them. Where they are not what the
    candidate learned from, nobody can judge it; the next run makes another one.
    """
    unsettled = None
    try:
        settle("validate", "trigger")
        git("add", "--update", "--", *SETTLED)
        if json.loads(dvc_output("status", "--json", "train")):
            unsettled = "there are newer rows than the candidate's: the next `ratchet run` judges"
        else:
            settle("evaluate", "gate")
    except ToolError as error:
        unsettled = f"{error}, then run `dvc repro` and commit"
        git("checkout", "--quiet", "--", *SETTLED)
    git("add", "--update", "--", *SETTLED)
    if git("diff", "--cached", "--name-only").strip():
        git("commit", "--quiet", "-m", f"Settle on version {intent.version}")
    return unsettled


def _undo(intent: Intent, git: Git) -> None:
    for path in map(Path, intent.new):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    _restore(COMMITTED, git)
    run_dvc("checkout", "--force", str(artefacts.BASELINE), quiet=True)
    journal.forget(git)


def _restore(paths: tuple[str, ...], git: Git) -> None:
    git("reset", "--quiet", "--", *paths)
    git("checkout", "--quiet", "--", *paths)
