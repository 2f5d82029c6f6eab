//! Tells what is where in a text of JSON. Who goes through [lists and objects](Scanner::inside) learns also whether it is JSON:
//! what stands between things is looked at here, and whatever has to be understood is left to the usual reader.

use super::{DEEPEST, Extent, Problem};
use serde::de::IgnoredAny;
use std::{borrow::Cow, cell::Cell};

pub(super) struct Scanner<'t> {
    text: &'t str,
    at: Cell<usize>,
    /// How many lists and objects are not read to their ends yet.
    depth: Cell<usize>,
    /// Whether nothing of the innermost list or object was read yet.
    begins: Cell<bool>,
}

/// What comes next.
pub(super) enum Token<'t> {
    List,
    Object,
    /// Of the innermost list or object.
    End,
    /// A comma or a colon.
    Between,
    Null,
    Bool(bool),
    /// As it is spelled.
    Number(&'t str),
    Text(Cow<'t, str>),
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: Cell::new(0), depth: Cell::new(0), begins: Cell::new(false) }
    }

    /// The first byte of what comes next.
    pub(super) fn first(&self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        let mut at = self.at.get();
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
            // Most of it is what lines begin with.
            at += if bytes.get(at..at + 8) == Some(b"        ") { 8 } else { 1 };
        }
        self.at.set(at);
        bytes.get(at).copied()
    }

    /// What comes next, and where it is. Of a list or an object, its first byte.
    pub(super) fn next(&self) -> Result<Option<(Extent, Token<'t>)>, Problem> {
        let Some(first) = self.first() else { return Ok(None) };
        let start = self.at.get();
        let (end, token) = match first {
            b'{' => (start + 1, Token::Object),
            b'[' => (start + 1, Token::List),
            b'}' | b']' => (start + 1, Token::End),
            b',' | b':' => (start + 1, Token::Between),
            b'"' => self.string(start)?,
            _ => self.word(start)?,
        };
        self.at.set(end);
        Ok(Some((Extent { start, end }, token)))
    }

    /// Whether nothing comes any more, and all that has begun has ended.
    pub(super) fn is_at_end(&self) -> bool {
        self.first().is_none() && self.depth.get() == 0
    }

    /// Goes into a list or an object that has begun.
    pub(super) fn inside(&self) -> Result<&Self, Problem> {
        self.depth.set(self.depth.get() + 1);
        self.begins.set(true);
        if self.depth.get() > DEEPEST { Err(Problem::too_deep()) } else { Ok(self) }
    }

    /// Whether the innermost list or object ends here, with this. Otherwise something comes next in it.
    pub(super) fn ends(&self, end: u8) -> Result<bool, Problem> {
        let ends = self.first() == Some(end);
        if ends {
            self.depth.set(self.depth.get().saturating_sub(1));
            self.at.set(self.at.get() + 1);
        } else if !self.begins.get() {
            self.pass(b',')?;
        }
        self.begins.set(false);
        Ok(ends)
    }

    /// Passes what has to stand between two things.
    pub(super) fn pass(&self, between: u8) -> Result<(), Problem> {
        if self.first() != Some(between) {
            return Err(Problem::unreadable("a comma or a colon is missing").at(self.here()));
        }
        self.at.set(self.at.get() + 1);
        Ok(())
    }

    pub(super) fn here(&self) -> Extent {
        Extent { start: self.at.get(), end: self.at.get() }
    }

    /// From one quotation mark to the other.
    fn string(&self, start: usize) -> Result<(usize, Token<'t>), Problem> {
        let rest = self.text.as_bytes().get(start + 1..).unwrap_or_default();
        let plain = plain_length(rest);
        let end = start + 1 + plain;
        if rest.get(plain) == Some(&b'"') {
            let plain = self.text.get(start + 1..end).unwrap_or_default();
            return Ok((end + 1, Token::Text(Cow::Borrowed(plain))));
        }
        let mut is_escaped = false;
        let length = rest.iter().take_while(|byte| {
            let is_inside = **byte != b'"' || is_escaped;
            is_escaped = **byte == b'\\' && !is_escaped;
            is_inside
        });
        let end = start + length.count() + 2;
        Ok((end, Token::Text(Cow::Owned(self.understood(start, end)?))))
    }

    /// A number or a literal.
    fn word(&self, start: usize) -> Result<(usize, Token<'t>), Problem> {
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let is_inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let end = start + rest.iter().take_while(is_inside).count();
        let token = match self.text.get(start..end) {
            Some("null") => Token::Null,
            Some("true") => Token::Bool(true),
            Some("false") => Token::Bool(false),
            spelling => {
                let IgnoredAny = self.understood(start, end)?;
                Token::Number(spelling.unwrap_or_default())
            }
        };
        Ok((end, token))
    }

    fn understood<T: serde::de::DeserializeOwned>(&self, start: usize, end: usize) -> Result<T, Problem> {
        serde_json::from_str(self.text.get(start..end).unwrap_or_default()).map_err(|_| {
            Problem::unreadable("the document is not JSON: a text with escapes that mean no character")
                .at(Extent { start, end })
        })
    }
}

/// How many bytes come before the first that means something in a text: a quotation mark, a backslash, or what has to be escaped.
fn plain_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..b' ')).count()
}
