"""`deploy/install` in a folder that stands for a machine, with small programs in the place of those of the system.

There is no systemd here, no apt and no authority for certificates: what they are asked is written down in
`calls`. The small site has a `manage.py` of a few lines, so that a run takes no minute; the whole one has ours.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from compileall import compile_dir
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "www.example.org"
OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
DEFAULT_SITE = "server { listen 80 default_server; }\n"
LOGGED = (
    '#!/bin/sh\necho "{name} $*" >> "{calls}"\n[ "${{FAILS:-}}" != {name} ] || {{ echo "{name} fails" >&2; exit 1; }}\n'
)
STUBS = {
    "apt-get": "",
    "chown": "",
    "useradd": 'touch "{root}/made-user"',
    "age-keygen": 'echo "# public key: age1qqqq"; echo AGE-SECRET-KEY-1QQQQ',
    "age": "",
    "getent": 'case "$1" in passwd) [ -e "{root}/made-user" ];; *) [ -n "${{DNS:-}}" ];; esac',
    "dpkg-query": 'case "$*" in *Conffiles*) echo " /etc/nginx/sites-available/default {digest}";;'
    ' *) [ -z "${{BARE:-}}" ] && echo "ii ";; esac',
    "runuser": 'shift 3; exec "$@"',
    "nginx": 'case "$1" in -v) echo "nginx version: nginx/${{NGINX:-1.22.1}}" >&2;; *) '
    '! grep -q broken "{root}/etc/nginx/conf.d/resoc.conf" || {{ echo "nginx: [emerg] broken" >&2; exit 1; }};; esac',
    "openssl": 'while [ $# -gt 0 ]; do case "$1" in -keyout|-out) echo made > "$2"; shift;; esac; shift; done',
    "certbot": '[ -z "${{REFUSED:-}}" ] || {{ echo "  Detail: no valid A records"; exit 1; }}; '
    'mkdir -p "{root}/etc/letsencrypt/live/resoc"; cd "{root}/etc/letsencrypt/live/resoc"; '
    "echo real > fullchain.pem; echo real > privkey.pem",
    "systemctl": 'case "$1" in is-active) [ -e "{root}/running" ];; stop) rm -f "{root}/running";; '
    'restart) case "$2" in resoc*) if [ -n "${{NO_START:-}}" ] && [ "$(readlink "{root}/srv/resoc/current")" = '
    '"releases/$NO_START" ]; then rm -f "{root}/running"; exit 1; fi; '
    'readlink "{root}/srv/resoc/current" > "{root}/running"; '
    '[ -e "{root}/var/lib/resoc/db.sqlite3" ] || echo new > "{root}/var/lib/resoc/db.sqlite3";; esac;; esac',
}
MANAGE = """
import os, sys
from pathlib import Path
data = Path(os.environ["DATA_DIR"])
command = sys.argv[1]
if "malformed" in os.environ.get("EMAIL_URL", ""):
    sys.exit("Configuration: EMAIL_URL is malformed.")
key = data / "var" / "secret_key"
if not key.exists():
    key.write_text("made by the site")
said = sys.argv[-1]
apart = data / "tables-set-aside"
if command == "shell" and "pg_has_role" in said:
    print("may:", (not os.environ.get("NO_RIGHT"),))
elif command == "shell" and "rename to resoc_set_aside" in said:
    (data / "db.sqlite3").rename(apart)
elif command == "shell" and "alter schema resoc_set_aside" in said:
    if apart.exists():
        apart.replace(data / "db.sqlite3")
elif command == "shell" and "drop schema if exists resoc_set_aside" in said:
    apart.unlink(missing_ok=True)
elif command == "shell":
    print("unknown:", 1 if (data / "db.sqlite3").read_text().startswith("newer") and VERSION == "1.0.0" else 0)
elif command == "backup":
    file = Path(sys.argv[-1])
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{VERSION} {key.read_text()} " + (data / "db.sqlite3").read_text())
elif command == "changes":
    print("5 saves and 2 publications")
elif command == "restore":
    version, of, rest = Path(sys.argv[-1]).read_text().split(" ", 2) if Path(sys.argv[-1]).stat().st_size else [""] * 3
    if not version or (of != key.read_text() and "--foreign" not in sys.argv):
        sys.exit("This archive is foreign. Nothing was changed.")
    assert not (data / "db.sqlite3").exists(), "this database is not empty"
    (data / "db.sqlite3").write_text("half")
    (data / "db.sqlite3").write_text(rest)
elif command == "doctor" and os.environ.get("ILL"):
    sys.exit("1 of these must be mended.")
