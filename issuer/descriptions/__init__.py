"""Organisations and achievements as an operator describes them in files, read and checked before anything is recorded."""
