//! Whether a JSON text is canonical, found without parsing it into a value.

/// The deepest value that is looked at: a parser refuses deeper ones.
const DEEPEST: usize = 100;

/// The most digits of a whole number of which is known here that it is written as it is read.
const MOST_DIGITS: usize = 18;

/// Whether a text, which is known to be JSON, is canonical beyond doubt: no blanks, the keys of each object sorted and each there once, strings and numbers written as
/// `serde_json` writes them. Of some canonical texts this is not known, such as those with fractions: whoever asks parses these.
pub(super) fn is_canonical(text: &str) -> bool {
    Scanner { rest: text, open: Vec::new(), expects_key: false }.scan().is_some()
}

/// What was not scanned yet of a text that is known to be JSON.
struct Scanner<'t> {
    rest: &'t str,
    /// The values that are open, from the outermost inwards: of an object its last key, once it has one; nothing of an array.
    open: Vec<Open<'t>>,
    expects_key: bool,
}

enum Open<'t> {
    Array,
    Object(Option<&'t str>),
}

impl<'t> Scanner<'t> {
    /// Returns `None` as soon as there is a doubt.
    fn scan(mut self) -> Option<()> {
        while let Some(first) = self.rest.bytes().next() {
            match first {
                b'{' | b'[' => self.enter(first == b'{')?,
                b'}' | b']' => {
                    self.open.pop();
                    self.skip(1)?;
                }
                b',' => {
                    self.expects_key = matches!(self.open.last(), Some(Open::Object(_)));
                    self.skip(1)?;
                }
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                // Of `true`, `false` and `null`, a letter at a time.
                b':' | b'a'..=b'z' => {
                    self.skip(1)?;
                }
                _ => return None,
            }
        }
        Some(())
    }

    /// Skips this many bytes, and returns them.
    fn skip(&mut self, count: usize) -> Option<&'t str> {
        let (skipped, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(skipped)
    }

    fn enter(&mut self, is_object: bool) -> Option<()> {
        self.open.push(if is_object { Open::Object(None) } else { Open::Array });
        self.expects_key = is_object;
        self.skip(1)?;
        (self.open.len() <= DEEPEST).then_some(())
    }

    fn string(&mut self) -> Option<()> {
        self.skip(1)?;
        let mut bytes = self.rest.bytes().enumerate();
        let mut has_escapes = false;
        let length = loop {
            match bytes.next()? {
                (length, b'"') => break length,
                (_, b'\\') => {
                    has_escapes = true;
                    // A code point can be written in several ways, and so can `/`.
                    let (_, escaped) = bytes.next()?;
                    if !matches!(escaped, b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') {
                        return None;
                    }
                }
                _ => {}
            }
        };
        let text = self.skip(length)?;
        self.skip(1)?;
        if !std::mem::take(&mut self.expects_key) {
            return Some(());
        }
        match self.open.last_mut()? {
            // Keys are ordered as what they mean, and not as it is written.
            Open::Object(last) if !has_escapes && last.is_none_or(|last| last < text) => {
                *last = Some(text);
                Some(())
            }
            _ => None,
        }
    }

    fn number(&mut self) -> Option<()> {
        let is_part = |byte: u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = self.rest.bytes().take_while(|byte| is_part(*byte)).count();
        let number = self.skip(length)?;
        let digits = number.strip_prefix('-').unwrap_or(number);
        let is_whole = digits.len() <= MOST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_whole && number != "-0").then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Json;
    use serde_json::value::RawValue;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    fn parsed(text: &str) -> String {
        Json::from(serde_json::from_str::<serde_json::Value>(text).unwrap()).to_string()
    }

    #[test]
    fn what_is_canonical_is_told_from_what_is_not() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        for text in [
            "{}",
            "[]",
            "null",
            "true",
            "\"\"",
            "0",
            "-1",
            "123456789012345678",
            r#"{"":[],"a":[{"b":1,"c":"\n\"\\"},false],"b":{"a":{}},"é":"é"}"#,
            &deep,
        ] {
            assert!(is_canonical(text), "{text}");
            assert_eq!(parsed(text), text);
        }
        let deeper = format!("[{deep}]");
        for text in [
            "{ }",
            "[1, 2]",
            "[1,\n2]",
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"[{"a":{"b":1,"a":2}}]"#,
            r#"{"a":[{}],"a":1}"#,
            r#""\/""#,
            r#""\u0041""#,
            r#"{"\n":1}"#,
            "-0",
            "1e3",
            "1.0",
            "1234567890123456789",
            &deeper,
        ] {
            assert!(!is_canonical(text), "{text}");
            assert_eq!(Json::from_raw(&raw(text)).unwrap().as_str(), parsed(text));
        }
    }

    #[test]
    fn canonical_texts_of_random_values_are_recognised_and_others_are_not() {
        use proptest::{collection, prelude::*};
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        let value = leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
                collection::vec((any::<String>(), inner), 0..5)
                    .prop_map(|members| { serde_json::Value::Object(members.into_iter().collect()) }),
            ]
        });
        proptest!(|(value in value)| {
            let canonical = Json::from(value.clone()).to_string();
            for text in [value.to_string(), canonical.clone(), serde_json::to_string_pretty(&value).unwrap()] {
                prop_assert!(!is_canonical(&text) || text == canonical);
                let written = Json::written(&raw(&text));
                prop_assert_eq!(written.as_str(), &canonical);
                let read = Json::from_raw(&raw(&text)).unwrap();
                prop_assert_eq!(read.as_str(), &canonical);
            }
        });
    }
}
