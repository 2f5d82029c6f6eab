//! Findings of a size that can be shown. A name may be as long as a document, and is part of the path and of the message of everything
//! that is wrong below it.

use super::{Diagnostic, Findings, ModelPath, Related};
use crate::ecosystem::{is_no_name_of_credential, redact_passwords};
use datasurface_schema::segment;
use std::{borrow::Cow, mem};

/// The bytes that the texts of a report's findings have together, or little more.
const MAX_BYTES: usize = 1 << 20;

/// The greatest number of findings that share these bytes equally: of fewer, none has a greater share.
const FEW: usize = 64;

impl Findings {
    /// Returns the findings as a report may show them. Long texts are cut, so that all of them together take little more than 1 MiB: of each
    /// text that is cut, the beginning is left, with the count of bytes that are left out. Passwords and tokens are an ellipsis, also in
    /// names that paths have, and a suggestion with one is left out. What somebody wrote to be read stays as it is.
    #[must_use]
    pub fn abridged(self) -> Self {
        let share = MAX_BYTES / self.0.len().max(FEW);
        // Cut texts may be equal: each finding is shown all the same.
        Self(self.0.into_iter().map(|finding| finding.abridged(share).without_secrets()).collect())
    }
}

impl Diagnostic {
    fn abridged(mut self, share: usize) -> Self {
        if self.size() <= share {
            return self;
        }
        let (short, long) = (share / 16, share / 4);
        self.path = cut_path(&self.path, short);
        self.message = cut(&self.message, long);
        self.help = self.help.map(|help| cut(&help, long));
        // Part of a value is another value, and part of a name of a document the name of another one.
        self.suggestion = self.suggestion.filter(|suggestion| suggestion.to_string().len() <= long);
        self.addressee = self.addressee.filter(|owner| owner.to_string().len() <= long);
        self.position = self.position.filter(|position| position.document.len() <= long);
        let mut left = share / 2;
        let related = self.related.into_iter().map(|related| Related {
            path: cut_path(&related.path, short),
            message: cut(&related.message, short),
            position: related.position.filter(|position| position.document.len() <= short),
        });
        let fits = |related: &Related| {
            let rest = left.checked_sub(related_size(related));
            left = rest.unwrap_or_default();
            rest.is_some()
        };
        self.related = related.take_while(fits).collect();
        self
    }

    fn without_secrets(mut self) -> Self {
        let is_secret = |text: &str| redact_passwords(text).is_some();
        let shown = |text: String| redact_passwords(&text).unwrap_or(text);
        self.path = redacted_path(self.path);
        self.message = shown(self.message);
        self.help = self.help.map(shown);
        // Of one with a secret, neither the value nor the place is what could be applied.
        self.suggestion = self.suggestion.filter(|suggestion| {
            let patch = serde_json::to_string(&suggestion.patch).unwrap_or_default();
            !is_secret(&patch) && !is_secret(&suggestion.path.to_string())
        });
        for related in &mut self.related {
            related.path = redacted_path(mem::take(&mut related.path));
            related.message = shown(mem::take(&mut related.message));
        }
        self
    }

    /// The bytes of all texts.
    fn size(&self) -> usize {
        let help = self.help.as_ref().map_or(0, String::len);
        let suggestion = self.suggestion.as_ref().map_or(0, |suggestion| suggestion.to_string().len());
        let addressee = self.addressee.as_ref().map_or(0, |owner| owner.to_string().len());
        let document = self.position.as_ref().map_or(0, |position| position.document.len());
        let related: usize = self.related.iter().map(related_size).sum();
        path_size(&self.path) + self.message.len() + help + suggestion + addressee + document + related
    }
}

fn related_size(related: &Related) -> usize {
    let document = related.position.as_ref().map_or(0, |position| position.document.len());
    path_size(&related.path) + related.message.len() + document
}

fn path_size(path: &ModelPath) -> usize {
    path.segments().map(|segment| segment.len() + 1).sum()
}

fn cut_path(path: &ModelPath, most: usize) -> ModelPath {
    ModelPath::from_segments(path.segments().map(|segment| cut(segment, most)))
}

/// An address may be one segment in one path, and several in another one.
fn redacted_path(path: ModelPath) -> ModelPath {
    let redacted = |segment: &str| redact_passwords(segment);
    let mut before = "";
    let segments = path.segments().map(|segment| {
        let is_named = mem::replace(&mut before, segment) == segment::CREDENTIALS;
        match redacted(segment) {
            _ if is_named && is_no_name_of_credential(segment) => "…".to_owned(),
            redacted => redacted.unwrap_or_else(|| segment.to_owned()),
        }
    });
    let by_segment = ModelPath::from_segments(segments);
    match redacted(&by_segment.to_string()) {
        Some(whole) => ModelPath::from_segments(whole.split('/')),
        None => by_segment,
    }
}

/// Returns the beginning of a text that has more bytes, and the count of bytes that are left out.
#[must_use]
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    let (beginning, rest) = text.split_at(text.floor_char_boundary(most));
    if rest.is_empty() { text.into() } else { format!("{beginning}… ({} bytes more)", rest.len()).into() }
}

fn cut(text: &str, most: usize) -> String {
    shortened(text, most).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{CodeInfo, Suggestion};

    static CODE: CodeInfo = CodeInfo::error("test/long", "long", "Long.");

    fn finding(name: &str, number: usize) -> Diagnostic {
        let path = ModelPath::root().child("zones", name).child("teams", format!("{number}"));
        Diagnostic::new(&CODE, path.clone(), format!("`{name}` is wrong"))
            .with_help(format!("call it `{name}`"))
            .with_suggestion(Suggestion::rename(path.clone(), name))
            .related_place(path.clone(), name)
            .related_place(path, name)
    }

    #[test]
    fn what_somebody_wrote_stays_whole() {
        let findings: Findings = (0..1000).map(|number| finding("Europe", number)).collect();
        assert_eq!(findings.clone().abridged(), findings);
        let alone: Findings = [finding(&"x".repeat(1000), 0)].into_iter().collect();
        assert_eq!(alone.clone().abridged(), alone);
    }

    #[test]
    fn secrets_are_hidden_in_names_and_texts() {
        let waiver = ModelPath::root().child("waivers", "x/y ghp_s3cret0123456789");
        let finding =
            finding("joe:s3cret@db.example", 1).with_suggestion(Suggestion::remove(waiver)).related_place(
                ModelPath::from_segments("db://joe:s3cret@h/x".split('/')),
                "is `db://joe:s3cret@h`",
            );
        let shown = [finding].into_iter().collect::<Findings>().abridged();
        let text = serde_json::to_string(&shown).unwrap() + &shown.to_string();
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("joe:…@db.example"), "{text}");
    }

    #[test]
    fn what_is_long_is_cut_and_each_finding_is_left() {
        for (count, letters) in [(1, 1 << 20), (100, 50_000), (1000, 2000)] {
            let name = "ü".repeat(letters);
            let findings: Findings = (0..count).map(|number| finding(&name, number)).collect();
            let cut = findings.clone().abridged();
            assert_eq!(cut.len(), count);
            let size: usize = cut.iter().map(Diagnostic::size).sum();
            assert!(size <= MAX_BYTES + MAX_BYTES / 2, "{size}");
            let first = cut.iter().next().unwrap();
            assert!(
                first.message().starts_with("`ü") && first.message().ends_with(" bytes more)"),
                "{first}"
            );
            assert!(first.path().to_string().ends_with("/teams/0"), "{first}");
        }
    }
}
