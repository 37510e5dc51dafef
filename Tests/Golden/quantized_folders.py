"""Regenerates `Quantized` beside this file: a tiny random decoder as each project keeps it quantized, and its logits,
and an encoder, and its states.

    pip install -r requirements.txt
    python quantized_folders.py   # deterministic

Codes are packed here by the words of each format's description, but for bitsandbytes, which packs them itself. The
logits and states are those that transformers computes in float64 of the values that the codes stand for.
"""
import json
import shutil
from pathlib import Path

import bitsandbytes.functional as bnb
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM

HERE = Path(__file__).parent / "Quantized"
GROUP = 32


def words(codes):
    """Eight codes of 4 bits a word along the last axis, the first in the lowest bits."""
    parts = codes.reshape(*codes.shape[:-1], -1, 8).to(torch.int64) << (4 * torch.arange(8))
    values = parts.sum(-1)
    return torch.where(values >= 2**31, values - 2**32, values).to(torch.int32)


def affine(weight):
    """Codes with a scale and a zero point for each group, and the values that they stand for."""
    groups = weight.reshape(weight.shape[0], -1, GROUP)
    low, high = groups.amin(-1, keepdim=True).clamp(max=0), groups.amax(-1, keepdim=True).clamp(min=0)
    scale = ((high - low) / 15).to(torch.float16).to(torch.float64)
    zero = torch.round(-low / scale).clamp(0, 15)
    codes = torch.round(groups / scale + zero).clamp(0, 15)
    return codes.reshape(weight.shape), scale.squeeze(-1), zero.squeeze(-1), ((codes - zero) * scale).reshape(weight.shape)


def gptq(name, weight):
    codes, scale, zero, values = affine(weight)
    zero = zero.clamp(min=1)
    values = ((codes.reshape(len(codes), -1, GROUP) - zero[..., None]) * scale[..., None]).reshape(weight.shape)
    inputs = torch.arange(weight.shape[1]) // GROUP
    return {f"{name}.qweight": words(codes).T.contiguous(), f"{name}.qzeros": words((zero - 1).T),
            f"{name}.scales": scale.T.to(torch.float16).contiguous(), f"{name}.g_idx": inputs.to(torch.int32)}, values


