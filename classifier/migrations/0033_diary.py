"""What a person keeps about an outfit: note, tags, favorite, further days; its colours and words."""

import django.contrib.postgres.fields
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('classifier', '0032_share_language'),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name='outfit',
            name='note',
            field=models.CharField(blank=True, db_default='', default='', max_length=1000),
        ),
        migrations.AddField(
            model_name='outfit',
            name='tags',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='outfit',
            name='favorite',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='outfit',
            name='palette',
            field=models.JSONField(blank=True, help_text='colors and their shares', null=True),
        ),
        migrations.AddField(
            model_name='outfit',
            name='words',
            field=django.contrib.postgres.search.SearchVectorField(blank=True, editable=False, null=True),
        ),
        migrations.CreateModel(
            name='WornDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('outfit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='worn_days', to='classifier.outfit')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'day worn again',
                'verbose_name_plural': 'days worn again',
                'indexes': [models.Index(fields=['owner', 'day'], name='worn_by_day')],
                'constraints': [models.UniqueConstraint(fields=('outfit', 'day'), name='worn_once_a_day')],
            },
        ),
    ]
