"""Custody of private keys. Only the issuer may import this package: a verifier has nothing to sign with."""
