"""Random tiny pipelines of several kinds, saved as diffusers folders in both layouts in use.

"new" is what diffusers 0.42 with transformers 5 writes: tokenizer.json alone, text encoder keys
without prefix. "old" is how Stable Diffusion 1.5 is published: vocab.json and merges.txt, keys
below "text_model.", position_ids among them, "torch_dtype", and the autoencoder's attention under
its first names. The reference loads the very same folder.
"""

import json
import shutil

import torch
from diffusers import (AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel)
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

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
# As Stable Diffusion 2: linear projections, heads by level, exact GELU, v-prediction.
SD2 = {
    "text": SD1["text"] | {"hidden_act": "gelu", "num_hidden_layers": 2},
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
KINDS = {"sd1": SD1, "sd2": SD2, "odd": ODD}
LAYOUTS = ["new", "old"]



def livelier(module):
    """Random norms and biases: fresh ones are all ones and zeros, which hides mistakes."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.ndim == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    return module


def build(kind, folder):
    """A new-layout folder of random weights."""
    torch.manual_seed(0)
    tokenizer = CLIPTokenizer.from_pretrained(DEMO_MODEL / "tokenizer")
    text = CLIPTextModel(CLIPTextConfig(vocab_size=VOCABULARY, max_position_embeddings=77, bos_token_id=VOCABULARY - 2,
                                        eos_token_id=VOCABULARY - 1, pad_token_id=VOCABULARY - 1, **kind["text"]))
    unet = UNet2DConditionModel(**kind["unet"])
    vae = AutoencoderKL(**kind["vae"], **{
        "down_block_types": ("DownEncoderBlock2D",) * len(kind["vae"]["block_out_channels"]),
        "up_block_types": ("UpDecoderBlock2D",) * len(kind["vae"]["block_out_channels"])})
    pipeline = StableDiffusionPipeline(vae=livelier(vae), text_encoder=livelier(text), tokenizer=tokenizer,
                                       unet=livelier(unet), scheduler=DDIMScheduler(**kind["scheduler"]),
                                       safety_checker=None, feature_extractor=None, requires_safety_checker=False)
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


def make_old(folder):
    """Turns a new-layout folder into an old one."""
    text = folder / "text_encoder"
    rename(text / "model.safetensors", lambda name: "text_model." + name.removeprefix("text_model."))
    tensors = load_file(text / "model.safetensors")
    tensors["text_model.embeddings.position_ids"] = torch.arange(77).unsqueeze(0)
    save_file(tensors, text / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((text / "config.json").read_text())
    config["torch_dtype"] = config.pop("dtype")
    (text / "config.json").write_text(json.dumps(config))
    rename(folder / "vae" / "diffusion_pytorch_model.safetensors", first_names)
    shutil.rmtree(folder / "tokenizer")
    shutil.copytree(DEMO_MODEL / "tokenizer", folder / "tokenizer")
    return folder


def make(kind, layout, folder):
    build(KINDS[kind], folder)
    return make_old(folder) if layout == "old" else folder
