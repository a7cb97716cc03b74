from django.db import migrations

from robotplus.portal.core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("core", "0002_initial")]
    operations = [append_only("core_event")]
