//! When two names are of one source: engines fold the case of names, and add a schema where none is written.

use datasurface_ecosystem::{CaptureKind, ContainerKind};
use std::borrow::Cow;

/// Returns a text that two sources in one container have in common exactly if they are one: the engine folds the case of names in its
/// own way, and adds a schema where none is written. `kind` is none where the container is unknown.
pub(super) fn identity<'s>(
    kind: Option<&ContainerKind>,
    capture: &CaptureKind,
    source: &'s str,
) -> Cow<'s, str> {
    if let CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. } = capture {
        return Cow::Borrowed(source);
    }
    let (case, implied): (Case, &[&str]) = match kind {
        // A dot is a letter like others there.
        Some(ContainerKind::Sqlite { .. }) => return Case::AsciiLower.fold(source),
        Some(ContainerKind::DuckDb { .. }) => (Case::Lower, &["main"]),
        Some(ContainerKind::SqlServer { database, .. }) => (Case::Lower, &[database, "dbo"]),
        // Platforms quote the names of tables as they are written.
        Some(ContainerKind::Postgres { database, .. }) => (Case::AsWritten, &[database, "public"]),
        // Whether cases differ is a setting of the server.
        Some(ContainerKind::MySql { database, .. }) => (Case::AsWritten, &[database]),
        Some(ContainerKind::Snowflake { database, .. }) => (Case::UpperUnlessQuoted, &[database, "PUBLIC"]),
        // Without a schema, it is that of the user.
        Some(ContainerKind::Oracle { .. } | ContainerKind::Db2 { .. }) => (Case::UpperUnlessQuoted, &[]),
        _ => return Cow::Borrowed(source),
    };
    // Most names are plain, and there are very many.
    if source.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_') {
        return case.fold(source);
    }
    let Some(parts) = parts(source) else { return Cow::Borrowed(source) };
    let folded: Vec<Cow<'_, str>> = parts.iter().map(|part| case.fold_part(part)).collect();
    let mut rest = folded.as_slice();
    // With all parts before the name of the table, the first are the implied ones, from the last one on.
    for at in 0..implied.len() {
        let expected = implied.get(at..).unwrap_or_default();
        let is_implied = rest.len() == expected.len() + 1
            && rest.iter().zip(expected).all(|(part, implied)| part.eq_ignore_ascii_case(implied));
        if is_implied {
            rest = rest.get(expected.len()..).unwrap_or_default();
        }
    }
    Cow::Owned(rest.join("\u{1f}"))
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

/// The parts of the name of a table, each of which may be in quotes; none if it is not written so.
fn parts(name: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = name;
    loop {
        let closing = match rest.chars().next()? {
            '[' => Some(']'),
            quote @ ('"' | '`') => Some(quote),
            _ => None,
        };
        let (text, after) = match closing {
            Some(closing) => {
                let inside = rest.get(1..)?;
                let end = inside.find(closing)?;
                (inside.get(..end)?, inside.get(end + 1..)?)
            }
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        parts.push(Part { text: text.to_owned(), is_quoted: closing.is_some() });
        if after.is_empty() {
            return Some(parts);
        }
        rest = after.strip_prefix('.')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasurface_ecosystem::Capture;

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
            identity(Some(kind), snapshot.kind(), one) == identity(Some(kind), snapshot.kind(), other)
        };
        for (kind, one, other) in [
            (&postgres, "orders", "public.orders"),
            (&postgres, "orders", "shop.public.orders"),
            (&postgres, "\"orders\"", "public.\"orders\""),
            (&server, "Orders", "[dbo].[orders]"),
            (&server, "SHOP.DBO.orders", "orders"),
            (&oracle, "orders", "ORDERS"),
            (&snowflake, "orders", "Shop.public.Orders"),
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
            (&oracle, "\"orders\"", "orders"),
            (&oracle, "sales.orders", "orders"),
            (&sqlite, "main.orders", "orders"),
        ] {
            assert!(!same(kind, one, other), "{one} {other}");
        }
    }
}
