//! Drift on servers: one query tells all that a database has under the names that were rendered.

use super::{
    context::RunContext,
    drift::{CreatedObject, Drift, DriftCheck},
    server::Server,
    server_constraints::Constraints,
    server_view::is_same_select,
};
use crate::{
    prelude::*,
    sql::{
        postgres::types,
        quote::{quoted, unquoted},
        script::Script,
    },
};
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::{Error, Row};

/// What a name means without a schema. An index that was made with a table tells it from another one of its name. The server reads a
/// view by the locks of a reader: where somebody has one in its way, or waits for it, the view is not read.
const LOOK: &str = "\
WITH locked AS MATERIALIZED (
  SELECT relation FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation IS NOT NULL
)
SELECT
  c.relname::text,
  CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'i' THEN 'index' ELSE 'relation' END,
  pg_has_role(c.relowner, 'USAGE'),
  ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
  ),
  ARRAY(
    SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
  ),
  CASE c.relkind
    WHEN 'i' THEN ARRAY(
      SELECT t.relname::text FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid WHERE i.indexrelid = c.oid
    )
    ELSE ARRAY(
      SELECT DISTINCT t.relname::text
      FROM pg_rewrite AS r
      JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
      JOIN pg_class AS t ON t.oid = d.refobjid
      WHERE r.ev_class = c.oid AND t.oid <> c.oid
    )
  END,
  CASE
    WHEN c.relkind = 'v' AND $2 AND NOT EXISTS (
      SELECT FROM locked
      WHERE relation = c.oid OR relation IN (
        SELECT d.refobjid
        FROM pg_rewrite AS r
        JOIN pg_depend AS d
          ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
        WHERE r.ev_class = c.oid
      )
    ) THEN pg_get_viewdef(c.oid, true)
  END,
  CASE c.relkind WHEN 'v' THEN COALESCE(c.reloptions, '{}') ELSE '{}' END,
  ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
  ),
  ARRAY(
    SELECT a.attname::text
    FROM pg_constraint AS k
    CROSS JOIN unnest(k.conkey) WITH ORDINALITY AS part (attnum, position)
    JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = part.attnum
    WHERE k.conrelid = c.oid AND k.contype = 'p'
    ORDER BY part.position
  ),
  ARRAY(
    SELECT k.conname::text FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype IN ('c', 'f', 'u', 'x')
    UNION
    SELECT u.relname::text
    FROM pg_index AS i JOIN pg_class AS u ON u.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisunique AND NOT i.indisprimary
    ORDER BY 1
  ),
  ARRAY(
    SELECT t.tgname::text FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
    UNION
    SELECT r.rulename::text FROM pg_rewrite AS r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'
    ORDER BY 1
  ),
  ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND col_description(c.oid, a.attnum) = $3
  )
FROM pg_class AS c
WHERE c.relname = ANY($1) AND pg_table_is_visible(c.oid)";

/// What a database has under a name.
struct Found {
    kind: String,
    /// Whether whoever works here may do with it what its owner may.
    is_ours: bool,
    /// The columns, and the types that the server says they have.
    columns: BTreeMap<String, String>,
    /// The table of an index, or what a view reads.
    of: BTreeSet<String>,
    /// The SELECT of a view, as the server writes it; none where it is not known now.
    definition: Option<String>,
    /// The options of a view.
    options: Vec<String>,
    constraints: Constraints,
    /// Triggers and rules.
    triggers: Vec<String>,
}

impl RunContext<'_> {
    /// Looks into a database of a server, and returns what is not as it was rendered.
    pub(super) fn drifts_on(
        &self,
        server: &Server<'_>,
        database: &str,
    ) -> Result<Vec<(&Script, Drift)>, PlatformError> {
        let made: Vec<(&Script, CreatedObject)> = self.made_in(database).collect();
        let mut names: BTreeSet<String> = made.iter().map(|(_, made)| made.name.clone()).collect();
        names.extend(made.iter().flat_map(|(script, made)| made.indexes(script)));
        let rows = server.look(LOOK, &names.into_iter().collect::<Vec<_>>(), read)?;
        let found: BTreeMap<String, Found> = rows.into_iter().collect();
        let drifts =
            made.into_iter().filter_map(|(script, made)| Some((script, drift(&made, script, &found)?)));
        Ok(drifts.collect())
    }
}

