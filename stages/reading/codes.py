"""Ids, names and codes as they are kept: no blanks around them, a blank one a gap, people in them by pseudonym."""

import hashlib

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.reading.privacy import redact

_DIGITS = 8  # hexadecimal: of a thousand people the chance is one in ten thousand that two share a pseudonym


def trimmed(column: pd.Series) -> pd.Series:
    """Text (str) without blanks around it; what is blank is a gap."""
    cells = pa.table({"text": column})["text"].cast(pa.large_string())
    bare = pc.utf8_trim_whitespace(cells)
    if bare.equals(cells) and not pc.any(pc.equal(cells, "")).as_py():
        return column
    kept = pc.if_else(pc.equal(bare, ""), None, bare).to_pandas()
    return pd.Series(kept.to_numpy(dtype=object), index=column.index, dtype="str", name=column.name)


def pseudonymous(column: pd.Series, declared: frozenset[str] = frozenset()) -> pd.Series:
    """Names and codes (str), trimmed, where personal data has become its mark with a hash behind it: who differs stays apart.

    Each distinct cell is looked at once. The hash is not secret: who has a list of addresses can find out whose it is.

    Parameters
    ----------
    declared : names that stay as they are, because the settings name them.

    Examples
    --------
    >>> pseudonymous(pd.Series(["jo@example.org ", "web", " "], dtype="str")).tolist()
    ['[email] b6be3cb5', 'web', nan]
    """
    codes, found = pd.factorize(column)
    words = pd.Series(found, dtype="str")
    bare = trimmed(words)
    marked = redact(bare)
    hidden = (marked != bare) & bare.notna() & ~bare.isin(declared)
    new = bare.mask(hidden, marked + " " + bare[hidden].map(_hash).reindex(bare.index))
    if new.equals(words):
        return column
    return pd.Series(new.array.take(codes, allow_fill=True), index=column.index, name=column.name)


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]
