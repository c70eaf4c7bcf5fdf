"""Officers are told what to do, and when they need not any more; units are locked down and opened."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from throughcare import ledger
from throughcare.custody import events, fhir, wording
from throughcare.custody.models import Facility, Lockdown, OperationalAlert, Placement, Unit
from throughcare.custody.refusals import UnknownPlace
from throughcare.custody.standing import locked_family
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind
from throughcare.people.models import Person


@action("custody.raise_alert")
def raise_alert(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    template: str,
    values: Mapping[str, str | int] | None = None,
    until: datetime | None = None,
    reason_ref: UUID | None = None,
) -> UUID:
    """Tell officers to do something until a time, in words of the reviewed template alone.

    The same alert raised again is the same alert, lengthened; other values replace it.
    """
    now, form = clock.now(), wording.template(template)
    checked = form.checked(values or {})
    end = until or (now + timedelta(hours=form.hours) if form.hours else None)
    if end is not None and end <= now:
        raise Invalid("An alert needs an end that lies ahead. Nothing was changed.")
    root, family, _ = locked_family(person_id)
    holding = OperationalAlert.objects.filter(person_id__in=family, template=template, ended_at=None)
    for former in holding.filter(Q(until=None) | Q(until__gt=now)):
        if former.values == checked:
            if former.until is not None and (end is None or end > former.until):
                former.bump(until=end)
                _keep(former)
            return former.id
        former.bump(ended_at=now, ended_by=actor.label())
        _keep(former)
    alert = OperationalAlert.objects.create(
        person_id=root,
        template=template,
        template_version=form.version,
        values=checked,
        raised_at=now,
        raised_by=actor.label(),
        until=end,
        reason_ref=reason_ref,
    )
    _keep(alert)
    emit(
        events.AlertRaised(
            happened_at=now,
            person_id=root,
            facility_id=_where(family),
            ref=alert.id,
            template=template,
            group=form.group,
        )
    )
    return alert.id


@action("custody.end_alert")
def end_alert(*, actor: Actor, intent: UUID | None = None, alert_id: UUID) -> UUID:
    """Tell officers that they need not do it any more."""
    alert = OperationalAlert.objects.select_for_update().filter(id=alert_id, ended_at=None).first()
    if alert is None:
        raise Stale("This alert has ended already. Nothing was changed.")
    _end(actor, alert)
    return alert.id


@action("custody.end_alerts_for")
def end_alerts_for(*, actor: Actor, intent: UUID | None = None, reason_ref: UUID) -> int:
    """Tell officers that what was asked of them for one reason is done; gives how many alerts ended."""
    standing = list(OperationalAlert.objects.select_for_update().filter(reason_ref=reason_ref, ended_at=None))
    for alert in standing:
        _end(actor, alert)
    return len(standing)


def _end(actor: Actor, alert: OperationalAlert) -> None:
    now = clock.now()
    alert.bump(ended_at=now, ended_by=actor.label())
    _keep(alert)
    group = wording.template(alert.template).group
    family = [alert.person_id, *Person.objects.filter(survivor_id=alert.person_id).values_list("id", flat=True)]
    emit(
        events.AlertEnded(
            happened_at=now,
            person_id=alert.person_id,
            facility_id=_where(family),
            ref=alert.id,
            template=alert.template,
            group=group,
            last_of_group=bool(group) and not _stands(family, group, now),
        )
    )


def _stands(family: list[UUID], group: str, at: datetime) -> bool:
    """Tell whether an alert of a group still holds; a step down is a weaker one that stands while the stronger ends."""
    of_group = [key for key, form in wording.templates().items() if form.group == group]
    holding = OperationalAlert.objects.filter(person_id__in=family, template__in=of_group, ended_at=None)
    return holding.filter(Q(until=None) | Q(until__gt=at)).exists()


@action("custody.start_lockdown")
def start_lockdown(
    *,
    actor: Actor,
    intent: UUID | None = None,
    facility_id: UUID,
    unit_id: UUID | None = None,
    happened_at: datetime | None = None,
) -> UUID:
    """Say that nobody moves in a unit, or in the whole facility where no unit is named."""
    if not Facility.objects.filter(id=facility_id).exists() or (
        unit_id is not None and not Unit.objects.filter(id=unit_id, facility_id=facility_id).exists()
    ):
        raise UnknownPlace("There is no such place. Nothing was changed.")
    Facility.objects.select_for_update(no_key=True).get(id=facility_id)
    running = Lockdown.objects.filter(facility_id=facility_id, ended_at=None)
    if (running.filter(unit=None) if unit_id is None else running.filter(unit_id=unit_id)).exists():
        raise Stale("This place is locked down already. Nothing was changed.")
    at = happened_at or clock.now()
    lockdown = Lockdown.objects.create(
        facility_id=facility_id, unit_id=unit_id, started_at=at, started_by=actor.label()
    )
    _keep_lockdown(lockdown)
    emit(events.LockdownStarted(happened_at=at, facility_id=facility_id, ref=lockdown.id, unit_id=unit_id))
    return lockdown.id


@action("custody.end_lockdown")
def end_lockdown(
    *, actor: Actor, intent: UUID | None = None, lockdown_id: UUID, happened_at: datetime | None = None
) -> UUID:
    """Say that people move again."""
    lockdown = Lockdown.objects.select_for_update().filter(id=lockdown_id, ended_at=None).first()
    if lockdown is None:
        raise Stale("This lockdown has ended already. Nothing was changed.")
    at = max(happened_at or clock.now(), lockdown.started_at)
    lockdown.bump(ended_at=at, ended_by=actor.label())
    _keep_lockdown(lockdown)
    emit(
        events.LockdownEnded(
            happened_at=at, facility_id=lockdown.facility_id, ref=lockdown.id, unit_id=lockdown.unit_id
        )
    )
    return lockdown.id


def _where(family: list[UUID]) -> UUID | None:
    open_now = Placement.objects.filter(person_id__in=family, until=None, cancelled=False)
    return open_now.values_list("facility_id", flat=True).first()


def _keep(alert: OperationalAlert) -> None:
    ledger.record(
        type="Flag",
        id=alert.id,
        person_id=alert.person_id,
        data_class=DataClass.OPERATIONAL_ALERT,
        body=fhir.flag(alert),
        happened_at=alert.ended_at or alert.raised_at,
        live=alert.ended_at is None,
    )


def _keep_lockdown(lockdown: Lockdown) -> None:
    ledger.record(
        type="Lockdown",
        id=lockdown.id,
        subject=(SubjectKind.PLACE, lockdown.facility_id),
        data_class=DataClass.DEMOGRAPHICS,
        media="throughcare/Lockdown",
        body=fhir.lockdown(lockdown),
        happened_at=lockdown.ended_at or lockdown.started_at,
    )
