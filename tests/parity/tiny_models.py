"""Random tiny pipelines of several kinds, saved as diffusers folders in both layouts in use.

"new" is what diffusers 0.42 with transformers 5 writes: tokenizer.json alone, text encoder keys
without prefix. "old" is how Stable Diffusion 1.5 is published: vocab.json and merges.txt, keys
below "text_model.", position_ids among them, "torch_dtype", and the autoencoder's attention under
its first names. The reference loads the very same folder.
"""

import json
import shutil

import torch
from diffusers import (AutoencoderKL, DDIMScheduler, EulerDiscreteScheduler, LatentConsistencyModelPipeline, LCMScheduler,
                       StableDiffusionInpaintPipeline, StableDiffusionPipeline, StableDiffusionXLInpaintPipeline,
                       StableDiffusionXLPipeline, UNet2DConditionModel)
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from renderer import DEMO_MODEL

VOCABULARY = 2048  # The demo tokenizer's.

# As Stable Diffusion 1: convolutions around the transformers, none on the lowest level.
SD1 = {
    "text": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4},
    "unet": {"sample_size": 16, "block_out_channels": (32, 64, 64, 64), "layers_per_block": 2, "norm_num_groups": 8,
             "attention_head_dim": 8, "cross_attention_dim": 32,
             "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
             "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3},
    "vae": {"block_out_channels": (16, 32, 32), "layers_per_block": 2, "norm_num_groups": 8, "sample_size": 64,
            "scaling_factor": 0.18215},
    "scheduler": {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "clip_sample": False,
                  "set_alpha_to_one": False, "steps_offset": 1},
    "dtype": torch.float16,
}
# As Stable Diffusion 2: linear projections, heads by level, exact GELU, v-prediction, another padding.
SD2 = {
    "pad": "!",
    "text": SD1["text"] | {"hidden_act": "gelu", "num_hidden_layers": 2, "projection_dim": 24},
    "unet": {"sample_size": 8, "block_out_channels": (32, 64), "layers_per_block": 1, "norm_num_groups": 16,
             "attention_head_dim": (2, 4), "cross_attention_dim": 32, "use_linear_projection": True,
             "upcast_attention": True,
             "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
             "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D")},
    "vae": SD1["vae"] | {"use_quant_conv": False, "use_post_quant_conv": False},
    "scheduler": SD1["scheduler"] | {"prediction_type": "v_prediction", "timestep_spacing": "trailing"},
    "dtype": torch.float32,
}
# Whatever else the configs allow: odd widths, levels of different depth, other embeddings.
ODD = {
    "text": SD1["text"] | {"num_attention_heads": 2, "layer_norm_eps": 1e-4},
    "unet": {"sample_size": 8, "block_out_channels": (15, 30, 45), "layers_per_block": (1, 2, 1),
             "norm_num_groups": 5, "norm_eps": 1e-6, "attention_head_dim": 3, "cross_attention_dim": 32,
             "transformer_layers_per_block": (1, 2, 1), "downsample_padding": 0, "flip_sin_to_cos": False,
             "freq_shift": 1, "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
             "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")},
    "vae": {"block_out_channels": (12, 24), "layers_per_block": 1, "norm_num_groups": 4, "sample_size": 16,
            "mid_block_add_attention": False, "scaling_factor": 0.5},
    "scheduler": SD1["scheduler"] | {"beta_schedule": "linear"},
    "dtype": torch.bfloat16,
}
# Keys that every scheduler knows.
BETAS = {key: SD1["scheduler"][key] for key in ("beta_schedule", "beta_start", "beta_end", "steps_offset")}
# As Stable Diffusion XL: two text encoders, the whole text and the picture's sizes beside the timestep.
XL = {
    "pipeline": StableDiffusionXLPipeline,
    "pad_2": "!",
    "text": SD1["text"],
    "text_2": {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 4, "num_attention_heads": 4,
               "hidden_act": "gelu", "projection_dim": 40},
    "unet": {"sample_size": 16, "block_out_channels": (32, 64, 96), "layers_per_block": 2, "norm_num_groups": 8,
             "attention_head_dim": (2, 4, 8), "cross_attention_dim": 80, "use_linear_projection": True,
             "transformer_layers_per_block": (1, 2, 3), "addition_embed_type": "text_time", "addition_time_embed_dim": 8,
             "projection_class_embeddings_input_dim": 40 + 6 * 8,
             "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
             "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")},
    "vae": SD1["vae"] | {"scaling_factor": 0.13025, "force_upcast": True},
    "scheduler": BETAS | {"timestep_spacing": "leading"},
    "scheduler_class": EulerDiscreteScheduler,
    "dtype": torch.float16,
}
INPAINT = SD1 | {"pipeline": StableDiffusionInpaintPipeline, "unet": SD1["unet"] | {"in_channels": 9}}
XL_INPAINT = XL | {"pipeline": StableDiffusionXLInpaintPipeline, "unet": XL["unet"] | {"in_channels": 9}}
# A latent consistency model: told the guidance scale, and made for few steps.
LCM = SD1 | {"pipeline": LatentConsistencyModelPipeline, "unet": SD1["unet"] | {"time_cond_proj_dim": 17},
             "scheduler_class": LCMScheduler, "scheduler": SD1["scheduler"] | {"original_inference_steps": 50}}
