"""`ratchet init`: a loop around a file of rows. Everything is prepared in a folder of its own and moved into place at the end."""

import contextlib
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.console import Console

from stages import artefacts, settings
from stages.adoption.guess import Asked
from stages.adoption.ignored import refuse_ignored
from stages.adoption.limits import first_limits, first_min_change
from stages.adoption.look import Start, look
from stages.adoption.params import EVERY, first_columns, first_params, looked_at
from stages.adoption.place import place
from stages.adoption.render import DVC_YAML, TEMPLATES, dvc_yaml, params_yaml, schema_py
from stages.decision.baseline import Git
from stages.errors import InputError, Refused, ToolError, UsageError
from stages.ops.dvc import dvc_output, run_dvc
from stages.ops.version_zero import write_version_zero
from stages.partitions import Partitions
from stages.reading.periods import period
from stages.sections import Columns
from stages.settings import Params

DRAFT = Path(".ratchet-init.part")
SCHEMA = Path("schema.py")
LOCK = Path("requirements.lock")
OURS: tuple[Path, ...] = (artefacts.PARAMS, DVC_YAML, Path("dvc.lock"), SCHEMA, Path("stages"), settings.SCHEMA, LOCK)
OURS += tuple(Path(name) for name in ("data/raw", "data/raw.dvc", "data/feedback", "data/golden", "models", "metrics"))
START = {
    "gitignore": Path(".gitignore"),
    "dvcignore": Path(".dvcignore"),
    "data.gitignore": Path("data/.gitignore"),
    "kpi.csv": artefacts.KPI,
    "events.yaml": artefacts.EVENTS,
    "releases.yaml": artefacts.RELEASES,
    "feedback.md": artefacts.FEEDBACK / "README.md",
}
MERGED = frozenset({".gitignore", ".dvcignore"})  # lines are added to these where they exist


@dataclass(frozen=True)
class Done:
    """What was written: the settings; `new` is what the folder had not been before, `ignored` the file, if it lies in it."""

    start: Start
    params: Params
    new: list[str]
    ignored: str | None


def init(file: Path, asked: Asked, every: str, installed: Path, git: Git) -> Done:
    """Make this folder a loop around the rows of `file`.

    Raises
    ------
    Refused, UsageError, InputError
        Where something is in the way, or the file does not make a loop; nothing has been written then.
    """
    shutil.rmtree(DRAFT, ignore_errors=True)  # of one that was killed
    in_the_way = [str(name) for name in OURS if name.exists()]
    if in_the_way:
        raise Refused(f"{in_the_way[0]} must not be there yet, got one; `ratchet init` overwrites nothing: start elsewhere")
    if every not in EVERY:
        raise UsageError(f"--every must be one of {', '.join(EVERY)}, got {every!r}; choose one")
    new = _repository(git)
    if "git" not in new:
        refuse_ignored(git)
    approver = _who(git)
    start = look(file.resolve(), asked, every)
    with Console(stderr=True).status("writing batches and version 0"), _draft() as draft:
        params = _write(draft, start, approver, installed, git, cache=None if "dvc" in new else dvc_output("cache", "dir"))
        place(draft, Path(), MERGED, skipped=frozenset({".git", ".dvc"}))
    return Done(start, params, new, _inside(start.file))


def _repository(git: Git) -> list[str]:
    """What this folder lacks of git and dvc; it has to be the root of its repository."""
    try:
        up = git("rev-parse", "--show-cdup").strip()
    except ToolError:
        if Path(".git").exists():
            raise
        return ["git", *([] if Path(".dvc").is_dir() else ["dvc"])]
    if up:
        raise Refused(f"this folder must be the root of its Git repository, got a folder in {up}; go there, or start elsewhere")
    return [] if Path(".dvc").is_dir() else ["dvc"]


def _who(git: Git) -> str:
    try:
        return git("var", "GIT_AUTHOR_IDENT").split(" <")[0]
    except ToolError:
        raise UsageError("git must know who you are, got no name; set git config --global user.name and user.email") from None


