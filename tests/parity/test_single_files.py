"""Single-file checkpoints against diffusers' own conversion of the same file, and folders of shards and variants.

ldm_writer.py writes random tiny models in the ldm layout; diffusers reads the file with `from_single_file` and the configs
of the folder that the model came from, the engine reads the file and nothing else. Tolerances as in test_random_unets.py.
"""

import json
import shutil
import subprocess

import numpy as np
import pytest
import torch
from diffusers import (AutoencoderKL, EulerDiscreteScheduler, StableDiffusionInpaintPipeline, StableDiffusionPipeline,
                       StableDiffusionXLInpaintPipeline, StableDiffusionXLPipeline,
                       UNet2DConditionModel)
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

import ldm_writer
import standard_clip
import tiny_models
from philox import philox_normals
from reference import ORIGINAL, Reference, encoded
from renderer import DEMO_MODEL, RENDERER, render, try_render
from tiny_models import livelier

PROMPT = "a red apple on a blue background, with sunglasses!"
NEGATIVE = "green"
STEPS = 4
GUIDANCE = 5.0

BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1}
ATTENDS, PLAIN = ("CrossAttnDownBlock2D", "CrossAttnUpBlock2D"), ("DownBlock2D", "UpBlock2D")
VAE = {"block_out_channels": (32, 64, 64), "layers_per_block": 2}


def blocks(*levels):
    return {"down_block_types": tuple(level[0] for level in levels),
            "up_block_types": tuple(level[1] for level in reversed(levels))}


# What no shape tells is as in every published model: 32 groups, heads of 64 or 8 of them.
SD1 = {
    "pipeline": StableDiffusionPipeline,
    "text": {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 1},
    "unet": {"block_out_channels": (32, 64, 64), "layers_per_block": 2, "attention_head_dim": 8, "cross_attention_dim": 64,
             **blocks(ATTENDS, ATTENDS, PLAIN)},
    "scheduler": {"prediction_type": "epsilon"},
}
SD2 = {
    "pipeline": StableDiffusionPipeline,
    "text": SD1["text"] | {"num_hidden_layers": 23, "hidden_act": "gelu"},
    "unet": {"block_out_channels": (64, 128), "layers_per_block": 1, "attention_head_dim": (1, 2), "cross_attention_dim": 64,
             "use_linear_projection": True, **blocks(ATTENDS, PLAIN)},
    "scheduler": {"prediction_type": "v_prediction"},
    "pads": ["!"],
}
SDXL = {
    "pipeline": StableDiffusionXLPipeline,
    "text": SD1["text"],
    "text_2": {"hidden_size": 128, "intermediate_size": 192, "num_hidden_layers": 10, "num_attention_heads": 2,
               "hidden_act": "gelu", "projection_dim": 128},
    "unet": {"block_out_channels": (32, 64, 128), "layers_per_block": 2, "attention_head_dim": (1, 1, 2),
             "cross_attention_dim": 192, "use_linear_projection": True, "transformer_layers_per_block": (1, 2, 3),
             "addition_embed_type": "text_time", "addition_time_embed_dim": 256,
             "projection_class_embeddings_input_dim": 128 + 6 * 256, **blocks(PLAIN, ATTENDS, ATTENDS)},
    "scheduler": {"timestep_spacing": "leading"},
    "pads": [standard_clip.EOS, "!"],
    "scaling": 0.13025,
}


def inpainting(kind, pipeline):
    """Those of the second generation, too, were trained to guess the noise."""
    return kind | {"pipeline": pipeline, "unet": kind["unet"] | {"in_channels": 9},
                   "scheduler": kind["scheduler"] | {"prediction_type": "epsilon"}}


KINDS = {"sd1": SD1, "sd2": SD2, "sdxl": SDXL, "sd1-inpaint": inpainting(SD1, StableDiffusionInpaintPipeline),
         "sd2-inpaint": inpainting(SD2, StableDiffusionInpaintPipeline),
         "sdxl-inpaint": inpainting(SDXL, StableDiffusionXLInpaintPipeline)}


def parts_of(kind, vocabulary=49408):
    torch.manual_seed(0)

    def encoder(cls, options):
        return livelier(cls(CLIPTextConfig(vocab_size=vocabulary, max_position_embeddings=77, eos_token_id=2, bos_token_id=0,
                                           pad_token_id=1, **options)))

    parts = {"text_encoder": encoder(CLIPTextModel, kind["text"]),
             "unet": livelier(UNet2DConditionModel(sample_size=16, **kind["unet"])),
             "vae": livelier(AutoencoderKL(down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
                                           sample_size=64, scaling_factor=kind.get("scaling", 0.18215), **VAE))}
    if "text_2" in kind:
        parts["text_encoder_2"] = encoder(CLIPTextModelWithProjection, kind["text_2"])
    # Published files mix precisions; what is stored is what both sides then compute with.
    parts["unet"].half().float()
    return parts


