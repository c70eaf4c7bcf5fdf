"""Bundles of another record, made by others: every resource is charted or listed, in every file."""

import gzip
import json
from collections import Counter
from decimal import Decimal

import pytest

from throughcare.exchange import bundles


@pytest.mark.parametrize("folder", ["r4_2019", "r4_uscore_hiv"])
def test_every_resource_of_every_file_is_charted_or_left_with_its_reason(shared, folder):
    charted, left, patients = Counter(), Counter(), 0
    paths = sorted((shared / "corpora/synthea" / folder).glob("*.json.gz"))
    for path in paths:
        document = json.loads(gzip.decompress(path.read_bytes()), parse_float=Decimal)
        resources = list(bundles.entries(document))
        understood = bundles.understand(resources)
        assert sum(understood.charted.values()) + sum(understood.left.values()) == len(resources), path.name
        patients += len(understood.patients)
        charted.update(understood.charted)
        left.update(understood.left)
    print(f"\n{folder}: {len(paths)} files, {patients} patients, charted {dict(charted)}, left {dict(left)}")
    assert charted["Patient"] == patients
    named = [kind for kind in left if kind.split(":")[0] in bundles.CHARTED]
    unexplained = [kind for kind in named if not kind.endswith(("not taken any more", "is not final"))]
    assert sum(left[kind] for kind in unexplained) <= 0.01 * sum(charted.values()), unexplained
