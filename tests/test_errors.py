"""One family of errors: one line on stderr, an exit code a kind."""

import pytest

from stages import errors
from stages.errors import RatchetError, one_line_errors


def family() -> list[type[RatchetError]]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, RatchetError)]


def test_every_kind_of_error_exits_with_a_code_of_its_own():
    codes = [kind.exit_code for kind in family()]
    assert len(set(codes)) == len(codes) == 7


def test_no_error_exits_as_done_or_as_a_verdict():
    assert not {0, 1} & {kind.exit_code for kind in family()}


@pytest.mark.parametrize("kind", family())
def test_an_error_is_one_line_on_stderr_and_its_exit_code(kind, capsys):
    @one_line_errors
    def main() -> None:
        raise kind("it must be so,\n  got\tanother; mend it")

    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == kind.exit_code
    assert capsys.readouterr() == ("", "error: it must be so, got another; mend it\n")


def test_a_bug_keeps_its_traceback():
    @one_line_errors
    def main() -> None:
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError, match="a bug"):
        main()


def test_what_succeeds_stays_quiet(capsys):
    one_line_errors(lambda: None)()
    assert capsys.readouterr() == ("", "")
