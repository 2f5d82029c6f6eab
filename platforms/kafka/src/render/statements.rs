//! Statements for databases of consumers: tables as a sink would make them, who may read them, and versions as a view of changes.
//!
//! Sinks write rows, and no rights. So these statements are a file, which the user of the sink runs, or whoever may become that user: before
//! the first `apply`, after it, and again whenever the file changed. Each may be run again. Without them, tables are there once a first record
//! is, and nobody reads them but the user of the sink.

use super::{Context, sink::Table, sink_form::SinkForm};
use datasurface_platform::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The kind of the resource.
pub(crate) const KIND: &str = "statements";

/// The attribute with the roles that may read each table.
pub(crate) const READERS: &str = "readers";

/// The columns of a table of changes beside those of the dataset.
const OF_CHANGES: [(&str, &str); 7] = [
    ("__connect_topic", "text NOT NULL"),
    ("__connect_partition", "integer NOT NULL"),
    ("__connect_offset", "bigint NOT NULL"),
    ("__deleted", "text"),
    ("__op", "text"),
    ("__source_ts_us", "bigint"),
    ("__source_lsn", "bigint"),
];

/// The key of a table of changes: the place of the record.
const PLACE: [&str; 3] = ["__connect_topic", "__connect_partition", "__connect_offset"];

/// Lets these roles read a table or a view, and nobody else but its owner.
const READABLE_BY: &str = "\
CREATE FUNCTION pg_temp.readable_by(name text, roles text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    other text;
BEGIN
    FOR other IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = 'public' AND table_name = name AND grantee <> current_user AND grantee <> ALL (roles)
    LOOP
        EXECUTE format('REVOKE ALL ON public.%I FROM %s', name, CASE other WHEN 'PUBLIC' THEN other ELSE quote_ident(other) END);
    END LOOP;
    FOREACH other IN ARRAY roles LOOP
        EXECUTE format('GRANT SELECT ON public.%I TO %I', name, other);
    END LOOP;
END $$;
";

/// Adds the statements for the tables of a sink.
pub(super) fn add(
    context: Context<'_>,
    rendering: &mut Rendering,
    form: SinkForm,
    key: &SharedKey,
    tables: &[Table],
) -> Result<(), PlatformError> {
    let readers: BTreeMap<&str, &BTreeSet<String>> =
        tables.iter().map(|table| (table.table.as_str(), &table.readers)).collect();
    let sink = format!("{}.{}", form.kind(), key.name);
    let resource =
        Resource::new(format!("{KIND}.{sink}"), KIND).attribute(READERS, readers).dependency(&*sink);
    let mut text = format!(
        "-- What the connector `{}` writes, and who may read it.\n\
         -- The user of the connector runs this in the database `{}` on {}:{}, whenever it changed.\n\
         BEGIN;\n{READABLE_BY}",
        context.names.connector(form.kind(), &key.name),
        tables.first().map_or("", |table| &table.database).replace(char::is_control, " "),
        tables.first().map_or("", |table| &table.host),
        tables.first().map_or(0, |table| table.port),
    );
    for table in tables {
        text.push('\n');
        text += &definition(form, table);
        text += &readable_by(&table.table, &table.readers);
        if form == SinkForm::Changes {
            let view = view_name(table);
            text += &versions(&view, table);
            text += &readable_by(&view, &table.readers);
        }
    }
    text += "COMMIT;\n";
    rendering.add(File::sql(&format!("{}.sql", resource.address()), text)?, [resource])
}

/// The view of versions of a table of changes.
fn view_name(table: &Table) -> String {
    format!("{}__versions", table.table.trim_end_matches(SinkForm::Changes.suffix()))
}

