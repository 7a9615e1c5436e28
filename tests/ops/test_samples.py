"""`ratchet samples`: the rows of the issue's table, the defaults of a loop, and what its last run can show."""

import io

import pytest
from rich.console import Console

from stages import artefacts
from stages.artefacts import write_json
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.errors import UsageError
from stages.ops.samples import Asked, show_samples


def shown(**asked) -> list[list[str]]:
    """What is printed, as words of lines."""
    text = io.StringIO()
    show_samples(Asked(**asked), Console(file=text, width=140, highlight=False))
    return [line.split() for line in text.getvalue().splitlines()]


def difference(n: int, **parts) -> dict:
    return {"n": n, "baseline": 0.8, "candidate": 0.8, "delta": 0.0, **parts}


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A folder without a loop."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def loop(make_project, tmp_path, monkeypatch):
    """Makes a loop with a last run in which each of `primary` was measured."""

    def make(primary: dict, golden: dict | None = None, **changes) -> None:
        settings = {"gate.critical": ["color=red"], "gate.max_segment_drop": 0.03, "gate.max_golden_drop": 0.02, **changes}
        monkeypatch.chdir(make_project(tmp_path / "loop", settings).folder)
        comparison = {
            "holdout": {"primary": primary},
            "segments": [
                {"segment": "color=red"} | difference(400, won=20, lost=20),
                {"segment": "color=blue"} | difference(400),
            ],
            "compared": {"holdout": "h", "golden": "g", "candidate": "c", "baseline": "b"},
        }
        write_json(artefacts.COMPARISON, comparison | ({"golden": {"primary": golden}} if golden else {}))
        write_ledger(
            artefacts.LEDGER, Ledger(model="m", entries=[Entry(kind="promotion", as_of="2026-01-04", bundle="b", version=0)])
        )

    return make


@pytest.mark.parametrize(("disagreement", "strict"), [(0.02, "1,200"), (0.05, "3,100"), (0.1, "6,200"), (0.2, "12,000")])
def test_a_gain_of_two_points_takes_the_rows_of_the_table(outside, disagreement, strict):
    lines = shown(min_gain=0.01, disagreement=disagreement)
    assert [line[2] for line in lines if line[:1] == ["+0.02"]] == [strict]


def test_outside_a_loop_it_says_what_it_assumes(outside):
    words = " ".join(word for line in shown() for word in line)
    assert "only one of both models is right on 10 % of the rows; confidence 95 %" in words
    assert "last run" not in words


def test_a_gain_that_the_models_differ_too_little_for_cannot_be(outside):
    lines = shown(min_gain=0.01, disagreement=0.02)
    assert ["+0.03", "cannot", "be", "cannot", "be"] in lines
    # +0.02: above 0 (2.486475² * 0.0196) / 0.02² = 303, the point above 0.01 (0.841621² * 0.0196) / 0.01² = 139
    assert ["+0.02", "300", "1,200"] in lines


def test_a_share_of_a_value_that_nobody_knows_is_refused(outside):
    with pytest.raises(UsageError, match="--min-gain must be in the metric's own units here, got 1%"):
        shown(min_gain="1%")


def test_in_a_loop_the_last_run_says_how_much_models_differ(loop):
    loop(difference(1000, won=30, lost=20), **{"gate.min_gain": "1%"})
    lines = shown()
    words = " ".join(word for line in lines for word in line)
    assert "only one of both models is right on 5 % of the rows, as in the last run" in words
    # 1 % of the baseline's 0.8 is 0.008; a true gain of 0.016 needs 6.18256 * (0.05 - 0.016²) / 0.008² = 4805 rows (strict)
    assert [line[2] for line in lines if line[:1] == ["+0.016"]] == ["4,800"]


def test_another_metric_than_accuracy_has_its_measured_spread(loop):
    loop(difference(900, standard_error=0.01))
    # spread 0.01 * sqrt(900) = 0.3; strict, true 0.02 over 0.01: 6.18256 * 0.09 / 0.0001 = 5564
    assert [line[2] for line in shown() if line[:1] == ["+0.02"]] == ["5,600"]


def test_in_a_loop_critical_segments_and_golden_set_say_what_they_can_show(loop):
    loop(difference(1000, won=30, lost=20), golden=difference(900, standard_error=0.01))
    lines = shown()
    # color=red: error sqrt(0.1 / 400) = 0.0158, confidence 95.25 % (the first attempt has 0.95 of the error): z = 1.6696, so an
    # equal model passes when its estimate is above -0.03 + 0.0264 (or so, by the score test): 0.2 errors below 0, 58 %.
    # Rows: (1.6696 + 0.8416)² * 0.1 / 0.03² = 701.
    red = next(line for line in lines if line[:1] == ["color=red"])
    assert red[1:4] == ["400", "0.03", "95.25"]
    assert abs(int(red[5]) - 58) <= 3
    assert red[-1] == "700"
    # golden: 20 attempts planned, H = 3.5977, error 0.05 / 3.5977 = 1.39 %, z = 2.2006: (0.02 - 0.0220) / 0.01 = -0.2, 42 %;
    # (2.2006 + 0.8416)² * 0.09 / 0.02² = 2082 rows.
    golden = next(line for line in lines if line[:2] == ["golden", "set"])
    assert golden[2:5] == ["900", "0.02", "98.61"]
    assert golden[6] == "42"
    assert golden[-1] == "2,100"
    assert not [line for line in lines if line[:1] == ["color=blue"]]


def test_a_last_run_of_an_earlier_version_is_no_error(loop):
    loop(difference(1000), golden=difference(900))
    assert [line[-1] for line in shown() if line[:2] == ["golden", "set"]] == ["unknown"]
