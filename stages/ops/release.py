"""`ratchet quarantine release`: an entry of data/releases.yaml lets in what a person answers for, from the next run on."""

from dataclasses import dataclass

import pandas as pd

from stages import artefacts
from stages.errors import InputError, Refused
from stages.intake.releases import LINE, Release, append_release, is_line, never_released
from stages.ops.findings import Wanted, findings
from stages.ops.printing import visible

MAX_IDS = 100  # entries that a person can read in a review
NEEDED = ("row", "record_id", "level", "rule", "severity", "status")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A release that was asked for; without ids it covers every row of the batch that fails the rule."""

    batch: str
    rule: str
    ids: tuple[str, ...]
    by: str
    reason: str


def release(asked: Asked, id_column: str) -> str:
    """Write a release of findings into data/releases.yaml, bound to the batch's file as it is now; returns what it lets in.

    Raises
    ------
    Refused
        Where nobody may release them, or there is nothing to release; nothing has been written then.
    """
    _may_release(asked, id_column)
    found = _findings(asked.batch)
    own = _to_release(asked, found)
    file = artefacts.RAW.parent / asked.batch
    if not file.is_file():
        raise InputError(f"{file} must exist, got nothing there; `dvc pull` it, or run `dvc repro validate`")
    md5, by, reason = artefacts.file_md5(file), asked.by.strip(), asked.reason.strip()
    entries = [
        Release(batch=asked.batch, rule=asked.rule, record_id=name, file=md5, by=by, reason=reason)
        for name in dict.fromkeys(asked.ids) or [None]
    ]
    append_release(artefacts.RELEASES, entries)
    return _lets_in(asked, own, found)


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


def _findings(batch: str) -> pd.DataFrame:
    """What the quarantine says of a batch."""
    parts = [part.to_pandas() for part in findings(NEEDED, Wanted(batch))]
    found: pd.DataFrame = pd.concat([pd.DataFrame(columns=list(NEEDED)), *parts], ignore_index=True)
    return found


def _to_release(asked: Asked, found: pd.DataFrame) -> pd.DataFrame:
    """The findings that a release would undo."""
    own = found[found["rule"] == asked.rule]
    where = f"{visible(asked.batch)!r} with the rule {visible(asked.rule)!r}"
    if not len(own):
        raise Refused(f"a release must name findings, got none of {where}; `ratchet quarantine list` names them")
    unread = (own["rule"] == "batch: file") & (own["severity"] == "error")
    if unread.any():
        raise Refused(f"a release must let something in, got {where}, which cannot be read; mend the file, or remove it")
    whole = (own["level"] == "batch") & (own["status"] != "released")
    own = own[(own["status"] == "quarantined") | whole]
    if not len(own):
        raise Refused(f"a release must name what is refused, got nothing of {where}; it is used as it is")
    ids = set(asked.ids)
    lost = len(ids - set(own["record_id"].dropna()))
    if lost:
        raise Refused(f"--id must name rows in quarantine, got {lost} of {len(ids)} that are not, of {where}; look with `show`")
    asked_for: pd.DataFrame = own[own["record_id"].isin(ids)] if ids else own
    return asked_for


def _lets_in(asked: Asked, own: pd.DataFrame, found: pd.DataFrame) -> str:
    """What comes in by the release, and what still keeps out what does not."""
    others = found[(found["status"] == "quarantined") & (found["rule"] != asked.rule)]
    whole = [visible(rule) for rule in sorted(set(others.loc[others["level"] == "batch", "rule"]))]
    batch, blocked = visible(asked.batch), f"blocked ({', '.join(whole)})"
    if (own["level"] == "batch").any():
        return f"{batch} stays {blocked}" if whole else _batch_lets_in(asked.batch)
    rows = own["row"].drop_duplicates()
    out = int(rows.isin(others["row"].dropna()).sum())
    noun = "row" if (own["level"] == "row").all() else "label"
    what = f"{len(rows):,} {noun}{'' if len(rows) == 1 else 's'} of {batch}"
    also = f", {out:,} of them kept out by other rules too" if out else ""
    return what + also + (f"; the batch is {blocked}, the next run judges it anew" if whole else "")


def _batch_lets_in(batch: str) -> str:
    report = artefacts.read_json(artefacts.VALIDATION) if artefacts.VALIDATION.is_file() else {}
    about, name = report.get("batches", {}).get(batch), visible(batch)
    if about is None:
        return f"{name} as a whole"
    if about["verdict"] != "blocked":
        return f"{name}, which is in use already, as one that later ones are held against"
    rows, refused = about["rows"], about.get("quarantined", 0)
    return f"{rows - refused:,} of the {rows:,} {'labels' if about['role'] == 'feedback' else 'rows'} of {name}"
