"""The benchmark: its reference does the loop's work, and its figures are of the whole process tree."""

import json
import sys
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.measure import Run, run
from bench.table import cpu, row
from bench.workspace import build_empty, build_hollow, build_loop

TICKETS_PER_WEEK = 60


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small loop, reproduced once."""
    folder = tmp_path_factory.mktemp("bench") / "loop"
    build_loop(folder, TICKETS_PER_WEEK)
    run(bench.REPRO, folder)
    return folder


@pytest.mark.e2e
def test_the_reference_predicts_about_what_both_models_of_the_loop_predict(loop):
    compared = json.loads((loop / "metrics/comparison.json").read_text(encoding="utf-8"))
    said = run(bench.REFERENCE, loop).output
    accuracies = {
        tuple(line.split()[:2]): float(line.split()[2]) for line in said.splitlines() if line.startswith(("holdout", "golden"))
    }
    ours = {(rows, who): compared[rows][who]["accuracy"] for rows in ("holdout", "golden") for who in ("baseline", "candidate")}
    assert accuracies == pytest.approx(ours, abs=0.03)  # its labels are taken as they come, those of the loop are consolidated


@pytest.mark.e2e
def test_a_loop_that_was_reproduced_has_nothing_to_do(loop):
    assert bench.settled(loop).cpu_s > 0


@pytest.mark.e2e
def test_measuring_refuses_a_folder_in_which_stages_still_run(tmp_path):
    build_empty(tmp_path / "empty")
    (tmp_path / "empty" / "train.txt").write_text("changed", encoding="utf-8")
    with pytest.raises(RuntimeError, match="must have nothing to do here"):
        bench.settled(tmp_path / "empty")


@pytest.mark.e2e
def test_the_hollow_graph_has_every_dependency_of_the_loop_and_nothing_to_do(tmp_path):
    build_hollow(tmp_path / "hollow")
    bench.settled(tmp_path / "hollow")
    assert (tmp_path / "hollow/stages/signals/policy.py").read_text(encoding="utf-8") == "stages/signals/policy.py\n"


def test_the_memory_of_a_grandchild_counts_and_that_of_who_measures_does_not():
    # Measured in a process of its own, as `make bench` does: under pytest the 150 MiB would be those of pytest.
    grandchild = [sys.executable, "-c", "bytearray(150 * 2**20)"]
    child = [sys.executable, "-c", f"import subprocess; subprocess.run({grandchild!r}, check=True)"]
    measure = f"from pathlib import Path; from bench.measure import run; print(run({child!r}, Path()).peak_mib)"
    assert 150 < float(run([sys.executable, "-c", measure], bench.ROOT).output) < 200


def test_the_time_of_a_grandchild_counts(tmp_path):
    grandchild = [sys.executable, "-c", "import time\nwhile time.process_time() < 0.4: pass"]
    child = f"import subprocess; subprocess.run({grandchild!r}, check=True)"
    assert run([sys.executable, "-c", child], tmp_path).cpu_s > 0.4


def test_a_command_that_fails_is_no_measurement(tmp_path):
    with pytest.raises(RuntimeError, match=r"must succeed, got exit code 3; it said: sorry"):
        run([sys.executable, "-c", "print('sorry'); raise SystemExit(3)"], tmp_path)


def test_a_row_shows_medians_and_the_spread_of_the_paired_ratios():
    # Ours 3, 4, 8 (median 4) against 2, 2, 2 (median 2): ratios 1.5, 2 and 4.
    pairs = [(Run(0, ours, 0, ""), Run(0, 2, 0, "")) for ours in (3, 4, 8)]
    assert row("work", cpu(1.5), pairs) == "| work: CPU time | 4.00 s | 2.00 s | **2.00** (1.50–4.00) | ≤ 1.5 | 3 |"


def test_help_is_compared_with_as_many_commands():
    from stages.ops.cli import app

    page = run([sys.executable, "-m", "bench.bare_typer", "3", "--help"], bench.ROOT).output
    assert [name in page for name in ("command0", "command2", "command3")] == [True, True, False]
    assert f"with {len(app.registered_commands) + len(app.registered_groups)} commands" in bench.help_page(pairs=1)[0]
