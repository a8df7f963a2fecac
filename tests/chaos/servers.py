"""Servers of our own that can be stopped and killed: PostgreSQL, Redis, and mail servers that misbehave."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from tests.conftest import free_port


def postgres_programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(folders[-1]) if folders else shutil.which("initdb")
    return Path(found).parent if found else None


REDIS = shutil.which("redis-server")


class Postgres:
    """A cluster in `folder`, run by `postgres` when we are root, which it refuses to be."""

    def __init__(self, folder: Path) -> None:
        programs = postgres_programs()
        assert programs
        self.programs, self.folder, self.port = programs, folder, free_port()
        self.user: dict[str, Any] = {}
        folder.mkdir()
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._run("initdb", "-D", folder / "data", "-U", "resoc", "-A", "trust", "--no-sync", "-E", "UTF8")
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write(
                f"port={self.port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories='{folder}'\n"
                "fsync=off\nmax_connections=120\n"
            )
        self.start()

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.programs / program), *map(str, arguments)]
        done = subprocess.run(  # noqa: S603
            command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **self.user
        )
        assert not done.returncode, done.stdout

    def start(self) -> None:
        log = self.folder / "log"
        command = [str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-l", str(log), "start"]
        subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, check=True, **self.user)  # noqa: S603

    def stop(self, mode: str = "immediate") -> None:
        """Stop at once, as when the machine loses its power."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", mode, "-w", "stop")

    def hang(self) -> None:
        """Let every process of it stand still, from now on; or go on, after `wake`."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        main = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(main, number)  # first, so that it makes no more of them
        for pid in Path(f"/proc/{main}/task/{main}/children").read_text().split():
            os.kill(int(pid), number)

    def close(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()

    def create(self, name: str, template: str = "template1", disk: Path | None = None) -> str:
        """Make a database, its tables on `disk` if there is one; returns its address."""
        address = f"postgres://resoc@127.0.0.1:{self.port}/"
        where = ""
        if disk:
            os.chown(disk, self.user["user"], self.user["group"])
            self.run(f"CREATE TABLESPACE {name} LOCATION '{disk}'")
            where = f"TABLESPACE {name}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} {where}")
        return address + name

    def run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"postgres://resoc@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(statement)


class Redis:
    """A Redis that keeps nothing, on a port of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"redis://127.0.0.1:{self.port}/1"
        self.start()

    def start(self) -> None:
        command = [str(REDIS), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL)  # noqa: S603
        end = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert time.monotonic() < end, "Redis did not start"
                time.sleep(0.02)
            else:
                return

    def hang(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class MailServer:
    """Says `answers` to each command, by its first word; hangs where there is none."""

    def __init__(self, greeting: str = "220 ready", **answers: str) -> None:
        self.greeting, self.answers = greeting, answers
        self.letters: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lines: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                line, _address = self.listener.accept()
            except OSError:
                return
            self.lines.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        try:
            if self.greeting:
                line.sendall(f"{self.greeting}\r\n".encode())
            with line.makefile("rb") as file:
                for command in file:
                    word = command.split()[0].decode().lower() if command.split() else ""
                    if word not in self.answers:
                        continue
                    line.sendall(f"{self.answers[word]}\r\n".encode())
                    if word == "data" and self.answers[word].startswith("354"):
                        letter = b""
                        for part in file:
                            if part == b".\r\n":
                                break
                            letter += part
                        self.letters.append(letter)
                        line.sendall(f"{self.answers['dot']}\r\n".encode())
        except OSError:
            pass

    def close(self) -> None:
        self.listener.close()
        for line in self.lines:
            line.close()
