# The indexes begin with who has passed a photo, so that nobody walks past what they have passed. The
# queue is new in this version, and empty; verdicts are many, so 0026 builds theirs beside writers.
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0026_outfit_classified'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Whoever waits for a lock on a table in use stops everybody behind them: rather fail, and be
        # run again.
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name='reviewitem',
            name='review_item_next',
        ),
        migrations.RemoveIndex(
            model_name='reviewitem',
            name='review_item_of_style',
        ),
        migrations.AlterField(
            model_name='review',
            name='by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='reviewitem',
            index=models.Index(models.Func('answered_by', 'skipped_by', function='array_cat'), models.OrderBy(models.F('worth'), descending=True), models.F('outfit'), condition=models.Q(('answered__lt', models.F('wanted'))), name='review_item_next'),
        ),
        migrations.AddIndex(
            model_name='reviewitem',
            index=models.Index(models.F('style'), models.Func('answered_by', 'skipped_by', function='array_cat'), models.F('worth'), models.F('outfit'), condition=models.Q(('answered__lt', models.F('wanted'))), name='review_item_of_style'),
        ),
    ]
