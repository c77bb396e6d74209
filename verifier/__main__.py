"""`python -m verifier` is the command `verifier`, for where nothing was installed but what it needs."""

from verifier.cli import main

if __name__ == "__main__":
    main()
