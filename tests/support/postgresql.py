"""A private PostgreSQL server: a data folder of its own, a Unix socket only, never as root.

As a program it runs another beside such a server: postgresql.py PROGRAM [ARGUMENT...]. That finds
the server's folder in PORTAL_TEST_POSTGRESQL, may kill it (postmaster.pid in data/), and has it back
after a moment, or once the file "hold" is gone."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))
# No disk is waited for: what is tested is not PostgreSQL's.
SETTINGS = ("fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=200",
            "listen_addresses=", "autovacuum=off", "log_min_messages=warning")


class Server:
    def __init__(self, settings=(), rules=None):
        """`rules`: what pg_hba.conf says; without, everybody on the socket is let in."""
        self.folder = Path(tempfile.mkdtemp(prefix="portal-postgresql-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.settings = (*SETTINGS, *settings)
        self.process = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._as_owner("initdb", "--no-sync", "--no-instructions", "--auth=trust", "-U", "portald",
                       "--encoding=UTF8", "--locale=C.UTF-8", "-D", self.data)
        if rules:
            (self.data / "pg_hba.conf").write_text(rules, encoding="ascii")

    @property
    def data(self):
        return self.folder / "data"

    def url(self, database="postgres"):
        return f"postgresql://portald@/{database}?host={self.folder}"

    @staticmethod
    def _owner():
        return (["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
                if os.geteuid() == 0 else [])

    def _as_owner(self, program, *words):
        done = subprocess.run([*self._owner(), PROGRAMS / program, *words], cwd="/", text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{program}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        settings = [word for setting in self.settings for word in ("-c", setting)]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*self._owner(), PROGRAMS / "postgres", "-D", self.data, "-k", self.folder, *settings],
                cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            ready = subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", self.folder], check=False)
            if ready.returncode == 0:
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text(encoding="utf-8"))

    def stop(self, how=signal.SIGQUIT):
        """SIGQUIT: like a crash, in no time; SIGINT: in order."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, text, database="postgres"):
        return self._as_owner("psql", "-h", self.folder, "-U", "portald", "-d", database, "-qAtX",
                              "-v", "ON_ERROR_STOP=1", "-c", text).strip()

    def create(self, database):
        self.sql(f"create database {database}")
        return self.url(database)


def keep_alive(server, ended):
    """Starts it again whenever it was killed."""
    while not ended.wait(0.02):
        if server.process.poll() is not None and not (server.folder / "hold").exists():
            server.start()


def main():
    server = Server()
    ended = threading.Event()
    keeper = None
    try:
        server.start()
        keeper = threading.Thread(target=keep_alive, args=(server, ended))
        keeper.start()
        program = subprocess.run(
            sys.argv[1:], check=False,
            env={**os.environ, "PORTAL_TEST_POSTGRESQL": str(server.folder)})
        code = program.returncode
        if code != 0:
            sys.stderr.write((server.folder / "log").read_text(encoding="utf-8")[-3000:])
        return code if code >= 0 else 128 - code
    finally:
        ended.set()
        if keeper:
            keeper.join()
        server.remove()


if __name__ == "__main__":
    sys.exit(main())
