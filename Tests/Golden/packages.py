"""The parts of GPTQ's, AWQ's and HQQ's packages that run without a GPU, for the scripts beside this file.

    pip install -r requirements.txt
    pip install --no-deps auto-gptq==0.7.1 autoawq==0.2.9 hqq==0.2.8.post1

Importing the packages themselves asks for CUDA and for versions of transformers that are long gone, so single files of
them are loaded, unchanged, and what these import of the rest and never call here is left empty.
"""
import importlib.util
import sys
import types
from importlib.metadata import distribution
from unittest.mock import MagicMock

import torch

# Waits for a device that there may not be.
torch.cuda.synchronize = lambda *_: None


def load(package, path, *empty):
    """The module `path` of an installed package; those named in `empty` are left empty."""
    name = path.removesuffix(".py").replace("/", ".")
    for stub in empty:
        sys.modules.setdefault(stub, MagicMock())
    parent = name.rpartition(".")[0]
    while parent and parent not in sys.modules:
        sys.modules[parent] = types.ModuleType(parent)
        sys.modules[parent].__path__ = []
        parent = parent.rpartition(".")[0]
    spec = importlib.util.spec_from_file_location(name, distribution(package).locate_file(path))
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gptq_quantizer = load("auto-gptq", "auto_gptq/quantization/quantizer.py")
gptq = load("auto-gptq", "auto_gptq/quantization/gptq.py")
gptq_linear = load("auto-gptq", "auto_gptq/nn_modules/qlinear/qlinear_cuda.py")

# try_import gives a module and a message, and there is one device.
awq_module, awq_utils = types.ModuleType("awq.utils.module"), types.ModuleType("awq.utils.utils")
awq_module.try_import = lambda name: (None, "")
awq_utils.get_best_device, awq_utils.clear_memory = lambda: "cpu", lambda *_: None
for name in ["append_str_prefix", "get_op_name", "get_named_linears", "set_op_by_name", "exclude_layers_to_not_quantize"]:
    setattr(awq_module, name, None)
awq_packing = load("autoawq", "awq/utils/packing_utils.py")
sys.modules |= {"awq.utils.module": awq_module, "awq.utils.utils": awq_utils}
awq_linear = load("autoawq", "awq/modules/linear/gemm.py", "awq.modules.triton", "awq.modules.triton.gemm")
for name in ["WQLinear_GEMM", "WQLinear_GEMV", "WQLinear_Marlin", "WQLinear_GEMVFast"]:
    setattr(sys.modules["awq.modules.linear"], name, None)
awq = load("autoawq", "awq/quantize/quantizer.py", "awq.utils.calib_data", "awq.quantize.scale")

hqq_utils = load("hqq", "hqq/core/utils.py")
hqq_optimize = load("hqq", "hqq/core/optimize.py")
hqq_packing = load("hqq", "hqq/core/bitpack.py")
hqq = load("hqq", "hqq/core/quantize.py")
