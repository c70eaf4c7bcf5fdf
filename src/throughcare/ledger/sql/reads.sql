-- The read log: one row a request; chained in blocks, so that a missing row is seen.
CREATE TABLE ledger_read (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  user_id   uuid        NOT NULL,
  user_name text        NOT NULL,
  role      text        NOT NULL,
  purpose   text        NOT NULL,
  kind      text        NOT NULL CHECK (kind IN ('read', 'print', 'export', 'break_glass', 'disclosure')),
  route     text        NOT NULL,
  people    uuid[]      NOT NULL,
  classes   text[]      NOT NULL,
  note      text        NOT NULL DEFAULT ''
);
CREATE INDEX ledger_read_people ON ledger_read USING gin (people);
CREATE INDEX ledger_read_at ON ledger_read USING brin (at);
CREATE INDEX ledger_read_user ON ledger_read (user_id, at);

CREATE TABLE ledger_read_block (
  n        bigint PRIMARY KEY,
  first_id bigint      NOT NULL,
  last_id  bigint      NOT NULL,
  rows     bigint      NOT NULL,
  made_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  digest   bytea       NOT NULL,
  prev     bytea       NOT NULL,
  hash     bytea       NOT NULL
);

CREATE FUNCTION ledger_read_digest(from_id bigint, to_id bigint, OUT digest bytea, OUT how_many bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT sha256(convert_to(coalesce(string_agg(concat_ws(E'\x1f', id::text, (extract(epoch FROM at) * 1000000)::bigint::text,
    user_id::text, user_name, role, purpose, kind, route, array_to_string(people, ','), array_to_string(classes, ','),
    note), E'\x1e' ORDER BY id), ''), 'UTF8')), count(*)
  FROM ledger_read WHERE id BETWEEN from_id AND to_id
$$;

-- Close a block over the rows written so far. Rows of transactions still open are left for the next block.
CREATE FUNCTION ledger_read_close() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  last ledger_read_block; from_id bigint; to_id bigint; d bytea; c bigint;
BEGIN
  LOCK TABLE ledger_read_block IN EXCLUSIVE MODE;
  LOCK TABLE ledger_read IN SHARE MODE;
  SELECT * INTO last FROM ledger_read_block ORDER BY n DESC LIMIT 1;
  from_id := coalesce(last.last_id, 0) + 1;
  SELECT max(id) INTO to_id FROM ledger_read WHERE id >= from_id;
  IF to_id IS NULL THEN RETURN 0; END IF;
  SELECT r.digest, r.how_many INTO d, c FROM ledger_read_digest(from_id, to_id) r;
  INSERT INTO ledger_read_block (n, first_id, last_id, rows, digest, prev, hash)
    VALUES (coalesce(last.n, 0) + 1, from_id, to_id, c, d, coalesce(last.hash, decode(repeat('00', 32), 'hex')),
            sha256(coalesce(last.hash, decode(repeat('00', 32), 'hex')) ||
                   convert_to(concat_ws(':', from_id, to_id, c), 'UTF8') || d));
  RETURN c;
END $$;

CREATE FUNCTION ledger_broken_blocks() RETURNS TABLE (at_block bigint) LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT b.n FROM (
    SELECT *, lag(hash) OVER (ORDER BY n) AS before, lag(last_id) OVER (ORDER BY n) AS before_last FROM ledger_read_block
  ) b, LATERAL ledger_read_digest(b.first_id, b.last_id) r
  WHERE b.prev <> coalesce(b.before, decode(repeat('00', 32), 'hex')) OR b.first_id <> coalesce(b.before_last, 0) + 1
     OR r.digest <> b.digest OR r.how_many <> b.rows
     OR b.hash <> sha256(b.prev || convert_to(concat_ws(':', b.first_id, b.last_id, b.rows), 'UTF8') || b.digest)
  ORDER BY b.n LIMIT 1
$$;
