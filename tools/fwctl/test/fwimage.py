# SPDX-License-Identifier: GPL-2.0-only
"""
Files of firmware in the formats FS4 and FS5, for tests: the structures that tools read,
and an image of the virtual ConnectX in the section that the card would run.

Facts: image_layout_layouts.h and the checks of mstflint, which accepts these files.
Numbers are big-endian.
"""
import struct
import zlib

MAGIC = bytes.fromhex("4d544657abcdef00fade12345678dead")
TOC_REST = bytes.fromhex("040815162342cafabacafe00")
POINTERS, ITOC_POINTER, INFO_POINTER, BCH_POINTER, HASHES_POINTER = 0x18, 2, 10, 6, 15
TOOLS, BOOT2, ITOC, INFO, BODY = 0xc0, 0x100, 0x140, 0x200, 0x600
# FS5 only: a header of the second boot stage, which has its length, and a table of hashes.
# A table of contents for data of the device is one sector before the end.
BCH, HASHES, DEVICE = 0x800, 0x2800, 0x2c00
BOOT2_LEN, BOOT2_LEN_AT = 32, 0x1ee4
IMAGE_INFO, MAIN_CODE, MFG_INFO, DEV_INFO, END = 0x10, 0x3, 0xe0, 0xe1, 0xff
INFO_LEN, MADE_LEN = 1024, 320
# The second place of the table of contents is this many bytes behind the first.
SECTOR = 0x1000
# An encrypted file, or one in the format FS5, is long enough for its other structures.
LONG = 0x4000


def crc16(data):
    """The checksum of sections and headers: polynomial 0x100b, complemented."""
    crc = 0xffff
    for byte in data + b"\0\0":
        for bit in range(7, -1, -1):
            top, crc = crc >> 15, (crc << 1 | byte >> bit & 1) & 0xffff
            crc ^= 0x100b if top else 0
    return crc ^ 0xffff


def pointer_crc(pointer):
    """The checksum of a hardware pointer: polynomial 0x100b, reflected."""
    crc = 0xffff
    for number, byte in enumerate(struct.pack(">IH", pointer, 0)):
        crc ^= byte if number > 1 else byte ^ 0xff
        for _ in range(8):
            crc = crc >> 1 ^ (0xd008 if crc & 1 else 0)
    return (crc << 8 | crc >> 8) & 0xffff


def sealed(data):
    """Data whose last dword becomes its checksum."""
    return data[:-4] + struct.pack(">I", crc16(data[:-4]))


def entry(kind, data, address, seal=True):
    """An entry of the table of contents: the length in dwords, the address in bytes."""
    return sealed(struct.pack(">IIIIIIII", kind << 24 | len(data), 0, 0, 0, 0, address,
                              0x10000 if not seal else crc16(data), 0))


def info(version, psid, size, hardware=0x212, secure=True, product=None):
    """The section IMAGE_INFO."""
    data = bytearray(INFO_LEN)
    # Version 0.2 of the section; secure firmware is signed firmware, too.
    struct.pack_into(">I", data, 0, 0x00020000 | (0xc000 if secure else 0))
    struct.pack_into(">4H", data, 4, version[0], 0, version[1], version[2])
    struct.pack_into(">I", data, 16, 0x20260828)
    struct.pack_into(">HH", data, 28, 0x101d, 0x15b3)
    struct.pack_into("16s", data, 0x24, psid.encode())
    struct.pack_into(">4I", data, 280, hardware, 0, 0, 0)
    struct.pack_into(">I", data, 300, size)
    text = product if product is not None else "%u.%02u.%04u" % version
    struct.pack_into("16s", data, 448, text.encode())
    struct.pack_into("256s", data, 464, b"A card of tests")
    return bytes(data)


def payload(identifier, version, size, before=b"", parts=None):
    """An image of a component for the virtual ConnectX; see tools/testing/vcx/update.h."""
    data = bytearray(before + struct.pack(">4sHHBBHI", b"VCXF", identifier, 0, *version, size))
    data += bytes(size - 4 - len(data))
    for at, part in (parts or {}).items():
        data[at:at + len(part)] = part
    return bytes(data) + struct.pack(">I", zlib.crc32(data))


def hashes():
    """The table of hashes: a header with a checksum of its own, four dwords, a checksum."""
    header = struct.pack(">II", 0, 4)
    return sealed(header + struct.pack(">I", crc16(header)) + bytes(4 * 4 + 4))


def made_for(psid):
    """The section MFG_INFO, version 1.0: the board, without addresses."""
    return struct.pack("28sB", psid.encode(), 1).ljust(MADE_LEN, b"\0")


# The section DEV_INFO, version 2.0, without addresses
DEVICE_INFO = sealed((b"mDevInfo" + TOC_REST[4:] + struct.pack(">I", 0x200)).ljust(512, b"\0"))


def firmware(version, psid, size=2048, generation=4, encrypted=False, second=False, **kwargs):
    """A file of firmware; second: the table of contents is at its second place."""
    if encrypted or second or generation == 5:
        size = max(size, LONG)
    head = bytearray(b"\xff" * BODY)
    head[:16] = MAGIC
    struct.pack_into(">I", head, 0x10, (generation - 3) << 24)
    image_info = info(version, psid, size, **kwargs)
    pointers = {1: BOOT2, ITOC_POINTER: ITOC, 3: TOOLS, INFO_POINTER: INFO}
    parts = {}
    if generation == 5:
        pointers |= {BCH_POINTER: BCH, HASHES_POINTER: HASHES}
        # This length is little-endian, unlike the other numbers here.
        parts = {BCH + BOOT2_LEN_AT: struct.pack("<I", BOOT2_LEN + len(hashes())),
                 HASHES: hashes(), DEVICE: made_for(psid) + DEVICE_INFO,
                 size - SECTOR: (sealed(b"DTOC" + TOC_REST + bytes(16)) +
                                 entry(MFG_INFO, made_for(psid), DEVICE) +
                                 entry(DEV_INFO, DEVICE_INFO, DEVICE + MADE_LEN) +
                                 b"\xff" * 32)}
    for number in range(16):
        pointer = pointers.get(number, 0xffffffff)
        struct.pack_into(">II", head, POINTERS + 8 * number, pointer,
                         pointer_crc(pointer) if number in pointers else pointer)
    # Version 1.0 of the format, in slots of 2^24 bytes.
    head[TOOLS:TOOLS + 64] = sealed(struct.pack(">II", 0, 24 << 16 | 1 << 8) + bytes(56))
    head[BOOT2:BOOT2 + 32] = sealed(struct.pack(">II", 0, 4) + bytes(24))
    head[INFO:INFO + INFO_LEN] = image_info
    # The checksum of the payload is over the head, too, so that of its section is not used.
    toc = sealed(b"ITOC" + TOC_REST + bytes(16))
    toc += entry(MAIN_CODE, bytes(size - BODY), BODY, seal=False)
    toc += entry(IMAGE_INFO, image_info, INFO) + b"\xff" * 32
    if encrypted:
        toc = bytes((byte * 7 + 13) % 256 for byte in toc)
    if second:
        before = bytes(head) + struct.pack(">4sHHBBHI", b"VCXF", 1, 0, *version, size)
        data = bytearray(before + bytes(size - len(before)))
        data[ITOC + SECTOR:ITOC + SECTOR + len(toc)] = toc
        return bytes(data[:-4]) + struct.pack(">I", zlib.crc32(bytes(data[:-4])))
    head[ITOC:ITOC + len(toc)] = toc
    return payload(1, version, size, bytes(head), parts)