XL_LCM = XL | {"unet": XL["unet"] | {"time_cond_proj_dim": 16}, "scheduler_class": LCMScheduler}
KINDS = {"sd1": SD1, "sd2": SD2, "odd": ODD, "xl": XL, "inpaint": INPAINT, "xl inpaint": XL_INPAINT, "lcm": LCM,
         "xl lcm": XL_LCM}
LAYOUTS = ["new", "old"]


def livelier(module):
    """Random norms and biases: fresh ones are all ones and zeros, which hides mistakes."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.ndim == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    return module


def text_config(**options):
    return CLIPTextConfig(vocab_size=VOCABULARY, max_position_embeddings=77, bos_token_id=VOCABULARY - 2,
                          eos_token_id=VOCABULARY - 1, pad_token_id=VOCABULARY - 1, **options)


def tokenizer_padding_with(pad):
    return CLIPTokenizer.from_pretrained(DEMO_MODEL / "tokenizer", **({"pad_token": pad} if pad else {}))


def autoencoder(**options):
    levels = len(options["block_out_channels"])
    return AutoencoderKL(**options, down_block_types=("DownEncoderBlock2D",) * levels,
                         up_block_types=("UpDecoderBlock2D",) * levels)


def build(kind, folder):
    """A new-layout folder of random weights."""
    torch.manual_seed(0)
    parts = {
        "text_encoder": livelier(CLIPTextModel(text_config(**kind["text"]))),
        "tokenizer": tokenizer_padding_with(kind.get("pad")),
        "unet": livelier(UNet2DConditionModel(**kind["unet"])),
        "vae": livelier(autoencoder(**kind["vae"])),
        "scheduler": kind.get("scheduler_class", DDIMScheduler)(**kind["scheduler"]),
    }
    if "text_2" in kind:
        parts["text_encoder_2"] = livelier(CLIPTextModelWithProjection(text_config(**kind["text_2"])))
        parts["tokenizer_2"] = tokenizer_padding_with(kind.get("pad_2"))
    else:
        parts |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    pipeline = kind.get("pipeline", StableDiffusionPipeline)(**parts)
    pipeline.to(kind["dtype"]).save_pretrained(folder)
    return folder


def rename(path, change):
    tensors = load_file(path)
    save_file({change(name): tensor for name, tensor in tensors.items()}, path, metadata={"format": "pt"})


def first_names(name):
    """The autoencoder's attention as it was called until 2023."""
    if ".attentions.0." not in name:
        return name
    for new, old in [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")]:
        name = name.replace(new, old)
    return name


def make_old_text_encoder(text):
    rename(text / "model.safetensors", lambda name: name if name.startswith("text_projection") else
           "text_model." + name.removeprefix("text_model."))
    tensors = load_file(text / "model.safetensors")
    tensors["text_model.embeddings.position_ids"] = torch.arange(77).unsqueeze(0)
    save_file(tensors, text / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((text / "config.json").read_text())
    config["torch_dtype"] = config.pop("dtype")
    config["eos_token_id"] = 2  # The slip of the configs written until 2023.
    (text / "config.json").write_text(json.dumps(config))


def make_old_tokenizer(tokenizer, pad):
    """Where the two files differ, special_tokens_map.json counts."""
    shutil.rmtree(tokenizer)
    shutil.copytree(DEMO_MODEL / "tokenizer", tokenizer)
    roles = json.loads((tokenizer / "special_tokens_map.json").read_text())
    if pad:
        (tokenizer / "special_tokens_map.json").write_text(json.dumps(roles | {"pad_token": pad}))


def make_old(kind, folder):
    """Turns a new-layout folder into an old one."""
    for suffix in [""] + ["_2"] * ("text_2" in kind):
        make_old_text_encoder(folder / f"text_encoder{suffix}")
        make_old_tokenizer(folder / f"tokenizer{suffix}", kind.get(f"pad{suffix}"))
    rename(folder / "vae" / "diffusion_pytorch_model.safetensors", first_names)
    return folder


def make(kind, layout, folder):
    build(KINDS[kind], folder)
    return make_old(KINDS[kind], folder) if layout == "old" else folder