/// The statement that makes a table as the sink would, and those that add columns which came later.
fn definition(form: SinkForm, table: &Table) -> String {
    let of_dataset = table.columns.iter().map(|(name, column)| {
        let not_null = if column.nullable { "" } else { " NOT NULL" };
        (identifier(name.as_str()), format!("{}{not_null}", column.kept_type))
    });
    let mut columns: Vec<(String, String)> = of_dataset.collect();
    let key: Vec<String> = match form {
        SinkForm::Live => table.key.iter().map(|name| identifier(name.as_str())).collect(),
        SinkForm::Changes => {
            columns.extend(OF_CHANGES.map(|(name, kind)| (identifier(name), kind.to_owned())));
            PLACE.map(identifier).into()
        }
    };
    let name = identifier(&table.table);
    let defined: Vec<String> =
        columns.iter().map(|(column, kind)| format!("    {column} {kind},\n")).collect();
    let mut text = format!(
        "CREATE TABLE IF NOT EXISTS public.{name} (\n{}    PRIMARY KEY ({})\n);\n",
        defined.concat(),
        key.join(", ")
    );
    // A column that comes later has no value in rows that are there.
    for (column, kind) in columns.iter().filter(|(_, kind)| !kind.ends_with("NOT NULL")) {
        let _ = writeln!(text, "ALTER TABLE public.{name} ADD COLUMN IF NOT EXISTS {column} {kind};");
    }
    text
}

/// The statements that make the view of versions: each from the change that made it to the next one of its record.
///
/// A source that was killed may write changes once more. They have the place in the log that they had, by which they are left out. Those of
/// an engine other than PostgreSQL have no such place, and all of them are versions. A snapshot that is taken again reads records that have not
/// changed: what it reads as it was before is no version.
fn versions(view: &str, table: &Table) -> String {
    let list = |prefix: &str, names: &mut dyn Iterator<Item = &ColumnName>| {
        names.map(|name| format!("{prefix}{}", identifier(name.as_str()))).collect::<Vec<_>>().join(", ")
    };
    let (view, changes) = (identifier(view), identifier(&table.table));
    let columns = list("", &mut table.columns.keys());
    let key = list("", &mut table.key.iter());
    let alone = "CASE WHEN __source_lsn IS NULL THEN __connect_offset END";
    format!(
        "DROP VIEW IF EXISTS public.{view};\n\
         CREATE VIEW public.{view} AS\n\
         SELECT {columns}, valid_from, valid_to FROM (\n    \
             SELECT *, to_timestamp(__source_ts_us / 1e6) AS valid_from, to_timestamp(lead(__source_ts_us) OVER record / 1e6) AS valid_to\n    \
             FROM (\n        \
                 SELECT *, __op = 'r' AND lag(__deleted) OVER record = 'false'\n            \
                     AND lag(ROW({columns})::text) OVER record = ROW({columns})::text AS __is_read_again\n        \
                 FROM (\n            \
                     SELECT DISTINCT ON ({key}, __source_lsn, __op, {alone}) * FROM public.{changes}\n            \
                     ORDER BY {key}, __source_lsn, __op, {alone}, __connect_partition, __connect_offset\n        \
                 ) AS change\n        \
                 WINDOW record AS (PARTITION BY {key} ORDER BY __connect_partition, __connect_offset)\n    \
             ) AS change WHERE __is_read_again IS NOT TRUE\n    \
             WINDOW record AS (PARTITION BY {key} ORDER BY __connect_partition, __connect_offset)\n\
         ) AS version WHERE __deleted = 'false';\n"
    )
}

fn readable_by(name: &str, readers: &BTreeSet<String>) -> String {
    let roles: Vec<String> = readers.iter().map(|role| text(role)).collect();
    format!("SELECT pg_temp.readable_by({}, ARRAY[{}]::text[]);\n", text(name), roles.join(", "))
}

/// A name as PostgreSQL reads it.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as PostgreSQL reads it, whatever its settings are.
fn text(value: &str) -> String {
    match value.contains('\\') {
        true => format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "''")),
        false => format!("'{}'", value.replace('\'', "''")),
    }
}
