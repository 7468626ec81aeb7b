from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

# Built beside writers; what a migration that was cut off left is made anew.
INDEX = [
    "DROP INDEX CONCURRENTLY IF EXISTS outfit_classified",
    "CREATE INDEX CONCURRENTLY outfit_classified ON classifier_outfit (classified, id)"
    " WHERE status = 'done'",
]
OF_REVIEWS = [
    "DROP INDEX CONCURRENTLY IF EXISTS review_newest_of_one",
    "CREATE INDEX CONCURRENTLY review_newest_of_one ON classifier_review (by_id, created DESC)",
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
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    OF_REVIEWS, "DROP INDEX CONCURRENTLY IF EXISTS review_newest_of_one"
                ),
            ],
            state_operations=[
                migrations.AddIndex(
                    model_name='review',
                    index=models.Index(fields=['by', '-created'], name='review_newest_of_one'),
                ),
            ],
        ),
        # What 0020, 0023 and 0024 began, each in a transaction of its own: with the lock of an ALTER TABLE
        # nobody could read or write while all rows are read.
        ValidateConstraint('review', 'review_answer_known'),
        ValidateConstraint('outfit', 'outfit_source_known'),
        ValidateConstraint('consent', 'consent_purpose_known'),
    ]
