"""The console command `throughcare`. Commands are loaded when called, so that `--help` answers at once.

Exit codes: 0 fine, 1 a finding, 2 wrong use or configuration, 3 refused.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from throughcare import __version__

FINE, FINDING, WRONG_USE, REFUSED = 0, 1, 2, 3

# In the order of a house's life. A test holds that these lines are the commands' own first lines.
COMMANDS = {
    "demo": "Show a living synthetic agency in the browser.",
    "setup": "Make or upgrade the database, keys and content; may be run again.",
    "account": "Open the first account of an installation, for who administers the others.",
    "serve": "Serve the pages.",
    "listen": "Take HL7 v2 messages over MLLP, under TLS where a certificate is named.",
    "send": "Send the HL7 v2 messages that others are owed.",
    "import": "Take in files: HL7 v2 messages, custody rosters, FHIR bundles.",
    "tick": "Run what has fallen due, once or every so often.",
    "verify": "Prove that nothing in the ledger was changed, cut or lost.",
    "duties": "List duties per rule, or audit that they add up.",
    "messages": "List received messages, or audit that they add up.",
    "measure": "Judge cases of a published measure, and print what each counts in.",
    "warehouse": "Make the files that measures are counted on: open Parquet, from the ledger.",
    "routes": "List every page: method, path, policy and roles.",
    "backup": "Copy the database, with its ledger, to a folder.",
    "restore": "Bring a backup into an empty home.",
    "editions": "List, check or invent published editions: the files that the public site reads.",
    "publish": "Write the public site as files that any web host can serve.",
    "world": "Fill an empty database with a synthetic agency.",
    "token": "Print a bearer token for the FHIR API (demonstration and tests).",
    "env": "Print the database addresses (demonstration and tests).",
}


class Commands(click.Group):
    """The commands by name, each from a module of its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module = "import_files" if cmd_name == "import" else cmd_name
        command: click.Command = import_module(f"throughcare.app.commands.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="throughcare")
def throughcare() -> None:
    """Throughcare, the open health record for people in custody."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end with its exit code; an expected trouble is one sentence, not a trace."""
    try:
        code = throughcare.main(args=arguments, prog_name="throughcare", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(WRONG_USE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FINE)
    except Exception as trouble:  # noqa: BLE001  (only expected ones are told; others are raised again)
        sys.exit(_told(trouble))
    sys.exit(code if isinstance(code, int) else FINE)


def _told(trouble: Exception) -> int:
    """Say an expected trouble in its own words and give its exit code; anything else is a fault of ours."""
    from throughcare.app.config import Misconfigured
    from throughcare.app.house import Forbidden, NotBuilt
    from throughcare.app.postgres_programs import PostgresTrouble
    from throughcare.kernel.content import ContentError
    from throughcare.kernel.errors import Refused

    if isinstance(trouble, Forbidden | Refused):
        click.echo(str(trouble), err=True)
        return REFUSED
    if isinstance(trouble, Misconfigured | NotBuilt | PostgresTrouble | ContentError):
        click.echo(str(trouble), err=True)
        return WRONG_USE
    raise trouble
