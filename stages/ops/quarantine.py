"""`ratchet quarantine`: what was refused and by which rule, and the release of what a person answers for.

Reads data/quarantine. A release writes data/releases.yaml, which the next run honours.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from stages import artefacts
from stages.errors import InputError, Refused, UsageError
from stages.intake.releases import LINE, Release, append_release, is_line, never_released
from stages.ops.findings import COLUMNS, Wanted, counts, findings
from stages.ops.printing import lines, paper, plain, visible

STYLE = {"error": "red", "warning": "yellow", "quarantined": "red", "released": "green", "review": "yellow", "open": "yellow"}
REFUSED = ("quarantined", "open")  # what a release undoes, beside every finding about a whole batch
MAX_IDS = 100  # entries that a person can read in a review


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A release that was asked for; without ids it covers every row of the batch that fails the rule."""

    batch: str
    rule: str
    ids: tuple[str, ...]
    by: str
    reason: str


def show_list(wanted: Wanted, console: Console | None = None) -> None:
    """Print how often each rule speaks in each batch, the newest batch last."""
    console = console or paper()
    found = counts(wanted)
    if not found:
        console.print("nothing in quarantine" if wanted == Wanted() else "nothing in quarantine that matches")
        return
    table = lines("batch", "rule", "severity", "status", "findings", numbers=("findings",))
    by_status = Counter[str]()
    for (batch, rule, severity, status), n in sorted(found.items(), key=_newest_last):
        table.add_row(plain(batch), plain(rule), _word(severity), _word(status), f"{n:,}")
        by_status[status] += n
    console.print(table)
    words = ", ".join(f"{n:,} {status}" for status, n in by_status.most_common())
    console.print(Text(f"\ntotal {found.total():,}: {visible(words)}"), soft_wrap=True)
    console.print("next: ratchet quarantine show BATCH")


def show_batch(batch: str, rule: str | None, limit: int, console: Console | None = None) -> None:
    """Print the first findings of a batch, one a line.

    Raises
    ------
    UsageError
        Where the batch has none.
    """
    console = console or paper()
    shown: list[dict[str, Any]] = []
    total = 0
    for part in findings(COLUMNS, Wanted(batch, rule)):
        total += part.num_rows
        shown += part.slice(0, limit - len(shown)).to_pylist()
    if not total:
        raise UsageError(f"BATCH and --rule must name findings, got none of {batch!r}; `ratchet quarantine list` names them")
    table = lines("row", "record id", "rule", "value", "status", numbers=("row",))
    for own in shown:
        row = own["level"] if own["row"] is None else str(own["row"])
        table.add_row(row, *(plain(own[name] or "") for name in ("record_id", "rule", "value")), _word(own["status"]))
    console.print(Text(f"{visible(batch)}, findings: {total:,} (rows count from 0)"), soft_wrap=True)
    console.print(table)
    if total > len(shown):
        console.print(f"and {total - len(shown):,} more: --limit N, or ratchet quarantine list --csv FILE", soft_wrap=True)
    console.print("next: ratchet quarantine release --batch B --rule R --by NAME --reason TEXT", soft_wrap=True)


def release(asked: Asked, id_column: str) -> int:
    """Write a release of findings into data/releases.yaml, bound to the batch's file as it is now; returns how many findings.

    Raises
    ------
    Refused
        Where nobody may release them, or there is nothing to release; nothing has been written then.
    """
    _may_release(asked, id_column)
    n = _to_release(asked)
    file = artefacts.RAW.parent / asked.batch
    if not file.is_file():
        raise InputError(f"{file} must exist, got nothing there; `dvc pull` it, or run `dvc repro validate`")
    md5, by, reason = artefacts.file_md5(file), asked.by.strip(), asked.reason.strip()
    entries = [
        Release(batch=asked.batch, rule=asked.rule, record_id=name, file=md5, by=by, reason=reason)
        for name in dict.fromkeys(asked.ids) or [None]
    ]
    append_release(artefacts.RELEASES, entries)
    return n


def _may_release(asked: Asked, id_column: str) -> None:
    for option, text in (("--by", asked.by), ("--reason", asked.reason)):
        if not is_line(text):
            raise Refused(f"{option} must {LINE}, got another text; say who answers for the release, and why")
    if len(asked.ids) > MAX_IDS:
        raise Refused(
            f"--id may name {MAX_IDS} rows at most, got {len(asked.ids)}; leave it out to release the rule in the batch"
        )
    if never_released(asked.rule, id_column):
        raise Refused(f"--rule must be one that a release may undo, got {visible(asked.rule)!r}; mend the batch's file instead")


def _to_release(asked: Asked) -> int:
    """How many findings a release would undo."""
    total, refused, named = 0, 0, Counter(dict.fromkeys(asked.ids, 0))
    for part in findings(("record_id", "level", "status"), Wanted(asked.batch, asked.rule)):
        ids = [own["record_id"] for own in part.to_pylist() if _undone(own["level"], own["status"])]
        named.update(name for name in ids if name in named)
        total, refused = total + part.num_rows, refused + len(ids)
    where = f"{visible(asked.batch)!r} with the rule {visible(asked.rule)!r}"
    if not total:
        raise Refused(f"a release must name findings, got none of {where}; `ratchet quarantine list` names them")
    if not refused:
        raise Refused(f"a release must name what is refused, got nothing of {where}; it is used as it is")
    lost = sum(n == 0 for n in named.values())
    if lost:
        raise Refused(f"--id must name rows in quarantine, got {lost} of {len(named)} that are not, of {where}; look with `show`")
    return named.total() if named else refused


def _undone(level: str, status: str) -> bool:
    return status in REFUSED or (level == "batch" and status != "released")


def _newest_last(count: tuple[tuple[str, ...], int]) -> tuple[str, str, int, tuple[str, ...]]:
    """By period, then folder; within a batch the most frequent first."""
    key, n = count
    return Path(key[0]).name, key[0], -n, key


def _word(word: str) -> Text:
    return Text(visible(word), style=STYLE.get(word, ""))
