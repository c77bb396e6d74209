import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from credential.jwks import thumbprint
from keys.errors import KeyringMissing, KeyringUnreadable, NoActiveKey, RotationUnderWay, UnknownKey
from keys.kept import CLOCKS_APART, OVERLAP
from keys.keyring import Keyring
from keys.signer import new_private_key, sealed
from keys.wrapping import Wrapping, machine_key

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SECRET = Wrapping(passphrase="一串足够长的口令", machine_key=lambda: b"")
UNENCRYPTED = new_private_key("ES256").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.make(tmp_path / "keys" / "glimmer", SECRET, NOW)


def test_private_files_are_encrypted_and_for_their_owner_only(keyring: Keyring) -> None:
    file = keyring.folder / f"{keyring.active(NOW).id}.pem"
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
    key_id = keyring.active(NOW).id
    assert loaded.signer(str, key_id).sign(b"x") == keyring.signer(str, key_id).sign(b"x")


def states(keyring: Keyring, now: datetime) -> list[str]:
    return [keyring.standing(key, now).state for key in keyring.keys]


def test_a_new_key_is_published_for_the_overlap_and_then_takes_over_by_the_clock_alone(keyring: Keyring) -> None:
    rotated = keyring.rotate(NOW)
    switch = NOW + OVERLAP
    assert timedelta(minutes=10) < OVERLAP  # a verifier's five minutes and the five by which its clock may differ
    assert states(rotated, NOW) == states(rotated, switch - SECOND) == ["next", "active"]
    assert states(rotated, switch) == ["active", "retired"]
    assert rotated.active(switch - SECOND) == keyring.active(NOW)
    assert rotated.waiting(NOW) == rotated.active(switch) != keyring.active(NOW)
    assert rotated.standing(rotated.keys[1], switch + timedelta(days=900)).since == switch
    assert Keyring.load(keyring.folder, SECRET) == rotated


def test_a_retired_key_loses_its_private_half_when_no_clock_can_need_it_and_keeps_its_public_half(
    keyring: Keyring,
) -> None:
    old = keyring.active(NOW)
    rotated = keyring.rotate(NOW)
    switch = NOW + OVERLAP
    assert rotated.spent(switch + CLOCKS_APART) == []
    assert rotated.spent(switch + CLOCKS_APART + SECOND) == [old]
    rotated.forget(old)
    rotated.forget(old)  # another process was quicker
    assert [file.stem for file in keyring.folder.glob("*.pem")] == [rotated.active(switch).id]
    assert rotated.find(old.id).jwk == old.jwk
    with pytest.raises(KeyringMissing, match="retired"):
        rotated.signer(str, old.id)


def test_in_an_emergency_the_new_key_signs_at_once(keyring: Keyring) -> None:
    assert states(keyring.rotate(NOW, at_once=True), NOW) == ["active", "retired"]


def test_a_key_that_waits_is_brought_forward_but_never_joined_by_another(keyring: Keyring) -> None:
    waiting = keyring.rotate(NOW).waiting(NOW)
    assert waiting
    with pytest.raises(RotationUnderWay, match=waiting.id):
        keyring.rotate(NOW)
    with pytest.raises(RotationUnderWay):
        keyring.rotate(NOW, at_once=True, algorithm="RS256")
    assert keyring.rotate(NOW + SECOND, at_once=True).active(NOW + SECOND).id == waiting.id


def test_a_compromised_key_signs_no_more_and_another_one_does(keyring: Keyring) -> None:
    stolen = keyring.active(NOW)
    marked = keyring.mark_compromised(stolen.id, NOW + SECOND)
    assert states(marked, NOW + SECOND) == ["active", "compromised"]
    assert not (keyring.folder / f"{stolen.id}.pem").exists()
    assert marked.spent(NOW + SECOND) == [marked.find(stolen.id)]
    again = keyring.mark_compromised(stolen.id, NOW + timedelta(days=1))
    assert again == marked
    with pytest.raises(UnknownKey, match="keys list"):
        keyring.mark_compromised("unknown", NOW)


def test_a_key_compromised_while_it_waits_never_takes_over(keyring: Keyring) -> None:
    waiting = keyring.rotate(NOW).waiting(NOW)
    assert waiting
    marked = keyring.mark_compromised(waiting.id, NOW + SECOND)
    assert states(marked, NOW + 2 * OVERLAP) == ["compromised", "active"]
    assert marked.spent(NOW + 2 * OVERLAP) == [marked.find(waiting.id)]


