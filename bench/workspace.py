"""Folders to measure in, each a Git and DVC repository of its own, settled and committed.

Usage: python -m bench.workspace loop FOLDER TICKETS_PER_WEEK     the loop with 30 weeks of the simulated desk, not yet reproduced
       python -m bench.workspace empty FOLDER                     as many stages that do nothing
       python -m bench.workspace hollow FOLDER                    the loop's graph, with empty files and commands that do nothing
"""

import compileall
import contextlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from desk import Desk
from stages import artefacts, settings
from stages.ops.dvc import run_dvc
from stages.ops.version_zero import write_version_zero
from stages.reading.periods import period
from tools.desk_weeks import write_golden, write_week

ROOT = Path(__file__).resolve().parents[1]
WEEKS = 30
GOLDEN_WEEKS = range(9)
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgSign=false")
INCOMING = [str(path) for path in (artefacts.RAW, artefacts.FEEDBACK, artefacts.GOLDEN)]


def build_loop(folder: Path, tickets_per_week: int) -> None:
    """The loop with the desk's weeks, served by version 0."""
    shutil.copytree(ROOT / "stages", folder / "stages", ignore=shutil.ignore_patterns("__pycache__", "templates"))
    for name in ("schema.py", "dvc.yaml", "params.yaml", ".dvcignore", "data/.gitignore", "data/releases.yaml"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    compileall.compile_dir(folder / "stages", quiet=1)
    desk = Desk(seed=7, tickets_per_week=tickets_per_week)
    with _repository(folder):
        params = settings.load()
        write_version_zero(desk.tickets(0), period(desk.period(0)).first, params)
        write_golden(desk, GOLDEN_WEEKS)
        for week in range(WEEKS):
            write_week(desk, week, params)
        run_dvc("add", *INCOMING, quiet=True)


def build_empty(folder: Path) -> None:
    """As many stages as the loop has; each has one small dependency, because DVC always runs a stage without any."""
    names = list(_dvc_yaml()["stages"])
    stages = {name: {"cmd": "true", "deps": [f"{name}.txt"]} for name in names}
    with _repository(folder):
        _write([f"{name}.txt" for name in names])
        Path("dvc.yaml").write_text(yaml.safe_dump({"stages": stages}), encoding="utf-8")
        run_dvc("repro", quiet=True)


def build_hollow(folder: Path) -> None:
    """The loop's dvc.yaml and params.yaml; every dependency is a file of one line, every command touches its outputs."""
    graph = _dvc_yaml()
    outs = {
        name: [_path(out) for kind in ("outs", "metrics", "plots") for out in stage.get(kind, [])]
        for name, stage in graph["stages"].items()
    }
    made = {path for paths in outs.values() for path in paths}
    given = {path for stage in graph["stages"].values() for path in stage["deps"]} - made
    for name, stage in graph["stages"].items():
        stage["cmd"] = f"touch {' '.join(outs[name])}"
    with _repository(folder):
        shutil.copy2(ROOT / "params.yaml", "params.yaml")
        Path("dvc.yaml").write_text(yaml.safe_dump(graph), encoding="utf-8")
        _write(sorted(given))
        for path in made:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        run_dvc("add", *INCOMING, str(artefacts.BASELINE), quiet=True)
        run_dvc("repro", quiet=True)


@contextlib.contextmanager
def _repository(folder: Path) -> Any:
    """Work inside a new repository, and commit everything in the end; no figure needs a network."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(folder):
        subprocess.run([*GIT, "init", "--quiet"], check=True)
        run_dvc("init", "--quiet", quiet=True)
        run_dvc("config", "core.check_update", "false", quiet=True)  # it would ask the network
        yield
        subprocess.run([*GIT, "add", "--all"], check=True)
        subprocess.run([*GIT, "commit", "--quiet", "--no-verify", "--message", "Start"], check=True)


def _dvc_yaml() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8")))


def _path(out: str | dict[str, Any]) -> str:
    """An entry of `outs` is a path, or a path with settings."""
    return out if isinstance(out, str) else next(iter(out))


def _write(paths: list[str]) -> None:
    for path in paths:
        artefacts.write_text(Path(path), f"{path}\n")


if __name__ == "__main__":
    what, where, *size = sys.argv[1:]
    if what == "loop":
        build_loop(Path(where), int(size[0]))
    else:
        {"empty": build_empty, "hollow": build_hollow}[what](Path(where))
