"""Which batch trains, which judges, and which waits: decided by whole batches, oldest to newest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from stages.reading.periods import Period
from stages.sections import Labels, Split

NO_DAY = date(1970, 1, 1)  # the day it is where no file declares one


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Each accepted batch's role on the day `as_of`: expired, training, holdout or immature; and the newest of them.

    Where nothing can train, `problem` says why: no batch judges or is recent then, those that would are immature.
    """

    as_of: date
    role: dict[str, str]
    recent: frozenset[str]
    problem: str | None = None

    def named(self, role: str) -> list[str]:
        """The batches of one role, oldest first."""
        return [name for name, own in self.role.items() if own == role]


def assign(
    accepted: Sequence[Period], blocked: Sequence[Period | None], as_of: date | None, labels: Labels, split: Split
) -> Roles:
    """Give every accepted batch its role.

    A batch is mature `labels.maturity_days` after its last day. The newest `split.holdout_batches` mature batches judge, those
    before them train, back to `split.training_days` before `as_of`.

    Parameters
    ----------
    blocked : what the other files declare; their days count only where nothing was accepted.
    """
    ordered = sorted(accepted)
    today = as_of or max((p.last for p in ordered or blocked if p), default=NO_DAY)
    mature = [p for p in ordered if p.last <= today - timedelta(days=labels.maturity_days)]
    older, judging = mature[: -split.holdout_batches], mature[-split.holdout_batches :]
    window = [p for p in older if p.last > today - timedelta(days=split.training_days)]
    role = {p.name: "training" if p in window else "expired" if p in older else "immature" for p in ordered}
    if not window:
        why = _too_short(split) if older else _too_few(len(mature), len(ordered), len(blocked), labels, split)
        return Roles(as_of=today, role=role, recent=frozenset(), problem=why)
    role |= {p.name: "holdout" for p in judging}
    return Roles(as_of=today, role=role, recent=frozenset(p.name for p in ordered[-split.recent_batches :]))


def _too_short(split: Split) -> str:
    return (
        f"split.training_days must reach back to a batch before the {split.holdout_batches} that judge, "
        f"got {split.training_days}; raise it"
    )


def _too_few(mature: int, accepted: int, blocked: int, labels: Labels, split: Split) -> str:
    all_files = f"{accepted + blocked} files" + (f", {blocked} of them blocked" if blocked else "")
    look = "`ratchet quarantine list` says why, or " if blocked else ""
    return (
        f"data/raw must hold more than {split.holdout_batches} accepted batches that are {labels.maturity_days} days old, "
        f"got {mature} of {all_files}; {look}wait for the next batch, or lower split.holdout_batches"
    )
