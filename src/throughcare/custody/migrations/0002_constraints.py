"""What the database itself refuses of custody: two places at once, two in one bed, one person's row on another's."""

from django.db import migrations

from throughcare.kernel.constraints import frozen_when, no_overlap, same_person

MADE_BY_MOVE = ("custody_legalstatus", "custody_placement", "custody_away")
CANCEL_ONLY = "'{cancelled_at,cancelled_by,cancel_why,version}'::text[]"


def within(table: str, parts: tuple[str, str], target: str, target_parts: tuple[str, str]) -> migrations.RunSQL:
    """Let a pair of columns refer only to a pair that exists, such as a bed and its own unit."""
    name = f"{table}_{parts[1]}_within"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({', '.join(parts)}) "
        f"REFERENCES {target} ({', '.join(target_parts)}) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    """Add them."""

    dependencies = [("custody", "0001_initial")]
    operations = [
        same_person("custody_move", "stay_id", "custody_stay"),
        *(same_person(table, "stay_id", "custody_stay") for table in MADE_BY_MOVE),
        *(
            same_person(table, column, "custody_move")
            for table in MADE_BY_MOVE
            for column in ("opened_by_id", "closed_by_id")
        ),
        within("custody_placement", ("facility_id", "unit_id"), "custody_unit", ("facility_id", "id")),
        within("custody_placement", ("unit_id", "bed_id"), "custody_bed", ("unit_id", "id")),
        within("custody_bed", ("unit_id", "cell_id"), "custody_cell", ("unit_id", "id")),
        within("custody_lockdown", ("facility_id", "unit_id"), "custody_unit", ("facility_id", "id")),
        no_overlap(
            "custody_stay",
            "custody_stay_one_at_a_time",
            by="person_id",
            period="tstzrange(admitted_at, ended_at)",
            where="state <> 'cancelled'",
        ),
        no_overlap(
            "custody_placement",
            "custody_placement_one_place_at_a_time",
            by="person_id",
            period="tstzrange(since, until)",
            where="NOT cancelled",
        ),
        no_overlap(
            "custody_placement",
            "custody_placement_one_in_a_bed",
            by="bed_id",
            period="tstzrange(since, until)",
            where="confirmed AND NOT cancelled",
        ),
        no_overlap(
            "custody_away",
            "custody_away_one_trip_at_a_time",
            by="person_id",
            period="tstzrange(since, until)",
            where="NOT cancelled",
        ),
        no_overlap(
            "custody_legalstatus",
            "custody_legalstatus_one_at_a_time",
            by="person_id",
            period="tstzrange(since, until)",
            where="NOT cancelled",
        ),
        no_overlap(
            "custody_lockdown",
            "custody_lockdown_once",
            by="(coalesce(unit_id, facility_id))",
            period="tstzrange(started_at, ended_at)",
        ),
        frozen_when(
            "custody_move",
            f"OLD.cancelled_at IS NOT NULL OR (to_jsonb(NEW) - {CANCEL_ONLY}) <> (to_jsonb(OLD) - {CANCEL_ONLY})",
            name="custody_move_frozen",
            sentence="a move is never changed; it can be cancelled once",
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION custody_closed_stay_holds_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE the_stay uuid := CASE WHEN TG_TABLE_NAME = 'custody_stay' THEN NEW.id
                                          ELSE (to_jsonb(NEW) ->> 'stay_id')::uuid END;
            BEGIN
              IF EXISTS (SELECT 1 FROM custody_stay s WHERE s.id = the_stay AND s.state <> 'open') AND (
                 EXISTS (SELECT 1 FROM custody_placement WHERE stay_id = the_stay AND until IS NULL AND NOT cancelled)
                 OR EXISTS (SELECT 1 FROM custody_away WHERE stay_id = the_stay AND until IS NULL AND NOT cancelled))
              THEN
                RAISE EXCEPTION 'nobody is housed or out under a stay that is not open'
                  USING ERRCODE = 'integrity_constraint_violation';
              END IF;
              RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER custody_stay_closed AFTER UPDATE ON custody_stay
              DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
              WHEN (NEW.state <> 'open') EXECUTE FUNCTION custody_closed_stay_holds_nobody();
            CREATE CONSTRAINT TRIGGER custody_placement_of_open_stay AFTER INSERT OR UPDATE ON custody_placement
              DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
              WHEN (NEW.until IS NULL AND NOT NEW.cancelled) EXECUTE FUNCTION custody_closed_stay_holds_nobody();
            CREATE CONSTRAINT TRIGGER custody_away_of_open_stay AFTER INSERT OR UPDATE ON custody_away
              DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
              WHEN (NEW.until IS NULL AND NOT NEW.cancelled) EXECUTE FUNCTION custody_closed_stay_holds_nobody();
            """,
            """
            DROP TRIGGER custody_stay_closed ON custody_stay;
            DROP TRIGGER custody_placement_of_open_stay ON custody_placement;
            DROP TRIGGER custody_away_of_open_stay ON custody_away;
            DROP FUNCTION custody_closed_stay_holds_nobody();
            """,
        ),
    ]
