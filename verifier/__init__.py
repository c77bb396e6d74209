"""The verifying service: anything in, a verdict out. It holds no private key and no database."""
