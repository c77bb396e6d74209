"""Designs looked at before they are used: a sample drawn to a file, or pages on this machine. No database and no keys."""
