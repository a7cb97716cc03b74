from django.db import migrations

from robotplus.portal.core.triggers import no_overlap


class Migration(migrations.Migration):
    dependencies = [("offers", "0002_initial")]
    operations = [no_overlap("offers_reservation")]
