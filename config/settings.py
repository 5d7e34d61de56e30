"""Settings of the site, all from the environment.

Without any variable set, everything runs embedded: PostgreSQL under ``var/``, the broker in a table of that database, and, when
``manage.py up`` runs it, the sandbox in the place of WeChat. In production ``JISHI_DEBUG`` stays off and the secrets must be given.
"""

import sys
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("JISHI_VAR", default=str(BASE_DIR / "var")))
DEBUG = env.bool("JISHI_DEBUG", default=False)
# Set by `manage.py up` and the tests: keys may then be made up, and plain http is fine.
EMBEDDED = env.bool("JISHI_EMBEDDED", default=not env.str("DATABASE_URL", default=""))


def secret(name: str, embedded: str) -> str:
    """The secret of that name; outside the embedded mode it must be given."""
    # The command that makes the keys runs before there are any.
    value = env.str(name, default=embedded if EMBEDDED or sys.argv[1:2] == ["new_encryption_key"] else "")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment.")
    return value


SECRET_KEY = secret("JISHI_SECRET_KEY", "embedded-only-" + "k" * 50)
SECRET_KEY_FALLBACKS = env.list("JISHI_SECRET_KEY_FALLBACKS", default=[])
# id:key pairs, the first encrypts, all decrypt; make one with `manage.py new_encryption_key`.
ENCRYPTION_KEYS = secret("JISHI_ENCRYPTION_KEYS", "k0:" + "ZW1iZWRkZWQtb25seS1lbWJlZGRlZC1vbmx5LTAwMDA=").split(",")
ALLOWED_HOSTS = env.list("JISHI_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = env.list("JISHI_CSRF_TRUSTED_ORIGINS", default=[])

# Providers, by base URL alone: the sandbox and the real thing differ in nothing else.
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="http://127.0.0.1:8000")
WECHAT_API_BASE = env.str("WECHAT_API_BASE", default="https://api.weixin.qq.com")
# Several, separated by commas: the next one is asked when one does not answer.
WECHATPAY_API_BASE = env.str(
    "WECHATPAY_API_BASE", default="https://api.mch.weixin.qq.com,https://api2.mch.weixin.qq.com"
)
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com")
CARRIER_API_BASE = env.str("CARRIER_API_BASE", default="")
SANDBOX_URL = env.str("SANDBOX_URL", default="")
if SANDBOX_URL and not EMBEDDED:
    raise ImproperlyConfigured(
        "SANDBOX_URL is set: orders could be paid there without money. It is for the embedded mode alone."
    )
# Seconds between questions about a payment of which nothing was heard, and about a refund; the last one for ever.
PAYMENT_POLL_SECONDS = env.list("JISHI_PAYMENT_POLL_SECONDS", cast=int, default=[60, 60, 120, 240, 360])
REFUND_POLL_SECONDS = env.list("JISHI_REFUND_POLL_SECONDS", cast=int, default=[60, 300, 900, 3600, 14400])
# For tests of killed processes alone (core.crashing).
CRASH_FILE = env.str("JISHI_CRASH_FILE", default="")
if CRASH_FILE and not EMBEDDED:
    raise ImproperlyConfigured("JISHI_CRASH_FILE is set: it kills processes, and is for tests alone.")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "csp",
    "core",
    "shop",
    "orders",
    "payments",
    "dashboards",
    "miniapp_templates",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.RequestBodyLimit",
    "core.middleware.PatchByPost",
    "shop.staff_scope.StaffScope",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# -- Database. One SQL dialect everywhere; `config.embedded` starts the PostgreSQL of the wheel where none is given.
