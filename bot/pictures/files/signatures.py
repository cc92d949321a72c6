"""What a file is, by its first bytes: to call by its name what cannot be used."""

from __future__ import annotations

_VIDEO = "video or other media file"
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP picture"),
    (b"II*\x00\x10\x00\x00\x00CR", "camera's raw picture"),
    (b"IIRO", "camera's raw picture"),
    (b"IIU\x00", "camera's raw picture"),
    (b"FUJIFILMCCD-RAW", "camera's raw picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"II+\x00", "TIFF picture"),
    (b"MM\x00+", "TIFF picture"),
    (b"II\xbc", "JPEG XR picture"),
    (b"8BPS", "Photoshop file"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript file"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL picture"),
    (b"\xff\x0a", "JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP", "JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "JPEG 2000 picture"),
    (b"v/1\x01", "OpenEXR picture"),
    (b"#?RADIANCE", "HDR picture"),
    (b"qoif", "QOI picture"),
    *((b"P%d" % number + space, "Netpbm picture") for number in range(1, 8) for space in (b"\n", b" ", b"\r")),
    (b"\x00\x00\x01\x00", "icon file"),
    (b"\x00\x00\x02\x00", "icon file"),
    (b"icns", "icon file"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"\x1a\x45\xdf\xa3", _VIDEO),
    (b"ID3", "audio file"),
    (b"OggS", _VIDEO),
    (b"fLaC", "audio file"),
)
# The brands of an ISO media file, of which a telephone's pictures name several: https://mp4ra.org/registered-types/brands
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF picture"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIC picture"),
    b"crx ": "camera's raw picture",
    **dict.fromkeys((b"mif1", b"msf1"), "HEIC picture"),
}
_MOST_BRANDS = 64  # bytes
SVG_KIND = "SVG drawing"
_LOOKED_AT = 1024  # bytes; enough for a PDF's or SVG's late start


def kind_of(content: bytes) -> str | None:
    """Name what the bytes are (``PNG``, ``GIF``, ``HEIC picture``, ``text file``), or None for nothing we know."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[:4] == b"RIFF":
        return "audio file" if content[8:12] == b"WAVE" else _VIDEO
    if content[4:8] == b"ftyp":
        return _kind_of_media(content)
    if content[12:16] == b"CgBI":
        return "picture packed for an iPhone app"
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    return _kind_of_text(content[:_LOOKED_AT])


def _kind_of_media(content: bytes) -> str:
    """By the major brand, or the first of the compatible ones that tells more than it."""
    listed = content[16 : min(int.from_bytes(content[:4], "big"), _MOST_BRANDS)]
    named = {content[8:12], *(listed[at : at + 4] for at in range(0, len(listed) - 3, 4))}
    if content[8:12] not in _BRANDS:
        return _VIDEO
    return next(kind for brand, kind in _BRANDS.items() if brand in named)


def _kind_of_text(head: bytes) -> str | None:
    if b"%PDF-" in head:
        return "PDF"
    if b"<svg" in head.lower():
        return SVG_KIND
    # A character may be cut at the end of what is looked at: at most three bytes of it.
    for cut in range(min(4, len(head))):
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else "text file"
    return None
