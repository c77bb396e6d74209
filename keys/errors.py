"""What can be wrong with a keyring; each message says what to do next."""

__all__ = ["KeyringError", "KeyringMissing", "KeyringUnreadable"]


class KeyringError(Exception):
    """The root of this package's errors."""


class KeyringMissing(KeyringError):
    """There is no keyring where one was expected."""


class KeyringUnreadable(KeyringError):
    """The folder, a file in it or its encryption cannot be opened."""
