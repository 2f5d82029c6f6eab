//! Copies in PostgreSQL. What changed in the buffer, which is in SQLite, is sent, put into a temporary table, and brought
//! from there into the copy, in one transaction.

use super::types::{column_name, copied_type, from_stage, staged_type};
use crate::{
    names,
    sql::{
        keyless,
        milestoned::{BATCH_IN, BATCH_OUT, Milestoned, StoredColumn},
        quote::{columns, insert_into, literal, parenthesised, quoted, select},
        verify::CopyVerification,
    },
};

/// Makes the copy.
pub(crate) fn create(copy: &Milestoned) -> Vec<String> {
    let column = |column: &StoredColumn| {
        let not_null = if is_not_null(copy, column) { " NOT NULL" } else { "" };
        format!("{}{not_null}", declaration(copy, column))
    };
    let mut lines: Vec<String> = copy.columns.iter().map(column).collect();
    let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
    lines.push(format!("{into} bigint NOT NULL"));
    lines.push(format!("{out} bigint"));
    if !copy.is_keyless() {
        lines.push(format!("PRIMARY KEY ({})", version(copy).join(", ")));
    }
    let table = copy.quoted_table();
    let index = |suffix: &str| quoted(&format!("{}.{suffix}", copy.table));
    let live = || {
        format!(
            "CREATE UNIQUE INDEX IF NOT EXISTS {}\n  ON {table} ({}) WHERE {out} IS NULL;",
            index("live"),
            key(copy).join(", "),
        )
    };
    let create = format!("CREATE TABLE IF NOT EXISTS {table} (\n  {}\n);", lines.join(",\n  "));
    let closed = format!(
        "CREATE INDEX IF NOT EXISTS {}\n  ON {table} ({out}) WHERE {out} IS NOT NULL;",
        index("closed")
    );
    [create].into_iter().chain((!copy.is_keyless()).then(live)).chain([closed]).collect()
}

/// A column, as it is declared where it may be NULL: also one that comes later, of which earlier rows know nothing.
pub(crate) fn declaration(copy: &Milestoned, column: &StoredColumn) -> String {
    format!("{} {}", column_name(&column.name), copied_type(column, copy.history))
}

/// The comment of a column that is to be `NOT NULL` and may be NULL for now. Without it, somebody made it so.
pub(crate) const MAY_BE_NULL: &str = "may be NULL until this copy is made anew: rows had no value in it";

/// Says of a column that it may be NULL, or takes that back.
fn comment(copy: &Milestoned, column: &StoredColumn, comment: Option<&str>) -> String {
    let comment = comment.map_or("NULL".to_owned(), literal);
    format!("COMMENT ON COLUMN {}.{} IS {comment};", copy.quoted_table(), column_name(&column.name))
}

/// Says of a column that is added that it may be NULL, if it is to be `NOT NULL`.
pub(crate) fn comment_on_added(copy: &Milestoned, column: &StoredColumn) -> Option<String> {
    is_not_null(copy, column).then(|| comment(copy, column, Some(MAY_BE_NULL)))
}

/// Whether a column is declared to have a value always.
fn is_not_null(copy: &Milestoned, column: &StoredColumn) -> bool {
    copy.key.contains(&column.name) || !copy.history && !column.nullable
}

/// What changes how the columns are declared that a copy had before; and whether types are among it, which a view that
/// shows the column does not allow. Where rows are there that do not keep a new limit yet, the column stays as it was:
/// what comes in is judged by the platform in any case.
pub(crate) fn redeclare(before: &Milestoned, after: &Milestoned) -> (Vec<String>, bool) {
    let (mut statements, mut of_types) = (Vec::new(), false);
    for column in &after.columns {
        let Some(earlier) = before.columns.iter().find(|earlier| earlier.name == column.name) else {
            continue;
        };
        let (name, wanted) = (column_name(&column.name), copied_type(column, after.history));
        let (mut actions, mut required) = (Vec::new(), None);
        if copied_type(earlier, before.history) != wanted {
            of_types = true;
            actions.push(format!("ALTER COLUMN {name} TYPE {wanted}"));
        }
        match (is_not_null(before, earlier), is_not_null(after, column)) {
            (false, true) => {
                let set = format!("ALTER TABLE {} ALTER COLUMN {name} SET NOT NULL;", after.quoted_table());
                let [kept, left] = [None, Some(MAY_BE_NULL)].map(|said| comment(after, column, said));
                let unless = format!("EXCEPTION WHEN not_null_violation THEN {left}");
                required = Some(format!("DO {};", literal(&format!("BEGIN {set} {kept} {unless} END"))));
            }
            (true, false) => actions.push(format!("ALTER COLUMN {name} DROP NOT NULL")),
            _ => {}
        }
        statements.extend(actions.into_iter().map(|action| {
            let alter = format!("ALTER TABLE {} {action};", after.quoted_table());
            let unless = "EXCEPTION WHEN string_data_right_truncation THEN NULL;";
            format!("DO {};", literal(&format!("BEGIN {alter} {unless} END")))
        }));
        statements.extend(required);
    }
    (statements, of_types)
}

