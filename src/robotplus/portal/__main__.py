"""Django's commands for the portal: ``python -m robotplus.portal migrate`` and so on."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "robotplus.portal.settings")
    execute_from_command_line(["python -m robotplus.portal", *sys.argv[1:]])
