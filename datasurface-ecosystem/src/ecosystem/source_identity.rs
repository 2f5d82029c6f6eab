//! When two names are of one source: engines fold the case of names, and add a schema where none is written.

use super::{CaptureKind, ContainerKind};
use std::borrow::Cow;

/// Returns a text that two sources at one site have in common exactly if they are one: the engine folds the case of names in its own way,
/// and adds a schema where none is written; keys of files count from the root of their bucket. `kind` is none where the container is
/// unknown.
#[must_use]
pub fn source_identity<'s>(
    kind: Option<&ContainerKind>,
    capture: &CaptureKind,
    source: &'s str,
) -> Cow<'s, str> {
    match (capture, kind) {
        (CaptureKind::ObjectFiles { .. }, Some(ContainerKind::ObjectStorage { prefix, .. })) => {
            return match prefix.trim_end_matches('/') {
                "" => Cow::Borrowed(source),
                prefix => Cow::Owned(format!("{prefix}/{source}")),
            };
        }
        (CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. }, _) => return Cow::Borrowed(source),
        _ => {}
    }
    let Some(naming) = kind.and_then(Naming::of) else { return Cow::Borrowed(source) };
    let case = naming.case;
    // A dot is a letter like others in SQLite.
    if matches!(kind, Some(ContainerKind::Sqlite { .. })) {
        return case.fold(source);
    }
    // Most names are plain, and there are very many.
    if source.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_') {
        return case.fold(source);
    }
    let Some(parts) = parts(source) else { return Cow::Borrowed(source) };
    let folded: Vec<Cow<'_, str>> = parts.iter().map(|part| case.fold_part(part)).collect();
    let mut rest = folded.as_slice();
    for (count, implied) in [(naming.most_parts() + 1, naming.database), (naming.most_parts(), naming.schema)]
    {
        let is_implied = |first: &str| implied.is_some_and(|implied| first.eq_ignore_ascii_case(implied));
        // A part that is left out, as in `shop..orders`, is the one that goes without saying.
        if let [first, inner @ ..] = rest
            && !inner.is_empty()
            && rest.len() == count
            && (first.is_empty() || is_implied(first))
        {
            rest = inner;
        }
    }
    Cow::Owned(rest.join("\u{1f}"))
}

/// Returns what the name of a table leads to, where that is not in the container's database: another database of the same server, which a
/// statement can read, too, the link of Oracle behind an `@`, or a call that reads elsewhere, such as `OPENQUERY(…)`.
#[must_use]
pub fn written_database(kind: &ContainerKind, capture: &CaptureKind, source: &str) -> Option<String> {
    let is_table = !matches!(capture, CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. });
    // Most names are plain, and there are very many.
    if !is_table || !source.contains(['.', '@', '(']) {
        return None;
    }
    let naming = Naming::of(kind)?;
    // Where platforms quote names as they are written, such letters are part of the name.
    if !matches!(naming.case, Case::AsWritten | Case::AsciiLower)
        && let Some(other) = outside_quotes(source)
    {
        return Some(other.to_owned());
    }
    let database = naming.database?;
    // What cannot be taken apart may lead anywhere.
    let Some(parts) = parts(source) else { return Some(source.to_owned()) };
    if parts.len() <= naming.most_parts() {
        return None;
    }
    let is_own = parts.len() == naming.most_parts() + 1
        && parts
            .first()
            .is_some_and(|first| first.text.is_empty() || first.text.eq_ignore_ascii_case(database));
    if is_own { None } else { parts.into_iter().next().map(|first| first.text) }
}

/// What is behind the first `@` of a name, or the whole of a name with a call, as far as neither is in quotes.
fn outside_quotes(source: &str) -> Option<&str> {
    let mut closing = None;
    for (at, letter) in source.char_indices() {
        match (closing, letter) {
            (Some(expected), _) => closing = closing.filter(|_| letter != expected),
            (None, '[') => closing = Some(']'),
            (None, '"' | '`') => closing = Some(letter),
            (None, '@') => return source.get(at + 1..),
            (None, '(') => return Some(source),
            _ => {}
        }
    }
    None
}

/// How an engine reads the names of tables, with what is meant where a name has nothing before it.
struct Naming<'k> {
    case: Case,
    database: Option<&'k str>,
    has_schemas: bool,
    /// The schema of a name that says none, where it is known.
    schema: Option<&'k str>,
}

