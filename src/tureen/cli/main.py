"""``tureen``: the commands and how their errors reach a person."""

from __future__ import annotations

import sys

import typer

from tureen.cli.move import export_command, import_command
from tureen.cli.serve import serve
from tureen.cli.token import token_commands
from tureen.cli.top import top
from tureen.errors import TureenError

USAGE_ERROR = 2
"""Exit code for what the person who typed the command can mend."""

app = typer.Typer(
    name="tureen",
    help="Real-time voice, video and messaging infrastructure in one pot.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve)
app.command()(top)
app.command("export")(export_command)
app.command("import")(import_command)
app.add_typer(token_commands, name="token")


@app.command()
def version() -> None:
    """Print the version."""
    from tureen.server.version import package_version

    typer.echo(f"tureen {package_version()}")


def main() -> None:
    """The entry point. Errors that we foresaw are printed without a traceback and end with `USAGE_ERROR`."""
    try:
        app()
    except TureenError as error:
        _print_error(error)
        sys.exit(USAGE_ERROR)


def _print_error(error: TureenError) -> None:
    from rich.console import Console
    from rich.text import Text

    from tureen.config.errors import ConfigError

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if isinstance(error, ConfigError):
        console.print(Text("Tureen cannot use this configuration:", style="bold red"))
        for problem in error.problems:
            place = f"{problem.path} ({problem.origin})" if problem.path else problem.origin
            console.print(Text.assemble("  ", (place, "bold"), f": {problem.why}"))
            if problem.fix:
                console.print(Text(f"    {problem.fix}", style="dim"))
        return
    console.print(Text(error.message, style="bold red"))
    if error.hint:
        console.print(Text(error.hint, style="dim"))
