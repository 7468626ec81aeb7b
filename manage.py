#!/usr/bin/env python
"""Django's command line for FASI."""

import os
import sys

from worker.folder.arguments import needs_no_service


def main() -> None:
    # A folder is classified without any service, so it needs no setting of one either.
    if sys.argv[1:2] == ["classify_folder"] and needs_no_service(sys.argv[2:]):
        os.environ["DJANGO_SETTINGS_MODULE"] = "fasi_site.settings_offline"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasi_site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