fn read(row: &Row) -> Result<(String, Found), Error> {
    let (names, types): (Vec<String>, Vec<String>) = (row.try_get(3)?, row.try_get(4)?);
    let found = Found {
        kind: row.try_get(1)?,
        is_ours: row.try_get(2)?,
        columns: names.into_iter().zip(types).collect(),
        of: row.try_get::<_, Vec<String>>(5)?.into_iter().collect(),
        definition: row.try_get(6)?,
        options: row.try_get(7)?,
        constraints: Constraints {
            not_null: row.try_get::<_, Vec<String>>(8)?.into_iter().collect(),
            key: row.try_get(9)?,
            others: row.try_get(10)?,
            may_be_null: row.try_get::<_, Vec<String>>(12)?.into_iter().collect(),
        },
        triggers: row.try_get(11)?,
    };
    Ok((row.try_get(0)?, found))
}

fn drift(made: &CreatedObject, script: &Script, found: &BTreeMap<String, Found>) -> Option<Drift> {
    let subject = DriftCheck { made, script };
    let there = found.get(&made.name);
    if let Some(drift) = there.and_then(|there| subject.with_triggers(&there.triggers)) {
        return Some(drift);
    }
    if made.is_metadata_table() {
        return there.is_none().then(|| subject.dropped());
    }
    let indexes = made.indexes(script);
    let mut of_indexes = indexes.iter().filter_map(|index| found.get(index)).flat_map(|index| &index.of);
    match there {
        None if made.kind == "view" => Some(subject.dropped()),
        None => Some(subject.missing(of_indexes.next().cloned())),
        Some(there) if there.kind != made.kind => Some(subject.replaced(&there.kind)),
        Some(there) if made.kind == "view" => of_view(&subject, there),
        Some(there) => {
            let rendered = columns_of(&made.sql);
            let is_ours = there.is_ours && of_indexes.any(|table| *table == made.name);
            let names = |columns: &BTreeMap<String, String>| columns.keys().cloned().collect::<BTreeSet<_>>();
            let mut more = Vec::new();
            let retyped = retyped(&there.columns, &rendered);
            if !retyped.is_empty() {
                more.push(format!("columns of another type: {}", retyped.join(", ")));
            }
            let (present, rendered) = (names(&there.columns), names(&rendered));
            // A constraint goes with its columns: where these are others, nothing more is known.
            if present == rendered {
                more.extend(there.constraints.differences(&made.sql, &indexes));
            }
            let differs = present != rendered || !more.is_empty();
            differs.then(|| subject.altered(&present, &rendered, &more, is_ours))
        }
    }
}

/// A view holds nothing: one that whoever works here owns, and that shows what was rendered of the same table, is ours, and was altered
/// if it selects otherwise, or has options: none are rendered, and `security_invoker` keeps readers from the table.
fn of_view(subject: &DriftCheck<'_>, there: &Found) -> Option<Drift> {
    let shown = shown_by(&subject.made.sql);
    let Some(Shown { table, select, .. }) = shown.filter(|shown| {
        there.is_ours
            && there.columns.keys().eq(&shown.columns)
            && there.of.iter().eq(std::iter::once(&shown.table))
    }) else {
        return Some(subject.another());
    };
    let definition = there.definition.as_ref()?;
    let is_same = is_same_select(definition, &select, &table) && there.options.is_empty();
    (!is_same).then(|| subject.redefined(&there.options))
}

