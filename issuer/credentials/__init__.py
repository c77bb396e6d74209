"""Credentials: described, recorded, signed, looked up and revoked."""
