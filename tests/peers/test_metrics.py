"""What /metrics says, as Prometheus' own Python parser reads it, against docs/metrics.md."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

ROOT = pathlib.Path(__file__).resolve().parents[2]
COORDINATOR = os.environ["GOTONG_COORDINATOR_BINARY"]
PATIENCE = 60  # Seconds; the machine may be busy.
GRPC_CODES = 16


class Pool:
    def __init__(self, *flags):
        self.folder = tempfile.TemporaryDirectory()
        self.data = pathlib.Path(self.folder.name) / "pool"
        command = [COORDINATOR, "--data", str(self.data), "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen([*command, "--http", "127.0.0.1:0", *flags])
        endpoints = self.data / "endpoints.json"
        deadline = time.monotonic() + PATIENCE
        while not endpoints.exists():
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        self.http = json.loads(endpoints.read_text())["http"]

    def token(self):
        return (self.data / "metrics.token").read_text().strip()

    def get(self, token=None):
        request = urllib.request.Request(f"http://{self.http}/metrics")
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        return urllib.request.urlopen(request, timeout=PATIENCE)

    def families(self):
        text = self.get(self.token()).read().decode()
        return {family.name: family for family in text_string_to_metric_families(text)}

    def stop(self):
        self.process.terminate()
        assert self.process.wait(PATIENCE) == 0
        self.folder.cleanup()


@pytest.fixture(scope="module")
def pool():
    running = Pool("--probe-every", "1")
    yield running
    running.stop()


def documented():
    """Name -> (type, {label: values}) of the page's table."""
    rows = {}
    for line in (ROOT / "docs" / "metrics.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 7 or not cells[1].startswith("`"):
            continue
        labels = {}
        for part in filter(None, cells[4].split(";")):
            name, _, values = part.partition(":")
            labels[name.strip(" `")] = {value.strip() for value in values.split(",")}
        rows[cells[1].strip("`")] = (cells[2], cells[3], labels)
    return rows


def exposed_name(family):
    return f"{family.name}_total" if family.type == "counter" else family.name


def test_the_page_lists_exactly_what_the_coordinator_shows(pool):
    shown = {exposed_name(family): family.type for family in pool.families().values()}
    assert shown == {name: kind for name, (kind, _, _) in documented().items()}


def test_the_page_lists_every_label_and_its_values(pool):
    page = documented()
    for family in pool.families().values():
        _, _, labels = page[exposed_name(family)]
        seen = {}
        for sample in family.samples:
            for label, value in sample.labels.items():
                if label != "le":
                    seen.setdefault(label, set()).add(value)
        assert set(seen) == set(labels), family.name
        for label, values in seen.items():
            if label == "reason":
                assert len(values) == GRPC_CODES
            elif label != "version":
                assert values == labels[label], family.name


def test_names_end_in_their_unit_and_each_has_a_help_text(pool):
    for family in pool.families().values():
        name, unit = family.name, documented()[exposed_name(family)][1]
        assert family.documentation, name
        assert re.fullmatch("(gotong|process)_[a-z_]+", name)
        if unit in ("seconds", "bytes"):
            assert name.endswith(f"_{unit}"), name


def test_histograms_are_cumulative_and_end_in_their_count(pool):
    for family in pool.families().values():
        if family.type != "histogram":
            continue
        buckets = [s.value for s in family.samples if s.name.endswith("_bucket")]
        (count,) = [s.value for s in family.samples if s.name.endswith("_count")]
        assert buckets == sorted(buckets) and buckets[-1] == count


def test_numbers_follow_what_happens(pool):
    def probes():
        return {s.labels["result"]: s.value for s in pool.families()["gotong_self_probes"].samples}

    deadline = time.monotonic() + PATIENCE
    while probes()["answered"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert probes()["failed"] == 0
    families = pool.families()
    assert families["gotong_database_size_bytes"].samples[0].value >= 4096
    assert families["gotong_database_wal_size_bytes"].samples[0].value > 4096
    assert families["process_open_fds"].samples[0].value > 3
    assert abs(families["process_start_time_seconds"].samples[0].value - time.time()) < 600
    assert families["gotong_loop_step_seconds"].samples[-1].value > 0


def refusal(pool, token):
    with pytest.raises(urllib.error.HTTPError) as refused:
        pool.get(token)
    return refused.value.code


def test_only_the_token_opens_them(pool):
    assert refusal(pool, None) == 401
    assert refusal(pool, "gtm_wrong") == 401
    assert (pool.data / "metrics.token").stat().st_mode & 0o777 == 0o600
    answer = pool.get(pool.token())
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_they_can_be_open_or_off():
    opened = Pool("--metrics", "open")
    assert opened.get().status == 200
    opened.stop()
    closed = Pool("--metrics", "off", "--probe-every", "0")
    assert refusal(closed, "gtm_any") == 404
    closed.stop()
