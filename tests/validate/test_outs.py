"""The outs of the stage: the same bytes for the same input, and the old ones when something fails."""

import pytest
import yaml
from made_days import HEADER, leftovers, lines, run, with_settings

from stages import validate
from stages.intake.verdicts import Judged


def test_there_are_pictures_of_what_was_refused_and_of_the_reviewers(worked):
    worked.validate(pictures=True)
    assert sorted(file.name for file in (worked.folder / "metrics/plots").iterdir()) == ["quarantine.svg", "reviewers.svg"]


def test_two_runs_write_the_same_bytes_and_nothing_else(worked):
    worked.validate(pictures=True)
    first = worked.bytes_of_outs()
    worked.validate(pictures=True)
    assert worked.bytes_of_outs() == first
    assert {"data/training/2026-10-02.parquet", "data/quarantine/quarantine.parquet", "metrics/plots/reviewers.svg"} <= set(first)
    assert leftovers(worked) == []


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_work_that_is_shared_gives_the_bytes_of_work_that_is_not(worked, backend):
    # a rule of the user's own, in the user's own file, which processes have to find
    own = "\nschema.columns['size'].checks.append(pa.Check(lambda size: size < 100, error='small'))\n"
    with (worked.folder / "schema.py").open("a") as schema:
        schema.write(own)
    settings = yaml.safe_load((worked.folder / "params.yaml").read_text())
    (worked.folder / "params.yaml").write_text(yaml.safe_dump(settings | {"parallel": backend}))
    assert run(worked, PYTHONHASHSEED="1").stderr == ""
    alone = worked.bytes_of_outs()
    shared = run(worked, "partitions.WORTH_SHARING = 0", PYTHONHASHSEED="2")
    assert (shared.stdout, shared.returncode) == ("validate: 23 rows in, 5 train, 3 judge, 8 refused\n", 0)
    assert worked.bytes_of_outs() == alone


@pytest.mark.parametrize("place", ["label_rows", "report"])
def test_a_stage_that_fails_half_way_leaves_the_outs_as_they_were(worked, monkeypatch, place):
    worked.validate()
    before = worked.bytes_of_outs()
    worked.write("raw/2026-10-07.csv", lines(HEADER, "f1,2026-10-07,red,1,raw"))

    def fail(*_, **__):
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(validate, place, fail)
        with pytest.raises(OSError, match="the disk is full"):
            worked.validate()
    assert worked.bytes_of_outs() == before
    assert worked.validate()["rows"]["in"] == 24
    assert leftovers(worked) == []


def test_rows_that_would_be_counted_twice_leave_the_outs(worked, monkeypatch):
    worked.validate()
    before = worked.bytes_of_outs()
    monkeypatch.setattr(Judged, "refused", property(lambda self: self.batch.rows))
    with pytest.raises(AssertionError, match="every row must be counted once: 23 came in"):
        worked.validate()
    assert worked.bytes_of_outs() == before


@pytest.mark.parametrize("place", ["label_rows", "_conserved"])
def test_a_run_that_is_killed_disturbs_no_later_one(worked, place):
    worked.validate()
    before = worked.bytes_of_outs()
    killed = run(worked, f"import os\nvalidate.{place} = lambda *_: os._exit(9)")
    assert killed.returncode == 9
    assert ".intake" in leftovers(worked)
    assert worked.bytes_of_outs() == before
    worked.validate()
    assert (worked.bytes_of_outs(), leftovers(worked)) == (before, [])


def test_what_is_no_longer_there_leaves_the_outs(by_hand, make_project):
    worked = with_settings(by_hand, make_project, **{"split.recent_batches": 2})
    worked.validate()
    assert (worked.folder / "data/recent/2026-10-06.parquet").is_file()
    (worked.folder / "data/raw/2026-10-06.csv").unlink()
    worked.write("raw/2026-10-07.csv", lines(HEADER, "f1,2026-10-07,red,1,raw"))
    worked.validate()
    names = sorted(file.name for file in (worked.folder / "data/recent").iterdir())
    assert names == ["2026-10-05.parquet", "2026-10-07.parquet"]
