"""What onnxruntime offers: a model of one node, run on float input."""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

VERSION = onnxruntime.__version__

_threads = 1
_random = np.random.default_rng(0)


def set_threads(count):
    global _threads
    _threads = count


def dynamic_matmul(size):
    """Activations as 8 bits a tensor, an int8 weight with a scale a channel."""
    codes = _random.integers(-127, 128, (size.k, size.n)).astype(np.int8)
    weights = {"B": codes, "scales": np.full(size.n, 0.01, np.float32),
               "zeros": np.zeros(size.n, np.int8)}
    return _session("DynamicQuantizeMatMul", weights, size)


def matmul_nbits(size, bits, group, level):
    """A weight of few bits; level 4 makes activations int8 a group, level 0 leaves them floats."""
    shape = (size.n, size.k // group, group * bits // 8)
    weights = {"B": _random.integers(0, 256, shape).astype(np.uint8),
               "scales": np.full(size.n * size.k // group, 0.01, np.float32)}
    return _session("MatMulNBits", weights, size, K=size.k, N=size.n, bits=bits, block_size=group,
                    accuracy_level=level)


def _session(operator, weights, size, **attributes):
    """A function that runs a graph of one node of onnxruntime's own domain."""
    domain = "com.microsoft"
    node = helper.make_node(operator, ["X", *weights], ["Y"], domain=domain, **attributes)
    x = helper.make_tensor_value_info("X", TensorProto.FLOAT, [size.m, size.k])
    y = helper.make_tensor_value_info("Y", TensorProto.FLOAT, [size.m, size.n])
    constants = [numpy_helper.from_array(values, name) for name, values in weights.items()]
    graph = helper.make_graph([node], "one", [x], [y], constants)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(domain, 1)]
    model = helper.make_model(graph, opset_imports=versions)
    model.ir_version = 8  # opset 17's own; onnxruntime refuses what onnx writes by default if newer
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = _threads, 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    values = _random.standard_normal((size.m, size.k)).astype(np.float32)
    return lambda: session.run(None, {"X": values})
