"""A year of the small loop on a played host: who delivers what when, which workflow runs, what people do with it."""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from made_host import Host, makefile

from desk.weeks import monday
from stages import artefacts
from tools.small_loop import SmallDesk, commit, deliver, set_params, start

DESK = SmallDesk(seed=7, tickets_per_week=150)


@dataclass
class Year:
    """The host, a person's clone, which is the working folder, and what happened, by name."""

    host: Host
    clone: Path
    weeks: int = 0
    seen: dict[str, Any] = field(default_factory=dict)

    def deliver_through(self, week: int, **changes: Any) -> None:
        """The desk's systems deliver what has come in; a person's changes of params.yaml go with it."""
        self.host.today = monday(week + 1).isoformat()
        os.environ.update(self.host.clock)
        self.host.call(self.clone, "git", "pull", "-q", "--ff-only", "--tags", "origin", "main")
        self.host.call(self.clone, "dvc", "pull", "--force", "models/baseline.dvc")
        set_params({name.replace("__", "."): value for name, value in changes.items()})
        deliver(DESK, range(self.weeks, week + 1))
        self.weeks = week + 1
        self.push()

    def push(self) -> None:
        self.host.call(self.clone, "git", "push", "-q", "origin", "main")

    def scheduled(self, name: str, *, ends_well: bool = True, **inputs: str) -> None:
        """Run the retrain workflow, and keep what its branch says."""
        ran = self.host.workflow("retrain", **inputs)
        assert ran.ok == ends_well, ran.said
        pull = next((own for own in reversed(self.host.pulls()) if own["open"]), None)
        said = {key: self.shown(f"metrics/{key}.json", pull["branch"]) for key in ("trigger", "decision")} if pull else {}
        self.seen[name] = said | {"ran": ran, "pull": pull}

    def merge(self, name: str) -> None:
        self.host.merge(self.seen[name]["pull"]["number"], self.clone)

    def promote(self, name: str, **inputs: str) -> None:
        self.seen[name] = self.host.workflow("promote", actor="desk-lead", reason="the evidence holds", **inputs)

    def mark(self, name: str) -> None:
        """Give the state of main a name to clone it by."""
        self.host.call(self.host.bare, "git", "branch", name, "main")

    def shown(self, name: str, branch: str = "main") -> Any:
        """A file as a branch of the remote has it."""
        text = self.host.call(self.host.bare, "git", "show", f"{branch}:{name}")
        return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)

    def ledger(self) -> list[dict[str, Any]]:
        return self.shown("models/ledger.yaml")["entries"]

    def live(self) -> int:
        """The version in production, as a consumer gets it."""
        out = self.host.folder / "consumer"
        shutil.rmtree(out, ignore_errors=True)
        get = ("dvc", "artifacts", "get", f"file://{self.host.bare}", "ticket-router", "--stage", "prod")
        self.host.call(self.clone, *get, "--out", str(out))
        bundle = artefacts.dvc_md5(out)
        return max(entry["version"] for entry in self.ledger() if entry["bundle"] == bundle and "version" in entry)


def begin(year: Year) -> None:
    """The loop's first commit, with the Makefile of docs/ci.md, on the remote."""
    Path("Makefile").write_text("".join(makefile()))
    start(DESK, year.host.store, range(8))
    year.host.call(year.clone, "git", "remote", "add", "origin", f"file://{year.host.bare}")
    year.push()


def play(year: Year) -> None:
    """The weeks in which something happens; runs of the others are left out, their data is not."""
    year.deliver_through(6)
    year.scheduled("first")
    year.seen["check"] = year.host.workflow("check", branch=year.seen["first"]["pull"]["branch"], left_out="code")
    year.merge("first")
    year.promote("accepted", accept_review="yes")

    year.deliver_through(9)
    year.scheduled("campaign")
    year.merge("campaign")

    year.deliver_through(12)
    _damage("2026-W14")
    year.push()
    year.scheduled("damaged", ends_well=False)
    year.weeks = 12  # it is delivered again, whole, with what comes next

    words = {"train__tfidf": {"max_features": 4000}}
    year.deliver_through(15, **words, train__min_category_rows=5000)
    year.scheduled("harm", reason="more words, fewer categories")
    year.merge("harm")
    year.mark("held")

    year.deliver_through(16, train__min_category_rows=20)
    year.scheduled("better", reason="more words, all categories")
    year.merge("better")
    year.mark("pending")
    year.promote("promoted")
    year.seen["live"] = [year.live()]

    year.deliver_through(17)
    _lower_the_kpi()
    year.push()
    year.scheduled("fallen")
    year.seen["rollback"] = year.host.workflow("rollback", actor="night-shift", reason="answers got worse")
    year.seen["live"].append(year.live())

    year.deliver_through(18)
    year.scheduled("week after")
    year.merge("week after")
    year.mark("settled")

    year.deliver_through(51)
    year.scheduled("holidays")
    year.merge("holidays")


def _damage(period: str) -> None:
    """The export was cut short on its way."""
    batch = artefacts.RAW / f"{period}.parquet"
    content = batch.read_bytes()
    batch.unlink()  # it may be a link into DVC's cache
    batch.write_bytes(content[: len(content) // 2])
    commit(f"Deliver {period} again")


def _lower_the_kpi() -> None:
    """The last week's customers were not helped."""
    table = pd.read_csv(artefacts.KPI)
    table.loc[table.index[-7:], "value"] *= 0.6
    artefacts.write_text(artefacts.KPI, table.to_csv(index=False, lineterminator="\n"))
    commit("Deliver the KPI")
