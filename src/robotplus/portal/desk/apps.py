from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "robotplus.portal.desk"
    label = "desk"
