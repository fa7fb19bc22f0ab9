"""How near the UNet comes to the fastest that this machine's CPU computes a convolution.

    python tests/bench/peak_share.py /tmp/sd15 [--side 256] [--threads 2]

The peak is the best of several 3x3 convolutions of the UNet's own widths by oneDNN, with weights and activations already in
the layout that it likes best, so that nothing but the convolution is timed. The UNet's operations are counted by torch as
diffusers runs it, two for each multiplication and addition. A share above one means that fewer were done than counted:
Winograd's convolutions leave out more than half of the multiplications.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from torch.utils import mkldnn
from torch.utils.flop_counter import FlopCounterMode

import contenders as by
from engine_table import ROOT

# Channels in and out, cells a side: where a UNet of Stable Diffusion's widths spends its time.
SHAPES = [(320, 320, 64), (320, 320, 32), (640, 640, 32), (640, 640, 16), (1280, 1280, 16), (1280, 1280, 8), (512, 512, 64)]


def convolution_speed(shape, rounds):
    """GFLOP/s."""
    into, out, side = shape
    conv = mkldnn.to_mkldnn(torch.nn.Conv2d(into, out, 3, padding=1).eval())
    cells = torch.randn(1, into, side, side).to_mkldnn()
    times = []
    for _ in range(rounds + 2):
        began = time.perf_counter()
        conv(cells)
        times.append(time.perf_counter() - began)
    return 2 * 9 * into * out * side * side / statistics.median(times[2:]) / 1e9


def operations(folder, side):
    """Of one call of the UNet for one row."""
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(folder / "unet"))
        cells = side // 8
        arguments = torch.randn(1, unet.config.in_channels, cells, cells), torch.tensor([1.0])
        text = torch.randn(1, 77, unet.config.cross_attention_dim)
    with FlopCounterMode(display=False) as counter:
        unet(*arguments, encoder_hidden_states=text)
    return counter.get_total_flops()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path, help="a diffusers folder")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--side", type=int, default=256, help="pixels")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with torch.inference_mode():
        speeds = {shape: convolution_speed(shape, options.rounds) for shape in SHAPES}
        flops = operations(options.model, options.side)
    for (into, out, side), speed in speeds.items():
        print(f"{into} -> {out}, {side}x{side}: {speed:.0f} GFLOP/s")
    engine = by.engine(options, options.side)
    milliseconds = statistics.median([engine.measure("step")[0] for _ in range(options.rounds + 1)][1:])
    engine.stop()
    reached, peak = flops / milliseconds / 1e6, max(speeds.values())
    print(f"UNet, {options.side}²: {flops / 1e9:.0f} GFLOP in {milliseconds:.0f} ms, {reached:.0f} GFLOP/s: "
          f"{reached / peak:.2f} of the peak of {peak:.0f}")


if __name__ == "__main__":
    main()
