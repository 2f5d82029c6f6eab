//! A look at SQL that somebody else wrote: whether it is one SELECT that can stand inside a statement of ours.

use super::{
    scan::{Scanner, Unclosed},
    script::SECTION,
};

/// The statement without what may follow it (spaces, a semicolon), or why it cannot stand inside another one. What it
/// means is not judged here.
pub(crate) fn one_select(sql: &str) -> Result<&str, String> {
    if sql.contains('\0') {
        return Err("it has a NUL character".to_owned());
    }
    if sql.lines().any(|line| line.starts_with(SECTION)) {
        return Err(format!("a line begins with `{SECTION}`, as the sections of rendered files do"));
    }
    let mut scan = Scan::default();
    let mut scanner = Scanner::default();
    let mut characters = sql.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        if scanner.is_code(character, next) {
            scan.code(at, character)?;
        }
    }
    match scanner.unclosed() {
        Some(Unclosed::Quote(end)) => Err(format!("a quote is not closed with `{end}`")),
        Some(Unclosed::Comment) => Err("a comment is not closed with `*/`".to_owned()),
        None => scan.finish(sql),
    }
}

/// What was found in the code so far.
#[derive(Default)]
struct Scan {
    depth: u32,
    first_word: String,
    /// Where the first semicolon is; only space and comments may follow.
    ended_at: Option<usize>,
}

impl Scan {
    fn code(&mut self, at: usize, character: char) -> Result<(), String> {
        if character.is_whitespace() {
            if !self.first_word.is_empty() && !self.first_word.ends_with(' ') {
                self.first_word.push(' ');
            }
            return Ok(());
        }
        if self.ended_at.is_some() && character != ';' {
            return Err("something follows its semicolon; it must be one statement".to_owned());
        }
        match character {
            ';' => self.ended_at = self.ended_at.or(Some(at)),
            '(' => self.depth += 1,
            ')' => {
                let closed = self.depth.checked_sub(1);
                self.depth = closed.ok_or("a `)` has no `(`")?;
            }
            _ => {}
        }
        if !self.first_word.ends_with(' ') {
            self.first_word.push(if character.is_ascii_alphanumeric() { character } else { ' ' });
        }
        Ok(())
    }

    fn finish(self, sql: &str) -> Result<&str, String> {
        if self.depth > 0 {
            return Err("a `(` has no `)`".to_owned());
        }
        let first_word = self.first_word.trim().to_ascii_uppercase();
        if !["SELECT", "WITH", "VALUES"].contains(&first_word.as_str()) {
            return Err("it does not begin with `SELECT`, `WITH` or `VALUES`".to_owned());
        }
        let end = self.ended_at.unwrap_or(sql.len());
        Ok(sql.get(..end).unwrap_or(sql).trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_select_is_good() {
        for (sql, inner) in [
            ("SELECT 1", "SELECT 1"),
            ("  select 'a;b' ; -- done", "select 'a;b'"),
            ("WITH x AS (SELECT 1) SELECT * FROM x;;\n", "WITH x AS (SELECT 1) SELECT * FROM x"),
            ("/* ; */ -- )\nSELECT \"a\"\";\" FROM [b;] --", "/* ; */ -- )\nSELECT \"a\"\";\" FROM [b;] --"),
            ("SELECT 'it''s' - -1", "SELECT 'it''s' - -1"),
            ("SELECT(1)", "SELECT(1)"),
        ] {
            assert_eq!(one_select(sql).as_deref(), Ok(inner), "{sql}");
        }
    }

    #[test]
    fn what_could_break_out_is_not() {
        for sql in [
            "",
            "DELETE FROM t",
            "SELECT 1; DELETE FROM t",
            "SELECT 1) ; DELETE FROM t; SELECT (1",
            "SELECT (1",
            "SELECT 'a",
            "SELECT \"a",
            "SELECT 1 /* a",
            "SELECT 1\n-- [merge] no\n",
            "SELECT '\0'",
        ] {
            assert!(one_select(sql).is_err(), "{sql}");
        }
    }
}
