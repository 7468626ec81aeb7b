"""Options that several commands have."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


def _use_folder(_ctx: click.Context, _option: click.Parameter, folder: str | None) -> None:
    if folder:  # as it is read from the environment, where a relative one means the checkout's
        os.environ["FASI_DATA"] = str(Path(folder).absolute())


def data_option(command: Function) -> Function:
    """`--data DIR`, which is FASI_DATA for this one command."""
    return click.option(
        "--data",
        metavar="DIR",
        type=click.Path(file_okay=False),
        expose_value=False,
        is_eager=True,
        callback=_use_folder,
        help="The data folder (default: FASI_DATA, .local).",
    )(command)
