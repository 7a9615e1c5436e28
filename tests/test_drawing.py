"""Pictures: the same bytes each time, the same width, whatever a name is made of."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from stages.drawing import WIDTH, draw, draw_words, short, svg

ROOT = Path(__file__).resolve().parents[1]
ODD = ["a<b>&\"'", "$5$", "$\\foo$", "-->", "%s{}", "李", "ü", "\u200b"]


def word(words: str) -> str:
    return svg(1.0, lambda figure: figure.text(0.5, 0.5, words))


def test_two_processes_with_other_hash_seeds_draw_the_same_bytes():
    code = "import sys, test_drawing as t\nsys.stdout.write(t.word('so $x$ it is'))"
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    environment = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, encoding="utf-8")
    assert done.stdout == word("so $x$ it is")


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_gives_a_whole_picture(name):
    ElementTree.fromstring(word(short(name, 20)))


def test_a_dollar_is_no_formula():
    assert "<!-- $x^2$ -->" in word("$x^2$")


def test_a_picture_has_the_width_of_all_and_the_height_asked_for(tmp_path):
    draw(tmp_path / "plots" / "one.svg", 2.5, lambda figure: figure.subplots())
    picture = (tmp_path / "plots" / "one.svg").read_text(encoding="utf-8")
    size = [float(re.search(rf'{name}="([\d.]+)pt"', picture)[1]) for name in ("width", "height")]
    assert size == [72 * WIDTH, 72 * 2.5]  # 72 points an inch


def test_where_there_is_nothing_to_see_the_picture_says_why(tmp_path):
    draw_words(tmp_path / "one.svg", "nothing yet")
    assert "<!-- nothing yet -->" in (tmp_path / "one.svg").read_text(encoding="utf-8")


def test_what_draws_badly_leaves_the_old_picture(tmp_path):
    draw_words(tmp_path / "one.svg", "old")
    with pytest.raises(ZeroDivisionError):
        draw(tmp_path / "one.svg", 1.0, lambda figure: 1 / 0)
    assert "<!-- old -->" in (tmp_path / "one.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "letters", "expected"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), (" a\n\tb ", 9, "a b"), ("a\0b\x1b[1m", 9, "a b [1m"), ("", 3, "")],
)
def test_words_are_cut_and_put_on_one_line(words, letters, expected):
    assert short(words, letters) == expected