"""
VENV = """
import sys
from pathlib import Path
bin = Path(__file__).resolve().parents[1] / ".venv" / "bin"
bin.mkdir(parents=True, exist_ok=True)
python = bin / "python"
python.unlink(missing_ok=True)
python.symlink_to(sys.executable)
"""
# Ends the installer, as a power cut would, at the change with this number: files, links, folders and programs.
KILLED = """
import os, sys
sys.path.append(sys.argv.pop(1))
at, count = int(os.environ["KILLED_AT"]), 0
CHANGES = {"os.rename", "os.remove", "os.symlink", "os.mkdir", "os.rmdir", "os.chmod", "subprocess.Popen"}
def hook(event, arguments):
    global count
    if event in CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & 3):
        count += 1
        if count == at:
            os._exit(137)
sys.addaudithook(hook)
from installer.main import main
try:
    main()
finally:
    print("changes:", count)
"""


class Scratch:
    """A machine that is a folder, and the code to install on it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.source, self.stubs = folder / "machine", folder / "the code", folder / "stubs"
        self.calls = folder / "calls"
        for path, text in {
            "etc/os-release": OS_RELEASE,
            "etc/nginx/nginx.conf": "",
            "etc/nginx/sites-available/default": DEFAULT_SITE,
            "proc/net/if_inet6": "00000000000000000000000000000001 01 80 10 80 lo\n",
        }.items():
            self.put(path, text)
        for each in ("run/systemd/system", "etc/nginx/conf.d", "etc/nginx/sites-enabled", "var/log/nginx", "root"):
            (self.root / each).mkdir(parents=True)
        (self.root / "etc/nginx/sites-enabled/default").symlink_to(self.root / "etc/nginx/sites-available/default")
        self.stubs.mkdir()
        digest = hashlib.md5(DEFAULT_SITE.encode(), usedforsecurity=False).hexdigest()
        for name, body in STUBS.items():
            head = LOGGED.format(name=name, calls=self.calls)
            self.stub(name, head + body.format(root=self.root, digest=digest) + "\n")
        # The one of these tests, and not a script that looks for one of several versions.
        (self.stubs / "python3").symlink_to(Path(sys.executable).resolve())
        self.make_source("1.0.0")

    def put(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def stub(self, name: str, text: str) -> None:
        path = self.stubs / name
        path.unlink(missing_ok=True)  # it may be a link
        path.write_text(text)
        path.chmod(0o755)

    def make_source(self, version: str) -> None:
        """The small site, in this version."""
        if self.source.exists():
            shutil.rmtree(self.source)
        compile_dir(ROOT / "deploy" / "installer", quiet=2)  # once: each run would compile all of it anew
        shutil.copytree(ROOT / "deploy", self.source / "deploy")
        (self.source / "deploy" / "venv.py").write_text(VENV)
        (self.source / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
        (self.source / "manage.py").write_text(f"VERSION = {version!r}\n{MANAGE}")
        (self.source / ".git").mkdir()
        (self.source / "media").mkdir()
        (self.source / "media" / "of-a-trial.jpg").write_text("x")

    def environment(self, **variables: str) -> dict[str, str]:
        return {"PATH": f"{self.stubs}:{os.environ['PATH']}", "LANG": "C.UTF-8"} | variables

    def install(self, *options: str, said: str = "", name: str | None = NAME, **variables: str):
        command = [self.source / "deploy" / "install", *([name] if name else []), "--root", self.root, *options]
        return self._run(command, said, variables)

    def installed(self, *options: str, **variables: str):
        """As `install`, and it must go well."""
        done = self.install(*options, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def kill(self, at: int, *options: str, said: str = "", name: str | None = NAME, **variables: str):
        """As `install`, and ended at the change with number `at`."""
        command = ["python3", "-I", "-B", "-c", KILLED, self.source / "deploy", *([name] if name else [])]
        return self._run([*command, "--root", self.root, *options], said, variables | {"KILLED_AT": str(at)})

    def _run(self, command, said: str, variables: dict[str, str]):
        return subprocess.run(  # noqa: S603
            [str(each) for each in command],
            env=self.environment(**variables),
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def called(self, pattern: str) -> list[str]:
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line for line in lines if re.search(pattern, line)]

    def snapshot(self) -> dict[str, str]:
        """What the machine holds, with modes; without what differs each time."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if re.search(r"secret|recovery|\.lock$|__pycache__|made-user|state\.json", name):
                continue
            if path.is_symlink():
                found[name] = f"-> {path.readlink()}"
            elif path.is_file():
                found[name] = f"{path.stat().st_mode & 0o777:o} {path.read_text(errors='replace')}"
            else:
                found[name] = "/"
        return found
