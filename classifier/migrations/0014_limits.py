"""The ledger of quotas, and what keeps its sum of stored bytes true.

Triggers, since outfits are added by requests and jobs and go one by one, in portions, with their
batch or with their owner: each of those ways is a statement on this table. They run once for each
statement, and the row that they change stays locked until its transaction ends.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION classifier_outfits_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO classifier_usage AS mine (owner_id, day, uploads, exports, stored_bytes)
    SELECT owner_id, (now() AT TIME ZONE 'UTC')::date, 0, 0, sum(stored_bytes)
    FROM changed GROUP BY owner_id ORDER BY owner_id
    ON CONFLICT (owner_id) DO UPDATE SET stored_bytes = mine.stored_bytes + excluded.stored_bytes;
    RETURN NULL;
END $$;

CREATE FUNCTION classifier_outfits_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE classifier_usage AS mine SET stored_bytes = greatest(0, mine.stored_bytes - gone.bytes)
    FROM (SELECT owner_id, sum(stored_bytes) AS bytes FROM changed GROUP BY owner_id) AS gone
    WHERE mine.owner_id = gone.owner_id;
    RETURN NULL;
END $$;

CREATE TRIGGER classifier_outfits_added AFTER INSERT ON classifier_outfit
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION classifier_outfits_added();
CREATE TRIGGER classifier_outfits_deleted AFTER DELETE ON classifier_outfit
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION classifier_outfits_deleted();

INSERT INTO classifier_usage (owner_id, day, uploads, exports, stored_bytes)
SELECT owner_id, (now() AT TIME ZONE 'UTC')::date, 0, 0, sum(stored_bytes)
FROM classifier_outfit GROUP BY owner_id;
"""
NO_TRIGGERS = """
DROP TRIGGER classifier_outfits_added ON classifier_outfit;
DROP TRIGGER classifier_outfits_deleted ON classifier_outfit;
DROP FUNCTION classifier_outfits_added();
DROP FUNCTION classifier_outfits_deleted();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('classifier', '0013_audit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('photo', 'photo'), ('zip', 'ZIP file')], max_length=10)),
                ('bytes', models.PositiveBigIntegerField(default=0)),
                ('expires', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'reservation',
                'verbose_name_plural': 'reservations',
            },
        ),
        migrations.CreateModel(
            name='Usage',
            fields=[
                ('owner', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='usage', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('day', models.DateField(help_text='the day (UTC) that the counts are of')),
                ('uploads', models.PositiveIntegerField(default=0)),
                ('exports', models.PositiveIntegerField(default=0)),
                ('stored_bytes', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'usage',
                'verbose_name_plural': 'usage',
            },
        ),
        migrations.RemoveIndex(
            model_name='directupload',
            name='upload_expires',
        ),
        migrations.AddField(
            model_name='directupload',
            name='cleared',
            field=models.BooleanField(default=False, help_text='its form is over, and nothing lies under its key any more'),
        ),
        migrations.AddField(
            model_name='directupload',
            name='most_bytes',
            field=models.PositiveIntegerField(default=0, help_text='set aside until it is checked'),
        ),
        migrations.AddIndex(
            model_name='directupload',
            index=models.Index(condition=models.Q(('cleared', False)), fields=['expires'], name='upload_to_clear'),
        ),
        migrations.AddField(
            model_name='reservation',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reservations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(fields=['owner', 'expires'], name='reservation_of_owner'),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