def write_configs(kind, parts, folder):
    """The diffusers folder of the parts, without a single weight."""
    is_xl = "text_2" in kind
    index = {"_class_name": kind["pipeline"].__name__, "unet": ["diffusers", "UNet2DConditionModel"],
             "vae": ["diffusers", "AutoencoderKL"], "scheduler": ["diffusers", "EulerDiscreteScheduler"]}
    scheduler = EulerDiscreteScheduler(**BETAS, **kind["scheduler"])
    for suffix, pad in zip(["", "_2"][:1 + is_xl], kind.get("pads", [standard_clip.EOS])):
        index[f"text_encoder{suffix}"] = ["transformers", type(parts[f"text_encoder{suffix}"]).__name__]
        index[f"tokenizer{suffix}"] = ["transformers", "CLIPTokenizer"]
        standard_clip.write_tokenizer(folder / f"tokenizer{suffix}", pad)
    if is_xl:
        index["force_zeros_for_empty_prompt"] = True
    scheduler.save_pretrained(folder / "scheduler")
    for name, part in parts.items():
        (folder / name).mkdir(parents=True)
        (part.config.save_pretrained if name.startswith("text") else part.save_config)(folder / name)
    (folder / "model_index.json").write_text(json.dumps(index))


class FromFile(Reference):
    """What diffusers makes of the file."""

    def __init__(self, kind, file, configs):
        optional = {} if "text_2" in kind else {"safety_checker": None, "feature_extractor": None,
                                                "requires_safety_checker": False}
        pipeline = kind["pipeline"].from_single_file(str(file), config=str(configs), torch_dtype=torch.float32,
                                                     local_files_only=True, **optional)
        self.is_xl, self.zeros_for_empty = "text_2" in kind, "text_2" in kind
        self.unet, self.vae, self.scheduler = pipeline.unet.eval(), pipeline.vae.eval(), pipeline.scheduler
        self.readers = [(pipeline.tokenizer, pipeline.text_encoder.eval())]
        if self.is_xl:
            self.readers.append((pipeline.tokenizer_2, pipeline.text_encoder_2.eval()))
        self.guidance_width = None


def assert_close(ours, reference, tolerance=1e-5):
    reference = reference.numpy()
    assert ours.shape == reference.shape
    assert np.abs(ours - reference).max() <= tolerance * np.abs(reference).max()


def assert_agrees(reference, model, folder, channels=4, negative=NEGATIVE):
    torch.manual_seed(1)
    noise = torch.randn(1, 4, 16, 16)
    extra = torch.randn(1, 5, 16, 16) if channels == 9 else None
    reference.scheduler.set_timesteps(STEPS)
    start = noise * reference.scheduler.init_noise_sigma
    ours = render(model, folder, start.numpy(), None if extra is None else extra.numpy(), prompt=PROMPT, negative=negative,
                  steps=STEPS, guidance=GUIDANCE, sampler="euler", schedule="normal", size="64x64")
    assert ours["prompt_ids"].ravel().tolist() == reference.ids(PROMPT)[0]
    assert_close(ours["prompt_embeds"], reference.read(PROMPT)[0])
    if reference.is_xl:
        assert_close(ours["prompt_pooled"], reference.read(PROMPT)[1])
    first, latents = reference.paint(start, STEPS, GUIDANCE, reference.denoiser(PROMPT, negative, GUIDANCE, (64, 64)), extra)
    assert_close(ours["unet_out_0"], first)
    for step, latent in enumerate(latents, start=1):
        difference = np.abs(ours[f"latents_{step}"] - latent.numpy()).max()
        assert difference <= max(1e-4, 5e-6 * float(latent.abs().max())), f"after step {step}"
    picture = reference.picture(torch.from_numpy(ours[f"latents_{STEPS}"]))
    assert picture.std() > 0.01, "a flat picture proves nothing"
    assert_close(ours["image"], picture)
    return ours


def mixed(parts):
    """The modules as they are stored: the denoiser in fp16, the second encoder in bf16, the rest in fp32."""
    parts["unet"].half()
    if "text_encoder_2" in parts:
        parts["text_encoder_2"].bfloat16()
    return parts


@pytest.mark.parametrize("family", KINDS)
def test_a_checkpoint_renders_as_diffusers_converts_it(family, tmp_path):
    kind = KINDS[family]
    parts = parts_of(kind)
    write_configs(kind, parts, tmp_path / "configs")
    file = tmp_path / "models" / "tiny_model-v1.safetensors"
    ldm_writer.write(file, family.split("-")[0], mixed(parts))
    reference = FromFile(kind, file, tmp_path / "configs")
    assert_agrees(reference, file, tmp_path / "file", kind["unet"].get("in_channels", 4), "" if "xl" in family else NEGATIVE)


