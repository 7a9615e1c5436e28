"""A host played on this machine: a bare Git remote, a DVC remote, and `.github/workflows` run step by step in fresh clones.

What a host does itself is played: it checks out, keeps artefacts, opens pull requests for `gh`, and knows what day it is. What
the workflows say is run as it stands there; an expression that is not known here is an error.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

RATCHET = f"""#!{sys.executable}
import datetime, os, sys
sys.path.insert(0, {str(ROOT)!r})
import ratchet
class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromisoformat(os.environ["TODAY"]).replace(tzinfo=tz)
if sys.argv[1] == "status":  # the only command that looks at the calendar
    datetime.datetime = Clock
ratchet.main()
"""

GH = f"""#!{sys.executable}
import json, os, shutil, sys
from pathlib import Path
hub, words = Path(os.environ["HUB"]), sys.argv[1:]
pulls = json.loads((hub / "pulls.json").read_text())
option = lambda name: words[words.index(name) + 1]
if words[:2] == ["pr", "list"]:
    print(json.dumps([{{"number": own["number"]}} for own in pulls if own["branch"] == option("--head") and own["open"]]))
elif words[:2] == ["pr", "create"]:
    body = Path(option("--body-file")).read_text()
    pulls.append({{"number": len(pulls) + 1, "branch": option("--head"), "title": option("--title"), "body": body, "open": True}})
elif words[:2] == ["workflow", "run"]:
    (hub / "started").open("a").write(f"{{words[2]}} {{option('--ref')}}\\n")
elif words[:2] == ["run", "download"]:
    shutil.copytree(hub / "artefacts", option("--dir"), dirs_exist_ok=True)
elif words[0] == "api" and "--jq" in words:
    pass  # there is no comment yet
elif words[0] == "api" and words[-1] == "body=@-":
    (hub / "comment.md").write_text(sys.stdin.read())
else:
    sys.exit(f"this host does not know: {{words}}")
