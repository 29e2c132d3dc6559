"""A first glance at a file: as what it should be opened. No proof; opening it is. Pure."""

from __future__ import annotations

from libsocial.core import documents

ENOUGH = 4096  # bytes

_STILL = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_FILMS = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"0&\xb2u\x8ef\xcf\x11",  # ASF: WMV
    b"FLV\x01",
    b"OggS",
    b"\x00\x00\x01\xba",  # MPEG
    b"\x00\x00\x01\xb3",
    b"ID3",  # sound: opened as a film, which says that the picture is missing
    b"fLaC",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf1",
    b"\xff\xf9",
)


def kind_of(head: bytes) -> str:
    """'image', 'video', 'document' or 'captions'. What is nothing of it is for the pictures to refuse."""
    if documents.is_pdf(head):
        return "document"
    if head[4:8] in _ATOMS:
        return "image" if head[4:8] == b"ftyp" and head[8:12] in _STILL else "video"
    if head[:4] == b"RIFF":
        return "video" if head[8:12] in (b"AVI ", b"WAVE") else "image"
    if head.startswith(_FILMS) or (head[:1] == b"G" and head[188:189] == b"G"):
        return "video"
    text = head.lstrip(b"\xef\xbb\xbf \r\n")
    if text.startswith(b"WEBVTT") or (text[:1].isdigit() and b"-->" in text[:200]):
        return "captions"
    return "image"
