"""What was typed, read into typed answers: every fault is a sentence at its field, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal

from throughcare.chart.forms.questionnaire import Form, Item, Key, Kind, UnableReason
from throughcare.chart.forms.text import Text
from throughcare.chart.forms.values import Amount, Choice, NotReadable, Value, read_value, read_words

Posted = Mapping[str, Sequence[str] | str]

MAX_ROWS = 50
_NOTE_LIMIT = 1000
_FIELD = re.compile(r"([a-z0-9.-]{1,80})(?::([0-9]{1,2}))?(?:~(date|time|other|unable|note))?")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

UNKNOWN_FIELD = Text(
    "This form has no question [{field}]. What was typed is kept; reload the form and enter it again.",
    "Este formulario no tiene la pregunta [{field}]. Lo escrito se guardó; vuelva a cargar el formulario.",
)
UNSTORABLE = Text(
    "A character that can't be stored was replaced by \ufffd. Check the text.",
    "Un carácter que no se puede guardar se cambió por \ufffd. Revise el texto.",
)
ONE_ONLY = Text("Choose one answer only.", "Elija una sola respuesta.")
EXCLUSIVE = Text(
    "“{none}” can't stand with other answers. Keep one or the other.",
    "«{none}» no puede ir con otras respuestas. Deje una u otra.",
)
BOTH = Text(
    "There is an answer and also a reason for no answer. Keep one of them.",
    "Hay una respuesta y también una razón por no contestar. Deje solo una.",
)
REASON = Text("Choose a reason from the list.", "Elija una razón de la lista.")
NO_UNABLE = Text("This question needs an answer.", "Esta pregunta necesita una respuesta.")


@dataclass(frozen=True, slots=True)
class Unable:
    """Why there is no answer, and what was noted."""

    reason: UnableReason
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Typed answers of one form, the draft as typed, and what could not be read."""

    values_by: Mapping[Key, tuple[Value, ...]] = field(default_factory=dict)
    unable_by: Mapping[Key, Unable] = field(default_factory=dict)
    form_unable: Unable | None = None
    posted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: Mapping[str, Text] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True if everything typed could be read."""
        return not self.errors

    def values(self, link_id: str, row: int | None = None) -> tuple[Value, ...]:
        """All values of one question."""
        return self.values_by.get(Key(link_id, row), ())

    def value(self, link_id: str, row: int | None = None) -> Value | None:
        """The first value of one question, or None."""
        return next(iter(self.values(link_id, row)), None)

    def codes(self, link_id: str, row: int | None = None) -> frozenset[str]:
        """The codes chosen in one question."""
        return frozenset(v.code for v in self.values(link_id, row) if isinstance(v, Choice))

    def number(self, link_id: str, row: int | None = None) -> Decimal | None:
        """The number of one question, or None."""
        value = self.value(link_id, row)
        if isinstance(value, Amount):
            return value.value
        return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None

    def unable(self, link_id: str, row: int | None = None) -> Unable | None:
        """Why there is no answer: the question's own reason, else the whole form's."""
        return self.unable_by.get(Key(link_id, row)) or (None if self.values(link_id, row) else self.form_unable)

    def rows(self, group: Item) -> tuple[int, ...]:
        """The rows of a repeating group in which anything was entered."""
        inside = {item.link_id for item in group.walk()}
        keys = [*self.values_by, *self.unable_by]
        return tuple(sorted({key.row for key in keys if key.link_id in inside and key.row is not None}))


@dataclass(slots=True)
class _Parts:
    """Everything posted for one place."""

    typed: list[str] = field(default_factory=list)
    date: str = ""
    time: str = ""
    other: str = ""
    unable: str = ""
    note: str = ""


def parse(form: Form, posted: Posted, *, zone: tzinfo, now: datetime | None = None) -> Answers:
    """Typed answers of whatever was posted; faults are in `.errors`, never raised; `.posted` is the draft."""
    draft, errors = _cleaned(posted)
    items = {item.link_id: item for item in form.walk() if item.kind.asks}
    in_rows = {i.link_id for g in form.walk() if g.kind is Kind.GROUP and g.repeats for i in g.walk()}
    places: dict[Key, _Parts] = {}
    whole = _Parts()
    for name, typed in draft.items():
        found = _FIELD.fullmatch(name)
        link_id = found[1] if found else ""
        if found and link_id == "form" and found[2] is None and found[3] in ("unable", "note"):
            _put(whole, found[3], typed)
        elif not found or not _fits(items.get(link_id), link_id in in_rows, found[2]):
            errors[name] = UNKNOWN_FIELD.filled(field=name[:80])
        else:
            place = places.setdefault(Key(link_id, int(found[2]) if found[2] else None), _Parts())
            _put(place, found[3], typed)
    values: dict[Key, tuple[Value, ...]] = {}
    unable: dict[Key, Unable] = {}
    for key, parts in places.items():
        try:
            reason = _unable(items[key.link_id].unable, parts)
            given = _values(items[key.link_id], parts, zone, now)
        except NotReadable as error:
            errors.setdefault(key.field, error.text)
            continue
        if reason and given:
            errors.setdefault(key.field, BOTH)
        if reason:
            unable[key] = reason
        elif given:
            values[key] = given
    form_unable = None
    try:
        form_unable = _unable(True, whole)
    except NotReadable as error:
        errors.setdefault("form", error.text)
    return Answers(values, unable, form_unable, draft, errors)


def merge(stored: Posted, posted: Posted) -> dict[str, tuple[str, ...]]:
    """The stored draft with the newer fields laid over it; a field posted empty stays empty, others are kept."""
    return {name: _strings(typed) for name, typed in {**stored, **posted}.items()}


def carried(answers: Answers, source: Form, target: Form) -> dict[str, tuple[str, ...]]:
    """What was typed in `source` for questions that `target` asks too, same kind and options (PHQ-2 in PHQ-9): never asked twice."""
    same = {
        item.link_id
        for item in target.walk()
        if item.kind.asks
        and (old := source.find(item.link_id))
        and (old.kind, old.options) == (item.kind, item.options)
    }
    return {field: typed for field, typed in answers.posted.items() if field.split("~")[0].split(":")[0] in same}


def _fits(item: Item | None, in_rows: bool, row: str | None) -> bool:
    return item is not None and in_rows == (row is not None) and (row is None or int(row) < MAX_ROWS)


def _strings(typed: Sequence[str] | str) -> tuple[str, ...]:
    return (typed,) if isinstance(typed, str) else tuple(typed)


def _cleaned(posted: Posted) -> tuple[dict[str, tuple[str, ...]], dict[str, Text]]:
    """The draft without characters that no database or FHIR string can hold, each replacement reported."""
    draft: dict[str, tuple[str, ...]] = {}
    errors: dict[str, Text] = {}
    for name, typed in posted.items():
        safe_name = _UNSTORABLE.sub("\ufffd", name)
        texts = _strings(typed)
        draft[safe_name] = tuple(_UNSTORABLE.sub("\ufffd", text) for text in texts)
        if draft[safe_name] != texts:
            errors[safe_name.split("~")[0]] = UNSTORABLE
    return draft, errors


def _put(place: _Parts, part: str | None, typed: Iterable[str]) -> None:
    texts = [text.strip() for text in typed if text.strip()]
    if part is None:
        place.typed = texts
    elif texts:
        setattr(place, part, texts[0])


def _unable(allowed: bool, parts: _Parts) -> Unable | None:
    if not parts.unable:
        return None
    if not allowed:
        raise NotReadable(NO_UNABLE)
    if parts.unable not in set(UnableReason):
        raise NotReadable(REASON)
    return Unable(UnableReason(parts.unable), read_words(parts.note, _NOTE_LIMIT))


def _values(item: Item, parts: _Parts, zone: tzinfo, now: datetime | None) -> tuple[Value, ...]:
    typed = list(parts.typed)
    if item.kind is Kind.DATETIME and not typed and (parts.date or parts.time):
        typed = [f"{parts.date} {parts.time}".strip()]
    elif (parts.date or parts.time) and item.kind is not Kind.DATETIME:
        raise NotReadable(UNKNOWN_FIELD.filled(field=item.link_id))
    values: list[Value] = list(dict.fromkeys(read_value(item, text, zone, now) for text in typed))
    if parts.other:
        if item.kind is not Kind.OPEN_CHOICE:
            raise NotReadable(UNKNOWN_FIELD.filled(field=f"{item.link_id}~other"))
        values.append(read_words(parts.other, 255))
    if len(values) > 1 and not item.repeats:
        raise NotReadable(ONE_ONLY)
    for value in values:
        option = item.option(value.code) if isinstance(value, Choice) else None
        if option and option.exclusive and len(values) > 1:
            raise NotReadable(_exclusive(option.text))
    return tuple(values)


def _exclusive(none: Text) -> Text:
    return Text(EXCLUSIVE.en.format(none=none.en), EXCLUSIVE.es.format(none=none.es))
