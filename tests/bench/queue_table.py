"""The queue and the pool under load against their goals, as one table.

    npm ci --prefix build/graphile          # after copying tests/bench/graphile/package*.json there
    python tests/bench/queue_table.py [--rows queue-one ...] [--rounds 5]

Needs Debian's postgresql and node for the rival, graphile-worker, which takes turns with us; everything is durable on
both sides. Each figure is a median of --rounds. Run it on a quiet machine.
"""

import argparse
import os
import statistics
from functools import partial
from pathlib import Path

import queue_rivals as by

ROOT = Path(__file__).resolve().parents[2]
CALLERS = 24


def median_of(options, measure):
    return statistics.median(measure() for _ in range(options.rounds))


def rates(seconds, jobs):
    going_in, coming_out = seconds
    return [jobs / going_in, jobs / coming_out, jobs / (going_in + coming_out)]


def shown(rate_in, rate_out, both):
    return f"{both:,.0f}/s (in {rate_in:,.0f}, out {rate_out:,.0f})"


def queue_row(options, jobs, batch):
    """In turns with graphile-worker, which gets fewer jobs: as many as take it about as long."""
    ours, theirs = [], []
    with by.postgresql() as database:
        contenders = [(by.Queue(options), jobs[0], batch[0], ours),
                      (by.Graphile(options, database), jobs[1], batch[1], theirs)]
        for _ in range(options.rounds):
            for contender, number, size, measured in contenders:
                measured.append(rates(contender.seconds(number, CALLERS, size), number))
    ours, theirs = ([statistics.median(each) for each in zip(*measured)] for measured in (ours, theirs))
    options.one_by_one = options.one_by_one or theirs[-1]
    return shown(*ours), shown(*theirs), f"{ours[-1] / theirs[-1]:.1f}x"


def path_row(options):
    figures = [by.named_numbers(options.build / "bench" / "pool_bench", "path", 16, 2000)
               for _ in range(options.rounds)]
    rate = statistics.median(each["jobs_per_second"] for each in figures)
    theirs = options.one_by_one
    return f"{rate:,.0f}/s", f"{theirs:,.0f}/s" if theirs else "-", f"{rate / theirs:.2f}x" if theirs else "-"


def cpu_row(options):
    figures = [by.named_numbers(options.build / "bench" / "pool_bench", "path", 16, 2000)
               for _ in range(options.rounds)]
    median = {name: statistics.median(each[name] for each in figures) for name in figures[0]}
    signatures = 2 * median["sign_us"] + median["verify_us"]
    return f"{median['cpu_us_per_job']:.0f} µs, of them signatures {signatures:.0f}", "-", "-"


def start_row(options):
    figures = [by.named_numbers(options.build / "bench" / "pool_bench", "start", 300) for _ in range(options.rounds)]
    p50, p99 = (statistics.median(each[name] for each in figures) for name in ("p50_ms", "p99_ms"))
    return f"p50 {p50:.2f} ms, p99 {p99:.2f} ms", "-", "-"


def streams_row(options):
    """Once: setting ten thousand streams up takes minutes."""
    load = options.build / "bench" / "load_bench"
    bare = by.named_numbers(load, "bare", options.streams, 60)
    pool = by.named_numbers(load, "pool", options.streams, 60)
    ours = f"{pool['kib_per_stream']:.0f} KiB each, {pool['cpu_percent']:.1f} % of a core"
    theirs = f"{bare['kib_per_stream']:.0f} KiB, {bare['cpu_percent']:.1f} %"
    return ours, theirs, f"+{pool['kib_per_stream'] - bare['kib_per_stream']:.0f} KiB"


def busy_row(options):
    pool = by.named_numbers(options.build / "bench" / "load_bench", "pool", options.streams, 60, options.rate)
    return f"{pool['jobs_per_second']:.0f} jobs/s, {pool['cpu_percent']:.0f} % of a core", "-", "-"


def growth_row(options, jobs=20_000):
    queue = by.Queue(options)
    few, many = ([], [])
    for _ in range(options.rounds):
        for backlog, measured in ((1_000, few), (1_000_000, many)):
            measured.append(queue.with_backlog(jobs, CALLERS, 1, backlog))
    (few, few_cpu), (many, many_cpu) = ([statistics.median(each) for each in zip(*measured)]
                                        for measured in (few, many))
    change = f"{100 * (few / many - 1):+.0f} %, of CPU time {100 * (many_cpu / few_cpu - 1):+.0f} %"
    return f"{jobs / many:,.0f}/s", f"{jobs / few:,.0f}/s with 1,000", change


# name: what, against whom, measure(options) -> (ours, theirs, ratio), goal.
ROWS = {
    "queue-one": ("queue alone, one job a call", "graphile-worker, addJob",
                  partial(queue_row, jobs=(50_000, 5_000), batch=(1, 1)), "15x"),
    "queue-batched": ("queue alone, batched", "graphile-worker, addJobs and local queue",
                      partial(queue_row, jobs=(100_000, 50_000), batch=(16, 500)), "3x"),
    "path": ("submit → offer → result → accepted, 16 workers", "graphile-worker, addJob", path_row, "2x"),
    "start": ("submit → worker's start, idle pool", "-", start_row, "1 ms, 5 ms"),
    "cpu": ("coordinator's CPU for a job, submission to acceptance", "-", cpu_row, "150 µs without signatures"),
    "streams": ("idle worker streams with TLS", "a bare gRPC server", streams_row, "+20 KiB, 3 %"),
    "busy": ("jobs done beside them", "-", busy_row, "200/s"),
    "growth": ("queue alone with 1,000,000 waiting", "itself", growth_row, "-10 %"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--graphile", type=Path, default=ROOT / "build" / "graphile", help="its installation by npm")
    parser.add_argument("--rows", nargs="*", choices=ROWS, default=list(ROWS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=200.0, help="jobs a second beside the streams")
    options = parser.parse_args()
    options.one_by_one = None  # The rival's jobs per second, known once its row was measured.
    print(f"{os.cpu_count()} processors, {options.rounds} rounds, load {os.getloadavg()[0]:.1f} at the start\n")
    print("| what | against | ours | theirs | ratio | goal |\n|---|---|---|---|---|---|")
    for name in options.rows:
        what, rival, row, goal = ROWS[name]
        ours, theirs, ratio = row(options)
        print(f"| {what} | {rival} | {ours} | {theirs} | **{ratio}** | {goal} |", flush=True)


if __name__ == "__main__":
    main()
