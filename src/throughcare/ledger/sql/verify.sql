-- The chains' own proof. Each function gives what is broken and nothing where all is well.

CREATE FUNCTION ledger_broken_links(is_sealed boolean)
RETURNS TABLE (at_position bigint, what text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format($q$
    SELECT position, CASE
        WHEN n <> place THEN 'an entry before it is missing'
        ELSE 'its header or digest was changed, or it does not follow the entry before it' END
    FROM (
      SELECT v.*, lag(hash) OVER chain AS before, row_number() OVER chain AS place
      FROM %I v WINDOW chain AS (PARTITION BY subject ORDER BY n)
    ) linked
    WHERE n <> place
       OR hash <> sha256(coalesce(before, decode(repeat('00', 32), 'hex')) || ledger_header(subject_kind, subject, n, type, id, version, media, data_class, action,
            actor, reason, source, happened_at, recorded_at, written_at, renderer) || digest)
    ORDER BY position LIMIT 1
  $q$, CASE WHEN is_sealed THEN 'ledger_sealed_version' ELSE 'ledger_version' END);
END $$;

CREATE FUNCTION ledger_broken_heads(is_sealed boolean)
RETURNS TABLE (at_subject uuid) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format($q$
    SELECT coalesce(h.subject, last.subject)
    FROM (SELECT * FROM ledger_head WHERE sealed = $1 AND n > 0) h
    FULL JOIN (SELECT DISTINCT ON (subject) subject, n, hash FROM %I ORDER BY subject, n DESC) last
      ON last.subject = h.subject
    WHERE h.n IS DISTINCT FROM last.n OR h.hash IS DISTINCT FROM last.hash LIMIT 1
  $q$, CASE WHEN is_sealed THEN 'ledger_sealed_version' ELSE 'ledger_version' END) USING is_sealed;
END $$;

CREATE FUNCTION ledger_broken_current(is_sealed boolean)
RETURNS TABLE (at_type text, at_id uuid) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format($q$
    SELECT coalesce(c.type, last.type), coalesce(c.id, last.id)
    FROM %I c
    FULL JOIN (SELECT DISTINCT ON (type, id) type, id, version, position, data_class,
                 count(*) OVER (PARTITION BY type, id) AS times FROM %I
               ORDER BY type, id, version DESC) last ON last.type = c.type AND last.id = c.id
    WHERE last.times IS DISTINCT FROM last.version OR NOT (c.id IS NULL AND last.version = 1 AND ledger_plentiful(last.type))
      AND (c.version IS DISTINCT FROM last.version OR c.position IS DISTINCT FROM last.position
        OR c.data_class IS DISTINCT FROM last.data_class) LIMIT 1
  $q$, CASE WHEN is_sealed THEN 'ledger_sealed_current' ELSE 'ledger_current' END,
       CASE WHEN is_sealed THEN 'ledger_sealed_version' ELSE 'ledger_version' END);
END $$;

-- Sealed bodies in portions, for the check of digests that needs the package's dictionary and its key.
CREATE FUNCTION ledger_sealed_bodies(after bigint, portion int)
RETURNS TABLE (at_position bigint, the_id uuid, the_subject uuid, the_salt bytea, the_digest bytea, the_body bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT position, id, subject, salt, digest, body FROM ledger_sealed_version
    WHERE position > after AND body IS NOT NULL ORDER BY position LIMIT portion;
END $$;

-- Chain heads as they stood at a horizon: what an anchor signs.
CREATE FUNCTION ledger_heads_at(horizon xid8)
RETURNS TABLE (leaf text) LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT sealed::int::text || ':' || subject::text || ':' || n::text || ':' || encode(hash, 'hex') FROM (
    (SELECT DISTINCT ON (subject) false AS sealed, subject, n, hash FROM ledger_version WHERE tx < horizon
     ORDER BY subject, n DESC)
    UNION ALL
    (SELECT DISTINCT ON (subject) true, subject, n, hash FROM ledger_sealed_version WHERE tx < horizon
     ORDER BY subject, n DESC)
  ) heads ORDER BY sealed, subject
$$;
