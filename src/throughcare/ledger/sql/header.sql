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
