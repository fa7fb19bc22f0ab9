"""A model folder in diffusers and transformers, part by part, and the loop that its pipelines have in common.

Only this much is written here: which hidden state a family takes, where zeros stand in, what is told beside the timestep,
classifier-free guidance. test_families.py holds the loop against the pipelines themselves.
"""

import json

import numpy as np
import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, LatentConsistencyModelPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

torch.set_grad_enabled(False)  # Nothing here learns.
ORIGINAL, MASKED = 0xFFFFFFFF, 0xFFFFFFFE  # Draws of the engine's encoder, docs/engine.md.


def loaded(cls, folder, part):
    return cls.from_pretrained(folder / part, torch_dtype=torch.float32).eval()


def encoded(vae, picture, noise):
    """The latent of a PIL picture, where unit `noise` picks among those that the encoder takes for likely."""
    pixels = torch.from_numpy(np.asarray(picture.convert("RGB"), np.float32)).permute(2, 0, 1)[None] / 255 * 2 - 1
    moments = vae.encode(pixels).latent_dist
    return (moments.mean + moments.std * torch.from_numpy(noise).reshape(moments.mean.shape)) * vae.config.scaling_factor


class Reference:
    def __init__(self, folder):
        index = json.loads((folder / "model_index.json").read_text())
        self.is_xl = "text_encoder_2" in index
        self.zeros_for_empty = index.get("force_zeros_for_empty_prompt", False)
        self.unet = loaded(UNet2DConditionModel, folder, "unet")
        self.vae = loaded(AutoencoderKL, folder, "vae")
        self.readers = [(CLIPTokenizer.from_pretrained(folder / "tokenizer"), loaded(CLIPTextModel, folder, "text_encoder"))]
        if self.is_xl:
            self.readers.append((CLIPTokenizer.from_pretrained(folder / "tokenizer_2"),
                                 loaded(CLIPTextModelWithProjection, folder, "text_encoder_2")))
        self.scheduler = EulerDiscreteScheduler.from_pretrained(folder / "scheduler")
        self.guidance_width = self.unet.config.time_cond_proj_dim

    def ids(self, text):
        """One list for each tokenizer."""
        return [tokenizer(text, padding="max_length", truncation=True, max_length=tokenizer.model_max_length).input_ids
                for tokenizer, _ in self.readers]

    def read(self, text):
        """The embeddings and, for XL, the text as a whole."""
        outputs = [encoder(torch.tensor([ids]), output_hidden_states=True)
                   for ids, (_, encoder) in zip(self.ids(text), self.readers)]
        if not self.is_xl:
            return outputs[0].last_hidden_state, None
        return torch.cat([output.hidden_states[-2] for output in outputs], dim=-1), outputs[1].text_embeds

    def read_negative(self, text):
        embeds, pooled = self.read(text)
        if text or not self.zeros_for_empty:
            return embeds, pooled
        return torch.zeros_like(embeds), torch.zeros_like(pooled)

    def is_guided(self, guidance):
        return guidance > 1 and self.guidance_width is None

    def denoiser(self, prompt, negative, guidance, size):
        """The UNet as a function of its scaled input and timestep: the negative prompt's rows first."""
        height, width = size
        texts = [self.read(prompt)]
        if self.is_guided(guidance):
            texts.insert(0, self.read_negative(negative))
        told = {"encoder_hidden_states": torch.cat([embeds for embeds, _ in texts])}
        if self.is_xl:
            told["added_cond_kwargs"] = {"text_embeds": torch.cat([pooled for _, pooled in texts]),
                                         "time_ids": torch.tensor([[height, width, 0.0, 0.0, height, width]] * len(texts))}
        if self.guidance_width is not None:
            told["timestep_cond"] = LatentConsistencyModelPipeline.get_guidance_scale_embedding(
                None, torch.tensor(guidance - 1.0).repeat(1), embedding_dim=self.guidance_width)
        return lambda x, timestep: self.unet(torch.cat([x] * len(texts)), timestep, **told).sample

    def paint(self, start, steps, guidance, denoise, extra=None):
        """Euler from `start`, scaled already: the denoiser's first answer and the latent after each step."""
        self.scheduler.set_timesteps(steps)
        first, latents, x = None, [], start
        for timestep in self.scheduler.timesteps:
            scaled = self.scheduler.scale_model_input(x, timestep)
            answer = denoise(scaled if extra is None else torch.cat([scaled, extra], dim=1), timestep)
            first = answer if first is None else first
            if self.is_guided(guidance):
                negative, positive = answer.chunk(2)
                answer = negative + guidance * (positive - negative)
            x = self.scheduler.step(answer, timestep, x).prev_sample
            latents.append(x)
        return first, latents

    def picture(self, latent):
        return (self.vae.decode(latent / self.vae.config.scaling_factor).sample / 2 + 0.5).clamp(0, 1)
