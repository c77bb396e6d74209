"""What we publish, read by a library that we did not write: openbadgeslib verifies our tokens and reads our lists.

It is given three things that it cannot have by itself here: the published key as PEM (it takes no JWK), a way to fetch from
an issuer without https, and the present time (it takes no clock).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwk as foreign_jwk
from litestar import Litestar
from litestar.testing import TestClient
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier, decode_encoded_list, set_indices

from credential import reader
from issuer.completions import Completion
from issuer.credentials.issue import issue
from issuer.credentials.revoke import revoke
from issuer.service import Service
from tests.conftest import Clock

EDGES = [0, 7, 8, 131_071]
Verify = Callable[[str], Any]


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = datetime.now(UTC)
    return clock


@pytest.fixture
def verify(issuer: TestClient[Litestar]) -> Verify:
    """openbadgeslib's verification with the key that the token's `kid` answers with and the list that is published."""

    def verified(token: str) -> Any:
        key = foreign_jwk.ECKey.import_key(issuer.get(reader.read(token).claimed_kid).json()).public_key
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return OB3Verifier(pem).verify(token, check_status=True, download=lambda url: issuer.get(url).content)

    return verified


@pytest.fixture(params=EDGES)
def index(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The status index that is drawn next."""

    class Loaded:
        def sample(self, population: range, k: int) -> list[int]:
            assert request.param in population
            return [request.param]

    monkeypatch.setattr("issuer.status.RANDOM", Loaded())
    return int(request.param)


def test_openbadgeslib_verifies_a_credential_and_its_status(token: str, verify: Verify) -> None:
    read = verify(token)
    assert read.issuer.name == "微光学院"
    assert read.achievement.name == "数据分析微专业"


def test_openbadgeslib_refuses_a_token_that_was_changed(token: str, verify: Verify) -> None:
    head, payload, signature = token.split(".")
    with pytest.raises(OB3VerificationError, match="signature"):
        verify(f"{head}.{payload}.{signature[:9]}{'A' if signature[9] != 'A' else 'B'}{signature[10:]}")


def test_openbadgeslib_reads_the_bit_of_a_revoked_credential_where_we_set_it(
    index: int, service: Service, completion: Completion, verify: Verify, issuer: TestClient[Litestar]
) -> None:
    issued = issue(service, "glimmer", completion).credential
    assert issued.token and issued.list_index == index
    verify(issued.token)
    revoke(service, "glimmer", issued.code, "reason")
    with pytest.raises(OB3VerificationError, match=f"'revocation' is set at index {index} "):
        verify(issued.token)
    published = issuer.get(service.addresses.status_list("glimmer", issued.list_id)).text
    listed = reader.read(published, longest=reader.LONGEST_STATUS_TOKEN).claims["credentialSubject"]
    bits = decode_encoded_list(listed["encodedList"])
    assert (set(set_indices(bits)), len(bits) * 8) == ({index}, 131_072)
