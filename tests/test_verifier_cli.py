"""The verifier's command line: the verdict in words, as JSON and as an exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.small_issuer import SmallIssuer


def run(*arguments: str, directory: Path, port: int = 8001, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    settings = {"VERIFIER_DIRECTORY": str(directory), "VERIFIER_PORT": str(port), "LANG": "C.UTF-8", "LC_ALL": ""}
    ran = subprocess.run(
        [sys.executable, "-c", "from verifier.cli import main; main()", *arguments],
        input=given,
        capture_output=True,
        env=os.environ | settings,
        check=False,
    )
    assert b"Traceback" not in ran.stderr
    return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def test_the_command_line_says_what_the_page_says(small_issuer: SmallIssuer) -> None:
    ran = run("check", small_issuer.token(), directory=small_issuer.directory)
    assert ran.returncode == 0
    assert "✓ 有效" in ran.stdout and "面前的人是欧阳雨泽吗" in ran.stdout


def test_the_text_of_a_qr_code_is_checked_with_its_scheme_and_without(small_issuer: SmallIssuer) -> None:
    for given in (small_issuer.qr(), small_issuer.qr().removeprefix("https://")):
        assert run("check", given, directory=small_issuer.directory).returncode == 0
    assert run("check", small_issuer.qr(index=7), directory=small_issuer.directory).returncode == 1


def test_the_exit_code_is_the_verdict(small_issuer: SmallIssuer) -> None:
    assert run("check", small_issuer.token(index=7), directory=small_issuer.directory).returncode == 1
    assert run("check", "--language", "en", "QQ-000000000000000M", directory=small_issuer.directory).returncode == 2


def test_json_is_the_verdict_and_nothing_else(small_issuer: SmallIssuer, tmp_path: Path) -> None:
    ran = run(
        *("check", "-", "--json", "--directory", str(small_issuer.directory)),
        given=small_issuer.token().encode(),
        directory=tmp_path / "not used",
    )
    assert (ran.returncode, json.loads(ran.stdout)["verdict"]) == (0, "valid")


def test_a_file_is_checked_for_what_is_in_it_whatever_it_is_called(small_issuer: SmallIssuer, tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_text(f"\ufeff {small_issuer.token()}\n", encoding="utf-8")
    assert run("check", str(file), directory=small_issuer.directory).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [[], ["check"], ["check", "absent.pdf"], ["check", "a/b"], ["check", "--loud", "x"], ["sing"]],
)
def test_a_command_that_is_wrong_is_told_apart_from_a_verdict(small_issuer: SmallIssuer, arguments: list[str]) -> None:
    assert run(*arguments, directory=small_issuer.directory).returncode == 64


def test_a_directory_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    ran = run("check", "WG-0000-0000-0000-000D", directory=tmp_path / "absent.json")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (64, "", 1)
    assert run("serve", directory=tmp_path / "absent.json").returncode == 1


def test_a_port_in_use_is_one_sentence(small_issuer: SmallIssuer) -> None:
    ran = run("serve", directory=small_issuer.directory, port=small_issuer.port)
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "VERIFIER_PORT" in ran.stderr


def test_signed_text_cannot_drive_the_terminal(small_issuer: SmallIssuer) -> None:
    ran = run("check", small_issuer.token(name="a\x1b[2J\x1b[32m有效\u202e"), directory=small_issuer.directory)
    assert "有效" in ran.stdout and "\x1b" not in ran.stdout and "\u202e" not in ran.stdout
