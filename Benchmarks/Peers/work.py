"""What is compared, as data: an entry of WORK a kind of work, with sizes, peers and target."""
from dataclasses import dataclass, replace


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
    """One row at each size that has a target: a ratio, the best peer's time by ours, to be reached.

    Targets are a number, or are given by size, by m or, as "", for all others; each by the setting, or, as "", for all
    others. A size that none of them names is not compared there.
    """
    name: str
    call: Call
    sizes: tuple[Size, ...]
    peers: tuple[Peer, ...]
    targets: dict

    def target_at(self, size, setting):
        """The target at one size; None: there is none."""
        found = self.targets.get(setting, self.targets.get("", {}))
        if not isinstance(found, dict):
            return found
        return found.get(str(size), found.get(size.m, found.get("")))


def setting(threads, features, isa):
    """What decides targets: whether tiles are multiplied, by how many threads, or else which vectors."""
    if "amx_int8" in features and not isa:
        return "amx-16" if threads >= 16 else "amx"
    return "avx512" if "avx512_vnni" in features and not isa else "avx2"


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
STEP = Call("train-step", "int8-row", "int8-token")
STEPS = (Size(512, 1024, 1024), Size(256, 768, 3072))
BFLOAT16 = Peer("torch bf16 linear", "torch_peers", "linear", ("bfloat16",), is_reference=True)

# A token, a few, a small batch; then batches of layers whose weights a cache holds.
LINEAR = (Size(1, 4096, 4096), Size(8, 4096, 4096), Size(32, 4096, 4096), Size(128, 2048, 2048),
          Size(512, 1024, 1024))
# Layers of small models, and extents that no tile divides.
SMALL = (Size(1, 576, 1536), Size(64, 576, 1536), Size(37, 1000, 777))
# One token, a small batch and a large one.
OWN = (LINEAR[0], LINEAR[2], LINEAR[4])
CUBE = Size(4096, 4096, 4096)


def _by_threads(name, call, threads, sizes, targets):
    """The same on several threads as on one."""
    one, several = replace(call, threads=1), replace(call, threads=threads)
    return Work(name, several, sizes, (Peer("ours, one thread", call=one),), targets)


def _beside_copy(operation, byte_count):
    """Beside copying as many bytes, of which an element is read and written so many."""
    return Work(f"{operation}-copy", Call(operation, "int8-row"), (Size(4096, 4096),),
                (Peer("torch copy", "torch_peers", "copy", (byte_count,)),), {"": 0.8})


