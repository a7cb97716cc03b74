from django.db import migrations, models


class Migration(migrations.Migration):
    """What is filtered by a facet is listed from its index."""

    dependencies = [
        ("search", "0004_figures_of_an_entry"),
    ]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="field",
            field=models.CharField(blank=True, db_index=True, max_length=20),
        ),
        migrations.AlterField(
            model_name="entry",
            name="maker",
            field=models.CharField(blank=True, db_index=True, max_length=80),
        ),
        migrations.AlterField(
            model_name="entry",
            name="scenario",
            field=models.CharField(blank=True, db_index=True, max_length=60),
        ),
    ]
