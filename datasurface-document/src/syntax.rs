//! The syntax of a document.

/// The syntaxes of documents: two ways to write the same things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Syntax {
    Json,
    Yaml,
}

impl Syntax {
    /// As the name of the document says; where it says nothing, JSON is what begins like a JSON object.
    pub(super) fn detect(name: &str, text: &str) -> Self {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("json") => Self::Json,
            Some("yaml" | "yml") => Self::Yaml,
            _ if text.trim_start().starts_with('{') => Self::Json,
            _ => Self::Yaml,
        }
    }
}
