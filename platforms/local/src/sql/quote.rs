//! Quoting. Every name is quoted, always: none can then be taken for a keyword or for something else.

/// A name.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns the name that a text begins with, in quotes.
pub(crate) fn unquoted(text: &str) -> Option<String> {
    let mut characters = text.strip_prefix('"')?.chars().peekable();
    let mut name = String::new();
    loop {
        match characters.next()? {
            '"' if characters.next_if_eq(&'"').is_some() => name.push('"'),
            '"' => return Some(name),
            other => name.push(other),
        }
    }
}

/// A text.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Names with what stands before each, such as `stage.`.
pub(crate) fn columns<'a>(names: impl IntoIterator<Item = &'a str>, before: &str) -> Vec<String> {
    names.into_iter().map(|name| format!("{before}{}", quoted(name))).collect()
}

/// The widest list that stays in one line.
const WIDEST: usize = 90;

/// `SELECT` and what is selected: in one line if it fits, otherwise one to a line.
pub(crate) fn select(items: &[String]) -> String {
    let one_line = items.join(", ");
    if one_line.len() <= WIDEST {
        return format!("SELECT {one_line}");
    }
    format!("SELECT\n  {}", items.join(",\n  "))
}

/// `INSERT INTO` and the columns that are filled, on a line of their own.
pub(crate) fn insert_into(table: &str, names: &[String]) -> String {
    format!("INSERT INTO {table}\n  {}", parenthesised(names, 2))
}

/// Things in parentheses with commas between them: in one line if they fit, otherwise one to a line between the
/// parentheses, where the line that they begin in is indented by `indent`.
pub(crate) fn parenthesised(items: &[String], indent: usize) -> String {
    let one_line = items.join(", ");
    if one_line.len() + indent <= WIDEST {
        return format!("({one_line})");
    }
    let inside = " ".repeat(indent + 2);
    format!("(\n{inside}{}\n{})", items.join(&format!(",\n{inside}")), " ".repeat(indent))
}

/// A SELECT, as a value of a condition.
pub(crate) fn in_parentheses(select: &str) -> String {
    format!("(\n  {select}\n)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(quoted(r#"a"b"#), r#""a""b""#);
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(unquoted(r#""a""b" AS c"#).as_deref(), Some(r#"a"b"#));
        assert_eq!(unquoted(r#""a""#).as_deref(), Some("a"));
        assert_eq!(unquoted(r#""a"#), None);
        assert_eq!(unquoted("a"), None);
    }
}
