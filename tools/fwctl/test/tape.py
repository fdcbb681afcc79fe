# SPDX-License-Identifier: GPL-2.0-only
"""
Writes recordings, for devices that no test machine has. The format is in
Documentation/userspace-api/fwctl/recording-format.rst.
"""
import struct
import zlib

DEVICE, OPEN, RPC, END, ATTRIBUTE = 1, 2, 4, 8, 9
NO_DEVICE = 0xffffffff
CONFIGURATION, READ_ONLY, WRITE, WRITE_FULL = range(4)


def string(text):
    return struct.pack("<I", len(text)) + text.encode()


class Tape:
    """A recording of one device, fwctl0, whose file can be opened for both purposes."""

    def __init__(self, kind, driver, parent, bus):
        self.records = 0
        self.data = b"fwctlrec" + struct.pack("<II", 2, 0)
        self.add(DEVICE, b"".join(map(string, ("fwctl0", "/dev/fwctl/fwctl0", driver,
                                               parent, bus))) +
                 struct.pack("<IIII", kind, 0xf, 0, 0))
        self.add(OPEN, struct.pack("<I", 1))
        self.add(OPEN, struct.pack("<I", 0))

    def add(self, kind, request, answer=b"", result=0, device=0):
        body = struct.pack("<IIiIIIQQ", kind, device, result, len(request),
                           len(answer), 0, 0, 0) + request + answer
        head = struct.pack("<I", len(body))
        self.data += head + struct.pack("<I", zlib.crc32(head + body)) + body
        self.records += 1

    def attribute(self, name, text=None):
        """An attribute of the parent; without a text there is none."""
        self.add(ATTRIBUTE, name.encode(), (text or "").encode(),
                 0 if text is not None else -2)

    def rpc(self, request, room, answer=b"", scope=CONFIGURATION, result=0):
        self.add(RPC, struct.pack("<II", scope, room) + request,
                 b"" if result else struct.pack("<I", len(answer)) + answer[:room],
                 result)

    def save(self, name):
        self.add(END, struct.pack("<I", self.records), device=NO_DEVICE)
        with open(name, "wb") as file:
            file.write(self.data)
        return name


def register(tape, number, length, asked, answered, status=0, scope=READ_ONLY):
    """Adds a read of a register; dwords are by offset. It is sent once, under its scope."""
    def content(dwords):
        data = bytearray(length)
        for offset, value in dwords.items():
            if isinstance(value, str):
                data[offset:offset + len(value)] = value.encode()
            else:
                struct.pack_into(">I", data, offset, value)
        return bytes(data)
    tape.rpc(struct.pack(">HHHHHHI", 0x805, 0, 0, 1, 0, number, 0) + content(asked),
             16 + length, struct.pack(">B15x", status) + content({**asked, **answered}), scope)
