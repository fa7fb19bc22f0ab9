"""From a prompt to a verified PNG on this machine: how long, and where the time goes.

    python tests/bench/prompt_to_png.py build/release/bin [MODEL]

Everything is real: coordinator, worker and renderer as processes, `gotong render` as the creator.
The model is warm, as in a pool at work; the renderer's cold start is a line of its own. Medians.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ["--steps", "20", "--guidance", "5", "--seed", "7"]


def median_of(rounds, measure):
    samples = [measure() for _ in range(rounds)]
    return {name: statistics.median(sample[name] for sample in samples) for name in samples[0]}


def seconds(command, **options):
    begin = time.perf_counter()
    done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **options)
    return time.perf_counter() - begin, done.stdout


class Pool:
    def __init__(self, programs, model, folder):
        self.gotong, self.data = programs / "gotong", folder / "pool"
        self.picture = folder / "picture.png"
        self.environment = dict(os.environ, GOTONG_HOME=str(folder / "home"))
        self.process = subprocess.Popen(
            [self.gotong, "up", "--data", self.data, "--models", model, "--listen", "127.0.0.1:0", "--http",
             "127.0.0.1:0", "--", "sleep", "3600"], env=self.environment)
        self.wait()

    def wait(self):
        for _ in range(600):
            status = subprocess.run([self.gotong, "status", "--data", self.data, "--json"], env=self.environment,
                                    capture_output=True, text=True)
            if status.returncode == 0 and json.loads(status.stdout).get("workers_online", 0) > 0:
                return
            time.sleep(0.1)
        raise SystemExit("the pool did not come up")

    def measure(self):
        wall, _ = seconds([self.gotong, "render", "a red apple", *SETTINGS, "--data", self.data, "--out", self.picture,
                           "--json"], env=self.environment)
        check, said = seconds([self.gotong, "verify", self.picture, "--json"], env=self.environment)
        claims = json.loads(said)["claims"]
        times = [datetime.fromisoformat(claims[key].replace("Z", "+00:00")) for key in ("started", "finished")]
        rendered = (times[1] - times[0]).total_seconds()
        return {"prompt to PNG": wall, "of that, the worker renders": rendered,
                "of that, everything else": wall - rendered, "verify": check}

    def stop(self):
        self.process.terminate()
        self.process.wait()


def renderer_alone(programs, model, folder):
    wall, said = seconds([programs / "gotong-renderer", "render", "--model", model, "--prompt", "a red apple",
                          *SETTINGS, "--out", folder / "alone.png"])
    load, text, denoise, decode = (float(ms) / 1e3 for ms in re.findall(r"([0-9.]+) ms", said))
    return {"renderer, cold start to a loaded model": wall - text - denoise - decode, "of that, the model": load,
            "text encoder": text, "20 guided steps": denoise, "VAE decode": decode}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("programs", type=Path)
    parser.add_argument("model", nargs="?", type=Path, default=ROOT / "models" / "emoji")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, programs = Path(name), options.programs.resolve()
        pool = Pool(programs, options.model, folder)
        try:
            pool.measure()  # Loads the model.
            figures = median_of(options.rounds, pool.measure)
        finally:
            pool.stop()
        figures.update(median_of(options.rounds, lambda: renderer_alone(programs, options.model, folder)))
    print("| figure | median |\n|---|---|")
    for name, value in figures.items():
        print(f"| {name} | {value * 1e3:.0f} ms |")


if __name__ == "__main__":
    main()
