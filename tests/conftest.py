"""A small project in a folder of its own, for tests that run a stage on files."""

import contextlib
import copy
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from stages.settings import Params

ROOT = Path(__file__).resolve().parents[1]

SETTINGS: dict[str, Any] = {
    **yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8")),
    "as_of": None,
    "task": "classification",
    "columns": {
        "id": "id", "time": "at", "target": "label", "text": [], "categorical": ["color"], "numeric": ["size"],
        "prediction": None, "model_version": None, "group": None,
    },
    "labels": {
        "sources": {name: {"trust": 0.9, "maturity_days": 1, "independent": True} for name in ("raw", "feedback")},
        "min_posterior": 0.6, "min_accuracy": 0.7, "min_seconds": 1, "max_flip": 0.3,
    },
    "split": {"training_days": 30, "holdout_batches": 1, "recent_batches": 1, "near_duplicate": 0.9, "disjoint_groups": False},
}  # fmt: skip
# A handful of rows a batch: only what most of them fail makes a batch remarkable.
SETTINGS["batches"] |= {"refused": {"warn": 0.1, "block": 0.5}, "one_rule": {"warn": 0.9, "block": None}}
SETTINGS["evaluate"] |= {"segments": ["color"]}
SETTINGS["gate"] |= {"critical": []}

SCHEMA = """
import pandera.pandas as pa

schema = pa.DataFrameSchema(
    {
        "id": pa.Column("str", unique=True),
        "at": pa.Column("datetime64[us, UTC]"),
        "color": pa.Column("str", pa.Check.isin(["red", "blue"])),
        "size": pa.Column("float64", pa.Check.gt(0), nullable=True),
    }
)
"""


def small_params(changes: dict[str, Any] | None = None) -> Params:
    """The settings of the small project; `changes` holds whole values by dotted key (`{"split.holdout_batches": 2}`)."""
    return Params.model_validate(small_settings(changes or {}))


def small_settings(changes: dict[str, Any]) -> dict[str, Any]:
    settings = copy.deepcopy(SETTINGS)
    for key, value in changes.items():
        *sections, last = key.split(".")
        place = settings
        for section in sections:
            place = place[section]
        place[last] = value
    return settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is None)


class Project:
    """A folder with params.yaml, schema.py and empty data folders."""

    def __init__(self, folder: Path, changes: dict[str, Any] | None = None, schema: str = SCHEMA) -> None:
        self.folder = folder
        for name in ("raw", "feedback", "golden"):
            (folder / "data" / name).mkdir(parents=True)
        (folder / "params.yaml").write_text(yaml.safe_dump(small_settings(changes or {})), encoding="utf-8")
        (folder / "schema.py").write_text(schema, encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a file of data (`raw/2026-10-05.csv`)."""
        (self.folder / "data" / name).write_text(text, encoding="utf-8")

    @contextlib.contextmanager
    def as_home(self) -> Any:
        """The working folder and the import path of `python -m`, for as long as the block runs."""
        before = list(sys.path)
        sys.path[:] = [str(self.folder), *[place for place in before if Path(place).resolve() != ROOT]]  # not our own schema.py
        sys.modules.pop("schema", None)
        importlib.invalidate_caches()
        try:
            with contextlib.chdir(self.folder):
                yield
        finally:
            sys.path[:] = before
            sys.modules.pop("schema", None)

    def validate(self, *, pictures: bool = False) -> dict[str, Any]:
        """Run the validate stage, without its pictures, which take as long as all the rest; returns its report."""
        from stages import validate

        with self.as_home(), pytest.MonkeyPatch.context() as patch:
            for name in () if pictures else ("quarantine_picture", "reviewers_picture"):
                patch.setattr(validate, name, lambda *_: None)
            validate.main()
        return json.loads((self.folder / "metrics/validation.json").read_text(encoding="utf-8"))

    def table(self, name: str) -> pd.DataFrame:
        """All rows of an out (`training`), in the order of its partitions."""
        files = sorted((self.folder / "data" / name).glob("*.parquet"))
        return pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)

    def bytes_of_outs(self) -> dict[str, bytes]:
        """Every file below the outs of validate."""
        places = [self.folder / "data" / name for name in ("training", "holdout", "recent", "quarantine")]
        files = [file for place in [*places, self.folder / "metrics"] for file in sorted(place.rglob("*")) if file.is_file()]
        return {file.relative_to(self.folder).as_posix(): file.read_bytes() for file in files}


@pytest.fixture(scope="session")
def make_params() -> Callable[..., Params]:
    """Settings of the small project with changes by dotted key."""
    return small_params


@pytest.fixture(scope="session")
def make_project() -> type[Project]:
    """Makes a small project in a folder."""
    return Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A small project in `tmp_path`."""
    return Project(tmp_path / "project")


@pytest.fixture
def own_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git with a name, below `tmp_path` only, and with nothing of the machine's own settings."""
    for name, value in {
        "GIT_CONFIG_GLOBAL": str(tmp_path / "none"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
        **{f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in (("NAME", "Ada"), ("EMAIL", "a@b.c"))},
    }.items():
        monkeypatch.setenv(name, value)