@contextlib.contextmanager
def _draft() -> Iterator[Path]:
    DRAFT.mkdir()
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is asked to stop tidies up too
    try:
        yield DRAFT
    finally:
        signal.signal(signal.SIGTERM, before)
        shutil.rmtree(DRAFT, ignore_errors=True)


def _write(draft: Path, start: Start, approver: str, installed: Path, git: Git, cache: str | None) -> Params:
    """Everything, in the draft: it is a repository of its own, so that DVC can add data to the cache that will be used."""
    with contextlib.chdir(draft):
        git("init", "--quiet")
        run_dvc("init", "--quiet", quiet=True)
        if cache:
            run_dvc("cache", "dir", "--local", cache, quiet=True)
        else:
            shutil.copyfile(TEMPLATES / "start" / "dvc.config", ".dvc/config")
        params = _write_settings(start, approver)
        _write_start(start)
        _copy_code(installed)
        _write_data(start, params)
        shutil.rmtree(".dvc/tmp", ignore_errors=True)
    return params


def _write_settings(start: Start, approver: str) -> Params:
    name, labelled, target = _model(start.target), list(start.labelled.values()), start.read[start.target]
    columns = Columns.model_validate(first_columns(start.columns))
    limits = first_limits(start.read, start.batch, columns, start.task)
    change = first_min_change(start.read, start.batch, columns, limits["calendar"], *looked_at(labelled))
    found: dict[str, Any] = first_params(name, start.task, start.columns, labelled, start.every, approver, target, limits, change)
    artefacts.write_text(artefacts.PARAMS, params_yaml(found))
    artefacts.write_text(DVC_YAML, dvc_yaml(name, start.task))
    artefacts.write_text(settings.SCHEMA, settings.schema_text())
    time = next(own.name for own in start.columns if own.role == "time")
    artefacts.write_text(SCHEMA, schema_py(start.columns, start.read.sort_values(time, kind="stable")))
    return settings.load()


def _write_start(start: Start) -> None:
    for name, path in START.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(TEMPLATES / "start" / name, path)
    inside = _inside(start.file, Path.cwd().parent)
    if inside:
        with Path(".gitignore").open("a", encoding="utf-8") as lines:
            lines.write(f"/{inside}\n")


def _inside(file: Path, here: Path | None = None) -> str | None:
    """The file's place in this folder; None where it lies elsewhere."""
    here = here or Path.cwd()
    return file.relative_to(here).as_posix() if file.is_relative_to(here) else None


def _copy_code(installed: Path) -> None:
    """The stages live in the repository, so that a commit reproduces its own decisions and an upgrade is a reviewed diff."""
    shutil.copytree(installed / "stages", "stages", ignore=shutil.ignore_patterns("__pycache__"))
    if (installed / LOCK).is_file():
        shutil.copyfile(installed / LOCK, LOCK)


def _write_data(start: Start, params: Params) -> None:
    batches = Partitions(artefacts.RAW)
    try:
        for name, rows in start.raw.groupby(start.batch, sort=True):
            batches.write(str(name), rows)
    except pa.ArrowException as error:
        raise InputError(f"{start.file.name} must hold one type in each column, got {type(error).__name__}; mend it") from None
    batches.close()
    artefacts.GOLDEN.mkdir(parents=True)
    start.raw.head(0).to_csv(artefacts.GOLDEN / "golden.csv", index=False)
    run_dvc("add", str(artefacts.RAW), str(artefacts.FEEDBACK), str(artefacts.GOLDEN), quiet=True)
    training = list(start.labelled)[: -params.split.holdout_batches]
    write_version_zero(start.read[start.batch.isin(training)], period(training[0]).first, params)


def _model(target: str) -> str:
    """A name for DVC's model registry: lower-case letters, digits, dashes."""
    slug = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in target.lower()).split())
    return slug if slug[:1].isalpha() else f"model-{slug}".rstrip("-")
