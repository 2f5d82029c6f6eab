//! The documents of a model, as text, and how they are loaded.

use super::{
    aliases::HeaderAliases, assemble::assemble, definitions::Defined, error::DocumentError,
    header::DocumentHeader, lines::Lines, part::DocumentPart, syntax::Syntax, tree::ReadError,
    undeclared::Nowhere, v1::Schemas,
};
use datasurface_model::{Diagnostic, Ecosystem, Findings, ModelPath, Text, segment};
use rustc_hash::FxHashMap;
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

/// The documents of a model: texts under names, which are those of files, most often. A name ends in `.json`, `.yaml`
/// or `.yml`; one that does not is of a JSON document if its text begins with `{`.
///
/// A model is one document or many, as people like it: one document about the ecosystem, with zones and teams in it; or
/// documents of their own for zones (`zone: USA`) and teams (`team: USA/NorthWind`), several for one team, too. What is
/// said where makes no difference. A document about a zone or team that was renamed is about it by the former name, too,
/// until its first line is written anew.
///
/// ```
/// # #[cfg(feature = "yaml")] {
/// use datasurface_document::Documents;
///
/// let documents = Documents::new()
///     .document("ecosystem.yaml", "
/// format: datasurface/1
/// name: NorthWind
/// owner: github:northwind/ecosystem@main
/// live: github:northwind/live@main
/// zones:
/// - name: USA
///   owner: github:northwind/usa@main
/// ")
///     .document("usa.yaml", "
/// format: datasurface/1
/// zone: USA
/// teams:
/// - name: Sales
///   owner: github:northwind/sales@main
/// ");
/// let ecosystem = documents.load().unwrap();
/// assert_eq!(ecosystem.zones().get("USA").unwrap().definition().unwrap().teams().len(), 1);
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Documents {
    by_name: BTreeMap<Text, Document>,
    /// What headers by other names lead to, once the model was loaded.
    pub(super) aliases: Arc<OnceLock<HeaderAliases>>,
}

#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) text: Arc<str>,
    pub(super) syntax: Syntax,
    /// What it is about, once that was read.
    pub(super) header: Arc<OnceLock<DocumentHeader>>,
}

/// The content of a document, or all errors in its form.
type PartResult = Result<Arc<DocumentPart>, Vec<ReadError>>;

impl Documents {
    /// Creates a collection without documents.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a document, in place of one of the same name.
    #[must_use]
    pub fn document(mut self, name: impl Into<Text>, text: impl Into<Arc<str>>) -> Self {
        let (name, text) = (name.into(), text.into());
        // Some editors put a byte order mark in front, which is no part of the text.
        let text = text.strip_prefix('\u{feff}').map(Arc::from).unwrap_or(text);
        let syntax = Syntax::detect(&name, &text);
        self.by_name.insert(name, Document { text, syntax, header: Arc::default() });
        self.aliases = Arc::default();
        self
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Returns the names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(Text::as_str)
    }

    /// Returns the same texts under other names. Of two that get the same name, one is lost.
    #[must_use]
    pub fn renamed(&self, mut name: impl FnMut(&str) -> Text) -> Self {
        let by_name = self.by_name.iter().map(|(old, document)| (name(old), document.clone())).collect();
        Self { by_name, ..self.clone() }
    }

    /// Returns the text of the document of this name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|document| &*document.text)
    }

    /// Loads the model. [`Loader`] does it faster when most documents did not change.
    ///
    /// # Errors
    ///
    /// If documents cannot be read, or do not describe one ecosystem together. Every problem is reported, with its
    /// place.
    pub fn load(&self) -> Result<Ecosystem, DocumentError> {
        let mut schemas = Schemas::default();
        self.assembled(|document| {
            DocumentPart::read(&document.text, document.syntax, &mut schemas).map(Arc::new)
        })
    }

    /// Loads the model from the content of each document.
    fn assembled(&self, mut read: impl FnMut(&Document) -> PartResult) -> Result<Ecosystem, DocumentError> {
        let mut findings = Vec::new();
        let mut parts = Vec::new();
        for (name, document) in self.iter() {
            match read(document) {
                Ok(part) => {
                    document.header.get_or_init(|| part.header());
                    parts.push((name, part));
                }
                Err(errors) => findings.extend(diagnosed(name, &document.text, &errors)),
            }
        }
        if !findings.is_empty() {
            return Err(DocumentError::new(findings.into_iter().collect()));
        }
        let parts = parts.iter().map(|(name, part)| (*name, &**part));
        let Defined { ecosystem, misspelled, .. } = assemble(parts, &Nowhere, &mut findings);
        self.aliases.get_or_init(|| HeaderAliases::read(&ecosystem, misspelled));
        match findings.as_slice() {
            [] => Ok(ecosystem),
            _ => Err(DocumentError::new(self.located(findings.into_iter().collect()))),
        }
    }

    /// Returns a warning for each document that is about a zone or a team by a name that it had before. That is known once the
    /// model was loaded; nothing is returned until then.
    #[must_use]
    pub fn outdated_headers(&self) -> Findings {
        let Some(aliases) = self.aliases.get() else { return Findings::default() };
        let outdated =
            self.iter().filter_map(|(name, document)| aliases.outdated(name, document.header.get()?));
        self.located(outdated.collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.by_name.iter().map(|(name, document)| (name.as_str(), document))
    }
}

/// A loader for repeated use: it caches the content of each document, so that equal texts share one content in
/// memory. Validation then recognizes unchanged parts by their address.
#[derive(Debug, Default)]
pub struct Loader {
    known: FxHashMap<(Syntax, blake3::Hash), Arc<DocumentPart>>,
    schemas: Schemas,
}

impl Loader {
    /// Creates a loader with an empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Loads the model. From then on the cache has the content of these documents alone.
    ///
    /// # Errors
    ///
    /// Those of [`Documents::load`].
    pub fn load(&mut self, documents: &Documents) -> Result<Ecosystem, DocumentError> {
        let mut known = FxHashMap::default();
        let outcome = documents.assembled(|document| {
            let key = (document.syntax, blake3::hash(document.text.as_bytes()));
            let part = match self.known.get(&key) {
                Some(part) => Arc::clone(part),
                None => {
                    DocumentPart::read(&document.text, document.syntax, &mut self.schemas).map(Arc::new)?
                }
            };
            known.insert(key, Arc::clone(&part));
            Ok(part)
        });
        self.known = known;
        self.schemas.forget_unused();
        outcome
    }
}

/// Problems of one document as findings.
pub(super) fn diagnosed(name: &str, text: &str, errors: &[ReadError]) -> Vec<Diagnostic> {
    let lines = Lines::new(name, text);
    let path = ModelPath::root().child(segment::DOCUMENTS, name);
    let findings = errors.iter().map(|error| {
        let mut finding = Diagnostic::new(error.code(), path.clone(), error.message())
            .with_positions(error.extent().map(|extent| lines.position(extent)));
        if let Some(help) = error.help_text() {
            finding = finding.with_help(help);
        }
        if let Some((extent, why)) = error.related_place() {
            finding = finding.related_place(path.clone(), why);
            for related in finding.related_places_mut() {
                related.position = Some(lines.position(extent).into());
            }
        }
        finding
    });
    findings.collect()
}
