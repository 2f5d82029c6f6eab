//! The truth about versions: triggers of the producer's database write down each change as it is made.

use crate::dump::Table;
use postgres::Client;

/// Writes down what these tables have, and every change from now on.
pub(crate) fn begin(source: &mut Client, tables: &[Table]) {
    let remember = "CREATE TABLE truth (number bigserial PRIMARY KEY, name text, op text, version jsonb);
        CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
            after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
            is_other_key boolean := EXISTS (SELECT FROM unnest(TG_ARGV) AS key WHERE before -> key IS DISTINCT FROM after -> key);
        BEGIN
            IF before IS NOT NULL AND is_other_key THEN
                INSERT INTO truth (name, op, version) VALUES (TG_TABLE_NAME, 'd', before);
            END IF;
            IF after IS NOT NULL THEN
                INSERT INTO truth (name, op, version)
                VALUES (TG_TABLE_NAME, CASE WHEN before IS NULL OR is_other_key THEN 'c' ELSE 'u' END, after);
            END IF;
            RETURN NULL;
        END $$;";
    source.batch_execute(remember).unwrap();
    for table in tables {
        let key: Vec<String> =
            table.columns.iter().filter(|one| one.is_key).map(|one| format!("'{}'", one.name)).collect();
        let trigger = format!(
            "CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION remember({})",
            table.name,
            key.join(", ")
        );
        source.batch_execute(&trigger).unwrap();
        let first = format!(
            "INSERT INTO truth (name, op, version) SELECT '{0}', 'r', to_jsonb(one) FROM {0} AS one",
            table.name
        );
        source.batch_execute(&first).unwrap();
    }
}

/// Forgets what a table had, as whoever begins to read it now.
pub(crate) fn begin_again(source: &mut Client, table: &str) {
    let forget = format!(
        "DELETE FROM truth WHERE name = '{table}';
         INSERT INTO truth (name, op, version) SELECT '{table}', 'r', to_jsonb(one) FROM {table} AS one"
    );
    source.batch_execute(&forget).unwrap();
}

/// Forgets what a column of a table had: who begins to read it now reads each row once more, with it.
pub(crate) fn widen(source: &mut Client, table: &str, column: &str) {
    let forget = format!(
        "UPDATE truth SET version = version - '{column}' WHERE name = '{table}';
         INSERT INTO truth (name, op, version) SELECT '{table}', 'r', to_jsonb(one) FROM {table} AS one"
    );
    source.batch_execute(&forget).unwrap();
}

/// The changes of the records of a table, as texts: by key, and of each key in the order in which they were made.
pub(crate) fn changes(source: &mut Client, table: &Table) -> Vec<String> {
    let (name, all, key) = (&table.name, table.all(), table.key());
    let query = format!(
        "SELECT op || ' ' || ROW({all})::text FROM truth, jsonb_populate_record(NULL::{name}, version) AS one \
         WHERE truth.name = '{name}' AND op <> 'r' ORDER BY {key}, number"
    );
    source.query(&query, &[]).unwrap().into_iter().map(|row| row.get(0)).collect()
}

/// The versions that the records of a table had, as texts in any order. What is read once more as it was is no other version.
pub(crate) fn versions(source: &mut Client, table: &Table) -> Vec<String> {
    let (name, all, key) = (&table.name, table.all(), table.key());
    let query = format!(
        "SELECT version FROM (
             SELECT op, ROW({all})::text AS version, lag(op || ROW({all})::text) OVER (PARTITION BY {key} ORDER BY number) AS before
             FROM truth, jsonb_populate_record(NULL::{name}, version) AS one WHERE truth.name = '{name}'
         ) AS change
         WHERE op <> 'd' AND NOT (op = 'r' AND before IN ('r' || version, 'c' || version, 'u' || version)) IS TRUE"
    );
    let mut versions: Vec<String> =
        source.query(&query, &[]).unwrap().into_iter().map(|row| row.get(0)).collect();
    versions.sort();
    versions
}
