//! A look at SQL that somebody else wrote: whether it is one SELECT that can stand inside a statement of ours.

use super::script::SECTION;

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
    let mut characters = sql.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        scan.step(at, character, next)?;
    }
    scan.finish(sql)
}

#[derive(Default)]
struct Scan {
    state: State,
    depth: u32,
    first_word: String,
    /// Where the first semicolon is; only space and comments may follow.
    ended_at: Option<usize>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Code,
    /// Inside quotes that end with this character; doubled ones end and begin again, which comes to the same.
    Quoted(char),
    LineComment,
    BlockComment,
    /// The second character of what begins or ends a comment.
    Skip(After),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Line,
    Block,
    Code,
}

impl Scan {
    fn step(&mut self, at: usize, character: char, next: Option<char>) -> Result<(), String> {
        self.state = match (self.state, character, next) {
            (State::Skip(After::Line), ..) => State::LineComment,
            (State::Skip(After::Block), ..) => State::BlockComment,
            (State::Skip(After::Code), ..) => State::Code,
            (State::Quoted(end), ..) if character == end => State::Code,
            (State::LineComment, '\n', _) => State::Code,
            (State::BlockComment, '*', Some('/')) => State::Skip(After::Code),
            (State::Code, '-', Some('-')) => State::Skip(After::Line),
            (State::Code, '/', Some('*')) => State::Skip(After::Block),
            (State::Code, ..) => return self.code(at, character),
            (inside, ..) => inside,
        };
        Ok(())
    }

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
            '\'' | '"' | '`' => self.state = State::Quoted(character),
            '[' => self.state = State::Quoted(']'),
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
        match self.state {
            State::Quoted(end) => return Err(format!("a quote is not closed with `{end}`")),
            State::BlockComment => return Err("a comment is not closed with `*/`".to_owned()),
            _ => {}
        }
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
