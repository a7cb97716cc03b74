"""The WSGI application: ``gunicorn robotplus.portal.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "robotplus.portal.settings")
application = get_wsgi_application()
