"""The door to `ratchet compare`: `python compare_models.py --candidate 43 --baseline 42 --min_gain 0.01`.

It takes the same options, with underscores for hyphens too.
"""

import sys

import ratchet


def as_ratchet(arguments: list[str]) -> list[str]:
    """The arguments as `ratchet compare` takes them: `--min_gain=0.01` is `--min-gain=0.01`; values stay as they are."""
    named = [argument.partition("=") for argument in arguments]
    hyphened = [(name.replace("_", "-") if name.startswith("--") else name, sign, value) for name, sign, value in named]
    return ["compare", *("".join(parts) for parts in hyphened)]


if __name__ == "__main__":
    sys.argv[1:] = as_ratchet(sys.argv[1:])
    ratchet.main()
