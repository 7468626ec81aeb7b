from django.db import migrations, models

# Built beside writers; what a migration that was cut off left is made anew.
INDEX = [
    "DROP INDEX CONCURRENTLY IF EXISTS outfit_classified",
    "CREATE INDEX CONCURRENTLY outfit_classified ON classifier_outfit (classified, id)"
    " WHERE status = 'done'",
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('classifier', '0025_backfills'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(INDEX, "DROP INDEX CONCURRENTLY IF EXISTS outfit_classified"),
            ],
            state_operations=[
                migrations.AddIndex(
                    model_name='outfit',
                    index=models.Index(condition=models.Q(('status', 'done')), fields=['classified', 'id'], name='outfit_classified'),
                ),
            ],
        ),
    ]