/// Versions that a copy cannot have: which ones they are, by a fingerprint of their keys, and what stands in the way. They
/// are in the platform's own database, and in the copies of others.
const ASIDE: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_aside\" (
  \"copy\" TEXT NOT NULL,
  \"version\" TEXT NOT NULL,
  \"column\" TEXT NOT NULL,
  \"rule\" TEXT NOT NULL,
  \"batch_in\" BIGINT NOT NULL,
  \"batch_out\" BIGINT,
  PRIMARY KEY (\"copy\", \"version\")
);";

/// Makes the book of what is set aside, also where a database was made without it; a copy that is filled anew has none.
pub(crate) fn open_aside(copy: &Milestoned) -> Vec<String> {
    let of_copy = copy_condition(copy);
    vec![
        ASIDE.to_owned(),
        format!("DELETE FROM \"datasurface_aside\"\nWHERE {of_copy}\n  AND :applied::bigint = 0;"),
    ]
}

/// Remembers a version that is set aside, and its end.
pub(crate) fn set_aside(copy: &Milestoned) -> String {
    format!(
        "INSERT INTO \"datasurface_aside\" (\"copy\", \"version\", \"column\", \"rule\", \"batch_in\", \"batch_out\")\n\
         VALUES ({}, :version, :column, :rule, :batch_in, nullif(:batch_out::bigint, 0))\n\
         ON CONFLICT (\"copy\", \"version\") DO UPDATE SET \"batch_out\" = excluded.\"batch_out\";",
        literal(&copy.table)
    )
}

/// Lets go of ended ones, where earlier versions are not wanted.
fn forget_aside(copy: &Milestoned) -> Option<String> {
    let forget = || {
        format!(
            "DELETE FROM \"datasurface_aside\"\nWHERE {}\n  AND \"batch_out\" IS NOT NULL;",
            copy_condition(copy)
        )
    };
    (!copy.history).then(forget)
}

/// Lets go of those that ended with this batch or before.
pub(crate) fn purge_aside(copy: &Milestoned) -> Vec<String> {
    let of_copy = copy_condition(copy);
    let purge =
        format!("DELETE FROM \"datasurface_aside\"\nWHERE {of_copy}\n  AND \"batch_out\" <= :last_old;");
    vec![ASIDE.to_owned(), purge]
}

/// The versions that are set aside and live.
pub(crate) fn live_aside(copy: &Milestoned) -> String {
    let of_copy = copy_condition(copy);
    format!("SELECT \"version\"\nFROM \"datasurface_aside\"\nWHERE {of_copy}\n  AND \"batch_out\" IS NULL;")
}

/// How many there are.
pub(crate) fn count_aside(copy: &Milestoned) -> String {
    live_aside(copy).replacen("SELECT \"version\"", "SELECT count(*)", 1)
}

/// Ends one.
pub(crate) fn close_aside(copy: &Milestoned) -> String {
    let of_copy = copy_condition(copy);
    format!(
        "UPDATE \"datasurface_aside\"\nSET \"batch_out\" = :batch\nWHERE {of_copy}\n  AND \"version\" = :version;"
    )
}

/// Lets go of all of them.
pub(crate) fn drop_aside(copy: &Milestoned) -> Vec<String> {
    vec![ASIDE.to_owned(), format!("DELETE FROM \"datasurface_aside\"\nWHERE {};", copy_condition(copy))]
}

fn copy_condition(copy: &Milestoned) -> String {
    format!("\"copy\" = {}", literal(&copy.table))
}