WORK = (
    Work("linear-int8", INT8, LINEAR + SMALL, (
        Peer("onnxruntime DynamicQuantizeMatMul", "onnxruntime_peers", "dynamic_matmul",
             ignores_isa=True),
        Peer("torch fbgemm", "torch_peers", "dynamic_linear", ("fbgemm",)),
        Peer("torch onednn", "torch_peers", "dynamic_linear", ("onednn",)),
        Peer("torch _int_mm", "torch_peers", "int_mm"),
        Peer("torch _int_mm alone", "torch_peers", "int_mm_alone", is_reference=True), BFLOAT16), {
            "amx": {"512x1024x1024": 1.9, "64x576x1536": 1.9, "37x1000x777": 1.9, "128x2048x2048": 1.5,
                    "1x4096x4096": 1.2, "8x4096x4096": 1.2, "32x4096x4096": 1.2, "": 1.0},
            "amx-16": {"128x2048x2048": 1.6, "32x4096x4096": 1.6, "": 2.5},
            "avx2": {1: 1.0, "": 0.95}, "": 1.0}),
    # What multiplies codes that are there, and quantizes nothing: compared where tiles make that the hardest.
    Work("linear-int8-int-mm", INT8, LINEAR + SMALL + (CUBE,),
         (Peer("torch _int_mm alone", "torch_peers", "int_mm_alone"),),
         {"amx": {str(CUBE): 1.5}, "amx-16": {str(CUBE): 2.0, "": 1.3}}),
    Work("linear-int4-group32", INT4, LINEAR, (_onnx_nbits(32, 4), _mlx(4, 32)),
         {"amx": {1: 1.2, "": 3.0}, "amx-16": {1: 1.8, "": 2.5}, "": {1: 1.4, "": 2.0}}),
    Work("linear-int4-group128", Call("linear", "int4-group128", "int8-token"), LINEAR,
         (_onnx_nbits(128, 4), _mlx(4, 128)), {"": {1: 1.4, "": 2.0}}),
    Work("linear-int4-float", Call("linear", "int4-group32"), LINEAR,
         (_onnx_nbits(32, 0), _mlx(4, 32)), {"": 1.0}),
    Work("linear-int8-float", INT8_FLOAT, LINEAR, (
        Peer("torch _weight_int8pack_mm bf16", "torch_peers", "int8_weight_only"), _mlx(8, 64),
        BFLOAT16), {"": 1.0}),
    Work("linear-int8-bfloat16", replace(INT8_FLOAT, activations="bfloat16", precision="bfloat16"), LINEAR, (
        Peer("torch _weight_int8pack_mm bf16", "torch_peers", "int8_weight_only"),
        BFLOAT16), {"": 2.0}),
    Work("linear-bfloat16", Call("linear", "bfloat16", "bfloat16", precision="bfloat16"), LINEAR[2:],
         (replace(BFLOAT16, is_reference=False),), {"": 1.0}),
    # One row or a few are bound by memory: no target.
    Work("linear-float", FLOAT, LINEAR[2:],
         (Peer("torch MKL", "torch_peers", "linear", ("float32",)), BFLOAT16), {"": 0.95}),
    Work("train-step", STEP, STEPS, (Peer("torch float32", "torch_peers", "train_step", ("float32",)),),
         {"": 3.0}),
    Work("train-step-bfloat16", STEP, STEPS, (Peer("torch bf16", "torch_peers", "train_step", ("bfloat16",)),),
         {"amx-16": 1.2}),
    Work("quantize", Call("quantize", "int8-row"), (Size(4096, 4096),),
         (Peer("torch quantize_per_channel", "torch_peers", "quantize"),), {"": 3.0}),
    _beside_copy("quantize", 5),
    _beside_copy("dequantize", 5),
    _beside_copy("transpose", 2),
    Work("optimizer", Call("optimizer-step", "int8-group256"), (Size(1024, 4096),),
         (Peer("torch AdamW fused float32", "torch_peers", "adamw"),), {"avx2": 0.6, "": 1.0}),
    # Our own types against each other: generality must cost little.
    Work("block32x32", Call("linear", "int8-block32x32", "int8-block32x32"), OWN,
         (Peer("ours, int8-row", call=INT8),), {"": 0.9}),
    Work("asymmetric", Call("linear", "int8-row", "uint8-token-asymmetric"), OWN,
         (Peer("ours, symmetric", call=INT8),), {"": 0.9}),
    Work("asymmetric-int4", Call("linear", "int4-group32", "uint8-token-asymmetric"), OWN,
         (Peer("ours, symmetric", call=INT4),), {"": 0.9}),
    Work("biased", Call("linear", "uint4-group32-biased", "int8-token"), OWN,
         (Peer("ours, int4-group32", call=INT4),), {"": 0.9}),
    # A scale for each group of both, and biases on the right: prompts of Q4_1 and Q4_K.
    Work("both-grouped", Call("linear", "uint4-group32-biased", "int8-group32"), OWN,
         (Peer("ours, int8-token", call=Call("linear", "uint4-group32-biased", "int8-token")),), {"": 0.9}),
    # A token is left out, since memory bounds it.
    _by_threads("two-threads-int8", INT8, 2, OWN[1:], {"": 1.8}),
    _by_threads("two-threads-int4-group32", INT4, 2, OWN[1:], {"": 1.8}),
    _by_threads("sixteen-threads-int8", INT8, 16, (CUBE, LINEAR[4], LINEAR[0]),
                {"amx-16": {str(CUBE): 10.0, str(LINEAR[4]): 8.0, str(LINEAR[0]): 4.0}}),
)
