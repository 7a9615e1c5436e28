"""One family of errors: every message reads `<where> must <rule>, got <value>; <what to do>`, every kind exits on its own code.

0 is done, 1 is a verdict that is not a promotion, 2 a usage error; see the table in the README.
"""

import functools
import io
import sys
from collections.abc import Callable


class RatchetError(Exception):
    """Anything Ratchet refuses or cannot do; printed as one line, never as a traceback."""

    exit_code = 9


class UsageError(RatchetError):
    """The command or `params.yaml` asks for something that does not exist."""

    exit_code = 2


class CannotJudge(RatchetError):
    """The evidence is missing or does not compare like with like."""

    exit_code = 3


class InputError(RatchetError):
    """A data file is missing, unreadable or lacks a column."""

    exit_code = 4


class UntrustedModel(RatchetError):
    """A model file is damaged or holds a type that is not on the allow-list."""

    exit_code = 5


class Refused(RatchetError):
    """The request is understood and not allowed: not approved, not clean, not the verdict it needs."""

    exit_code = 6


class ToolError(RatchetError):
    """Git or DVC failed."""

    exit_code = 7


def one_line_errors(main: Callable[..., None]) -> Callable[..., None]:
    """Print a `RatchetError` as one line on stderr and exit with its code; anything else is a bug and keeps its traceback."""

    @functools.wraps(main)
    def wrapped(*args: object, **kwargs: object) -> None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that cannot show → is no reason to fail
        try:
            main(*args, **kwargs)
        except RatchetError as error:
            print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
            sys.exit(error.exit_code)

    return wrapped
