"""The clocks of this machine, of PostgreSQL and of S3 agree.

Leases go by PostgreSQL's, signatures by S3's and ours, one-time codes and sessions by ours.
"""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import connection

from classifier.doctor.findings import Finding, Options, error, ok, warning
from classifier.storage import objects

WRONG_S = 60.0
"""One-time codes are refused by then, and S3 refuses signatures soon after."""
ODD_S = 5.0
REMEDY = "Let every machine keep its time by NTP: `timedatectl set-ntp true`, or chrony."


def check(_: Options) -> Iterator[Finding]:
    """How far each is ahead of ours."""
    for name, title, ask in (("database", "PostgreSQL", _of_database), ("storage", "S3", _of_s3)):
        before = time.time()
        theirs = ask()
        if theirs is None:
            said = f"{title} does not tell its time."
            yield warning(f"clock.{name}_silent", said, f"Look at `{name}` first.")
            continue
        ahead = theirs - (before + time.time()) / 2
        said = f"The clock of {title} is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'}"
        if abs(ahead) > WRONG_S:
            yield error(f"clock.{name}", f"{said} this machine's.", REMEDY)
        elif abs(ahead) > ODD_S:
            yield warning(f"clock.{name}", f"{said} this machine's.", REMEDY)
        else:
            yield ok("clock.ok", f"The clock of {title} agrees with this machine's.")


def _of_database() -> float | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return float(cursor.fetchone()[0])


def _of_s3() -> float | None:
    """By the header of whatever it answers: where clocks differ much, it refuses to do more."""
    try:
        said = objects.client().head_bucket(Bucket=settings.FASI_S3_BUCKET)["ResponseMetadata"]
        headers = said["HTTPHeaders"]
    except ClientError as refused:
        headers = refused.response["ResponseMetadata"]["HTTPHeaders"]
    except BotoCoreError:
        return None
    date = headers.get("date", "")
    # It counts whole seconds: half of one has gone by, on the average.
    return parsedate_to_datetime(date).timestamp() + 0.5 if date else None
