"""What the page server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughcare.app.settings")
application = get_wsgi_application()
# What was loaded stays until the end: a collection that walks it all would hold up a page for a tenth of a second.
gc.collect()
gc.freeze()
