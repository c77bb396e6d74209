"""What stops the verifier itself. What is wrong with a credential is never an error here: it is a verdict."""

__all__ = ["SOFTWARE", "CannotOpen", "Misconfigured", "NotPublished", "Unreachable", "VerifierError"]

SOFTWARE = 70  # EX_SOFTWARE of sysexits.h: the exit code of a fault of ours


class VerifierError(Exception):
    """The root; each message says what to do next."""


class Misconfigured(VerifierError):
    """A setting or the directory is not as it must be."""


class Unreachable(VerifierError):
    """What an issuer publishes could not be fetched, or is not what it must be. `fault`: see `credential.errors.FAULTS`."""

    def __init__(self, message: str, fault: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault


class NotPublished(Unreachable):
    """The issuer answered that it has no such thing."""


class CannotOpen(VerifierError):
    """A document could not be opened within the limits. `code` says what to do about it.

    `damaged`: get the file again; `protected`: by a password; `too_large`: it has more of something than a certificate has;
    `too_slow`: it needs more time or memory; `save_as_jpeg`, `save_as_pdf`, `unpack`, `no_document`: another kind of file.
    """

    def __init__(self, message: str, code: str = "damaged") -> None:
        super().__init__(message)
        self.code = code
