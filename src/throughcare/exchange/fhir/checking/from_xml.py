"""FHIR XML read as the JSON that it means, by HL7's tables; no entity, no network, no document type."""

from typing import Any

from throughcare.exchange.fhir.checking import tables

FHIR = "{http://hl7.org/fhir}"
XHTML = "{http://www.w3.org/1999/xhtml}"
_NUMBERS = {"integer", "positiveInt", "unsignedInt", "decimal"}


class NotFhir(ValueError):
    """The words are not XML of FHIR."""


def read(text: str | bytes) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Give the resource, and what stands in the XML that FHIR does not know: where, and what."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode() if isinstance(text, str) else text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotFhir(f"Not readable as XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise NotFhir("A document type has no place in FHIR XML.")
    odd: list[tuple[str, str]] = []
    return _resource(root, odd), odd


def _resource(node: Any, odd: list[tuple[str, str]]) -> dict[str, Any]:
    kind = _name(node)
    return {"resourceType": kind, **_object(node, kind, kind, odd)}


def _name(node: Any) -> str:
    return str(node.tag).rsplit("}", 1)[-1]


def _object(node: Any, kind: str, path: str, odd: list[tuple[str, str]]) -> dict[str, Any]:
    elements = tables.types().get(kind, {})
    made: dict[str, Any] = {}
    for name, value in node.attrib.items():
        if name in ("id", "url") and name in elements:
            made[name] = value
        elif not name.startswith("{"):
            odd.append((path, f"There is no attribute [{name}] here."))
    for child in node:
        name = _name(child)
        if child.tag == f"{XHTML}div":
            made["div"] = _xhtml(child)
            continue
        element = elements.get(name)
        if element is None:
            odd.append((f"{path}.{name}", "There is no such element here."))
            continue
        _add(made, name, child, element, f"{path}.{name}", odd)
    return made


def _add(
    made: dict[str, Any], name: str, child: Any, element: tables.Element, path: str, odd: list[tuple[str, str]]
) -> None:
    if element.type == "Resource":
        inner = [_resource(one, odd) for one in child]
        _put(made, name, inner[0] if inner else {}, element.many)
        return
    if element.complex:
        _put(made, name, _object(child, element.type, path, odd), element.many)
        return
    extra = _object_of_primitive(child, path, odd)
    raw = child.get("value")
    value = _primitive(raw, element.type) if raw is not None else None
    if element.many:
        values, extras = made.setdefault(name, []), made.setdefault(f"_{name}", [])
        values.append(value)
        extras.append(extra or None)
        if not any(extras) and len(child.getparent().findall(child.tag)) == len(extras):
            del made[f"_{name}"]
    else:
        if value is not None or not extra:
            made[name] = value if value is not None else ""
        if extra:
            made[f"_{name}"] = extra


def _object_of_primitive(child: Any, path: str, odd: list[tuple[str, str]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in child.attrib.items():
        if name == "id":
            made["id"] = value
        elif name != "value" and not name.startswith("{"):
            odd.append((path, f"There is no attribute [{name}] here."))
    for inner in child:
        if _name(inner) == "extension":
            made.setdefault("extension", []).append(_object(inner, "Extension", f"{path}.extension", odd))
        else:
            odd.append((f"{path}.{_name(inner)}", "There is no such element here."))
    return made


def _put(made: dict[str, Any], name: str, value: Any, many: bool) -> None:
    if many:
        made.setdefault(name, []).append(value)
    elif name in made:
        made[name] = [made[name], value]  # stands twice: the structural reader refuses the list
    else:
        made[name] = value


def _primitive(raw: str, kind: str) -> Any:
    if kind == "boolean" and raw in ("true", "false"):
        return raw == "true"
    if kind in _NUMBERS:
        from decimal import Decimal, InvalidOperation

        try:
            number = Decimal(raw)
        except InvalidOperation:
            return raw
        return int(number) if kind != "decimal" and number == number.to_integral_value() else number
    return raw


def _xhtml(node: Any) -> str:
    from lxml import etree

    return str(etree.tostring(node, encoding="unicode", with_tail=False))
