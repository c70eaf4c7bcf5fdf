"""QR codes as one SVG path, drawn without any style attribute."""

from __future__ import annotations

from dataclasses import dataclass

import segno


@dataclass(frozen=True, slots=True)
class QrPath:
    """A code's side in modules, quiet zone included, and the path of its dark modules."""

    side: int
    path: str


def qr_path(text: str) -> QrPath:
    """Return the code of `text` with a quiet zone of four modules."""
    code = segno.make(text, error="m", micro=False)
    parts = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                parts.append(f"M{x + 4} {y + 4}h{run - x}v1h-{run - x}z")
            x = max(run, x + 1)
    return QrPath(len(code.matrix) + 8, "".join(parts))
