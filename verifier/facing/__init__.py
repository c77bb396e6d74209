"""What stands between the internet and the verifier: hosts, headers, limits, and what is counted and written down."""
