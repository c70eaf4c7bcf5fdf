"""Typesetting: a template and its words become a tagged PDF (PDF/UA), in our own typeface, without any outside service."""

import json
from collections.abc import Mapping
from pathlib import Path

FONTS = Path(__file__).parent


def typeset(template: Path, data: Mapping[str, object]) -> bytes:
    """Typeset `data` with a Typst template that reads it as `sys.inputs.packet`; the same words give the same bytes."""
    import typst  # 30 MB of a typesetter: loaded by who prints, not by who serves a page

    return typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"packet": json.dumps(data)},
        pdf_standards="ua-1",
        timestamp=0,
    )
