"""`ratchet rollback`: an earlier version is the baseline again, without training, and the one it replaces is marked as rejected.

The switch is a commit of its own, so that it takes seconds and no stage can hold it up; a second one settles the pipeline on it.
"""

from dataclasses import dataclass
from datetime import date

from stages import artefacts, settings
from stages.artefacts import yaml_text
from stages.decision.baseline import POINTER, Git
from stages.decision.ledger import Entry, Ledger
from stages.errors import InputError, Refused, ToolError, UsageError
from stages.ops.dvc import run_dvc
from stages.ops.versions.journal import Intent
from stages.ops.versions.record import verified
from stages.ops.versions.switch import INCOMING, alone, clean, commit, finish, put_live, undoable
from stages.ops.versions.tags import check_tags

ASKED = INCOMING.with_suffix(".dvc")


@dataclass(frozen=True, kw_only=True)
class Request:
    """Where to (None: the version before), why, who says so (None: Git's author), and whether also to one rolled back."""

    to: int | None
    reason: str
    by: str | None
    force: bool


@dataclass(frozen=True, kw_only=True)
class Done:
    """The version that is back, and why the stages could not be settled on it, where they could not."""

    version: int
    unsettled: str | None


def rollback(request: Request, git: Git) -> Done:
    """Make an earlier version the baseline, commit and tag; then settle the stages on it, and commit that.

    Where an interrupted rollback was committed already, only what was missing is done.

    Raises
    ------
    Refused
        Where the tree is not clean, the ledger or a tag is not what it was, or the version is in production or was rolled back.
    UsageError
        Where there is no such version.
    InputError
        Where its bundle cannot be had. Nothing has changed in any of these cases.
    """
    with alone("rollback", git) as finished:
        if finished and finished.kind == "rollback":
            return Done(version=finished.version, unsettled=None)
        clean(git)
        record = verified(git)
        check_tags(record, git)
        target = _target(request, record.ledger)
        return _switched(request, target, record.ledger, git)


def _switched(request: Request, target: Entry, ledger: Ledger, git: Git) -> Done:
    version, old = target.version or 0, ledger.live
    entry = Entry(
        kind="rollback",
        as_of=_today(),
        bundle=target.bundle,
        by=request.by or git("var", "GIT_AUTHOR_IDENT").split(" <")[0],
        reason=request.reason,
        rejected=old.bundle,
    )
    head, new = git("rev-parse", "HEAD").strip(), [str(INCOMING), str(ASKED)]
    intent = Intent(kind="rollback", head=head, version=version, bundle=target.bundle, new=new)
    with undoable(intent, git):
        pointer = _bring(target)
        put_live(INCOMING, ledger.with_entry(entry))
        artefacts.write_text(POINTER, pointer)
        subject = f"Roll back {ledger.model} from version {old.version} to version {version}"
        commit(intent, git, subject, f"Asked for by {entry.by}: {entry.reason}")
    return Done(version=version, unsettled=finish(intent, git, settling=True))


def _today() -> date:
    """The newest day that is known: what customers have felt comes in before the next run does.

    A fall up to that day is the version's that is taken out, not of the one that comes back.
    """
    from stages.signals.kpi import read_kpi  # only now: it takes a second to import

    as_of = date.fromisoformat(artefacts.read_json(artefacts.VALIDATION)["as_of"])
    days = read_kpi(artefacts.KPI)["date"]
    return max(as_of, days.max().date()) if len(days) else as_of


def _target(request: Request, ledger: Ledger) -> Entry:
    """The promotion to go back to."""
    promoted = {entry.version: entry for entry in ledger.entries if entry.kind == "promotion"}
    if request.to is None:
        return _before(ledger)
    if request.to not in promoted:
        known = ", ".join(str(version) for version in promoted)
        raise UsageError(f"--to must be a promoted version ({known}), got {request.to}; `ratchet history` shows them")
    target = promoted[request.to]
    if target.bundle == ledger.live.bundle:
        raise Refused(f"--to must be another version than the one in production, got {request.to}; nothing to do")
    if target.bundle in ledger.rejected and not request.force:
        back = next(entry for entry in reversed(ledger.entries) if entry.rejected == target.bundle)
        raise Refused(
            f"--to must be a version that was not itself rolled back, got {request.to}, taken out on {back.as_of}: "
            f"{back.reason}; name another one, or add --force"
        )
    return target


def _before(ledger: Ledger) -> Entry:
    """The version that the trigger has in mind."""
    from stages.signals.events import read_events
    from stages.signals.kpi import read_kpi, without_past_events
    from stages.signals.previous import previous_version

    as_of = artefacts.read_json(artefacts.VALIDATION)["as_of"]
    kpi = without_past_events(read_kpi(artefacts.KPI), read_events(artefacts.EVENTS), date.fromisoformat(as_of))
    target, why = previous_version(ledger, kpi, settings.load().trigger)
    if target is None:
        raise Refused(f"a rollback must have an earlier version to go to, got none: {why}; name one with --to")
    return target


def _bring(target: Entry) -> str:
    """Put the bundle beside the baseline, from DVC's cache; what the cache lacks is fetched. Returns the baseline's .dvc file.

    `dvc add` would write the same, and take as long as all the rest.
    """
    now = artefacts.read_yaml(POINTER)
    own = {"md5": target.bundle}
    out = {name: value for name, value in now["outs"][0].items() if name not in ("size", "nfiles")} | own
    artefacts.write_text(ASKED, yaml_text({"outs": [out | {"path": INCOMING.name}]}))
    try:
        run_dvc("checkout", str(ASKED), quiet=True)
    except ToolError:
        _fetch(target)
    if artefacts.dvc_md5(INCOMING) != target.bundle:
        raise InputError(
            f"version {target.version} must be the bundle of the ledger, got another md5; mend DVC's cache or remote"
        )
    ASKED.unlink()
    sizes = [path.stat().st_size for path in INCOMING.rglob("*") if path.is_file()]
    return yaml_text(now | {"outs": [now["outs"][0] | own | {"size": sum(sizes), "nfiles": len(sizes)}]})


def _fetch(target: Entry) -> None:
    try:
        run_dvc("fetch", str(ASKED), quiet=True)
        run_dvc("checkout", "--force", str(ASKED), quiet=True)
    except ToolError as error:
        raise InputError(
            f"version {target.version} must be in DVC's cache or remote, got neither ({error}); see whether `dvc pull` reaches "
            "the remote, or name another version with --to"
        ) from None
