"""Cut the interface's typeface down to the scripts we show: Inter, SIL Open Font Licence, from its package.

``python -m libsocial.typeface TARGET`` does it in a process of its own (three seconds of work), so
that a first start can prepare the database meanwhile. Needs no Django.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Latin with Vietnamese, Greek, Cyrillic, punctuation, currency, arrows. Other scripts fall back to the
# typefaces of the reader's system.
RANGES = (
    "U+0020-017F,U+0192,U+01A0-01A1,U+01AF-01B0,U+0218-021B,U+02C6-02DD,U+0300-030C,U+0323,U+0327,U+0370-03FF,"
    "U+0400-045F,U+0490-0491,U+1E80-1E85,U+1E9E,U+1EA0-1EF9,U+2000-206F,U+20A0-20BF,U+2116,U+2122,U+2190-2199,"
    "U+2212,U+25CF"
)
FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum", "case", "cv05", "ss03"]


def build(target: Path) -> None:
    """Write ``target`` (woff2; weight 400 to 700, optical size 14 to 32) in one step."""
    from fontpkg_inter import ROOT as inter
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(inter / "files" / "Inter[opsz,wght].ttf")
    subsetter = subset.Subsetter(subset.Options(layout_features=FEATURES, notdef_outline=True, hinting=False))
    subsetter.populate(unicodes=subset.parse_unicodes(RANGES))
    subsetter.subset(font)
    font = instantiateVariableFont(font, {"opsz": (14, 32), "wght": (400, 700)})
    font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}.part")
    font.save(draft)
    draft.replace(target)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
