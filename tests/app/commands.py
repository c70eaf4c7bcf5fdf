"""Runs the console command as a person would, in an environment without anything of this test run."""

import os
import subprocess
import sys

OURS = ("THROUGHCARE_", "DATABASE_URL", "OWNER_DATABASE_URL", "DJANGO_")


def bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def throughcare(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "throughcare.app", *words]
    environment = {**bare_environment(), **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
