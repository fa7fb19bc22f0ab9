"""Those who compete in engine_table.py: each answers commands with (wall ms, CPU ms)."""

import re
import subprocess
import sys
import tempfile
import threading
import time
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Program:
    """A process that answers one line for each line of its input (engine_bench.cc, diffusers_bench.py)."""

    def __init__(self, *words):
        self.process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def measure(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.process.args} gave no answer to {command}")
        return tuple(map(float, answer.split()))

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def engine(options, side):
    return Program(options.build / "bench" / "engine_bench", options.model, side, options.threads)


def diffusers(options, side, *more):
    return Program(sys.executable, HERE / "diffusers_bench.py", options.model, side, options.threads, *more)


def compiled_diffusers(options, side):
    return diffusers(options, side, "--compile")


@cache
def checkpoint_of(model):
    """The model as one file in the ldm layout; the folder that it lies in goes with the returned object."""
    sys.path.append(str(HERE.parent / "parity"))
    import ldm_writer
    from diffusers import StableDiffusionPipeline
    folder = tempfile.TemporaryDirectory()
    parts = StableDiffusionPipeline.from_pretrained(model, safety_checker=None).components
    ldm_writer.write(Path(folder.name) / "model.safetensors", "sd1", parts,
                     {"alphas_cumprod": parts["scheduler"].alphas_cumprod})
    return folder


class StableDiffusionCpp:
    """It has to have the model as one file. Renders a picture and reads its log, which tells of steps and decoding
    alike: both rows share the pictures. Loading counts for nothing, nor does CPU time."""

    STEPS = 3
    LINES = {"step": r" sampling completed, taking ([0-9.]+)s",
             "decode": r"decode_first_stage completed, taking ([0-9.]+)s"}
    logs = {}  # What it said of each picture so far, by precision.

    def __init__(self, options, side, dtype):
        self.folder = tempfile.TemporaryDirectory()
        self.said = self.logs.setdefault((dtype, side), [])
        self.read = 0
        model = Path(checkpoint_of(options.model).name) / "model.safetensors"
        self.words = [options.sdcpp, "-m", model, "-p", "a red apple", "--cfg-scale", "1", "-W", side,
                      "-H", side, "--steps", self.STEPS, "--sampling-method", "ddim_trailing", "-t", options.threads,
                      "--type", dtype, "-o", Path(self.folder.name) / "picture.png"]

    def measure(self, command):
        if self.read == len(self.said):
            done = subprocess.run([str(word) for word in self.words], capture_output=True, text=True, check=True)
            self.said.append(done.stdout + done.stderr)
        seconds = float(re.search(self.LINES[command], self.said[self.read]).group(1))
        self.read += 1
        return seconds * 1e3 / (self.STEPS if command == "step" else 1), float("nan")

    def stop(self):
        self.folder.cleanup()


def proportional_memory(process):
    """MiB, shared pages by their share: what the kernel calls PSS."""
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except (OSError, ProcessLookupError):
        return 0
    found = re.search(r"^Pss: +(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) / 1024 if found else 0


def peak_memory(process, is_done):
    peak = 0
    while not is_done():
        peak = max(peak, proportional_memory(process))
        time.sleep(0.05)
    return peak


def whole_job_of_engine(options, side, steps):
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [options.build / "bin" / "gotong-renderer", "render", "--model", options.model, "--prompt", "a red apple",
             "--size", f"{side}x{side}", "--steps", str(steps), "--threads", str(options.threads), "--device", "cpu",
             "--out", Path(folder) / "picture.png"], stdout=subprocess.DEVNULL)
        peak = peak_memory(process, lambda: process.poll() is not None)
        if process.returncode != 0:
            raise SystemExit("gotong-renderer failed")
    return peak


def whole_job_of_diffusers(options, side, steps):
    rival = diffusers(options, side)
    job = threading.Thread(target=rival.measure, args=[f"job {steps}"])
    job.start()
    peak = peak_memory(rival.process, lambda: not job.is_alive())
    rival.stop()
    return peak


def cold(start, command):
    """Milliseconds from a process's start to its first answer."""
    begin = time.perf_counter()
    contender = start()
    contender.measure(command)
    wall = (time.perf_counter() - begin) * 1e3
    contender.stop()
    return wall
