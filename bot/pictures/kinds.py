"""What a file is, by its first bytes: to call by its name what cannot be used."""

from __future__ import annotations

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"8BPS", "Photoshop file"),
    (b"%PDF-", "PDF"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL picture"),
    (b"\xff\x0a", "JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP", "JPEG 2000 picture"),
    (b"\x00\x00\x01\x00", "icon file"),
    (b"PK\x03\x04", "ZIP archive"),
)
# The major brand of an ISO media file: https://mp4ra.org/registered-types/brands
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIC picture"),
    **dict.fromkeys((b"avif", b"avis"), "AVIF picture"),
}
SVG_KIND = "SVG drawing"
_LOOKED_AT = 1024  # bytes; enough for a PDF's or SVG's late start


def kind_of(content: bytes) -> str | None:
    """Name what the bytes are (``PNG``, ``GIF``, ``HEIC picture``, ``text file``), or None for nothing we know."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "video or other media file")
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    return _kind_of_text(content[:_LOOKED_AT])


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
