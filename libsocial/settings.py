"""Settings, read once from the environment (see env.py and docs/configuration.md).

Without any variable set this is the embedded product: SQLite, no broker, all
data in one folder. With LIBSOCIAL_DATABASE_URL and LIBSOCIAL_REDIS_URL it is
the production set-up; nothing else changes.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from libsocial import env, keys
from libsocial.core import logging as logs

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(
    env.text("LIBSOCIAL_DATA", str(BASE_DIR / "data"), "Folder that holds database, media, keys and logs.")
).resolve()

DEBUG = env.flag("LIBSOCIAL_DEBUG", False, "Show details on error pages. Never on a public server.")
SECRET_KEY = env.secret("LIBSOCIAL_SECRET_KEY", "Signs sessions and links. Made on first start when not set.") or (
    keys.read_or_make_secret(DATA_DIR)
)
FIELD_KEYS = keys.split(
    env.secret(
        "LIBSOCIAL_FIELD_KEYS",
        "Keys that encrypt credentials, newest first, separated by commas. Made on first start when not set.",
    )
) or keys.read_or_make_field_keys(DATA_DIR)

BASE_URL = env.text(
    "LIBSOCIAL_BASE_URL", "http://127.0.0.1:8000", "The address people type, without a slash at the end."
).rstrip("/")
_base = urlsplit(BASE_URL)
HTTPS = _base.scheme == "https"
BEHIND_PROXY = env.flag(
    "LIBSOCIAL_BEHIND_PROXY", False, "One reverse proxy in front sets X-Forwarded-Proto and X-Forwarded-For."
)
LINK_URLS = [
    url.rstrip("/")
    for url in env.items(
        "LIBSOCIAL_LINK_URLS",
        "",
        "Addresses short links begin with, the one for new links first, such as https://go.library.example. "
        "Empty: the address of the product.",
    )
]
ALLOWED_HOSTS = [
    *(host for url in LINK_URLS if (host := urlsplit(url).hostname)),
    *env.items("LIBSOCIAL_ALLOWED_HOSTS", "", "Further host names under which the product may be reached."),
    *(_base.hostname or "127.0.0.1", "127.0.0.1", "localhost", "[::1]"),
]
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "django_cotton",
    "lucide",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "libsocial.core",
    "libsocial.audit",
    "libsocial.notices",
    "libsocial.accounts",
    "libsocial.hours",
    "libsocial.links",
    "channels_app",
    "scheduler",
    "posts",
    "analytics",
    "libsocial",
]

MIDDLEWARE = [
    "libsocial.core.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "libsocial.core.once.OnceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "libsocial.accounts.middleware.FirstRunMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "libsocial.core.flash.ToastMiddleware",
    "libsocial.accounts.middleware.ComeBackMiddleware",
    "libsocial.accounts.middleware.PersonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "libsocial.urls"
WSGI_APPLICATION = "libsocial.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "libsocial.accounts.context.house",
                "libsocial.shell.context.shell",
            ],
            # Known in every template without {% load %}.
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.l10n",
                "django.templatetags.static",
                "django.contrib.humanize.templatetags.humanize",
                "libsocial.templatetags.ui",
            ],
        },
    }
]
COTTON_DIR = "components"
COTTON_ISOLATE_BY_DEFAULT = True  # a component sees its attributes, not the variables of the page around it
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- data -----------------------------------------------------------------
DATABASE_URL = env.secret("LIBSOCIAL_DATABASE_URL", "postgres://user:password@host:5432/name. Empty: SQLite.")
SQLITE_OPTIONS = {
    # IMMEDIATE: a read transaction that upgrades to a write fails at once, whatever the time-out.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728; "
        "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=2000;"
    ),
}
if DATABASE_URL:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "libsocial.sqlite3",
            "CONN_MAX_AGE": 60,
            "OPTIONS": SQLITE_OPTIONS,
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = 1

REDIS_URL = env.secret("LIBSOCIAL_REDIS_URL", "redis://host:6379/0. Empty: everything runs in one process.")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        # Rate limits live here: it must hold more than strangers can push out of it while a limit runs.
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "libsocial",
            "OPTIONS": {"MAX_ENTRIES": 50_000},
        }
    )
}

MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("LIBSOCIAL_STATIC", str(BASE_DIR / "staticfiles"), "Folder of collected static files."))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "libsocial.shell.fonts.FontFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "libsocial.shell.storage.StaticFiles"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
# Files on their way, a film among them: on the disk of the data, as /tmp may stand in memory.
WORK_DIR = DATA_DIR / "work"
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "libsocial.core.uploads.ToWorkFolder",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
_MB = 1024 * 1024
UPLOAD_MAX_BYTES = env.number("LIBSOCIAL_UPLOAD_MB", 50, "Largest picture that may be uploaded, in MB.") * _MB
UPLOAD_VIDEO_BYTES = env.number("LIBSOCIAL_UPLOAD_VIDEO_MB", 500, "Largest film that may be uploaded, in MB.") * _MB
UPLOAD_DOCUMENT_BYTES = (
    env.number("LIBSOCIAL_UPLOAD_DOCUMENT_MB", 100, "Largest PDF that may be uploaded, in MB.") * _MB
)
# A larger file comes in pieces of this size, so that a cut connection costs one piece and not the whole file.
UPLOAD_PIECE_BYTES = 4 * _MB

# --- work -----------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "inprocess://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    # Nothing rests on the broker, so nobody waits for it long.
    {"visibility_timeout": 3600, "socket_connect_timeout": 3, "socket_timeout": 30, "health_check_interval": 25}
    if REDIS_URL
    else {}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 900  # seconds; processes only, threads cannot be stopped, so every call has its own limit
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ROUTES = {
    # What must happen at its minute has workers of its own.
    "scheduler.tasks.dispatch": {"queue": "publish"},
    "scheduler.tasks.deliver": {"queue": "publish"},
    "scheduler.tasks.heartbeat": {"queue": "publish"},
    # These ask a platform and may wait for it long: the sweep and the mails must not stand behind them.
    "scheduler.tasks.reconcile": {"queue": "inbox"},
    "scheduler.tasks.follow": {"queue": "inbox"},
    "libsocial.links.tasks.check_due": {"queue": "inbox"},
    # Films are re-encoded here, which takes minutes.
    "posts.tasks.prepare": {"queue": "prepare"},
    "posts.tasks.look_at_links": {"queue": "inbox"},
}
CELERY_BEAT_SCHEDULER = "libsocial.beat:Clock"
CELERY_BEAT_SCHEDULE = {
    # Every tick is harmless when doubled or lost. One that could not run in time is dropped: the next does its work.
    "scheduler.dispatch": {"task": "scheduler.tasks.dispatch", "schedule": 0.5, "options": {"expires": 2}},
    "scheduler.watch": {"task": "scheduler.tasks.watch", "schedule": 5, "options": {"expires": 5}},
    "scheduler.sweep": {"task": "scheduler.tasks.sweep", "schedule": 10, "options": {"expires": 10}},
    "scheduler.heartbeat": {"task": "scheduler.tasks.heartbeat", "schedule": 15, "options": {"expires": 15}},
    "posts.prepare": {"task": "posts.tasks.prepare", "schedule": 3, "options": {"expires": 3}},
    "posts.import": {"task": "posts.tasks.bring_in", "schedule": 3, "options": {"expires": 3}},
    "posts.repeat": {"task": "posts.tasks.repeat", "schedule": 600, "options": {"expires": 600}},
    "posts.evergreen": {"task": "posts.tasks.evergreen", "schedule": 900, "options": {"expires": 900}},
    "scheduler.holds": {"task": "scheduler.tasks.remind_of_holds", "schedule": 60, "options": {"expires": 60}},
    "posts.remind": {"task": "posts.tasks.remind", "schedule": 60, "options": {"expires": 60}},
    "posts.links": {"task": "posts.tasks.look_at_links", "schedule": 20, "options": {"expires": 20}},
    "posts.library": {"task": "posts.tasks.tend_library", "schedule": 3600, "options": {"expires": 3600}},
    "notices.mails": {"task": "libsocial.notices.tasks.send_mails", "schedule": 5, "options": {"expires": 5}},
    "notices.digests": {"task": "libsocial.notices.tasks.send_digests", "schedule": 300, "options": {"expires": 300}},
    "notices.hooks": {"task": "libsocial.notices.tasks.send_hooks", "schedule": 10, "options": {"expires": 10}},
    "notices.tidy": {"task": "libsocial.notices.tasks.tidy", "schedule": 3600, "options": {"expires": 3600}},
    "analytics.tick": {"task": "analytics.tick", "schedule": 30, "options": {"expires": 30}},
    "channels.probe": {"task": "channels_app.tasks.probe_due", "schedule": 300, "options": {"expires": 300}},
    "channels.renew": {"task": "channels_app.tasks.renew_due", "schedule": 3600, "options": {"expires": 3600}},
    "links.check": {"task": "libsocial.links.tasks.check_due", "schedule": 600, "options": {"expires": 600}},
    "channels.tidy": {"task": "channels_app.tasks.tidy", "schedule": 3600, "options": {"expires": 3600}},
}

# --- production web server (docker/gunicorn.py) ----------------------------
WEB_PROCESSES = env.number("LIBSOCIAL_WEB_PROCESSES", 2, "Processes of the production web server.")
WEB_THREADS = env.number("LIBSOCIAL_WEB_THREADS", 8, "Threads of each of these processes.")

# --- people ---------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "libsocial.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "libsocial.accounts.entrance.SignIn",
    "reset_password": "libsocial.accounts.entrance.ForgotPassword",
    "add_email": "libsocial.accounts.entrance.NewAddress",
}
ACCOUNT_SIGNUP_FORM_CLASS = "libsocial.accounts.forms.RegisterForm"
# Written for unknown addresses too, and thrown away (accounts.adapter): the page takes equally long for everybody.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "libsocial.accounts.tokens.ResetKey"  # noqa: S105  a class
MFA_ADAPTER = "libsocial.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A person with a passkey may change the address too; it counts only when proven, and nobody signs in unproven.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers offer passkeys without https on localhost only; this lets that one case through.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "libsocial.shell.views.csrf_failure"

# --- mail -----------------------------------------------------------------
MAIL_URL = env.secret("LIBSOCIAL_MAIL_URL", "smtp://user:password@host:587 or smtps://…:465. Empty: no mail is sent.")
DEFAULT_FROM_EMAIL = env.text("LIBSOCIAL_MAIL_FROM", "libsocial@localhost", "Sender of the mails.")
MAIL_CONFIGURED = bool(MAIL_URL)
_mail = urlsplit(MAIL_URL)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_CONFIGURED else 'dummy'}.EmailBackend"
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or 587
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp" and bool(_mail.username)
EMAIL_TIMEOUT = 15
# Whoever registers proves the address; without mail nobody can register (see accounts.adapter).
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL_CONFIGURED else "none"

# --- language and time ----------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
# The languages of our own pages: English, and whatever a catalogue exists for. A language without one is not offered.
_KNOWN = (("en", _("English")), ("es", _("Spanish")), ("fr", _("French")))
LANGUAGES = [(code, name) for code, name in _KNOWN if code == "en" or (BASE_DIR / "locale" / code).is_dir()]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["libsocial.formats"]

# --- logs -----------------------------------------------------------------
LOGGING = logs.settings_for(
    env.choice("LIBSOCIAL_LOG", "short", ("short", "json"), "short: lines for people. json: one object a line.")
)

METRICS_TOKEN = env.secret(
    "LIBSOCIAL_METRICS_TOKEN", "Bearer token that opens /health/metrics to Prometheus. Empty: the page is not there."
)
SENTRY_DSN = env.secret(
    "LIBSOCIAL_SENTRY_DSN", "Address of an error collector that speaks Sentry's protocol. Empty: errors stay here."
)

# --- outside --------------------------------------------------------------
PRIVATE_HOSTS = env.items(
    "LIBSOCIAL_PRIVATE_HOSTS",
    "",
    "Private or loopback hosts (name, host:port or network such as 10.0.0.0/8) that may be connected to.",
)
# True only in tests: their platforms stand on this machine and fetch pictures from us without the internet.
OUTLET_ANYWHERE = False
CA_FILE = env.text("LIBSOCIAL_CA_FILE", "", "Further certificate authorities (PEM) for servers of your own network.")
PROXY = env.secret("LIBSOCIAL_PROXY", "A proxy every outside call goes through: http://user:password@host:port.")
PLATFORM_HOSTS = env.named(
    "LIBSOCIAL_HOST_",
    "text",
    "Another address for a host of a platform: a proxy, a region, a test network. See channels.md.",
)
PLATFORM_APPS = env.named(
    "LIBSOCIAL_APP_", "secret", "Keys of your application at a platform, instead of typing them in. See channels.md."
)
PLATFORM_VERSIONS = env.named(
    "LIBSOCIAL_API_", "text", "The version of a platform’s interface to speak, where another than ours is wanted."
)

# --- headers --------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# The proxy may redirect too; health is asked from inside, without TLS.
SECURE_SSL_REDIRECT = HTTPS and SECURE_PROXY_SSL_HEADER is not None
SECURE_REDIRECT_EXEMPT = [r"^health/"]
# Said in our own words by libsocial/core/checks.py (HTTPS decides all of them), or not ours to decide (subdomains).
SILENCED_SYSTEM_CHECKS = [f"security.W{number:03}" for number in (4, 5, 8, 9, 12, 16, 18, 20, 21)]
