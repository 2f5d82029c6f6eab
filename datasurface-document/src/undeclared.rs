//! What documents are about, and nobody declares.

use super::{codes::UNDECLARED, definitions::NamedDefinitions, header::DocumentHeader};
use datasurface_model::{Diagnostic, ModelPath, NameIndex, segment};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

/// How many names are read as others at most: for each, all documents are searched.
const MOST_SLIPS: usize = 16;

/// What is known of declarations besides what could be read.
pub(super) trait Elsewhere {
    /// Whether what a document is about may be declared in what could not be read of the others.
    fn may_be_declared(&self, document: &str, header: &DocumentHeader) -> bool;

    /// Whether something other than headers calls a zone or a team so: then it is the declaration that has a slip.
    fn is_used(&self, name: &str) -> bool;
}

/// Nothing: all could be read, or is refused.
pub(super) struct Nowhere;

impl Elsewhere for Nowhere {
    fn may_be_declared(&self, _document: &str, _header: &DocumentHeader) -> bool {
        false
    }

    fn is_used(&self, _name: &str) -> bool {
        false
    }
}

/// A zone or a team that documents are about, and nobody declares.
pub(super) struct Undeclared<'p, N> {
    pub(super) name: N,
    /// The nearest that is declared.
    pub(super) nearest: Option<N>,
    documents: Vec<&'p str>,
    may_be_declared: bool,
}

impl<'p, N: Clone + Display + Ord> Undeclared<'p, N> {
    /// Finds all of one kind, in order.
    pub(super) fn all<T>(
        given: &BTreeMap<N, NamedDefinitions<'p, T>>,
        declared: &[N],
        header: impl Fn(N) -> DocumentHeader,
        elsewhere: &dyn Elsewhere,
    ) -> Vec<Self> {
        let known: BTreeSet<&N> = declared.iter().collect();
        let undeclared: Vec<_> = given.iter().filter(|(name, _)| !known.contains(name)).collect();
        if undeclared.is_empty() {
            return Vec::new();
        }
        let texts: Vec<String> = declared.iter().map(ToString::to_string).collect();
        let by_text: BTreeMap<&str, &N> = texts.iter().map(String::as_str).zip(declared).collect();
        let index = NameIndex::new(texts.iter().map(String::as_str));
        let undeclared = undeclared.into_iter().map(|(name, given)| {
            let text = name.to_string();
            let near = index.nearest(&text);
            let documents: Vec<&str> = given.iter().map(|(document, _)| *document).collect();
            let header = header(name.clone());
            Self {
                name: name.clone(),
                nearest: near.and_then(|near| by_text.get(near)).map(|near| N::clone(near)),
                may_be_declared: documents
                    .iter()
                    .any(|document| elsewhere.may_be_declared(document, &header)),
                documents,
            }
        });
        undeclared.collect()
    }

    /// Returns the findings about it, one for each document; none if it may be declared.
    pub(super) fn findings(&self, kind: &'static str, help: &str) -> Vec<Diagnostic> {
        let Self { name, nearest, documents, may_be_declared } = self;
        let nearest = nearest.as_ref().map(ToString::to_string);
        let finding = |document: &&str| {
            let message = format!("no document declares the {kind} `{name}`");
            Diagnostic::new(&UNDECLARED, place(document, kind), message)
                .with_help(help)
                .did_you_mean(nearest.as_deref())
        };
        documents.iter().filter(|_| !may_be_declared).map(finding).collect()
    }
}

/// Returns what is meant by which name: what is near, if nothing is written about that, and one name alone is near to it. Who has more slips than a
/// few means something else.
pub(super) fn meant<N: Clone + Display + Ord>(
    undeclared: &[Undeclared<'_, N>],
    is_described: impl Fn(&N) -> bool,
    elsewhere: &dyn Elsewhere,
) -> BTreeMap<N, N> {
    if undeclared.len() > MOST_SLIPS {
        return BTreeMap::new();
    }
    let mut by_meant = BTreeMap::<&N, Vec<&Undeclared<'_, N>>>::new();
    for each in undeclared {
        let nearest = each.nearest.as_ref().filter(|nearest| !is_described(nearest));
        if let Some(nearest) = nearest {
            by_meant.entry(nearest).or_default().push(each);
        }
    }
    let alone = by_meant.into_iter().filter_map(|(meant, by)| match by.as_slice() {
        [by] if !by.may_be_declared && !elsewhere.is_used(&by.name.to_string()) => {
            Some((by.name.clone(), meant.clone()))
        }
        _ => None,
    });
    alone.collect()
}

/// A member of the outermost object of a document.
pub(super) fn place(document: &str, member: &'static str) -> ModelPath {
    ModelPath::root().child(segment::DOCUMENTS, document).attribute(member)
}
