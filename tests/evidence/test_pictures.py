"""Pictures: the same evidence gives the same bytes, whatever a segment is called."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from stages.evidence.pictures import GAIN, LOSS, OPEN, forest, write_plots
from stages.evidence.scores import Predictions

ROOT = Path(__file__).resolve().parents[2]
GAINS = [
    {"segment": "all rows", "n": 900, "delta": 0.02, "lower": 0.01, "upper": 0.03},
    {"segment": "tier=pro", "n": 90, "delta": 0.01, "lower": -0.01, "upper": 0.03},
    {"segment": "tier=basic", "n": 80, "delta": -0.05, "lower": -0.09, "upper": -0.01},
    {"segment": "tier=gone", "n": 0, "delta": None, "lower": None, "upper": None},
]


def test_two_processes_with_other_hash_seeds_draw_the_same_bytes():
    here = hashlib.md5(forest(GAINS, "accuracy").encode()).hexdigest()
    code = "import hashlib, test_pictures as t\nprint(hashlib.md5(t.forest(t.GAINS, 'accuracy').encode()).hexdigest())"
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    environment = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == here


def test_proven_gain_proven_loss_and_neither_have_a_colour_each():
    picture = forest(GAINS, "accuracy")
    assert all(colour in picture for colour in (GAIN, LOSS, OPEN))
    assert LOSS not in forest(GAINS[:2], "accuracy")


def test_a_segment_without_bounds_is_left_out():
    assert "tier=gone" not in forest(GAINS, "accuracy")
    assert "tier=basic  (n=80)" in forest(GAINS, "accuracy")


@pytest.mark.parametrize("name", ["a=<b>&\"'", "a=$5$", "a=$\\foo$", "a=-->", "a=x\ny", "a=%s{}", "a=" + "x" * 300, "a=ü"])
def test_an_odd_segment_name_gives_a_whole_picture(name):
    ElementTree.fromstring(forest([GAINS[0] | {"segment": name}], "accuracy"))


@pytest.mark.parametrize("gains", [[], GAINS[3:]])
def test_no_segment_at_all_gives_an_empty_picture(gains):
    ElementTree.fromstring(forest(gains, "accuracy"))


def test_classification_writes_confusion_and_calibration(tmp_path):
    classes = np.array(["no", "yes"], dtype=object)
    said = Predictions(classes, classes, np.eye(2), classes)
    write_plots(tmp_path, said, said, GAINS, "accuracy")
    names = ["calibration_baseline.csv", "calibration_candidate.csv", "confusion.csv", "gain.svg"]
    assert sorted(file.name for file in tmp_path.iterdir()) == names
    assert (tmp_path / "confusion.csv").read_text() == "predicted,actual\nno,no\nyes,yes\n"


def test_regression_writes_errors(tmp_path):
    said = Predictions(np.array([1.0, 2.0]), np.array([1.5, 1 / 3]), None, None)
    write_plots(tmp_path, said, said, GAINS, "r2")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["errors.csv", "gain.svg"]
    assert (tmp_path / "errors.csv").read_text() == "predicted,actual\n1.5,1\n0.333333,2\n"
