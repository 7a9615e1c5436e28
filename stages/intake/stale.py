"""Which releases let something in, in this run, and why others no longer can: those are to be removed, or asked for again."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from stages.intake.releases import Release, never_released

Freed = Set[tuple[str, str, str | None]]  # batch, rule, record id (None: any) of lines that were let in


def release_report(
    releases: Sequence[Release], freed: Freed, files: Mapping[str, str], unseen: Set[str], id_column: str
) -> dict[str, Any]:
    """How many entries of data/releases.yaml are in force, and those that are stale, each with the reason.

    Parameters
    ----------
    files : the md5 of everything that came in, by key (`raw/2026-W40.csv`).
    unseen : keys of files of which not every line was looked at, so that nothing is known of releases that let in nothing.
    """
    used = [(own.batch, own.rule, own.record_id) in freed and files.get(own.batch) == own.file for own in releases]
    others = [own for own, in_force in zip(releases, used, strict=True) if not in_force]
    said = [(own, _why(own, files, unseen, id_column)) for own in others]
    stale = [{"batch": own.batch, "rule": own.rule, "record_id": own.record_id, "why": why} for own, why in said if why]
    return {"in_force": sum(used), "stale": stale}


def _why(own: Release, files: Mapping[str, str], unseen: Set[str], id_column: str) -> str | None:
    if own.batch not in files:
        folder = own.batch.partition("/")[0]
        return "there is no such file" if any(key.startswith(f"{folder}/") for key in files) else None  # else: nothing was pulled
    if files[own.batch] != own.file:
        return "the file has changed"
    if never_released(own.rule, id_column):
        return "no release can undo this rule"
    return None if own.batch in unseen else "nothing in the file fails the rule"
