#!/usr/bin/env python3
"""What ranks must hold: the loss of one, checkpoints for any number, the text of one, one error where one fails.

    .ci/distributed.py AFFINE AFFINE_WITHOUT_MPI
"""
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time

os.chdir(os.path.dirname(os.path.abspath(__file__)) + "/..")
affine, plain = sys.argv[1:3]
work = ".build/distributed"
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work)
common = ["train", "--text", "Tests/Corpus/persuasion.txt", "--unit", "characters", "--width", "32", "--heads", "2",
          "--layers", "1", "--context", "16", "--batch", "8", "--validation-windows", "32", "--warm-up", "2"]


def launch(ranks, arguments, program=affine, **environment):
    programs = [program] if program else []
    return subprocess.run([".ci/ranks", str(ranks), *programs, *arguments], capture_output=True, text=True, timeout=120,
                          env={**os.environ, **environment})


def run(ranks, *arguments, **environment):
    done = launch(ranks, [*common, "--format", "json", *arguments], **environment)
    if done.returncode:
        sys.exit(f"{ranks} ranks, {' '.join(arguments)}: {done.stderr}")
    # What more than one rank printed is no JSON.
    return json.loads(done.stdout)["runs"][0]


def without_times(result):
    return {name: value for name, value in result.items() if name not in ("tokensPerSecond", "bytes", "peakResidentBytes", "ranks",
                                                                   "recipe")}


def losses(result):
    return [loss for _, loss in result["curve"] + result["validation"]]


def apart(first, second):
    return max(abs(a - b) for a, b in zip(losses(first), losses(second), strict=True))


def same_loss():
    alone = json.loads(subprocess.run([plain, *common, "--steps", "8", "--format", "json"], capture_output=True,
                                      text=True, check=True).stdout)["runs"][0]
    for ranks in 1, 2, 4:
        assert apart(run(ranks, "--steps", "8"), alone) < 1e-4, f"{ranks} ranks have another loss"
    # As between machines, with no memory that both have.
    assert apart(run(2, "--steps", "8", OMPI_MCA_btl="self,tcp"), alone) < 1e-4, "ranks over TCP have another loss"
    ordered = [without_times(run(ranks, "--steps", "8", "--fixed-order")) for ranks in (1, 2, 4)]
    assert ordered[0] == ordered[1] == ordered[2], "a fixed order depends on the ranks"
    assert apart(ordered[0], alone) < 1e-4
    for exchange, most in ("bfloat16", 0.5), ("int8", 0.27):
        found = run(4, "--steps", "8", "--exchange", exchange)
        part = found["ranks"]["gradientBytes"] / found["ranks"]["float32GradientBytes"]
        assert part <= most and apart(found, alone) < 0.01, (exchange, part, apart(found, alone))
        print(f"{exchange}: {part:.4f} of the bytes, losses up to {apart(found, alone):.5f} apart")


def sharded_weights():
    shapes = ["--width", "64", "--layers", "4", "--steps", "4", "--fixed-order"]
    alone, moments = run(1, *shapes), run(4, *shapes, "--shard-optimizer")
    weights = run(4, *shapes, "--shard-weights")
    assert without_times(weights) == without_times(moments) == without_times(alone), "sharded weights change a loss"
    held = [result["bytes"]["weights"] + result["bytes"]["gradients"] + result["bytes"]["optimizer"]
            for result in (alone, moments, weights)]
    # Of four equal parts (weights, gradients, two moments) one is whole and three are divided by 4, then all four.
    assert held[2] < 0.75 * held[1] and held[1] < held[0] / 2, held
    int8 = run(4, *shapes, "--shard-weights", "--gather", "int8")
    part = int8["ranks"]["parameterBytes"] / weights["ranks"]["parameterBytes"]
    assert part < 0.35 and apart(int8, alone) < 0.02, (part, apart(int8, alone))
    print(f"sharded weights: {held[2] / held[0]:.3f} of the memory of one; gathered in int8 {part:.3f} of the bytes, "
          f"losses up to {apart(int8, alone):.5f} apart")


def checkpoints():
    def keep(name, ranks, steps, *more):
        path = f"{work}/{name}.safetensors"
        return run(ranks, "--steps", str(steps), "--fixed-order", "--moments", "dynamic8", "--checkpoint", path,
                   "--resume", *more), path

    _, whole = keep("whole", 1, 8)
    whole = open(whole, "rb").read()
    ways = [["--shard-optimizer"], ["--shard-weights"], ["--shard-weights", "--gather", "float32"]]
    for (first, second), way in zip([(4, 2), (1, 4), (4, 1)], ways):
        name = f"from{first}to{second}"
        # Learning rates are those of the longer run.
        path = f"{work}/{name}.safetensors"
        killed_run(first, [*common, "--steps", "8", "--fixed-order", "--moments", "dynamic8", "--checkpoint", path,
                           "--checkpoint-every", "1", *way], path)
        _, path = keep(name, second, 8, *ways[0])
        assert open(path, "rb").read() == whole, f"{name}: another checkpoint"


