"""Django's settings, one file for every installation; what differs comes from `callcenter.env`."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from addressbook.schedule import BEAT_SCHEDULE as ADDRESSBOOK_SCHEDULE
from callcenter import env
from labels.schedule import BEAT_SCHEDULE as LABELS_SCHEDULE
from mail.schedule import BEAT_SCHEDULE
from mailboxes.schedule import BEAT_SCHEDULE as MAILBOXES_SCHEDULE

ENV = env.read()
BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.secret_key
TOKEN_KEYS = ENV.token_keys
DEBUG = ENV.debug
DEMO = ENV.demo
GOOGLE = ENV.google
PUBLIC_URL = ENV.public_url
REDIS_URL = ENV.redis_url
POLL_SECONDS = ENV.poll_seconds
MONITORING_TOKEN = ENV.monitoring_token

HTTPS = PUBLIC_URL.startswith("https://")
_HOST = PUBLIC_URL.split("://", 1)[1].split("/", 1)[0]
_HOSTNAME = _HOST.rsplit(":", 1)[0] if not _HOST.endswith("]") else _HOST
ALLOWED_HOSTS = [_HOSTNAME]
if _HOSTNAME in {"127.0.0.1", "localhost", "[::1]"}:
    # On a machine of one's own the three names of the loopback are the same place.
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "lucide",
    "callcenter",
    "activity",
    "permissions",
    "mailboxes",
    "labels",
    "addressbook",
    "crm",
    "signatures",
    "templates_app",
    "mail",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page asks for a log-in unless it says otherwise: deny by default.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "permissions.middleware.PersonalSettingsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "callcenter.middleware.HtmxRedirectMiddleware",
]

ROOT_URLCONF = "callcenter.urls"
ASGI_APPLICATION = "callcenter.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "callcenter.partials.context",
                "mailboxes.context.shell",
                "mail.context.navigation",
            ],
        },
    },
]

DATABASES = {"default": ENV.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "callcenter.cache.SharedRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        # Of one process, for as long as a command takes; who comes when all are out waits for one.
        "OPTIONS": {
            "pool_class": "redis.BlockingConnectionPool",
            "max_connections": 32,
            "timeout": 10,
        },
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
# Asked by the machine that runs the process, which speaks plain http to it.
SECURE_REDIRECT_EXEMPT = [r"^alive/$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the body of a mail is shown in a frame of ours
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # which asks for DENY

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # The two sheets that the editor for formatted text brings (static/vendor/trix), and the
        # empty one that each of them is when it is put into the page.
        "style-src": [
            SELF,
            "'sha256-jAP18ioNeNaQBBU5RJvT96kjJnVxHvZs+s8WUNiLnvA='",
            "'sha256-c5Z9aB2t69CSpeI1aC8dDLr7LZYZlynV8iY/8Uc9ZFk='",
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
        ],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "object-src": [NONE],
    }
}

AUTH_USER_MODEL = "permissions.User"
AUTHENTICATION_BACKENDS = ["permissions.backends.OneQuestion"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "mail:list"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = DEBUG or DEMO
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENV.attachment_root},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or DEMO
        else "callcenter.hashed.HashedStaticFiles",
    },
}
ATTACHMENT_MAX_BYTES = ENV.attachment_max_bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 35 * 1024 * 1024

CELERY = {
    "broker_url": env.celery_broker(REDIS_URL),
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "broker_connection_retry_on_startup": True,
    "task_default_queue": "default",
    # One process group a queue: neither the mirror nor the housekeeping may keep a send waiting.
    "task_routes": {
        "mail.sync.tasks.backfill_mailbox": {"queue": "backfill"},
        "mail.sync.tasks.follow_mailbox": {"queue": "sync"},
        "mail.outbox.tasks.*": {"queue": "interactive"},
        "mailboxes.changes.tasks.*": {"queue": "interactive"},
        "labels.tasks.read_labels": {"queue": "sync"},
        "mail.attachments.tasks.*": {"queue": "interactive"},
        "mail.raw.tasks.*": {"queue": "interactive"},
    },
    "include": [
        "mailboxes.changes.tasks",
        "addressbook.imports.tasks",
        "labels.tasks",
        "mail.sync.tasks",
        "mail.outbox.tasks",
        "mail.attachments.tasks",
        "mail.raw.tasks",
        "mail.bulk.tasks",
        "mail.tasks",
    ],
    "beat_scheduler": "callcenter.beat:SingleScheduler",
    "beat_max_loop_interval": 1,
    "beat_schedule": {
        **BEAT_SCHEDULE,
        **MAILBOXES_SCHEDULE,
        **ADDRESSBOOK_SCHEDULE,
        **LABELS_SCHEDULE,
        "poll": {
            "task": "mail.sync.tasks.poll_due",
            # Twice as often as anybody is due, so that nobody waits for a whole round more.
            "schedule": ENV.poll_seconds / 2,
            "options": {"expires": 10.0},
        },
    },
    "timezone": "Asia/Tokyo",
    "worker_hijack_root_logger": False,
    # Redis hands an unacknowledged task out again after this; chunks end far sooner.
    "broker_transport_options": {"visibility_timeout": 3600},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        # It logs the addresses it asks, with page tokens and search words.
        "googleapiclient": {"level": "WARNING"},
    },
}

PRODUCT_NAME = _("CloudCallCenter Mail")