impl<'k> Naming<'k> {
    /// None, if nothing is known of the engine.
    fn of(kind: &'k ContainerKind) -> Option<Self> {
        use Case::{AsWritten, AsciiLower, Lower, UpperUnlessQuoted};
        // Whether there are schemas, and which one is meant; none, if it is that of the user.
        let (case, database, has_schemas, schema) = match kind {
            ContainerKind::Sqlite { .. } => (AsciiLower, None, false, None),
            ContainerKind::DuckDb { .. } => (Lower, None, true, Some("main")),
            ContainerKind::SqlServer { database, .. } => (Lower, Some(database), true, Some("dbo")),
            // Platforms quote the names of tables as they are written.
            ContainerKind::Postgres { database, .. } => (AsWritten, Some(database), true, Some("public")),
            // Whether cases differ is a setting of the server.
            ContainerKind::MySql { database, .. } => (AsWritten, Some(database), false, None),
            ContainerKind::Snowflake { database, .. } => {
                (UpperUnlessQuoted, Some(database), true, Some("PUBLIC"))
            }
            ContainerKind::Db2 { database, .. } => (UpperUnlessQuoted, Some(database), true, None),
            // Names do not say the database: what is elsewhere is behind a link.
            ContainerKind::Oracle { .. } => (UpperUnlessQuoted, None, true, None),
            _ => return None,
        };
        Some(Self { case, database: database.map(|database| &**database), has_schemas, schema })
    }

    /// The most parts that a name in the own database has.
    fn most_parts(&self) -> usize {
        1 + usize::from(self.has_schemas)
    }
}

/// What an engine makes of the letters of a name.
#[derive(Clone, Copy)]
enum Case {
    AsWritten,
    AsciiLower,
    Lower,
    UpperUnlessQuoted,
}

impl Case {
    fn fold(self, name: &str) -> Cow<'_, str> {
        let has = |is_other_case: fn(&u8) -> bool| name.bytes().any(|letter| is_other_case(&letter));
        match self {
            Self::AsciiLower if has(u8::is_ascii_uppercase) => Cow::Owned(name.to_ascii_lowercase()),
            Self::Lower if !name.is_ascii() || has(u8::is_ascii_uppercase) => Cow::Owned(name.to_lowercase()),
            Self::UpperUnlessQuoted if !name.is_ascii() || has(u8::is_ascii_lowercase) => {
                Cow::Owned(name.to_uppercase())
            }
            _ => Cow::Borrowed(name),
        }
    }

    fn fold_part<'p>(self, part: &'p Part) -> Cow<'p, str> {
        match self {
            Self::UpperUnlessQuoted if part.is_quoted => Cow::Borrowed(&part.text),
            _ => self.fold(&part.text),
        }
    }
}

/// A part of the name of a table.
struct Part {
    text: String,
    is_quoted: bool,
}

/// The parts of the name of a table, each of which may be in quotes, with blanks around them; none if it is not written so. Between quotes, the closing
/// one is written twice.
fn parts(name: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = name.trim();
    loop {
        let closing = match rest.chars().next().unwrap_or_default() {
            '[' => Some(']'),
            quote @ ('"' | '`') => Some(quote),
            _ => None,
        };
        let (text, after) = match closing {
            Some(closing) => quoted(rest.get(1..)?, closing)?,
            None => {
                let (text, after) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
                (text.trim_end().to_owned(), after)
            }
        };
        parts.push(Part { text, is_quoted: closing.is_some() });
        let after = after.trim_start();
        if after.is_empty() {
            return Some(parts);
        }
        rest = after.strip_prefix('.')?.trim_start();
    }
}

