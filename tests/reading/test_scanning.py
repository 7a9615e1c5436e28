"""A whole buffer is searched at once, and no cell is missed."""

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from stages.reading.scanning import fits, is_utf8, may_hold

CELLS = st.lists(st.none() | st.text("abü", max_size=4), max_size=5)


@given(st.lists(CELLS, max_size=3), st.integers(0, 3), st.sampled_from(["b+a", "ü", "c", "aab"]))
def test_a_pattern_that_any_cell_holds_is_found(chunks, start, pattern):
    cells = pa.chunked_array([pa.array(chunk, pa.large_string()).slice(start) for chunk in chunks], pa.large_string())
    held = any(own.as_py() for own in pc.match_substring_regex(cells, pattern))
    assert may_hold(cells, pattern) or not held


def test_what_no_cell_and_no_two_neighbours_hold_is_not_found():
    cells = pa.chunked_array([pa.array(["ab", None, "b"], pa.large_string()), pa.array(["c"], pa.large_string())])
    assert not may_hold(cells, "ba")
    assert not may_hold(cells, "bc")  # neighbours in two chunks
    assert may_hold(cells, "bb")  # together only: who asks has to look at each cell


@given(st.binary(max_size=8))
def test_utf_8_is_what_python_decodes(content):
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        assert not is_utf8(content)
    else:
        assert is_utf8(content)


def test_a_pattern_is_held_against_the_whole_content():
    assert fits(b"a\nb\n", r"\A(?:[ab]\n)*\z")
    assert not fits(b"a\nb\nc", r"\A(?:[ab]\n)*\z")
