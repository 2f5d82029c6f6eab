//! Texts that dialects split into words in different ways. The parser has to decide for one of them, and a value that it took for
//! a part of a comment or of a text may be a column for the engine; so these are found before anything is parsed.

/// A form that dialects split in different ways.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// The characters, and where they are.
    pub(crate) characters: &'static str,
    /// The form that every dialect splits alike.
    pub(crate) instead: &'static str,
}

const fn form(characters: &'static str, instead: &'static str) -> Form {
    Form { characters, instead }
}

static NUL: Form = form("the character NUL", "the text without it");
static DASHES: Form =
    form("`--` without a blank behind it", "a blank behind `--`, or between two minus signs");
static LINE_END: Form =
    form("a comment behind `--` that may end before its line", "comments between `/*` and `*/`");
static CONTINUED: Form =
    form("a comment behind `--` with a backslash at its end", "the comment without the backslash");
static NESTED: Form = form("`/*` inside a comment", "each comment behind the end of the one before");
static CONDITIONAL: Form =
    form("a comment that begins with `/*!` or `/*M!`", "a comment that begins with a blank");
static HINT: Form = form("a quotation mark in a hint", "the hint without it");
static BACKSLASH: Form = form(
    "a backslash before a quotation mark",
    "the quotation mark twice instead of `\\'`, and a text that ends with a backslash by a function of the engine",
);
static TRIPLE: Form = form(
    "three quotation marks at the beginning of a text",
    "a text that begins with another character, or the quotation mark by a function of the engine",
);
static PREFIX: Form = form(
    "a quotation mark right behind a word or a number",
    "a plain text between single quotation marks, with a blank before it",
);
static NUMBER: Form =
    form("a word that begins with a digit", "a blank behind the number, or quotation marks around the name");
static BRACKET: Form = form(
    "a quotation mark, a comment or a bracket between `[` and `]`",
    "a name between double quotation marks, or a function of the engine that makes the list",
);
static SUBSCRIPT: Form = form(
    "`[` behind a value",
    "`AS` before a name, or a function of the engine that gives the member of the value",
);
static HASH: Form = form("`#`", "`-- ` before a comment, or a function instead of the operator");
static SLASHES: Form = form("`//`", "`-- ` before a comment, or a function instead of the operator");
static DOLLAR: Form = form("`$` at the beginning of a word", "texts between single quotation marks");
static AT: Form = form("`@`", "a name between double quotation marks, or a function instead of the operator");
static BRACE: Form = form("`{`", "a function of the engine that makes the value");
static CHARACTER: Form = form(
    "a character outside quotation marks that is a blank to some and a letter to others",
    "an ordinary blank, or quotation marks around the name",
);

/// Signs that begin a comment, a text, a name or an operator, as the dialect has it.
static SIGNS: [(&str, &Form); 5] =
    [("//", &SLASHES), ("#", &HASH), ("$", &DOLLAR), ("@", &AT), ("{", &BRACE)];
/// Operators that have such a sign, and are nothing else.
const OPERATORS: [&str; 2] = ["<@", "@>"];
/// What some dialects take for the end of a line.
const LINE_ENDS: [char; 6] = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
/// Words behind which a value or a name begins.
const BEFORE_A_VALUE: [&str; 29] = [
    "ALL",
    "AND",
    "AS",
    "BETWEEN",
    "BY",
    "CASE",
    "DISTINCT",
    "ELSE",
    "FROM",
    "HAVING",
    "IN",
    "INTERSECT",
    "INTO",
    "IS",
    "JOIN",
    "LIKE",
    "LIMIT",
    "NOT",
    "OFFSET",
    "ON",
    "OR",
    "OVER",
    "SELECT",
    "THEN",
    "UNION",
    "USING",
    "WHEN",
    "WHERE",
    "WITH",
];

/// Returns the first form that dialects split in different ways, and its line.
pub(crate) fn ambiguity(sql: &str) -> Option<(&'static Form, usize)> {
    let mut scanner = Scanner { rest: sql, is_behind_value: false };
    if sql.contains('\0') {
        return Some((&NUL, line_of(sql, "\0")));
    }
    while !scanner.rest.is_empty() {
        let start = scanner.rest;
        if let Err(form) = scanner.step() {
            return Some((form, line_of(sql, start)));
        }
    }
    None
}

/// The line in which the end of a text begins, from one on.
fn line_of(sql: &str, end: &str) -> usize {
    let before = sql.len().saturating_sub(end.len());
    1 + sql.bytes().take(before).filter(|byte| *byte == b'\n').count()
}

struct Scanner<'s> {
    rest: &'s str,
    /// Whether a value or a name has just ended.
    is_behind_value: bool,
}

type Step = Result<(), &'static Form>;

impl<'s> Scanner<'s> {
    /// Passes a word, a text, a comment or a sign.
    fn step(&mut self) -> Step {
        let rest = self.rest;
        let Some(first) = rest.chars().next() else { return Ok(()) };
        if OPERATORS.iter().any(|operator| self.skip(operator)) {
            self.is_behind_value = false;
            return Ok(());
        }
        if let Some((_, form)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            return Err(form);
        }
        if self.skip("--") {
            return self.line_comment();
        }
        if self.skip("/*") {
            return self.comment();
        }
        match first {
            '\'' | '"' | '`' => self.quoted(first),
            '[' => self.bracket(),
            '0'..='9' => self.number(),
            _ if is_in_word(first) => self.word(),
            ' ' | '\t' | '\r' | '\n' | '\u{c}' => {
                self.advance(first);
                Ok(())
            }
            '!'..='~' => {
                self.advance(first);
                self.is_behind_value = first == ')';
                Ok(())
            }
            _ => Err(&CHARACTER),
        }
    }

