"""Regenerates `Architectures` beside this file: a tiny random model of each architecture, and its logits.

    pip install -r requirements.txt
    python architectures.py   # deterministic

Each folder is one of Hugging Face, as transformers saves it in bfloat16, with `logits.safetensors`: tokens, and
the logits that transformers computes of them in float64 of the same weights. Sequences are longer than windows, and
there are as many blocks as it takes for window patterns and blocks without positions to matter. `rotary.json` has
frequencies and magnitudes of transformers for settings of `rope_scaling`. `gguf_twins.py` writes some of
them as GGUF files, too.
"""
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    BertConfig, BertModel, DistilBertConfig, DistilBertModel, Gemma3Config, Gemma3ForConditionalGeneration, Gemma3ForCausalLM, Gemma3TextConfig,
    LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Phi3Config, Phi3ForCausalLM, Qwen2Config,
    Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM, RobertaConfig, RobertaModel, SmolLM3Config, SmolLM3ForCausalLM,
    XLMRobertaConfig, XLMRobertaModel)
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

HERE = Path(__file__).parent / "Architectures"
TOKENS = 40
SMALL = dict(vocab_size=96, hidden_size=32, intermediate_size=48, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=128, pad_token_id=None, bos_token_id=1, eos_token_id=2)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32)
LONG = dict(rope_type="longrope", short_factor=[1.0, 1.1, 1.3], long_factor=[1.0, 2.5, 7.0])


def models():
    yield "llama", LlamaForCausalLM, LlamaConfig(
        **SMALL, num_hidden_layers=3, rope_parameters=dict(rope_theta=500000.0, **LLAMA3))
    yield "llama-biased", LlamaForCausalLM, LlamaConfig(
        **SMALL, num_hidden_layers=2, tie_word_embeddings=True, attention_bias=True, mlp_bias=True, head_dim=12,
        rope_parameters=dict(rope_theta=10000.0, rope_type="linear", factor=2.0))
    yield "mistral", MistralForCausalLM, MistralConfig(**SMALL, num_hidden_layers=3, head_dim=16, sliding_window=9)
    yield "qwen2", Qwen2ForCausalLM, Qwen2Config(
        **SMALL, num_hidden_layers=4, use_sliding_window=True, sliding_window=7, max_window_layers=2, tie_word_embeddings=True,
        rope_parameters=dict(rope_theta=1000000.0, rope_type="default"))
    yield "qwen3", Qwen3ForCausalLM, Qwen3Config(
        **SMALL, num_hidden_layers=3, head_dim=16, rope_parameters=dict(rope_theta=10000.0, **YARN))
    yield "gemma3_text", Gemma3ForCausalLM, Gemma3TextConfig(
        **SMALL | dict(num_key_value_heads=1, intermediate_size=24), num_hidden_layers=7, head_dim=8, sliding_window=6, query_pre_attn_scalar=8,
        final_logit_softcapping=3.0, rope_parameters=dict(
            full_attention=dict(rope_theta=1000000.0, rope_type="linear", factor=8.0),
            sliding_attention=dict(rope_theta=10000.0, rope_type="default")))
    yield "phi3", Phi3ForCausalLM, Phi3Config(
        **SMALL | dict(pad_token_id=0, max_position_embeddings=512), num_hidden_layers=3, original_max_position_embeddings=256, sliding_window=11,
        rope_parameters=dict(rope_theta=10000.0, partial_rotary_factor=0.75, **LONG))
    yield "smollm3", SmolLM3ForCausalLM, SmolLM3Config(
        **SMALL, num_hidden_layers=5, no_rope_layer_interval=4, rope_parameters=dict(rope_theta=5000000.0, rope_type="default"))


def randomize(model, offset):
    """Weights that make every part matter: norms away from one, biases away from zero."""
    for name, parameter in model.named_parameters():
        values = torch.randn(parameter.shape, dtype=torch.float64)
        if "norm" in name.lower() and name.endswith("weight"):
            values = 1 - offset + 0.3 * values
        elif name.endswith("bias"):
            values = 0.2 * values
        elif "embed" in name:
            values = 0.7 * values
        else:
            values = values * 1.5 / parameter.shape[-1] ** 0.5
        parameter.data = values.to(torch.bfloat16).to(torch.float64)


def save(name, model, outputs, **arrays):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model.to(torch.bfloat16).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    arrays |= {"logits": outputs.to(torch.float32).contiguous()}
    save_file(arrays, folder / "logits.safetensors")
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert size <= 200_000, (name, size)
    print(name, size, "bytes, logits up to", float(outputs.abs().max()))


def decoders():
    for name, kind, configuration in models():
        configuration._attn_implementation = "eager"
        torch.manual_seed(7)
        model = kind(configuration).to(torch.float64).eval()
        randomize(model, 1 if "gemma" in name else 0)
        tokens = torch.randint(0, 96, (1, TOKENS))
        with torch.no_grad():
            logits = model(tokens, use_cache=False).logits[0]
        save(name, model, logits, tokens=tokens[0].to(torch.int32))
    long_phi()
    whole_gemma()


