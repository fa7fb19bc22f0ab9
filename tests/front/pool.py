"""A pool of real programs, with or without the documented front before it."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["GOTONG_BIN_DIR"])
CONFIG = ROOT / "deploy" / "haproxy" / "gotong.cfg"
PATIENCE = 120  # Seconds; the machine may be busy.
GENTLE = {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "2"}


def haproxy():
    """The program; None where it is not installed."""
    return shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.05)


class Pool:
    """Coordinator on loopback with a certificate of its own making, as docs/operate.md sets it up."""

    def __init__(self, folder):
        self.folder = folder
        self.data = folder / "pool"
        self.environment = {**os.environ, **GENTLE, "GOTONG_HOME": str(folder / "home")}
        self.processes = []
        self.make_certificate()
        self.front_grpc = f"127.0.0.1:{free_port()}"
        self.front_http = f"127.0.0.1:{free_port()}"
        tls = self.data / "tls"
        self.coordinator = self.serve(
            "127.0.0.1:0",
            ["--tls-cert", tls / "certificate.pem", "--tls-key", tls / "key.pem"]
            + ["--public-address", self.front_grpc, "--public-url", f"https://{self.front_http}"],
        )
        endpoints = json.loads((self.data / "endpoints.json").read_text())
        self.grpc, self.http = endpoints["grpc"], endpoints["http"]
        self.gotong("models", "add", str(ROOT / "models" / "emoji"))

    def start(self, name, command, environment=None):
        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen(
            [str(word) for word in command],
            env=environment or self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        self.processes.append(process)
        return process

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def serve(self, listen, flags=()):
        endpoints = self.data / "endpoints.json"
        endpoints.unlink(missing_ok=True)
        command = [BIN / "gotong-coordinator", "--data", self.data, "--listen", listen]
        process = self.start("coordinator", [*command, "--http", "127.0.0.1:0", *flags])
        wait_until(lambda: endpoints.exists() or process.poll() is not None)
        assert process.poll() is None, self.log("coordinator")
        return process

    def make_certificate(self):
        """The one that a coordinator makes as soon as it is to serve others."""
        process = self.serve("0.0.0.0:0")
        process.terminate()
        assert process.wait(PATIENCE) == 0

    def start_front(self):
        tls = self.data / "tls"
        pem = self.folder / "front.pem"
        pem.write_bytes((tls / "certificate.pem").read_bytes() + (tls / "key.pem").read_bytes())
        # Only the lines that need root are left out.
        lines = CONFIG.read_text().splitlines(keepends=True)
        config = self.folder / "haproxy.cfg"
        config.write_text("".join(x for x in lines if x.split()[:1] not in (["user"], ["group"])))
        environment = {
            **os.environ,
            "GOTONG_FRONT_PEM": str(pem),
            "GOTONG_FRONT_MAXCONN": "1500",  # Each takes two descriptors; few containers give many.
            "GOTONG_FRONT_GRPC": self.front_grpc,
            "GOTONG_FRONT_HTTP": self.front_http,
            "GOTONG_POOL_GRPC": self.grpc,
            "GOTONG_POOL_HTTP": self.http,
            "GOTONG_FRONT_SOCKET": str(self.folder / "haproxy.sock"),
        }
        self.front = self.start("front", [haproxy(), "-db", "-f", config], environment)
        wait_until(lambda: self.accepts(self.front_grpc) or self.front.poll() is not None)
        assert self.front.poll() is None, self.log("front")

    def accepts(self, address):
        try:
            socket.create_connection(split(address), 1).close()
        except OSError:
            return False
        return True

    def gotong(self, *words):
        command = [str(BIN / "gotong"), *words, "--data", str(self.data)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def join_worker(self):
        """Through whatever the invite names: the front."""
        worker = self.folder / "worker"
        joined = subprocess.run(
            [BIN / "gotong-worker", "join", self.gotong("invite"), "--data", worker]
            + ["--models", ROOT / "models", "--name", "worker", "--no-run"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert joined.returncode == 0, joined.stdout + joined.stderr
        self.start(
            "worker",
            [BIN / "gotong-worker", "run", "--data", worker, "--threads", "2", "--nice", "0"],
        )

    def render(self, name, steps=4, address=None):
        """As somebody who has an address and a token only; the picture's path."""
        picture = self.folder / f"{name}.png"
        token = (self.data / "creator.token").read_text().strip()
        done = subprocess.run(
            [BIN / "gotong", "render", "a red apple", "--steps", str(steps), "--out", picture]
            + ["--coordinator", address or self.front_grpc, "--token", token],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stdout + done.stderr + self.log("worker")
        return picture

    def cpu_seconds(self, process):
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def split(address):
    host, _, port = address.rpartition(":")
    return host, int(port)
