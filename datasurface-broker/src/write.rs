//! Writing a proposal into its target.

use crate::{
    each,
    progress::Progress,
    propose::{Proposal, WrittenScope},
};
use datasurface_graph::Fingerprint;
use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, segment};
use datasurface_platform::{
    File, FileRecord, PlatformError, Rendering, SafePath, ScopeRecord, hook::REFUSED,
};
use datasurface_state::{Manifest, Target, TargetError, TargetTransaction};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

pub(crate) static CHANGED: CodeInfo = CodeInfo::error(
    "platform/not-deterministic",
    "a platform rendered the same view differently",
    "The same view must always give the same rendering, or else no plan could be trusted. This is a bug of the plug-in.",
);

/// The reason why a proposal was not written.
/// The files in the target are as they were, unless the disk failed after the write was decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The failure of the target to take the files.
    #[error("the target could not be written")]
    Target(#[from] TargetError),
    /// The failure of a platform that had rendered the same view before.
    #[error("a platform failed")]
    Platform(#[from] PlatformError),
    /// The refusals of hooks, and what else hooks said. Nothing was touched.
    #[error("a hook refused")]
    Refused(Findings),
    /// A file that a platform rendered differently from the same view.
    #[error("a platform rendered the same view differently: `{0}`")]
    NotDeterministic(SafePath),
}

impl WriteError {
    /// Returns the diagnostic of the error; the first one if there are several.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Target(error) => error.diagnostic(),
            Self::Refused(findings) => findings.iter().min_by_key(|finding| finding.severity()).map_or_else(
                || Diagnostic::new(&REFUSED, ModelPath::root(), "a hook refused"),
                Diagnostic::clone,
            ),
            Self::Platform(error) => crate::configured_platform::failure(error, ModelPath::root()),
            Self::NotDeterministic(path) => {
                let message = format!("`{path}` came out differently the second time");
                Diagnostic::new(&CHANGED, ModelPath::root().child(segment::TARGET, path.as_str()), message)
                    .with_help("report this to the author of the plug-in")
            }
        }
    }

    /// Returns all diagnostics of the error.
    #[must_use]
    pub fn findings(&self) -> Findings {
        match self {
            Self::Target(error) => error.findings(),
            Self::Refused(findings) => findings.clone(),
            Self::Platform(_) | Self::NotDeterministic(_) => [self.diagnostic()].into_iter().collect(),
        }
    }
}

impl Proposal {
    /// Writes what differs, and the lock, as a whole or not at all.
    /// Each shard is rendered, written and dropped before the next one, or as many at a time as there are threads. A file of ours that is missing is written again; one that stays
    /// as it is is not read, so an edit of it is found by [`Target::inspect`] alone. One whose edit was [accepted](Target::accept) is replaced.
    /// One that served an earlier change cannot be written again, and is removed from the manifest. An interrupted write
    /// of the same lock is finished first. Before anything is touched, the hooks of the broker are asked about each plan that does
    /// something; returns what they said.
    ///
    /// # Errors
    ///
    /// If a hook refuses; if the target cannot be written, since another process writes it or wrote it since it was opened, since a file in
    /// the way is not ours or was edited, or since the disk fails; if a platform fails; or if a platform renders a view
    /// differently than for the proposal.
    pub fn write(&self, target: &mut Target, lock: &Path) -> Result<Findings, WriteError> {
        let said = self.ask_hooks(target.manifest());
        if said.has_errors() {
            return Err(WriteError::Refused(said));
        }
        target.finish(Some(lock))?;
        let scopes: Vec<_> = self.written_scopes().collect();
        let there = self.unchanged_change_files(target)?;
        let mut written = BTreeSet::new();
        let mut writing = target.begin()?;
        let missing = missing_files(&scopes, &mut writing)?;
        writing.describe(|| self.message());
        let progress = Progress::of_writing(scopes.len());
        let scopes: Vec<_> = scopes.iter().zip(missing).collect();
        // As many at a time as there are threads: no more of them are in memory.
        for scopes in scopes.chunks(each::width()) {
            let rendered = each::scope(scopes, |(scope, missing)| {
                progress.advance();
                (!missing.is_empty()).then(|| scope.render()).transpose()
            });
            for ((scope, missing), rendering) in scopes.iter().zip(rendered) {
                for file in rendering?.iter().flat_map(Rendering::files) {
                    put(&mut writing, scope, missing, file)?;
                }
            }
        }
        for (path, file) in self.transition_files() {
            if !there.contains(&path) {
                writing.put(&path, file.content())?;
            }
            written.insert(path);
        }
        let is_gone = |path: &SafePath| !there.contains(path) && !written.contains(path);
        let manifest = self.manifest.clone().without_transitions(is_gone);
        let text = manifest.lock_text().unwrap_or_else(|| self.lock.to_text());
        writing.commit(manifest, Some((lock, &text)))?;
        Ok(said)
    }

