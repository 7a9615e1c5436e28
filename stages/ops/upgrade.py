"""`ratchet upgrade`: the installed stages replace the repository's copy; the change is a diff to review like any other."""

import difflib
import filecmp
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stages import artefacts
from stages.adoption.render import DVC_YAML, dvc_yaml
from stages.artefacts import read_yaml
from stages.decision.baseline import Git
from stages.errors import InputError, Refused, ToolError
from stages.ops.dvc import in_project
from stages.ops.init import START

CODE, DRAFT, OLD = Path("stages"), Path(".stages.part"), Path(".stages.old")
LOCK = Path("requirements.lock")
TEMPLATE = Path("stages/adoption/templates/dvc.yaml.tmpl")


@dataclass(frozen=True)
class Upgrade:
    """What is left to do by hand: changes that an edited dvc.yaml needs (a diff), and what params.yaml lacks (an error)."""

    changed: bool
    dvc_yaml: str
    params: str


def upgrade(installed: Path, git: Git) -> Upgrade:
    """Replace stages/, params.schema.json, requirements.lock and, where nobody edited it, dvc.yaml.

    Raises
    ------
    Refused
        Where this is no loop, is the installed code itself, or has uncommitted changes.
    """
    if not in_project():
        raise Refused("this folder must be the root of a loop, got no params.yaml, dvc.yaml and .dvc; `ratchet init` makes one")
    if installed.resolve() == Path.cwd():
        raise Refused(
            "the installed code must be another copy than this folder's, got this one; there is nothing to upgrade from"
        )
    if git("status", "--porcelain").strip():
        raise Refused(
            "the working tree must be clean, got uncommitted changes; commit them, so that the upgrade is a diff of its own"
        )
    if _same(filecmp.dircmp(installed / CODE, CODE, ignore=["__pycache__"])):
        return Upgrade(False, "", "")
    before = _rendered()
    _replace(installed)
    _run("stages.settings")
    edited = DVC_YAML.read_text(encoding="utf-8") != before
    if not edited:
        _run("stages.adoption.render")
    return Upgrade(True, _to_do(before, installed) if edited else "", _missing())


def _same(compared: filecmp.dircmp[str]) -> bool:
    """Whether two folders hold the same bytes, all the way down."""
    if compared.left_only or compared.right_only or compared.funny_files:
        return False
    _, different, unread = filecmp.cmpfiles(compared.left, compared.right, compared.common_files, shallow=False)
    return not different and not unread and all(_same(inner) for inner in compared.subdirs.values())


def _rendered(template: Path = TEMPLATE) -> str:
    """The dvc.yaml that a template makes of today's params.yaml."""
    found = read_yaml(artefacts.PARAMS)
    try:
        return dvc_yaml(found["model"], found["task"], template.read_text(encoding="utf-8"))
    except (KeyError, TypeError, OSError) as error:
        raise InputError(f"params.yaml must name model and task, got {type(error).__name__}; mend it") from None


def _replace(installed: Path) -> None:
    """The old copy goes when the new one is complete."""
    for leftover in (DRAFT, OLD):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(installed / CODE, DRAFT, ignore=shutil.ignore_patterns("__pycache__"))
    CODE.rename(OLD)
    DRAFT.rename(CODE)
    shutil.rmtree(OLD)
    if (installed / LOCK).is_file():
        shutil.copyfile(installed / LOCK, LOCK)
    for name, path in START.items():  # an optional input that the new stages ask for starts empty
        if not path.exists() and path.parent.is_dir():
            shutil.copyfile(CODE / "adoption/templates/start" / name, path)


def _run(module: str) -> None:
    """Run a module of the new code: this process still has the old one."""
    done = subprocess.run([sys.executable, "-m", module], capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode != 0:
        raise ToolError(
            f"`python -m {module}` must work, got: {_last(done.stderr)}; "
            "`git checkout -- . && git clean -fd stages` undoes the upgrade"
        )


def _to_do(before: str, installed: Path) -> str:
    """What changed in the template: the same change is due in a dvc.yaml that was edited."""
    after = _rendered(installed / TEMPLATE)
    return "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), "dvc.yaml", "dvc.yaml", n=1))


def _missing() -> str:
    """What the new code says about params.yaml, in one line; empty where it reads it."""
    command = "from stages.errors import one_line_errors; from stages.settings import load; one_line_errors(load)()"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, encoding="utf-8", errors="replace", check=False)
    return _last(done.stderr) if done.returncode else ""


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["no output"])[-1]
