"""Signing, verifying and reading a status, each against a baseline that anyone can run: `./run bench credentials`."""

import platform
from collections.abc import Callable
from importlib.metadata import version
from statistics import median

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from rich.console import Console
from rich.table import Table

from bench.rounds import measure, ratio
from bench.sample import Sample, take_sample
from credential import proof, reader, status

__all__ = ["show"]

AIMS = {"sign": 0.65, "verify": 1.0}
PACKAGES = ("cryptography", "pyjwt", "msgspec")
# What is measured → the baseline it is compared with
ROWS = {
    "sign: cryptography alone": None,
    "sign": "sign: cryptography alone",
    "verify: jwt.decode": None,
    "verify": "verify: jwt.decode",
    "verify: reader": "verify: jwt.decode",
    "verify: registered claims": "verify: jwt.decode",
    "verify: signature": "verify: jwt.decode",
    "verify: cryptography alone": "verify: jwt.decode",
    "status: unpack a list": None,
    "status: read a bit": None,
}
EXPLAINED = {
    "sign: cryptography alone": "ECDSA P-256, SHA-256, RFC 6979, over the same signing input",
    "sign": "proof.sign: document to token",
    "verify: jwt.decode": "PyJWT as documented, same token, same key",
    "verify": "strict: the next three together",
    "verify: reader": "reader.read",
    "verify: registered claims": "reader.registered_claims",
    "verify: signature": "proof.verify",
    "verify: cryptography alone": "the same signature, nothing read",
    "status: unpack a list": "status.read_list: once per fetched list of 131,072",
    "status: read a bit": "status.is_set: once per credential",
}


def candidates(sample: Sample) -> dict[str, Callable[[], object]]:
    """What takes its turn in each round."""
    signing_input, _, _ = sample.token.rpartition(".")
    data = signing_input.encode()
    signing = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    verifying = ec.ECDSA(hashes.SHA256())
    token = reader.read(sample.token)
    r, s = token.signature[:32], token.signature[32:]
    signature = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    private, public = sample.signer.private, sample.key.key
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    listed = reader.read_json(sample.list_document)
    bits = status.read_list(listed)

    def strict() -> None:
        read = reader.read(sample.token)
        reader.registered_claims(read.claims)
        proof.verify(read, sample.key)

    return {
        "sign: cryptography alone": lambda: private.sign(data, signing),
        "sign": lambda: proof.sign(sample.document, sample.signer),
        "verify: jwt.decode": lambda: jwt.decode(sample.token, public, algorithms=["ES256"]),
        "verify": strict,
        "verify: reader": lambda: reader.read(sample.token),
        "verify: registered claims": lambda: reader.registered_claims(token.claims),
        "verify: signature": lambda: proof.verify(token, sample.key),
        "verify: cryptography alone": lambda: public.verify(signature, data, verifying),
        "status: unpack a list": lambda: status.read_list(listed),
        "status: read a bit": lambda: status.is_set(bits, 94_567),
    }


def show(rounds: int) -> None:
    """Print one table: microseconds, calls a second on one core, and the ratio to the baseline."""
    sample = take_sample()
    times = measure(candidates(sample), rounds)
    table = Table(
        title=f"A credential of {len(sample.document):,} bytes, a token of {len(sample.token):,}; medians of {rounds} rounds"
    )
    for heading in ("", "µs", "a second", "ratio", "what it is"):
        table.add_column(heading, justify="right" if heading in {"µs", "a second", "ratio"} else "left", no_wrap=True)
    for name, baseline in ROWS.items():
        taken = median(times[name])
        compared = f"{ratio(times, baseline, name):.2f}" if baseline else "1" if name in ROWS.values() else ""
        if name in AIMS:
            compared = f"[bold]{compared}[/] (aim {AIMS[name]})"
        table.add_row(name, f"{taken * 1e6:,.1f}", f"{1 / taken:,.0f}", compared, EXPLAINED[name])
    on = [f"Python {platform.python_version()}", *(f"{package} {version(package)}" for package in PACKAGES)]
    console = Console(width=130)
    console.print(table)
    console.print(f"A ratio says how many times as fast as its baseline (the row with a 1 above it). {', '.join(on)}.")
