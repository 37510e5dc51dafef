"""llama.cpp as the package xllamacpp has it built, through its C interface: what xllamacpp itself offers is a server.

The interface passes structs by value whose layout changes from version to version. They are taken as bytes here, more
than they have; the few numbers that are set are found by the values that they have before, which are checked.
"""
import ctypes
from importlib import metadata
from pathlib import Path

import numpy as np
import xllamacpp

VERSION = "xllamacpp " + metadata.version("xllamacpp")
library = ctypes.CDLL(str(next(Path(xllamacpp.__file__).parent.glob("xllamacpp*.so"))))


class Parameters(ctypes.Structure):
    _fields_ = [("words", ctypes.c_int32 * 256)]

    def set(self, index, default, value):
        assert self.words[index] == default, (index, self.words[index])
        self.words[index] = value


class Batch(ctypes.Structure):
    _fields_ = [("count", ctypes.c_int32), ("tokens", ctypes.c_void_p), ("embeddings", ctypes.c_void_p), ("positions", ctypes.c_void_p),
                ("sequence_counts", ctypes.c_void_p), ("sequences", ctypes.c_void_p), ("logits", ctypes.c_void_p)]


def declare(name, result, *arguments):
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
    return function


LOG = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
quiet = LOG(lambda level, text, data: None)
declare("llama_log_set", None, LOG, ctypes.c_void_p)(quiet, None)
declare("llama_backend_init", None)()
model_defaults = declare("llama_model_default_params", Parameters)
context_defaults = declare("llama_context_default_params", Parameters)
load = declare("llama_model_load_from_file", ctypes.c_void_p, ctypes.c_char_p, Parameters)
start = declare("llama_init_from_model", ctypes.c_void_p, ctypes.c_void_p, Parameters)
free_context = declare("llama_free", None, ctypes.c_void_p)
free_model = declare("llama_model_free", None, ctypes.c_void_p)
vocabulary_of = declare("llama_model_get_vocab", ctypes.c_void_p, ctypes.c_void_p)
count_of = declare("llama_vocab_n_tokens", ctypes.c_int32, ctypes.c_void_p)
tokenize = declare("llama_tokenize", ctypes.c_int32, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_void_p,
                   ctypes.c_int32, ctypes.c_bool, ctypes.c_bool)
decode = declare("llama_decode", ctypes.c_int32, ctypes.c_void_p, Batch)
logits_of = declare("llama_get_logits_ith", ctypes.POINTER(ctypes.c_float), ctypes.c_void_p, ctypes.c_int32)
memory_of = declare("llama_get_memory", ctypes.c_void_p, ctypes.c_void_p)
clear = declare("llama_memory_clear", None, ctypes.c_void_p, ctypes.c_bool)

F32, F16 = 0, 1


class Vocabulary:
    """The vocabulary of a GGUF file, which need hold nothing else."""

    def __init__(self, path, alone=True):
        parameters = model_defaults()
        if alone:
            parameters.set(18, 1 << 16, 1 << 16 | 1)
        self.model = load(str(path).encode(), parameters)
        assert self.model, path
        self.vocabulary = vocabulary_of(self.model)
        self.size = count_of(self.vocabulary)

    def tokens(self, text, special=False, add=False):
        data = text if isinstance(text, bytes) else text.encode()
        room = (ctypes.c_int32 * (len(data) + 16))()
        count = tokenize(self.vocabulary, data, len(data), room, len(room), add, special)
        assert count >= 0, count
        return list(room[:count])


class Model(Vocabulary):
    """A GGUF file; keys and values are kept as float16, and attention is computed without fusing its steps unless
    `fuses` leaves that to llama.cpp."""

    def __init__(self, path, context=512, threads=1, cache=F16, fuses=False):
        super().__init__(path, alone=False)
        parameters = context_defaults()
        parameters.set(0, 512, context)
        parameters.set(1, 2048, context)
        parameters.set(2, 512, context)
        parameters.set(7, 4, threads)
        parameters.set(8, 4, threads)
        if not fuses:
            parameters.set(13, -1, 0)
        parameters.set(26, F16, cache)
        parameters.set(27, F16, cache)
        self.context = start(self.model, parameters)
        assert self.context, path
        self.reset()

    def reset(self):
        self.place = 0
        clear(memory_of(self.context), True)

    def read(self, tokens, last=False):
        """The logits of what follows each of some tokens, or the last, which follow those that were read."""
        count = len(tokens)
        ids = (ctypes.c_int32 * count)(*tokens)
        positions = (ctypes.c_int32 * count)(*range(self.place, self.place + count))
        wanted = (ctypes.c_int8 * count)(*[0 if last else 1] * (count - 1), 1)
        counts = (ctypes.c_int32 * count)(*[1] * count)
        sequence = (ctypes.c_int32 * 1)(0)
        sequences = (ctypes.POINTER(ctypes.c_int32) * count)(*[sequence] * count)
        address = ctypes.addressof
        batch = Batch(count, address(ids), None, address(positions), address(counts), address(sequences), address(wanted))
        status = decode(self.context, batch)
        assert status == 0, status
        self.place += count
        return np.stack([np.ctypeslib.as_array(logits_of(self.context, row), (self.size,)).astype(np.float64) for row in ([count - 1] if last else range(count))])