def test_the_active_key_compromised_while_another_waits_is_replaced_and_the_other_takes_over_in_its_time(
    keyring: Keyring,
) -> None:
    waiting = keyring.rotate(NOW).waiting(NOW)
    assert waiting
    marked = keyring.mark_compromised(keyring.active(NOW).id, NOW + SECOND)
    assert states(marked, NOW + SECOND) == ["next", "active", "compromised"]
    assert marked.active(NOW + OVERLAP).id == waiting.id
    assert states(marked, NOW + OVERLAP) == ["active", "retired", "compromised"]


def test_an_older_key_compromised_later_does_not_disturb_the_one_that_signs(keyring: Keyring) -> None:
    rotated = keyring.rotate(NOW, at_once=True)
    marked = keyring.mark_compromised(keyring.active(NOW).id, NOW + SECOND)
    assert states(marked, NOW + SECOND) == ["active", "compromised"]
    assert marked.active(NOW + SECOND) == rotated.active(NOW)


def test_a_clock_set_back_still_finds_the_first_key_and_never_one_that_was_compromised(keyring: Keyring) -> None:
    assert keyring.active(NOW - timedelta(days=1)) == keyring.keys[0]
    marked = keyring.mark_compromised(keyring.keys[0].id, NOW)
    with pytest.raises(NoActiveKey, match="clock"):
        marked.active(NOW - SECOND)


def test_a_key_made_by_a_clock_that_was_set_back_follows_the_others_all_the_same(keyring: Keyring) -> None:
    past = NOW - timedelta(days=1)
    waiting = keyring.rotate(past).waiting(past)
    assert waiting
    for rotated in (Keyring.load(keyring.folder, SECRET), keyring.rotate(past, at_once=True)):
        assert states(rotated, past) == ["next", "active"]
        assert rotated.active(past) == keyring.keys[0]
        assert rotated.active(NOW).id == waiting.id


def test_processes_that_change_a_keyring_at_once_lose_no_key(keyring: Keyring) -> None:
    with ThreadPoolExecutor(8) as processes:
        made = list(processes.map(lambda _: keyring.mark_compromised(keyring.keys[0].id, NOW), range(8)))
        made += processes.map(lambda _: keyring.rotate(NOW, at_once=True), range(8))
    kept = Keyring.load(keyring.folder, SECRET).keys
    assert len(kept) == 10
    assert {key.id for each in made for key in each.keys} == {key.id for key in kept}


def test_an_rsa_key_is_made_kept_and_follows_itself(tmp_path: Path) -> None:
    keyring = Keyring.make(tmp_path, SECRET, NOW, "RS256")
    signer = Keyring.load(tmp_path, SECRET).signer(str, keyring.active(NOW).id)
    assert (signer.alg, len(signer.sign(b"x")) * 8) == ("RS256", 3072)
    assert signer.jwk == keyring.active(NOW).jwk
    assert keyring.rotate(NOW, at_once=True).active(NOW).alg == "RS256"
    assert keyring.rotate(NOW, at_once=True, algorithm="ES256").active(NOW).alg == "ES256"


def test_files_that_others_can_read_are_found(keyring: Keyring) -> None:
    assert keyring.exposed() == []
    file = keyring.folder / f"{keyring.active(NOW).id}.pem"
    file.chmod(0o640)
    assert keyring.exposed() == [file]


def test_a_private_file_that_is_not_as_it_was_made_is_said_plainly(keyring: Keyring) -> None:
    key_id = keyring.active(NOW).id
    file = keyring.folder / f"{key_id}.pem"
    other_curve: Any = ec.generate_private_key(ec.SECP384R1())
    of_another_kind = sealed(other_curve, keyring.wrapping)
    for wrong in (b"", b"no key", sealed(new_private_key("ES256"), b"another"), UNENCRYPTED, of_another_kind):
        file.write_bytes(wrong)
        with pytest.raises(KeyringUnreadable, match="does not open"):
            keyring.signer(str, key_id)


def test_a_key_is_named_by_its_thumbprint(keyring: Keyring) -> None:
    assert keyring.active(NOW).id == thumbprint(keyring.active(NOW).jwk)


def test_a_wrong_passphrase_is_said_plainly(keyring: Keyring) -> None:
    wrong = Keyring.load(keyring.folder, Wrapping(passphrase="another", machine_key=lambda: b""))
    with pytest.raises(KeyringUnreadable, match="ISSUER_KEY_PASSPHRASE"):
        wrong.signer(str, keyring.active(NOW).id)


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
