"""What came in never changes: the database refuses another byte, another sender, another time of receipt."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION exchange_verbatim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.raw, OLD.digest, OLD.sender, OLD.control_id, OLD.door, OLD.received_at, OLD.answer, OLD.repeat_of_id)
     IS DISTINCT FROM
     (NEW.raw, NEW.digest, NEW.sender, NEW.control_id, NEW.door, NEW.received_at, NEW.answer, NEW.repeat_of_id) THEN
    RAISE EXCEPTION 'what was received is kept as it came' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER exchange_verbatim BEFORE UPDATE ON exchange_message FOR EACH ROW EXECUTE FUNCTION exchange_verbatim();
ALTER TABLE exchange_message ADD CONSTRAINT exchange_message_digest CHECK (raw IS NULL OR sha256(raw) = digest);
"""
BACK = """
ALTER TABLE exchange_message DROP CONSTRAINT exchange_message_digest;
DROP TRIGGER exchange_verbatim ON exchange_message;
DROP FUNCTION exchange_verbatim();
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
