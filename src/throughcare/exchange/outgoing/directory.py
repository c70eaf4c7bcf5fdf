"""The receivers of messages as content names them. Reads content only."""

import ssl
from dataclasses import dataclass

from throughcare.kernel import content

PATH = "exchange/destinations.toml"


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiver: where it listens, what it is called in MSH, what it may be sent."""

    id: str
    title: str
    host: str
    port: int
    tls: bool
    ca_file: str
    certificate: str
    key: str
    application: str
    facility: str
    sends: frozenset[str]
    classes: frozenset[str]
    agreement: str
    max_tries: int

    @property
    def is_open(self) -> bool:
        """True where the agency has said where it listens; ADT alone asks for a written agreement as well."""
        return bool(self.host)

    def takes(self, trigger: str) -> bool:
        """Tell whether this kind of message goes there; what reveals custody goes nowhere without an agreement."""
        return self.is_open and trigger in self.sends and (not trigger.startswith("ADT") or bool(self.agreement))

    def context(self) -> ssl.SSLContext | None:
        """Give the TLS settings of a connection to it: always verified; with our own certificate where it asks for one."""
        if not self.tls:
            return None
        found = ssl.create_default_context(cafile=self.ca_file or None)
        if self.certificate:
            found.load_cert_chain(self.certificate, self.key or None)
        return found


def receivers() -> dict[str, Receiver]:
    """Give every receiver of the content, by its id."""
    found = {}
    for row in content.rows(PATH, "destination"):
        said = {name: row[name] for name in Receiver.__slots__ if name not in ("sends", "classes")}
        found[row["id"]] = Receiver(**said, sends=frozenset(row["sends"]), classes=frozenset(row["classes"]))
    return found
