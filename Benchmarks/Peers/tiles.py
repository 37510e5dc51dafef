"""Keeps this process, and what it starts, off the tile unit of AMX, as on a CPU that has none.

Linux gives tiles to a process that asks for them. A filter of system calls refuses this question, so that every library
takes what it takes where there are none.
"""
import ctypes
import struct

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _ARGUMENT = 0, 16  # where the call's number and its first argument lie
_ARCH_PRCTL, _REQUEST_PERMISSION = 158, 0x1023  # of x86-64
_REFUSED, _ALLOWED = 0x0005_0001, 0x7FFF_0000  # the first is EPERM


class _Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_void_p)]


def refuse():
    """Refuses tiles from here on; it cannot be taken back."""
    steps = [(_LOAD, 0, 0, _NUMBER), (_EQUAL, 0, 3, _ARCH_PRCTL), (_LOAD, 0, 0, _ARGUMENT),
             (_EQUAL, 0, 1, _REQUEST_PERMISSION), (_RETURN, 0, 0, _REFUSED), (_RETURN, 0, 0, _ALLOWED)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "tiles cannot be refused")
