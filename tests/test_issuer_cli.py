"""The issuer's command line: every refusal is one clear sentence and exit code 1, never a traceback."""

import re
import resource
import shutil
import socket
import stat
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from credential import code as codes
from demo.services import command, serving
from issuer import cli, organisations
from issuer.certificate import libraries
from issuer.service import open_service
from issuer.settings import settings_from
from verifier.directory import KnownIssuer, read_directory

DEMO = Path(__file__).parent.parent / "demo"
ROSTER = (
    "completion_id,achievement,name,completed_on\n1,data-analysis,王芳,2026-11-15\n2,data-analysis,李㛃,2026-11-15\n"
)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in this process; gives exit code, standard output and standard error."""
    monkeypatch.setenv("ISSUER_DATA_DIR", str(tmp_path / "issuer"))
    monkeypatch.setenv("ISSUER_KEY_PASSPHRASE", "")

    def ran(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["issuer", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
            raise SystemExit(0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(ended.value.code or 0), said.out, said.err

    return ran


@pytest.fixture
def ready(run: Run) -> Run:
    """The same, after an organisation and an achievement were set up."""
    assert run("init", DEMO / "organisation.toml")[0] == 0
    assert run("achievement", DEMO / "achievements/data-analysis.toml")[0] == 0
    return run


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER, encoding="utf-8")
    return file


def test_the_directory_entry_is_of_the_organisation_or_of_the_whole_platform(ready: Run, tmp_path: Path) -> None:
    known: list[KnownIssuer] = []
    for options in ((), ("--platform",)):
        code, said, _ = ready("directory", *options)
        assert code == 0
        (tmp_path / "directory.json").write_text(said)
        known += read_directory(tmp_path / "directory.json").listing()
    assert [each.id for each in known] == ["http://127.0.0.1:8000/orgs/glimmer", "http://127.0.0.1:8000/orgs/"]
    assert [each.is_platform for each in known] == [False, True]
    assert [each.verifiers for each in known] == [("http://127.0.0.1:8001",)] * 2
    assert [len(each.keys) for each in known] == [1, 0]


def test_a_roster_is_issued_once(ready: Run, roster: Path, tmp_path: Path) -> None:
    assert ready("issue", roster, "--dry-run")[1] == "2 rows are good. Nothing was issued (--dry-run).\n"
    said = ready("issue", roster, "--out", tmp_path / "out")[1]
    assert said.startswith("2 issued, 0 were issued before.\n2 files written, 0 were there before.\n")
    said = ready("issue", roster, "--out", tmp_path / "out")[1]
    assert said.startswith("0 issued, 2 were issued before.\n0 files written, 2 were there before.\n")
    assert len(list((tmp_path / "out").glob("*.pdf"))) == len(list((tmp_path / "out").glob("*.jwt"))) == 2


def test_a_roster_is_written_in_the_renditions_that_were_asked_for(ready: Run, roster: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ("--rendition", "bilingual", "--rendition", "large-en", "--rendition", "badge")
    assert ready("issue", roster, "--out", out, *asked)[0] == 0
    kinds = sorted("".join(file.suffixes) for file in out.iterdir())
    assert kinds == sorted([".jwt", ".pdf", ".large-en.pdf", ".png"] * 2)


def test_an_unknown_rendition_is_named_before_anything_is_issued(ready: Run, roster: Path, tmp_path: Path) -> None:
    code, _, said = ready("issue", roster, "--out", tmp_path / "out", "--rendition", "klingon")
    assert (code, "There are bilingual" in said) == (1, True)
    assert "2 issued" in ready("issue", roster)[1]


def test_a_bad_row_is_named_and_nothing_of_the_file_is_issued(ready: Run, roster: Path) -> None:
    roster.write_text(ROSTER + "3,data-analysis,,2026-11-15\n", encoding="utf-8")
    assert ready("issue", roster) == (1, "", "issuer: row 4, column name: is missing\n")
    roster.write_text(ROSTER, encoding="utf-8")
    assert ready("issue", roster)[1].startswith("2 issued, 0 were issued before.\n")


def test_an_achievement_that_is_not_published_is_named(ready: Run, roster: Path) -> None:
    roster.write_text("completion_id,name,completed_on\n1,王芳,2026-11-15\n", encoding="utf-8")
    code, _, said = ready("issue", roster, "--achievement", "unknown")
    assert (code, "issuer achievement FILE.toml" in said) == (1, True)


def test_a_credential_is_revoked_by_its_code(ready: Run, roster: Path, tmp_path: Path) -> None:
    ready("issue", roster, "--out", tmp_path / "out")
    code = next((tmp_path / "out").glob("*.pdf")).stem
    assert "was revoked on" in ready("revoke", code.lower(), "--reason", "成绩有误")[1]
    assert ready("revoke", "WG-0000", "--reason", "x")[0] == 1


def test_keys_are_listed_and_rotated(ready: Run) -> None:
    assert "active" in ready("keys", "list")[1]
    assert "is published and signs from" in ready("keys", "rotate")[1]
    listed = ready("keys", "list")[1]
    assert "active" in listed and "next" in listed
    code, _, said = ready("keys", "rotate")
    assert (code, "--now" in said) == (1, True)
    assert "Signing with" in ready("keys", "rotate", "--now")[1]
    listed = ready("keys", "list")[1]
    assert "active" in listed and "retired" in listed
    assert ready("keys", "rotate", "--algorithm", "RS256")[0] == 0
    assert "RS256" in ready("keys", "list")[1]


def the_key(ready: Run) -> str:
    """The thumbprint of the only key."""
    (found,) = re.findall(r"[\w-]{43}", ready("keys", "list")[1])
    return str(found)


def test_a_compromised_key_is_marked_and_what_it_signed_is_confirmed(ready: Run, roster: Path) -> None:
    ready("issue", roster)
    key = the_key(ready)
    code, _, said = ready("keys", "confirm", key)
    assert (code, "not marked compromised" in said) == (1, True)
    assert f"issuer keys confirm {key}" in ready("keys", "compromised", key)[1]
    assert "compromised" in ready("keys", "list")[1]
    assert ready("keys", "confirm", key, "--until", "2020-01-01")[1] == f"0 credentials of {key} are confirmed.\n"
    assert ready("keys", "confirm", key, "--until", "2999-01-01")[1] == f"2 credentials of {key} are confirmed.\n"
    code, _, said = ready("keys", "compromised", "unknown")
    assert (code, "keys list" in said) == (1, True)


def test_a_credential_is_revoked_in_favour_of_another(ready: Run, roster: Path, tmp_path: Path) -> None:
    ready("issue", roster, "--out", tmp_path / "out")
    old, new = sorted(file.stem for file in (tmp_path / "out").glob("*.pdf"))
    said = ready("revoke", old, "--reason", "成绩有误", "--superseded-by", new)[1]
    assert f"It is replaced by {codes.printed(new)}." in said
    code, _, said = ready("revoke", new, "--reason", "x", "--superseded-by", new)
    assert (code, "itself" in said) == (1, True)


def test_the_doctor_says_what_guards_the_keys_and_finds_files_that_others_can_read(
    ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ready("doctor")[1]
    assert "machine.key, next to the data" in said and "for their owner only" in said
    (private,) = (tmp_path / "issuer" / "keys" / "glimmer").glob("*.pem")
    private.chmod(0o644)
    code, said, _ = ready("doctor")
    assert (code, f"chmod 600 {private}" in said) == (1, True)


CANARY = "canary-passphrase-5150"


def test_neither_passphrase_nor_private_key_is_ever_said(
    run: Run, roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("ISSUER_KEY_PASSPHRASE", CANARY)
    said: list[object] = [run("init", DEMO / "organisation.toml"), run("keys", "list"), run("doctor")]
    folder = tmp_path / "issuer" / "keys" / "glimmer"
    service = open_service(settings_from())
    keyring = service.keyrings.of("glimmer")
    signer = service.keyrings.signer("glimmer", keyring.keys[0].id)
    (pem,) = folder.glob("*.pem")
    assert isinstance(signer.private, ec.EllipticCurvePrivateKey)
    number = signer.private.private_numbers().private_value
    said += [repr(each) for each in (service, service.settings, keyring, service.keyrings.wrapping, signer)]
    monkeypatch.setenv("ISSUER_KEY_PASSPHRASE", f"{CANARY}-mistyped")
    mistyped = [run("achievement", DEMO / "achievements/data-analysis.toml"), run("issue", roster), run("doctor")]
    assert "ISSUER_KEY_PASSPHRASE" in str(mistyped[1])
    monkeypatch.setenv("ISSUER_KEY_PASSPHRASE", CANARY)
    good = pem.read_bytes()
    pem.write_bytes(good[:80] + b"damaged" + good[87:])
    damaged = [run("issue", roster), run("doctor")]
    assert damaged[0][0] == 1
    pem.write_bytes(good)
    said += [*mistyped, *damaged, run("issue", roster), run("keys", "rotate", "--now")]
    said += [run("keys", "compromised", keyring.keys[0].id), run("keys", "confirm", keyring.keys[0].id)]
    everything = " ".join(map(str, said)) + caplog.text
    secret = number.to_bytes(32, "big")
    for canary in (
        CANARY, keyring.wrapping.decode(), str(number), secret.hex(), b64encode(secret).decode(), repr(secret)[2:-1],
        urlsafe_b64encode(secret).decode().rstrip("="), good.decode().splitlines()[3],
    ):  # fmt: skip
        assert canary not in everything


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="only Linux tells the limits of another process")
def test_a_serving_process_and_its_workers_write_no_core_dumps(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {"ISSUER_DATA_DIR": str(tmp_path / "issuer"), "ISSUER_PORT": str(port)}
    command("issuer", "init", str(DEMO / "organisation.toml"), environment=environment)
    url = f"http://127.0.0.1:{port}"
    log = tmp_path / "log"
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    with serving("issuer", url, log, environment):
        limits = [
            (folder / "limits").read_text()
            for folder in Path("/proc").glob("[0-9]*")
            if f"ISSUER_DATA_DIR={tmp_path / 'issuer'}".encode() in readable(folder / "environ")
        ]
    assert len(limits) >= 2
    for limit in limits:
        assert re.search(r"^Max core file size +0 +0 ", limit, re.MULTILINE)


def readable(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # another user's process, or one that has just ended
        return b""


def test_the_doctor_finds_everything_in_order(ready: Run) -> None:
    code, said, _ = ready("doctor")
    assert (code, "✗" in said) == (0, False)


def test_the_doctor_says_where_files_cannot_be_written_and_looks_on(ready: Run, tmp_path: Path) -> None:
    assert f"✓ files: {(tmp_path / 'issuer/files').as_uri()} can be written and read" in ready("doctor")[1]
    (tmp_path / "issuer/files/examined").unlink()
    (tmp_path / "issuer/files/examined").mkdir()  # where a file is to be written
    code, said, _ = ready("doctor")
    assert (code, "✗ files:" in said, "✓ signing key" in said) == (1, True, True)


def test_the_doctor_says_what_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIER_PUBLIC_URL", "http://verify.example")
    code, said, _ = run("doctor")
    assert code == 1
    assert "must be https" in said and "issuer init" in said


def test_a_missing_library_is_named_with_the_line_that_installs_it(
    ready: Run, roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "missing_libraries", lambda: ("libpango-1.0.so.0",))
    code, _, said = ready("issue", roster, "--out", tmp_path / "out")
    assert (code, "apt-get install" in said) == (1, True)


def test_a_port_in_use_is_said(ready: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("ISSUER_PORT", str(taken.getsockname()[1]))
        code, _, said = ready("serve")
    assert (code, "ISSUER_PORT" in said) == (1, True)


def test_a_key_folder_that_cannot_be_read_is_said(ready: Run, roster: Path, tmp_path: Path) -> None:
    keys = tmp_path / "issuer" / "keys" / "glimmer"
    shutil.rmtree(keys)
    assert ready("issue", roster)[0] == 1
    keys.write_text("a file where a folder should be")
    code, _, said = ready("issue", roster)
    assert (code, "cannot be read" in said) == (1, True)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ISSUER_PORT", "many", "ISSUER_PORT"),
        ("ISSUER_PORT", "8" * 5000, "ISSUER_PORT"),
        ("ISSUER_PUBLIC_URL", "issuer.example", "ISSUER_PUBLIC_URL"),
        ("ISSUER_PUBLIC_URL", "http://[x", "ISSUER_PUBLIC_URL"),
        ("ISSUER_DATABASE_URL", "not a url", "ISSUER_DATABASE_URL"),
        ("ISSUER_DATABASE_URL", "nosuchdb://x", "ISSUER_DATABASE_URL"),
        ("ISSUER_DATABASE_URL", "sqlite:////proc/nowhere/issuer.db", "cannot be opened"),
        ("ISSUER_KEY_PASSPHRASE_FILE", "/nowhere/passphrase", "ISSUER_KEY_PASSPHRASE_FILE"),
    ],
)
def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    code, _, error = run("keys", "list")
    assert (code, said in error) == (1, True), error


@pytest.mark.parametrize(
    "content", ["", "not toml", 'id = "Glimmer!"', "id = 7", 'id = "a"\ntag = "WG"\nname = {en = "x"}\n']
)
def test_a_description_that_is_not_right_makes_nothing(run: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "organisation.toml"
    file.write_text(content)
    code, _, said = run("init", file)
    assert (code, said.startswith("issuer: ")) == (1, True)
    assert run("keys", "list")[0] == 1
    assert run("init", DEMO / "organisation.toml")[0] == 0


def test_the_look_of_an_organisation_is_changed_and_its_logo_is_found_beside_the_file(
    ready: Run, tmp_path: Path
) -> None:
    file = tmp_path / "organisation.toml"
    file.write_text((DEMO / "organisation.toml").read_text("utf-8").replace("#1b2f4e", "#123456"), "utf-8")
    code, _, said = ready("organisation", file)
    assert (code, f"{tmp_path / 'logo.png'} is not a file" in said) == (1, True)
    shutil.copy(DEMO / "logo.png", tmp_path)
    code, said, _ = ready("organisation", file)
    assert (code, "issuer achievement FILE.toml" in said) == (0, True)
    with open_service(settings_from()).database.reading() as session:
        organisation = organisations.the_only_one(session)
        assert organisation.look and organisation.look["ink"] == "#123456"
        assert organisation.logo and organisation.logo.startswith(b"\x89PNG")
    file.write_text(file.read_text("utf-8").replace('tag = "WG"', 'tag = "GW"'), "utf-8")
    assert ready("organisation", file)[2] == (
        "issuer: tag: was 'WG' when the organisation was made and cannot become 'GW'\n"
    )


def test_every_achievement_and_the_roster_of_the_demo_are_good(ready: Run) -> None:
    assert ready("achievement", *sorted((DEMO / "achievements").glob("*.toml")))[0] == 0
    code, _, said = ready("issue", DEMO / "roster.csv", "--dry-run")
    assert (code, said.count("\n"), "U+323AF" in said) == (1, 1, True)  # the one that shows a refusal


def test_an_organisation_is_never_set_up_twice(ready: Run) -> None:
    code, _, said = ready("init", DEMO / "organisation.toml")
    assert (code, "already" in said) == (1, True)


def test_the_help_teaches_how_to_begin(run: Run) -> None:
    code, said, _ = run("--help")
    assert code == 0
    assert "issuer init" in said and "ISSUER_PUBLIC_URL" in said


def test_an_operators_text_is_no_markup(ready: Run, roster: Path, tmp_path: Path) -> None:
    ready("issue", roster, "--out", tmp_path / "out")
    code = next((tmp_path / "out").glob("*.pdf")).stem
    assert "[/oops] [red]wrong" in ready("revoke", code, "--reason", "[/oops] [red]wrong")[1]


def test_with_a_library_missing_nothing_of_a_roster_is_issued(
    ready: Run, roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(libraries, "missing_libraries", lambda: ("libpango-1.0.so.0",))
        assert ready("issue", roster, "--out", tmp_path / "out")[0] == 1
    assert ready("issue", roster)[1].startswith("2 issued, 0 were issued before.\n")


def test_the_data_folder_is_for_its_owner_only(ready: Run, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "issuer").stat().st_mode) == 0o700


def test_without_an_organisation_there_is_nothing_to_serve(run: Run) -> None:
    code, _, said = run("serve")
    assert (code, "issuer init" in said) == (1, True)