/// Compares the copy with all versions that were sent: what the copy cannot have is not among them.
pub(crate) fn verify(copy: &Milestoned) -> String {
    if copy.is_keyless() {
        let column = |column: &StoredColumn| (column_name(&column.name), from_stage(column));
        let columns: Vec<(String, String)> = copy.columns.iter().map(column).collect();
        let expected = format!("FROM {} AS stage WHERE {} IS NULL", staged(copy), quoted(BATCH_OUT));
        return keyless::verify(&columns, &expected, &keyless::latest(&copy.quoted_table()));
    }
    let others = || copy.columns.iter().filter(|column| !copy.key.contains(&column.name));
    let here: Vec<String> = others().map(|column| format!("copy.{}", column_name(&column.name))).collect();
    let there: Vec<String> = others().map(from_stage).collect();
    let differs = format!("ROW ({})\n      IS DISTINCT FROM ROW ({})", here.join(", "), there.join(", "));
    let verified = CopyVerification {
        expected: staged(copy),
        alias: "stage",
        same_key: same_key(copy),
        differs: (!here.is_empty()).then_some(differs),
        is_not: "IS DISTINCT FROM",
        last_old: Some(":last_old::bigint".to_owned()),
    };
    verified.select(copy, &copy.quoted_table()).replace(":first", ":first::bigint")
}

/// Makes room for what changed; it is gone with the transaction.
pub(crate) fn stage(copy: &Milestoned) -> String {
    let column = |column: &StoredColumn| format!("{} {}", column_name(&column.name), staged_type(column));
    let mut lines: Vec<String> = copy.columns.iter().map(column).collect();
    lines.extend([BATCH_IN, BATCH_OUT].map(|name| format!("{} bigint", quoted(name))));
    let stage = quoted(&names::stage(&copy.table));
    format!("CREATE TEMP TABLE {stage} (\n  {}\n) ON COMMIT DROP;", lines.join(",\n  "))
}

/// Empties that room again.
pub(crate) fn restage(copy: &Milestoned) -> String {
    format!("TRUNCATE {};", staged(copy))
}

/// In the buffer: the versions that were opened or closed after the batch `:applied`.
pub(crate) fn changes(copy: &Milestoned, buffer: &str) -> String {
    let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
    let mut names = columns(copy.names(), "");
    names.extend([into.clone(), out.clone()]);
    let select = select(&names);
    let buffer = quoted(buffer);
    let opened = if copy.history { String::new() } else { format!(" AND {out} IS NULL") };
    if copy.is_keyless() {
        return format!("{select}\nFROM {buffer}\nWHERE {into} > :applied{opened};");
    }
    format!(
        "{select}\nFROM {buffer}\nWHERE {into} > :applied{opened}\nUNION ALL\n\
         {select}\nFROM {buffer}\nWHERE {out} > :applied AND {into} <= :applied;"
    )
}

/// Takes what is sent.
pub(crate) fn load(copy: &Milestoned) -> String {
    let mut names: Vec<String> = copy.names().map(column_name).collect();
    names.extend([BATCH_IN, BATCH_OUT].map(quoted));
    format!("COPY {}\n  {}\nFROM STDIN;", staged(copy), parenthesised(&names, 2))
}

/// Closes what changed or is missing, opens what changed or is new. A version whose end the buffer has forgotten ended
/// when the next one of its key began.
pub(crate) fn merge(copy: &Milestoned) -> Vec<String> {
    if copy.is_keyless() {
        return replace(copy);
    }
    let (table, stage) = (copy.quoted_table(), staged(copy));
    let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
    let same_key = same_key(copy);
    let mut statements = Vec::new();
    if copy.history {
        statements.push(format!(
            "UPDATE {table} AS copy\nSET {out} = stage.{out}\nFROM {stage} AS stage\nWHERE {same_key}\n  \
             AND stage.{into} = copy.{into}\n  AND stage.{out} IS NOT NULL\n  AND copy.{out} IS NULL;"
        ));
        statements.push(format!(
            "UPDATE {table} AS copy\nSET {out} = :batch\nFROM {stage} AS stage\nWHERE {same_key}\n  \
             AND stage.{into} > copy.{into}\n  AND copy.{out} IS NULL;"
        ));
    } else {
        statements.push(format!("DELETE FROM {table}\nWHERE {out} IS NOT NULL;"));
        statements.push(format!(
            "DELETE FROM {table} AS copy\nUSING {stage} AS stage\nWHERE {same_key}\n  AND (\n    \
             stage.{into} > copy.{into}\n    OR stage.{into} = copy.{into} AND stage.{out} IS NOT NULL\n  );"
        ));
    }
    let live_only = if copy.history { String::new() } else { format!("\nWHERE stage.{out} IS NULL") };
    statements.push(format!(
        "{}{live_only}\nON CONFLICT ({}) DO NOTHING;",
        insert(copy),
        version(copy).join(", ")
    ));
    statements.extend(forget_aside(copy));
    statements
}