@pytest.mark.parametrize("family", ["sd1", "sdxl"])
def test_the_encoder_of_a_checkpoint_agrees(family, tmp_path):
    kind = KINDS[family]
    parts = parts_of(kind)
    write_configs(kind, parts, tmp_path / "configs")
    file = tmp_path / "a.safetensors"
    ldm_writer.write(file, family, mixed(parts))
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    picture.save(tmp_path / "original.png")
    ours = render(file, tmp_path / "dump", prompt=PROMPT, steps=2, seed=3, strength=0.5, from_=tmp_path / "original.png")
    noise = philox_normals(3, ORIGINAL, ours["original"].size)
    assert_close(ours["original"], encoded(FromFile(kind, file, tmp_path / "configs").vae, picture, noise))


def test_what_lies_beside_a_checkpoint_overrides_its_defaults(tmp_path):
    kind = SD1 | {"scheduler": {"prediction_type": "v_prediction", "timestep_spacing": "trailing"}}
    parts = parts_of(kind, tiny_models.VOCABULARY)
    write_configs(kind, parts, tmp_path / "configs")
    model = tmp_path / "model"
    ldm_writer.write(model / "any.safetensors", "sd1", mixed(parts))
    shutil.copytree(tmp_path / "configs" / "scheduler", model / "scheduler")
    shutil.copytree(DEMO_MODEL / "tokenizer", model / "tokenizer")
    reference = FromFile(kind, model / "any.safetensors", tmp_path / "configs")
    reference.readers[0] = (CLIPTokenizer.from_pretrained(DEMO_MODEL / "tokenizer"), reference.readers[0][1])
    assert_agrees(reference, model, tmp_path / "folder")


@pytest.mark.parametrize("family, extra, prediction", [("sdxl", "v_pred", "v_prediction"), ("sd2", "global_step", "epsilon")])
def test_markers_tell_what_the_denoiser_guesses(family, extra, prediction, tmp_path):
    kind = KINDS[family] | {"scheduler": KINDS[family]["scheduler"] | {"prediction_type": prediction}}
    parts = parts_of(kind)
    write_configs(kind, parts, tmp_path / "configs")
    file = tmp_path / "marked.safetensors"
    value = torch.tensor([]) if extra == "v_pred" else torch.tensor(875000)
    ldm_writer.write(file, family, mixed(parts), {extra: value})
    assert_agrees(FromFile(kind, file, tmp_path / "configs"), file, tmp_path / "dump")


def test_a_schedule_that_ends_at_pure_noise_is_refused_by_name(tmp_path):
    parts = parts_of(SDXL)
    ldm_writer.write(tmp_path / "a.safetensors", "sdxl", parts, {"v_pred": torch.tensor([]), "ztsnr": torch.tensor([])})
    refused = try_render(tmp_path / "a.safetensors", tmp_path / "dump", prompt=PROMPT)
    assert refused.returncode != 0 and "rescale_betas_zero_snr" in refused.stderr


def save_tiny(folder, **options):
    """The tiny SD 1 of the other tests, saved again in another way."""
    plain = tiny_models.build(tiny_models.SD1, folder / "plain")
    pipeline = StableDiffusionPipeline.from_pretrained(plain, torch_dtype=torch.float16, safety_checker=None)
    pipeline.save_pretrained(folder / "other", **options)
    return plain, folder / "other"


@pytest.mark.parametrize("options", [{"max_shard_size": "400KB"}, {"variant": "fp16"}, {"variant": "mine"},
                                     {"variant": "bf16", "max_shard_size": "400KB"}], ids=str)
def test_shards_and_variants_are_the_same_model(options, tmp_path):
    plain, other = save_tiny(tmp_path, **options)
    names = [file.name for file in (other / "unet").iterdir()]
    assert "diffusion_pytorch_model.safetensors" not in names
    assert any("-00001-of-" in name for name in names) == ("max_shard_size" in options)
    same = {"prompt": PROMPT, "steps": 2, "seed": 3, "size": "64x64"}
    expected, ours = (render(model, tmp_path / f"dump {model.name}", **same) for model in (plain, other))
    assert all(np.array_equal(expected[key], ours[key]) for key in expected)


def test_the_standard_tokenizer_of_a_checkpoint(tmp_path):
    """The published example of CLIP's ids; test_tokens.py asks for many more."""
    ldm_writer.write(tmp_path / "a.safetensors", "sd1", parts_of(SD1))
    done = subprocess.run([RENDERER, "tokens", "--model", str(tmp_path / "a.safetensors")], input="a photo of a cat\n",
                          capture_output=True, text=True)
    assert json.loads(done.stdout) == [49406, 320, 1125, 539, 320, 2368, 49407], done.stderr
