"""The files of a run, what DVC says of them, and the gate that judges them."""

import pytest
from made_gate import CHANGES, COMMIT, FakeGit, write_run

from stages import gate


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder to stand in, with a run that the gate promotes."""
    monkeypatch.chdir(tmp_path)
    write_run()
    return tmp_path


@pytest.fixture
def diff(monkeypatch):
    """What `dvc metrics diff` shows against the baseline commit; tests change it."""
    rows = {"golden.accuracy": {"old": 0.9, "new": 0.92}, "golden.n": {"old": 90, "new": 90}}
    monkeypatch.setattr(gate, "metrics_diff", lambda commit: {"metrics/evaluation.json": rows} if commit == COMMIT else {})
    return rows


@pytest.fixture
def judged(files, diff, make_params):
    """Judges the files as they are now."""
    return lambda git=None: gate.judge(make_params(CHANGES), git or FakeGit())
