-- Versions: append-only, by month of writing. The sealed pair is the same under forced row-level security.
CREATE SEQUENCE ledger_position;

-- There are thirteen million doses a year: columns stand so that nothing is padded, the hash before is not written twice, and
-- an index has only what finds few rows (a chain's rows share one key, which is stored once).
CREATE TABLE ledger_version (
  position     bigint      NOT NULL,
  tx           xid8        NOT NULL DEFAULT pg_current_xact_id(),
  happened_at  timestamptz NOT NULL,
  recorded_at  timestamptz NOT NULL,
  written_at   timestamptz NOT NULL,
  n            int         NOT NULL CHECK (n > 0),
  version      int         NOT NULL CHECK (version > 0),
  renderer     int         NOT NULL,
  subject      uuid        NOT NULL,
  id           uuid        NOT NULL,
  subject_kind text        NOT NULL CHECK (subject_kind IN ('person', 'place', 'staff', 'stock', 'agency')),
  type         text        NOT NULL,
  media        text        NOT NULL CHECK (media = 'fhir' OR media LIKE 'throughcare/%'),
  data_class   text        NOT NULL,
  action       text        NOT NULL,
  actor        text        NOT NULL,
  reason       text        NOT NULL,
  source       text        NOT NULL,
  salt         bytea       NOT NULL,
  digest       bytea       NOT NULL CHECK (length(digest) = 32),
  hash         bytea       NOT NULL CHECK (length(hash) = 32),
  body         bytea
) PARTITION BY RANGE (written_at);
CREATE INDEX ledger_version_resource ON ledger_version (id);
CREATE INDEX ledger_version_chain ON ledger_version (subject);
CREATE INDEX ledger_version_tx ON ledger_version (tx);

-- Of which types there are so many, and so few with a second version, that the first has no row in `ledger_current`: it is
-- its own present state until a second, a label or an end comes. Said once more in entry.py; a test compares.
CREATE FUNCTION ledger_plentiful(type text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT type = 'MedicationAdministration'
$$;
CREATE TABLE ledger_version_rest PARTITION OF ledger_version DEFAULT;

CREATE TABLE ledger_sealed_version (LIKE ledger_version INCLUDING ALL) PARTITION BY RANGE (written_at);
CREATE INDEX ledger_sealed_version_position ON ledger_sealed_version (position);
CREATE TABLE ledger_sealed_version_rest PARTITION OF ledger_sealed_version DEFAULT;

CREATE TABLE ledger_head (
  subject uuid    NOT NULL,
  sealed  boolean NOT NULL,
  n       int     NOT NULL,
  hash    bytea   NOT NULL,
  PRIMARY KEY (subject, sealed)
);

CREATE TABLE ledger_current (
  type        text        NOT NULL,
  id          uuid        NOT NULL,
  version     int         NOT NULL,
  position    bigint      NOT NULL,
  subject     uuid        NOT NULL,
  person_id   uuid,
  data_class  text        NOT NULL,
  labels      bigint      NOT NULL DEFAULT 0,
  code        text        NOT NULL,
  status      text        NOT NULL,
  happened_at timestamptz NOT NULL,
  live        boolean     NOT NULL,
  -- By what a search finds it (ledger/searching.py): when its last version was written, the hashes of what its body says, and
  -- the time that its type's first date spans. A sealed one has none of the two: its words stay encrypted.
  written_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  terms       bigint[]    NOT NULL DEFAULT '{}',
  from_at     timestamptz,
  to_at       timestamptz,
  PRIMARY KEY (type, id)
);
CREATE INDEX ledger_current_person ON ledger_current (person_id, type, happened_at DESC);
CREATE INDEX ledger_current_written ON ledger_current (type, position);
CREATE INDEX ledger_current_dated ON ledger_current (type, from_at) WHERE from_at IS NOT NULL;
CREATE INDEX ledger_current_terms ON ledger_current USING gin (terms) WITH (fastupdate = off);
CREATE TABLE ledger_sealed_current (LIKE ledger_current INCLUDING ALL);

-- Labels are never in the bytes: they are said and taken back here, and bits of `ledger_current`.
CREATE TABLE ledger_label (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type     text        NOT NULL,
  id       uuid        NOT NULL,
  label    text        NOT NULL,
  by       text        NOT NULL,
  since    timestamptz NOT NULL DEFAULT clock_timestamp(),
  until    timestamptz
);
CREATE INDEX ledger_label_resource ON ledger_label (type, id);

-- Nobody changes an entry, not even its owner by accident: bodies that law orders destroyed go by another door.
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- Of a version one thing may go, its body, and only through `ledger_destroy`, which names the very entry.
CREATE FUNCTION ledger_refuse_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.body IS NULL AND OLD.body IS NOT NULL
     AND current_setting('throughcare.destroying', true) = OLD.position::text
     AND to_jsonb(NEW) - 'body' = to_jsonb(OLD) - 'body' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_version
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_version();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_sealed_version
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_version();

-- Sealed: readers by class (narrowed in 0006: what only its author reads, nobody); the writer and the verifier (functions of the owner) by a setting only they make.
ALTER TABLE ledger_sealed_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_sealed_version FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_sealed_current ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_sealed_current FORCE ROW LEVEL SECURITY;
CREATE POLICY readers ON ledger_sealed_version FOR SELECT USING
  (data_class = ANY (string_to_array(current_setting('throughcare.sealed_read', true), ',')));
CREATE POLICY readers ON ledger_sealed_current FOR SELECT USING
  (data_class = ANY (string_to_array(current_setting('throughcare.sealed_read', true), ',')));
CREATE POLICY owner ON ledger_sealed_version TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON ledger_sealed_current TO CURRENT_USER USING (true) WITH CHECK (true);

-- Months ahead, so that an append never waits for one to be made.
CREATE FUNCTION ledger_months(ahead int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  month date; parent text; child text;
BEGIN
  FOR month IN SELECT generate_series(date_trunc('month', now()), date_trunc('month', now()) + ahead * interval '1 month',
                                      interval '1 month')::date LOOP
    FOREACH parent IN ARRAY ARRAY['ledger_version', 'ledger_sealed_version'] LOOP
      child := parent || to_char(month, '_YYYY_MM');
      IF to_regclass(child) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                       child, parent, month::timestamptz, (month + interval '1 month')::timestamptz);
      END IF;
    END LOOP;
  END LOOP;
END $$;
SELECT ledger_months(3);
