"""The other process of libsocial.core.documents: opens one PDF, says what it is as JSON, draws its first page."""

from __future__ import annotations

import contextlib
import json
import sys

SIDE = 1400  # pixels of the longer side of the drawn page
MEMORY = 1_500_000_000
SECONDS = 25


def _within_limits() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def read(path: str, drawn: str) -> dict[str, object]:
    """{"pages", "width", "height"}, or {"problem": "protected" or "broken"}."""
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    try:
        document = pdfium.PdfDocument(path, autoclose=True)
        if raw.FPDF_GetSecurityHandlerRevision(document.raw) >= 0:
            return {"problem": "protected"}
        pages = len(document)
        page = document[0]
        scale = SIDE / max(*page.get_size(), 1.0)
        image = page.render(scale=scale).to_pil().convert("RGB")
    except pdfium.PdfiumError as error:
        protected = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        return {"problem": "protected" if protected else "broken"}
    except (IndexError, ValueError, MemoryError):
        return {"problem": "broken"}
    image.save(drawn, "JPEG", quality=88)
    return {"pages": pages, "width": image.width, "height": image.height}


if __name__ == "__main__":
    _within_limits()
    sys.stdout.write(json.dumps(read(sys.argv[1], sys.argv[2])))
