import classifier.models.share
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('classifier', '0034_diary_indexes'),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name='SharedRecap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='its first day')),
                ('token', models.CharField(default=classifier.models.share.new_token, max_length=32, unique=True)),
                ('outfits', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), help_text='whose thumbs the card has', size=None)),
                ('said', models.JSONField(help_text='what the card says: counts and colors')),
                ('language', models.CharField(db_default='en', default='en', help_text='that its card speaks', max_length=10)),
                ('created', models.DateTimeField(default=django.utils.timezone.now)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recaps', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'shared recap',
                'verbose_name_plural': 'shared recaps',
                'constraints': [models.UniqueConstraint(fields=('owner', 'month'), name='recap_shared_once_a_month')],
            },
        ),
    ]
