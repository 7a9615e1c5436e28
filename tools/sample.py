"""Play the sample in this repository: weeks come in, the loop runs at the end of each, promotions are committed.

Usage: python -m tools.sample LAST_WEEK, counted from 0. It continues where the data ends; without data it starts the year.
"""

import argparse
from pathlib import Path

from desk import Desk
from stages import artefacts, settings
from stages.decision.baseline import run_git
from stages.errors import one_line_errors
from stages.ops.dvc import run_dvc
from stages.ops.promote import Approval, promote
from stages.ops.run import run
from stages.ops.version_zero import write_version_zero
from stages.reading.periods import period
from tools.desk_weeks import write_golden, write_week

DESK = Desk(seed=7, tickets_per_week=1100)
FIRST_RUN = 9  # before, there is too little to train and to judge on


def main() -> None:
    """Play up to week `LAST_WEEK`; the newest run is left for a person to promote."""
    parser = argparse.ArgumentParser(description="Play the simulated desk in this repository.")
    parser.add_argument("last_week", type=int, metavar="LAST_WEEK", help="counted from 0")
    last = parser.parse_args().last_week
    params = settings.load()
    if not artefacts.LEDGER.is_file():
        _start(params)
    done = len(list(artefacts.RAW.glob("*.parquet")))
    for week in range(done, last + 1):
        write_week(DESK, week, params)
        if week >= FIRST_RUN:
            _run_week(week, newest=week == last)


def _start(params: settings.Params) -> None:
    write_version_zero(DESK.tickets(0), period(DESK.period(0)).first, params)
    write_golden(DESK, range(FIRST_RUN))
    _commit("Start the ledger with version 0, a dummy", "The golden set is drawn from the first weeks and never trains.")


def _run_week(week: int, *, newest: bool) -> None:
    """One run; attempts are committed, and promoted where the gate allows it."""
    decision = run()
    if decision is None:
        return
    _commit(f"Data through {DESK.period(week)}: the gate says {decision['verdict']}", "; ".join(decision["reasons"]))
    first = decision["baseline"]["version"] == 0
    if not newest and (first or decision["verdict"] == "promote"):
        reason = "anything beats the dummy" if first else "the gate's evidence holds"
        promote(Approval("desk-lead", reason, accept_review=first), run_git)


def _commit(subject: str, body: str) -> None:
    for folder in (artefacts.RAW, artefacts.FEEDBACK, artefacts.GOLDEN):
        if folder.is_dir():
            run_dvc("add", str(folder), quiet=True)
    run_dvc("push", quiet=True)
    run_git("add", "-A", "--", "data", "models", *(name for name in ("metrics", "dvc.lock", "dvcstore") if Path(name).exists()))
    run_git("commit", "-m", subject, "-m", body)


if __name__ == "__main__":
    one_line_errors(main)()
