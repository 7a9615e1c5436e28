"""Whatever is delivered beside rows, or stored in them as parquet can: it is read, or refused in one line that quotes no row."""

import datetime
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.errors import InputError
from stages.intake.quarantine import short
from stages.intake.releases import read_releases
from stages.reading.cells import typed
from stages.reading.codes import pseudonymous, trimmed
from stages.reading.manifests import hold_to_manifest
from stages.reading.periods import incoming
from stages.reading.privacy import redact
from stages.reading.tables import read_table

JSON_LIKE = st.text(st.sampled_from('{}[]":,rows ha256mn019.e-'), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["rows", "sha256", "x"]), inner, max_size=3),
    max_leaves=6,
)
YAML_LIKE = st.text(st.sampled_from("-[]{}&*!|>'\": \n\tabx019.#%@?~=<"), max_size=80)
RELEASE = st.fixed_dictionaries(dict.fromkeys(("batch", "rule", "record_id", "file", "by", "reason"), JSON))
NAMES = st.text(st.sampled_from("2026-W40.csvparquetjsonlgzmf"), min_size=1, max_size=12)
TIMES = st.text(st.sampled_from("0123456789-:+.TZ W"), max_size=32)
EDGES = st.builds(
    "{}-{}T{}{}{:02}:{:02}".format,
    st.sampled_from(["0000", "0001", "1677", "2262", "9999", "10000", "-0001"]),
    st.sampled_from(["01-01", "12-31", "02-29"]),
    st.sampled_from(["00:00", "23:59:59", "23:59:59.9999999", "24:00"]),
    st.sampled_from("+-"),
    st.integers(0, 24),
    st.integers(0, 60),
)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
KINDS: dict[Any, st.SearchStrategy[Any]] = {
    pa.int64(): NUMBERS,
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float32(): st.floats(width=32),
    pa.float64(): st.floats(),
    pa.bool_(): st.booleans(),
    pa.string(): st.text(max_size=5),
    pa.large_string(): st.text(max_size=5),
    pa.binary(): st.binary(max_size=5),
    pa.date32(): st.dates(),
    pa.time64("us"): st.times(),
    pa.duration("us"): NUMBERS,
    pa.decimal128(10, 2): st.decimals(-(10**7), 10**7, places=2),
    pa.list_(pa.int64()): st.lists(NUMBERS, max_size=2),
    pa.struct({"a": pa.int64()}): st.fixed_dictionaries({"a": NUMBERS}),
    pa.null(): st.none(),
    **{pa.timestamp(unit, zone): NUMBERS for unit in ("ms", "us", "ns") for zone in (None, "UTC", "Europe/Berlin", "-12:00")},
}  # fmt: skip


def one_line(work: Callable[[], Any]) -> Any:
    """What the work gives; None where it is refused, in one line."""
    try:
        return work()
    except InputError as error:
        message = str(error)
    assert "\n" not in message
    return None


def written(name: str, content: bytes, read: Callable[[Path], Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return one_line(lambda: read(path))


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=60) | JSON_LIKE.map(str.encode) | JSON.map(lambda value: json.dumps(value).encode()))
def test_a_manifest_is_held_against_or_refused(content):
    written("a.csv.manifest.json", content, lambda path: hold_to_manifest(path.with_name("a.csv"), 2))


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=60) | YAML_LIKE.map(str.encode) | st.lists(RELEASE).map(lambda own: json.dumps(own).encode()))
def test_releases_are_read_or_refused(content):
    written("releases.yaml", content, read_releases)


@pytest.mark.parametrize("depth", [5, 100, 300, 2000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_however_deep_releases_are_nested_they_are_no_traceback(depth, opening):
    assert not written("releases.yaml", opening.encode() * depth, read_releases)


@settings(max_examples=200, deadline=None)
@given(names=st.sets(NAMES.filter(lambda name: name.strip("."))), folders=st.sets(NAMES.filter(lambda name: name.strip("."))))
def test_whatever_lies_in_a_folder_is_a_batch_or_a_problem_once_or_hidden(names, folders):
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            (Path(folder) / name).touch()
        for name in folders - names:
            (Path(folder) / name).mkdir()
        found = incoming(Path(folder))
    assert sorted(own.path.name for own in found) == sorted(name for name in names | folders if not name.startswith("."))
    assert all((own.period is None) <= (own.problem is not None) for own in found)


@settings(max_examples=200, deadline=None)
@given(cells=st.lists(st.none() | TIMES | EDGES | st.text(max_size=8), min_size=1, max_size=4))
def test_any_text_is_a_time_of_the_calendar_or_a_gap_and_no_other_cell_changes_which(cells):
    column = pd.Series(cells, dtype="str")
    frame, masks = typed(pd.DataFrame({"x": column}), Path("a.csv"), text=[], numeric=[], times=["x"])
    for own, time in zip(cells, frame["x"], strict=True):
        alone = typed(pd.DataFrame({"x": [own]}, dtype="str"), Path("a.csv"), text=[], numeric=[], times=["x"])[0]["x"][0]
        assert alone is time is pd.NaT or alone == time
        assert time is pd.NaT or datetime.datetime.fromisoformat(time.isoformat()) == time  # Python knows it too
    unread = [own is not None and bool(own.strip()) and time is pd.NaT for own, time in zip(cells, frame["x"], strict=True)]
    assert masks.get("x: not an ISO time", pd.Series(unread) & False).tolist() == unread


@settings(max_examples=200, deadline=None)
@given(data=st.data(), kind=st.sampled_from(list(KINDS)))
def test_parquet_of_any_kind_is_columns_or_one_line(data, kind):
    cells = data.draw(st.lists(st.none() | KINDS[kind], min_size=1, max_size=4))
    sink = io.BytesIO()
    pq.write_table(pa.table({"x": pa.array(cells, kind)}), sink)
    table = written("a.parquet", sink.getvalue(), read_table)
    for role in ("text", "numeric", "times"):
        kinds: dict[str, list[str]] = {"text": [], "numeric": [], "times": []} | {role: ["x"]}
        read = one_line(lambda kinds=kinds: typed(table.frame, Path("a.parquet"), **kinds))
        if read is None:
            continue
        assert len(read[0]) == len(cells)
        short(read[0]["x"])
        if role == "text":
            assert [len(own(read[0]["x"])) for own in (trimmed, pseudonymous, redact)] == [len(cells)] * 3
