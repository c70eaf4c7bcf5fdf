"""SQL that migrations use, so that the database refuses what must not be."""

from django.db.migrations import RunSQL


def same_person(table: str, column: str, target: str, *, target_column: str = "id") -> RunSQL:
    """Let `column` refer only to a row of `target` that belongs to the same person."""
    name = f"{table}_{column}_same_person"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (person_id, {column}) "
        f"REFERENCES {target} (person_id, {target_column}) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def frozen_when(table: str, condition: str, *, name: str, sentence: str) -> RunSQL:
    """Refuse every later change of a row for which `condition` (over OLD) holds, such as a signed one."""
    return RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF {condition} THEN
            RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


def no_overlap(table: str, name: str, *, by: str, period: str, where: str = "") -> RunSQL:
    """Refuse two rows of one `by` whose half-open `period` (a tstzrange expression) overlap; checked at commit."""
    condition = f" WHERE ({where})" if where else ""
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist ({by} WITH =, {period} WITH &&)"
        f"{condition} DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def sealed(table: str, *, author_column: str | None = None) -> RunSQL:
    """Put a table under forced row-level security by its `data_class` column; by author too where one is named.

    Then nobody else reads, adds or changes a row, not even an action of somebody who may open the class.
    """
    author = f" AND {author_column}::text = current_setting('throughcare.user', true)" if author_column else ""
    classes = "string_to_array(current_setting('throughcare.sealed_{}', true), ',')"
    read = f"data_class = ANY ({classes.format('read')}){author}"
    write = f"data_class = ANY ({classes.format('write')}){author}"
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY sealed_read ON {table} FOR SELECT USING ({read});
        CREATE POLICY sealed_insert ON {table} FOR INSERT WITH CHECK ({write});
        CREATE POLICY sealed_update ON {table} FOR UPDATE USING ({write}) WITH CHECK ({write});
        """,
        f"""
        DROP POLICY sealed_read ON {table}; DROP POLICY sealed_insert ON {table}; DROP POLICY sealed_update ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )
