"""Prints the novels of an unpacked r-cran-janeaustenr, one after another, in ASCII.

R keeps the data of a package as records: a length of 4 bytes and a zlib stream, which holds a
serialized object (R Internals, section 1.8): here a vector of strings, the lines of a novel.
"""
import struct
import sys
import zlib

DATA = "usr/lib/R/site-library/janeaustenr/data/Rdata.rdb"
STRINGS, STRING = 16, 9


def records(packed):
    """The objects of a database, unpacked."""
    while packed:
        stream = zlib.decompressobj()
        yield stream.decompress(packed[4:])
        packed = stream.unused_data


def lines(record):
    """The strings of a serialized vector of strings."""
    position = 0

    def integer():
        nonlocal position
        position += 4
        return struct.unpack_from(">I", record, position - 4)[0]

    def text(length):
        nonlocal position
        position += length
        return record[position - length : position]

    if text(2) != b"X\n" or integer() != 3:
        sys.exit("novels.py: a record is not in R's binary format, version 3")
    integer(), integer()  # of the R that wrote it, and the oldest that reads it
    text(integer())  # the name of the encoding
    if integer() & 0xFF != STRINGS:
        sys.exit("novels.py: a record is not a vector of strings")
    for _ in range(integer()):
        if integer() & 0xFF != STRING:
            sys.exit("novels.py: an element is not a string")
        yield text(integer()).decode("utf-8")


def main(folder):
    with open(f"{folder}/{DATA}", "rb") as file:
        packed = file.read()
    for record in records(packed):
        for line in lines(record):
            # The one pound sign of the six books.
            sys.stdout.write(line.replace("£", "L") + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
