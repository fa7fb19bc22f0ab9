"""The attacks that Debian's gRPC 1.51 falls to, against the documented front.

While each goes on, a worker and a creator who come through the front from another address finish a
picture, and the coordinator behind it hardly notices. What the first attack does to a bare coordinator:
tests/coordinator/rpc/probe_test.cc.
"""

import contextlib
import itertools
import pathlib
import socket
import ssl
import struct
import threading
import time
import urllib.error
import urllib.request

import pytest
from pool import PATIENCE, Pool, haproxy, split, wait_until

pytestmark = pytest.mark.skipif(haproxy() is None, reason="haproxy is not installed")

# On Linux the whole of 127/8 is this machine. Who was counted out stays so for some seconds: each test
# has a stranger of its own.
STRANGERS = (f"127.0.0.{n}" for n in itertools.count(2))
IDLE = 600
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, HEADERS, CONTINUATION, GOAWAY, RST_STREAM = 4, 1, 9, 7, 3


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    running = Pool(tmp_path_factory.mktemp("front"))
    try:
        running.start_front()
        running.join_worker()
        running.render("first")  # The worker is there, and its model loaded.
        yield running
    finally:
        running.stop()


@pytest.fixture
def stranger():
    return next(STRANGERS)


def connect(address, source):
    return socket.create_connection(split(address), 10, source_address=(source, 0))


def trusting():
    """A context that believes whatever certificate it is shown, and loads no others."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def handshake(raw, alpn=("h2",)):
    context = trusting()
    context.set_alpn_protocols(list(alpn))
    return context.wrap_socket(raw)


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def is_closed(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True


def test_idle_connections_of_one_stranger_are_bounded_and_the_pool_serves_on(pool, stranger):
    with contextlib.ExitStack() as crowd:
        connections = []
        for _ in range(IDLE):
            with contextlib.suppress(OSError):
                connections.append(crowd.enter_context(connect(pool.front_grpc, stranger)))
        wait_until(lambda: sum(map(is_closed, connections)) >= len(connections) - 128, 30)
        pool.render("crowded")
    pool.render("after the crowd")  # Accepting goes on when they are gone.
    assert pool.coordinator.poll() is None


def test_strangers_never_reach_the_coordinator_without_a_request(pool, stranger):
    def descriptors():
        return len(list(pathlib.Path(f"/proc/{pool.coordinator.pid}/fd").iterdir()))

    before = descriptors()
    with contextlib.ExitStack() as crowd:
        for _ in range(100):
            raw = crowd.enter_context(connect(pool.front_grpc, stranger))
            crowd.enter_context(handshake(raw))
        assert descriptors() <= before + 2
        pool.render("beside handshakes")


def endless_header(connection, most):
    """Sends one header in CONTINUATION frames; the bytes that went out before the peer had enough."""
    connection.settimeout(10)
    connection.sendall(PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, 0, 1, b"\x00"))
    # A literal without indexing whose name is endless: 0x7f and seven more bits at a time.
    name = b"\x7f\xff\xff\xff\x7f" + b"a" * 16_000
    sent = 0
    piece = frame(CONTINUATION, 0, 1, b"a" * 16_000)
    try:
        connection.sendall(frame(CONTINUATION, 0, 1, name))
        while sent < most:
            connection.sendall(piece)
            sent += len(piece)
    except OSError:
        pass
    return sent


def test_an_endless_header_ends_its_own_connection_and_costs_the_coordinator_nothing(pool, stranger):
    cpu = pool.cpu_seconds(pool.coordinator)
    sent = []

    def attack():
        with contextlib.suppress(OSError), handshake(connect(pool.front_grpc, stranger)) as connection:
            sent.append(endless_header(connection, 8 << 20))

    threads = [threading.Thread(target=attack) for _ in range(8)]
    for thread in threads:
        thread.start()
    pool.render("beside headers")
    for thread in threads:
        thread.join(PATIENCE)
    assert len(sent) == 8 and max(sent) < 4 << 20, sent
    # One picture's worth; the header alone costs the bare server seconds.
    assert pool.cpu_seconds(pool.coordinator) - cpu < 1.5


def test_a_head_that_never_ends_is_cut_off(pool, stranger):
    with handshake(connect(pool.front_http, stranger), ["http/1.1"]) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        begun = time.monotonic()
        connection.settimeout(60)
        answer = b""
        with contextlib.suppress(OSError):
            answer = connection.recv(4096)
        assert answer.startswith(b"HTTP/1.0 408") or answer.startswith(b"HTTP/1.1 408") or not answer
        assert time.monotonic() - begun < 30


def get(pool, path):
    address = f"https://{pool.front_http}{path}"
    try:
        return urllib.request.urlopen(address, timeout=30, context=trusting()).status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_the_front_shows_health_and_no_metrics(pool):
    assert get(pool, "/healthz") == 200
    assert get(pool, "/metrics") == 404


def test_heads_that_are_too_large_are_refused_by_the_front(pool, stranger):
    with handshake(connect(pool.front_http, stranger), ["http/1.1"]) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9_000 + b"\r\n\r\n")
        assert b" 400 " in connection.recv(4096).splitlines()[0]
