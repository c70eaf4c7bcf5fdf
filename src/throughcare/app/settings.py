"""Django's settings, all taken from one checked configuration (app/config.py). No secret is written here."""

from datetime import timedelta

from throughcare.app.config import Mode, current, django_database
from throughcare.ui import jinja as _jinja

CONFIG = current()
MODE = CONFIG.mode
THROUGHCARE_DEMO = MODE in (Mode.DEMO, Mode.TEST)

DEBUG = False
SECRET_KEY = CONFIG.secret_key
ALLOWED_HOSTS = [*CONFIG.hosts, *(["testserver"] if MODE is Mode.TEST else [])]
ROOT_URLCONF = "throughcare.app.urls"
WSGI_APPLICATION = "throughcare.app.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "throughcare.kernel",
    "throughcare.ui",
    "throughcare.ledger",
    "throughcare.access",
    "throughcare.people",
    "throughcare.custody",
    "throughcare.duties",
    "throughcare.devices",
    "throughcare.chart",
    "throughcare.care.emergency",
    "throughcare.care.intake",
    "throughcare.care.medications",
    "throughcare.care.mental_health",
    "throughcare.care.grievances",
    "throughcare.care.restriction",
    "throughcare.care.sick_call",
    "throughcare.care.substance_use",
    "throughcare.reentry",
    "throughcare.workforce",
    "throughcare.oversight",
    "throughcare.exchange",
    "throughcare.exchange.smart",
    "throughcare.exchange.bulk",
    "throughcare.insight",
    "throughcare.insight.gate",
    "throughcare.insight.improvement",
    "throughcare.public",
    "throughcare.world",
    "throughcare.app",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "throughcare.app.middleware.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "throughcare.access.sessions.LensMiddleware",
    "throughcare.app.middleware.ZoneMiddleware",
    "throughcare.app.middleware.ViewerMiddleware",
]

TEMPLATES = [
    {
        "NAME": "jinja2",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": _jinja.template_dirs(),
        "OPTIONS": {"environment": "throughcare.ui.jinja.environment"},
    },
]

DATABASES = {
    "default": {
        **django_database(CONFIG.database_url),
        # Only kernel.db opens transactions; between requests connections go back to the pool.
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
    }
}
if MODE is not Mode.TEST:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["throughcare.access.backends.Password"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    # NIST SP 800-63B: length, and not a common or personal word; no composition rules, no forced change.
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]

# allauth keeps and computes second factors; its pages are not served (docs/decisions, "Second factor").
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "throughcare.access.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_TOLERANCE = 1

# The agency's own sign-in: off until an issuer is named (access/outside.py).
BASE_URL = CONFIG.base_url
OIDC_ISSUER, OIDC_CLIENT = CONFIG.oidc_issuer, CONFIG.oidc_client
OIDC_SECRET_FILE = CONFIG.keys / "oidc.secret"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

# How long a sign-in may stand idle and last is content, by role (access/roles.toml); this only bounds the cookie.
SESSION_COOKIE_AGE = int(timedelta(hours=16).total_seconds())
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.base_url.startswith("https://")
SESSION_COOKIE_NAME = f"throughcare_{CONFIG.port}"
CSRF_COOKIE_NAME = f"throughcare_csrf_{CONFIG.port}"
CSRF_FAILURE_VIEW = "throughcare.app.errors.csrf_failure"
LOGIN_URL = "/sign-in/"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if CONFIG.production:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = CONFIG.zone
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
WAREHOUSE = CONFIG.home / "warehouse"
EXPORTS = CONFIG.home / "exports"
SEALING_KEY_FILE = CONFIG.keys / "sealing.key"
ANCHOR_KEY_FILE = CONFIG.keys / "anchor.pem"
ANCHORS_FILE = CONFIG.anchors
EDITIONS = CONFIG.editions

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Django would log request paths; ours hold ids only, but a 404's may hold anything.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"}},
}
