"""Every way in which something that claims to be a credential can be refused.

Each class has a stable `code` for machines, the reason of a verdict; a `fault` says more exactly which class of fault it
was, also stable (`FAULTS` has them all). The message is one English sentence for people. Nothing here knows HTTP.
"""

from collections.abc import Mapping

__all__ = [
    "FAULTS",
    "BadSignature",
    "CredentialError",
    "MalformedCode",
    "MalformedKey",
    "MalformedStatusList",
    "MalformedToken",
    "NotPackable",
    "UnsupportedAlgorithm",
    "UnsupportedFormat",
]

FAULTS: Mapping[str, str] = {
    # malformed_token: the text itself (RFC 7515 §7.1, RFC 8259)
    "token_too_long": "more characters than are read",
    "token_not_three_parts": "not three parts separated by dots",
    "token_not_base64url": "a part is not canonical base64url without padding",
    "token_not_json": "a part is not one JSON object in UTF-8",
    "token_duplicate_member": "an object names a member twice, at any depth",
    "token_number_out_of_range": "an integer beyond 2^53 or a number that is not finite",
    "token_too_deep": "nested deeper than 32",
    # malformed_token: the header
    "header_not_allowed": "a member that we do not take, such as crit, jku or x5u",
    "header_incomplete": "no alg, or a member that is not a text",
    "header_typ": "a typ that no credential has",
    "header_names_no_key": "neither a kid nor a jwk",
    "embedded_key": "a jwk in the header that is not one of the issuer's keys",
    # malformed_token: the claims (OB 3.0 §8.2.2, VCDM 1.1 §6.3.1)
    "claims_missing": "no issuer, no subject, no id or no beginning",
    "claims_disagree": "a registered claim and the credential's own property differ",
    "claims_date": "a date without time zone, or no date",
    "not_an_achievement": "signed by the issuer, but no Open Badges credential: an endorsement, a list",
    "code_of_another": "the issuer's answer, or the QR code, holds the credential of another code",
    # malformed_token: the digits of a QR code (docs/qr.md)
    "qr_not_digits": "other characters than ASCII digits, or a zero in front",
    "qr_too_long": "more digits than are read",
    "qr_cut_off": "no 0x01 in front, or fewer bytes than the format has",
    "qr_other_dictionary": "the dictionary at hand is not the one that is named, or longer than 32 KiB",
    "qr_not_deflate": "what is compressed is broken, cut off or followed by more",
    "qr_text_too_long": "inflates to more than a token may have",
    "qr_not_two_parts": "no line feed between header and payload, or one within the header",
    "qr_not_es256": "a header that does not name ES256, or a signature that has not 64 bytes",
    # dictionary_unavailable
    "dictionary_unreachable": "the dictionary cannot be fetched, or the issuer has none of that name",
    "dictionary_malformed": "what the issuer published is not the dictionary that was named",
    "dictionary_not_asked": "too many dictionaries that do not exist were asked for of late; it is not asked for yet",
    # unknown_key
    "key_of_another_issuer": "a kid at an address that is not the issuer's",
    # keys_unavailable, key_compromised
    "key_set_unreachable": "the published key set cannot be had",
    "key_set_malformed": "the published key set is not one",
    "key_set_just_fetched": "unknown in a set fetched for somebody else a moment ago; it is not asked for again yet",
    "key_set_not_asked": "too many organisations that do not exist were asked for of late; the platform is not asked yet",
    "key_state_unknown": "signed with a pinned key, but whether it was compromised since cannot be had",
    "confirmation_missing": "the issuer does not confirm what the compromised key signed",
    "confirmed": "a compromised key's signature that the issuer confirms under a sound key",
    # unsupported_format
    "data_integrity": "JSON with a Data Integrity proof",
    "unsecured": "a credential as JSON without any proof",
    "enveloped": "a credential enveloped in JSON",
    "jws_json": "a JWS in its JSON serialization",
    "open_badges_2": "an Open Badge of version 2",
    "sd_jwt": "an SD-JWT",
    "jwe": "an encrypted token",
    "presentation": "a verifiable presentation",
    "cose": "a credential in CBOR: COSE or mdoc",
    "qr_version": "a QR code of another version of docs/qr.md",
    "did_method": "an issuer under a DID method that we cannot resolve",
    # status_unavailable (Bitstring Status List §3.2)
    "status_not_supported": "a kind of status, or a purpose, that we do not read",
    "status_elsewhere": "a list at an address that is not the issuer's",
    "status_unreachable": "the list cannot be fetched",
    "status_malformed": "the list cannot be read",
    "status_list_bomb": "the list inflates beyond 4 MiB",
    "status_list_too_short": "the list has fewer than 131,072 entries",
    "status_index_out_of_range": "no number, negative, or beyond the list",
    "status_other_list": "the list calls itself by another address, or is no list",
    "status_other_purpose": "the list is for another purpose",
    "status_other_issuer": "the list is not from the credential's issuer",
    "status_bad_signature": "the list is not signed as it must be",
    "status_expired": "the list's validity is over",
    "status_from_future": "the list's validity has not begun",
    "status_rolled_back": "the list is older than one that was seen before",
}


class CredentialError(Exception):
    """The root: `code` and `fault` never change once published, `str(error)` may."""

    code = "credential_error"

    def __init__(self, message: str, fault: str = "") -> None:
        super().__init__(message)
        self.fault = fault or self.code


class MalformedCode(CredentialError):
    """The text is not the public number of a credential, or was mistyped."""

    code = "mistyped_code"


class MalformedToken(CredentialError):
    """The text is not a credential in the strict form that we read (see `credential.reader`)."""

    code = "malformed_token"


class NotPackable(CredentialError):
    """A token that cannot be written as the digits of a QR code and come back bit for bit."""

    code = "not_packable"


class UnsupportedFormat(CredentialError):
    """A credential of a kind that we cannot check. That does not make it a fake."""

    code = "unsupported_format"


class UnsupportedAlgorithm(CredentialError):
    """The header names a signature algorithm that we do not accept, `none` among them."""

    code = "unsupported_algorithm"


class MalformedKey(CredentialError):
    """The JWK is not a public key that we verify with."""

    code = "malformed_key"


class BadSignature(CredentialError):
    """The signature was not made over these bytes with this key."""

    code = "bad_signature"


class MalformedStatusList(CredentialError):
    """The status list credential cannot be read, or the index lies outside of it."""

    code = "malformed_status_list"
