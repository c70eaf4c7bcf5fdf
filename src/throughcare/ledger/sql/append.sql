-- A header in words that anyone can write again: fields in this order, joined by the unit separator.
CREATE FUNCTION ledger_header(
  subject_kind text, subject uuid, n bigint, type text, id uuid, version int, media text, data_class text, action text,
  actor text, reason text, source text, happened_at timestamptz, recorded_at timestamptz, written_at timestamptz,
  renderer int
) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT convert_to(concat_ws(E'\x1f', subject_kind, subject::text, n::text, type, id::text, version::text, media,
    data_class, action, actor, reason, source,
    (extract(epoch FROM happened_at) * 1000000)::bigint::text,
    (extract(epoch FROM recorded_at) * 1000000)::bigint::text,
    (extract(epoch FROM written_at) * 1000000)::bigint::text, renderer::text), 'UTF8')
$$;

-- The one writer. Entries come sorted by subject, so heads are locked in one order and writers never deadlock.
CREATE FUNCTION ledger_append(
  is_sealed boolean, kinds text[], subjects uuid[], types text[], ids uuid[], persons uuid[], medias text[],
  classes text[], the_action text, the_actor text, the_reason text, the_source text, happened timestamptz[],
  recorded timestamptz, the_renderer int, salts bytea[], digests bytea[], bodies bytea[], label_bits bigint[],
  codes text[], statuses text[], lives boolean[], alone boolean[], the_terms text[], froms timestamptz[], tos timestamptz[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  i int; head_n int; head_hash bytea; last_subject uuid; place bigint; v int; wrote timestamptz;
BEGIN
  INSERT INTO ledger_head AS h (subject, sealed, n, hash)
    SELECT s, is_sealed, 0, decode(repeat('00', 32), 'hex') FROM (SELECT DISTINCT unnest(subjects) AS s) d ORDER BY s
    ON CONFLICT DO NOTHING;
  PERFORM 1 FROM ledger_head h WHERE h.sealed = is_sealed AND h.subject = ANY (subjects) ORDER BY h.subject FOR UPDATE;
  FOR i IN 1 .. cardinality(subjects) LOOP
    IF last_subject IS DISTINCT FROM subjects[i] THEN
      IF last_subject IS NOT NULL THEN
        UPDATE ledger_head SET n = head_n, hash = head_hash WHERE subject = last_subject AND sealed = is_sealed;
      END IF;
      last_subject := subjects[i];
      SELECT h.n, h.hash INTO head_n, head_hash FROM ledger_head h
        WHERE h.subject = last_subject AND h.sealed = is_sealed;
    END IF;
    place := nextval('ledger_position');
    wrote := clock_timestamp();
    IF is_sealed THEN
      INSERT INTO ledger_sealed_current AS c VALUES (types[i], ids[i], 1, place, subjects[i], persons[i], classes[i],
          label_bits[i], codes[i], statuses[i], happened[i], lives[i], wrote, the_terms[i]::bigint[], froms[i], tos[i])
        ON CONFLICT (type, id) DO UPDATE SET version = c.version + 1, position = excluded.position,
          data_class = excluded.data_class, labels = c.labels | excluded.labels, code = excluded.code, status = excluded.status,
          happened_at = excluded.happened_at, live = excluded.live, written_at = excluded.written_at,
          terms = excluded.terms, from_at = excluded.from_at, to_at = excluded.to_at
        RETURNING version INTO v;
    ELSIF alone[i] THEN
      v := 1;
    ELSE
      -- Asked by itself and only where it matters: within the insert every month's table would be opened for each entry.
      v := 0;
      IF ledger_plentiful(types[i]) THEN
        SELECT coalesce(max(b.version), 0) INTO v FROM ledger_version b WHERE b.id = ids[i] AND b.type = types[i];
      END IF;
      INSERT INTO ledger_current AS c VALUES (types[i], ids[i], 1 + v, place, subjects[i], persons[i], classes[i],
          label_bits[i], codes[i], statuses[i], happened[i], lives[i], wrote, the_terms[i]::bigint[], froms[i], tos[i])
        ON CONFLICT (type, id) DO UPDATE SET version = c.version + 1, position = excluded.position,
          data_class = excluded.data_class, labels = c.labels | excluded.labels, code = excluded.code, status = excluded.status,
          happened_at = excluded.happened_at, live = excluded.live, written_at = excluded.written_at,
          terms = excluded.terms, from_at = excluded.from_at, to_at = excluded.to_at
        RETURNING version INTO v;
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
  END LOOP;
  UPDATE ledger_head SET n = head_n, hash = head_hash WHERE subject = last_subject AND sealed = is_sealed;
END $$;
ALTER FUNCTION ledger_append OWNER TO CURRENT_USER;
