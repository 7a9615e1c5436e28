"""A typer app with as many commands as asked for, that do nothing: what `--help` costs before `ratchet` adds anything.

Usage: python -m bench.bare_typer COMMANDS --help
"""

import sys

import typer


def bare(commands: int) -> typer.Typer:
    """An app with the settings of the `ratchet` command."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help="Does nothing.")
    for number in range(commands):
        app.command(f"command{number}", help="Do nothing.")(_nothing)
    return app


def _nothing() -> None:
    pass


if __name__ == "__main__":
    bare(int(sys.argv.pop(1)))()
