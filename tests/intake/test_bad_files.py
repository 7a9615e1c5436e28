"""Files that are cut, damaged, misnamed or of another kind: a file that cannot be read is blocked, the others go on."""

import gzip
from pathlib import Path

import pandas as pd
import pytest
from bad_case import Case, as_parquet, content, outcome
from made_project import World, key


def line(number: int, change):
    """One line of the file is changed; the header is number 0."""

    def broken(text: bytes) -> bytes:
        lines = text.splitlines(keepends=True)
        return b"".join([*lines[:number], change(lines[number]), *lines[number + 1 :]])

    return content(broken)


def as_json(own: World) -> None:
    """JSON lines, of which one, on a row that nobody answers, is none."""
    lines = own.rows.to_json(orient="records", lines=True).splitlines(keepends=True)
    lines[own.spare[0]] = "oops\n"
    own.files |= {key(): None, key(suffix=".jsonl"): "".join(lines).encode()}


def parquet_under_another_name(own: World) -> None:
    as_parquet()(own)
    own.files[key()] = own.files.pop(key(suffix=".parquet"))


def full_spreadsheet(own: World) -> None:
    """The newest day fills a spreadsheet, in a project that is used to such days."""
    rows = pd.concat([own.raw[8]] * 1093, ignore_index=True).head(65_536)
    own.raw[8] = rows.assign(id=[*own.raw[8]["id"], *(f"more-{k}" for k in range(65_536 - 60))])
    own.settings["batches.volume"] = {"warn": 2000.0, "block": None}


def extra_field(text: bytes) -> bytes:
    header, *rows = text.splitlines()
    return b"\n".join([header, *(row + b",x" for row in rows), b""])


UTF8 = "file: must be UTF-8, got other bytes; save it as UTF-8"
NO_PARQUET = "file: must be parquet, got another kind of file; convert it, or name it by what it holds"
KIND = "file: must have text, numbers or ISO times in the column {}, got TypeError; mend the file or params.yaml: columns"
PARQUET, PACKED, JSON = ((key(suffix=suffix),) for suffix in (".parquet", ".csv.gz", ".jsonl"))

