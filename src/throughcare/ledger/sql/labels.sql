-- Labels are said and taken back here, never changed: a row with `until` says that its label no longer holds.
CREATE FUNCTION ledger_label_say(the_type text, the_id uuid, the_label text, the_bit int, the_by text, ends boolean)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  at timestamptz := clock_timestamp();
  mask bigint := 1::bigint << the_bit;
BEGIN
  INSERT INTO ledger_label (type, id, label, by, since, until)
    VALUES (the_type, the_id, the_label, the_by, at, CASE WHEN ends THEN at END);
  IF ends THEN
    UPDATE ledger_current SET labels = labels & ~mask WHERE type = the_type AND id = the_id;
    UPDATE ledger_sealed_current SET labels = labels & ~mask WHERE type = the_type AND id = the_id;
  ELSE
    UPDATE ledger_current SET labels = labels | mask WHERE type = the_type AND id = the_id;
    UPDATE ledger_sealed_current SET labels = labels | mask WHERE type = the_type AND id = the_id;
  END IF;
END $$;

-- What rules said of entries just written; said once as long as it holds.
CREATE FUNCTION ledger_label_by_rule(types text[], ids uuid[], the_labels text[], bys text[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO ledger_label (type, id, label, by)
  SELECT DISTINCT ON (r.type, r.id, r.label) r.type, r.id, r.label, r.by
  FROM unnest(types, ids, the_labels, bys) AS r (type, id, label, by)
  WHERE NOT EXISTS (SELECT 1 FROM ledger_label l WHERE l.type = r.type AND l.id = r.id AND l.label = r.label
                      AND l.by = r.by)
$$;

CREATE TRIGGER ledger_label_append_only BEFORE UPDATE OR DELETE ON ledger_label
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
