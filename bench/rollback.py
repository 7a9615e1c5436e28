"""How long `ratchet rollback` takes until the earlier version is committed and tagged; what comes after (settling) is left out.

Goes back and forth between the last two versions in a clone of this repository, offline, each time by a command of its own.

Usage: python -m bench.rollback
"""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from bench.measure import progress, run
from bench.table import machine

ROOT = Path(__file__).resolve().parents[1]
TIMES, TARGET_S = 20, 5.0
SWITCH = (
    "from stages.ops.versions import switch; switch._settle_and_commit = lambda intent, git: None; "
    "from ratchet import main; main()"
)


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory(prefix="bench") as place:
        folder = Path(place) / "loop"
        made(folder)
        seconds: list[float] = []
        for number in range(TIMES):
            progress(f"rollback {number + 1} of {TIMES}")
            seconds.append(switched(folder, number))
    print("| what | median | slowest | target |\n|---|---|---|---|")
    print(
        f"| `ratchet rollback`, from the command to the commit and the tag, {TIMES} times | {statistics.median(seconds):.2f} s "
        f"| {max(seconds):.2f} s | {TARGET_S:.0f} s |\n\n{machine()}"
    )


def made(folder: Path) -> None:
    """A clone with the code of here, every version in its cache, and no remote."""
    progress("cloning the repository")
    run(["git", "clone", "--quiet", str(ROOT), str(folder)], ROOT)
    shutil.rmtree(folder / "stages")
    shutil.copytree(ROOT / "stages", folder / "stages", ignore=shutil.ignore_patterns("__pycache__"))
    run(["dvc", "pull", "--quiet", "models/baseline"], folder)
    for name, value in {"user.name": "bench", "user.email": "bench@localhost", "commit.gpgSign": "false"}.items():
        run(["git", "config", name, value], folder)
    commit(folder, "The code of here")
    for number in range(2):
        switched(folder, number)  # both versions into the cache
    shutil.rmtree(folder / "dvcstore")
    commit(folder, "No remote")


def commit(folder: Path, subject: str) -> None:
    run(["git", "add", "--all"], folder)
    run(["git", "commit", "--quiet", "--allow-empty", "--message", subject], folder)


def switched(folder: Path, number: int) -> float:
    """Seconds; to the version before the last one where the number is even, and else back."""
    to = versions(folder)[number % 2]
    return run([sys.executable, "-c", SWITCH, "rollback", "--reason", "bench", "--to", str(to), "--force"], folder).wall_s


def versions(folder: Path) -> list[int]:
    """The last version but one, and the last."""
    lines = (folder / "models" / "ledger.yaml").read_text(encoding="utf-8").splitlines()
    return sorted(int(line.split()[-1]) for line in lines if line.startswith("  version:"))[-2:]


if __name__ == "__main__":
    main()
