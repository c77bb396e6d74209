"""How fast, against what: `./run bench` for all subjects, `./run bench certificates` for one."""

import argparse

from bench import certificates, credentials, issuing, piles, scans, verifications
from bench.rounds import ROUNDS

SUBJECTS = {
    "credentials": credentials.show,
    "certificates": certificates.show,
    "issuing": issuing.show,
    "verifications": verifications.show,
    "piles": piles.show,
    "scans": scans.show,
}


def main() -> None:
    """Print a table for each subject that is asked for, or for all."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="subject", help=f"{' or '.join(SUBJECTS)}; all by default")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="more rounds, steadier medians (default %(default)s)"
    )
    asked = parser.parse_args()
    if unknown := set(asked.subjects) - set(SUBJECTS):
        parser.error(f"there is no subject {unknown.pop()!r}, only {' and '.join(SUBJECTS)}")
    for subject in asked.subjects or SUBJECTS:
        SUBJECTS[subject](max(1, asked.rounds))


if __name__ == "__main__":
    main()
