"""The issuing service: completions in, credentials and certificates out."""
