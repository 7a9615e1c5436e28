"""A small loop in a real Git repository, with played DVC and gate: what `ratchet promote` and `rollback` are tried on."""

import os
import shutil
import signal
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from stages import artefacts
from stages.artefacts import dvc_md5, write_json
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import ToolError
from stages.ops import promote, rollback
from stages.ops.versions import journal, switch

CACHE, REMOTE = Path("../cache"), Path("../remote")
AT = 1_790_000_000  # when every commit is made, unless a test says otherwise


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def decision(verdict: str) -> dict:
    """What the gate says of the candidate that is there."""
    return {
        "verdict": verdict,
        "reasons": [f"because of {verdict}"],
        "candidate": {"version": 1, "md5": dvc_md5(artefacts.CANDIDATE), "training": "rows.dir", "recipe": "plan"},
        "compared": {"holdout": "h.dir", "golden": "g.dir"},
    }


def made_loop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed run, whose gate says promote; version 0 is in production."""
    names = {"AUTHOR": "Ada", "COMMITTER": "Ada"}
    people = {f"GIT_{who}_{what}": text for who, name in names.items() for what, text in (("NAME", name), ("EMAIL", "a@b.c"))}
    times = {f"GIT_{who}_DATE": f"{AT} +0000" for who in names}
    for name, value in (people | times | {"GIT_CONFIG_GLOBAL": str(folder / "none"), "GIT_CONFIG_NOSYSTEM": "1"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(promote, "judge", lambda params, git: decision("promote"))
    for module in (promote, switch):
        monkeypatch.setattr(module, "dvc_output", lambda *arguments: "{}")
    monkeypatch.setattr(promote, "same_when_made_again", lambda params: None)
    for module in (promote, rollback, switch):
        monkeypatch.setattr(module, "run_dvc", dvc)
    for place, text in ((artefacts.BASELINE, "old"), (artefacts.CANDIDATE, "one")):
        write_bundle(place, text)
    _write_run()
    dvc("add", str(artefacts.BASELINE))
    zero = Entry(kind="promotion", as_of="2026-01-01", bundle=dvc_md5(artefacts.BASELINE), version=0, by="ratchet init")
    write_ledger(artefacts.LEDGER, Ledger(model="ticket-router", entries=[zero]))
    git("init", "-q", "-b", "main")
    commit("Run")
    return folder


def write_bundle(folder: Path, text: str) -> None:
    artefacts.write_text(folder / "model", text)


def _write_run() -> None:
    Path("models/.gitignore").write_text("/baseline\n/candidate\n/incoming\n")
    Path("dvc.lock").write_text("run: 1\n")
    write_json(artefacts.VALIDATION, {"as_of": "2026-03-29"})
    write_json(artefacts.EVALUATION, {"holdout": {"accuracy": 0.84}, "golden": {"accuracy": 0.9}})
    write_json(artefacts.COMPARISON, {"holdout": {"n": 500, "primary": {"candidate": 0.84}}})
    write_json(artefacts.TRIGGER, {"change": {"day": "2026-03-16", "what": "the change of product in 2026-W12"}})
    artefacts.GOLDEN_ANSWERS.write_text("id,truth,answer\nr1,a,b\n")
    artefacts.KPI.write_text("date,kpi,value\n")
    artefacts.EVENTS.write_text("")


def dvc(*arguments: str, quiet: bool = False) -> None:
    """Plays DVC: the cache and the remote are folders of bundles by md5; `repro` writes a new lock."""
    if arguments[0] == "repro":
        Path("dvc.lock").write_text(f"ran on: {dvc_md5(artefacts.BASELINE)}\n")
        return
    data = Path(arguments[-1].removesuffix(".dvc"))
    pointer = data.with_suffix(".dvc")
    if arguments[0] == "add":
        sizes = [path.stat().st_size for path in data.iterdir()]
        out = {"md5": dvc_md5(data), "size": sum(sizes), "nfiles": len(sizes), "hash": "md5", "path": data.name}
        pointer.write_text(yaml.safe_dump({"outs": [out]}, sort_keys=False))
        shutil.copytree(data, CACHE / dvc_md5(data), dirs_exist_ok=True)
        return
    places = {"checkout": (CACHE, data.parent, data.name), "fetch": (REMOTE, CACHE, None)}
    source, goal, name = places[arguments[0]]
    md5 = yaml.safe_load(pointer.read_text())["outs"][0]["md5"]
    if not (source / md5).is_dir():
        raise ToolError(f"`dvc {arguments[0]}` must succeed, got nothing there")
    shutil.rmtree(goal / (name or md5), ignore_errors=True)
    shutil.copytree(source / md5, goal / (name or md5))


def commit(subject: str, *, at: int = AT) -> str:
    """Commit everything; returns the commit."""
    git("add", "-A")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", f"{at} +0000")
        git("commit", "-q", "--allow-empty", "-m", subject)
    return git("rev-parse", "HEAD")


def everything(folder: Path) -> dict[Path, bytes]:
    """Every file, and where every branch and tag is."""
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}
    return files | {Path("refs"): git("for-each-ref").encode()}


def restore(folder: Path, copy: Path) -> None:
    """Make a folder, in which the test stands, what its copy is."""
    shutil.rmtree(folder)
    shutil.copytree(copy, folder, symlinks=True)
    os.chdir(folder)


def tag_names() -> list[str]:
    return git("for-each-ref", "--format=%(refname:strip=2)", "refs/tags").split()


def killed_before_change(number: int, work: Callable[[], object]) -> bool:
    """Run `work` in a process that is killed before its change of that number; False where it made fewer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # to fork while a library has threads: the child only starts other programs
        child = os.fork()
    if not child:
        _kill_before(number)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _kill_before(number: int) -> None:
    """Count what writes: files, folders, commands of Git and DVC."""
    left = number

    def counted(own: Callable) -> Callable:
        def call(*arguments: object, **options: object) -> object:
            nonlocal left
            left -= not (arguments and arguments[0] in ("rev-parse", "rev-list", "log", "show", "status", "var", "for-each-ref"))
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return own(*arguments, **options)

        return call

    artefacts.write_text = counted(artefacts.write_text)
    shutil.rmtree, shutil.copytree = counted(shutil.rmtree), counted(shutil.copytree)
    Path.rename, Path.unlink = counted(Path.rename), counted(Path.unlink)
    switch.write_ledger, journal.write_json = counted(switch.write_ledger), counted(journal.write_json)
    subprocess.run = _counted_run(counted(lambda *_: None), subprocess.run)
    for module in (promote, rollback, switch):
        module.run_dvc = counted(module.run_dvc)


def _counted_run(count: Callable, run: Callable) -> Callable:
    def call(command: list[str], **options: object) -> object:
        count(command[1])
        return run(command, **options)

    return call
