"""Every way in which something that claims to be a credential can be refused.

Each class has a stable `code` for machines; the message is one English sentence for people. Nothing here knows HTTP.
"""

__all__ = [
    "BadSignature",
    "CredentialError",
    "MalformedCode",
    "MalformedKey",
    "MalformedStatusList",
    "MalformedToken",
    "UnsupportedAlgorithm",
]


class CredentialError(Exception):
    """The root: `code` never changes once published, `str(error)` may."""

    code = "credential_error"


class MalformedCode(CredentialError):
    """The text is not the public number of a credential, or was mistyped."""

    code = "mistyped_code"


class MalformedToken(CredentialError):
    """The text is not a credential in the strict form that we read (see `credential.reader`)."""

    code = "malformed_token"


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
