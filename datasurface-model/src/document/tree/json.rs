//! The tree of a JSON text. Whether the text is JSON is judged by its usual reader; what is left to do here is to note
//! where everything is.

use super::{Building, Extent, Node, Problem, Tree, Value};
use crate::document::translate;
use serde::de::IgnoredAny;
use std::borrow::Cow;

pub(super) fn parse(text: &str) -> Result<Tree<'_>, Problem> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(translate::syntax(text, &error));
    }
    let mut scanner = Scanner { text, at: 0 };
    let mut building = Building::default();
    while let Some(byte) = scanner.next_token() {
        let one = Extent { start: scanner.at, end: scanner.at + 1 };
        match byte {
            b'{' => building.open_object(one)?,
            b'[' => building.open_list(one)?,
            b'}' | b']' => building.close(one.end),
            b'"' => {
                let (extent, string) = scanner.string()?;
                if building.wants_name() {
                    building.name(string, extent);
                } else {
                    building.add(Node { extent, value: Value::Text(string) });
                }
                continue;
            }
            b',' | b':' => {}
            _ => {
                let (extent, word) = scanner.word();
                let value = match word {
                    "null" => Value::Null,
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    number => Value::Number(number.into()),
                };
                building.add(Node { extent, value });
                continue;
            }
        }
        scanner.at += 1;
    }
    building.finish()
}

/// Walks over a text that is known to be JSON.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Goes to the next token, and looks at its first byte.
    fn next_token(&mut self) -> Option<u8> {
        self.at += self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.rest().first().copied()
    }

    /// From one quotation mark to the other.
    fn string(&mut self) -> Result<(Extent, Cow<'t, str>), Problem> {
        let mut has_escapes = false;
        let mut is_escaped = false;
        let inner = self.rest().iter().skip(1).take_while(|byte| {
            let ends = **byte == b'"' && !is_escaped;
            is_escaped = **byte == b'\\' && !is_escaped;
            has_escapes |= is_escaped;
            !ends
        });
        let end = self.at + inner.count() + 2;
        let extent = Extent { start: self.at, end };
        self.at = end;
        let string = if has_escapes {
            let quoted = self.text.get(extent.start..end).unwrap_or_default();
            serde_json::from_str::<String>(quoted).map(Cow::Owned).map_err(|_| {
                Problem::unreadable("the document is not JSON: a text with escapes that mean no character")
                    .at(extent)
            })?
        } else {
            Cow::Borrowed(self.text.get(extent.start + 1..end - 1).unwrap_or_default())
        };
        Ok((extent, string))
    }

    /// A number, or a literal.
    fn word(&mut self) -> (Extent, &'t str) {
        let is_inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let length = self.rest().iter().take_while(is_inside).count().max(1);
        let extent = Extent { start: self.at, end: self.at + length };
        self.at = extent.end;
        (extent, self.text.get(extent.start..extent.end).unwrap_or_default())
    }
}
