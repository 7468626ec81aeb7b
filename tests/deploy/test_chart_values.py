"""What somebody may have mistyped in the values of the Helm chart is said at once."""

from typing import Any

import pytest

from tests.deploy.chart import CHART, LEAST, run_helm


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"address": {"host": ""}}, "/address/host"),
        ({"address": {"host": "https://fasi.example.org"}}, "/address/host"),
        ({"settings": {"FASI_CLAIMSIZE": 8}}, "FASI_CLAIMSIZE"),
        ({"settings": {"FASI_SECRET_KEY": "in the open"}}, "FASI_SECRET_KEY"),
        ({"worker": {"replica": 2}}, "replica"),
        ({"worker": {"replicas": -1}}, "/worker/replicas"),
        ({"worker": {"autoscaling": {"trigger": "cpu"}}}, "/worker/autoscaling/trigger"),
        ({"site": {"autoscaling": {"cpuPercent": 200}}}, "/site/autoscaling/cpuPercent"),
        ({"site": {"resources": {"limits": {"memory": "2 GB"}}}}, "/site/resources/limits/memory"),
        ({"storage": {"endpoint": "s3.example.org"}}, "/storage/endpoint"),
        ({"nginx": {"trustedProxies": ["10.0.0.0"]}}, "/nginx/trustedProxies"),
        ({"networkPolicy": {"database": {"ports": []}}}, "/networkPolicy/database/ports"),
        ({"secrets": {"from": {"FASI_DATABASE": {}}}}, "FASI_DATABASE"),
        ({"ingress": {"enabled": True}}, "nginx.trustedProxies: name the addresses"),
        (
            {"worker": {"autoscaling": {"enabled": True, "trigger": "prometheus"}}},
            "worker.autoscaling.prometheusAddress: say where",
        ),
    ],
)
def test_it_is_refused_by_its_name(values: dict[str, Any], said: str) -> None:
    answer = run_helm("template", "fasi", str(CHART), values=LEAST | values)
    assert answer.returncode != 0
    assert said in answer.stderr
