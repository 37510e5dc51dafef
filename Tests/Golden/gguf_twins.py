"""Writes `model.gguf` in some folders of `Architectures`: the same model in the names and orders of GGUF.

    pip install -r requirements.txt
    python gguf_twins.py   # after architectures.py; deterministic

Before a file is kept, in bfloat16, llama.cpp reads the same in float32 and must find the logits that transformers found:
so the names, the order of rows, the offsets of norms and the settings are as llama.cpp understands them.
"""
import json
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import load_file

import llama_library

HERE = Path(__file__).parent / "Architectures"
NAMES = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
    "self_attn.qkv_proj": "attn_qkv", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "mlp.gate_up_proj": "ffn_up",
}
GEMMA = {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm"}
TWINS = {"llama": "llama", "qwen2": "qwen2", "qwen3": "qwen3", "gemma3_text": "gemma3", "phi3": "phi3", "smollm3": "smollm3"}


def name_in_gguf(name, architecture):
    outer = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}
    if name in outer:
        return outer[name]
    _, _, layer, rest = name.split(".", 3)
    module, kind = rest.rsplit(".", 1)
    return f"blk.{layer}.{((GEMMA if architecture == 'gemma3' else {}) | NAMES | (GEMMA if architecture == 'gemma3' else {}))[module]}.{kind}"


def permuted(weight, heads):
    """Columns that turn together become neighbours."""
    size = weight.shape[0] // heads
    return weight.reshape(heads, 2, size // 2, -1).transpose(1, 2).reshape(weight.shape)


def write(path, folder, architecture, kind):
    settings = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(path, architecture)
    width, heads = settings["hidden_size"], settings["num_attention_heads"]
    size = settings.get("head_dim") or width // heads
    writer.add_context_length(settings["max_position_embeddings"])
    writer.add_embedding_length(width)
    writer.add_block_count(settings["num_hidden_layers"])
    writer.add_feed_forward_length(settings["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(settings["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(settings["rms_norm_eps"])
    writer.add_key_length(size)
    writer.add_value_length(size)
    rope = settings["rope_parameters"]
    rope = rope.get("full_attention", rope)
    writer.add_rope_freq_base(rope["rope_theta"])
    turning = int(size * rope.get("partial_rotary_factor", 1))
    writer.add_rope_dimension_count(turning)
    if rope["rope_type"] in ("linear", "yarn"):
        writer.add_rope_scaling_type({"linear": gguf.RopeScalingType.LINEAR, "yarn": gguf.RopeScalingType.YARN}[rope["rope_type"]])
        writer.add_rope_scaling_factor(rope["factor"])
        if rope["rope_type"] == "yarn":
            writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    if architecture in ("gemma3", "phi3"):
        writer.add_sliding_window(settings["sliding_window"])
    if settings.get("final_logit_softcapping"):
        writer.add_final_logit_softcapping(settings["final_logit_softcapping"])
    if rope["rope_type"] == "longrope":
        original = settings["original_max_position_embeddings"]
        writer.add_rope_scaling_orig_ctx_len(original)
        scale = settings["max_position_embeddings"] / original
        writer.add_rope_scaling_attn_factors((1 + np.log(scale) / np.log(original)) ** 0.5)
        for key in ("long", "short"):
            writer.add_tensor(f"rope_factors_{key}.weight", np.array(rope[f"{key}_factor"], np.float32))
    if rope["rope_type"] == "llama3":
        frequencies = rope["rope_theta"] ** -(np.arange(0, turning, 2) / turning)
        turns = rope["original_max_position_embeddings"] * frequencies / (2 * np.pi)
        low, high = rope["low_freq_factor"], rope["high_freq_factor"]
        smooth = np.clip((turns - low) / (high - low), 0, 1)
        writer.add_tensor("rope_freqs.weight", (1 / ((1 - smooth) / rope["factor"] + smooth)).astype(np.float32))
    writer.add_tokenizer_model("none")
    writer.add_vocab_size(settings["vocab_size"])
    for name, weight in load_file(folder / "model.safetensors").items():
        weight = weight.to(torch.float32)
        if architecture in ("llama", "smollm3") and ("q_proj" in name or "k_proj" in name):
            weight = permuted(weight, heads if "q_proj" in name else settings["num_key_value_heads"])
        if architecture == "gemma3" and "norm" in name:
            weight = weight + 1
        values = weight.numpy()
        if kind == gguf.GGMLQuantizationType.BF16 and values.ndim == 2:
            writer.add_tensor(name_in_gguf(name, architecture), gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name_in_gguf(name, architecture), values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def check(path, golden, count):
    # Of a context that is not longer than what longrope's short factors are for.
    model = llama_library.Model(path, context=256, cache=llama_library.F32)
    logits = model.read(golden["tokens"][:count].tolist())
    distance = np.abs(logits - golden["logits"][:count].numpy()).max()
    # llama.cpp looks gelu up in a table of float16.
    assert distance < (1e-2 if "gemma" in str(path) else 2e-4), (str(path), distance)
    return distance


def main():
    for name, architecture in TWINS.items():
        folder = HERE / name
        golden = load_file(folder / "logits.safetensors")
        path = folder / "model.gguf"
        write(path, folder, architecture, gguf.GGMLQuantizationType.F32)
        # llama.cpp does not slide the windows of qwen2 and phi3.
        window = {"qwen2": 7, "phi3": 11}.get(name, 40)
        distance = check(path, golden, window)
        write(path, folder, architecture, gguf.GGMLQuantizationType.BF16)
        total = sum(file.stat().st_size for file in folder.iterdir())
        assert total <= 200_000, (name, total)
        print(name, path.stat().st_size, "bytes; llama.cpp differs by at most", distance)


main()
