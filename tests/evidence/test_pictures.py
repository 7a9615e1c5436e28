"""Pictures: the same evidence gives the same bytes, whatever a segment is called."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from stages.adoption.render import PLOTS
from stages.evidence.pictures import GAIN, LOSS, MOST_CLASSES, OPEN, calibration, confusion_change, forest, write_plots
from stages.evidence.scores import Predictions

ROOT = Path(__file__).resolve().parents[2]
GAINS = [
    {"segment": "all rows", "n": 900, "delta": 0.02, "lower": 0.01, "upper": 0.03},
    {"segment": "tier=pro", "n": 90, "delta": 0.01, "lower": -0.01, "upper": 0.03},
    {"segment": "tier=basic", "n": 80, "delta": -0.05, "lower": -0.09, "upper": -0.01},
    {"segment": "tier=gone", "n": 0, "delta": None, "lower": None, "upper": None},
]


def drawn(gains: list[dict], critical: tuple[str, ...] = ("tier=pro",)) -> str:
    return forest(gains, "accuracy", critical, 0.03)


def test_two_processes_with_other_hash_seeds_draw_the_same_bytes():
    here = hashlib.md5(drawn(GAINS).encode()).hexdigest()
    code = "import hashlib, test_pictures as t\nprint(hashlib.md5(t.drawn(t.GAINS).encode()).hexdigest())"
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    environment = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == here


def test_proven_gain_proven_loss_and_neither_have_a_colour_each():
    picture = drawn(GAINS)
    assert all(colour in picture for colour in (GAIN, LOSS, OPEN))
    assert LOSS not in drawn(GAINS[:2])


def test_a_segment_without_bounds_is_left_out():
    assert "tier=gone" not in drawn(GAINS)
    assert "tier=basic  (n=80)" in drawn(GAINS)


@pytest.mark.parametrize("name", ["a=<b>&\"'", "a=$5$", "a=$\\foo$", "a=-->", "a=x\ny", "a=%s{}", "a=" + "x" * 300, "a=ü"])
def test_an_odd_segment_name_gives_a_whole_picture(name):
    ElementTree.fromstring(drawn([GAINS[0] | {"segment": name}]))


@pytest.mark.parametrize("gains", [[], GAINS[3:]])
def test_no_segment_at_all_gives_an_empty_picture(gains):
    ElementTree.fromstring(drawn(gains))


def test_critical_segments_are_marked_and_the_margin_is_drawn():
    assert "critical: tier=pro  (n=90)" in drawn(GAINS)
    assert "critical" not in drawn(GAINS, ())
    assert 'id="margin"' in drawn(GAINS)


def test_of_very_many_segments_the_critical_one_and_those_that_gain_least_are_shown():
    many = [GAINS[1] | {"segment": f"k={k:02d}", "delta": k / 1000} for k in range(60)]
    picture = drawn([GAINS[0], *many], ("k=59",))
    shown = {k for k in range(60) if f"k={k:02d}  (n=90)" in picture}
    assert shown == {*range(39), 59}
    assert "20 more segments gain more than these" in picture


def said(truth: list[str], answer: list[str]) -> Predictions:
    classes = np.unique(np.array([*truth, *answer], dtype=object))
    probability = (np.array(answer, dtype=object)[:, np.newaxis] == classes) * 1.0
    return Predictions(np.array(truth, dtype=object), np.array(answer, dtype=object), probability, classes)


def words_of(path: Path) -> list[str]:
    """Every text in a picture: matplotlib draws letters as paths and keeps the words as comments."""
    return re.findall(r"<!-- (.*?) -->", path.read_text())


def test_the_confusion_change_counts_rows_won_and_lost(tmp_path):
    # Of the five a, the baseline takes four for b, the candidate one; of the five b none, and one: +3 and -3, +1 and -1.
    truth = ["a"] * 5 + ["b"] * 5
    baseline, candidate = said(truth, [*"bbbba", *"bbbbb"]), said(truth, [*"aaaab", *"abbbb"])
    confusion_change(tmp_path / "x.svg", baseline, candidate)
    words = words_of(tmp_path / "x.svg")
    assert {word for word in words if word[0] in "+−"} == {"+3", "−3", "+1", "−1"}


def test_of_72_classes_those_that_change_most_are_shown(tmp_path):
    names = [f"class {k:02d}" for k in range(72)]
    new = [names[(k + 1) % 72] if k in (10, 40) else name for k, name in enumerate(names)]
    confusion_change(tmp_path / "x.svg", said(names, names), said(names, new))
    words = words_of(tmp_path / "x.svg")
    assert {"class 10", "class 11", "class 40", "class 41"} <= set(words)
    assert len({word for word in words if re.fullmatch(r"class \d\d", word)}) == MOST_CLASSES
    assert any("the 14 of 72 classes that change most" in word for word in words)


def test_models_that_answer_alike_give_an_empty_change(tmp_path):
    confusion_change(tmp_path / "x.svg", said(["a", "b"], ["a", "a"]), said(["a", "b"], ["a", "a"]))
    assert not [word for word in words_of(tmp_path / "x.svg") if word[0] in "+−"]


def test_both_models_calibration_is_drawn_with_its_error(tmp_path):
    # The baseline is sure and right in one of two rows: it says 1 and 0.5 comes true.
    calibration(tmp_path / "x.svg", {"baseline": said(["a", "b"], ["a", "a"]), "candidate": said(["a", "b"], ["a", "b"])})
    words = words_of(tmp_path / "x.svg")
    assert "baseline: calibration error 0.500 on 2 rows" in words
    assert "candidate: calibration error 0.000 on 2 rows" in words


def test_models_without_probabilities_have_a_picture_that_says_so(tmp_path):
    silent = Predictions(np.array(["a"]), np.array(["a"]), None, np.array(["a"]))
    calibration(tmp_path / "x.svg", {"baseline": silent, "candidate": silent})
    assert words_of(tmp_path / "x.svg") == ["Calibration: these models give no probabilities."]


def test_classification_writes_confusion_and_calibration(tmp_path):
    both = said(["no", "yes"], ["no", "yes"])
    write_plots(tmp_path, both, both, GAINS, metric="accuracy", critical=[], margin=0.03)
    assert {file.name for file in tmp_path.iterdir()} == set(PLOTS["classification"])
    assert (tmp_path / "confusion.csv").read_text() == "predicted,actual\nno,no\nyes,yes\n"


def test_regression_writes_errors(tmp_path):
    numbers = Predictions(np.array([1.0, 2.0]), np.array([1.5, 1 / 3]), None, None)
    write_plots(tmp_path, numbers, numbers, GAINS, metric="r2", critical=[], margin=0.03)
    assert {file.name for file in tmp_path.iterdir()} == set(PLOTS["regression"])
    assert (tmp_path / "errors.csv").read_text() == "predicted,actual\n1.5,1\n0.333333,2\n"
