"""The engine against its rivals on this machine's CPU, as one table.

    python tests/bench/random_model.py --family sd15 /tmp/sd15
    python tests/bench/engine_table.py /tmp/sd15 --sdcpp sd-cli [--rows unet-256 ...]

Everyone has the same weights and threads and takes turns; each figure is a median of --rounds, after one round that
warms up. Run it on a quiet machine: the ratio of CPU times is the sturdier one where that cannot be had.
stable-diffusion.cpp is built elsewhere; without --sdcpp its rows are left out, with a word.
"""

import argparse
import os
import statistics
import subprocess
from functools import partial
from pathlib import Path

import contenders as by

ROOT = Path(__file__).resolve().parents[2]


def in_turns(options, ours, theirs, commands):
    """Medians of wall and CPU time of two contenders, whose commands may differ."""
    pair = [ours, theirs]
    times = [[], []]
    for number in range(options.rounds + 1):
        for contender, command, measured in zip(pair, commands, times):
            sample = contender.measure(command)
            if number > 0:
                measured.append(sample)
    for contender in set(pair):
        contender.stop()
    return [tuple(map(statistics.median, zip(*measured))) for measured in times]


def times_row(options, start_rival, command, side):
    return in_turns(options, by.engine(options, side), start_rival(options, side), [command, command])


def sdcpp_row(options, dtype, command, side):
    return times_row(options, partial(by.StableDiffusionCpp, dtype=dtype), command, side)


def batch_row(options, pictures, side):
    """A picture among several against one alone, by the denoiser's call."""
    engine = by.engine(options, side)
    together, alone = in_turns(options, engine, by.engine(options, side), [f"step {pictures} 5", "step 1 5"])
    return [tuple(time / pictures for time in together), alone]


def cold_row(options, command, side):
    samples = [[by.cold(partial(start, options, side), command) for start in (by.engine, by.diffusers)]
               for _ in range(options.rounds + 1)]
    return [(statistics.median(each), float("nan")) for each in zip(*samples[1:])]


def memory_row(options, side, steps):
    samples = [[job(options, side, steps) for job in (by.whole_job_of_engine, by.whole_job_of_diffusers)]
               for _ in range(min(options.rounds, 3))]
    return [(statistics.median(each), float("nan")) for each in zip(*samples)]


def png_row(options):
    """png_bench takes its own turns: our milliseconds, libpng's, our bytes, libpng's; one line a picture."""
    said = subprocess.run([options.build / "bench" / "png_bench", *options.pictures], check=True, capture_output=True,
                          text=True).stdout
    lines = [list(map(float, line.split())) for line in said.splitlines()]
    ours, theirs, our_bytes, their_bytes = map(sum, zip(*lines))
    print(f"PNG size against libpng's: {our_bytes / their_bytes:.3f}x (goal 1.03x), over {len(lines)} pictures")
    return [(ours / len(lines), float("nan")), (theirs / len(lines), float("nan"))]


# name: what, against whom, measure(options), goal for ours / theirs.
ROWS = {
    "unet-256": ("UNet, 256²", "diffusers",
                 partial(times_row, start_rival=by.diffusers, command="step", side=256), 0.60),
    "unet-512": ("UNet, 512²", "diffusers",
                 partial(times_row, start_rival=by.diffusers, command="step", side=512), 0.75),
    "compiled-256": ("UNet, 256²", "torch.compile, frozen",
                     partial(times_row, start_rival=by.compiled_diffusers, command="step", side=256), 1.0),
    "compiled-512": ("UNet, 512²", "torch.compile, frozen",
                     partial(times_row, start_rival=by.compiled_diffusers, command="step", side=512), 1.0),
    "decode-256": ("VAE decode, 256²", "diffusers",
                   partial(times_row, start_rival=by.diffusers, command="decode", side=256), 1.0),
    "sdcpp-unet-f32": ("UNet, 256²", "stable-diffusion.cpp f32",
                       partial(sdcpp_row, dtype="f32", command="step", side=256), 0.5),
    "sdcpp-unet-f16": ("UNet, 256²", "stable-diffusion.cpp f16",
                       partial(sdcpp_row, dtype="f16", command="step", side=256), 0.5),
    "sdcpp-decode-f32": ("VAE decode, 256²", "stable-diffusion.cpp f32",
                         partial(sdcpp_row, dtype="f32", command="decode", side=256), 0.5),
    "sdcpp-decode-f16": ("VAE decode, 256²", "stable-diffusion.cpp f16",
                         partial(sdcpp_row, dtype="f16", command="decode", side=256), 0.5),
    "memory": ("whole job, 256², peak PSS, MiB", "diffusers", partial(memory_row, side=256, steps=4), 0.85),
    "cold-begin": ("start to the first step's begin", "diffusers",
                   partial(cold_row, command="begin 1 5", side=256), 0.25),
    "cold-step": ("start to the first step's end", "diffusers", partial(cold_row, command="step 1 5", side=256), None),
    "batch": ("guided step, 256², four pictures together, each", "one alone",
              partial(batch_row, pictures=4, side=256), 1.0),
    "png": ("PNG, 1024²", "libpng's defaults", png_row, 1 / 7),
}


def measure(options, name):
    what, rival, row, goal = ROWS[name]
    (ours, our_cpu), (theirs, their_cpu) = row(options)
    goal_said = f"{goal:.2f}x" if goal else "-"
    print(f"| {what} | {rival} | {ours:.1f} | {theirs:.1f} | **{ours / theirs:.2f}x** | {our_cpu / their_cpu:.2f}x "
          f"| {goal_said} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path, help="a diffusers folder")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--sdcpp", type=Path, help="stable-diffusion.cpp's sd-cli")
    parser.add_argument("--pictures", type=Path, nargs="*", default=[], help="PNG files instead of made-up pictures")
    parser.add_argument("--rows", nargs="*", choices=ROWS, default=list(ROWS))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.threads} threads, {options.rounds} rounds, load {os.getloadavg()[0]:.1f} at the start\n")
    print("| work | against | ours, ms | theirs, ms | ratio | of CPU time | goal |\n|---|---|---|---|---|---|---|")
    for name in options.rows:
        if name.startswith("sdcpp") and not options.sdcpp:
            print(f"left out: {name}, no --sdcpp given")
            continue
        measure(options, name)


if __name__ == "__main__":
    main()