# The environment stays as it is, so that child processes join the server themselves and keep it alive.
DATABASES = {
    "default": env.db_url_config(
        env.str("DATABASE_URL", default="") or embedded.database_url(VAR_DIR), engine="django.db.backends.postgresql"
    )
}
DATABASES["default"] |= {
    "CONN_HEALTH_CHECKS": True,
    "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=60),
    "OPTIONS": {
        **DATABASES["default"].get("OPTIONS", {}),
        # A hanging lock holder must cost others seconds, not minutes.
        "options": "-c lock_timeout=3s -c idle_in_transaction_session_timeout=30s",
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Celery: the bell. What is due stands in the database (core.duework).
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="database://default")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A process of the pool that was killed occupies its place for so long, until its message goes back. Celery would wait ten seconds
# for a result, and there are none.
CELERY_WORKER_LOST_WAIT = 1.0
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_TASK_DEFAULT_QUEUE", default="jishi")
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
# Redis gives back what a killed worker held after visibility_timeout; the other two make it look every second.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "visibility_timeout": 300,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }
    if CELERY_BROKER_URL.startswith("redis")
    else {}
)
SWEEP_SECONDS = env.float("JISHI_SWEEP_SECONDS", default=5.0)
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "core.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "reconcile": {"task": "payments.tasks.reconcile", "schedule": 900.0, "options": {"expires": 900.0}},
    "settle_alerts": {"task": "core.tasks.settle_alerts", "schedule": 60.0, "options": {"expires": 60.0}},
    "clean_up": {"task": "core.tasks.clean_up", "schedule": 3600.0, "options": {"expires": 3600.0}},
    # Looks every hour whose are missing or old; beat forgets longer waits whenever it is started anew.
    "refresh_certificates": {
        "task": "payments.tasks.refresh_certificates",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
}
# How often, at most, the carrier is asked about a parcel on its way.
TRACKING_SECONDS = env.float("TRACKING_SECONDS", default=1800.0)

# -- Alerts (shop.alerting): by mail and to the stores' own addresses. What nobody is named for is shown in the admin alone.
ALERT_EMAILS = env.list("JISHI_ALERT_EMAILS", default=[])  # for stores that name nobody
# Hosts that stores may name although they are not public, over plain http and at any port too.
ALERT_HOSTS = env.list("JISHI_ALERT_HOSTS", default=[])
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    default=f"django.core.mail.backends.{'console' if EMBEDDED and EMAIL_HOST == 'localhost' else 'smtp'}.EmailBackend",
)
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="jishi@localhost")

# -- Language and time. Texts of the shop come from its own columns (core.texts); this is the language of the pages around them.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]  # for the titles in this file
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("JISHI_TIME_ZONE", default="Asia/Shanghai")

# -- Files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = EMBEDDED
MINIAPPS_DIR = VAR_DIR / "miniapps"
PREVIEW_DIR = VAR_DIR / "preview"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
API_BODY_LIMIT = 64 * 1024

# -- API
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["shop.tokens.ShopperTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "core.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.problems.handle",
    "DEFAULT_THROTTLE_CLASSES": ["core.throttling.Throttle"],
    "UNAUTHENTICATED_USER": None,
    "UNICODE_JSON": True,
}
# Requests a minute, per caller; counted in one shared table (core.throttling).
THROTTLE_RATES = {"login": env.int("JISHI_LOGIN_RATE", default=30), "orders": env.int("JISHI_ORDER_RATE", default=60)}
SPECTACULAR_SETTINGS = {
    "TITLE": "Jishi storefront API",
    "DESCRIPTION": "What the generated mini programs speak. Money in minor units, times in UTC, errors as RFC 9457 problems.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1/stores/\{store\}",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "OrderState": "orders.api.serializers.ORDER_STATES",
        "ParcelState": "orders.api.serializers.PARCEL_STATES",
    },
}

