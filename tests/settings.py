"""The product's settings on a data folder of this test run, and faster where proof does not suffer.

The run's database is chosen by LIBSOCIAL_TEST_ON: "sqlite" (default) or "postgres", which also uses
Redis; LIBSOCIAL_TEST_DATABASE_URL and LIBSOCIAL_TEST_REDIS_URL say where they are.
"""

import atexit
import os
import shutil
import tempfile

from tests import infrastructure

for name in [name for name in os.environ if name.startswith("LIBSOCIAL_") and not name.startswith("LIBSOCIAL_TEST_")]:
    del os.environ[name]  # the settings of whoever runs the tests must not decide whether they pass

_folder = tempfile.mkdtemp(prefix="libsocial-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["LIBSOCIAL_DATA"] = _folder
os.environ["LIBSOCIAL_STATIC"] = os.path.join(_folder, "static")
os.makedirs(os.environ["LIBSOCIAL_STATIC"])
if infrastructure.on_postgres():
    os.environ["LIBSOCIAL_DATABASE_URL"] = infrastructure.DATABASE_URL
    os.environ["LIBSOCIAL_REDIS_URL"] = infrastructure.redis_url()
# Playwright keeps an event loop in the main thread; Django would refuse the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from libsocial.settings import *  # noqa: E402, F403
from libsocial.settings import CACHES, DATABASES, STORAGES  # noqa: E402

if infrastructure.on_postgres():
    # A name of this process, so that two runs on one server do not drop each other's tables.
    DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_{os.getpid()}"}
else:
    # A file and not memory: threads and other processes must meet the locks they meet in life.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_folder, "test.sqlite3")}
CACHES["default"]["KEY_PREFIX"] = os.path.basename(_folder)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