/// Inserts what is staged.
fn insert(copy: &Milestoned) -> String {
    let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
    let mut names: Vec<String> = copy.names().map(column_name).collect();
    names.extend([into.clone(), out.clone()]);
    let mut values: Vec<String> = copy.columns.iter().map(from_stage).collect();
    values.extend([format!("stage.{into}"), format!("stage.{out}")]);
    format!(
        "{}\n{}\nFROM {} AS stage",
        insert_into(&copy.quoted_table(), &names),
        select(&values),
        staged(copy)
    )
}

/// Puts what is staged in the place of all that came before, unless it is there. Nothing is staged where nothing is new,
/// and where nothing is left: what is live there tells the two apart.
fn replace(copy: &Milestoned) -> Vec<String> {
    let (table, stage, into) = (copy.quoted_table(), staged(copy), quoted(BATCH_IN));
    vec![
        format!("DELETE FROM {table}\nWHERE {into} < (SELECT max({into}) FROM {stage});"),
        format!("{}\nWHERE stage.{into} NOT IN (SELECT {into} FROM {table});", insert(copy)),
    ]
}

/// How many versions are live in the copy, or set aside.
pub(crate) fn live(copy: &Milestoned) -> String {
    let live = live_there(&copy.table).replace('\n', "\n    ");
    let aside = count_aside(copy).replace('\n', "\n    ");
    format!(
        "SELECT\n  (\n    {}\n  ) + (\n    {}\n  );",
        live.trim_end_matches(';'),
        aside.trim_end_matches(';')
    )
}

/// How many versions are live in the buffer.
pub(crate) fn live_there(buffer: &str) -> String {
    format!("SELECT count(*)\nFROM {}\nWHERE {} IS NULL;", quoted(buffer), quoted(BATCH_OUT))
}

/// In the buffer: which versions are live.
pub(crate) fn live_versions(copy: &Milestoned, buffer: &str) -> String {
    let mut names = columns(copy.key.iter().map(String::as_str), "");
    names.push(quoted(BATCH_IN));
    let select = select(&names);
    let select = if copy.is_keyless() { select.replacen("SELECT", "SELECT DISTINCT", 1) } else { select };
    format!("{select}\nFROM {}\nWHERE {} IS NULL;", quoted(buffer), quoted(BATCH_OUT))
}

/// Takes those that are sent.
pub(crate) fn load_live(copy: &Milestoned) -> String {
    format!("COPY {}\n  {}\nFROM STDIN;", staged(copy), parenthesised(&version(copy), 2))
}

/// Closes what is not among them.
pub(crate) fn close(copy: &Milestoned) -> Vec<String> {
    let (table, stage) = (copy.quoted_table(), staged(copy));
    let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
    if copy.is_keyless() {
        // Rows that are set aside have no keys that could be compared, either.
        let gone = format!("{into} NOT IN (SELECT {into} FROM {stage})");
        return vec![
            format!("DELETE FROM {table}\nWHERE {gone};"),
            format!("DELETE FROM \"datasurface_aside\"\nWHERE {}\n  AND {gone};", copy_condition(copy)),
        ];
    }
    let begin = match copy.history {
        true => format!("UPDATE {table} AS copy\nSET {out} = :batch"),
        false => format!("DELETE FROM {table} AS copy"),
    };
    vec![format!(
        "{begin}\nWHERE copy.{out} IS NULL\n  AND NOT EXISTS (\n    SELECT 1\n    FROM {stage} AS stage\n    \
         WHERE {}\n      AND stage.{into} = copy.{into}\n  );",
        same_key(copy).replace("\n  ", "\n      "),
    )]
}

fn staged(copy: &Milestoned) -> String {
    format!("pg_temp.{}", quoted(&names::stage(&copy.table)))
}

fn key(copy: &Milestoned) -> Vec<String> {
    copy.key.iter().map(|name| column_name(name)).collect()
}

/// What identifies a version.
fn version(copy: &Milestoned) -> Vec<String> {
    let mut names = key(copy);
    names.push(quoted(BATCH_IN));
    names
}

/// That the keys of the copy and of a staged version are the same. A key is never NULL.
fn same_key(copy: &Milestoned) -> String {
    let of_key = copy.columns.iter().filter(|column| copy.key.contains(&column.name));
    let same: Vec<String> =
        of_key.map(|column| format!("{} = copy.{}", from_stage(column), column_name(&column.name))).collect();
    same.join("\n  AND ")
}
