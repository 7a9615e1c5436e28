"""Which batch trains, which judges, and which waits: decided by whole batches, oldest to newest."""

from dataclasses import dataclass
from datetime import date, timedelta

from stages.errors import InputError
from stages.reading.periods import Period
from stages.sections import Labels, Split


@dataclass(frozen=True)
class Roles:
    """Each accepted batch's role on the day `as_of`: expired, training, holdout or immature; and the newest of them."""

    as_of: date
    role: dict[str, str]
    recent: frozenset[str]

    def named(self, role: str) -> list[str]:
        """The batches of one role, oldest first."""
        return [name for name, own in self.role.items() if own == role]


def assign(accepted: list[Period], as_of: date | None, labels: Labels, split: Split) -> Roles:
    """Give every accepted batch its role.

    A batch is mature `labels.maturity_days` after its last day. The newest `split.holdout_batches` mature batches judge, those
    before them train, back to `split.training_days` before `as_of`.

    Raises
    ------
    InputError
        Where there are too few mature batches to train and to judge.
    """
    ordered = sorted(accepted)
    today = as_of or (ordered[-1].last if ordered else date.min)
    mature = [p for p in ordered if p.last <= today - timedelta(days=labels.maturity_days)]
    window = [p for p in mature[: -split.holdout_batches] if p.last > today - timedelta(days=split.training_days)]
    if not window and len(mature) > split.holdout_batches:
        raise InputError(
            f"split.training_days must reach back to a batch before the {split.holdout_batches} that judge, "
            f"got {split.training_days}; raise it"
        )
    if not window:
        raise InputError(
            f"data/raw must hold more than {split.holdout_batches} accepted batches that are {labels.maturity_days} days old, "
            f"got {len(mature)} of {len(ordered)}; wait for the next batch, or lower split.holdout_batches"
        )
    training, holdout = {p.name for p in window}, {p.name for p in mature[-split.holdout_batches :]}
    names = {p.name: _role(p.name, training, holdout, mature=p in mature) for p in ordered}
    return Roles(today, names, frozenset(p.name for p in ordered[-split.recent_batches :]))


def _role(name: str, training: set[str], holdout: set[str], *, mature: bool) -> str:
    if name in training:
        return "training"
    if name in holdout:
        return "holdout"
    return "expired" if mature else "immature"
