"""`ratchet init` in process: what it writes, what it refuses, and what is there after one that was interrupted."""

from pathlib import Path

import pandas as pd
import pytest

from stages import artefacts, settings
from stages.adoption.guess import Asked
from stages.adoption.place import place
from stages.decision.baseline import run_git
from stages.errors import InputError, Refused, UsageError
from stages.intake.releases import read_releases
from stages.ops import init as verb
from stages.ops.init import init

ROOT = Path(__file__).parents[2]
N = 300


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to stand in, with a name for Git and nothing of the machine's own settings."""
    home = tmp_path / "home"
    home.mkdir()
    for name, value in {
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "HOME": str(home),
        "DVC_NO_ANALYTICS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def rows(tmp_path):
    """A CSV file of 300 rows over four weeks, two classes, in a folder of its own."""
    path = tmp_path / "rows.csv"
    table().to_csv(path, index=False)
    return path


def table() -> pd.DataFrame:
    times = pd.date_range("2026-01-05", periods=N, freq="2h").strftime("%Y-%m-%dT%H:%M")
    return pd.DataFrame(
        {
            "ticket_id": [f"T{k}" for k in range(N)],
            "created_at": times,
            "channel": [("web", "mail", "web")[k % 3] for k in range(N)],
            "amount": [k % 17 + 0.5 for k in range(N)],
            "label": [("a", "b", "b", "a", "b")[k % 5] for k in range(N)],
        }
    )


TABLE = table().to_csv(index=False)
FEATURELESS = table()[["ticket_id", "created_at", "label"]].to_csv(index=False)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_init_makes_a_loop_that_asks_for_nothing_more(folder, rows):
    verb.DRAFT.mkdir()  # left by one that was killed
    done = init(rows, Asked(), "week", ROOT, run_git)
    assert done.new == ["git", "dvc"]
    assert done.params == settings.load()
    assert done.params.approval.approvers == ["Ada"]
    assert sorted(path.stem for path in artefacts.RAW.iterdir()) == ["2026-W02", "2026-W03", "2026-W04", "2026-W05"]
    assert sum(len(pd.read_parquet(path)) for path in artefacts.RAW.iterdir()) == N
    assert (artefacts.GOLDEN / "golden.csv").read_text() == "ticket_id,created_at,channel,amount,label\n"
    assert (folder / "stages" / "gate.py").read_bytes() == (ROOT / "stages" / "gate.py").read_bytes()
    assert not list(folder.glob("stages/**/__pycache__"))
    assert names(folder) == [
        ".dvc", ".dvcignore", ".git", ".gitignore", "data", "dvc.yaml", "models", "params.schema.json", "params.yaml",
        "requirements.lock", "schema.py", "stages",
    ]  # fmt: skip
    ignored = run_git("status", "--porcelain", "--untracked-files=all") + "\n"
    assert "data/raw/" not in ignored
    assert "models/baseline/" not in ignored
    assert "?? data/releases.yaml\n" in ignored
    assert read_releases(artefacts.RELEASES) == []
    with pytest.raises(Refused, match=r"params.yaml must not be there yet"):
        init(rows, Asked(), "week", ROOT, run_git)


def test_init_in_an_existing_repository_keeps_what_is_there(folder, rows):
    run_git("init", "--quiet")
    (folder / ".gitignore").write_text("secret\n__pycache__/")
    (folder / "data").mkdir()
    (folder / "data" / "notes.txt").write_text("mine")
    rows = rows.rename(folder / "rows.csv")
    done = init(rows, Asked(), "day", ROOT, run_git)
    assert done.new == ["dvc"]
    lines = (folder / ".gitignore").read_text().splitlines()
    assert lines[:2] == ["secret", "__pycache__/"]
    assert lines.count("__pycache__/") == 1
    assert "/rows.csv" in lines
    assert (folder / "data" / "notes.txt").read_text() == "mine"
    assert (folder / "data" / "raw.dvc").is_file()


@pytest.mark.parametrize("name", ["params.yaml", "dvc.yaml", "stages", "schema.py", "models", "data/raw"])
def test_init_overwrites_nothing(folder, rows, name):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    before = names(folder)
    with pytest.raises(Refused, match=f"{name} must not be there yet"):
        init(rows, Asked(), "week", ROOT, run_git)
    assert (names(folder), path.read_text()) == (before, "mine")


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("data/", "data/raw.dvc"),
        ("/data", "data/raw.dvc"),
        ("models", "models/baseline.dvc"),
        ("metrics/", "metrics/validation.json"),
        ("*.csv", "data/kpi.csv"),
        ("*.dvc", ".dvc/config"),
        ("*.lock", "dvc.lock"),
    ],
)
def test_init_refuses_where_git_would_ignore_the_loop(folder, rows, pattern, path):
    run_git("init", "--quiet")
    (folder / ".gitignore").write_text(f"__pycache__/\n{pattern}\n")
    with pytest.raises(Refused) as refused:
        init(rows, Asked(), "week", ROOT, run_git)
    assert str(refused.value) == (
        f"{path} must go into Git, got {pattern!r} in .gitignore line 2, which ignores it; "
        "take that line out, or let it name less"
    )
    assert names(folder) == [".git", ".gitignore"]


