//! Single statements, for engines that take one at a time and know parameters by number.

use super::scan::Scanner;

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
    fn what_is_quoted_is_left_alone() {
        assert_eq!(shown("SELECT ';:a', \":b;\" /* ; */"), ["SELECT ';:a', \":b;\" /* ; */ []"]);
    }
}
