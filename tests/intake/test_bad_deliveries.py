"""What is wrong with a delivery beside what the files hold: names, kinds, sizes, and what the sender says of them."""

import gzip
from pathlib import Path

import pandas as pd
import pytest
from bad_case import Case, as_parquet, content, outcome
from made_project import ROWS, World, csv, key

SIZE = 0.015  # MiB: a file in order has 0.008
LINES = b"".join(b'{"k%d": 1}\n' % number for number in range(10_001))


def manifest(text: bytes):
    def broken(own: World) -> None:
        own.files[f"{key()}.manifest.json"] = text

    return broken


def alone(own: World) -> None:
    own.files |= {key(): None, f"{key()}.manifest.json": b'{"rows": 60}'}


def too_large(change, suffix: str = ".csv"):
    def broken(own: World) -> None:
        own.settings["batches.max_mib"] = SIZE
        content(change, suffix)(own)

    return broken


def bomb(own: World) -> None:
    own.settings["batches.max_mib"] = SIZE
    as_parquet(text=pd.Categorical(["a" * 6000] * ROWS))(own)


def twice(own: World) -> None:
    as_parquet()(own)
    del own.files[key()]


def called(name: str, text: bytes | None = None):
    def broken(own: World) -> None:
        own.files |= {key(): None, f"raw/{name}": csv(own.rows) if text is None else text}

    return broken


LARGE = f"file: must be at most {SIZE} MiB unpacked, got more; split it, or raise batches.max_mib"
KINDS = ".csv, .csv.gz, .jsonl, .jsonl.gz, .parquet"
KIND = f"file: must be one of {KINDS}, got another kind of file; export it as one of them or take it away"
NAME = "file: batch 'export' must be named by its period (2026-W40, 2026-10 or 2026-10-05), got another name; rename the file"
ONE_FILE = "file: 2026-10-06 must come in one file, got 2026-10-06.csv and 2026-10-06.parquet; keep one of them"
MANIFEST = f"file: data/{key()}.manifest.json must "
NOTHING: dict[str, int] = {}

CASES = [
    Case(name="a huge file", what="larger than `batches.max_mib`", broken=too_large(lambda text: 3 * text), block=[LARGE]),
    Case(
        name="gzip bomb",
        what="small when packed, larger than `batches.max_mib` when unpacked",
        broken=too_large(lambda text: gzip.compress(bytes(10**8)), ".csv.gz"),
        files=[key(suffix=".csv.gz")],
        block=[LARGE],
        note="it is unpacked no further than that",
    ),
    Case(
        name="parquet bomb",
        what="a long text that its dictionary holds once, on every row",
        broken=bomb,
        files=[key(suffix=".parquet")],
        block=[LARGE],
        note="it is decoded no further than that",
    ),
    Case(
        name="data for names",
        what="JSON lines that each have a name of their own",
        broken=content(lambda text: LINES, ".jsonl"),
        files=[key(suffix=".jsonl")],
        block=["file: must have at most 10,000 columns, got more; keep data out of the names of columns"],
    ),
    Case(
        name="misnamed file",
        what="a name that declares no period: `export.csv`",
        broken=called("export.csv"),
        files=["raw/export.csv"],
        block=[NAME],
    ),
    Case(
        name="two files of one period",
        what="`2026-10-06.csv` and `2026-10-06.parquet`",
        broken=twice,
        files=[key(), key(suffix=".parquet")],
        block=[ONE_FILE],
        note="nobody can tell which is right",
    ),
    Case(
        name="another kind of file",
        what="a spreadsheet: `2026-10-06.xlsx`",
        broken=called("2026-10-06.xlsx", b"PK\x03\x04"),
        files=["raw/2026-10-06.xlsx"],
        block=[KIND],
        note="hidden files, `README.md` and `LICENSE` are left alone",
    ),
    Case(
        name="a folder among the files",
        what="files in it would never be read",
        broken=lambda own: own.files.update({"raw/old": Path()}),
        files=["raw/old"],
        block=["file: must be a file, got a folder; put its files into data/raw, each named by its period"],
        counts=NOTHING,
        states=NOTHING,
    ),
    Case(
        name="a manifest without its file",
        what="the sender announced one that did not come",
        broken=alone,
        files=[f"{key()}.manifest.json"],
        block=["file: must lie beside its file, got no 2026-10-06.csv; deliver that file, or remove the manifest"],
    ),
    Case(
        name="manifest mismatch: rows",
        what="the manifest beside the file counts 61 rows, the file has 60",
        broken=manifest(b'{"rows": 61}'),
        block=["file: must have 61 rows as its manifest says, got 60; deliver it again"],
    ),
    Case(
        name="manifest mismatch: content",
        what="the manifest beside the file says another SHA-256",
        broken=manifest(b'{"rows": 60, "sha256": "%s"}' % (b"0" * 64)),
        block=["file: must have the sha256 of its manifest, got another one; deliver it again"],
    ),
    Case(
        name="a manifest with another key",
        what="a check that nobody would make",
        broken=manifest(b'{"row": 61}'),
        block=[f"{MANIFEST}have no keys but rows and sha256, got 'row'; did you mean 'rows'?"],
    ),
    Case(
        name="a manifest with text for a number",
        what='`{"rows": "60"}`',
        broken=manifest(b'{"rows": "60"}'),
        block=[f"{MANIFEST}give rows as a whole number without quotes, got a text of 2; mend it"],
    ),
    Case(
        name="a manifest that is none",
        what="nested beyond all reading",
        broken=manifest(b"[" * 9000),
        block=[f"{MANIFEST}be a JSON object with rows and sha256, got something else; mend it"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_bad_delivery_is_blocked_and_the_others_go_on(case, tmp_path, make_project):
    found, expected = outcome(case, tmp_path / "project", make_project)
    assert found == expected
