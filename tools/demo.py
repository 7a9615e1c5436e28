"""`make demo`: the loop in under two minutes. A small desk, real runs, and a report to open at the end."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

from stages.errors import ToolError, one_line_errors
from tools.small_loop import CHECKOUT, SmallDesk, commit, deliver, set_params, start

DESK = SmallDesk(seed=7, tickets_per_week=200)
PLACE = Path("build/demo")
REPORT = PLACE / "report.html"
IDEA = {
    "train.tfidf": {"max_features": 4000},
    "train.min_category_rows": 5000,
    "trigger.request": "more words, fewer categories",
}
TOLD = ("accuracy", "trigger:", "verdict:", "  because", "version")  # how the lines begin that are shown
NAMED = {
    f"GIT_{who}_{what}": own for who in ("AUTHOR", "COMMITTER") for what, own in (("NAME", "demo"), ("EMAIL", "demo@localhost"))
}
OWN_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}  # no signing, no hooks
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # so few rows gain nothing by more


class Stage:
    """Tells the scenes, numbered and timed, and runs commands in between."""

    def __init__(self, scenes: int) -> None:
        self.console = Console(highlight=False, emoji=False)
        self.scenes, self.scene, self.began = scenes, 0, time.monotonic()

    def tell(self, text: str) -> None:
        """Begin the next scene."""
        self.scene += 1
        self.console.print(f"\n[dim]{self.seconds:>3} s[/dim]  [bold]{self.scene}/{self.scenes}  {text}[/bold]", soft_wrap=True)

    def ratchet(self, *arguments: str) -> None:
        """Run a command of the loop, and show the lines of what it says that tell the story."""
        self._show("$ ratchet " + " ".join(f'"{own}"' if " " in own else own for own in arguments), "cyan")
        with self.console.status("working"):
            script = [sys.executable, str(CHECKOUT / "ratchet.py"), *arguments]
            done = subprocess.run(script, capture_output=True, encoding="utf-8", check=False)
        if done.returncode != 0:
            last = (done.stderr.strip() or "nothing").splitlines()[-1].removeprefix("error: ")
            raise ToolError(f"`ratchet {arguments[0]}` must work in {Path.cwd()}, got: {last}; look at what is there")
        for line in done.stdout.splitlines():
            if arguments[0] == "history" or line.startswith(TOLD):
                self._show(line.partition("; ")[0].rstrip(), "")

    @property
    def seconds(self) -> int:
        """Since the beginning."""
        return round(time.monotonic() - self.began)

    def _show(self, line: str, style: str) -> None:
        self.console.print(" " * 9 + line, style=style, markup=False, soft_wrap=True)


def main() -> None:
    """Play the scenes in `build/demo`, made anew."""
    stage = Stage(scenes=5)
    shutil.rmtree(PLACE, ignore_errors=True)
    loop = PLACE / "loop"
    loop.mkdir(parents=True)
    os.environ.update(NAMED | OWN_GIT | ONE_THREAD)
    os.chdir(loop)
    _play(stage)
    stage.console.print(
        f"\nDone in {stage.seconds} s. What a reviewer reads of the candidate that was held: open {REPORT} in a browser."
    )
    stage.console.print(f"The loop is {PLACE / 'loop'}, a Git and DVC repository: try git log, dvc dag, ratchet status there.")


def _play(stage: Stage) -> None:
    stage.tell("A desk routes its tickets by a dummy, version 0. Seven weeks of tickets and reviews come in.")
    start(DESK, Path("../store").resolve(), range(8))
    deliver(DESK, range(7))
    stage.ratchet("run")
    commit("First run")

    stage.tell("Anything beats a dummy; still, a person has to say so.")
    stage.ratchet("promote", "--approved-by", "desk-lead", "--reason", "anything beats a dummy", "--accept-review")

    stage.tell("Five weeks later: more words, fewer categories. Better on average, but alarms have no words.")
    deliver(DESK, range(7, 12))
    set_params(IDEA)
    stage.ratchet("run")
    commit("Try more words, fewer categories")
    stage.ratchet("report", "--html", "../report.html")

    stage.tell("At night answers get worse: back to what was there before, without training.")
    stage.ratchet("rollback", "--to", "0", "--reason", "answers got worse")

    stage.tell("All of it is on record.")
    stage.ratchet("history")


if __name__ == "__main__":
    one_line_errors(main)()
