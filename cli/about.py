"""`version`, and `completion`, which prints what a shell needs to complete commands."""

import json
import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from version import VERSION

SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
VARIABLE = "_FASI_COMPLETE"
PACKAGES = (
    *("django", "celery", "psycopg2-binary", "boto3", "obstore", "pillow", "openvino"),
    *("tensorflow", "selenium"),
)
"""Those whose version somebody asks for who looks into a fault."""


@click.command("version", short_help="the version of FASI and of what it stands on")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def version(as_json: bool) -> None:
    """Say which version of FASI this is; with --json also of Python and of packages."""
    if not as_json:
        click.echo(VERSION)
        return
    packages = {name: _installed(name) for name in PACKAGES}
    said = {
        "version": VERSION,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": packages,
    }
    click.echo(json.dumps(said, indent=1))


def _installed(name: str) -> str | None:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return None


@click.command("completion", short_help="completion for bash, zsh or fish")
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes SHELL complete the commands and options of `fasi`.

    \b
    bash: eval "$(fasi completion bash)"                           in ~/.bashrc
    zsh:  eval "$(fasi completion zsh)"                            in ~/.zshrc
    fish: fasi completion fish > ~/.config/fish/completions/fasi.fish
    """
    # Not `source()`, which first asks bash for its version: this may run where there is none.
    script = SHELLS[shell](ctx.find_root().command, {}, "fasi", VARIABLE)
    click.echo(script.source_template % script.source_vars())


COMMANDS = [version, completion]
