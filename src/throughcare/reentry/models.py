"""Plans for going home, appointments outside, what was handed over at the gate, codes on paper, calls after release."""

from django.db import models
from django.db.models import F, Q

from throughcare.kernel.models import PersonRow
from throughcare.reentry import states


class ReleasePlan(PersonRow):
    """One person's plan for going home; custody's expected release gives its date, never this row."""

    facility_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, default="open")
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=160)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.CharField(max_length=160, blank=True)
    left_at = models.DateTimeField(null=True)
    release_ref = models.UUIDField(null=True)
    planned = models.BooleanField(default=True)
    # How the person is reached outside, and where they want their medicines.
    phone = models.CharField(max_length=40, blank=True)
    reach_words = models.CharField(max_length=240, blank=True)
    town = models.CharField(max_length=60, blank=True)
    pharmacy = models.CharField(max_length=160, blank=True)
    insurance = models.CharField(max_length=160, blank=True)
    naloxone_kit = models.CharField(max_length=40, blank=True)
    naloxone_trained_on = models.DateField(null=True)
    naloxone_trained_by = models.CharField(max_length=160, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.PLAN.check("state", "reentry_plan_state"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=states.LIVE), name="reentry_plan_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, finished_by="")
                | Q(finished_at__isnull=False) & ~Q(finished_by=""),
                name="reentry_plan_finished",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["left", "closed"], left_at__isnull=False)
                | ~Q(state__in=["left", "closed"]) & Q(left_at__isnull=True),
                name="reentry_plan_left",
            ),
            models.CheckConstraint(
                condition=Q(naloxone_trained_on__isnull=True, naloxone_trained_by="")
                | Q(naloxone_trained_on__isnull=False) & ~Q(naloxone_trained_by=""),
                name="reentry_plan_trained",
            ),
        ]
        indexes = [
            models.Index(fields=["facility_id", "state"], condition=Q(state__in=states.LIVE), name="reentry_plan_live"),
            models.Index(
                fields=["facility_id", "-left_at"], condition=Q(state="left"), name="reentry_plan_left_lately"
            ),
        ]


class PlanStep(PersonRow):
    """One step of a plan: done, not needed, or refused by the person."""

    plan = models.ForeignKey(ReleasePlan, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=40)
    outcome = models.CharField(max_length=10)
    note = models.CharField(max_length=240, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=160)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(fields=["plan", "step"], name="reentry_step_once"),
            models.CheckConstraint(condition=Q(outcome__in=states.STEP_OUTCOMES), name="reentry_step_outcome"),
        ]


class Appointment(PersonRow):
    """An appointment outside, or a place where one may walk in."""

    facility_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=20)
    partner = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=160)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(null=True)
    walk_in = models.CharField(max_length=120, blank=True)
    bring = models.CharField(max_length=160, blank=True)
    state = models.CharField(max_length=10, default="planned")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=160)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=160, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.APPOINTMENT.check("state", "reentry_appointment_state"),
            models.CheckConstraint(
                condition=Q(at__isnull=False) | ~Q(walk_in=""), name="reentry_appointment_time_or_walk_in"
            ),
            models.CheckConstraint(
                condition=Q(state="planned", ended_at__isnull=True) | ~Q(state="planned") & Q(ended_at__isnull=False),
                name="reentry_appointment_ended",
            ),
        ]
        indexes = [models.Index(fields=["person", "at"], name="reentry_appointment_person")]