/// The text up to the closing quote, and what is behind it.
fn quoted(inside: &str, closing: char) -> Option<(String, &str)> {
    let (mut text, mut rest) = (String::new(), inside);
    loop {
        let (part, behind) = rest.split_once(closing)?;
        text.push_str(part);
        match behind.strip_prefix(closing) {
            Some(behind) => {
                text.push(closing);
                rest = behind;
            }
            None => return Some((text, behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Capture;

    #[test]
    fn a_name_that_leads_out_of_the_database_is_known() {
        let snapshot = Capture::sql_snapshot("Z/T/C");
        let mysql = ContainerKind::MySql { host: "h".into(), port: 1, database: "shop".into() };
        let server = ContainerKind::SqlServer { host: "h".into(), port: 1, database: "shop".into() };
        let snowflake = ContainerKind::Snowflake { account: "a".into(), database: "shop".into() };
        let duckdb = ContainerKind::DuckDb { file: "a.db".into() };
        let oracle = ContainerKind::Oracle { host: "h".into(), port: 1, database: "shop".into() };
        let db2 = ContainerKind::Db2 { host: "h".into(), port: 1, database: "shop".into() };
        let postgres = ContainerKind::Postgres { host: "h".into(), port: 1, database: "shop".into() };
        for (kind, source, database) in [
            (&mysql, "hr.people", Some("hr")),
            (&mysql, "`hr`.people", Some("hr")),
            (&mysql, "`hr` .people", Some("hr")),
            (&mysql, "`h``r`.people", Some("h`r")),
            (&mysql, "`hr`x.people", Some("`hr`x.people")),
            (&mysql, "`a.b`", None),
            (&mysql, "SHOP.people", None),
            (&mysql, "people", None),
            (&server, "hr.dbo.people", Some("hr")),
            (&server, "[far].shop.dbo.people", Some("far")),
            (&server, "[hr] .dbo.people", Some("hr")),
            (&server, " hr . dbo . people", Some("hr")),
            (&server, "[h]]r].dbo.people", Some("h]r")),
            (&server, "[shop] . dbo . people", None),
            (&server, "hr.people", None),
            (&server, "shop.dbo.people", None),
            (&server, "hr..people", Some("hr")),
            (&server, "shop..people", None),
            (&server, "..people", None),
            (&snowflake, "\"hr\".public.people", Some("hr")),
            (&duckdb, "hr.main.people", None),
            (&server, "OPENQUERY(far, 'select 1')", Some("OPENQUERY(far, 'select 1')")),
            (&server, "[open(query)]", None),
            (&oracle, "people@far", Some("far")),
            (&oracle, "\"people@far\"", None),
            (&oracle, "hr.people", None),
            (&db2, "hr.s.people", Some("hr")),
            (&db2, "Shop.s.people", None),
            (&db2, "hr.people", None),
            (&postgres, "people@far(1)", None),
            (&postgres, "sales.", None),
        ] {
            assert_eq!(written_database(kind, snapshot.kind(), source).as_deref(), database, "{source}");
        }
    }

    #[test]
    fn a_table_is_one_however_it_is_written() {
        let postgres = ContainerKind::Postgres { host: "h".into(), port: 1, database: "shop".into() };
        let server = ContainerKind::SqlServer { host: "h".into(), port: 1, database: "shop".into() };
        let oracle = ContainerKind::Oracle { host: "h".into(), port: 1, database: "shop".into() };
        let snowflake = ContainerKind::Snowflake { account: "a".into(), database: "shop".into() };
        let sqlite = ContainerKind::Sqlite { file: "a.db".into() };
        let duckdb = ContainerKind::DuckDb { file: "a.db".into() };
        let snapshot = Capture::sql_snapshot("Z/T/C");
        let same = |kind: &ContainerKind, one: &str, other: &str| {
            source_identity(Some(kind), snapshot.kind(), one)
                == source_identity(Some(kind), snapshot.kind(), other)
        };
        for (kind, one, other) in [
            (&postgres, "orders", "public.orders"),
            (&postgres, "orders", "shop.public.orders"),
            (&postgres, "sales.orders", "shop.sales.orders"),
            (&postgres, "\"orders\"", "public.\"orders\""),
            (&server, "Orders", "[dbo].[orders]"),
            (&server, "SHOP.DBO.orders", "orders"),
            (&server, "shop..orders", "orders"),
            (&server, "[shop]..[Orders]", "dbo.orders"),
            (&server, "[shop] . [dbo] .orders", "orders"),
            (&server, "..orders", "orders"),
            (&server, ".dbo.orders", "orders"),
            (&server, ".orders", "orders"),
            (&oracle, "orders", "ORDERS"),
            (&snowflake, "orders", "Shop.public.Orders"),
            (&snowflake, "orders", "shop..orders"),
            (&sqlite, "Orders", "orders"),
            (&duckdb, "main.Orders", "orders"),
        ] {
            assert!(same(kind, one, other), "{one} {other}");
        }
        for (kind, one, other) in [
            (&postgres, "orders", "Orders"),
            (&postgres, "orders", "sales.orders"),
            (&postgres, "orders", "\"public.orders\""),
            (&server, "sales.orders", "orders"),
            (&server, "hr..orders", "orders"),
            (&server, "shop.sales.orders", "shop..orders"),
            (&snowflake, "shop.sales.orders", "shop..orders"),
            (&oracle, "\"orders\"", "orders"),
            (&oracle, "sales.orders", "orders"),
            (&sqlite, "main.orders", "orders"),
        ] {
            assert!(!same(kind, one, other), "{one} {other}");
        }
    }
}
