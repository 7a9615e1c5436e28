"""The tags of what was promoted, in GTO's grammar: `MODEL@vN.0.0` a version, `MODEL#prod#K` what went into production.

They are for consumers (`dvc artifacts get . MODEL --stage prod`); the ledger is the truth. Each tag follows from the ledger and
the commits, down to its bytes: every clone writes the same one. Times grow with K, because DVC goes by time.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from stages.decision.baseline import POINTER, Git, pointer_md5
from stages.errors import Refused, ToolError
from stages.ops.versions.record import Commit, Record, Switch

STAGE = "prod"


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A tag as it has to be."""

    name: str
    commit: str
    bundle: str
    at: int
    by: str
    message: str

    def text(self) -> str:
        """As Git keeps it."""
        head = f"object {self.commit}\ntype commit\ntag {self.name}\ntagger {self.by} {self.at} +0000\n"
        return f"{head}\n{self.message}\n"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A tag as it is here: the commit it points to, None where it is not annotated, and when it was made."""

    commit: str | None
    at: int


def check_tags(record: Record, git: Git) -> None:
    """Refuse where a tag is not what the ledger makes of it. One that is missing is no harm.

    Raises
    ------
    Refused
        The message says how to get rid of the tag.
    """
    wanted, found = {tag.name: tag for tag in expected(record)}, _found(record.ledger.model, git)
    for name, own in found.items():
        out = f"delete it (`git tag -d '{name}'`, and `git push --delete origin '{name}'` where it was pushed)"
        if name not in wanted:
            raise Refused(f"the tag {name} must stand for an entry of the ledger, got none for it; pull, or {out}")
        commit = wanted[name].commit
        if own.commit != commit:
            points = f"one to {own.commit[:7]}" if own.commit else "one that is not annotated"
            again = f"{out}; `ratchet tags` writes it again"
            raise Refused(f"the tag {name} must be annotated and point to {commit[:7]}, got {points}; {again}")
        if own.at != wanted[name].at:
            raise Refused(
                f"the tag {name} must have the time of its commit, got another one; {out}; `ratchet tags` writes it again"
            )


def write_tags(record: Record, git: Git) -> list[str]:
    """Write the tags that are missing; returns their names.

    What has no commit of its own, because the history was squashed, gets none.
    """
    here = _found(record.ledger.model, git)
    missing = [tag for tag in expected(record) if tag.name not in here and _promoted_there(tag, git)]
    for tag in missing:
        _write(tag, git)
    return [tag.name for tag in missing]


def expected(record: Record) -> list[Tag]:
    """Every tag that the ledger makes, oldest first."""
    tags: list[Tag] = []
    at, model = 0, record.ledger.model
    for own in record.switches[1:]:
        at, live = max(at + 1, own.commit.at), record.live_after(own)
        version = live.entry.version
        if own is live:
            tags.append(_tag(f"{model}@v{version}.0.0", live, own.commit, at, f"Version {version}"))
        tags.append(_tag(f"{model}#{STAGE}#{own.number}", live, own.commit, at, f"Version {version} is in production"))
    return tags


def _tag(name: str, live: Switch, told: Commit, at: int, message: str) -> Tag:
    return Tag(name=name, commit=live.commit.id, bundle=live.entry.bundle, at=at, by=told.by, message=message)


def _found(model: str, git: Git) -> dict[str, Found]:
    """The tags that DVC would read as this model's versions, or as what is in production."""
    form = "--format=%(refname:strip=2)%00%(*objectname)%00%(taggerdate:unix)"
    patterns = [f"refs/tags/{model}{what}" for what in ("@*", f"#{STAGE}", f"#{STAGE}#*", f"#{STAGE}!*")]
    lines = git("for-each-ref", form, *patterns).splitlines()
    rows = [line.split("\0") for line in lines]
    return {name: Found(commit=commit or None, at=int(at or 0)) for name, commit, at in rows}


def _promoted_there(tag: Tag, git: Git) -> bool:
    try:
        return pointer_md5(git("show", f"{tag.commit}:./{POINTER}")) == tag.bundle
    except ToolError:
        return False


def _write(tag: Tag, git: Git) -> None:
    """Not by `git tag`, which takes its time and its name from the clock and the user."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tag"
        file.write_text(tag.text(), encoding="utf-8", newline="\n")
        made = git("hash-object", "-t", "tag", "-w", "--no-filters", str(file)).strip()
    git("update-ref", f"refs/tags/{tag.name}", made, "")