def text_of_one():
    """Also of models that are not divided evenly, and with a prompt that the first rank alone can read."""
    tiny = f"{work}/tiny.gguf"
    # An export needs all weights in one place.
    run(2, "--shard-weights", "--unit", "bytes", "--norm", "rms", "--activation", "swiglu", "--positions", "rotary",
        "--feed-forward", "76", "--width", "48", "--heads", "6", "--key-value-heads", "3", "--context", "64", "--steps", "4",
        "--export", tiny)
    models = [(tiny, ranks) for ranks in (1, 2, 3)]
    for variable, ranks in ("AFFINE_SMOLLM2", 2), ("AFFINE_GEMMA3", 2):
        models += [(os.environ[variable], ranks)] if variable in os.environ else []
    for model, ranks in models:
        arguments = ["generate", "--model", model, "--tokens", "8", "--seed", "1", "--temperature", "1", "--cache", "int8",
                     "--prompt"]
        alone = json.loads(subprocess.run([plain, *arguments, "It is a truth", "--format", "json"], check=True,
                                          capture_output=True, text=True).stdout)
        done = subprocess.run([".ci/ranks", str(ranks), affine, *arguments, "-", "--format", "json"],
                              input="It is a truth\n", capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        together = json.loads(done.stdout)
        assert together["tokenIds"] == alone["tokenIds"] and together["text"] == alone["text"], (model, ranks, together)
        if ranks > 1:
            whole, parts = sum(together["ranks"]["weightBytes"]), together["ranks"]["weightBytes"]
            assert max(parts) < 1.4 * whole / ranks, parts
            print(f"{os.path.basename(model)}: {ranks} ranks hold {parts} bytes and say the same; resident "
                  f"{together['ranks']['peakResidentBytes']}, one {alone['peakResidentBytes']}")
    lines = f"{work}/lines.txt"
    open(lines, "w").write("Anne\nThe sea\n")
    batch = ["generate", "--model", tiny, "--tokens", "4", "--temperature", "0", "--prompts", lines]
    alone = subprocess.run([plain, *batch], check=True, capture_output=True, text=True).stdout
    assert launch(2, batch).stdout == alone
    fails(4, ["generate", "--model", tiny, "--prompt", "a"],
          "3 heads of keys and values cannot be divided among 4 ranks")
    fails(1, ["generate", "--model", tiny, "--prompt", "a", ":", "-n", "1", affine, "generate", "--model", tiny,
              "--prompt", "b"], "rank 1 has another list of arguments than rank 0")


def memory_of_a_part():
    """From its start to its end a rank of two grows with half of a model, and one rank with all: peaks of 24 blocks less
    those of one, in which all that MPI takes is too. Three blocks are allowed to be read, or to travel, at once, two for
    pages of 2 MiB, and of matrices that lie in a file the 64 KiB that Linux maps beyond both ends of what is touched."""
    deep, width, inner = 24, 384, 1024
    # Four square matrices and three of the feed-forward layer in each block; of nothing else there is as much.
    block = 4 * (4 * width * width + 3 * width * inner)
    more = (deep - 1) * block
    most = more / 2 + 5 * block + 7 * deep * 2 * (64 << 10)
    data = ["--text", "Tests/Corpus/persuasion.txt", "--context", "16", "--batch", "2", "--validation-windows", "2",
            "--steps", "1"]
    # Adapters beside frozen weights: neither gradients nor moments are as large as what a model starts with.
    sharded = ["train", *data, "--adapter-rank", "1", "--shard-weights"]
    generated = ["generate", "--prompt", "It is", "--tokens", "2"]

    def new(blocks):
        return ["--unit", "bytes", "--norm", "rms", "--activation", "swiglu", "--positions", "rotary", "--width", str(width),
                "--heads", "6", "--layers", str(blocks), "--feed-forward", str(inner)]

    def peaks(ranks, arguments):
        done = launch(ranks, [*arguments, "--format", "json"])
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        found = found["runs"][0] if "runs" in found else found
        return (found.get("ranks") or {}).get("peakResidentBytes") or [found["peakResidentBytes"]]

    def compare(name, arguments):
        growth = [max(peaks(ranks, arguments(deep))) - min(peaks(ranks, arguments(1))) for ranks in (1, 2)]
        assert growth[0] > more / 2 and growth[1] < most, (name, growth, more, most)
        print(f"{name}: of {more} bytes more a rank of two has {growth[1]} more in memory, one rank {growth[0]}")

    files = {"GGUF": lambda blocks: f"{work}/blocks{blocks}.gguf", "safetensors": lambda blocks: f"{work}/blocks{blocks}"}
    for blocks in 1, deep:
        peaks(1, ["train", *data, *new(blocks), "--export", files["GGUF"](blocks)])
        write_folder(files["safetensors"](blocks), blocks, width, inner)
    compare("sharded weights of a new model", lambda blocks: [*sharded, *new(blocks)])
    compare("sharded weights of safetensors", lambda blocks: [*sharded, "--initial", files["safetensors"](blocks)])
    for name, path in files.items():
        compare(f"{name} that ranks run", lambda blocks: [*generated, "--model", path(blocks)])


def write_folder(folder, blocks, width, inner):
    """A model of bfloat16 as Hugging Face writes them, with a tokenizer of few words; what it says is nothing."""
    golden = "Tests/Golden"
    os.makedirs(folder)
    shutil.copy(f"{golden}/Tokenizers/llama2/tokenizer.json", folder)
    tokenizer = json.load(open(f"{folder}/tokenizer.json"))
    vocabulary = 1 + max([*tokenizer["model"]["vocab"].values(), *(token["id"] for token in tokenizer["added_tokens"])])
    config = json.load(open(f"{golden}/Architectures/llama/config.json"))
    config |= {"vocab_size": vocabulary, "hidden_size": width, "intermediate_size": inner, "num_hidden_layers": blocks,
               "num_attention_heads": 6, "num_key_value_heads": 6, "head_dim": width // 6}
    json.dump(config, open(f"{folder}/config.json", "w"))
    shapes = {f"{name}.weight": [vocabulary, width] for name in ("model.embed_tokens", "lm_head")}
    shapes["model.norm.weight"] = [width]
    for number in range(blocks):
        block = f"model.layers.{number}"
        for name in "input_layernorm", "post_attention_layernorm":
            shapes[f"{block}.{name}.weight"] = [width]
        for name in "q", "k", "v", "o":
            shapes[f"{block}.self_attn.{name}_proj.weight"] = [width, width]
        for name, shape in ("gate", [inner, width]), ("up", [inner, width]), ("down", [width, inner]):
            shapes[f"{block}.mlp.{name}_proj.weight"] = shape
    header, end = {}, 0
    for name, shape in shapes.items():
        start, end = end, end + 2 * math.prod(shape)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [start, end]}
    header = json.dumps(header).encode()
    header += b" " * (-len(header) % 8)
    with open(f"{folder}/model.safetensors", "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        # 0.01 and -0.01.
        file.write(bytes.fromhex("243c24bc") * (end // 4))


def killed_run(ranks, arguments, path):
    """Kills the whole run once it has written a checkpoint."""
    process = subprocess.Popen([".ci/ranks", str(ranks), affine, *arguments], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    while process.poll() is None and not os.path.exists(path):
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.wait()
    subprocess.run([affine, "inspect", path], check=True, capture_output=True)


def children(process):
    """The ranks of a launcher."""
    listing = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()[1:]]
    return sorted(int(pid) for pid, parent, command in rows
                  if int(parent) == process.pid and command.startswith(affine))


def kill_one(process, ranks, victim):
    """Kills a rank of a launcher; each of the others says so once, within seconds."""
    found = children(process)
    assert len(found) == ranks, found
    start = time.monotonic()
    os.kill(found[victim], signal.SIGKILL)
    _, errors = process.communicate(timeout=30)
    seconds = time.monotonic() - start
    said = sorted(line for line in errors.splitlines() if line.startswith("rank "))
    expected = [f"rank {rank} of {ranks}: another rank has ended, and so does this one" for rank in range(ranks)
                if rank != victim]
    assert process.returncode != 0 and seconds < 10 and said == expected, (seconds, errors)
    return seconds


def a_dead_rank():
    """The last checkpoint is whole, and any number of ranks goes on from it."""
    path = f"{work}/dead.safetensors"
    long = [*common, "--checkpoint", path, "--resume", "--shard-optimizer"]
    process = subprocess.Popen([".ci/ranks", "4", affine, *long, "--steps", "1000000", "--checkpoint-every", "5"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not os.path.exists(path):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    seconds = kill_one(process, 4, 2)
    taken = steps(path)
    assert taken >= 5 and taken % 5 == 0, taken
    rest = run(2, "--checkpoint", path, "--resume", "--shard-optimizer", "--steps", str(taken + 2))
    assert len(rest["curve"]) == taken + 2 and steps(path) == taken + 2, (taken, len(rest["curve"]))
    print(f"a killed rank ended the others after {seconds:.1f} s; two go on from step {taken}")


def steps(path):
    """Those that a checkpoint has taken."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return int(header["__metadata__"]["step"])


def a_dead_rank_of_one_model():
    model = f"{work}/long.gguf"
    run(1, "--unit", "bytes", "--norm", "rms", "--activation", "swiglu", "--positions", "rotary", "--width", "48", "--heads", "6",
        "--key-value-heads", "3", "--context", "2048", "--batch", "1", "--steps", "1", "--validation-windows", "1", "--export", model)
    process = subprocess.Popen([".ci/ranks", "3", affine, "generate", "--model", model, "--prompt", "It is", "--tokens", "2000",
                                "--ignore-end"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # It writes once all ranks have the model.
    assert process.stdout.read(1), process.stderr.read()
    print(f"a killed rank of a model ended the others after {kill_one(process, 3, 1):.1f} s")


def fails(ranks, arguments, expected, program=affine):
    done = launch(ranks, arguments, program)
    said = [line for line in done.stderr.splitlines() if expected in line]
    assert done.returncode != 0 and len(said) == 1 and not done.stdout, (arguments, expected, done.stderr, done.stdout)
    print(said[0])


def other_files():
    """The same arguments, and other files behind them: each rank in a folder of its own."""
    program = os.path.abspath(affine)
    folders = [os.path.abspath(f"{work}/machine{rank}") for rank in range(2)]
    text, model = open("Tests/Corpus/persuasion.txt").read(), open(f"{work}/tiny.gguf", "rb").read()
    # Two tokens change their places, of which no text has one; weights are the same.
    first, second = ((1).to_bytes(8, "little") + token for token in (b"{", b"}"))
    assert model.count(first) == model.count(second) == 1
    moved = bytearray(model)
    for part, other in (first, second), (second, first):
        place = model.index(part)
        moved[place:place + len(part)] = other
    for folder, own, tokens in zip(folders, (text, text.replace("Elliot", "Elliott", 1)), (model, moved)):
        os.makedirs(folder)
        open(f"{folder}/text.txt", "w").write(own)
        open(f"{folder}/same.txt", "w").write(text)
        open(f"{folder}/model.gguf", "wb").write(tokens)

    def differ(arguments, expected):
        fails(1, ["-wdir", folders[0], program, *arguments, ":", "-n", "1", "-wdir", folders[1], program, *arguments],
              f"rank 1 has another {expected} than rank 0", program=None)

    differ(["train", "--text", "text.txt", *common[3:], "--steps", "2"], "file of --text")
    differ(["train", "--text", "same.txt", "--initial", "model.gguf", "--steps", "2", "--batch", "2"], "tokenizer")
    differ(["generate", "--model", "model.gguf", "--prompt", "a", "--stop", "b"], "tokenizer")


def mismatches():
    other = f"{work}/other.txt"
    text = open("Tests/Corpus/persuasion.txt").read()
    open(other, "w").write(text.replace("Elliot", "Elliott", 1))
    # Two programs of one launcher differ in what they are given.
    second = [argument if argument != "Tests/Corpus/persuasion.txt" else other for argument in common]
    fails(1, [*common, "--steps", "2", ":", "-n", "1", affine, *second, "--steps", "2"],
          "rank 1 has another list of arguments than rank 0")
    moved = f"{work}/moved"
    shutil.copy(affine, moved)
    open(moved, "ab").write(b"\0")
    fails(1, [*common, "--steps", "2", ":", "-n", "1", moved, *common, "--steps", "2"],
          "rank 1 has another build than rank 0")
    fails(3, [*common, "--steps", "2"], "a batch of 8 windows does not divide among 3 ranks")
    fails(2, [*common, "--steps", "0"], "--steps must lie in")
    fails(2, ["train", "--text", "no/such/file"], "no/such/file")
    fails(2, ["coverage"], "2 ranks would all do the same")
    for arguments in [*common, "--steps", "2"], ["generate", "--model", f"{work}/tiny.gguf", "--prompt", "a"]:
        fails(2, arguments, "this build cannot work as 2 ranks: 'swift build --traits MPI' makes one that can", plain)


same_loss()
sharded_weights()
checkpoints()
text_of_one()
memory_of_a_part()
a_dead_rank()
a_dead_rank_of_one_model()
other_files()
mismatches()
