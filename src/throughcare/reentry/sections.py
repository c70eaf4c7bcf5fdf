"""What a packet is made of: words in sections, the same for the page, the paper, the PDF and what the ledger keeps."""

import hashlib
from dataclasses import asdict, dataclass, replace

from throughcare.kernel.fhir import encode


@dataclass(frozen=True, slots=True)
class PacketSection:
    """One part of the packet: a heading, sentences, and a table where there are rows."""

    key: str
    title: str
    words: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    urgent: bool = False
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class PacketNow:
    """The packet as it stands at one moment, in one language."""

    lang: str
    title: str
    name: str
    number: str
    born: str
    made: str
    sections: tuple[PacketSection, ...]

    @property
    def digest(self) -> str:
        """Give what identifies these very words, whenever they were printed."""
        return hashlib.sha256(encode(asdict(replace(self, made="")))).hexdigest()
