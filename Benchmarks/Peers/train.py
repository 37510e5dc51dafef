"""Tokens a second of `affine train` beside PyTorch, in turn, on one model and one text.

    venv/bin/python Benchmarks/Peers/train.py --affine .build/release/affine --text Tests/Corpus/persuasion.txt
    venv/bin/python Benchmarks/Peers/train.py --affine .build/release/affine --text … --model model.gguf --batch 2 --context 128

Without --model a model of 10.7 million parameters from random values, with it a GGUF file of Llama's architecture that
is fine-tuned: `affine train --export` writes its folder, which torch reads. Torch takes its steps with fused AdamW in
float32 and, of the products, in bfloat16 (autocast). Rates are medians of rounds, each without its first steps, and so
are ratios; the threads of a run are given to everyone.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

# Runs of ours: a name, the recipe and further options; what is float is bfloat16 where torch's is.
RUNS = {
    "float32": ["float32"],
    "bfloat16": ["float32", "--precision", "bfloat16"],
    "int8-mixed-precision": ["int8-mixed-precision", "--precision", "bfloat16"],
    "int8-mixed-precision-in-float32": ["int8-mixed-precision"],
    "switchback": ["switchback", "--precision", "bfloat16"],
    "jetfire": ["jetfire", "--precision", "bfloat16"],
    "int8-weight-only": ["int8-weight-only", "--precision", "bfloat16"],
}


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.first_norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.output = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (y.view(batch, length, self.heads, -1).transpose(1, 2)
                   for y in self.qkv(self.first_norm(x)).split(width, 2))
        heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.output(heads.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.gelu(self.up(self.second_norm(x))))


class Decoder(nn.Module):
    """The model that `affine train` starts by default: learned places, layer norms, GELU, an untied head."""

    def __init__(self, width, layers, heads, context):
        super().__init__()
        self.tokens, self.places = nn.Embedding(256, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 256, bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class LlamaBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, self.heads, self.narrow = c["hidden_size"], c["num_attention_heads"], c["num_key_value_heads"]
        size = width // self.heads
        self.input_layernorm = nn.RMSNorm(width, c["rms_norm_eps"])
        self.post_attention_layernorm = nn.RMSNorm(width, c["rms_norm_eps"])
        linear = lambda inputs, outputs: nn.Linear(inputs, outputs, bias=False)
        self.self_attn = nn.ModuleDict({
            "q_proj": linear(width, width), "k_proj": linear(width, self.narrow * size),
            "v_proj": linear(width, self.narrow * size), "o_proj": linear(width, width)})
        inner = c["intermediate_size"]
        self.mlp = nn.ModuleDict({
            "gate_proj": linear(width, inner), "up_proj": linear(width, inner), "down_proj": linear(inner, width)})

    def forward(self, x, cosine, sine):
        batch, length, width = x.shape
        normal, a = self.input_layernorm(x), self.self_attn
        q, k, v = (a[name](normal).view(batch, length, -1, width // self.heads).transpose(1, 2)
                   for name in ("q_proj", "k_proj", "v_proj"))
        turn = lambda y: y * cosine + torch.cat((-y.chunk(2, -1)[1], y.chunk(2, -1)[0]), -1) * sine
        heads = F.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=True, enable_gqa=True)
        x = x + a["o_proj"](heads.transpose(1, 2).reshape(batch, length, width))
        normal, m = self.post_attention_layernorm(x), self.mlp
        return x + m["down_proj"](F.silu(m["gate_proj"](normal)) * m["up_proj"](normal))


class Llama(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embed_tokens = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.layers = nn.ModuleList(LlamaBlock(c) for _ in range(c["num_hidden_layers"]))
        self.norm = nn.RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.size, self.base = c["hidden_size"] // c["num_attention_heads"], c["rope_theta"]

    def forward(self, tokens):
        angles = torch.outer(
            torch.arange(tokens.shape[1]).float(), self.base ** -(torch.arange(0, self.size, 2) / self.size))
        angles = torch.cat((angles, angles), -1)
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x, angles.cos(), angles.sin())
        return F.linear(self.norm(x), self.embed_tokens.weight)


def torch_rate(model, data, kind, a, threads):
    torch.set_num_threads(threads)
    optimizer = torch.optim.AdamW(model.parameters(), lr=a.rate, betas=(0.9, 0.95), fused=True)
    times, losses = [], []
    for _ in range(a.steps + 1):
        starts = torch.randint(len(data) - a.context - 1, (a.batch,)).tolist()
        windows = torch.stack([data[s:s + a.context + 1] for s in starts])
        start = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=kind == "bfloat16"):
            logits = model(windows[:, :-1])
            loss = F.cross_entropy(logits.flatten(0, 1).float(), windows[:, 1:].flatten())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        times.append(time.perf_counter() - start)
        losses.append(loss.item())
    return a.batch * a.context * a.steps / sum(times[1:]), losses


def our_rate(run, a, folder, threads):
    command = [a.affine, "train", "--text", a.text, "--recipe", *RUNS[run], "--steps", a.steps + 1,
               "--threads", threads, "--context", a.context, "--batch", a.batch, "--learning-rate", a.rate,
               "--validation-windows", 1, "--format", "json"]
    if a.model:
        command += ["--initial", a.model, "--token-file", folder / "text.tokens"]
    else:
        command += ["--width", a.width, "--layers", a.layers, "--heads", a.heads]
    done = subprocess.run([str(x) for x in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)["runs"][0]["tokensPerSecond"]


def torch_model(a, folder):
    if not a.model:
        return lambda: Decoder(a.width, a.layers, a.heads, a.context), torch.tensor(list(open(a.text, "rb").read()))
    from safetensors.torch import load_file
    if not (folder / "model").exists():
        command = [a.affine, "train", "--initial", a.model, "--text", a.text, "--token-file", folder / "text.tokens",
                   "--steps", 1, "--batch", 1, "--context", a.context, "--learning-rate", 0,
                   "--validation-windows", 1, "--export", folder / "model"]
        done = subprocess.run([str(x) for x in command], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
    c = json.loads((folder / "model" / "config.json").read_text())
    weights = load_file(folder / "model" / "model.safetensors")
    weights = {name.removeprefix("model."): weight for name, weight in weights.items() if name != "lm_head.weight"}

    def make():
        model = Llama(c)
        model.load_state_dict(weights)
        return model
    return make, load_file(folder / "text.tokens")["tokens"].long()


def note(rates, threads, name, rate):
    rates.setdefault((threads, name), []).append(rate)
    print(f"{threads} threads, {name}: {rate:.0f} tokens/s", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--affine", required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--model", help="a GGUF file to fine-tune")
    parser.add_argument("--folder", help="where its export is kept for the next time")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--runs", default="float32,int8-mixed-precision,switchback,jetfire,int8-weight-only")
    parser.add_argument("--peers", default="float32,bfloat16")
    parser.add_argument("--rate", type=float, default=1e-4)
    for name, value in (("width", 384), ("layers", 6), ("heads", 6), ("context", 256), ("batch", 4), ("steps", 12),
                        ("rounds", 3)):
        parser.add_argument("--" + name, type=int, default=value)
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(a.folder or temporary)
        folder.mkdir(exist_ok=True)
        make, data = torch_model(a, folder)
        rates = {}
        for threads in [int(x) for x in a.threads.split(",")]:
            for _ in range(a.rounds):
                for kind in a.peers.split(","):
                    torch.manual_seed(0)
                    rate, _ = torch_rate(make(), data, kind, a, threads)
                    note(rates, threads, "torch " + kind, rate)
                for run in a.runs.split(","):
                    note(rates, threads, run, our_rate(run, a, folder, threads))
    peers = ["torch " + kind for kind in a.peers.split(",")]
    first = min(threads for threads, _ in rates)
    ratio = lambda x, y: f"{statistics.median(p / q for p, q in zip(x, y)):.2f}"
    print("| threads | run | tokens/s | " + "".join(f"of {peer} | " for peer in peers) + f"of {first} |")
    print("| --- | --- | ---: | " + "---: | " * len(peers) + "---: |")
    for (threads, name), values in rates.items():
        cells = [ratio(values, rates[threads, peer]) for peer in peers] + [ratio(values, rates[first, name])]
        print(f"| {threads} | {name} | {statistics.median(values):.0f} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