def test_init_takes_a_gitignore_that_lets_the_loop_in_again(folder, rows):
    run_git("init", "--quiet")
    (folder / ".gitignore").write_text("*.csv\n!data/kpi.csv\n!metrics/plots/*.csv\n*.parquet\n/data/cache/\n")
    assert init(rows, Asked(), "week", ROOT, run_git).new == ["dvc"]


def test_init_stays_out_of_a_folder_inside_a_repository(folder, rows, monkeypatch):
    run_git("init", "--quiet")
    inner = folder / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    with pytest.raises(Refused, match="root of its Git repository"):
        init(rows, Asked(), "week", ROOT, run_git)
    assert names(inner) == []


@pytest.mark.parametrize(
    ("name", "content", "every", "error", "message"),
    [
        ("rows.xlsx", "x", "week", UsageError, r"CSV, JSON lines or parquet"),
        ("absent.csv", None, "week", InputError, r"absent.csv must exist"),
        ("rows.parquet", "not parquet", "week", InputError, r"rows.parquet must be parquet, got another kind of file"),
        ("rows.csv", "ticket_id,created_at,label\n", "week", InputError, r"must hold rows"),
        ("rows.csv", "ticket_id,label\n1,a\n2,b\n3,b\n", "week", InputError, r"--time"),
        ("rows.csv", TABLE, "hour", UsageError, r"--every must be one of day, week, month"),
        ("rows.csv", TABLE, "month", InputError, r"two months of labelled rows or more.*got 1.*--every"),
        ("rows.csv", FEATURELESS, "week", InputError, r"predict label from"),
    ],
)
def test_init_refuses_in_one_line_and_leaves_nothing(folder, tmp_path, name, content, every, error, message):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(error, match=message) as caught:
        init(path, Asked(), every, ROOT, run_git)
    assert "\n" not in str(caught.value)
    assert names(folder) == []


def test_init_without_a_name_says_how_to_give_one(folder, rows):
    def git(*arguments: str) -> str:
        return run_git(*arguments) if arguments[0] != "var" else run_git("var", "NO_SUCH")

    with pytest.raises(UsageError, match=r"git config --global user.name"):
        init(rows, Asked(), "week", ROOT, git)


def test_an_interrupted_init_leaves_nothing(folder, rows, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verb, "write_version_zero", interrupted)
    with pytest.raises(KeyboardInterrupt):
        init(rows, Asked(), "week", ROOT, run_git)
    assert names(folder) == []


def test_a_move_that_fails_is_undone(tmp_path, monkeypatch):
    draft, here = tmp_path / "draft", tmp_path / "here"
    draft.mkdir(), here.mkdir()
    for name in ("a", "b", "c"):
        (draft / name).write_text(name)
    rename = Path.rename

    def failing(self: Path, goal: Path) -> Path:
        if self.name == "c":
            raise OSError("disk full")
        return rename(self, goal)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="disk full"):
        place(draft, here, frozenset(), frozenset())
    assert (names(here), names(draft)) == ([], ["a", "b", "c"])


def test_rare_classes_and_unreadable_times_pass(folder, tmp_path):
    frame = table()
    frame.loc[7, "label"] = "once"
    frame.loc[8, "created_at"] = "soon"
    frame.to_csv(tmp_path / "rows.csv", index=False)
    done = init(tmp_path / "rows.csv", Asked(target="label"), "week", ROOT, run_git)
    assert sum(len(pd.read_parquet(path)) for path in artefacts.RAW.iterdir()) == N
    assert done.start.labelled == {"2026-W02": 84, "2026-W03": 84, "2026-W04": 84, "2026-W05": 48}
