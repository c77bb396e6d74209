"""What known issuers publish, fetched once, kept for as long as it may be, and asked for by many at the same time once.

Keys, status lists, profiles, achievement versions and dictionaries name no credential; only what `Credentials` asks does.
"""

from verifier.published.published import Published

__all__ = ["Published"]
