"""What is generated once for a data folder: the site's secret key and what opens each service."""

import json
import secrets

from fasi_site.local.data import DataFolder, read_json, write_private

LENGTHS = {
    "secret_key": 48,
    "postgres_password": 24,
    "valkey_password": 24,
    "s3_access_key": 10,
    "s3_secret_key": 20,
}


def keys(data: DataFolder) -> dict[str, str]:
    """The keys of this folder, in `keys.json`, which only its owner may read."""
    file = data.path / "keys.json"
    before = read_json(file)
    found = {name: str(before.get(name) or secrets.token_hex(n)) for name, n in LENGTHS.items()}
    # What `manage.py rotate_secret_key` replaced; empty in a new folder.
    found["secret_key_fallbacks"] = str(before.get("secret_key_fallbacks") or "")
    if found != before:
        write_private(file, json.dumps(found, indent=1))
    return found
