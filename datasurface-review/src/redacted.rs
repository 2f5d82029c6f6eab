//! Values of a change without secrets. A change is refused that writes one into a model, and its report has the values of before and after.

use datasurface_model::redact_passwords;
use serde_json::{Map, Value};

/// The members of a difference that have a value of the model: it belongs to the last segment of the path beside them.
const VALUES: [&str; 3] = ["value", "old", "new"];

/// The last letters of a member in which passwords stand under names of anybody's choice.
const CREDENTIALS: &str = "credentials";

/// What stands for a secret.
const ELLIPSIS: &str = "…";

/// Hides each password and token in a report: by the name of its member, or by itself.
pub(super) fn redact(report: &mut Value) {
    let mut open = vec![(report, Place::default())];
    while let Some((value, place)) = open.pop() {
        match value {
            Value::Object(members) => {
                let attribute = members.get("path").and_then(Value::as_array).and_then(|path| path.last());
                let attribute = attribute.and_then(Value::as_str).map(str::to_owned);
                redact_names(members);
                redact_repository(members);
                open.extend(members.iter_mut().map(|(name, member)| {
                    let inside = match (&*attribute.clone().unwrap_or_default(), &**name) {
                        (attribute, "change") => place.member(attribute),
                        (_, name) if VALUES.contains(&name) => place.clone(),
                        (_, name) => place.member(name),
                    };
                    (member, inside)
                }));
            }
            Value::Array(elements) => {
                open.extend(elements.iter_mut().map(|element| (element, place.clone())));
            }
            Value::String(text) => {
                if let Some(redacted) = place.redacted(text) {
                    *text = redacted;
                }
            }
            Value::Number(number) if place.redacted(&number.to_string()).is_some() => {
                *value = ELLIPSIS.into();
            }
            Value::Number(_) | Value::Bool(_) | Value::Null => {}
        }
    }
}

fn redact_names(members: &mut Map<String, Value>) {
    let hidden = |name: &String| Some((name.clone(), redact_passwords(name)?));
    let hidden: Vec<(String, String)> = members.keys().filter_map(hidden).collect();
    for (name, redacted) in hidden {
        if let Some(member) = members.remove(&name) {
            // Two may look alike without their secrets.
            let mut redacted = redacted;
            while members.contains_key(&redacted) {
                redacted.push_str(ELLIPSIS);
            }
            members.insert(redacted, member);
        }
    }
}

/// An address without a branch is read as if its host were one: neither part shows the password between both.
fn redact_repository(members: &mut Map<String, Value>) {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let address = text("repository").zip(text("branch")).map(|(before, branch)| format!("{before}@{branch}"));
    if address.and_then(|address| redact_passwords(&address)).is_some() {
        members.insert("repository".to_owned(), ELLIPSIS.into());
    }
}

/// The member that a value is in.
#[derive(Clone, Default)]
struct Place {
    name: String,
    is_in_credentials: bool,
}

impl Place {
    fn member(&self, name: &str) -> Self {
        let is_in_credentials = self.is_in_credentials || name.ends_with(CREDENTIALS);
        Self { name: name.to_owned(), is_in_credentials }
    }

    /// Returns the text without secrets; none if it has none.
    fn redacted(&self, text: &str) -> Option<String> {
        if self.is_in_credentials && text.contains(':') {
            return Some(ELLIPSIS.to_owned());
        }
        let member = format!("{}: ", self.name);
        // Of a text of several lines, all of it.
        if redact_passwords(&format!("{member}x")).is_some() {
            return Some(ELLIPSIS.to_owned());
        }
        let redacted = redact_passwords(&format!("{member}{text}"))?;
        Some(redacted.strip_prefix(&member).unwrap_or(ELLIPSIS).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_hidden_by_their_member_and_by_themselves() {
        let mut report = json!({"change": {"changes": [
            {"path": ["platforms", "P", "config", "password"], "change": {"kind": "modified", "old": "s3cret", "new": 12345}},
            {"path": ["host"], "change": {"kind": "added", "value": "joe:s3cret@h.example"}},
            {"path": ["kind"], "change": {"kind": "added", "value": {"brokers": ["joe:s3cret@h.example:9092"]}}},
            {"path": ["config"], "change": {"kind": "added", "value": {"credentials": {"EU/Lake": "joe:s3cret"}}}},
            {"path": ["config"], "change": {"kind": "added", "value": {"https://joe:s3cret@h.example/x": 1, "https://joe:s3cret2@h.example/x": 2}}},
            {"path": ["owner"], "change": {"kind": "added", "value": {"host": "git", "repository": "https://s3cret", "branch": "h.example/x"}}},
        ]}, "source": "git:https://s3cret@h.example/x@main"});
        redact(&mut report);
        let text = report.to_string();
        assert!(!text.contains("s3cret") && !text.contains("12345"), "{text}");
        assert!(text.contains("https://…@h.example/x…"), "two members stay two: {text}");
    }

    #[test]
    fn what_is_no_secret_stays() {
        let report = json!({"change": {"changes": [
            {"path": ["zones", "EU", "documentation"], "change": {"kind": "modified", "old": "ask joe@nw.example: today", "new": 3}},
            {"path": ["credentials", "reader"], "change": {"kind": "added", "value": {"kind": "password", "opens": ["EU/Lake"]}}},
            {"path": ["sql"], "change": {"kind": "added", "value": "SELECT token = 'x', password FROM t"}},
        ]}, "source": "github:a/b@main:teams/sales", "tip": "0123456789012345678901234567890123456789"});
        let mut redacted = report.clone();
        redact(&mut redacted);
        assert_eq!(redacted, report);
    }
}
