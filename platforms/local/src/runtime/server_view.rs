//! Whether the view that a server has is the one that was rendered. The server writes its own text of a view: it adds the name of the
//! table before each column, or not (since PostgreSQL 16), and quotes what it has to.

use crate::sql::quote::{quoted, unquoted};

/// A part of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A word that the language has; the server writes these in upper case, and names that need no quotes in lower case.
    Keyword(String),
    Name(String),
    Sign(char),
}

/// Whether a server's text of a view, which reads this table, means the SELECT that was rendered.
pub(super) fn is_same_select(definition: &str, rendered: &str, table: &str) -> bool {
    let there = tokens(definition);
    there.is_some()
        && there.map(|there| plain(there, table)) == tokens(rendered).map(|here| plain(here, table))
}

fn tokens(select: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = select.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let length = match first {
            '"' => {
                let name = unquoted(rest)?;
                let length = quoted(&name).len();
                found.push(Token::Name(name));
                length
            }
            _ if is_part(first) => {
                let length = rest.find(|next| !is_part(next)).unwrap_or(rest.len());
                let word = rest.get(..length)?;
                found.push(match word.chars().any(|character| character.is_lowercase()) {
                    true => Token::Name(word.to_owned()),
                    false => Token::Keyword(word.to_owned()),
                });
                length
            }
            _ => {
                found.push(Token::Sign(first));
                first.len_utf8()
            }
        };
        rest = rest.get(length..)?.trim_start();
    }
    Some(found)
}

/// Without the name of the only table before a column, and without the end.
fn plain(tokens: Vec<Token>, table: &str) -> Vec<Token> {
    let mut plain: Vec<Token> = Vec::new();
    let table = Token::Name(table.to_owned());
    for token in tokens {
        if token == Token::Sign('.') && plain.last() == Some(&table) {
            plain.pop();
        } else {
            plain.push(token);
        }
    }
    while plain.last() == Some(&Token::Sign(';')) {
        plain.pop();
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const RENDERED: &str = "SELECT \"id\", \"order\", \"City\"\nFROM \"t\"\nWHERE \"batch_out\" IS NULL";

    #[test]
    fn what_a_server_writes_of_a_view_is_recognised() {
        for definition in [
            " SELECT t.id,\n    t.\"order\",\n    t.\"City\"\n   FROM t\n  WHERE t.batch_out IS NULL;",
            " SELECT id,\n    \"order\",\n    \"City\"\n   FROM t\n  WHERE batch_out IS NULL;",
        ] {
            assert!(is_same_select(definition, RENDERED, "t"), "{definition}");
        }
        assert!(is_same_select(" SELECT \"T x\".id\n   FROM \"T x\";", "SELECT \"id\"\nFROM \"T x\"", "T x"));
    }

    #[test]
    fn another_view_is_not() {
        for definition in [
            " SELECT t.id,\n    t.\"order\",\n    t.\"City\"\n   FROM t;",
            " SELECT t.id,\n    t.\"order\",\n    t.\"City\"\n   FROM t\n  WHERE t.batch_out IS NULL AND t.id > 1;",
            " SELECT t.id,\n    t.\"order\",\n    t.town AS \"City\"\n   FROM t\n  WHERE t.batch_out IS NULL;",
            " SELECT t.\"order\",\n    t.id,\n    t.\"City\"\n   FROM t\n  WHERE t.batch_out IS NULL;",
            " SELECT t.id,\n    t.\"order\",\n    t.\"City\"\n   FROM other.t\n  WHERE t.batch_out IS NULL;",
            " SELECT t.id,\n    t.\"order\",\n    t.city\n   FROM t\n  WHERE t.batch_out IS NULL;",
            "",
        ] {
            assert!(!is_same_select(definition, RENDERED, "t"), "{definition}");
        }
    }
}
