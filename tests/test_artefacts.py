"""Files are written whole or not at all, with the same bytes for the same content, and hashed as DVC hashes them."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stages import artefacts
from stages.artefacts import dvc_md5, read_json, read_yaml, rounded, write_json, yaml_text
from stages.errors import InputError
from stages.partitions import Partitions, partition_names, read_partitions


class DiskFull(OSError):
    pass


# --- writing


def test_a_file_is_written_into_folders_that_are_not_there_yet(tmp_path):
    write_json(tmp_path / "a/b/c.json", {"x": 1})
    assert read_json(tmp_path / "a/b/c.json") == {"x": 1}


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    write_json(path, {"n": 1})

    def half_written(self, text, **_):
        with self.open("w") as file:
            file.write(text[:3])
        raise DiskFull

    monkeypatch.setattr(Path, "write_text", half_written)
    with pytest.raises(DiskFull):
        write_json(path, {"n": 2})
    assert read_json(path) == {"n": 1}


def test_a_value_that_json_cannot_hold_leaves_the_old_file(tmp_path):
    path = tmp_path / "report.json"
    write_json(path, {"n": 1})
    with pytest.raises(TypeError):
        write_json(path, {"n": {1, 2}})
    assert read_json(path) == {"n": 1}


def test_json_has_sorted_keys_plain_letters_and_one_line_end(tmp_path):
    write_json(tmp_path / "a.json", {"b": "é", "a": {"d": 1, "c": 2}})
    expected = '{\n  "a": {\n    "c": 2,\n    "d": 1\n  },\n  "b": "é"\n}\n'
    assert (tmp_path / "a.json").read_bytes() == expected.encode()


def test_what_is_not_finite_is_written_as_null(tmp_path):
    write_json(tmp_path / "a.json", {"nan": math.nan, "inf": [math.inf, -math.inf], "numpy": np.float64("nan")})
    assert json.loads((tmp_path / "a.json").read_text()) == {"nan": None, "inf": [None, None], "numpy": None}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.12345649, 0.123456),  # the seventh digit is a 4: down
        (0.12345651, 0.123457),  # it is a 5 and more follows: up
        (-0.0000001, 0.0),
        (np.float64(2) / 3, 0.666667),
        (3, 3),
        (True, True),
        ("0.12345678", "0.12345678"),
        ((1.00000001, None), [1.0, None]),
    ],
)
def test_floats_are_kept_to_a_millionth(value, expected):
    assert rounded({"x": value}) == {"x": expected}


def test_a_rounded_zero_has_no_sign():
    assert math.copysign(1, rounded(-0.0000001)) == 1


def test_rounding_leaves_its_argument_alone():
    value = {"x": [0.123456789]}
    rounded(value)
    assert value == {"x": [0.123456789]}


# --- reading


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "must exist, got nothing there; run `dvc repro` to make it"),
        (b"{", "must be readable JSON, got JSONDecodeError; run `dvc repro` to make it anew"),
        (b"\xff", "must be readable JSON, got UnicodeDecodeError; run `dvc repro` to make it anew"),
        (b"[1]", "must hold a JSON object, got list; run `dvc repro` to make it anew"),
    ],
)
def test_json_that_cannot_be_read_is_one_line(tmp_path, content, message):
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_json(path)
    assert str(refused.value) == f"{path} {message}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: 1\nb: [1, 2\nc: 3\n", " line 3 must be valid YAML, got: expected ',' or ']', but got ':'; mend that line"),
        (b"a: *b\n", " line 1 must be valid YAML, got: found undefined alias 'b'; mend that line"),
        (b"\xff\xfe\xfd", " must be UTF-8 YAML, got UnicodeDecodeError; mend the file"),
        (b"a: \x00", " must be UTF-8 YAML, got ReaderError; mend the file"),
        (b"a: 2026-99-99", " must be UTF-8 YAML, got ValueError; mend the file"),  # a day to YAML, none to Python
    ],
)
def test_yaml_that_cannot_be_read_is_one_line(tmp_path, content, message):
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_yaml(path)
    assert str(refused.value) == f"{path}{message}"


def test_a_folder_in_the_place_of_yaml_is_one_line(tmp_path):
    with pytest.raises(InputError, match="must be UTF-8 YAML, got IsADirectoryError; mend the file"):
        read_yaml(tmp_path)


# --- partitions


def frame(*numbers: int) -> pd.DataFrame:
    return pd.DataFrame({"n": list(numbers), "name": pd.array([f"row {n}" for n in numbers], dtype="str")})


def written(folder: Path, **partitions: pd.DataFrame) -> Path:
    out = Partitions(folder)
    for name, rows in partitions.items():
        out.write(name, rows)
    out.close()
    return folder


def test_partitions_stay_as_they_were_until_they_are_closed(tmp_path):
    folder = written(tmp_path / "training", a=frame(1), b=frame(2))
    out = Partitions(folder)
    out.write("c", frame(3))
    assert partition_names(folder) == ["a", "b"]
    out.close()
    assert partition_names(folder) == ["c"]
    assert [file.name for file in tmp_path.iterdir()] == ["training"]


def test_the_draft_of_a_run_that_stopped_is_thrown_away(tmp_path):
    Partitions(tmp_path / "training").write("stale", frame(1))
    assert partition_names(written(tmp_path / "training", a=frame(2))) == ["a"]


def test_no_partitions_are_an_empty_folder(tmp_path):
    assert list(written(tmp_path / "training").iterdir()) == []


def test_the_same_rows_give_the_same_bytes(tmp_path):
    one, other = frame(1, 2), frame(5, 1, 2).iloc[1:].rename_axis("some index")
    other.attrs["note"] = "made another way"
    first, second = written(tmp_path / "a", x=one), written(tmp_path / "b", x=other)
    assert (first / "x.parquet").read_bytes() == (second / "x.parquet").read_bytes()


def test_partitions_are_read_in_the_order_of_their_names(tmp_path):
    folder = written(tmp_path / "t", b=frame(3), a=frame(1, 2), c=frame(4))
    assert read_partitions(folder, ["n"])["n"].tolist() == [1, 2, 3, 4]
    assert read_partitions(folder, ["name", "n"], ["b", "c"])["name"].tolist() == ["row 3", "row 4"]


def test_a_partition_whose_column_is_all_gaps_joins_the_others(tmp_path):
    gaps = pd.DataFrame({"n": [1], "name": pd.Series([None], dtype=object)})
    assert read_partitions(written(tmp_path / "t", a=gaps, b=frame(2)), ["name"])["name"].tolist()[1] == "row 2"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PAR1 and then nothing", "must be parquet, got ArrowInvalid; run `dvc repro validate`"),
        (b"", "must be parquet, got ArrowInvalid"),
    ],
)
def test_a_damaged_partition_is_named(tmp_path, content, message):
    folder = written(tmp_path / "t", a=frame(1))
    (folder / "b.parquet").write_bytes(content)
    with pytest.raises(InputError, match=f"b.parquet {message}"):
        read_partitions(folder, ["n"])


def test_a_missing_column_is_named(tmp_path):
    folder = written(tmp_path / "t", a=frame(1))
    with pytest.raises(InputError, match=r"a\.parquet must have the column 'size', got others; run `dvc repro validate`"):
        read_partitions(folder, ["n", "size"])


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_partitions_is_one_line(tmp_path, exists):
    if exists:
        written(tmp_path / "t")
    with pytest.raises(InputError, match="must hold parquet files, got none; run `dvc repro validate` to make them"):
        read_partitions(tmp_path / "t", ["n"])


def test_a_partition_that_is_gone_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"gone\.parquet must be parquet, got FileNotFoundError"):
        read_partitions(written(tmp_path / "t", a=frame(1)), ["n"], ["a", "gone"])


# --- hashes


def test_the_md5_of_files_and_folders_is_the_one_dvc_add_writes(tmp_path):
    """`a-b/c` comes before `a/b` in a listing sorted by path, and after it in one sorted by folder."""
    folder = tmp_path / "bundle"
    names = ["a/b", "a-b/c", "a.b", "ü x/é.txt", 'quo"te', ".hidden", "empty", "deep/er/and/deeper"]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("" if name == "empty" else name, encoding="utf-8")
    (folder / "no files").mkdir()
    (tmp_path / "single").write_bytes(b"line\r\nend")
    nobody = dict.fromkeys(("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR"), str(tmp_path))
    environment = os.environ | nobody | {"DVC_NO_ANALYTICS": "1"}
    for command in (["init", "--no-scm", "-q"], ["add", "-q", "bundle", "single"]):
        subprocess.run([sys.executable, "-m", "dvc", *command], cwd=tmp_path, check=True, env=environment)
    for name in ("bundle", "single"):
        recorded = yaml.safe_load((tmp_path / f"{name}.dvc").read_text())["outs"][0]["md5"]
        assert dvc_md5(tmp_path / name) == recorded


def test_the_md5_of_nothing_is_one_line(tmp_path):
    with pytest.raises(InputError, match="must exist, got nothing there; run `dvc pull` or `dvc repro`"):
        dvc_md5(tmp_path / "gone")


def test_every_artefact_has_a_place_of_its_own():
    places = [value for name, value in vars(artefacts).items() if name.isupper() and isinstance(value, Path)]
    assert len(set(places)) == len(places)


def test_an_evaluation_is_found_by_the_md5_of_its_bundle():
    assert artefacts.evaluation_of("0a1b.dir") == artefacts.evaluation_of("0a1b") == Path("models/evaluations/0a1b.json")


@pytest.mark.parametrize(
    "text", ["1e5", "1E5", "12e34", "No", "on", "~", "", "1_000", "12:30", "0x1F", ".5", "2026-10-05", "=", "<<"]
)
def test_text_that_either_yaml_takes_for_something_else_is_written_in_quotes(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_text(yaml_text({text: [text, None, 1, 0.5, True]}), encoding="utf-8")
    assert read_yaml(path) == yaml.safe_load(path.read_text(encoding="utf-8")) == {text: [text, None, 1, 0.5, True]}


def test_yaml_is_read_as_dvc_reads_it(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("id: No\nC: 1e-5\nn: 300\nshare: 0.5\non: true\n")
    assert read_yaml(path) == {"id": "No", "C": 1e-5, "n": 300, "share": 0.5, "on": True}
