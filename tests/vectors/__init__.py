"""Tokens, hostile and odd, and the verdict that each must get; see docs/format.md."""
