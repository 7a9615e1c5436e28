"""A folder with the file of one batch, and the command that looks into its quarantine."""

import sys
from types import SimpleNamespace

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
