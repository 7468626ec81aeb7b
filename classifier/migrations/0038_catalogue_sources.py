"""Rows from before keep what the constraint on their sources says, looked at without a lock."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("classifier", "0037_catalogue")]

    operations = [ValidateConstraint(model_name="outfit", name="outfit_source_known")]
