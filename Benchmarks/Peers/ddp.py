"""One rank of torch's DistributedDataParallel over gloo, on the work of distributed.py; started by it.

Rank, size and address are in the environment, as torch.distributed reads them. Prints the rate of the first rank.
"""

import argparse
import json
import time

import torch
import torch.nn.functional as functional
from torch import nn


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x, turn):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=True)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.down(functional.gelu(self.up(self.norm2(x))))


class Model(nn.Module):
    def __init__(self, width, layers, heads, context, vocabulary=256):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        half = width // heads // 2
        angles = torch.arange(context)[:, None] * 10000.0 ** (-torch.arange(half) / half)
        self.register_buffer("cosine", angles.cos())
        self.register_buffer("sine", angles.sin())

    def turn(self, x):
        low, high = x.chunk(2, -1)
        return torch.cat([low * self.cosine - high * self.sine, high * self.cosine + low * self.sine], -1)

    def forward(self, tokens):
        x = self.tokens(tokens)
        for block in self.blocks:
            x = block(x, self.turn)
        return functional.linear(self.norm(x), self.tokens.weight)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in "width", "layers", "heads", "context", "windows", "steps", "warm-up":
        parser.add_argument("--" + name, type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo")
    rank, size = torch.distributed.get_rank(), torch.distributed.get_world_size()
    torch.manual_seed(0)
    model = Model(options.width, options.layers, options.heads, options.context)
    parallel = nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.AdamW(parallel.parameters(), lr=6e-4, betas=(0.9, 0.95))
    generator = torch.Generator().manual_seed(rank)
    for step in range(options.warm_up + options.steps):
        if step == options.warm_up:
            torch.distributed.barrier()
            start = time.perf_counter()
        text = torch.randint(256, (options.windows, options.context + 1), generator=generator)
        logits = parallel(text[:, :-1])
        loss = functional.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.distributed.barrier()
    seconds = time.perf_counter() - start
    if rank == 0:
        tokens = options.steps * options.windows * options.context * size
        print(json.dumps({"tokensPerSecond": tokens / seconds, "torch": torch.__version__,
                          "parameters": sum(parameter.numel() for parameter in model.parameters())}))
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
