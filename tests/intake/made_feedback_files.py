"""Files of feedback beside a few batches of rows, taken in and judged as the stage does it."""

from stages.intake.feedback import beside_rows, judge_files, take_feedback

W40 = "feedback/2026-W40.csv"  # September 28 to October 4
ANSWER = "id,label,reviewer,action,reviewed_at"
SETTINGS = {"columns.prediction": "served", "columns.model_version": "version"}


def raw(desk, number: int, *rows: str) -> None:
    """A batch of rows `id,served,version` (of 10:00, red, 1)."""
    lines = [f"{name},2026-10-{number:02}T10:00,red,1,{more}" for name, _, more in (row.partition(",") for row in rows)]
    desk.write(f"raw/2026-10-{number:02}.csv", *lines, header="id,at,color,size,served,version")


def taken(desk):
    return [take_feedback(file, desk.params) for file in desk.files("feedback")]


def lines(desk, files=None):
    return beside_rows(files or taken(desk), desk.judged(), desk.golden, desk.params, desk.spool, desk.labels)


def judged(desk):
    files = taken(desk)
    return judge_files(files, lines(desk, files), desk.params, desk.releases)
