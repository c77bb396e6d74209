"""What can be wrong with a keyring; each message says what to do next."""

__all__ = ["KeyringError", "KeyringMissing", "KeyringUnreadable", "NoActiveKey", "RotationUnderWay", "UnknownKey"]


class KeyringError(Exception):
    """The root of this package's errors."""


class KeyringMissing(KeyringError):
    """There is no keyring where one was expected."""


class KeyringUnreadable(KeyringError):
    """The folder, a file in it or its encryption cannot be opened."""


class NoActiveKey(KeyringError):
    """No key signs at this moment."""


class RotationUnderWay(KeyringError):
    """A key is already published and waits for its moment."""


class UnknownKey(KeyringError):
    """The keyring has no key of this id."""
