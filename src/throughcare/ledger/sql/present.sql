-- The present state, made anew from the versions; and the one thing that may go from a version, its body.

-- The last version of each resource after a key, in portions, with what says of it what holds: its body and its labels.
CREATE FUNCTION ledger_last_versions(is_sealed boolean, after_type text, after_id uuid, portion int)
RETURNS TABLE (the_position bigint, the_type text, the_id uuid, the_subject uuid, the_digest bytea, the_body bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format($q$
    SELECT v.position, v.type, v.id, v.subject, v.digest, v.body
    FROM (SELECT DISTINCT ON (id, type) * FROM %I WHERE id >= $2 AND (id, type) > ($2, $1)
          ORDER BY id, type, version DESC LIMIT $3) v
    ORDER BY v.id, v.type
  $q$, CASE WHEN is_sealed THEN 'ledger_sealed_version' ELSE 'ledger_version' END) USING after_type, after_id, portion;
END $$;

-- Present rows written anew: from the last version and the labels that were said last. What a body says of itself (code,
-- status, live) comes from the caller, who can decompress it; everything else stands in the version.
CREATE FUNCTION ledger_present(is_sealed boolean, ids uuid[], positions bigint[], codes text[], statuses text[], lives boolean[],
  the_terms text[], froms timestamptz[], tos timestamptz[], label_names text[], label_bits int[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  done bigint;
BEGIN
  LOCK TABLE ledger_head IN SHARE MODE;
  EXECUTE format($q$
    INSERT INTO %1$I AS c (type, id, version, position, subject, person_id, data_class, labels, code, status, happened_at,
      live, written_at, terms, from_at, to_at)
    SELECT v.type, v.id, v.version, v.position, v.subject, CASE WHEN v.subject_kind = 'person' THEN v.subject END,
      v.data_class, coalesce((
        SELECT bit_or(1::bigint << b.bit) FROM unnest($9, $10) AS b (label, bit)
        WHERE ledger_label_holds(v.type, v.id, b.label)
          AND EXISTS (SELECT FROM ledger_label l WHERE l.type = v.type AND l.id = v.id)), 0), given.code, given.status, v.happened_at, given.live,
      v.written_at, given.terms::bigint[], given.from_at, given.to_at
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS given (id, position, code, status, live, terms, from_at, to_at)
    JOIN %2$I v ON v.id = given.id AND v.position = given.position
    WHERE NOT EXISTS (SELECT FROM %2$I later WHERE later.type = v.type AND later.id = v.id AND later.version > v.version)
      AND NOT (ledger_plentiful(v.type) AND v.version = 1 AND given.live
        AND NOT EXISTS (SELECT FROM ledger_label l WHERE l.type = v.type AND l.id = v.id))
    ON CONFLICT (type, id) DO UPDATE SET version = excluded.version, position = excluded.position,
      subject = excluded.subject, person_id = excluded.person_id, data_class = excluded.data_class,
      labels = excluded.labels, code = excluded.code, status = excluded.status, happened_at = excluded.happened_at,
      live = excluded.live, written_at = excluded.written_at, terms = excluded.terms, from_at = excluded.from_at,
      to_at = excluded.to_at
    WHERE (c.*) IS DISTINCT FROM (excluded.*)
  $q$, CASE WHEN is_sealed THEN 'ledger_sealed_current' ELSE 'ledger_current' END,
       CASE WHEN is_sealed THEN 'ledger_sealed_version' ELSE 'ledger_version' END)
    USING ids, positions, codes, statuses, lives, the_terms, froms, tos, label_names, label_bits;
  GET DIAGNOSTICS done = ROW_COUNT;
  RETURN done;
END $$;

-- Present rows that no version bears out go.
CREATE FUNCTION ledger_present_prune(is_sealed boolean) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  done bigint;
BEGIN
  LOCK TABLE ledger_head IN SHARE MODE;
  EXECUTE format('DELETE FROM %I c WHERE NOT EXISTS (SELECT FROM %I v WHERE v.type = c.type AND v.id = c.id)',
    CASE WHEN is_sealed THEN 'ledger_sealed_current' ELSE 'ledger_current' END,
    CASE WHEN is_sealed THEN 'ledger_sealed_version' ELSE 'ledger_version' END);
  GET DIAGNOSTICS done = ROW_COUNT;
  RETURN done;
END $$;

-- The present row of a resource that had none, for it stood alone: a label is said of it.
CREATE FUNCTION ledger_stand(the_type text, the_id uuid, the_code text, the_status text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO ledger_current (type, id, version, position, subject, person_id, data_class, code, status, happened_at, live, written_at)
  SELECT v.type, v.id, v.version, v.position, v.subject, CASE WHEN v.subject_kind = 'person' THEN v.subject END,
    v.data_class, the_code, the_status, v.happened_at, true, v.written_at
  FROM ledger_version v WHERE v.id = the_id AND v.type = the_type AND ledger_plentiful(v.type) AND v.version = 1
  ON CONFLICT DO NOTHING
$$;

-- A body that law orders destroyed: header, digest and chain stay. The caller keeps an entry that says by whose order;
-- `verify` finds a body that is gone without one.
CREATE FUNCTION ledger_destroy(is_sealed boolean, the_type text, the_id uuid, the_versions int[])
RETURNS TABLE (at_position bigint, the_digest bytea) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  place bigint; d bytea;
BEGIN
  FOR place, d IN EXECUTE format('SELECT position, digest FROM %I WHERE type = $1 AND id = $2 AND version = ANY ($3) '
    'AND body IS NOT NULL ORDER BY version', CASE WHEN is_sealed THEN 'ledger_sealed_version' ELSE 'ledger_version' END)
    USING the_type, the_id, the_versions
  LOOP
    PERFORM set_config('throughcare.destroying', place::text, true);
    EXECUTE format('UPDATE %I SET body = NULL WHERE id = $2 AND position = $1',
      CASE WHEN is_sealed THEN 'ledger_sealed_version' ELSE 'ledger_version' END) USING place, the_id;
    PERFORM set_config('throughcare.destroying', '', true);
    at_position := place;
    the_digest := d;
    RETURN NEXT;
  END LOOP;
END $$;

-- The places of bodies that are gone.
CREATE FUNCTION ledger_destroyed(is_sealed boolean) RETURNS TABLE (at_position bigint) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT position FROM %I WHERE body IS NULL ORDER BY position',
    CASE WHEN is_sealed THEN 'ledger_sealed_version' ELSE 'ledger_version' END);
END $$;

-- How far the comparison of entries with their rows has come: what was written up to this horizon was compared, and of the
-- rest it stands at this key on its round, which takes thirty days.
CREATE TABLE ledger_check (
  id         smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  horizon    bigint      NOT NULL,
  sealed     boolean     NOT NULL,
  after_type text        NOT NULL,
  after_id   uuid        NOT NULL,
  at         timestamptz NOT NULL
);
