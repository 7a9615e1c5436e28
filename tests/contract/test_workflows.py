"""The workflows that users copy: they call what a laptop can run, let no text into a shell, and may do as little as possible.

Their grammar is checked by `make check` (zizmor, and the schema of each CI system).
"""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from stages.ops.cli import app

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
AZURE = ROOT / "azure-pipelines.yml"
OTHERS = {("dvc", "push"), ("git", "push")}  # what people know by heart, and an option of ours would only hide
ASSIGNED = re.compile(r"\$\{[A-Z_]+:\+(.*)\}")  # ${VERSION:+--to "$VERSION"}: an option where the variable is not empty


def load(file: Path) -> dict[str, Any]:
    """A workflow; `on` is text here, as GitHub reads it, not YAML 1.1's true."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def jobs(file: Path) -> list[dict[str, Any]]:
    found = load(file)["jobs"]
    return list(found.values()) if isinstance(found, dict) else found


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(file) for step in job["steps"]]


RUNS = [
    pytest.param(step[key], id=f"{file.stem}: {step[key]}")
    for file in [*WORKFLOWS, AZURE]
    for step in steps(file)
    for key in ("run", "script")
    if key in step
]


def targets() -> set[str]:
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "ci.mk"))
    return set(re.findall(r"^([a-z]+):", text, flags=re.MULTILINE))


def options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


@pytest.mark.parametrize("run", RUNS)
def test_a_step_is_one_command_of_ours_or_a_make_target(run):
    words = shlex.split(ASSIGNED.sub(r"\1", run))
    if words[0] == "make":
        assert set(words[1:]) <= targets()
        return
    if words[0] != "ratchet":
        assert tuple(words[:2]) in OTHERS
        return
    command, rest = typer.main.get_command(app), words[1:]
    while hasattr(command, "commands"):
        assert rest[0] in command.commands, f"`ratchet {rest[0]}` is not a command"
        command, rest = command.commands[rest[0]], rest[1:]
    assert {word for word in rest if word.startswith("--")} - {"--"} <= options(command)


@pytest.mark.parametrize("run", RUNS)
def test_no_text_from_outside_reaches_a_shell_but_by_a_quoted_variable(run):
    assert "${{" not in run
    assert "$(" not in run
    assert "\n" not in run.strip()
    bare = re.sub(r'"[^"]*"', "", ASSIGNED.sub(r"\1", run))
    assert "$" not in bare


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_actions_are_pinned_by_commit_and_say_which_version_that_is(file):
    used = re.findall(r"uses: (\S+)(.*)", file.read_text(encoding="utf-8"))
    assert used
    for action, comment in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    versions = {action.partition("@")[0]: set() for action, _ in used}
    for action, comment in used:
        versions[action.partition("@")[0]].add((action, comment))
    assert all(len(pins) == 1 for pins in versions.values())


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_may_read_and_each_job_says_what_it_may_write(file):
    assert load(file)["permissions"] == {"contents": "read"}
    assert load(file)["concurrency"]["group"]
    for job in jobs(file):
        assert int(job["timeout-minutes"]) <= 180
        pushes = any(step.get("run", "").startswith(("git push", "ratchet ci propose")) for step in job["steps"])
        assert (job.get("permissions", {}).get("contents") == "write") == pushes


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_only_a_job_that_pushes_keeps_the_token_and_every_history_is_whole_where_the_gate_judges(file):
    for job in jobs(file):
        checkout = next(step["with"] for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@"))
        writes = job.get("permissions", {}).get("contents") == "write"
        assert checkout["persist-credentials"] == str(writes).lower()
        if any("ratchet" in step.get("run", "") or step.get("run") == "make repro" for step in job["steps"]):
            assert checkout["fetch-depth"] == "0"


def test_a_pull_request_runs_without_secrets_and_its_code_never_with_a_token_that_may_write():
    check = load(ROOT / ".github/workflows/check.yml")
    assert set(check["on"]) == {"pull_request", "workflow_dispatch"}  # never pull_request_target
    assert "secrets." not in (ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8")
    may_write = [name for name, job in check["jobs"].items() if "write" in job.get("permissions", {}).values()]
    assert may_write == ["comment"]
    checkout = check["jobs"]["comment"]["steps"][0]["with"]
    assert checkout["ref"] == "${{ github.event.pull_request.base.sha }}"


@pytest.mark.parametrize("name", ["promote", "rollback"])
def test_what_changes_production_is_manual_in_the_protected_environment_and_pushes_data_before_commits(name):
    workflow = load(ROOT / f".github/workflows/{name}.yml")
    assert list(workflow["on"]) == ["workflow_dispatch"]
    job = workflow["jobs"][name]
    assert job["environment"] == "production"
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert runs[-3].startswith(f"ratchet {name} ")
    assert runs[-2:] == ["dvc push", "git push --atomic --follow-tags origin HEAD:main"]


def test_only_jobs_in_the_protected_environment_use_a_secret():
    for file in WORKFLOWS:
        for job in jobs(file):
            assert ("secrets." in str(job)) == (job.get("environment") == "production")


def test_a_rollback_waits_for_no_promotion_and_neither_is_cancelled():
    groups = {name: load(ROOT / f".github/workflows/{name}.yml")["concurrency"] for name in ("retrain", "promote", "rollback")}
    assert len({own["group"] for own in groups.values()}) == 3
    assert {own["cancel-in-progress"] for own in groups.values()} == {"false"}


def test_the_loop_starts_every_week_on_new_data_and_by_hand_with_a_reason_on_both_systems():
    github, azure = load(ROOT / ".github/workflows/retrain.yml"), load(AZURE)
    assert github["on"]["schedule"][0]["cron"] == azure["schedules"][0]["cron"]
    assert azure["schedules"][0]["always"] == "true"  # a week without a commit is looked at too
    assert github["on"]["push"] == {"branches": ["main"], "paths": ["data/**"]}
    assert azure["trigger"]["branches"]["include"] == ["main"]
    assert azure["trigger"]["paths"]["include"] == ["data"]
    assert github["on"]["workflow_dispatch"]["inputs"]["reason"]["required"] == "true"
    assert [parameter["name"] for parameter in azure["parameters"]] == ["reason"]
    assert "--name churn-retrain-weekly" in AZURE.read_text(encoding="utf-8")


def test_both_systems_run_the_same_loop():
    def loop(file: Path) -> list[str]:
        runs = [step.get("run") or step.get("script") for step in steps(file)]
        return [re.sub(r"(propose).*", r"\1", run) for run in runs if run]

    assert loop(ROOT / ".github/workflows/retrain.yml") == loop(AZURE)
