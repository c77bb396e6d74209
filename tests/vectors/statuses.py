"""Tokens in order whose status cannot be known, or is known."""

from collections.abc import Iterator
from typing import Any

from tests.vectors import workshop as w
from tests.vectors.vector import Vector, vector

STANDING = w.encoded_list(b"\x01")


def statuses() -> Iterator[Vector]:
    good, silent = w.token(w.claims()), "unchecked: status_unavailable"
    edges = w.encoded_list(b"\x81\x80", b"\x01")
    for index in (0, 7, 8, 131_071):
        token = w.token(w.claims(credentialStatus=w.entry(index)))
        why = f"Of a list with 0, 7, 8 and 131071 set, entry {index}: 0 is the left-most bit of the first byte (§3.2)."
        yield vector(f"revoked-at-{index}", why, token, "invalid: revoked", list=w.status_list(edges))
    for index in (1, 6, 9, 15, 16, 131_070):
        token = w.token(w.claims(credentialStatus=w.entry(index)))
        why = f"Of the same list, entry {index}: one bit an entry, not one byte, and from the left."
        yield vector(f"standing-at-{index}", why, token, "valid: ok", list=w.status_list(edges))
    lists: dict[str, tuple[str, str | None]] = {
        "list-out-of-reach": ("Silence is never consent.", None),
        "list-is-a-page": ("A proxy's answer is no list.", "<!doctype html><title>Sign in</title>"),
        "list-not-signed": ("A list as bare JSON proves nothing.", w.to_json(w.list_claims(STANDING)).decode()),
        "list-signed-by-a-stranger": ("Under the issuer's kid.", w.status_list(STANDING, w.STRANGERS)),
        "list-of-another-known-issuer": (
            "Only the credential's issuer may speak of it.",
            w.status_list(STANDING, w.OTHERS, w.header(typ="vc+jwt", kid=w.kid(w.OTHERS, w.OTHER)), issuer=w.OTHER),
        ),
        "list-signed-by-another-known-issuer": (
            "It names the issuer and is signed by another.",
            w.status_list(STANDING, w.OTHERS, w.header(typ="vc+jwt", kid=w.kid(w.OTHERS, w.OTHER))),
        ),
        "list-under-another-id": ("Its id is its address (§3.2).", w.status_list(STANDING, id=f"{w.LIST}x")),
        "list-for-another-purpose": (
            "statusPurpose must be the entry's (§3.2).",
            w.status_list(STANDING, subject={"statusPurpose": "suspension"}),
        ),
        "list-of-another-kind": ("Not a list credential.", w.status_list(STANDING, type=["VerifiableCredential"])),
        "list-expired": (
            "An old list knows nothing of later.",
            w.status_list(STANDING, validUntil="2026-11-21T18:00:00Z"),
        ),
        "list-from-tomorrow": ("Not yet in force.", w.status_list(STANDING, validFrom="2026-11-22T17:30:00Z")),
        "list-without-an-end": ("How old may it become?", w.status_list(STANDING, validUntil=None)),
        "list-too-short": ("At least 131,072 entries (§6.1).", w.status_list(w.encoded_list(length=16_383))),
        "list-bomb": ("Five MiB: inflating stops at four.", w.status_list(w.encoded_list(length=5 * 2**20))),
        "list-cut-off": ("gzip that ends early.", w.status_list("u" + w.b64(w.packed()[:-9]))),
        "list-followed-by-more": ("Bytes after gzip's end.", w.status_list("u" + w.b64(w.packed() + b"more"))),
        "list-in-another-base": ("z is base58btc; u is asked for (§2.2).", w.status_list("z" + STANDING[1:])),
        "list-not-packed": ("No gzip.", w.status_list("u" + w.b64(bytes(64)))),
    }
    for name, (why, text) in lists.items():
        yield vector(name, why, good, silent, list=text)
    entries: dict[str, tuple[str, Any]] = {
        "index-beyond-the-list": ("The list has 131,072 entries.", w.entry(131_072)),
        "index-negative": ("-1 would be the last byte in some languages.", w.entry("-1")),
        "index-in-other-digits": ("٣ is 3 to some readers.", w.entry("٣")),
        "index-with-exponent": ("1e1 is no index.", w.entry("1e1")),
        "index-absent": ("No index.", {key: value for key, value in w.entry(3).items() if key != "statusListIndex"}),
        "entry-for-another-purpose": ("We ask about revocation.", w.entry(3, statusPurpose="suspension")),
        "entry-of-another-kind": ("Not a Bitstring entry.", w.entry(3, type="RevocationList2020Status")),
        "entry-at-another-host": (
            "Nothing is fetched outside of the issuer's prefix.",
            w.entry(3, statusListCredential="https://evil.example/list"),
        ),
        "entry-at-a-look-alike": (
            "The host after @ is another.",
            w.entry(3, statusListCredential="https://credentials.example@evil.example/list"),
        ),
    }
    for name, (why, entry) in entries.items():
        yield vector(name, why, w.token(w.claims(credentialStatus=entry)), silent)
    yield vector(
        "no-status", "It can never be revoked, so it can never be known to stand.",
        w.token(w.claims(credentialStatus=None)), "unchecked: no_status",
    )  # fmt: skip
