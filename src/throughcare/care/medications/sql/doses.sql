-- Doses: one row for each dose that is due, by month of due time. A charted dose is never taken away.
CREATE TABLE medications_dose (
  id                 uuid        NOT NULL,
  due_at             timestamptz NOT NULL,
  person_id          uuid        NOT NULL REFERENCES people_person (id),
  order_id           uuid,
  programme_order_id uuid,
  pass_code          text        NOT NULL,
  amount             numeric(10, 3),
  critical           boolean     NOT NULL,
  controlled         boolean     NOT NULL,
  status             text        NOT NULL DEFAULT 'expected',
  version            int         NOT NULL DEFAULT 1,
  happened_at        timestamptz,
  recorded_at        timestamptz,
  facility_id        uuid,
  by                 text,
  by_id              uuid,
  reason             text,
  detail             jsonb,
  PRIMARY KEY (id, due_at),
  CONSTRAINT medications_dose_of_one_order CHECK (num_nonnulls(order_id, programme_order_id) = 1),
  CONSTRAINT medications_dose_status CHECK (status IN (
    'expected', 'given', 'given-late', 'given-early', 'refused', 'no-show', 'held', 'not-available', 'away', 'partial',
    'vomited', 'diverted-suspected', 'self-administered', 'wasted', 'cancelled')),
  CONSTRAINT medications_dose_charted CHECK (
    (status = 'expected') = (recorded_at IS NULL) AND (recorded_at IS NULL) = (happened_at IS NULL)
    AND (recorded_at IS NULL) = (by_id IS NULL) AND (by_id IS NULL) = (by IS NULL)),
  FOREIGN KEY (person_id, order_id) REFERENCES medications_medicationorder (person_id, id)
) PARTITION BY RANGE (due_at);
-- What is due now, for a person: small however long the history.
CREATE INDEX medications_dose_waiting ON medications_dose (person_id, due_at) WHERE status = 'expected';
-- What is due now, anywhere: blanks are found by it.
CREATE INDEX medications_dose_due ON medications_dose (due_at) WHERE status = 'expected';
-- An order's own history: adherence, the last dose, laying out anew.
CREATE INDEX medications_dose_order ON medications_dose (order_id, due_at);
CREATE TABLE medications_dose_rest PARTITION OF medications_dose DEFAULT;

-- What was charted stays: a correction is a new version of the same dose, never another person's or another time's.
CREATE FUNCTION medications_dose_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status <> 'expected' OR OLD.version > 1 THEN
      RAISE EXCEPTION 'a charted dose is not taken away' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF (NEW.id, NEW.due_at, NEW.person_id) IS DISTINCT FROM (OLD.id, OLD.due_at, OLD.person_id)
     OR NEW.order_id IS DISTINCT FROM OLD.order_id OR NEW.programme_order_id IS DISTINCT FROM OLD.programme_order_id THEN
    RAISE EXCEPTION 'a dose stays with its person, its order and its time'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.status <> 'expected' OR OLD.status <> 'expected') AND NEW.version <= OLD.version THEN
    RAISE EXCEPTION 'a charted dose changes by a new version' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER medications_dose_keep BEFORE UPDATE OR DELETE ON medications_dose
  FOR EACH ROW EXECUTE FUNCTION medications_dose_keep();

-- The serving role takes no row away; this door takes back only what is not due yet and was never charted.
CREATE FUNCTION medications_take_back(orders uuid[], since timestamptz) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM medications_dose
     WHERE order_id = ANY (orders) AND due_at >= since AND status = 'expected' AND version = 1 RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- Months, so that a dose never waits for one to be made; for times past too, when an older record is taken over.
CREATE FUNCTION medications_months(since date, until date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  month date; child text;
BEGIN
  FOR month IN SELECT generate_series(date_trunc('month', since), date_trunc('month', until), interval '1 month')::date LOOP
    child := 'medications_dose' || to_char(month, '_YYYY_MM');
    IF to_regclass(child) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF medications_dose FOR VALUES FROM (%L) TO (%L)',
                     child, month::timestamptz, (month + interval '1 month')::timestamptz);
    END IF;
  END LOOP;
END $$;
SELECT medications_months(current_date, (current_date + interval '3 months')::date);
