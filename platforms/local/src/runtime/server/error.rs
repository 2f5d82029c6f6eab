//! What went wrong, in words that may be shown: no secret, and no value of a record.

use crate::prelude::*;
use std::{error::Error, fmt};
use tokio_postgres::error::{ErrorPosition, SqlState};

/// Why something did not work.
#[derive(Debug)]
pub(in crate::runtime) struct ServerError {
    column: Option<String>,
    reason: String,
    about: ErrorSubject,
}

/// What it is about, where that makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorSubject {
    AValue,
    ATable,
    AMissingDatabase,
    SomethingElse,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = &self.column {
            write!(f, "column `{column}`: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl Error for ServerError {}

impl ServerError {
    /// Trouble that is known here.
    pub(in crate::runtime) fn new(reason: impl Into<String>) -> Self {
        Self { column: None, reason: reason.into(), about: ErrorSubject::SomethingElse }
    }

    /// What the server or the connection says. Details of the server are left out: they quote records.
    pub(in crate::runtime) fn from_postgres(error: &tokio_postgres::Error) -> Self {
        let Some(said) = error.as_db_error() else {
            return Self::new(match error.is_closed() {
                true => "the connection broke off, or no answer came in time".to_owned(),
                false => with_reasons(error),
            });
        };
        match said.code().code().get(..2) {
            // The server would repeat the user, which is a part of the secret.
            Some("28") => Self::new("the server refuses this user and password"),
            Some("22") => Self {
                about: ErrorSubject::AValue,
                column: said.where_().and_then(column_of_row),
                ..Self::new(without_bytes(&without_values(said.message(), '"')))
            },
            // What somebody's function says may be anything.
            Some("P0" | "38" | "39") => Self::new(format!(
                "a function of the server refuses it ({}); what it says is in the log of the server",
                said.code().code()
            )),
            _ if *said.code() == SqlState::NOT_NULL_VIOLATION => Self {
                about: ErrorSubject::AValue,
                column: said.column().map(str::to_owned),
                ..Self::new("NULL, where the schema says `not null`")
            },
            _ if *said.code() == SqlState::UNDEFINED_OBJECT => Self::new(format!(
                "{}; make that role, or take the principal out of the workspace's entitlement",
                said.message()
            )),
            _ if *said.code() == SqlState::INVALID_SCHEMA_NAME => {
                Self::new("the schema is not there; make it, and let the user of the credential create in it")
            }
            _ if *said.code() == SqlState::LOCK_NOT_AVAILABLE => {
                Self::new("somebody else has had it locked for too long (the session's `lock_timeout`)")
            }
            _ if *said.code() == SqlState::QUERY_CANCELED => {
                Self::new("it took longer than `statement_timeout_seconds` allows, or somebody stopped it")
            }
            _ => {
                let hint = said.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
                let about = match said.code().code().get(..2) {
                    _ if *said.code() == SqlState::INVALID_CATALOG_NAME => ErrorSubject::AMissingDatabase,
                    // A rule, a column or a right of a table, which somebody changed.
                    Some("23" | "42") => ErrorSubject::ATable,
                    _ => ErrorSubject::SomethingElse,
                };
                Self { about, ..Self::new(format!("{}{hint}", said.message())) }
            }
        }
    }

    /// Whether a record has a value that cannot be converted.
    pub(in crate::runtime) fn is_about_a_value(&self) -> bool {
        self.about == ErrorSubject::AValue
    }

    /// Whether a failure is that a record has a value that cannot be converted.
    pub(in crate::runtime) fn is_value_behind(error: &PlatformError) -> bool {
        let behind = error.source().and_then(|source| source.downcast_ref::<Self>());
        behind.is_some_and(Self::is_about_a_value)
    }

    /// Whether a failure is that of one table: of a record that it cannot have, or since it is not as it was made.
    pub(in crate::runtime) fn is_of_a_table(error: &PlatformError) -> bool {
        let behind = error.source().and_then(|source| source.downcast_ref::<Self>());
        behind.is_some_and(|server_error| {
            matches!(server_error.about, ErrorSubject::AValue | ErrorSubject::ATable)
        })
    }

    /// Whether the server does not have the database.
    pub(in crate::runtime) fn is_about_a_missing_database(&self) -> bool {
        self.about == ErrorSubject::AMissingDatabase
    }

    /// The same, in other words.
    pub(in crate::runtime) fn with_message(self, reason: String) -> Self {
        Self { reason, ..self }
    }

    /// The same, with the type of the column at the source.
    pub(in crate::runtime) fn with_source_type(mut self, source: &str) -> Self {
        self.reason = format!("{}, and the source has `{source}`", self.reason);
        self
    }

    /// The same, with the column that it is about.
    pub(in crate::runtime) fn in_column(mut self, name: &str) -> Self {
        self.column = Some(name.to_owned());
        self
    }

    /// The same, with the column that the server points at, if it has a type that cannot be converted.
    pub(in crate::runtime) fn in_column_at(self, error: &tokio_postgres::Error, select: &str) -> Self {
        let of_types = [
            SqlState::CANNOT_COERCE,
            SqlState::DATATYPE_MISMATCH,
            SqlState::UNDEFINED_FUNCTION,
            SqlState::INDETERMINATE_DATATYPE,
        ];
        let position = match error.as_db_error() {
            Some(said) if of_types.contains(said.code()) => said.position(),
            _ => None,
        };
        let Some(ErrorPosition::Original(position)) = position else {
            return self;
        };
        let from_there = select.chars().skip((*position as usize).saturating_sub(1)).collect::<String>();
        match name_after(&from_there, "AS ") {
            Some(name) => self.in_column(&name),
            None => self,
        }
    }

    /// The failure of what was being done.
    pub(in crate::runtime) fn into_platform_error(self, operation: String) -> PlatformError {
        PlatformError::new(PlatformErrorKind::External, operation).caused_by(self)
    }
}

/// The error, and what is behind it.
fn with_reasons(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut reason = error.source();
    while let Some(error) = reason {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        reason = error.source();
    }
    text
}

/// The column of a row that was sent, where the server says: `COPY t, line 3, column city: "…"`. Names may have colons
/// and quotes; the value comes last.
fn column_of_row(place: &str) -> Option<String> {
    let (_, column) = place.strip_prefix("COPY ")?.split_once(", column ")?;
    let (column, _) = column.split_once(": ")?;
    Some(column.to_owned())
}

/// A message without what it quotes, which may be values of records. These may have quotes, too: so nothing is left between the first one
/// and the last one.
pub(in crate::runtime) fn without_values(message: &str, quote: char) -> String {
    match (message.split_once(quote), message.rsplit_once(quote)) {
        (Some((before, after)), Some((_, last))) if after.contains(quote) => {
            format!("{before}{quote}…{quote}{last}")
        }
        // It is not closed.
        (Some((before, _)), _) => format!("{before}{quote}…"),
        (None, _) => message.to_owned(),
    }
}

/// A message without bytes of texts, such as `0xe2 0x82`.
fn without_bytes(message: &str) -> String {
    let words: Vec<&str> =
        message.split(' ').map(|word| if word.starts_with("0x") { "…" } else { word }).collect();
    words.join(" ")
}

/// The table that a rendered SELECT reads, as it stands there.
pub(in crate::runtime) fn table_of(select: &str) -> &str {
    select.rsplit_once(" FROM ").map_or("a table", |(_, table)| table)
}

/// The quoted name after the first of these words that one follows.
fn name_after(sql: &str, words: &str) -> Option<String> {
    let (_, rest) = sql.split_once(&format!("{words}\""))?;
    let mut name = String::new();
    let mut characters = rest.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '"' && characters.next_if_eq(&'"').is_none() {
            return Some(name);
        }
        name.push(character);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_repeated() {
        let said = "invalid input syntax for type bigint: \"Ann \"the\" Smith\"";
        assert_eq!(without_values(said, '"'), "invalid input syntax for type bigint: \"…\"");
        assert_eq!(without_values("bad JSON path: 'it''s'", '\''), "bad JSON path: '…'");
        assert_eq!(without_values("value \"cut off", '"'), "value \"…");
        assert_eq!(without_values("it has none", '"'), "it has none");
        assert!(!without_values("value \"99\" is out of range for type bigint", '"').contains("99"));
    }

    #[test]
    fn bytes_are_not_repeated() {
        let said = "character with byte sequence 0xe2 0x82 0xac in encoding has no equivalent";
        assert_eq!(without_bytes(said), "character with byte sequence … … … in encoding has no equivalent");
    }

    #[test]
    fn the_column_of_a_row_is_named_and_its_value_is_not() {
        let place = "COPY Local__a__b.stage, line 3, column city: \"secret: 5\"";
        assert_eq!(column_of_row(place).as_deref(), Some("city"));
        assert_eq!(column_of_row("PL/pgSQL function f() line 1"), None);
    }

    #[test]
    fn names_are_read_with_their_quotes() {
        assert_eq!(name_after(r#"::text AS "a""b", "c"::text AS "c""#, "AS ").as_deref(), Some("a\"b"));
        assert_eq!(table_of(r#"SELECT "a" FROM "s"."t""#), r#""s"."t""#);
    }
}