def long_phi():
    """Phi 3 beyond its original context, where positions have the long factors."""
    configuration = Phi3Config(
        **SMALL | dict(pad_token_id=0, max_position_embeddings=64), num_hidden_layers=2, original_max_position_embeddings=16,
        rope_parameters=dict(rope_theta=10000.0, partial_rotary_factor=0.75, **LONG))
    configuration._attn_implementation = "eager"
    torch.manual_seed(12)
    model = Phi3ForCausalLM(configuration).to(torch.float64).eval()
    randomize(model, 0)
    tokens = torch.randint(0, 96, (1, TOKENS))
    with torch.no_grad():
        logits = model(tokens, use_cache=False).logits[0]
    save("phi3-long", model, logits, tokens=tokens[0].to(torch.int32))


def whole_gemma():
    """Gemma 3 with the tower that sees pictures, as its larger models are saved; the text alone is run."""
    text = Gemma3TextConfig(**SMALL | dict(num_key_value_heads=1), num_hidden_layers=3, head_dim=8, sliding_window=6,
                            layer_types=["sliding_attention", "full_attention", "sliding_attention"], query_pre_attn_scalar=16)
    vision = dict(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, image_size=16, patch_size=8)
    configuration = Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4, image_token_index=95,
                                 boi_token_index=93, eoi_token_index=94)
    configuration._attn_implementation = configuration.text_config._attn_implementation = "eager"
    torch.manual_seed(8)
    model = Gemma3ForConditionalGeneration(configuration).to(torch.float64).eval()
    randomize(model, 1)
    tokens = torch.randint(0, 90, (1, TOKENS))
    with torch.no_grad():
        logits = model(tokens, use_cache=False).logits[0]
    save("gemma3", model, logits, tokens=tokens[0].to(torch.int32))


def bert():
    configuration = BertConfig(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
                               max_position_embeddings=64, type_vocab_size=2)
    configuration._attn_implementation = "eager"
    torch.manual_seed(11)
    model = BertModel(configuration, add_pooling_layer=False).to(torch.float64).eval()
    randomize(model, 0)
    tokens = torch.randint(0, 96, (1, TOKENS))
    with torch.no_grad():
        states = model(tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state[0]
    save("bert", model, states, tokens=tokens[0].to(torch.int32))


def distilbert():
    configuration = DistilBertConfig(vocab_size=96, dim=32, hidden_dim=48, n_layers=2, n_heads=4, max_position_embeddings=64)
    configuration._attn_implementation = "eager"
    torch.manual_seed(9)
    model = DistilBertModel(configuration).to(torch.float64).eval()
    randomize(model, 0)
    tokens = torch.randint(0, 96, (1, TOKENS))
    with torch.no_grad():
        states = model(tokens).last_hidden_state[0]
    save("distilbert", model, states, tokens=tokens[0].to(torch.int32))


def roberta():
    """Places follow that of padding, which a sequence may have too."""
    for name, kind, configuration in [
        ("roberta", RobertaModel, RobertaConfig), ("xlm-roberta", XLMRobertaModel, XLMRobertaConfig)]:
        configuration = configuration(
            vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
            max_position_embeddings=50, type_vocab_size=1, pad_token_id=1 if name == "roberta" else 3)
        configuration._attn_implementation = "eager"
        torch.manual_seed(10)
        model = kind(configuration, add_pooling_layer=False).to(torch.float64).eval()
        randomize(model, 0)
        tokens = torch.randint(4, 96, (1, TOKENS))
        tokens[0, 7] = configuration.pad_token_id
        with torch.no_grad():
            states = model(tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state[0]
        save(name, model, states, tokens=tokens[0].to(torch.int32))


def rotary():
    """What transformers makes of `rope_scaling`, in the settings of published models and at edges."""
    cases = []
    for head, theta, context, scaling, length in [
        (64, 500000.0, 131072, dict(LLAMA3, original_max_position_embeddings=8192), None),
        (128, 500000.0, 131072, dict(LLAMA3, factor=32.0, original_max_position_embeddings=8192), None),
        (128, 10000.0, 8192, dict(rope_type="linear", factor=4.0), None),
        (128, 1000000.0, 131072, dict(YARN, original_max_position_embeddings=32768), None),
        (128, 1000000.0, 131072, dict(YARN, original_max_position_embeddings=32768, attention_factor=0.8), None),
        (64, 10000.0, 163840, dict(YARN, factor=40.0, original_max_position_embeddings=4096, mscale=0.707, mscale_all_dim=1.0), None),
        (64, 150000.0, 131072, dict(YARN, factor=32.0, original_max_position_embeddings=4096, beta_fast=16.0, beta_slow=2.0, truncate=False), None),
        (96, 10000.0, 131072, dict(rope_type="longrope", original_max_position_embeddings=4096,
                                   short_factor=[1 + i / 64 for i in range(48)], long_factor=[1 + i for i in range(48)]), 100),
        (96, 10000.0, 131072, dict(rope_type="longrope", original_max_position_embeddings=4096,
                                   short_factor=[1 + i / 64 for i in range(48)], long_factor=[1 + i for i in range(48)]), 5000),
    ]:
        configuration = LlamaConfig(hidden_size=4 * head, num_attention_heads=4, head_dim=head, max_position_embeddings=context,
                                    rope_parameters=dict(rope_theta=theta, **scaling))
        frequencies, magnitude = ROPE_INIT_FUNCTIONS[scaling["rope_type"]](configuration, "cpu", seq_len=length)
        cases.append(dict(head=head, theta=theta, context=context, scaling=scaling, length=length, magnitude=float(magnitude),
                          frequencies=[float(value) for value in frequencies]))
    (HERE / "rotary.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    decoders()
    bert()
    distilbert()
    roberta()
    rotary()
