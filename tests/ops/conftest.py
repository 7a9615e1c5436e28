"""A folder with the file of one batch, and the command that looks into its quarantine."""

import json
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from made_quarantine import FILE, W40

import stages.settings
from stages.errors import one_line_errors
from stages.ops.cli import app


@pytest.fixture
def batch_file(tmp_path, monkeypatch):
    """A folder to stand in, with the file of one batch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stages.settings, "load", lambda: SimpleNamespace(columns=SimpleNamespace(id="id")))
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / W40).write_bytes(FILE)
    return tmp_path


@pytest.fixture
def ratchet(monkeypatch, capsys):
    """Calls the command in this process; returns exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ratchet", "quarantine", *arguments])
        with pytest.raises(SystemExit) as end:
            one_line_errors(app)()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return call


@pytest.fixture
def compare(tmp_path, monkeypatch, capsys):
    """Writes the frame, compares; returns exit code, stdout, stderr and what --json wrote, if anything."""
    monkeypatch.chdir(tmp_path)

    def call(frame: pd.DataFrame | str | None, *options: str, name: str = "answers.csv") -> tuple[int, str, str, dict | None]:
        if isinstance(frame, str):
            (tmp_path / name).write_text(frame, encoding="utf-8")
        elif frame is not None:
            frame.to_parquet(name) if name.endswith("parquet") else frame.to_csv(name, index=False)
        kept = tmp_path / "decision.json"
        kept.unlink(missing_ok=True)
        monkeypatch.setattr(sys, "argv", ["ratchet", "compare", "--predictions", name, "--json", "decision.json", *options])
        with pytest.raises(SystemExit) as end:
            one_line_errors(app)()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err, json.loads(kept.read_text()) if kept.exists() else None

    return call
