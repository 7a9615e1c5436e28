"""Files of a few rows a day for tests of the whole stage, under settings of their own, and what a person releases of them."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages.errors import InputError

ROOT = Path(__file__).resolve().parents[2]

HEADER = "id,at,color,size,label"
FEEDBACK = "id,label,reviewer,action,reviewed_at,source"
COLOR = "color: isin(['red', 'blue'])"
SOURCES = {"raw": 1, "feedback": 1, "slow": 30}  # days until labels of a source count


def lines(header: str, *rows: str) -> str:
    """A CSV file."""
    return "\n".join([header, *rows, ""])


def with_settings(project: Any, make_project: Any, **changes: Any) -> Any:
    """The same data under other settings."""
    sources = {name: {"trust": 0.9, "maturity_days": days, "independent": True} for name, days in SOURCES.items()}
    folder = project.folder.parent / f"other {len(list(project.folder.parent.iterdir()))}"
    other = make_project(folder, {"labels.sources": sources} | changes)
    shutil.copytree(project.folder / "data", other.folder / "data", dirs_exist_ok=True)
    return other


def release(project: Any, *entries: tuple[str, str, str | None]) -> None:
    """Release (file, rule, record id), as files are now."""
    written = [
        {
            "batch": key, "rule": rule, "record_id": name, "by": "lead", "reason": "checked",
            "file": hashlib.md5((project.folder / "data" / key).read_bytes()).hexdigest(),
        }
        for key, rule, name in entries
    ]  # fmt: skip
    project.write("releases.yaml", yaml.safe_dump(written))


def fails(project: Any, match: str, *, pictures: bool = False) -> Any:
    """Run the stage where nothing can train; returns its report all the same."""
    with pytest.raises(InputError, match=match):
        project.validate(pictures=pictures)
    return json.loads((project.folder / "metrics/validation.json").read_text(encoding="utf-8"))


def run(project: Any, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """The stage in a process of its own, after some lines of Python."""
    script = f"from stages import errors, partitions, validate\n{before}\nerrors.one_line_errors(validate.main)()"
    return subprocess.run(
        [sys.executable, "-c", script], cwd=project.folder, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
    )  # fmt: skip


def leftovers(project: Any) -> list[str]:
    """What is there that should only be there while the stage runs."""
    return sorted(path.name for path in (project.folder / "data").iterdir() if path.name.startswith("."))