    /// Returns the files of changes in the new manifest that are in the target already, as the one of the target says. They are not read.
    fn unchanged_change_files(&self, target: &Target) -> Result<BTreeSet<SafePath>, TargetError> {
        let before = target.manifest().map(Manifest::change_files).unwrap_or_default();
        let after = self.manifest.change_files();
        let is_same = |(path, record): &(&SafePath, &&FileRecord)| {
            before.get(*path).is_some_and(|before| before.hash == record.hash)
        };
        target.existing(after.iter().filter(is_same).map(|(path, _)| path))
    }
}

/// Returns the files of each scope that are not in the target as the manifest of the target says, by path in the folder of the scope. No file is read.
fn missing_files<'p>(
    scopes: &[WrittenScope<'p>],
    writing: &mut TargetTransaction<'_>,
) -> Result<Vec<BTreeSet<&'p SafePath>>, TargetError> {
    let records = writing.manifest().into_iter().flat_map(|manifest| manifest.platforms().values());
    let entries = records.flat_map(|record| {
        record.scopes.iter().map(|entry| (entry.folder.joined_to(&record.folder), Arc::clone(&entry.record)))
    });
    let before: BTreeMap<SafePath, Arc<ScopeRecord>> = entries.collect();
    let accepted = writing.manifest().map(Manifest::accepted).cloned().unwrap_or_default();
    let of_scope = |scope: &WrittenScope<'p>| {
        let (now, before) = (&scope.entry().record, before.get(scope.folder()));
        let is_as_before = |(path, record): &(&SafePath, &FileRecord)| {
            let is_same = before.is_some_and(|before| {
                Arc::ptr_eq(before, now)
                    || before.files.get(*path).is_some_and(|before| before.hash == record.hash)
            });
            is_same && (accepted.is_empty() || !accepted.contains_key(&scope.path_of(path)))
        };
        let (same, other): (Vec<_>, Vec<_>) = now.files.iter().partition(is_as_before);
        let mut missing = writing.missing(scope.folder(), same.into_iter().map(|(path, _)| path))?;
        missing.extend(other.into_iter().map(|(path, _)| path));
        Ok(missing.into_iter().collect())
    };
    scopes.iter().map(of_scope).collect()
}

/// Stages a file of a scope, if it is missing.
fn put(
    writing: &mut TargetTransaction<'_>,
    scope: &WrittenScope<'_>,
    missing: &BTreeSet<&SafePath>,
    file: &File,
) -> Result<(), WriteError> {
    let path = scope.path_of(file.path());
    let hash = match missing.contains(file.path()) {
        true => writing.put(&path, file.content())?,
        false => Fingerprint::of_bytes(file.content()),
    };
    match scope.entry().record.files.get(file.path()) {
        Some(record) if record.hash == hash => Ok(()),
        _ => Err(WriteError::NotDeterministic(path)),
    }
}