class Packet(PersonRow):
    """One packet handed over, refused or sent after; what stood in it is in the ledger, word for word."""

    facility_id = models.UUIDField(null=True)
    plan = models.ForeignKey(ReleasePlan, on_delete=models.PROTECT, null=True, related_name="packets")
    lang = models.CharField(max_length=2)
    outcome = models.CharField(max_length=8)
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_role = models.CharField(max_length=12)
    signed = models.BooleanField(default=False)
    witness = models.CharField(max_length=160, blank=True)
    refused_why = models.CharField(max_length=240, blank=True)
    sent_to = models.CharField(max_length=160, blank=True)
    digest = models.CharField(max_length=64)
    # The paper in hand was printed before the last change: a new one is to be sent after.
    differs = models.BooleanField(default=False)
    sealed = models.BooleanField(default=False)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(outcome__in=states.PACKET_OUTCOMES), name="reentry_packet_outcome"),
            models.CheckConstraint(condition=Q(lang__in=["en", "es"]), name="reentry_packet_language"),
            models.CheckConstraint(
                condition=~Q(outcome="handed") | Q(signed=True) | ~Q(witness=""), name="reentry_packet_signed"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | ~Q(witness="") & Q(signed=False), name="reentry_packet_refused"
            ),
            models.CheckConstraint(condition=~Q(outcome="sent") | ~Q(sent_to=""), name="reentry_packet_sent_to"),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="reentry_packet_person")]


class PacketLink(PersonRow):
    """The code on one packet's paper: of its token only the digest is kept; it ends by time, by hand or by wrong tries."""

    packet = models.OneToOneField(Packet, on_delete=models.PROTECT, related_name="link")
    token_digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=160, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="reentry_link_period"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="") | Q(revoked_at__isnull=False) & ~Q(revoked_by=""),
                name="reentry_link_revoked",
            ),
        ]


class Bridge(PersonRow):
    """A prescription for the days until somebody outside prescribes: proposed by the standing rule, sent by a prescriber."""

    facility_id = models.UUIDField(null=True)
    crossing_id = models.UUIDField(null=True)
    release_ref = models.UUIDField(null=True)
    state = models.CharField(max_length=10, default="proposed")
    days = models.PositiveSmallIntegerField()
    medicines = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    standing_rule = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    pharmacy = models.CharField(max_length=160, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)
    why = models.CharField(max_length=240, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            states.BRIDGE.check("state", "reentry_bridge_state"),
            models.CheckConstraint(
                condition=Q(state="proposed", ended_at__isnull=True, ended_by="")
                | ~Q(state="proposed") & Q(ended_at__isnull=False) & ~Q(ended_by=""),
                name="reentry_bridge_ended",
            ),
            models.CheckConstraint(condition=~Q(state="sent") | ~Q(pharmacy=""), name="reentry_bridge_pharmacy"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="proposed"), name="reentry_bridge_one_proposed"
            ),
        ]


class Contact(PersonRow):
    """One attempt to reach somebody after release, and what was heard."""

    facility_id = models.UUIDField(null=True)
    plan = models.ForeignKey(ReleasePlan, on_delete=models.PROTECT, null=True, related_name="contacts")
    day = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    channel = models.CharField(max_length=8)
    reached = models.BooleanField()
    last = models.BooleanField(default=False)
    kept = models.CharField(max_length=10, blank=True)
    taking = models.CharField(max_length=10, blank=True)
    why = models.CharField(max_length=240, blank=True)
    words = models.CharField(max_length=1000, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=Q(day__in=states.DAYS), name="reentry_contact_day"),
            models.CheckConstraint(condition=Q(channel__in=states.CHANNELS), name="reentry_contact_channel"),
            models.CheckConstraint(condition=Q(kept__in=states.KEPT), name="reentry_contact_kept"),
            models.CheckConstraint(condition=Q(taking__in=states.TAKING), name="reentry_contact_taking"),
            models.CheckConstraint(
                condition=Q(reached=True) | Q(kept="", taking=""), name="reentry_contact_heard_nothing"
            ),
            models.CheckConstraint(
                condition=~Q(reached=False, last=True) | ~Q(why=""), name="reentry_contact_failed_says_why"
            ),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="reentry_contact_person")]


class HandedOn(PersonRow):
    """Something left open, handed on to who goes on with it outside: to whom, by whom, when."""

    facility_id = models.UUIDField(null=True)
    duty_id = models.UUIDField()
    rule = models.CharField(max_length=40)
    about = models.UUIDField(null=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    to = models.CharField(max_length=160)
    words = models.CharField(max_length=1000, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(condition=~Q(to=""), name="reentry_handedon_names_whom"),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="reentry_handedon_person")]
