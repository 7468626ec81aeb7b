"""What somebody sees who asks `fasi` what it can do, and who asks for something that it cannot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import fasi as group
from tests.cli.running import FASI, fasi, on_path, sentence
from tests.support.starting import ROOT

COMMANDS = list(group.commands)
HEAVY = {"django", "tensorflow", "keras", "openvino", "numpy", "celery", "boto3", "selenium"}


def test_all_commands_are_there_and_help_fits_a_screen(tmp_path: Path) -> None:
    said = fasi("--help", data=tmp_path).stdout
    lines = said.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    for name in (
        *("up", "stop", "status", "logs", "classify", "crawl", "train", "token", "retrain"),
        "version",
    ):
        assert f"\n  {name} " in said
    assert fasi(data=tmp_path).returncode == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_fits_a_screen(command: str, tmp_path: Path) -> None:
    ended = fasi(command, "--help", data=tmp_path)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert f"usage: fasi {command}" in ended.stdout.lower()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sing"], "No such command 'sing'"),
        (["status", "--loud"], "No such option '--loud'"),
        (["up", "--port", "0"], "'--port'"),
        (["classify"], "The following arguments are required: PHOTO|DIR"),
        (["classify", "nowhere.jpg"], "there is no photo and no folder nowhere.jpg"),
        (["crawl"], "The following arguments are required: --profile, --output"),
        (["crawl", "remove"], "The following arguments are required: --output, --source-url"),
        (["train", "fit"], "The following arguments are required: RUN"),
        (["retrain", "--wait", "--queue"], "not allowed with argument"),
        (["token"], "The following arguments are required: USER"),
        (["completion", "csh"], "'csh' is not one of"),
    ],
)
def test_wrong_usage_is_one_sentence_that_names_the_help(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    line = sentence(fasi(*arguments, data=tmp_path), 2)
    assert said in line
    assert "--help` says more." in line


def test_what_needs_settings_says_which(tmp_path: Path) -> None:
    line = sentence(fasi("token", "somebody", data=tmp_path), 1)
    assert "is not set" in line
    assert "docs/operations.md" in line


def imported(*arguments: str, data: Path, **variables: str) -> set[str]:
    """The packages that a command imports."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", *FASI[1:], *arguments],
        cwd=ROOT,
        env={**os.environ, "FASI_DATA": str(data), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_imports_nothing_heavy(command: str, tmp_path: Path) -> None:
    modules = imported(*filter(None, [command]), "--help", data=tmp_path)
    assert "cli.main" in modules
    assert not modules & HEAVY


def complete(line: str, shell: str = "bash", **variables: str) -> set[str]:
    """What the shell would offer for the last word of the line."""
    words = line.split(" ")
    ended = subprocess.run(
        FASI,
        cwd=ROOT,
        env={
            **os.environ,
            "_FASI_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": line if shell != "fish" else line.rpartition(" ")[0],
            "COMP_CWORD": str(len(words) - 1) if shell != "fish" else words[-1],
            **variables,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stdout.split())


def test_commands_options_and_values_are_completed() -> None:
    assert "plain,classify" in complete("fasi cl")
    assert "plain,--follow" in complete("fasi logs --")
    assert {"plain,--output", "plain,--json"} <= complete("fasi classify --")
    assert complete("fasi classify ") == {"file,"}
    assert "plain,--profile" in complete("fasi crawl --")
    assert {"plain,fit", "plain,export"} <= complete("fasi train ")
    assert "plain,--dataset" in complete("fasi train fit --")
    assert complete("fasi completion ") == {"plain,bash", "plain,zsh", "plain,fish"}


def test_logs_are_completed_by_name(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "worker.log").touch()
    assert complete("fasi logs wo", FASI_DATA=str(tmp_path)) == {"plain,worker"}


@pytest.mark.parametrize("line", ["fasi ", "fasi classify --", "fasi train fit --"])
def test_completion_imports_nothing_heavy(line: str, tmp_path: Path) -> None:
    modules = imported(
        data=tmp_path,
        _FASI_COMPLETE="bash_complete",
        COMP_WORDS=line,
        COMP_CWORD=str(len(line.split(" ")) - 1),
    )
    assert "cli.main" in modules
    assert not modules & HEAVY


USES = {
    "bash": 'eval "$(fasi completion bash)"; COMP_WORDS=(fasi cl); COMP_CWORD=1;'
    ' _fasi_completion fasi; echo "${COMPREPLY[@]}"',
    "zsh": 'compdef() { echo "$2 by $1"; }; eval "$(fasi completion zsh)"',
    "fish": "fasi completion fish | source; complete -C 'fasi cl'",
}


@pytest.mark.parametrize(("shell", "said"), [("bash", "classify"), ("zsh", "_fasi"), ("fish", "")])
def test_each_shell_takes_what_completion_prints(shell: str, said: str, tmp_path: Path) -> None:
    path = on_path(tmp_path)
    script = fasi("completion", shell, data=tmp_path)
    assert script.returncode == 0
    assert f"_FASI_COMPLETE={shell}_complete" in script.stdout
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine: only the text was looked at")
    ended = subprocess.run(
        [shell, "-c", USES[shell]],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert (said or "classify") in ended.stdout
