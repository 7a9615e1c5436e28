"""The ledger against the history of this clone: that it only ever grew, and which commit put which version into production."""

from collections.abc import Iterator
from dataclasses import dataclass

from stages import artefacts
from stages.decision.baseline import Git
from stages.decision.ledger import Entry, Ledger, read_ledger
from stages.errors import CannotJudge, Refused, ToolError


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit on the first-parent line, by whom, and when, in seconds since 1970."""

    id: str
    at: int
    by: str


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A promotion or rollback, and the commit that recorded it. `number` counts them, version 0 being none."""

    entry: Entry
    number: int
    commit: Commit


@dataclass(frozen=True, kw_only=True)
class Record:
    """The ledger, and its switches from the oldest to the newest."""

    ledger: Ledger
    switches: list[Switch]

    def live_after(self, switch: Switch) -> Switch:
        """The promotion that a switch put into production: itself, or the one that a rollback went back to."""
        past = reversed(self.switches[: switch.number + 1])
        return next(own for own in past if own.entry.kind == "promotion" and own.entry.bundle == switch.entry.bundle)


def verified(git: Git) -> Record:
    """The ledger of the working tree, where every committed one on the first-parent line is its beginning.

    One that was edited or cut and then restored is healed: what does not go on from the last good one is passed over.

    Raises
    ------
    Refused
        Where the ledger says less than, or another thing than, it said in a commit.
    CannotJudge
        Where this clone is shallow.
    """
    if git("rev-parse", "--is-shallow-repository").strip() == "true":
        raise CannotJudge(
            "the ledger must be checked against its whole history, got a shallow clone; run `git fetch --unshallow` first"
        )
    ledger, present = read_ledger(artefacts.LEDGER), _entries(artefacts.LEDGER.read_text(encoding="utf-8"))
    grown = list(_grown(git))
    good, last = grown[-1] if grown else ("", None)
    if last and not _goes_on(present, good):
        raise Refused(
            f"{artefacts.LEDGER} must only ever grow, got one that lacks what it said in {last.id[:7]}; restore it with "
            f"`git checkout {last.id[:7]} -- {artefacts.LEDGER}` and commit"
        )
    return Record(ledger=ledger, switches=_switches(ledger, [(_count(text), commit) for text, commit in grown]))


def _grown(git: Git) -> Iterator[tuple[str, Commit]]:
    """The committed ledgers, oldest first, of which each goes on from the one before."""
    good = ""
    log = git("log", "--first-parent", "--reverse", "--format=%H %ct %cn <%ce>", "--", str(artefacts.LEDGER))
    for line in log.splitlines():
        commit, at, by = line.split(" ", 2)
        try:
            text = _entries(git("show", f"{commit}:./{artefacts.LEDGER}"))
        except ToolError:
            continue  # a commit that removed it
        if _goes_on(text, good):
            good = text
            yield text, Commit(id=commit, at=int(at), by=by)


def _switches(ledger: Ledger, grown: list[tuple[int, Commit]]) -> list[Switch]:
    found: list[Switch] = []
    for place, entry in enumerate(ledger.entries):
        commit = next((commit for count, commit in grown if count > place), None)
        if commit and entry.kind in ("promotion", "rollback"):
            found.append(Switch(entry=entry, number=len(found), commit=commit))
    return found


def _entries(text: str) -> str:
    """The text without its comments, which an upgrade may reword."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def _goes_on(text: str, good: str) -> bool:
    """Whether a text is another one, and whole entries after it."""
    rest = text.removeprefix(good)
    return text.startswith(good) and (not good or not rest or rest.startswith("- "))


def _count(text: str) -> int:
    """How many entries: `ratchet` writes each from the first column on, and no value over more than one line."""
    return sum(line.startswith("- ") for line in text.splitlines())
