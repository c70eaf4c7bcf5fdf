"""/fhir/metadata: what the API can do, made of what declared itself."""

from throughcare import __version__
from throughcare.exchange.fhir import compartments, params, profiles, registry
from throughcare.exchange.fhir.call import Answer, Call
from throughcare.exchange.fhir.registry import interaction
from throughcare.exchange.fhir.types import HELD, LEAN, STORED
from throughcare.kernel.fhir import Json, coding, concept, filled

PUBLISHED = "2026-11-22"
SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_OF_TYPE = frozenset({
    "read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type",
})  # fmt: skip
_OF_SYSTEM = frozenset({"transaction", "batch", "search-system", "history-system"})


@interaction("capabilities", "GET", "system", "metadata", public=True, doc="Says what the API can do.")
def capabilities(call: Call) -> Answer:
    """Give the CapabilityStatement; anybody may ask."""
    return Answer(body=statement(call.base))


def statement(base: str) -> Json:
    """Build the CapabilityStatement of everything that declared itself."""
    declared = registry.interactions()
    whole = [i for i in declared if i.level == "system"]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": PUBLISHED,
        "publisher": "Throughcare",
        "kind": "instance",
        "software": {"name": "Throughcare", "version": __version__},
        "implementation": {"description": "The open health record for people in custody", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "instantiates": [
            "http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server|6.1.0",
            "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data|2.0.0",
        ],
        "rest": [
            filled(
                mode="server",
                security=_security(),
                resource=[_resource(kind, declared) for kind in sorted(HELD)],
                interaction=[{"code": c} for c in _of_system(whole)],
                operation=_operations(whole),
                compartment=[compartments.DEFINITION],
            )
        ],
    }


def _of_system(whole: list[registry.Interaction]) -> list[str]:
    codes = {i.code for i in whole} & _OF_SYSTEM
    return sorted(codes | {"batch"} if "transaction" in codes else codes)  # one door takes both


def _security() -> Json:
    words = "A bearer token, which is a lens: what it does not show is absent, and neither counted nor sorted nor hinted at."
    from throughcare.exchange.smart import discovery

    said = discovery.configuration()
    uris = [
        {"url": name, "valueUri": said[f"{key}_endpoint"]}
        for name, key in (
            ("authorize", "authorization"),
            ("token", "token"),
            ("introspect", "introspection"),
            ("revoke", "revocation"),
        )
    ]
    return {
        "extension": [{"url": OAUTH_URIS, "extension": uris}],
        "cors": True,
        "service": [concept(coding(SECURITY, "SMART-on-FHIR"))],
        "description": words,
    }


def _resource(kind: str, declared: list[registry.Interaction]) -> Json:
    mine = [i for i in declared if i.level != "system" and i.serves(kind)]
    codes = sorted({i.code for i in mine} & _OF_TYPE)
    return filled(
        type=kind,
        interaction=[{"code": c} for c in codes],
        versioning="versioned-update" if "update" in codes else "versioned",
        readHistory="vread" in codes,
        updateCreate=False,
        conditionalRead="full-support" if "read" in codes else None,
        conditionalCreate="create" in codes or None,
        conditionalUpdate="update" in codes or None,
        supportedProfile=profiles.all_of(kind),
        documentation=_documentation(kind, codes),
        searchInclude=_includes(kind),
        searchRevInclude=_revincludes(kind),
        searchParam=_params(kind) if "search-type" in codes else None,
        operation=_operations(mine),
    )


def _documentation(kind: str, codes: list[str]) -> str | None:
    """Say what a type does not do that a client would expect of it."""
    never = registry.why_not("PUT", kind) if "create" in codes and "update" not in codes else ""
    kept = registry.why_not("DELETE", kind) if "create" in codes else ""
    return " ".join(words for words in (_LEAN if kind in LEAN else "", never, kept) if words) or None


_LEAN = "Found by patient (or _id) alone; what else is asked is compared entry by entry."


def _params(kind: str) -> list[Json]:
    every = [*({"name": p.name, "type": p.kind} for p in params.BY_TYPE.get(kind, ()))]
    common = ("_id", "token"), ("_lastUpdated", "date"), ("_tag", "token"), ("_security", "token"), ("_profile", "uri")
    return [*({"name": n, "type": t} for n, t in common), *every]


def _includes(kind: str) -> list[str]:
    return sorted(f"{kind}:{p.name}" for p in params.BY_TYPE.get(kind, ()) if p.kind == "reference")


def _revincludes(kind: str) -> list[str]:
    found = [
        f"{other}:{p.name}"
        for other, every in params.BY_TYPE.items()
        for p in every
        if p.kind == "reference" and kind in p.targets
    ]
    return sorted([*found, *(["Provenance:target"] if kind in STORED else [])])


def _operations(declared: list[registry.Interaction]) -> list[Json]:
    found = {i.tail[1:]: i for i in declared if i.tail.startswith("$") and i.operation}
    return [filled(name=n, definition=i.operation, documentation=i.doc) for n, i in sorted(found.items())]
