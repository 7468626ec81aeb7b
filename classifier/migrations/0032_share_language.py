from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("classifier", "0031_bin_indexes")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="share",
            name="language",
            field=models.CharField(
                db_default="en", default="en", help_text="that its card speaks", max_length=10
            ),
        ),
    ]
