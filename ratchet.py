"""The `ratchet` command.

It runs the loop's code of the repository you stand in or, where there is none yet, the installed one.
"""

import sys
from pathlib import Path

INSTALLED = Path(__file__).resolve().parent  # what `ratchet init` and `ratchet upgrade` copy `stages/` from


def main() -> None:
    """Run the command line with the code that belongs to the current folder."""
    here = Path.cwd()
    if (here / "stages" / "ops" / "cli.py").is_file():
        # The repository's own copy decides, so that a commit reproduces its own verdicts.
        sys.path.insert(0, str(here))
    from stages.errors import one_line_errors  # only now: which `stages` this is was decided above
    from stages.ops.cli import app

    one_line_errors(app)(obj=INSTALLED)


if __name__ == "__main__":
    main()