/// The columns that have another type, as people read it.
fn retyped(there: &BTreeMap<String, String>, rendered: &BTreeMap<String, String>) -> Vec<String> {
    let both = rendered.iter().filter_map(|(name, wanted)| Some((name, there.get(name)?, wanted)));
    let differ = both.filter(|(_, found, wanted)| !holds(found, wanted));
    differ.map(|(name, found, wanted)| format!("{name}, {found} instead of {wanted}")).collect()
}

/// Whether a column of a type that a server names is one of a rendered type. Where rows kept a plan from making a limit narrower, the
/// column has the one that it had.
fn holds(found: &str, rendered: &str) -> bool {
    let limit = |of: &str, kind: &str| {
        of.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')')?.parse::<u32>().ok()
    };
    match limit(rendered, "varchar") {
        Some(wanted) => match limit(found, "character varying") {
            Some(found) => found >= wanted,
            None => matches!(found, "character varying" | "text"),
        },
        None => found == types::name_of_type(rendered),
    }
}

/// The columns that a rendered statement gives to a table, and their types: there is one to a line, and each begins with its name.
fn columns_of(create: &str) -> BTreeMap<String, String> {
    let column = |line: &str| {
        let line = line.trim();
        let name = unquoted(line)?;
        let declared = line.get(quoted(&name).len()..)?.trim().trim_end_matches(',');
        Some((name, declared.strip_suffix(" NOT NULL").unwrap_or(declared).to_owned()))
    };
    create.lines().filter_map(column).collect()
}

/// A view, as it was rendered.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    columns: BTreeSet<String>,
    /// The table that it reads.
    table: String,
    select: String,
}

/// Reads a rendered view.
fn shown_by(create: &str) -> Option<Shown> {
    let (_, select) = create.split_once(" AS\nSELECT")?;
    let (list, table) = select.split_once("\nFROM ")?;
    let mut columns = BTreeSet::new();
    let mut rest = list;
    while let Some(at) = rest.find('"') {
        let quoted_name = rest.get(at..)?;
        let name = unquoted(quoted_name)?;
        rest = quoted_name.get(quoted(&name).len()..)?;
        columns.insert(name);
    }
    Some(Shown { columns, table: unquoted(table)?, select: format!("SELECT{select}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendered_statements_name_columns_and_tables() {
        let table = "CREATE TABLE \"t\" (\n  \"a\" integer NOT NULL,\n  \"b\"\"c\" varchar(3),\n  \"d\" double precision,\n  PRIMARY KEY (\"a\")\n)";
        let columns = [("a", "integer"), ("b\"c", "varchar(3)"), ("d", "double precision")];
        assert_eq!(columns_of(table), columns.map(|(name, of)| (name.to_owned(), of.to_owned())).into());
        for list in [" \"a\", \"b, c\"", "\n  \"a\",\n  \"b, c\""] {
            let select = format!("SELECT{list}\nFROM \"t\"\nWHERE \"x\" IS NULL");
            let shown = shown_by(&format!("CREATE VIEW \"v\" AS\n{select}"));
            let columns = ["a", "b, c"].map(str::to_owned).into();
            assert_eq!(shown, Some(Shown { columns, table: "t".to_owned(), select }));
        }
    }

    #[test]
    fn a_type_is_known_by_what_the_server_calls_it() {
        for (found, rendered) in [
            ("integer", "integer"),
            ("timestamp without time zone", "timestamp"),
            ("timestamp with time zone", "timestamptz"),
            ("character varying(5)", "varchar(5)"),
            ("character varying(9)", "varchar(5)"),
            ("text", "varchar(5)"),
        ] {
            assert!(holds(found, rendered), "{found} {rendered}");
        }
        for (found, rendered) in [
            ("bigint", "integer"),
            ("numeric(10,2)", "numeric"),
            ("character varying(4)", "varchar(5)"),
            ("character(5)", "varchar(5)"),
            ("character varying(5)", "text"),
            ("their.text", "text"),
        ] {
            assert!(!holds(found, rendered), "{found} {rendered}");
        }
    }
}
