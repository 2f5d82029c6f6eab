//! Drift on servers: one query tells all that a database has under the names that were rendered.

use super::{
    drift::{Drift, Made, Subject},
    server::Server,
    work::Work,
};
use crate::{prelude::*, sql::quote::unquoted, sql::script::Script};
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::{Error, Row};

/// What a name means without a schema. An index that was made with a table tells it from another one of its name.
const LOOK: &str = "\
SELECT
  c.relname::text,
  CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'i' THEN 'index' ELSE 'relation' END,
  pg_has_role(c.relowner, 'USAGE'),
  ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
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
  END
FROM pg_class AS c
WHERE c.relname = ANY($1) AND pg_table_is_visible(c.oid)";

/// What a database has under a name.
struct Found {
    kind: String,
    /// Whether whoever works here may do with it what its owner may.
    is_ours: bool,
    columns: BTreeSet<String>,
    /// The table of an index, or what a view reads.
    of: BTreeSet<String>,
}

impl Work<'_> {
    /// Looks into a database of a server, and returns what is not as it was rendered.
    pub(super) fn drifts_on(
        &self,
        server: &Server<'_>,
        database: &str,
    ) -> Result<Vec<(&Script, Drift)>, PlatformError> {
        let made: Vec<(&Script, Made)> = self.made_in(database).collect();
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
    let set = |at: usize| Ok::<_, Error>(row.try_get::<_, Vec<String>>(at)?.into_iter().collect());
    let (kind, is_ours, columns, of) = (row.try_get(1)?, row.try_get(2)?, set(3)?, set(4)?);
    Ok((row.try_get(0)?, Found { kind, is_ours, columns, of }))
}

fn drift(made: &Made, script: &Script, found: &BTreeMap<String, Found>) -> Option<Drift> {
    let subject = Subject { made, script };
    let there = found.get(&made.name);
    if made.is_book() {
        return there.is_none().then_some(Drift::Dropped { kind: "book" });
    }
    let indexes = made.indexes(script);
    let mut of_indexes = indexes.iter().filter_map(|index| found.get(index)).flat_map(|index| &index.of);
    match there {
        None if made.kind == "view" => Some(Drift::Dropped { kind: "view" }),
        None => Some(subject.missing(of_indexes.next().cloned())),
        Some(there) if there.kind != made.kind => Some(subject.replaced(&there.kind)),
        Some(there) if made.kind == "view" => {
            let rendered = shown_by(&made.sql);
            let is_the_same = rendered.as_ref().is_none_or(|(columns, table)| {
                there.columns == *columns && there.of.iter().eq(std::iter::once(table))
            });
            (!there.is_ours || !is_the_same).then(|| subject.another())
        }
        Some(there) => {
            let rendered = columns_of(&made.sql);
            let is_ours = there.is_ours && of_indexes.any(|table| *table == made.name);
            (there.columns != rendered).then(|| subject.altered(&there.columns, &rendered, is_ours))
        }
    }
}

/// The columns that a rendered statement gives to a table: there is one to a line, and each begins with its name.
fn columns_of(create: &str) -> BTreeSet<String> {
    create.lines().filter_map(|line| unquoted(line.trim_start())).collect()
}

/// The columns that a rendered view shows, and the table that it reads.
fn shown_by(create: &str) -> Option<(BTreeSet<String>, String)> {
    let (_, select) = create.split_once(" AS\nSELECT")?;
    let (list, table) = select.split_once("\nFROM ")?;
    let mut columns = BTreeSet::new();
    let mut rest = list;
    while let Some(at) = rest.find('"') {
        let quoted_name = rest.get(at..)?;
        let name = unquoted(quoted_name)?;
        rest = quoted_name.get(crate::sql::quote::quoted(&name).len()..)?;
        columns.insert(name);
    }
    Some((columns, unquoted(table)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendered_statements_name_columns_and_tables() {
        let table =
            "CREATE TABLE \"t\" (\n  \"a\" integer NOT NULL,\n  \"b\"\"c\" text,\n  PRIMARY KEY (\"a\")\n)";
        let names = |names: [&str; 2]| names.map(str::to_owned).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(columns_of(table), names(["a", "b\"c"]));
        for list in [" \"a\", \"b, c\"", "\n  \"a\",\n  \"b, c\""] {
            let view = format!("CREATE VIEW \"v\" AS\nSELECT{list}\nFROM \"t\"\nWHERE \"x\" IS NULL");
            assert_eq!(shown_by(&view), Some((names(["a", "b, c"]), "t".to_owned())));
        }
    }
}
