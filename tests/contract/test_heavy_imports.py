"""No stage imports what it does not use: a heavy library costs half a second of every run."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"matplotlib", "pandas", "pandera", "scipy", "sklearn", "skops", "dvc"}


@pytest.mark.parametrize(
    ("module", "used"),
    [
        ("stages.validate", {"pandas", "pandera", "scipy", "sklearn"}),
        ("stages.trigger", {"pandas", "scipy", "sklearn", "skops"}),
        ("stages.train", {"pandas", "scipy", "sklearn", "skops"}),
        ("stages.evaluate", {"pandas", "scipy", "sklearn", "skops"}),  # matplotlib only when it draws
        ("stages.gate", {"pandas", "scipy", "sklearn"}),  # matplotlib only when it draws
        ("stages.signals.drift", {"pandas", "scipy"}),
        ("stages.ops.cli", set()),
        ("stages.ops.explain", set()),
        ("stages.ops.verdict", set()),
        ("stages.ops.status", set()),
    ],
)
def test_a_module_imports_only_the_heavy_libraries_it_uses(module, used):
    code = f"import sys, {module}; print(*sorted(set({sorted(HEAVY)!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= used
