"""Old tries of secrets are forgotten by a function of the owner's: the serving role has no right to delete one."""

from django.db import migrations

FORGET = """
CREATE FUNCTION access_forget_attempts(before timestamptz) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM access_attempt WHERE at < before RETURNING 1)
  SELECT count(*) FROM gone
$$
"""


class Migration(migrations.Migration):
    """Make the function."""

    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunSQL(FORGET, "DROP FUNCTION access_forget_attempts(timestamptz)")]
