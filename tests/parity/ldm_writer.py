"""Writes a pipeline's parts as one file in the ldm layout, the way Stable Diffusion was first published.

The inverse of what the engine and diffusers do when they read one, worked out from the module trees alone.
"""

import re

import torch
from safetensors.torch import save_file

RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
          "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}
TOP = {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2", "conv_in": "input_blocks.0.0",
       "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2", "conv_norm_out": "out.0",
       "conv_out": "out.2"}
MIDDLE = {"resnets.0": "middle_block.0", "attentions.0": "middle_block.1", "resnets.1": "middle_block.2"}
OPEN_CLIP = {"layer_norm1": "ln_1", "layer_norm2": "ln_2", "self_attn.out_proj": "attn.out_proj", "mlp.fc1": "mlp.c_fc",
             "mlp.fc2": "mlp.c_proj"}


def replaced(name, table):
    for old, new in table.items():
        if name == old or name.startswith(old + "."):
            return new + name[len(old):]
    return name


def unet_tensors(unet):
    """Counts the blocks as the module tree has them."""
    places, number = {}, 0
    for i, block in enumerate(unet.down_blocks):
        for j in range(len(block.resnets)):
            number += 1
            places[f"down_blocks.{i}.resnets.{j}"] = f"input_blocks.{number}.0"
            places[f"down_blocks.{i}.attentions.{j}"] = f"input_blocks.{number}.1"
        if block.downsamplers:
            number += 1
            places[f"down_blocks.{i}.downsamplers.0.conv"] = f"input_blocks.{number}.0.op"
    number = -1
    for i, block in enumerate(unet.up_blocks):
        for j in range(len(block.resnets)):
            number += 1
            places[f"up_blocks.{i}.resnets.{j}"] = f"output_blocks.{number}.0"
            places[f"up_blocks.{i}.attentions.{j}"] = f"output_blocks.{number}.1"
        if block.upsamplers:
            attends = getattr(block, "attentions", None) is not None
            places[f"up_blocks.{i}.upsamplers.0.conv"] = f"output_blocks.{number}.{2 if attends else 1}.conv"
    places |= {f"mid_block.{old}": new for old, new in MIDDLE.items()} | TOP
    tensors = {}
    for name, tensor in unet.state_dict().items():
        place = max((place for place in places if name.startswith(place + ".")), key=len)
        rest = name[len(place) + 1:]
        if ".resnets." in place + ".":
            rest = replaced(rest, RESNET)
        tensors[f"model.diffusion_model.{places[place]}.{rest}"] = tensor
    return tensors


def vae_name(name, levels):
    name = re.sub(r"(encoder)\.down_blocks\.(\d+)\.resnets\.(\d+)", r"\1.down.\2.block.\3", name)
    name = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0", r"down.\1.downsample", name)
    name = re.sub(r"up_blocks\.(\d+)\.resnets\.(\d+)", lambda m: f"up.{levels - 1 - int(m[1])}.block.{m[2]}", name)
    name = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda m: f"up.{levels - 1 - int(m[1])}.upsample", name)
    name = name.replace("mid_block.resnets.0", "mid.block_1").replace("mid_block.resnets.1", "mid.block_2")
    if "mid_block.attentions.0" in name:
        for new, old in (("group_norm", "norm"), ("to_q", "q"), ("to_k", "k"), ("to_v", "v"), ("to_out.0", "proj_out")):
            name = name.replace(f"mid_block.attentions.0.{new}.", f"mid.attn_1.{old}.")
    return name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")


def vae_tensors(vae):
    tensors = {}
    for name, tensor in vae.state_dict().items():
        new = vae_name(name, len(vae.config.block_out_channels))
        if ".mid.attn_1." in new and tensor.ndim == 2:
            tensor = tensor[:, :, None, None]  # It was a convolution.
        tensors[f"first_stage_model.{new}"] = tensor
    return tensors


def clip_tensors(encoder, prefix):
    return {f"{prefix}text_model.{name.removeprefix('text_model.')}": tensor
            for name, tensor in encoder.state_dict().items()}


def open_clip_tensors(encoder, prefix, extra_layer):
    """Query, key and value in one, projections as x @ p. `extra_layer`: the last one, which no picture passes through."""
    state = {name.removeprefix("text_model."): tensor for name, tensor in encoder.state_dict().items()}
    tensors = {"positional_embedding": state.pop("embeddings.position_embedding.weight"),
               "token_embedding.weight": state.pop("embeddings.token_embedding.weight"),
               "ln_final.weight": state.pop("final_layer_norm.weight"), "ln_final.bias": state.pop("final_layer_norm.bias")}
    width = encoder.config.hidden_size
    projection = state.pop("text_projection.weight", torch.randn(width, width))
    tensors |= {"text_projection": projection.T.contiguous(), "logit_scale": torch.tensor(4.6)}
    for kind in ("weight", "bias"):
        for i in range(encoder.config.num_hidden_layers):
            parts = [state.pop(f"encoder.layers.{i}.self_attn.{which}_proj.{kind}") for which in "qkv"]
            tensors[f"transformer.resblocks.{i}.attn.in_proj_{kind}"] = torch.cat(parts)
    for name, tensor in state.items():
        number, rest = re.fullmatch(r"encoder\.layers\.(\d+)\.(.*)", name).groups()
        tensors[f"transformer.resblocks.{number}.{replaced(rest, OPEN_CLIP)}"] = tensor
    if extra_layer:
        last = encoder.config.num_hidden_layers
        tensors |= {name.replace(".0.", f".{last}.", 1): torch.randn_like(tensor) for name, tensor in tensors.items()
                    if name.startswith("transformer.resblocks.0.")}
    return {prefix + name: tensor for name, tensor in tensors.items()}


def write(path, family, parts, extra=None):
    """`parts`: modules by their diffusers names. Averages that trainers leave behind are written too, as noise."""
    tensors = unet_tensors(parts["unet"]) | vae_tensors(parts["vae"])
    tensors["model_ema.decay"] = torch.tensor(0.5)
    tensors["model_ema.diffusion_modelinput_blocks00weight"] = torch.randn(4)
    tensors["alphas_cumprod"] = torch.randn(10)
    if family == "sd1":
        tensors |= clip_tensors(parts["text_encoder"], "cond_stage_model.transformer.")
        tensors["cond_stage_model.transformer.text_model.embeddings.position_ids"] = torch.arange(77).unsqueeze(0)
    elif family == "sd2":
        tensors |= open_clip_tensors(parts["text_encoder"], "cond_stage_model.model.", extra_layer=True)
    else:
        tensors |= clip_tensors(parts["text_encoder"], "conditioner.embedders.0.transformer.")
        tensors |= open_clip_tensors(parts["text_encoder_2"], "conditioner.embedders.1.model.", extra_layer=False)
    tensors |= extra or {}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