CASES = [
    Case(
        name="Latin-1 bytes",
        what="a CSV that was saved as Latin-1",
        broken=content(lambda text: text.decode().replace("card", "kärd").encode("latin-1")),
        block=[UTF8],
    ),
    Case(
        name="UTF-16",
        what="a CSV that was saved as “Unicode text”",
        broken=content(lambda text: text.decode().encode("utf-16")),
        block=[UTF8],
    ),
    Case(
        name="a mark in front",
        what="the byte-order mark that Excel puts before UTF-8, and lines that end as on Windows",
        broken=content(lambda text: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")),
        note="the mark is no part of the first column's name",
    ),
    Case(
        name="a CSV cut in mid-row",
        what="the last line has fewer cells, and no end",
        broken=content(lambda text: text[: text.rindex(b",")]),
        block=["file: must end with a whole row, got one that is cut; deliver the file again"],
    ),
    Case(
        name="a CSV cut in its last cell",
        what="the last line has all its cells, and no end",
        broken=content(lambda text: text[:-1]),
        warn=["file: the last line has no end: the file may be cut"],
    ),
    Case(
        name="an open quote",
        what="a quote that is never closed would swallow the rows behind it",
        broken=line(9, lambda row: row.replace(b",", b',"', 1)),
        block=[
            "file: must close every quote at the end of its cell, got one that does not; the file may be cut: export it again"
        ],
    ),
    Case(
        name="exactly 65,536 rows",
        what="as many as a spreadsheet holds, of a day that should have more",
        broken=full_spreadsheet,
        files=[key(8)],
        warn=["file: exactly 65,536 rows: cut by a spreadsheet?"],
        counts={"in": 65_536 - 60, "immature": 65_536 - 60},
        states={},
    ),
    Case(
        name="truncated parquet",
        what="the end of the file is missing",
        broken=as_parquet(cut=-100),
        files=PARQUET,
        block=["file: must be whole parquet, got one that is cut or damaged (ArrowInvalid); deliver it again"],
    ),
    Case(name="CSV named .parquet", what="", broken=content(bytes, ".parquet"), files=PARQUET, block=[NO_PARQUET]),
    Case(name="parquet named .csv", what="", broken=parquet_under_another_name, block=[UTF8]),
    Case(
        name="empty file",
        what="0 bytes",
        broken=content(lambda text: b""),
        block=["file: must hold data, got an empty file; replace or remove it"],
    ),
    Case(
        name="a link to nothing",
        what="DVC's cache is not there any more",
        broken=lambda own: own.files.update({key(): Path("/nowhere/at/all")}),
        block=["file: must exist, got nothing there; restore the file, or `dvc pull` it"],
    ),
    Case(
        name="header-only file",
        what="column names and no rows",
        broken=content(lambda text: text.splitlines(keepends=True)[0]),
        block=["no rows: the file has a header and no rows"],
    ),
    Case(
        name="no header",
        what="the first row stands where the names should",
        broken=line(0, lambda header: b""),
        block=["file: must have the column 'id', got 8 others; mend the file or params.yaml: columns"],
    ),
    Case(
        name="NUL bytes",
        what="a file of nothing else, as a full disk leaves it",
        broken=content(lambda text: bytes(len(text))),
        block=["file: must hold data, got NUL bytes; replace or remove it"],
    ),
    Case(
        name="cut gzip",
        what="the end of the file is missing",
        broken=content(lambda text: gzip.compress(text)[:-20], ".csv.gz"),
        files=PACKED,
        block=["file: must be whole gzip, got one that is cut or damaged; deliver it again"],
    ),
    Case(
        name="an extra field in every row",
        what="each row has a cell more than the header",
        broken=content(extra_field),
        block=["file: must have rows as long as its header, got 9 for 8, and no row that fits; export it again"],
    ),
    Case(
        name="an extra field in one row",
        what="a comma in a text without quotes",
        broken=lambda own: line(own.spare[0] + 1, lambda row: row.replace(b" ", b",", 1))(own),
        rows={"row: wrong number of fields": 1},
    ),
    Case(name="a broken line of JSON", what="", broken=as_json, files=JSON, rows={"row: not a JSON object": 1}),
    Case(
        name="semicolons",
        what="a CSV that is separated by them, or by tabs",
        broken=content(lambda text: text.replace(b",", b";")),
        block=["file: must be separated by commas, got semicolons or tabs; export it again"],
    ),
    Case(
        name="duplicate headers",
        what="two columns of one name",
        broken=line(0, lambda header: header.replace(b"channel", b"price")),
        block=["file: must have a header of distinct names, got a blank or repeated one at 4; mend it"],
    ),
    Case(
        name="a missing column",
        what="one that `params.yaml` names",
        broken=lambda own: own.raw.update({6: own.rows.drop(columns="price")}),
        block=["file: must have the column 'price', got 7 others; mend the file or params.yaml: columns"],
    ),
    Case(
        name="wrong parquet types: bytes",
        what="a number stored as bytes",
        broken=as_parquet(price=[b"1"] * 60),
        files=PARQUET,
        block=[KIND.format("'price'")],
    ),
    Case(
        name="wrong parquet types: lists",
        what="a text stored as a list of words",
        broken=as_parquet(text=[["a", "b"]] * 60),
        files=PARQUET,
        block=[KIND.format("'text'")],
    ),
    Case(
        name="wrong parquet types: epochs",
        what="times stored as milliseconds since 1970",
        broken=as_parquet(at=[1_791_273_600_000 + k for k in range(60)]),
        files=PARQUET,
        rows={"at: not an ISO time": 60},
        block=[
            "one_rule: 100.0% of the rows fail the rule 'at: not an ISO time'",
            "missing: at: gaps rose from 0.0% to 100.0% of the rows",
            "refused: 100.0% of the rows fail a rule",
        ],
    ),
    Case(
        name="numbers as text in parquet",
        what="",
        broken=as_parquet(),
        files=PARQUET,
        note="each cell is read for itself, as in a CSV",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_bad_file_is_blocked_and_the_others_go_on(case, tmp_path, make_project):
    found, expected = outcome(case, tmp_path / "project", make_project)
    assert found == expected
