-- The one writer. Entries come sorted by subject, so heads are locked in one order and writers never deadlock. It says of each
-- where it now stands, so that nobody has to read what was just written. Of versions of one resource, `goes_on` says that a later
-- one follows in the same transaction, `behind` how many came before it there; labels are those of all up to this one.
CREATE FUNCTION ledger_append(
  is_sealed boolean, kinds text[], subjects uuid[], types text[], ids uuid[], persons uuid[], medias text[],
  classes text[], the_action text, the_actor text, the_reason text, the_source text, happened timestamptz[],
  recorded timestamptz, the_renderer int, salts bytea[], digests bytea[], bodies bytea[], label_bits bigint[],
  codes text[], statuses text[], lives boolean[], alone boolean[], the_terms text[], froms timestamptz[], tos timestamptz[],
  goes_on boolean[], behind int[]
) RETURNS TABLE (of_version int, of_place bigint, of_time timestamptz, of_labels bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  i int; head_n int; head_hash bytea; last_subject uuid; place bigint; v int; wrote timestamptz; bits bigint;
  zero CONSTANT bytea := '\x0000000000000000000000000000000000000000000000000000000000000000';
BEGIN
  -- Nearly always all of it is one person's; their head is then locked as it is read.
  IF subjects[1] <> subjects[cardinality(subjects)] THEN
    INSERT INTO ledger_head AS h (subject, sealed, n, hash)
      SELECT s, is_sealed, 0, zero FROM (SELECT DISTINCT unnest(subjects) AS s) d ORDER BY s ON CONFLICT DO NOTHING;
    PERFORM 1 FROM ledger_head h WHERE h.sealed = is_sealed AND h.subject = ANY (subjects) ORDER BY h.subject FOR UPDATE;
  END IF;
  FOR i IN 1 .. cardinality(subjects) LOOP
    IF last_subject IS DISTINCT FROM subjects[i] THEN
      IF last_subject IS NOT NULL THEN
        UPDATE ledger_head SET n = head_n, hash = head_hash WHERE subject = last_subject AND sealed = is_sealed;
      END IF;
      last_subject := subjects[i];
      SELECT h.n, h.hash INTO head_n, head_hash FROM ledger_head h
        WHERE h.subject = last_subject AND h.sealed = is_sealed FOR UPDATE;
      IF NOT FOUND THEN
        INSERT INTO ledger_head (subject, sealed, n, hash) VALUES (last_subject, is_sealed, 0, zero) ON CONFLICT DO NOTHING;
        SELECT h.n, h.hash INTO head_n, head_hash FROM ledger_head h
          WHERE h.subject = last_subject AND h.sealed = is_sealed FOR UPDATE;
      END IF;
    END IF;
    place := nextval('ledger_position');
    wrote := clock_timestamp();
    bits := label_bits[i];
    IF goes_on[i] THEN
      -- A later version of the same comes in this transaction and is what will be present; of this one its number is asked alone.
      IF is_sealed THEN
        SELECT c.version, c.labels INTO v, bits FROM ledger_sealed_current c WHERE c.type = types[i] AND c.id = ids[i] FOR UPDATE;
      ELSE
        SELECT c.version, c.labels INTO v, bits FROM ledger_current c WHERE c.type = types[i] AND c.id = ids[i] FOR UPDATE;
      END IF;
      v := coalesce(v, 0) + behind[i] + 1;
      bits := coalesce(bits, 0) | label_bits[i];
    ELSIF is_sealed THEN
      INSERT INTO ledger_sealed_current AS c VALUES (types[i], ids[i], 1 + behind[i], place, subjects[i], persons[i], classes[i],
          label_bits[i], codes[i], statuses[i], happened[i], lives[i], wrote, the_terms[i]::bigint[], froms[i], tos[i])
        ON CONFLICT (type, id) DO UPDATE SET version = c.version + 1 + behind[i], position = excluded.position,
          data_class = excluded.data_class, labels = c.labels | excluded.labels, code = excluded.code, status = excluded.status,
          happened_at = excluded.happened_at, live = excluded.live, written_at = excluded.written_at,
          terms = excluded.terms, from_at = excluded.from_at, to_at = excluded.to_at
        RETURNING c.version, c.labels INTO v, bits;
    ELSIF alone[i] THEN
      v := 1;
    ELSE
      -- Asked by itself and only where it matters: within the insert every month's table would be opened for each entry.
      v := 0;
      IF ledger_plentiful(types[i]) THEN
        SELECT coalesce(max(b.version), 0) INTO v FROM ledger_version b WHERE b.id = ids[i] AND b.type = types[i];
      END IF;
      INSERT INTO ledger_current AS c VALUES (types[i], ids[i], 1 + v + behind[i], place, subjects[i], persons[i], classes[i],
          label_bits[i], codes[i], statuses[i], happened[i], lives[i], wrote, the_terms[i]::bigint[], froms[i], tos[i])
        ON CONFLICT (type, id) DO UPDATE SET version = c.version + 1 + behind[i], position = excluded.position,
          data_class = excluded.data_class, labels = c.labels | excluded.labels, code = excluded.code, status = excluded.status,
          happened_at = excluded.happened_at, live = excluded.live, written_at = excluded.written_at,
          terms = excluded.terms, from_at = excluded.from_at, to_at = excluded.to_at
        RETURNING c.version, c.labels INTO v, bits;
    END IF;
    head_n := head_n + 1;
    head_hash := sha256(head_hash || ledger_header(kinds[i], subjects[i], head_n, types[i], ids[i], v, medias[i], classes[i],
      the_action, the_actor, the_reason, the_source, happened[i], recorded, wrote, the_renderer) || digests[i]);
    IF is_sealed THEN
      INSERT INTO ledger_sealed_version (position, subject_kind, subject, n, type, id, version, media, data_class,
        action, actor, reason, source, happened_at, recorded_at, written_at, renderer, salt, digest, hash, body)
      VALUES (place, kinds[i], subjects[i], head_n, types[i], ids[i], v, medias[i], classes[i], the_action, the_actor,
        the_reason, the_source, happened[i], recorded, wrote, the_renderer, salts[i], digests[i], head_hash,
        bodies[i]);
    ELSE
      INSERT INTO ledger_version (position, subject_kind, subject, n, type, id, version, media, data_class,
        action, actor, reason, source, happened_at, recorded_at, written_at, renderer, salt, digest, hash, body)
      VALUES (place, kinds[i], subjects[i], head_n, types[i], ids[i], v, medias[i], classes[i], the_action, the_actor,
        the_reason, the_source, happened[i], recorded, wrote, the_renderer, salts[i], digests[i], head_hash,
        bodies[i]);
    END IF;
    of_version := v; of_place := place; of_time := wrote; of_labels := bits;
    RETURN NEXT;
  END LOOP;
  UPDATE ledger_head SET n = head_n, hash = head_hash WHERE subject = last_subject AND sealed = is_sealed;
END $$;
ALTER FUNCTION ledger_append OWNER TO CURRENT_USER;
