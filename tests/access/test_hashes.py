"""Guessing is dear: what a password and a PIN are hashed with where real people sign in, asked of a process of its own."""

import subprocess
import sys

from django.contrib.auth.hashers import identify_hasher

from tests.app.commands import bare_environment

ASK = """
import django
django.setup()
from django.contrib.auth.hashers import make_password
print(make_password("quiet-otter-walks-home"))
"""


def test_a_hash_costs_a_guesser_a_hundred_mebibytes_twice_over() -> None:
    """At least the work of RFC 9106 (section 4) where memory is short: Argon2id, three passes over 64 MiB."""
    environment = {**bare_environment(), "DJANGO_SETTINGS_MODULE": "throughcare.app.settings"}
    asked = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
    hashed = asked.stdout.strip()
    assert hashed.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$"), hashed
    decoded = identify_hasher(hashed).decode(hashed)
    assert decoded["memory_cost"] * decoded["time_cost"] >= 64 * 1024 * 3, "memory times passes, in KiB"
