-- Doses of sealed programmes: bound to their person's order, found by it, taken back with it.
ALTER TABLE medications_dose ADD CONSTRAINT medications_dose_programme_same_person
  FOREIGN KEY (person_id, programme_order_id) REFERENCES medications_programmeorder (person_id, id);
CREATE INDEX medications_dose_programme ON medications_dose (programme_order_id, due_at)
  WHERE programme_order_id IS NOT NULL;
-- Nothing of the medicine, of how much or of what was seen stands in the open.
ALTER TABLE medications_dose ADD CONSTRAINT medications_dose_programme_says_nothing
  CHECK (programme_order_id IS NULL OR (amount IS NULL AND detail IS NULL));
CREATE FUNCTION medications_take_back_programme(orders uuid[], since timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM medications_dose
     WHERE programme_order_id = ANY (orders) AND due_at >= since AND status = 'expected' AND version = 1 RETURNING 1)
  SELECT count(*) FROM gone
$$;