def ordered_gptq(name, weight):
    """Groups of columns that do not lie side by side, as activations order them (`desc_act`)."""
    order = torch.randperm(weight.shape[1], generator=torch.Generator().manual_seed(weight.shape[1]))
    places = torch.argsort(order)
    tensors, values = gptq(name, weight[:, order])
    codes = tensors[f"{name}.qweight"].T.to(torch.int64)
    columns = ((codes[..., None] >> (4 * torch.arange(8))) & 15).reshape(weight.shape)
    return tensors | {f"{name}.qweight": words(columns[:, places]).T.contiguous(),
                      f"{name}.g_idx": (places // GROUP).to(torch.int32)}, values[:, places]


def awq(name, weight):
    codes, scale, zero, values = affine(weight)
    def interleaved(rows):
        return words(rows.reshape(len(rows), -1, 8)[..., [0, 2, 4, 6, 1, 3, 5, 7]].reshape(rows.shape))
    return {f"{name}.qweight": interleaved(codes.T), f"{name}.qzeros": interleaved(zero.T),
            f"{name}.scales": scale.T.to(torch.float16).contiguous()}, values


def compressed(name, weight):
    groups = weight.reshape(weight.shape[0], -1, GROUP)
    scale = (groups.abs().amax(-1, keepdim=True) / 7.5).to(torch.bfloat16).to(torch.float64)
    codes = torch.round(groups / scale).clamp(-8, 7)
    return {f"{name}.weight_packed": words((codes + 8).reshape(weight.shape)), f"{name}.weight_scale": scale.squeeze(-1).to(torch.bfloat16),
            f"{name}.weight_shape": torch.tensor(weight.shape)}, (codes * scale).reshape(weight.shape)


def mlx(name, weight):
    groups = weight.reshape(weight.shape[0], -1, GROUP)
    bias = groups.amin(-1, keepdim=True).to(torch.float16).to(torch.float64)
    scale = ((groups.amax(-1, keepdim=True) - bias) / 15).to(torch.float16).to(torch.float64)
    codes = torch.round((groups - bias) / scale).clamp(0, 15)
    return {f"{name}.weight": words(codes.reshape(weight.shape)).view(torch.uint32), f"{name}.scales": scale.squeeze(-1).to(torch.float16),
            f"{name}.biases": bias.squeeze(-1).to(torch.float16)}, (codes * scale + bias).reshape(weight.shape)


def four_bits(kind, nested):
    def pack(name, weight):
        codes, state = bnb.quantize_4bit(weight.to(torch.float32), blocksize=64, quant_type=kind, compress_statistics=nested)
        parts = {f"{name}.weight.{key}": value for key, value in state.as_dict(packed=True).items()}
        values = bnb.dequantize_4bit(codes, state).to(torch.float64)
        return {f"{name}.weight": codes} | parts, values
    return pack


def eight_bits(name, weight):
    largest = weight.to(torch.float32).abs().amax(-1)
    codes = torch.round(weight * 127 / largest[:, None]).to(torch.int8)
    return {f"{name}.weight": codes, f"{name}.SCB": largest, f"{name}.weight_format": torch.tensor(0, dtype=torch.uint8)}, codes * (
        largest.to(torch.float64)[:, None] / 127)


def bits(**settings):
    return dict(quantization_config=dict(quant_method="bitsandbytes", **settings))


GROUPS = dict(group_0=dict(targets=["Linear"], weights=dict(num_bits=4, type="int", symmetric=True, strategy="group", group_size=GROUP)))
FORMATS = {
    "gptq": (gptq, dict(quantization_config=dict(quant_method="gptq", bits=4, group_size=GROUP, sym=False, desc_act=False))),
    "gptq-ordered": (ordered_gptq, dict(quantization_config=dict(
        quant_method="gptq", bits=4, group_size=GROUP, sym=False, desc_act=True))),
    "awq": (awq, dict(quantization_config=dict(quant_method="awq", bits=4, group_size=GROUP, zero_point=True, version="gemm"))),
    "compressed-tensors": (compressed, dict(quantization_config=dict(
        quant_method="compressed-tensors", format="pack-quantized", config_groups=GROUPS, ignore=["lm_head"]))),
    "mlx": (mlx, dict(quantization=dict(group_size=GROUP, bits=4))),
    "bnb-nf4": (four_bits("nf4", False), bits(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=False)),
    "bnb-nf4-nested": (four_bits("nf4", True), bits(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True)),
    "bnb-fp4": (four_bits("fp4", False), bits(load_in_4bit=True, bnb_4bit_quant_type="fp4", bnb_4bit_use_double_quant=False)),
    "bnb-int8": (eight_bits, bits(load_in_8bit=True, load_in_4bit=False)),
}


DECODER = LlamaConfig(
    vocab_size=64, hidden_size=64, intermediate_size=128, num_hidden_layers=1, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=64, bos_token_id=1, eos_token_id=2, rope_parameters=dict(rope_theta=10000.0, rope_type="default"))
ENCODER = BertConfig(vocab_size=64, hidden_size=64, intermediate_size=128, num_hidden_layers=1, num_attention_heads=4,
                     max_position_embeddings=32)
ENCODED = ["gptq", "gptq-ordered", "awq", "compressed-tensors", "mlx", "bnb-nf4", "bnb-int8"]


def is_linear(name):
    return "_proj" in name or (".dense.weight" in name or ".self." in name and name.endswith(".weight")) and "embeddings" not in name


def write(folder, model, form, kind):
    pack, settings = FORMATS[form]
    tensors = {}
    for name, parameter in model.named_parameters():
        values = torch.randn(parameter.shape, dtype=torch.float64) * (0.7 if "embed" in name else 1.5 / parameter.shape[-1] ** 0.5)
        if "norm" in name.lower():
            values = ("bias" not in name) + 0.3 * torch.randn(parameter.shape, dtype=torch.float64)
        if is_linear(name):
            packed, values = pack(name.removesuffix(".weight"), values)
            tensors |= packed
        else:
            tensors[name] = values.to(torch.bfloat16)
            values = tensors[name].to(torch.float64)
        parameter.data = values
    tokens = torch.randint(0, 64, (1, 12))
    with torch.no_grad():
        logits = model(tokens, use_cache=False).logits[0] if kind == "LlamaForCausalLM" else model(tokens).last_hidden_state[0]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "model.safetensors")
    text = model.config.to_diff_dict() | dict(architectures=[kind]) | settings
    (folder / "config.json").write_text(json.dumps(text, indent=1) + "\n")
    save_file(dict(tokens=tokens[0].to(torch.int32), logits=logits.to(torch.float32)), folder / "logits.safetensors")
    print(folder.name, sum(path.stat().st_size for path in folder.iterdir()), "bytes, logits up to", float(logits.abs().max()))


def main():
    for configuration in (DECODER, ENCODER):
        configuration._attn_implementation = "eager"
    for form in FORMATS:
        torch.manual_seed(11)
        write(HERE / form, LlamaForCausalLM(DECODER).to(torch.float64).eval(), form, "LlamaForCausalLM")
    for form in ENCODED:
        torch.manual_seed(11)
        model = BertModel(ENCODER, add_pooling_layer=False).to(torch.float64).eval()
        write(HERE / f"bert-{form}", model, form, "BertModel")


main()
