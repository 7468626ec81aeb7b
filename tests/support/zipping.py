"""ZIP files that tests send: with photos, and with everything that must not be in one."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.support.images import outfit_jpeg


def zip_of(files: Mapping[str, bytes], compression: int = ZIP_DEFLATED) -> bytes:
    """A ZIP with these files, in this order."""
    out = BytesIO()
    with ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def zip_of_photos(*seeds: int) -> bytes:
    """A ZIP with a drawn outfit for each seed."""
    return zip_of({f"week/{seed}.jpg": outfit_jpeg(seed) for seed in seeds})


def link(name: str, target: str) -> tuple[ZipInfo, bytes]:
    """An entry that is a symbolic link, as `zip --symlinks` stores them."""
    info = ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return info, target.encode()
