//! Single statements, for engines that take one at a time and know parameters by number.

use super::{quote::unquoted, scan::Scanner};
use std::collections::BTreeSet;

/// A statement without its semicolon, whose named parameters are numbered: `:batch` is `$1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    /// The names of the parameters, the first one first, with their colons.
    pub(crate) parameters: Vec<String>,
}

/// The statements of a section. Comments stay, except where nothing else is left.
pub(crate) fn statements(section: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut statement = Statement::default();
    let (mut scanner, mut has_code) = (Scanner::default(), false);
    let mut before = None;
    let mut characters = section.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let is_code = scanner.is_code(character, next);
        match character {
            ';' if is_code => {
                found.extend(has_code.then(|| std::mem::take(&mut statement)));
                has_code = false;
            }
            ':' if is_code && before != Some(':') && next.is_some_and(|next| next.is_ascii_alphabetic()) => {
                let mut name = ":".to_owned();
                while let Some(part) = characters.next_if(|next| next.is_ascii_alphanumeric() || *next == '_')
                {
                    name.push(part);
                }
                statement.parameter(name);
                has_code = true;
            }
            _ => {
                statement.sql.push(character);
                has_code |= is_code && !character.is_whitespace();
            }
        }
        before = Some(character);
    }
    found.extend(has_code.then_some(statement));
    for statement in &mut found {
        statement.sql = statement.sql.trim().to_owned();
    }
    found
}

/// The names that stand in double quotes, wherever they do and whatever they name.
pub(crate) fn quoted_names(sql: &str) -> BTreeSet<String> {
    let (mut names, mut scanner) = (BTreeSet::new(), Scanner::default());
    let mut characters = sql.char_indices().peekable();
    let mut is_inside = false;
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let is_code = scanner.is_code(character, next);
        if character == '"' && is_code && !is_inside {
            names.extend(sql.get(at..).and_then(unquoted));
        }
        // A quote that is doubled ends and begins again.
        is_inside = !is_code && character == '"' && next == Some('"');
    }
    names
}

impl Statement {
    fn parameter(&mut self, name: String) {
        let known = self.parameters.iter().position(|known| *known == name);
        let position = known.unwrap_or_else(|| {
            self.parameters.push(name);
            self.parameters.len() - 1
        });
        self.sql.push_str(&format!("${}", position + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(section: &str) -> Vec<String> {
        statements(section).into_iter().map(|found| format!("{} {:?}", found.sql, found.parameters)).collect()
    }

    #[test]
    fn each_statement_has_its_own_parameters() {
        assert_eq!(
            shown("INSERT INTO t VALUES (:a, :b, :a);\n\nSELECT :b::text -- :c;\n;\n-- nothing\n;"),
            [r#"INSERT INTO t VALUES ($1, $2, $1) [":a", ":b"]"#, "SELECT $1::text -- :c; [\":b\"]"]
        );
    }

    #[test]
    fn names_are_found_where_they_are_no_part_of_anything_else() {
        let sql = "ALTER TABLE \"a\"\"b\" ADD COLUMN \"c\" TEXT; -- \"no\"\nDELETE FROM x WHERE y = 'it''s \"not\"' OR \"d e\" = '\"'";
        assert_eq!(quoted_names(sql), ["a\"b", "c", "d e"].map(str::to_owned).into());
        assert!(quoted_names("SELECT 'a' /* \"b\" */").is_empty());
    }

    #[test]
    fn what_is_quoted_is_left_alone() {
        assert_eq!(shown("SELECT ';:a', \":b;\" /* ; */"), ["SELECT ';:a', \":b;\" /* ; */ []"]);
    }
}