    fn skip(&mut self, start: &str) -> bool {
        let rest = self.rest.strip_prefix(start);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn advance(&mut self, character: char) {
        self.rest = self.rest.strip_prefix(character).unwrap_or_default();
    }

    fn skip_while(&mut self, is_skipped: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest.trim_start_matches(is_skipped);
        let skipped = self.rest.strip_suffix(rest).unwrap_or_default();
        self.rest = rest;
        skipped
    }

    fn line_comment(&mut self) -> Step {
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        let line = line.strip_suffix('\r').unwrap_or(line);
        match line.chars().next() {
            Some(first) if !first.is_ascii_whitespace() && !first.is_ascii_control() => Err(&DASHES),
            _ if line.contains(LINE_ENDS) => Err(&LINE_END),
            _ if line.ends_with('\\') => Err(&CONTINUED),
            _ => Ok(()),
        }
    }

    fn comment(&mut self) -> Step {
        if self.rest.starts_with('!') || self.rest.starts_with("M!") {
            return Err(&CONDITIONAL);
        }
        // What does not end is read by no dialect but SQLite's, and not by the parser.
        let (comment, rest) = self.rest.split_once("*/").unwrap_or((self.rest, ""));
        // A comment that ends with `/` has `/*/` at its end.
        if comment.contains("/*") || comment.ends_with('/') {
            return Err(&NESTED);
        }
        if comment.starts_with('+') && comment.contains(['\'', '"', '`']) {
            return Err(&HINT);
        }
        self.rest = rest;
        Ok(())
    }

    fn quoted(&mut self, mark: char) -> Step {
        self.advance(mark);
        let is_double = |rest: &str| rest.strip_prefix(mark).is_some_and(|rest| rest.starts_with(mark));
        if mark != '`' && is_double(self.rest) {
            return Err(&TRIPLE);
        }
        loop {
            let part = self.skip_while(|one| one != mark);
            let backslashes = part.bytes().rev().take_while(|byte| *byte == b'\\').count();
            if backslashes % 2 == 1 && !self.rest.is_empty() {
                return Err(&BACKSLASH);
            }
            let is_doubled = is_double(self.rest);
            self.advance(mark);
            if !is_doubled {
                self.is_behind_value = true;
                return Ok(());
            }
            self.advance(mark);
        }
    }

    /// A name, a list, or the place of a member.
    fn bracket(&mut self) -> Step {
        if self.is_behind_value {
            return Err(&SUBSCRIPT);
        }
        self.advance('[');
        let Some((inner, rest)) = self.rest.split_once(']') else { return Err(&BRACKET) };
        let is_plain = !inner.contains(['\'', '"', '`', '[', '#', '$', '\n'])
            && !["--", "/*", "//"].iter().any(|comment| inner.contains(comment));
        if !is_plain || rest.starts_with(']') {
            return Err(&BRACKET);
        }
        self.rest = rest;
        self.is_behind_value = true;
        Ok(())
    }

    fn number(&mut self) -> Step {
        let is_digit = |one: char| one.is_ascii_digit();
        if self.skip("0x") {
            self.skip_while(|one| one.is_ascii_hexdigit());
        } else {
            self.skip_while(is_digit);
            if self.skip(".") {
                self.skip_while(is_digit);
            }
            if self.skip("e") || self.skip("E") {
                let _ = self.skip("+") || self.skip("-");
                if self.skip_while(is_digit).is_empty() {
                    return Err(&NUMBER);
                }
            }
        }
        self.is_behind_value = true;
        if self.rest.starts_with(is_in_word) {
            return Err(&NUMBER);
        }
        self.no_quotation()
    }

    fn word(&mut self) -> Step {
        let word = self.skip_while(|one| is_in_word(one) || one == '$');
        self.is_behind_value = !BEFORE_A_VALUE.iter().any(|before| before.eq_ignore_ascii_case(word));
        if word.eq_ignore_ascii_case("x") && self.is_before_hexadecimal_digits() {
            return Ok(());
        }
        if word.eq_ignore_ascii_case("u") && self.rest.starts_with(['&']) {
            self.advance('&');
        }
        self.no_quotation()
    }

    /// Whether the text that follows has nothing else, so that it ends where any dialect ends it.
    fn is_before_hexadecimal_digits(&self) -> bool {
        let text = self.rest.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
        text.is_some_and(|(text, rest)| {
            text.bytes().all(|byte| byte.is_ascii_hexdigit()) && !rest.starts_with('\'')
        })
    }

    fn no_quotation(&self) -> Step {
        match self.rest.starts_with(['\'', '"']) {
            true => Err(&PREFIX),
            false => Ok(()),
        }
    }
}

fn is_in_word(character: char) -> bool {
    character.is_alphabetic() || character.is_ascii_digit() || character == '_'
}
