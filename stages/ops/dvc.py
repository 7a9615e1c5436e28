"""DVC as a command: the public interface, in a process of its own."""

import subprocess
import sys
from pathlib import Path

from stages.errors import ToolError


def run_dvc(*arguments: str, quiet: bool = False) -> None:
    """Run DVC here; its output goes to the terminal unless `quiet`.

    Raises
    ------
    ToolError
        Where DVC, or a stage it ran, fails; the stage has said why by then.
    """
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], capture_output=quiet, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode == 0:
        return
    said = f": {done.stderr.strip().splitlines()[-1]}" if quiet and done.stderr.strip() else ""
    raise ToolError(f"`dvc {' '.join(arguments[:2])}` must succeed, got exit code {done.returncode}{said}; see the lines above")


def dvc_output(*arguments: str) -> str:
    """What a DVC command prints.

    Raises
    ------
    ToolError
        Where DVC fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode != 0:
        raise ToolError(f"`dvc {' '.join(arguments[:2])}` must succeed, got exit code {done.returncode}; run it by hand")
    return done.stdout.strip()


def in_project() -> bool:
    """Whether this folder is the root of a loop."""
    return Path("dvc.yaml").is_file() and Path("params.yaml").is_file() and Path(".dvc").is_dir()
