"""Where the time of a training step goes, by kind of work:

    python3 profile.py --affine FILE [FILE ...] --text FILE [--threads 1,2] [-- OPTIONS]

Samples `affine train` with Linux perf (the package linux-perf, and kernel.perf_event_paranoid of at most 2), adds up the
samples by the function that they are in, and prints milliseconds of a step: from the optimizer of the first step, which
maps the memory that others use again, to that of the last. Several builds of the command take turns. Beside kinds that
are bound by memory or by multiplications stands the least that they could take on one thread: the bytes that must be
read and written, or the multiplications, over the roofs that `affine bench` measures; of bytes once by copies that lie
in caches and once by copies of what no cache holds, as most of what a step saves. Memory needs nothing: that of one
step serves the next. The model is the one of 10.7 million parameters; options after -- go to `affine train`.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile

WIDTH, LAYERS, HEADS, CONTEXT, BATCH, VOCABULARY = 384, 6, 6, 256, 4, 256
FREQUENCY = 2000

KINDS = [
    ("waiting for other threads", r"ThreadPool.*(serve|run|wait)|Region|futex|clock_gettime|sem_post"),
    ("products of codes",
     r"panels_(from|of_slices)|matmul_[it]\d|matmul_few|slices?_(\d|panels)|whole_|fold(ed|_slices)|amx_panels|batch_numbers|times_left|each_row|sum_long_slice|one_row|source_\w+$|numbers_of_slices"),
    ("products of floats", r"matmul_(f32|bf16)|panels_of_numbers"),
    ("softmax of attention and loss", r"attention(weights|slopes)|softmax"),
    ("attention", r"product_(f32|bf16)|product_where"),
    ("quantizing", r"range_|quantize|dither|Quantizer|RowReader|BlockStrip|StripRange|RowEncoder|ParameterChooser|ColumnRanges"),
    ("laying codes and values into panels", r"unpack|interleave|transpose|totals|quads_|columns_|widen_8|PackedRHS|ByteLanes|Packer|round_bf16|halve"),
    ("GELU", r"gelu"),
    ("norms", r"norm"),
    ("sums of residuals and gradients", r"(add|accumulate|scale|multiply)_f32|column"),
    ("optimizer and norm of gradients", r"adamw|squares|momentum|encode_any"),
    ("memory: copies, zeros, allocation", r"memmove|memset|malloc|free|unlink_chunk"),
    ("the system: faults, clock, samples", r"^the system$"),
]
OPTIMIZER = "adamw"
# Of the three products of a linear layer those of codes alone, where they are not all; the others are of floats.
PRODUCTS_OF_CODES = {"float32": 0, "bfloat16": 0, "int8-weight-only": 0, "switchback": 2, "switchback-m": 2, "switchback-q": 2}


def steps(samples, count):
    """The samples from the first step's optimizer to the last one's: all of the steps between."""
    times = [time for time, symbol in samples if OPTIMIZER in symbol]
    # The longest times without the optimizer are those between steps.
    gaps = sorted(range(1, len(times)), key=lambda i: times[i - 1] - times[i])[:count - 1]
    begin, end = times[0], times[max(gaps)]
    return [symbol for time, symbol in samples if begin <= time < end]


def sampled(a, affine, threads):
    with tempfile.NamedTemporaryFile() as data:
        command = ["perf", "record", "-q", "-o", data.name, "-F", str(FREQUENCY), "-e", "task-clock", affine, "train",
                   "--text", a.text, "--recipe", a.recipe, "--steps", str(a.steps), "--threads", str(threads),
                   "--width", str(WIDTH), "--layers", str(LAYERS), "--heads", str(HEADS), "--context", str(CONTEXT),
                   "--batch", str(BATCH), "--validation-windows", "1", "--format", "json", *a.options]
        subprocess.run(command, capture_output=True, check=True)
        report = subprocess.run(
            ["perf", "script", "-i", data.name, "-F", "time,ip,sym,dso"], capture_output=True, text=True, check=True).stdout
    samples = []
    for line in report.splitlines():
        time, _, rest = line.strip().partition(": ")
        symbol, _, library = rest.strip().partition(" ")[2].rpartition(" (")
        samples.append((float(time), "the system" if "[kernel" in library else symbol))
    counts, other = {}, {}
    for symbol in steps(sorted(samples), a.steps):
        for kind, pattern in KINDS:
            if re.search(pattern, symbol):
                counts[kind] = counts.get(kind, 0) + 1
                break
        else:
            other[symbol] = other.get(symbol, 0) + 1
    counts["everything else"] = sum(other.values())
    if a.other:
        for symbol, count in sorted(other.items(), key=lambda x: -x[1])[:25]:
            print(f"  {count:6} {symbol[:120]}", file=sys.stderr)
    return {kind: 1000 * n / FREQUENCY / (a.steps - 1) / threads for kind, n in counts.items()}


def bench(a, operation, weights, *options):
    command = [a.affine[-1], "bench", operation, "--weights", weights, *options, "--threads", "1", "--seconds", "0.2",
               "--format", "json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def product(a, weights, activations, precision="float32"):
    found = bench(a, "linear", weights, "--activations", activations, "--precision", precision, "--m", "1024",
                  "--k", "384", "--n", "1536")
    return found["peakGops"]


def copy(a, rows, columns):
    return bench(a, "quantize", "int8-row", "--m", str(rows), "--k", str(columns))["copyGigabytesPerSecond"]


def work(recipe):
    """What a step must do, by kind: multiplications and additions of codes and floats, bytes read and written."""
    tokens, w = BATCH * CONTEXT, WIDTH
    weights = 12 * w * w * LAYERS
    codes = PRODUCTS_OF_CODES.get(recipe, 3)
    parameters = weights + (2 * VOCABULARY + CONTEXT + 2 * (2 * LAYERS + 1)) * w
    # Inputs of all layers, and gradients of what they give: 7 and 9 widths a token.
    operands = weights + 16 * w * tokens * LAYERS
    # A token sees half of its sequence.
    pairs = tokens * (CONTEXT + 1) / 2 * LAYERS
    head = w * tokens + VOCABULARY * (w + tokens)
    return {
        "products of codes": ("codes", 2 * codes * weights * tokens),
        "products of floats": ("products", 6 * VOCABULARY * w * tokens + 2 * (3 - codes) * weights * tokens),
        # An exponential forward and one backward, each of ten multiplications; logits have one.
        "softmax of attention and loss": ("floats", 2 * 10 * (2 * pairs * HEADS + tokens * VOCABULARY)),
        # Two products forward and five backward.
        "attention": ("products", 2 * 7 * pairs * w),
        # Values are read once, and become codes along rows and along columns.
        "quantizing": ("bytes", 6 * operands),
        # Two products have each operand: codes, and of the head floats, are read and written.
        "laying codes and values into panels": ("bytes", 2 * 2 * operands + 2 * 8 * head),
        "GELU": ("bytes", 20 * 4 * w * tokens * LAYERS),
        "norms": ("bytes", 20 * w * tokens * (2 * LAYERS + 1)),
        "sums of residuals and gradients": ("bytes", 12 * w * tokens * 6 * LAYERS),
        "optimizer and norm of gradients": ("bytes", 32 * parameters),
        "memory: copies, zeros, allocation": ("bytes", 0),
        "the system: faults, clock, samples": ("bytes", 0),
    }


def roofs(a):
    """The least milliseconds of a step of one thread, by kind: with bytes in caches, and in memory."""
    precision = "bfloat16" if "bfloat16" in a.options else "float32"
    rates = {"codes": product(a, "int8-row", "int8-token"), "floats": product(a, "float32", "float32"),
             "products": product(a, "float32", "float32", precision)}
    near, far = ({**rates, "bytes": copy(a, *shape)} for shape in ((BATCH * CONTEXT, WIDTH), (16384, 8192)))
    return {kind: [amount / rate[what] / 1e6 for rate in (near, far)] for kind, (what, amount) in work(a.recipe).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--affine", required=True, nargs="+", help="builds of the command; the last one's roofs are measured")
    parser.add_argument("--text", required=True)
    parser.add_argument("--recipe", default="int8-mixed-precision")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--other", action="store_true", help="name the functions that are of no kind")
    parser.add_argument("options", nargs="*")
    a = parser.parse_args()
    columns = {(build, threads): sampled(a, build, threads)
               for threads in [int(x) for x in a.threads.split(",")] for build in a.affine}
    least = roofs(a)
    print("| kind, ms of a step | least, in caches | in memory | "
          + " | ".join(f"{threads} × ms" + (f", {build}" if len(a.affine) > 1 else "") for build, threads in columns) + " |")
    print("| --- | ---: | ---: |" + " ---: |" * len(columns))
    for kind in [kind for kind, _ in KINDS] + ["everything else"]:
        roof = " | ".join(f"{ms:.1f}" for ms in least.get(kind, [])) or " | "
        print(f"| {kind} | {roof} | " + " | ".join(f"{times.get(kind, 0):.1f}" for times in columns.values()) + " |")
    print("| all | | | " + " | ".join(f"{sum(times.values()):.1f}" for times in columns.values()) + " |")


if __name__ == "__main__":
    main()
