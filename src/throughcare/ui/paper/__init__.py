"""Typesetting: a template and its words become a tagged PDF (PDF/UA), in our own typeface, without any outside service."""

import json
from collections.abc import Mapping
from pathlib import Path

FONTS = Path(__file__).parent


def typeset(template: Path, data: Mapping[str, object], *, mark: str = "") -> bytes:
    """Typeset `data` with a Typst template that reads it as `sys.inputs.packet`; the same words give the same bytes.

    `mark` says who took this copy, when and of whom: it stands across each page and at its foot (clinical.md 7.4).
    """
    import typst  # 30 MB of a typesetter: loaded by who prints, not by who serves a page

    return typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"packet": json.dumps(data), "mark": mark},
        pdf_standards="ua-1",
        timestamp=0,
    )
