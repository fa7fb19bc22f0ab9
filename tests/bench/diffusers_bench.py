"""engine_bench's commands, answered by diffusers: the rival in engine_table.py.

    python tests/bench/diffusers_bench.py MODEL SIDE THREADS [--compile]

Eager, as its users run it, or through torch.compile with the weights frozen into the program. `step` is the bare UNet
call and leaves out what ours holds besides; `job STEPS` is a whole guided picture.
"""

import argparse
import sys
import time

import torch
from diffusers import StableDiffusionPipeline


class Diffusers:
    def __init__(self, options):
        self.pipeline = StableDiffusionPipeline.from_pretrained(options.model, torch_dtype=torch.float32,
                                                                safety_checker=None)
        self.pipeline.set_progress_bar_config(disable=True)
        self.side = options.side or self.pipeline.unet.config.sample_size * self.pipeline.vae_scale_factor
        self.cells = self.side // self.pipeline.vae_scale_factor
        self.unet, self.decoder = self.pipeline.unet, self.pipeline.vae.decode
        if options.compile:
            from torch._inductor import config as compiler
            compiler.freezing = True
            self.unet, self.decoder = torch.compile(self.unet), torch.compile(self.decoder)
        self.shape = None

    def begin(self, pictures=1, guidance=1.0):
        rows = int(pictures) * (2 if float(guidance) > 1 else 1)
        if self.shape == rows:
            return
        tokenizer = self.pipeline.tokenizer
        ids = tokenizer("a red apple", padding="max_length", truncation=True, return_tensors="pt").input_ids
        self.context = self.pipeline.text_encoder(ids)[0].repeat(rows, 1, 1)
        self.latent = torch.randn(rows, self.pipeline.unet.config.in_channels, self.cells, self.cells)
        self.shape = rows

    def step(self, *_):
        self.unet(self.latent, 500, encoder_hidden_states=self.context)

    def decode(self):
        latent = torch.full((1, self.pipeline.vae.config.latent_channels, self.cells, self.cells), 0.5)
        self.decoder(latent / self.pipeline.vae.config.scaling_factor)

    def job(self, steps):
        self.pipeline("a red apple", num_inference_steps=int(steps), guidance_scale=5.0, width=self.side,
                      height=self.side)


def answer(rival, line):
    name, *arguments = line.split()
    if name == "step":
        rival.begin(*arguments)  # Untimed, as ours.
    wall, cpu = time.perf_counter(), time.process_time()
    getattr(rival, name)(*arguments)
    print(f"{(time.perf_counter() - wall) * 1e3:.3f} {(time.process_time() - cpu) * 1e3:.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("side", type=int, help="pixels; 0: the model's own")
    parser.add_argument("threads", type=int)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with torch.no_grad():  # What its pipelines use; frozen programs need it.
        rival = Diffusers(options)
        for line in sys.stdin:
            answer(rival, line)


if __name__ == "__main__":
    main()
