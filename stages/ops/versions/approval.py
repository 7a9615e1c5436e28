"""Who may approve: the names in params.yaml, and not the author of what is approved. The host enforces it; here is the record."""

from stages.decision.baseline import Git
from stages.errors import Refused
from stages.settings import Params


def may_approve(name: str, params: Params, git: Git) -> None:
    """Refuse a name that is not listed, and the author of the last run unless `approval.allow_author` lets it.

    The last run is the last commit that changed dvc.lock: what somebody else commits after it makes nobody less its author.

    Raises
    ------
    Refused
        Nothing has changed then.
    """
    if name not in params.approval.approvers:
        raise Refused(
            f"--approved-by must be listed in params.yaml: approval.approvers, got {name!r}; "
            f"ask one of {', '.join(params.approval.approvers)}"
        )
    author = git("log", "-1", "--format=%an", "--", "dvc.lock").strip()
    if name == author and not params.approval.allow_author:
        raise Refused(
            f"--approved-by must not be the author of the run, got {author!r}; ask another approver, or set approval.allow_author"
        )
