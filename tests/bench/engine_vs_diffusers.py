"""A guided denoising step: the engine against diffusers, same libtorch, same threads, in turns.

    python tests/bench/engine_vs_diffusers.py build/release/bench/engine_bench [MODEL [SIDE]]

Prints the medians in milliseconds and their ratio. diffusers runs eagerly, as its users do, and is
asked for the bare UNet call; the engine's figure holds the whole step.
"""

import argparse
import statistics
import subprocess
import time
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline

ROOT = Path(__file__).resolve().parents[2]


class Diffusers:
    def __init__(self, model, side):
        pipeline = StableDiffusionPipeline.from_pretrained(model, torch_dtype=torch.float32, safety_checker=None)
        self.unet = pipeline.unet
        cells = side // pipeline.vae_scale_factor if side else self.unet.config.sample_size
        self.latent = torch.randn(2, self.unet.config.in_channels, cells, cells)
        ids = pipeline.tokenizer("a red apple", padding="max_length", truncation=True, return_tensors="pt").input_ids
        with torch.inference_mode():
            self.context = pipeline.text_encoder(ids)[0].repeat(2, 1, 1)

    def measure(self):
        times = []
        with torch.inference_mode():
            for _ in range(5):
                begin = time.perf_counter()
                self.unet(self.latent, 500, encoder_hidden_states=self.context)
                times.append((time.perf_counter() - begin) * 1e3)
        return statistics.median(times)


class Engine:
    def __init__(self, program, model, side, threads):
        self.process = subprocess.Popen([program, str(model), str(side), str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def measure(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("model", nargs="?", default=ROOT / "models" / "emoji")
    parser.add_argument("side", nargs="?", type=int, default=0, help="pixels; 0: the model's own")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rivals = {"engine": Engine(options.program, options.model, options.side, options.threads),
              "diffusers": Diffusers(options.model, options.side)}
    times = {name: [] for name in rivals}
    for number in range(options.rounds + 1):
        for name, rival in rivals.items():
            measured = rival.measure()
            if number > 0:  # The first round warms both up.
                times[name].append(measured)
    medians = {name: statistics.median(each) for name, each in times.items()}
    for name, each in times.items():
        print(f"{name:10} median {medians[name]:9.1f} ms   from {min(each):.1f} to {max(each):.1f}")
    print(f"ratio      {medians['engine'] / medians['diffusers']:.2f}")


if __name__ == "__main__":
    main()
