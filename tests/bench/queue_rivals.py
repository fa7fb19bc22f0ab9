"""What queue_table.py measures, each as a function that returns its figures; and PostgreSQL for the rival."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent


def said_by(*words, env=None):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, env=env)
    if done.returncode != 0:
        raise SystemExit(f"{words}: {done.stderr}")
    return done.stdout


def numbers(*words, env=None):
    return list(map(float, said_by(*words, env=env).split()))


def named_numbers(*words):
    """Of a program that prints a name and a number a line; each under its last value."""
    return {name: float(value) for name, value in map(str.split, said_by(*words).splitlines())}


class Queue:
    """The core on SQLite (queue_bench.cc)."""

    def __init__(self, options):
        self.program = options.build / "bench" / "queue_bench"

    def seconds(self, jobs, callers, count):
        going_in, _, coming_out, _ = numbers(self.program, jobs, callers, count)
        return going_in, coming_out

    def with_backlog(self, jobs, callers, count, backlog):
        """Seconds, and the processor's."""
        return numbers(self.program, jobs, callers, count, backlog)


class Graphile:
    """graphile-worker on a PostgreSQL that keeps its defaults: fsync and synchronous_commit are on."""

    def __init__(self, options, database):
        self.installation, self.database = options.graphile, database

    def seconds(self, jobs, callers, batch):
        said_by(*self.database.psql, "-c", "DROP SCHEMA IF EXISTS graphile_worker CASCADE")
        return numbers("node", HERE / "graphile" / "rival.mjs", self.database.url, jobs, callers, batch,
                       env=os.environ | {"GRAPHILE": str(self.installation)})


class Database:
    """It refuses to run as root, so it runs as `postgres` there."""

    def __init__(self, folder, programs):
        self.folder, self.programs = folder, programs
        self.url = f"postgres:///postgres?host={folder}&user=postgres"
        self.psql = [programs / "psql", "-q", "-h", folder, "-U", "postgres", "postgres"]

    def run(self, program, *words):
        command = [str(word) for word in (self.programs / program, *words)]
        user = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)

    def start(self):
        self.run("initdb", "-D", self.folder / "data", "-A", "trust", "-U", "postgres")
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log",
                 "-o", f"-c listen_addresses='' -k {self.folder}", "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")


@contextmanager
def postgresql():
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if programs is None:
        raise SystemExit("Debian's postgresql is needed for the rival")
    # Where our own databases lie too: the same disk.
    folder = Path(tempfile.mkdtemp(prefix="gotong-bench-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    database = Database(folder, programs)
    database.start()
    try:
        yield database
    finally:
        database.stop()
        shutil.rmtree(folder)
