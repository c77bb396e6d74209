"""The six steps of the procedure, as `verifier.verify` makes them one after the other."""
