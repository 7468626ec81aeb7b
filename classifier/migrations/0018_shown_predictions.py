from django.db import migrations, models

# The table may have a million rows and be in use, so nothing here rewrites it or keeps a lock for
# longer than a moment: a column with a constant default is a change of the catalogue, and the index
# is built beside writers. Each statement may be run again, if the migration was cut off.
COLUMN = [
    # Whoever waits for this lock stops everybody behind them: rather fail, and be run again.
    "SET lock_timeout = '10s'",
    "ALTER TABLE classifier_prediction ADD COLUMN IF NOT EXISTS shown boolean DEFAULT true NOT NULL",
    "RESET lock_timeout",
]
NEWEST_SPEAKS = """
    UPDATE classifier_prediction AS older SET shown = false
    WHERE shown AND EXISTS (
        SELECT FROM classifier_prediction AS newer
        WHERE newer.outfit_id = older.outfit_id
          AND (newer.created, newer.id) > (older.created, older.id)
    )
"""
INDEX = [
    "DROP INDEX CONCURRENTLY IF EXISTS prediction_one_shown",
    "CREATE UNIQUE INDEX CONCURRENTLY prediction_one_shown ON classifier_prediction (outfit_id)"
    " WHERE shown",
]


class Migration(migrations.Migration):
    # An index that is built beside writers cannot be built in a transaction.
    atomic = False

    dependencies = [
        ('classifier', '0017_usage_by_the_persons_day'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(COLUMN, "ALTER TABLE classifier_prediction DROP COLUMN shown"),
                migrations.RunSQL(NEWEST_SPEAKS, migrations.RunSQL.noop),
                migrations.RunSQL(INDEX, "DROP INDEX CONCURRENTLY IF EXISTS prediction_one_shown"),
            ],
            state_operations=[
                migrations.AddField(
                    model_name='prediction',
                    name='shown',
                    field=models.BooleanField(db_default=True, default=True, help_text='the one that speaks for its outfit'),
                ),
                migrations.AddConstraint(
                    model_name='prediction',
                    constraint=models.UniqueConstraint(condition=models.Q(('shown', True)), fields=('outfit',), name='prediction_one_shown'),
                ),
            ],
        ),
    ]
