import django.contrib.postgres.indexes
from django.db import migrations, models


def beside_writers(index, sql):
    """Built beside writers; what a migration that was cut off left is made anew."""
    gone = f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL([gone, f"CREATE INDEX CONCURRENTLY {index.name} ON classifier_outfit {sql}"], gone)],
        state_operations=[migrations.AddIndex(model_name='outfit', index=index)],
    )


BY_DAY = ['owner', '-day', '-created', '-id']
THERE = ~models.Q(status='binned')
THERE_SQL = "NOT (status = 'binned')"
BY_DAY_SQL = '(owner_id, day DESC, created DESC, id DESC)'


class Migration(migrations.Migration):
    atomic = False

    dependencies = [('classifier', '0033_diary')]

    operations = [
        beside_writers(
            django.contrib.postgres.indexes.GinIndex(condition=models.Q(words__isnull=False) & THERE, fastupdate=False, fields=['words'], name='outfit_words'),
            'USING gin (words) WITH (fastupdate = off) WHERE words IS NOT NULL AND ' + THERE_SQL,
        ),
        beside_writers(
            models.Index(condition=models.Q(favorite=True) & THERE, fields=BY_DAY, name='outfit_favorites'),
            f'{BY_DAY_SQL} WHERE favorite AND {THERE_SQL}',
        ),
        beside_writers(
            models.Index(condition=~models.Q(tags=[]) & THERE, fields=BY_DAY, name='outfit_tagged'),
            f"{BY_DAY_SQL} WHERE NOT (tags = '{{}}'::varchar(40)[]) AND {THERE_SQL}",
        ),
        beside_writers(
            models.Index(condition=models.Q(('palette__isnull', True), ('status', 'done')), fields=['classified', 'id'], name='outfit_undescribed'),
            "(classified, id) WHERE palette IS NULL AND status = 'done'",
        ),
    ]
