import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from credential.jwks import thumbprint
from keys.errors import KeyringMissing, KeyringUnreadable
from keys.keyring import Keyring, Wrapping
from keys.wrapping import machine_key

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SECRET = Wrapping(passphrase="一串足够长的口令", machine_key=lambda: b"")


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.make(tmp_path / "keys" / "glimmer", SECRET, NOW)


def test_private_files_are_encrypted_and_for_their_owner_only(keyring: Keyring) -> None:
    file = keyring.folder / f"{keyring.active.id}.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring.folder.stat().st_mode) == 0o700
    assert file.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    with pytest.raises(TypeError):
        load_pem_private_key(file.read_bytes(), None)
    with pytest.raises(ValueError, match=r"[Ii]ncorrect password|decrypt"):
        load_pem_private_key(
            file.read_bytes(), "一串足够长的口令".encode()
        )  # the passphrase itself is not the password


def test_a_loaded_keyring_signs_as_the_one_that_was_made(keyring: Keyring) -> None:
    loaded = Keyring.load(keyring.folder, SECRET)
    assert loaded == keyring
    assert loaded.signer(str).sign(b"x") == keyring.signer(str).sign(b"x")


def test_rotation_retires_the_old_key_and_keeps_its_public_half(keyring: Keyring) -> None:
    rotated = keyring.rotate(NOW)
    assert [key.state for key in rotated.keys] == ["active", "retired"]
    assert rotated.keys[1].jwk == keyring.active.jwk
    assert Keyring.load(keyring.folder, SECRET) == rotated
    assert [file.stem for file in keyring.folder.glob("*.pem")] == [rotated.active.id]
    with pytest.raises(KeyringMissing, match="retired"):
        rotated.signer(str, keyring.active.id)


def test_a_key_is_named_by_its_thumbprint(keyring: Keyring) -> None:
    assert keyring.active.id == thumbprint(keyring.active.jwk)


def test_a_wrong_passphrase_is_said_plainly(keyring: Keyring) -> None:
    wrong = Keyring.load(keyring.folder, Wrapping(passphrase="another", machine_key=lambda: b""))
    with pytest.raises(KeyringUnreadable, match="ISSUER_KEY_PASSPHRASE"):
        wrong.signer(str)


def test_a_keyring_is_never_replaced(keyring: Keyring) -> None:
    with pytest.raises(KeyringUnreadable, match="not replaced"):
        Keyring.make(keyring.folder, SECRET, NOW)


def test_what_is_missing_or_damaged_is_said_plainly(keyring: Keyring, tmp_path: Path) -> None:
    with pytest.raises(KeyringMissing, match="issuer init"):
        Keyring.load(tmp_path / "nowhere", SECRET)
    (keyring.folder / "keyring.json").write_text("{")
    with pytest.raises(KeyringUnreadable, match="damaged"):
        Keyring.load(keyring.folder, SECRET)
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyringUnreadable):
        Keyring.make(tmp_path / "file" / "keys", SECRET, NOW)


def test_the_machine_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "data" / "machine.key"
    made = machine_key(file)
    assert machine_key(file) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"short")
    with pytest.raises(KeyringUnreadable, match="backup"):
        machine_key(file)


def test_secrets_are_not_in_what_is_printed(keyring: Keyring) -> None:
    printed = repr(SECRET) + repr(keyring)
    assert "口令" not in printed
    assert keyring.wrapping.decode() not in printed
