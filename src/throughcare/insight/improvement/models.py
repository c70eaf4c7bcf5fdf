"""What a team tries and what was changed when: projects with their cycles of plan, do, study, act; annotations; targets."""

from django.db import models
from django.db.models import F, Q

from throughcare.insight.improvement import states
from throughcare.kernel.models import Row


class Project(Row):
    """One aim over one measure, with an owner and a day by which it is reached. `facility_id` is empty where it is the agency's."""

    title = models.CharField(max_length=120)
    aim = models.TextField()
    kind = models.CharField(max_length=7)
    measure = models.CharField(max_length=40)
    facility_id = models.UUIDField(null=True)
    owner_id = models.UUIDField()
    owner_name = models.CharField(max_length=160)
    due_on = models.DateField()
    state = models.CharField(max_length=9, default="open")
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=160)
    concluded_at = models.DateTimeField(null=True)
    concluded_by = models.CharField(max_length=160, blank=True)
    learned = models.TextField(blank=True)

    class Meta:
        constraints = [
            states.PROJECT.check("state", "improvement_project_state"),
            models.CheckConstraint(condition=Q(kind__in=states.KINDS), name="improvement_project_kind"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(aim="") & ~Q(measure="") & ~Q(owner_name=""),
                name="improvement_project_said",
            ),
            models.CheckConstraint(
                condition=Q(state="open", concluded_at__isnull=True, concluded_by="", learned="")
                | ~Q(state="open") & Q(concluded_at__gte=F("started_at")) & ~Q(concluded_by="") & ~Q(learned=""),
                name="improvement_project_concluded",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="improvement_project_open")]


class Cycle(Row):
    """One turn: what is changed and what one thinks will happen, what was done, what was seen, what follows."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="cycles")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, default="planned")
    change = models.TextField()
    prediction = models.TextField()
    due_on = models.DateField()
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=160)
    did = models.TextField(blank=True)
    did_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=160, blank=True)
    saw = models.TextField(blank=True)
    as_predicted = models.BooleanField(null=True)
    studied_at = models.DateTimeField(null=True)
    studied_by = models.CharField(max_length=160, blank=True)
    act = models.CharField(max_length=7, blank=True)
    act_words = models.TextField(blank=True)
    acted_at = models.DateTimeField(null=True)
    acted_by = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            states.CYCLE.check("state", "improvement_cycle_state"),
            models.UniqueConstraint(fields=["project", "number"], name="improvement_cycle_number"),
            models.UniqueConstraint(
                fields=["project"], condition=~Q(state="acted"), name="improvement_cycle_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(change="") & ~Q(prediction=""), name="improvement_cycle_planned"),
            models.CheckConstraint(
                condition=Q(state="planned", done_at__isnull=True, done_by="", did="", did_on__isnull=True)
                | ~Q(state="planned")
                & Q(done_at__gte=F("planned_at"), did_on__isnull=False)
                & ~Q(done_by="")
                & ~Q(did=""),
                name="improvement_cycle_done",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["planned", "done"],
                    studied_at__isnull=True,
                    studied_by="",
                    saw="",
                    as_predicted__isnull=True,
                )
                | Q(state__in=["studied", "acted"], studied_at__gte=F("done_at"), as_predicted__isnull=False)
                & ~Q(studied_by="")
                & ~Q(saw=""),
                name="improvement_cycle_studied",
            ),
            models.CheckConstraint(
                condition=~Q(state="acted") & Q(acted_at__isnull=True, acted_by="", act="", act_words="")
                | Q(state="acted", acted_at__gte=F("studied_at"), act__in=states.ACTS) & ~Q(acted_by=""),
                name="improvement_cycle_acted",
            ),
        ]


class Annotation(Row):
    """Something that was changed on a day, beside a measure; a wrong one is taken back, with why, and stays in the list."""

    measure = models.CharField(max_length=40)
    facility_id = models.UUIDField(null=True)
    since = models.DateField()
    words = models.CharField(max_length=240)
    new_limits = models.BooleanField(default=False)
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, null=True, related_name="annotations")
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.CharField(max_length=160, blank=True)
    taken_back_why = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words="") & ~Q(measure=""), name="improvement_annotation_said"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by="", taken_back_why="")
                | Q(taken_back_at__gte=F("at")) & ~Q(taken_back_by="") & ~Q(taken_back_why=""),
                name="improvement_annotation_taken_back",
            ),
        ]
        indexes = [models.Index(fields=["measure", "since"], name="improvement_annotation_since")]


class Target(Row):
    """What a measure is to reach, from a day on; the next one takes its place and it stays in the list."""

    measure = models.CharField(max_length=40)
    facility_id = models.UUIDField(null=True)
    value = models.DecimalField(max_digits=10, decimal_places=2)
    since = models.DateField()
    why = models.CharField(max_length=240)
    at = models.DateTimeField()
    by = models.CharField(max_length=160)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0) & ~Q(why=""), name="improvement_target_said"),
            models.UniqueConstraint(
                fields=["measure", "facility_id", "since"],
                nulls_distinct=False,
                name="improvement_target_one_a_day",
            ),
        ]


class Meeting(Row):
    """One meeting of a facility's quality committee, or of health services with custody's administration."""

    facility_id = models.UUIDField()
    kind = models.CharField(max_length=14)
    held_on = models.DateField()
    disciplines = models.CharField(max_length=240)
    decided = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=160)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=states.MEETINGS), name="improvement_meeting_kind"),
            models.CheckConstraint(condition=~Q(decided="") & ~Q(disciplines=""), name="improvement_meeting_said"),
        ]
        indexes = [models.Index(fields=["facility_id", "kind", "-held_on"], name="improvement_meeting_last")]
