"""A full-size model with random weights, for measuring: speed and memory do not depend on what a model has learnt.

    python tests/bench/random_model.py --family sd15 /tmp/sd15

Writes a diffusers folder (safetensors, fp16 unless --dtype fp32) of the family's published shape. The tokenizer is the
demo model's, whose ids are a part of the family's vocabulary. Takes a minute and the folder's size in memory.
"""

import argparse
from pathlib import Path

import torch
from diffusers import (AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline,
                       UNet2DConditionModel)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

DEMO_MODEL = Path(__file__).resolve().parents[2] / "models" / "emoji"
CROSS, PLAIN = "CrossAttnDownBlock2D", "DownBlock2D"
CLIP_L = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
OPEN_CLIP_H = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 23, "num_attention_heads": 16,
               "hidden_act": "gelu"}
OPEN_CLIP_G = {"hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 20,
               "hidden_act": "gelu", "projection_dim": 1280}
SD1_UNET = {"sample_size": 64, "block_out_channels": (320, 640, 1280, 1280), "cross_attention_dim": 768,
            "attention_head_dim": 8, "down_block_types": (CROSS, CROSS, CROSS, PLAIN)}
SD2_UNET = SD1_UNET | {"sample_size": 96, "cross_attention_dim": 1024, "attention_head_dim": (5, 10, 20, 20),
                       "use_linear_projection": True}
SDXL_UNET = {"sample_size": 128, "block_out_channels": (320, 640, 1280), "cross_attention_dim": 2048,
             "attention_head_dim": (5, 10, 20), "transformer_layers_per_block": (1, 2, 10),
             "use_linear_projection": True, "addition_embed_type": "text_time", "addition_time_embed_dim": 256,
             "projection_class_embeddings_input_dim": 2816, "down_block_types": (PLAIN, CROSS, CROSS)}
FAMILIES = {"sd15": (SD1_UNET, [CLIP_L]), "sd21": (SD2_UNET, [OPEN_CLIP_H]), "sdxl": (SDXL_UNET, [CLIP_L, OPEN_CLIP_G])}


def unet(shape):
    up = tuple(name.replace("Down", "Up") for name in reversed(shape["down_block_types"]))
    return UNet2DConditionModel(up_block_types=up, **shape)


def autoencoder(family):
    sdxl = family == "sdxl"
    return AutoencoderKL(block_out_channels=(128, 256, 512, 512), layers_per_block=2,
                         down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
                         sample_size=1024 if sdxl else 512, scaling_factor=0.13025 if sdxl else 0.18215)


def text_encoder(shape, tokenizer):
    config = CLIPTextConfig(vocab_size=49408, max_position_embeddings=77, bos_token_id=tokenizer.bos_token_id,
                            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, **shape)
    return CLIPTextModelWithProjection(config) if "projection_dim" in shape else CLIPTextModel(config)


def build(family, dtype):
    shape, text_shapes = FAMILIES[family]
    tokenizer = CLIPTokenizer.from_pretrained(DEMO_MODEL / "tokenizer")
    scheduler = DDIMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False,
                              set_alpha_to_one=False, steps_offset=1,
                              prediction_type="v_prediction" if family == "sd21" else "epsilon")
    parts = {"vae": autoencoder(family), "unet": unet(shape), "scheduler": scheduler, "tokenizer": tokenizer,
             "text_encoder": text_encoder(text_shapes[0], tokenizer)}
    if family == "sdxl":
        pipeline = StableDiffusionXLPipeline(text_encoder_2=text_encoder(text_shapes[1], tokenizer),
                                             tokenizer_2=tokenizer, **parts)
    else:
        pipeline = StableDiffusionPipeline(safety_checker=None, feature_extractor=None,
                                           requires_safety_checker=False, **parts)
    return pipeline.to(dtype)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--family", choices=FAMILIES, default="sd15")
    parser.add_argument("--dtype", choices=["fp16", "fp32"], default="fp16")
    options = parser.parse_args()
    torch.manual_seed(0)
    build(options.family, {"fp16": torch.float16, "fp32": torch.float32}[options.dtype]).save_pretrained(options.folder)


if __name__ == "__main__":
    main()