(hub / "pulls.json").write_text(json.dumps(pulls))
"""


@dataclass(frozen=True)
class Ran:
    """A run of a workflow: whether every job ended well, what was printed, and what is on the page of the run."""

    ok: bool
    said: str
    page: str


class Host:
    """The two remotes, the pull requests and the workflows.

    Attributes
    ----------
    env : dict
        The environment of every command; Git and DVC know nothing of this machine in it.
    today : str
        The day that commits are made on and that the feed is held against.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.bare, self.store, self.hub = folder, folder / "origin.git", folder / "store", folder / "hub"
        for place in (self.hub, folder / "bin", folder / "jobs"):
            place.mkdir(parents=True)
        (self.hub / "pulls.json").write_text("[]")
        for name, text in (("ratchet", RATCHET), ("gh", GH)):
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
        foreign = ("GIT_", "DVC_", "GITHUB_", "PYTHON")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        path = os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        own = {"HOME": str(folder), "PATH": path, "HUB": str(self.hub), "GITHUB_RUN_ID": "1"}
        quiet = {
            "GIT_CONFIG_GLOBAL": str(folder / "none"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "DVC_NO_ANALYTICS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.env = kept | own | quiet | _named("Ada", "ada@example.org")
        self.today = "2026-01-05"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.bare)], check=True, env=self.env)

    @property
    def clock(self) -> dict[str, str]:
        """What day it is, for Git and for `ratchet status`."""
        return {"TODAY": self.today} | {f"GIT_{who}_DATE": f"{self.today}T06:00:00+00:00" for who in ("AUTHOR", "COMMITTER")}

    def call(self, folder: Path, *command: str, fails: bool = False) -> str:
        """Run a command in a folder; returns what it prints."""
        done = self._run(folder, command, {})
        assert (done.returncode != 0) == fails, f"{command}: exit {done.returncode}\n{done.stdout}"
        return done.stdout

    def _run(self, folder: Path, command: Sequence[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=folder,
            env=self.env | self.clock | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def clone(self, folder: Path, *options: str, branch: str = "main") -> Path:
        """A fresh clone."""
        self.call(self.folder, "git", "clone", "-q", *options, "-b", branch, f"file://{self.bare}", str(folder))
        return folder

    def pulls(self) -> list[dict[str, Any]]:
        """The pull requests, oldest first."""
        return json.loads((self.hub / "pulls.json").read_text())

    def merge(self, number: int, clone: Path) -> None:
        """Merge an open pull request, as the host's button does, and bring a clone up to date."""
        pulls = self.pulls()
        own = next(pull for pull in pulls if pull["number"] == number and pull["open"])
        self.call(clone, "git", "pull", "-q", "--ff-only", "origin", "main")
        self.call(clone, "git", "fetch", "-q", "origin", own["branch"])
        self.call(clone, "git", "merge", "-q", "--no-ff", "-m", f"Merge pull request #{number}: {own['title']}", "FETCH_HEAD")
        self.call(clone, "git", "push", "-q", "origin", "main", f":{own['branch']}")
        own["open"] = False
        (self.hub / "pulls.json").write_text(json.dumps(pulls))

    def workflow(self, name: str, *, actor: str = "Ada", branch: str = "main", left_out: str = "", **inputs: str) -> Ran:
        """Run a workflow as the branch has it, job by job, each in a fresh clone, as long as they end well."""
        text = self.call(self.bare, "git", "show", f"{branch}:.github/workflows/{name}.yml")
        jobs = {key: job for key, job in yaml.safe_load(text)["jobs"].items() if key != left_out}
        said, ok, page = [], True, self.hub / "page"
        page.unlink(missing_ok=True)
        known = _known(actor, inputs, number=self.pulls()[-1]["number"] if self.pulls() else 0)
        for key, job in jobs.items():
            if not ok:
                break
            if _expression(str(job.get("if", "true")), known) != "false":
                ok = self._job(key, job, branch, known, said)
        return Ran(ok, "\n".join(said), page.read_text() if page.exists() else "")

    def _job(self, key: str, job: dict[str, Any], branch: str, known: dict[str, str], said: list[str]) -> bool:
        folder, ok = self.folder / "jobs" / f"{len(list((self.folder / 'jobs').iterdir()))}-{key}", True
        for step in job["steps"]:
            condition = _expression(str(step.get("if", "true")), known)
            if condition == "false" or (not ok and condition != "always"):
                continue
            if "uses" in step:
                self._action(step, folder, branch)
                continue
            env = {name: _filled(str(value), known) for name, value in (job.get("env", {}) | step.get("env", {})).items()}
            failed = self._step(step["run"], folder, env, said)
            ok = ok and not (failed and _filled(str(step.get("continue-on-error", "false")), known) == "false")
        return ok

    def _action(self, step: dict[str, Any], folder: Path, branch: str) -> None:
        action = step["uses"].partition("@")[0]
        if action == "actions/checkout":
            self.clone(folder, branch="main" if "ref" in step.get("with", {}) else branch)
        elif action == "actions/upload-artifact":
            shutil.rmtree(self.hub / "artefacts", ignore_errors=True)
            shutil.copytree(folder / "build", self.hub / "artefacts")
        else:
            assert action == "actions/setup-python", action

    def _step(self, command: str, folder: Path, env: dict[str, str], said: list[str]) -> bool:
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]  # as GitHub's
        done = self._run(folder, shell, {"GITHUB_STEP_SUMMARY": str(self.hub / "page")} | env)
        said.append(f"$ {command}\n{done.stdout}exit {done.returncode}")
        return done.returncode != 0


def _named(name: str, email: str) -> dict[str, str]:
    return {f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in (("NAME", name), ("EMAIL", email))}


def _known(actor: str, inputs: dict[str, str], number: int) -> dict[str, str]:
    """What GitHub would put in the place of each expression of the workflows."""
    accept = "true" if inputs.get("accept_review") else "false"
    return {
        "github.ref == 'refs/heads/main'": "true",
        "!cancelled()": "always",
        "vars.RATCHET_APP_ID": "false",
        "github.token": "token",
        "steps.app.outputs.token || github.token": "token",
        "github.triggering_actor": actor,
        "github.event.pull_request.number": str(number),
        "inputs.reason": inputs.get("reason", ""),
        "inputs.to": inputs.get("to", ""),
        "inputs.accept_review": accept,
        "inputs.accept_review && 'yes' || ''": "yes" if accept == "true" else "",
        "!(github.event.pull_request.head.repo.fork && vars.DVC_REMOTE_IS_PRIVATE == 'true')": "true",
        "github.event_name == 'pull_request' && !github.event.pull_request.head.repo.fork && "
        "github.event.pull_request.user.login != 'dependabot[bot]'": "true",
    }


def _filled(text: str, known: dict[str, str]) -> str:
    """A text with the value of each `${{ expression }}`."""
    return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda found: known[found[1]], text)


def _expression(text: str, known: dict[str, str]) -> str:
    """The value of an `if`, which needs no `${{ }}`."""
    bare = re.sub(r"\s+", " ", text.removeprefix("${{").removesuffix("}}")).strip()
    return bare if bare in ("true", "false") else known[bare]


def makefile() -> Iterator[str]:
    """The Makefile that docs/ci.md gives to users, without its installing: everything is installed here."""
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    block = text.partition("```make\n")[2].partition("```")[0]
    setting_up = False
    for line in block.splitlines(keepends=True):
        setting_up = line.startswith("setup:") or (setting_up and line.startswith("\t"))
        if not setting_up or line.startswith("setup:"):
            yield line
