"""What every kind of file has to keep to: a size in memory, and a header of names that can be told apart."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from stages.errors import InputError

MIB = 2**20
COLUMNS = 10_000  # a file with more has data for names: each column costs memory of its own, however few its rows
NESTED = ["…"]  # stands for a list, an object or bytes: no column can be made of them, so what they hold is not kept


def allow(size: float, max_mib: float, path: Path) -> None:
    """Stop where a file takes more bytes than it may.

    Raises
    ------
    InputError
        Where it does.
    """
    if size > max_mib * MIB:
        raise InputError(f"{path} must be at most {max_mib:g} MiB unpacked, got more; split it, or raise batches.max_mib")


def distinct(names: Sequence[str], path: Path) -> None:
    """Stop where the names of the columns are too many, blank or repeated.

    Raises
    ------
    InputError
        Where they are; of the names only a place is told, since a file without a header has a row there.
    """
    if len(names) > COLUMNS:
        raise InputError(f"{path} must have at most {COLUMNS:,} columns, got more; keep data out of the names of columns")
    if any("\x00" in name for name in names):
        raise InputError(f"{path} must be UTF-8, got NUL bytes in its header; save it as UTF-8")
    count = Counter(names)
    wrong = [k for k, name in enumerate(names, start=1) if not name.strip() or count[name] > 1]
    if wrong:
        raise InputError(f"{path} must have a header of distinct names, got a blank or repeated one at {wrong[0]}; mend it")
