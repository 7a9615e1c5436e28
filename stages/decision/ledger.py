"""The ledger: the append-only record of what was tried, promoted, rolled back and re-anchored; the truth about production."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stages.artefacts import read_yaml, write_text, yaml_text
from stages.errors import InputError

HEADER = """\
# The record of every attempt, promotion and rollback: append-only, written by `ratchet`.
# The last promotion or rollback names what is in production.
"""


class KnownChange(BaseModel):
    """What was known, when a model was promoted, to have changed in the world, and since which day."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    day: date
    what: str


class Entry(BaseModel):
    """One line of the record.

    `bundle` is the md5 of the bundle's folder as DVC counts it; `holdout` and `golden` are the md5 of the data that judged it;
    `promised` is the primary metric on that holdout, `rows` its size. `training` and `recipe` are the md5 of the rows that a
    bundle learned from and of its settings. `rejected` is the bundle that a rollback took out. `scored` holds the versions that a
    re-anchoring measured on `golden`; `follows` is the golden set before, where most of the rows were in that one too. `request`
    is a person's reason, where somebody had asked for the attempt.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["attempt", "promotion", "rollback", "reanchor"]
    as_of: date
    bundle: str
    version: int | None = None
    verdict: Literal["promote", "hold", "review"] | None = None
    reasons: list[str] = []
    by: str | None = None
    reason: str | None = None
    metric: str | None = None
    promised: float | None = None
    rows: int | None = None
    holdout: str | None = None
    golden: str | None = None
    training: str | None = None
    recipe: str | None = None
    rejected: str | None = None
    change: KnownChange | None = None
    scored: list[int] = []
    follows: str | None = None
    request: str | None = None


class Ledger(BaseModel):
    """All entries, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    model: str
    entries: Annotated[list[Entry], Field(min_length=1)]

    @property
    def live(self) -> Entry:
        """The promotion that put the production version there."""
        last = self._switches[-1]
        return next(entry for entry in reversed(self.entries) if entry.kind == "promotion" and entry.bundle == last.bundle)

    @property
    def since(self) -> date:
        """The day the production version came in, by promotion or rollback."""
        return self._switches[-1].as_of

    @property
    def _switches(self) -> list[Entry]:
        """What changed production."""
        return [entry for entry in self.entries if entry.kind in ("promotion", "rollback")]

    @property
    def next_version(self) -> int:
        """The number of the next promotion."""
        return 1 + max(entry.version or 0 for entry in self.entries if entry.kind == "promotion")

    @property
    def rejected(self) -> frozenset[str]:
        """Bundles that were rolled back, but for those that a later rollback was made to return to."""
        out: dict[str, bool] = {}
        for entry in self.entries:
            if entry.kind == "rollback":
                out |= {entry.bundle: False} | ({entry.rejected: True} if entry.rejected else {})
        return frozenset(bundle for bundle, rejected in out.items() if rejected)

    @property
    def versions(self) -> list[Entry]:
        """The promotions that are to be held against: without version 0, a dummy, and without what was rolled back."""
        promoted = [entry for entry in self.entries if entry.kind == "promotion" and entry.version]
        return [entry for entry in promoted if entry.bundle not in self.rejected]

    def anchor(self, golden: str) -> Entry | None:
        """The last re-anchoring, where it measured the production version on this golden set; None where it did not."""
        last = next((entry for entry in reversed(self.entries) if entry.kind == "reanchor"), None)
        return last if last and last.golden == golden and self.live.version in last.scored else None

    def last_attempt(self, before: date) -> date | None:
        """The day of the last attempt before the day `before` (that day's attempts are its own run), or of a promotion."""
        days = [
            entry.as_of
            for entry in self.entries
            if (entry.kind == "promotion" and entry.version) or (entry.kind == "attempt" and entry.as_of < before)
        ]
        return max(days, default=None)

    def answered(self, request: str, before: date) -> date | None:
        """The day of the last attempt before the day `before` that was made for a person's request; None where there is none."""
        days = [own.as_of for own in self.entries if own.kind == "attempt" and own.request == request and own.as_of < before]
        return max(days, default=None)

    def with_entry(self, entry: Entry) -> "Ledger":
        """The ledger with one more line; the same attempt is recorded once, and once more for each request."""
        same = entry.kind == "attempt" and any(
            old.kind == "attempt"
            and (old.bundle, old.holdout, old.golden) == (entry.bundle, entry.holdout, entry.golden)
            and entry.request in (None, old.request)
            for old in self.entries
        )
        return self if same else Ledger(model=self.model, entries=[*self.entries, entry])


def read_ledger(path: Path) -> Ledger:
    """Read the ledger.

    Raises
    ------
    InputError
        Where it is missing or does not read as one.
    """
    try:
        ledger = Ledger.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(
            f"{path}: {place} must be a valid entry, got: {first['msg']}; restore it with `git checkout -- {path}`"
        ) from None
    promoted = {entry.bundle for entry in ledger.entries if entry.kind == "promotion"}
    if not promoted:
        raise InputError(f"{path} must hold the promotion of version 0, got none; restore it with `git checkout -- {path}`")
    if not {entry.bundle for entry in ledger.entries if entry.kind == "rollback"} <= promoted:
        raise InputError(
            f"{path} must only go back to promoted bundles, got another one; restore it with `git checkout -- {path}`"
        )
    return ledger


def write_ledger(path: Path, ledger: Ledger) -> None:
    """Write the ledger; fields that say nothing are left out."""
    write_text(
        path,
        HEADER + yaml_text(ledger.model_dump(mode="json", exclude_defaults=True)),
    )
