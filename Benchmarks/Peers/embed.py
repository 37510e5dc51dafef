"""Compares `affine embed` with onnxruntime on one BERT model, in turn, on the same texts.

    python embed.py --model FOLDER --affine .build/release/affine [--threads 1 2] [--rounds 5]

onnxruntime runs the model in float32, once with its standard optimizations and once after its own optimizer
for transformers has fused attention; what it runs has no mask and no padding, since all texts of a batch
have the same number of tokens. `affine embed` runs int8 weights and inputs, and float32 for reference. Only
the encoder is timed: no tokenizer, no pooling of onnxruntime's. A ratio above 1 says that we are faster.
"""
import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

CORPUS = Path(__file__).parents[2] / "Tests/Corpus/persuasion.txt"


class Graph:
    """A BERT encoder as exporters write it."""

    def __init__(self, folder):
        self.configuration = json.loads((folder / "config.json").read_text())
        self.tensors = load_file(folder / "model.safetensors")
        self.nodes, self.constants, self.count = [], {}, 0

    def constant(self, name, values):
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def add(self, operator, *inputs, **attributes):
        self.count += 1
        name = f"{operator}_{self.count}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=f"node_{name}", **attributes))
        return name

    def tensor(self, name):
        return self.constant(name, self.tensors[name].astype(np.float32))

    def linear(self, x, name):
        weight = self.constant(f"{name}.weight", self.tensors[f"{name}.weight"].T.astype(np.float32))
        return self.add("Add", self.add("MatMul", x, weight), self.tensor(f"{name}.bias"))

    def norm(self, x, name):
        return self.add("LayerNormalization", x, self.tensor(f"{name}.weight"),
                        self.tensor(f"{name}.bias"), axis=-1,
                        epsilon=self.configuration["layer_norm_eps"])

    def gelu(self, x):
        root, one, half = (self.constant(name, np.float32(value)) for name, value in
                           (("root", 2 ** 0.5), ("one", 1), ("half", 0.5)))
        law = self.add("Add", self.add("Erf", self.add("Div", x, root)), one)
        return self.add("Mul", self.add("Mul", x, law), half)

    def model(self, tokens):
        heads = self.configuration["num_attention_heads"]
        size = self.configuration["hidden_size"] // heads
        split = self.constant("split", np.array([0, 0, heads, size], np.int64))
        merge = self.constant("merge", np.array([0, 0, heads * size], np.int64))
        scale = self.constant("scale", np.float32(size ** 0.5))
        places = self.tensors["embeddings.position_embeddings.weight"][:tokens]
        types = self.tensors["embeddings.token_type_embeddings.weight"][0]
        words = self.add("Gather", self.tensor("embeddings.word_embeddings.weight"), "input_ids")
        x = self.add("Add", words, self.constant("places", (places + types).astype(np.float32)))
        x = self.norm(x, "embeddings.LayerNorm")
        for layer in range(self.configuration["num_hidden_layers"]):
            name = f"encoder.layer.{layer}"
            def head(part, order):
                y = self.linear(x, f"{name}.attention.self.{part}")
                return self.add("Transpose", self.add("Reshape", y, split), perm=order)
            q, v = head("query", [0, 2, 1, 3]), head("value", [0, 2, 1, 3])
            scores = self.add("Div", self.add("MatMul", q, head("key", [0, 2, 3, 1])), scale)
            mixed = self.add("MatMul", self.add("Softmax", scores, axis=-1), v)
            mixed = self.add("Reshape", self.add("Transpose", mixed, perm=[0, 2, 1, 3]), merge)
            x = self.norm(self.add("Add", self.linear(mixed, f"{name}.attention.output.dense"), x),
                          f"{name}.attention.output.LayerNorm")
            inner = self.gelu(self.linear(x, f"{name}.intermediate.dense"))
            x = self.norm(self.add("Add", self.linear(inner, f"{name}.output.dense"), x),
                          f"{name}.output.LayerNorm")
        shape = ["batch", tokens]
        graph = helper.make_graph(
            self.nodes, "bert", [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)],
            [helper.make_tensor_value_info(x, TensorProto.FLOAT, [*shape, heads * size])],
            list(self.constants.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8  # opset 17's own
        return model


def fused(model, configuration):
    """The model after onnxruntime's optimizer for transformers, or `None` where that cannot run."""
    try:
        from onnxruntime.transformers.optimizer import optimize_model
    except ImportError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.onnx")
        onnx.save(model, path)
        optimized = optimize_model(path, model_type="bert",
                                   num_heads=configuration["num_attention_heads"],
                                   hidden_size=configuration["hidden_size"], opt_level=1)
        return optimized.model


def session(model, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options,
                                        providers=["CPUExecutionProvider"])


def texts_of(tokenizer, count, tokens):
    """Stretches of a novel that have exactly so many tokens, with those around them."""
    words = CORPUS.read_text(encoding="utf-8").split()[2000:]
    texts, text = [], ""
    for word in words:
        longer = f"{text} {word}".strip()
        length = len(tokenizer.encode(longer).ids)
        if length > tokens:
            continue
        text = longer
        if length == tokens:
            texts.append(text)
            text = ""
        if len(texts) == count:
            return texts
    raise SystemExit("the corpus is too short")


def median_time(run, repeat):
    run()
    times = []
    for _ in range(repeat):
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def ours(arguments, path, threads, repeat, weights, activations):
    command = [arguments.affine, "embed", "--model", str(arguments.model), "--sentences", path,
               "--threads", str(threads), "--repeat", str(repeat), "--weights", weights,
               "--activations", activations, "--format", "json"]
    if weights != "float32":
        # The time does not depend on how codes were chosen, which by default takes half a minute.
        command += ["--method", "rtn"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def mean_pooled(states):
    means = states.mean(1)
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--affine", required=True)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=0, help="runs of a round; 0: by the size")
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    tokenizer.no_padding()
    for count, tokens in [(32, 64), (1, 16)]:
        texts = texts_of(tokenizer, count, tokens)
        ids = np.array([tokenizer.encode(text).ids for text in texts], np.int64)
        graph = Graph(arguments.model)
        plain = graph.model(tokens)
        peers = {"onnxruntime float32": plain,
                 "onnxruntime float32, fused": fused(plain, graph.configuration)}
        repeat = arguments.repeat or (5 if count > 1 else 200)
        for threads in arguments.threads:
            print(f"{count} texts of {tokens} tokens, {threads} threads:")
            sessions = {name: session(model, threads) for name, model in peers.items() if model}
            runs = {name: [] for name in [*sessions, "int8", "float32"]}
            with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
                file.write("\n".join(texts) + "\n")
                file.flush()
                for _ in range(arguments.rounds):
                    for name, one in sessions.items():
                        runs[name].append(median_time(lambda: one.run(None, {"input_ids": ids}), repeat))
                    for name, weights, inputs in [("int8", "int8-row", "int8-token"),
                                                  ("float32", "float32", "float32")]:
                        report = ours(arguments, file.name, threads, repeat + 1, weights, inputs)
                        assert report["tokens"] == ids.size, (report["tokens"], ids.size)
                        runs[name].append(report["seconds"])
            reference = mean_pooled(sessions["onnxruntime float32"].run(None, {"input_ids": ids})[0])
            cosine = (np.array(report["embeddings"]) * reference).sum(1).min()
            print(f"  our float32's smallest cosine to onnxruntime's: {cosine:.6f}")
            for name in sessions:
                for own in ("int8", "float32"):
                    ratios = sorted(a / b for a, b in zip(runs[name], runs[own]))
                    print(f"  {name} / our {own}: {statistics.median(ratios):.2f} "
                          f"({ratios[0]:.2f}-{ratios[-1]:.2f}), "
                          f"{1000 * statistics.median(runs[name]):.2f} ms and "
                          f"{1000 * statistics.median(runs[own]):.2f} ms")


if __name__ == "__main__":
    main()