# -- Security
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False  # the ops boards' scripts send it back
X_FRAME_OPTIONS = "DENY"  # the preview frames the program: its view says so itself
SECURE_REFERRER_POLICY = "same-origin"
if not EMBEDDED and not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("JISHI_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("JISHI_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    if env.bool("JISHI_BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # Alpine, which the admin's theme is built on, evaluates expressions.
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "frame-ancestors": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "dashboards:home"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s", "datefmt": "%H:%M:%S"}},
    "filters": {
        # Every few seconds, and of no interest unless it fails.
        "no_sweep": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: "core.tasks.sweep" not in record.getMessage() or record.levelno > 20,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_sweep"]}},
    "root": {"handlers": ["console"], "level": env.str("JISHI_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # That a task ran says nothing: core.duework says what was done.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Its queue is exclusive: on RabbitMQ a worker that was killed could not come back under its name. Who lives is in core.heartbeat.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False

# Its address begins those of all staff pages; it is the place in the sidebar for these alone.
ON_THE_BOARD = {"dashboards:home", "dashboards:queue", "dashboards:order"}
UNFOLD = {
    "SITE_TITLE": "Jishi 集市",
    "SITE_HEADER": "Jishi 集市",
    "SITE_SYMBOL": "storefront",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("core/favicon.svg")}],
    "DASHBOARD_CALLBACK": "dashboards.overview.dashboard",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "8px",
    "STYLES": [lambda request: static("core/admin.css")],
    "COLORS": {
        "primary": {
            "50": "#eef7f2",
            "100": "#d6ecdf",
            "200": "#b0dac3",
            "300": "#82c2a2",
            "400": "#54a57f",
            "500": "#338863",
            "600": "#256d4f",
            "700": "#1f5741",
            "800": "#1b4636",
            "900": "#173a2d",
            "950": "#0b2119",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("Today"),
                "items": [
                    {
                        "title": _("Order board"),
                        "icon": "view_kanban",
                        "active": lambda request: getattr(request.resolver_match, "view_name", "") in ON_THE_BOARD,
                        "link": reverse_lazy("dashboards:home"),
                    },
                    {
                        "title": _("Orders"),
                        "icon": "receipt_long",
                        "link": reverse_lazy("admin:orders_order_changelist"),
                    },
                    {
                        "title": _("Payments"),
                        "icon": "payments",
                        "link": reverse_lazy("admin:payments_payment_changelist"),
                    },
                    {"title": _("Refunds"), "icon": "undo", "link": reverse_lazy("dashboards:refunds")},
                    {
                        "title": _("Where is my money"),
                        "icon": "account_balance",
                        "link": reverse_lazy("dashboards:money"),
                    },
                    {"title": _("Differences"), "icon": "difference", "link": reverse_lazy("dashboards:differences")},
                    {
                        "title": _("Alerts"),
                        "icon": "notifications",
                        "link": reverse_lazy("admin:core_alert_changelist"),
                    },
                    {"title": _("Parked work"), "icon": "build_circle", "link": reverse_lazy("dashboards:parked")},
                ],
            },
            {
                "title": _("Catalogue"),
                "items": [
                    {
                        "title": _("Products"),
                        "icon": "inventory_2",
                        "link": reverse_lazy("admin:shop_product_changelist"),
                    },
                    {
                        "title": _("Categories"),
                        "icon": "category",
                        "link": reverse_lazy("admin:shop_category_changelist"),
                    },
                    {"title": _("Stock"), "icon": "warehouse", "link": reverse_lazy("admin:shop_stock_changelist")},
                    {"title": _("Pictures"), "icon": "image", "link": reverse_lazy("admin:shop_picture_changelist")},
                    {
                        "title": _("Imports"),
                        "icon": "upload_file",
                        "link": reverse_lazy("admin:shop_productimport_changelist"),
                    },
                ],
            },
            {
                "title": _("Store"),
                "items": [
                    {"title": _("Preview"), "icon": "smartphone", "link": reverse_lazy("preview")},
                    {"title": _("Stores"), "icon": "storefront", "link": reverse_lazy("admin:shop_store_changelist")},
                    {
                        "title": _("Home page"),
                        "icon": "dashboard_customize",
                        "link": reverse_lazy("admin:shop_homesection_changelist"),
                    },
                    {"title": _("Shoppers"), "icon": "group", "link": reverse_lazy("admin:shop_shopper_changelist")},
                    {
                        "title": _("Staff"),
                        "icon": "badge",
                        "link": reverse_lazy("admin:shop_staffmembership_changelist"),
                    },
                ],
            },
        ],
    },
}
