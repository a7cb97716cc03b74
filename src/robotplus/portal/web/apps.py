from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "robotplus.portal.web"
    label = "web"
