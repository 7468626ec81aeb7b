"""`make sbom`: the list of what a server installs is whole, and says by which hash."""

import json
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def test_the_list_has_each_locked_package_with_its_hashes(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    tool = Path(sys.executable).with_name("cyclonedx-py")
    command = [str(tool), "requirements", "requirements.txt", "--output-file", str(written)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    bill = json.loads(written.read_text())
    listed = {(each["name"], each["version"]) for each in bill["components"]}
    locked = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.M)
    assert locked
    assert set(locked) == listed
    assert all(
        reference["hashes"]
        for each in bill["components"]
        for reference in each["externalReferences"]
        if reference["type"] == "distribution"
    )
