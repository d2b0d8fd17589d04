"""Corruption that knows a format: behind checksums, in lengths, kinds, shapes and names."""

import gzip
import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

Mutator = Callable[[bytes, random.Random], bytes]
_EXTREMES = (0, 1, 2, 3, 7, 8, 255, 256, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_WORDS = (b"", b"nan", b"inf", b"-1", b"1e999", b"9" * 400, b"\0", b"..", b"x" * 3000, b"\xff\xfe")
_WORDS += (b"\r", b",", b"\\", b"\xef\xbb\xbf", b"0x10", "\u202e\u732b".encode(), b" ")


def blind(content: bytes, rng: random.Random) -> bytes:
    """Corruptions bytes wherever they are."""
    corrupted = bytearray(content)
    place = rng.randrange(len(corrupted) + 1)
    length = rng.choice((1, 1, 1, 2, 4, 8, 50, 500))
    kind = rng.randrange(6)
    if kind == 0:
        return bytes(corrupted[:place])
    if kind == 1:
        corrupted[place : place + length] = rng.randbytes(length)
    elif kind == 2:
        corrupted[place : place + length] = bytes(length)
    elif kind == 3:
        del corrupted[place : place + length]
    elif kind == 4:
        corrupted[place:place] = corrupted[place : place + length] * rng.choice((1, 2, 100))
    elif place < len(corrupted):
        corrupted[place] ^= 1 << rng.randrange(8)
    return bytes(corrupted)


def number(content: bytes, rng: random.Random, order: str = "<") -> bytes:
    """Puts an extreme number where one may stand: at a multiple of two bytes."""
    if len(content) < 4:
        return blind(content, rng)
    place = rng.randrange(0, len(content) - 3, 2)
    value = rng.choice((*_EXTREMES, rng.randrange(1 << 32)))
    return content[:place] + struct.pack(f"{order}I", value) + content[place + 4 :]


def mat(content: bytes, rng: random.Random) -> bytes:
    """Corruptions the unpacked elements of a MATLAB file and packs them again."""
    place, elements = 128, []
    while place + 8 <= len(content):
        kind, size = struct.unpack_from("<2I", content, place)
        elements.append((kind, content[place + 8 : place + 8 + size]))
        place += 8 + size
    chosen = rng.randrange(len(elements))
    kind, body = elements[chosen]
    whole = zlib.decompress(body) if kind == 15 else body
    corruption = rng.choice((number, number, blind))
    # The header, where the lengths and kinds are, gets most of it.
    head = whole[:64] if rng.random() < 0.7 else whole
    whole = corruption(head, rng) + whole[len(head) :]
    elements[chosen] = (kind, zlib.compress(whole) if kind == 15 else whole)
    if rng.random() < 0.1:
        elements.append(rng.choice(elements))
    return content[:128] + b"".join(struct.pack("<2I", k, len(b)) + b for k, b in elements)


def npz(content: bytes, rng: random.Random) -> bytes:
    """Corruptions an array of an archive, its header above all, under right checksums."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chosen = rng.choice(list(members))
    header, body = members[chosen][:128], members[chosen][128:]
    kind = rng.randrange(6)
    if kind == 0:
        members.pop(chosen)
    elif kind == 1:
        sizes = b"(%s)" % b", ".join(rng.choice(_SIZES) for _ in range(rng.randrange(6)))
        members[chosen] = re.sub(rb"\([^)]*\)", sizes, header) + body
    elif kind == 2:
        members[chosen] = re.sub(rb"'[|<][a-zA-Z]\d+'", rng.choice(_DTYPES), header) + body
    elif kind == 3:
        members[chosen] = number(header, rng) + body
    elif kind == 4:
        members[chosen] = blind(header, rng) + body
    else:
        members[chosen] = blind(header + body, rng)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", rng.choice((0, 8, 8, 12, 14))) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


_SIZES = (b"0", b"1", b"3", b"4", b"8", b"-1", b"99999999", b"2147483648", b"1e3", b"9" * 30, b"x")
_DTYPES = (b"'|u1'", b"'|b1'", b"'<f8'", b"'|O'", b"'<U99999999'", b"'|V0'", b"'<M8[ns]'", b"'>i8'")
_DTYPES += (b"[('a', '<i4')]", b"'|S0'", b"'?'", b"None", b"'<c16'")


def png(content: bytes, rng: random.Random) -> bytes:
    """Corruptions chunks and gives them right checksums, mostly."""
    place, chunks = 8, []
    while place + 12 <= len(content):
        size = struct.unpack_from(">I", content, place)[0]
        chunks.append((content[place + 4 : place + 8], content[place + 8 : place + 8 + size]))
        place += 12 + size
    chosen = rng.randrange(len(chunks))
    kind, data = chunks[chosen]
    action = rng.randrange(6)
    if action == 0:
        chunks.pop(chosen)
    elif action == 1:
        chunks.insert(rng.randrange(len(chunks) + 1), chunks[chosen])
    elif action == 2:
        rng.shuffle(chunks)
    elif action == 3 and kind == b"IDAT":
        chunks[chosen] = (kind, zlib.compress(blind(zlib.decompress(data), rng)))
    elif action == 4:
        other = rng.choice((b"tRNS", b"PLTE", b"iCCP", b"zTXt", b"eXIf", b"gAMA", b"acTL", b"fcTL"))
        chunks.insert(1, (other, rng.randbytes(rng.choice((0, 1, 2, 6, 26, 3000)))))
    else:
        chunks[chosen] = (kind, rng.choice((number_be, blind))(data, rng))
    wrong, result = rng.random() < 0.2, [content[:8]]
    for kind, data in chunks:
        checksum = zlib.crc32(kind + data) ^ (wrong and kind not in (b"IHDR", b"IDAT"))
        result.append(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum))
    return b"".join(result)


def number_be(content: bytes, rng: random.Random) -> bytes:
    return number(content, rng, ">")


def jpeg(content: bytes, rng: random.Random) -> bytes:
    """Drops, doubles and corruptions segments, and their lengths."""
    place, segments = 2, []
    while content[place + 1] != 0xDA:
        size = struct.unpack_from(">H", content, place + 2)[0]
        segments.append(content[place : place + 2 + size])
        place += 2 + size
    scan = content[place:]
    chosen, action = rng.randrange(len(segments)), rng.randrange(6)
    if action == 0:
        segments.pop(chosen)
    elif action == 1:
        segments.append(segments[chosen])
    elif action == 2:
        rng.shuffle(segments)
    elif action == 3:
        scan = blind(scan, rng)
    elif action == 4:
        scan = scan[: -rng.randrange(1, 8)]
    else:
        head, body = segments[chosen][:4], segments[chosen][4:]
        body = rng.choice((number_be, blind))(body, rng)
        segments[chosen] = head[:2] + struct.pack(">H", (len(body) + 2) & 0xFFFF) + body
    return content[:2] + b"".join(segments) + scan


def archive(content: bytes, rng: random.Random) -> bytes:
    """Corrupts the headers of a tar file and gives them right checksums; of others any number."""
    if content.startswith(b"\x1f\x8b") and rng.random() < 0.7:
        return gzip.compress(archive(gzip.decompress(content), rng))
    if content[257:262] != b"ustar":
        return number(content, rng)
    starts = [at for at in range(0, len(content), 512) if content[at + 257 : at + 262] == b"ustar"]
    at = rng.choice(starts)
    block = bytearray(content[at : at + 512])
    start, length = rng.choice(((0, 100), (100, 8), (124, 12), (124, 12), (136, 12), (156, 1)))
    fields = (b"", b"7" * 11, b"\x80" + b"\xff" * 11, b"\xff" * 12, b"-1", b"9x", b"00000000001")
    value = rng.choice(b"0123457xgLKSVXN\0") if length == 1 else None
    field = bytes([value]) if value is not None else rng.choice((*fields, *_WORDS))[:length]
    block[start : start + length] = field.ljust(length, b"\0")
    checksum = sum(block[:148]) + sum(block[156:]) + 8 * 32
    block[148:156] = b"%06o\0 " % checksum
    return content[:at] + bytes(block) + content[at + 512 :]


def boxes(content: bytes, rng: random.Random) -> bytes:
    """Puts words of other kinds, or none, into the fields of lines."""
    parts = re.split(rb"([,\\\n])", content)
    for _ in range(rng.choice((1, 1, 2, 5))):
        parts[rng.randrange(len(parts))] = rng.choice(_WORDS)
    return b"".join(parts) * rng.choice((1, 1, 1, 2))


MUTATORS: dict[str, tuple[Mutator, ...]] = {
    "mat": (mat, mat, mat, number, blind),
    "npz": (npz, npz, npz, number, blind),
    "mnist": (npz, npz, npz, number, blind),
    "png": (png, png, png, blind),
    "jpeg": (jpeg, jpeg, jpeg, number_be, blind),
    "other image": (number, number_be, blind),
    "archive": (archive, archive, blind),
    "boxes": (boxes, boxes, boxes, blind),
}


def mutate(kind: str, content: bytes, rng: random.Random) -> bytes:
    """Returns a file of a kind with one to three corruptions."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        try:
            content = rng.choice(MUTATORS[kind])(content, rng)
        except Exception:  # too corrupted already to be taken apart, which fails in many ways
            content = blind(content, rng)
    return content
