"""What is compared, as data: an entry of WORK a kind of work, with sizes, peers and target."""
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Size:
    """X is m × k, the weight is n × k; without n, one matrix of m × k."""
    m: int
    k: int
    n: int = 1

    def __str__(self):
        return f"{self.m}x{self.k}" + (f"x{self.n}" if self.n > 1 else "")


@dataclass(frozen=True)
class Call:
    """What `affine bench` is asked for; with `threads`, whatever the command line says."""
    operation: str
    weights: str
    activations: str = "float32"
    threads: int | None = None
    precision: str = "float32"


@dataclass(frozen=True)
class Peer:
    """Another way of doing the same: a function of a module beside this one, or a call of ours."""
    name: str
    module: str = ""
    maker: str = ""
    arguments: tuple = ()
    call: Call | None = None
    # It has no switch that keeps it off the instructions that `--isa` leaves out.
    ignores_isa: bool = False
    # It does less exact work: shown, and not what the target is measured against.
    is_reference: bool = False
    # More rows than this it would take minutes for.
    maximum_rows: int = 1 << 24


@dataclass(frozen=True)
class Work:
    """One row at each size. A target is the ratio, the best peer's time by ours, to be reached."""
    name: str
    call: Call
    sizes: tuple[Size, ...]
    peers: tuple[Peer, ...]
    target: float
    # Where few rows have a target of their own, by m.
    target_of_rows: dict[int, float] = field(default_factory=dict)

    def target_at(self, size):
        """The target at one size."""
        return self.target_of_rows.get(size.m, self.target)


def _onnx_nbits(group, level):
    name = f"onnxruntime MatMulNBits level {level}"
    return Peer(name, "onnxruntime_peers", "matmul_nbits", (4, group, level), ignores_isa=True)


def _mlx(bits, group):
    return Peer(f"mlx {bits} bits", "mlx_peers", "quantized_matmul", (bits, group),
                ignores_isa=True, maximum_rows=8)


INT8 = Call("linear", "int8-row", "int8-token")
INT4 = Call("linear", "int4-group32", "int8-token")
FLOAT = Call("linear", "float32", "float32")
INT8_FLOAT = Call("linear", "int8-row")
BFLOAT16 = Peer("torch bf16 linear", "torch_peers", "linear", ("bfloat16",), is_reference=True)

# A token, a few, a small batch; then batches of layers whose weights a cache holds.
LINEAR = (Size(1, 4096, 4096), Size(8, 4096, 4096), Size(32, 4096, 4096), Size(128, 2048, 2048),
          Size(512, 1024, 1024))
# Layers of small models, and extents that no tile divides.
SMALL = (Size(1, 576, 1536), Size(64, 576, 1536), Size(37, 1000, 777))
# One token, a small batch and a large one.
OWN = (LINEAR[0], LINEAR[2], LINEAR[4])



def _two_threads(name, call):
    """The same on two threads as on one; a token is left out, since memory bounds it."""
    one, two = replace(call, threads=1), replace(call, threads=2)
    return Work(f"two-threads-{name}", two, OWN[1:], (Peer("ours, one thread", call=one),), 1.8)


WORK = (
    Work("linear-int8", INT8, LINEAR + SMALL, (
        Peer("onnxruntime DynamicQuantizeMatMul", "onnxruntime_peers", "dynamic_matmul",
             ignores_isa=True),
        Peer("torch fbgemm", "torch_peers", "dynamic_linear", ("fbgemm",)),
        Peer("torch onednn", "torch_peers", "dynamic_linear", ("onednn",)),
        Peer("torch _int_mm", "torch_peers", "int_mm"),
        Peer("torch _int_mm alone", "torch_peers", "int_mm_alone", is_reference=True), BFLOAT16), 1.0),
    Work("linear-int4-group32", INT4, LINEAR, (_onnx_nbits(32, 4), _mlx(4, 32)), 2.0, {1: 1.4}),
    Work("linear-int4-group128", Call("linear", "int4-group128", "int8-token"), LINEAR,
         (_onnx_nbits(128, 4), _mlx(4, 128)), 2.0, {1: 1.4}),
    Work("linear-int4-float", Call("linear", "int4-group32"), LINEAR,
         (_onnx_nbits(32, 0), _mlx(4, 32)), 1.0, {1: 4.0, 8: 1.5}),
    Work("linear-int8-float", INT8_FLOAT, LINEAR, (
        Peer("torch _weight_int8pack_mm bf16", "torch_peers", "int8_weight_only"), _mlx(8, 64),
        BFLOAT16), 2.0),
    Work("linear-int8-bfloat16", replace(INT8_FLOAT, activations="bfloat16", precision="bfloat16"), LINEAR, (
        Peer("torch _weight_int8pack_mm bf16", "torch_peers", "int8_weight_only"),
        BFLOAT16), 2.0),
    Work("linear-bfloat16", Call("linear", "bfloat16", "bfloat16", precision="bfloat16"), LINEAR[2:],
         (replace(BFLOAT16, is_reference=False),), 1.0),
    # One row or a few are bound by memory: no target.
    Work("linear-float", FLOAT, LINEAR[2:],
         (Peer("torch MKL", "torch_peers", "linear", ("float32",)), BFLOAT16), 0.95),
    Work("train-step", Call("train-step", "int8-row", "int8-token"),
         (Size(512, 1024, 1024), Size(256, 768, 3072)),
         (Peer("torch float32", "torch_peers", "train_step"),), 1.6),
    Work("quantize", Call("quantize", "int8-row"), (Size(4096, 4096),),
         (Peer("torch quantize_per_channel", "torch_peers", "quantize"),), 3.0),
    Work("optimizer", Call("optimizer-step", "int8-group256"), (Size(1024, 4096),),
         (Peer("torch AdamW fused float32", "torch_peers", "adamw"),), 1.0),
    # Our own types against each other: generality must cost little.
    Work("block32x32", Call("linear", "int8-block32x32", "int8-block32x32"), OWN,
         (Peer("ours, int8-row", call=INT8),), 0.85),
    Work("asymmetric", Call("linear", "int8-row", "uint8-token-asymmetric"), OWN,
         (Peer("ours, symmetric", call=INT8),), 0.85),
    Work("asymmetric-int4", Call("linear", "int4-group32", "uint8-token-asymmetric"), OWN,
         (Peer("ours, symmetric", call=INT4),), 0.85),
    Work("biased", Call("linear", "uint4-group32-biased", "int8-token"), OWN,
         (Peer("ours, int4-group32", call=INT4),), 0.9),
    _two_threads("int8", INT8),
    _two_threads("int4-group32", INT4),
)
