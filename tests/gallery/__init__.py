"""The forgery gallery: what can be made of a genuine certificate without its issuer's key, and what the verifier says."""
