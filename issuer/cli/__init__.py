"""The command line of the issuer."""

import sys

import typer

from issuer.cli import issuing, running, setting_up, signing_keys
from issuer.errors import Invalid, IssuerError
from keys.errors import KeyringError

__all__ = ["main"]

HELP = """微证 Weizheng issuer: signs course completions as Open Badges 3.0 credentials and makes their certificates.

First time:  issuer init ORGANISATION.toml,  then  issuer achievement ACHIEVEMENT.toml,  then  issuer serve.

Settings come from the environment: ISSUER_PUBLIC_URL (the address that stands in every credential: choose it once),
ISSUER_HOST and ISSUER_PORT (127.0.0.1, 8000), ISSUER_DATA_DIR (var/issuer) and within it by default ISSUER_KEYS_DIR,
ISSUER_CACHE_DIR, ISSUER_DATABASE_URL (SQLite; or postgresql://…) and ISSUER_FILES_URL (a folder; or s3://bucket/folder
with AWS_ACCESS_KEY_ID and its kin), ISSUER_KEY_PASSPHRASE or ISSUER_KEY_PASSPHRASE_FILE (without one, a machine key
guards the keys), VERIFIER_PUBLIC_URL (the address that QR codes open), ISSUER_EXTRA_FONTS (font files for rare
characters and more scripts: docs/fonts.md).
"""

MAY_BEGIN_WITH_A_HYPHEN = {"ignore_unknown_options": True}  # one thumbprint in 64 does
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
keys = typer.Typer(help="The organisation's signing keys.", no_args_is_help=True)
app.add_typer(keys, name="keys")

app.command()(setting_up.init)
app.command()(setting_up.organisation)
app.command()(setting_up.achievement)
app.command("issue")(issuing.issue_file)
app.command("revoke")(issuing.revoke_code)
keys.command("list")(signing_keys.list_keys)
keys.command()(signing_keys.rotate)
keys.command(context_settings=MAY_BEGIN_WITH_A_HYPHEN)(signing_keys.compromised)
keys.command(context_settings=MAY_BEGIN_WITH_A_HYPHEN)(signing_keys.confirm)
app.command("api-key")(setting_up.api_key)
app.command()(setting_up.directory)
app.command()(running.serve)
app.command()(running.preview)
app.command("doctor")(running.examine)


def main() -> None:
    """Run a command; a refusal is one clear sentence on standard error and exit code 1."""
    try:
        app()
    except Invalid as error:
        for problem in error.problems:
            print(f"issuer: {problem.name}: {problem.detail}", file=sys.stderr)
        sys.exit(1)
    except (IssuerError, KeyringError) as error:
        print(f"issuer: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"issuer: {error.filename or 'the machine'}: {error.strerror}", file=sys.stderr)
        sys.exit(1)
