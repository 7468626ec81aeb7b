"""docker-compose.yml: what is reachable from where, and what each container may do."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
COMPOSE = (ROOT / "docker-compose.yml").read_text()
FILE = yaml.safe_load(COMPOSE)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
# What a start as root needs that then becomes somebody else.
BECOMING = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
SECRET = ("PASSWORD", "KEY", "SECRET", "TOKEN")


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) <= BECOMING
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    assert "network_mode" not in service


@pytest.mark.parametrize("name", [name for name in SERVICES if "build" not in SERVICES[name]])
def test_an_image_is_pinned_to_a_version(name: str) -> None:
    _image, _, tag = SERVICES[name]["image"].partition(":")
    assert any(character.isdigit() for character in tag), "not :latest, nor a moving name"


def test_no_secret_has_a_default() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if name.endswith(SECRET):
                assert str(value).startswith("${"), name
                assert ":?" in str(value), name
    urls = [SERVICES["web"]["environment"][f"FASI_{each}_URL"] for each in ("BROKER", "CACHE")]
    assert all(url.startswith("redis://:${REDIS_PASSWORD:?") for url in urls)


def test_backends_are_reached_by_those_who_need_them_only() -> None:
    networks = {name: set(service["networks"]) for name, service in SERVICES.items()}
    internal = {name for name, network in FILE["networks"].items() if network}
    assert internal == {"database", "broker", "storage"}
    for backend in ("postgres", "redis", "s3"):
        assert networks[backend] <= internal
        assert len(networks[backend]) == 1
    assert networks["nginx"] == {"front", "storage"}
    assert [name for name in SERVICES if "front" in networks[name]] == ["nginx"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_what_seaweedfs_cannot_protect_listens_inside_its_container() -> None:
    command = SERVICES["s3"]["command"]
    assert "-ip.bind=127.0.0.1" in command
    assert "-s3.ip.bind=0.0.0.0" in command
