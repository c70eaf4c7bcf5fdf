"""Official cases of published measures: time for a patient, beside fqm-execution on the same cases in the same run.

The peer needs node and npm, and the measures with compiled logic (FHIR Bundles of Measure, Library with ELM, ValueSet), which are
not ours to ship: MEASURE_BUNDLES names a folder with one `CMS122.json` and so on. Without them the ratio is left out, with the reason.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.measure import Figure

CASES = Path(__file__).parents[1].parent / "shared" / "corpora" / "ecqm"
PEER = "fqm-execution@1.8.6"
ROUNDS = 5
PEER_SCRIPT = """
const fs = require('fs'), { Calculator } = require('fqm-execution');
(async () => {
  const [bundle, cases] = process.argv.slice(2).map(f => JSON.parse(fs.readFileSync(f)));
  const run = () => Calculator.calculate(bundle, cases.map(c => c.bundle), {
    measurementPeriodStart: cases[0].period[0], measurementPeriodEnd: cases[0].period[1], trustMetaProfile: true,
    calculateHTML: false, calculateSDEs: false });
  await run();
  const start = process.hrtime.bigint();
  await run();
  console.log(Number(process.hrtime.bigint() - start) / 1e6);
})();
"""


def figures() -> Iterator[Figure]:
    """Measure each folder of cases that is there, ours and, where it can run, the peer's."""
    from throughcare.insight.measures import aligned
    from throughcare.insight.measures.codes import read_value_sets

    if not CASES.is_dir():
        print(f"bench: ecqm is skipped: no cases at {CASES}", file=sys.stderr)
        return
    ours = theirs = compared = 0.0
    patients = 0
    with tempfile.TemporaryDirectory() as work:
        reason = _without_peer(Path(work))
        for measure in aligned.MEASURES:
            folder = CASES / measure.source
            book = read_value_sets(folder / "valuesets.json.gz")
            with gzip.open(folder / "cases.jsonl.gz", "rt") as file:
                cases = [json.loads(line) for line in file]
            taken = min(
                _timed(lambda m=measure, b=book, cs=cases: [aligned.run_case(m, c, b) for c in cs])
                for _ in range(ROUNDS)
            )
            ours, patients = ours + taken, patients + len(cases)
            other = None if reason else _peer(Path(work), measure.source, cases)
            if other is not None:
                theirs, compared = theirs + other, compared + taken
        yield Figure(
            "official case judged", ours / patients, "ms", None, f"{patients} cases, best of {ROUNDS}, one process"
        )
        if compared:
            yield Figure(
                "fqm-execution, time for a patient", theirs / compared, "x ours", None, f"{PEER}, same cases, same run"
            )
        else:
            print(f"bench: no ratio with {PEER}: {reason or 'no measure ran'}", file=sys.stderr)


def _timed(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1_000


def _without_peer(work: Path) -> str:
    """Install the peer; give the reason where that can't be done."""
    if not os.environ.get("MEASURE_BUNDLES"):
        return "MEASURE_BUNDLES names no folder of measures with compiled logic"
    if not shutil.which("node") or not shutil.which("npm"):
        return "node or npm is not installed"
    done = subprocess.run(["npm", "install", "--silent", PEER], cwd=work, capture_output=True, text=True)
    return "" if done.returncode == 0 else f"npm could not install it ({done.stderr.strip()[:200]})"


def _peer(work: Path, source: str, cases: list[dict[str, Any]]) -> float | None:
    bundle = Path(os.environ["MEASURE_BUNDLES"]) / f"{source}.json"
    if not bundle.is_file():
        return None
    (work / "peer.cjs").write_text(PEER_SCRIPT)
    (work / "cases.json").write_text(json.dumps(cases))
    done = subprocess.run(["node", "peer.cjs", str(bundle), "cases.json"], cwd=work, capture_output=True, text=True)
    return float(done.stdout.split()[-1]) if done.returncode == 0 and done.stdout.strip() else None
