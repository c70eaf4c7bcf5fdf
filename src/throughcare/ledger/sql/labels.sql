-- Labels are said and taken back here, never changed: a row with `until` says that its label no longer holds.
-- A label said by hand may name the time until which it holds; `ledger_label_lapse` takes its bit away when it has come.
CREATE FUNCTION ledger_label_say(the_type text, the_id uuid, the_label text, the_bit int, the_by text, ends boolean,
  the_until timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  at timestamptz := clock_timestamp();
  mask bigint := 1::bigint << the_bit;
BEGIN
  INSERT INTO ledger_label (type, id, label, by, since, until)
    VALUES (the_type, the_id, the_label, the_by, at, CASE WHEN ends THEN at ELSE the_until END);
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

-- Whether a label holds: a rule said it, or what was said last by hand still holds.
CREATE FUNCTION ledger_label_holds(the_type text, the_id uuid, the_label text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM ledger_label l WHERE l.type = the_type AND l.id = the_id AND l.label = the_label
                   AND l.by LIKE 'rule %')
    OR coalesce((SELECT l.until IS NULL OR l.until > clock_timestamp() FROM ledger_label l
                 WHERE l.type = the_type AND l.id = the_id AND l.label = the_label ORDER BY l.position DESC LIMIT 1), false)
$$;

-- Bits of labels whose time is over go; how many resources.
CREATE FUNCTION ledger_label_lapse(label_names text[], label_bits int[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  over record; done bigint := 0; n bigint;
BEGIN
  FOR over IN
    SELECT l.type, l.id, ~bit_or(1::bigint << b.bit) AS mask FROM ledger_label l
    JOIN unnest(label_names, label_bits) AS b (label, bit) ON b.label = l.label
    WHERE l.until <= clock_timestamp() AND NOT ledger_label_holds(l.type, l.id, l.label) GROUP BY l.type, l.id
  LOOP
    UPDATE ledger_current c SET labels = c.labels & over.mask
      WHERE c.type = over.type AND c.id = over.id AND c.labels <> c.labels & over.mask;
    GET DIAGNOSTICS n = ROW_COUNT;
    done := done + n;
    UPDATE ledger_sealed_current c SET labels = c.labels & over.mask
      WHERE c.type = over.type AND c.id = over.id AND c.labels <> c.labels & over.mask;
    GET DIAGNOSTICS n = ROW_COUNT;
    done := done + n;
  END LOOP;
  RETURN done;
END $$;
CREATE INDEX ledger_label_until ON ledger_label (until) WHERE until IS NOT NULL;
