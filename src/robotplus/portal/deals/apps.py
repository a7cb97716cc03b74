from django.apps import AppConfig


class DealsConfig(AppConfig):
    name = "robotplus.portal.deals"
    label = "deals"
    default_auto_field = "django.db.models.BigAutoField"
