//! Writing a proposal into its target.

use crate::{each, progress::Progress, propose::Proposal};
use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, segment};
use datasurface_platform::{File, FileRecord, PlatformError, Rendering, SafePath, hook::REFUSED};
use datasurface_state::{Manifest, Target, TargetError, TargetTransaction};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
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
        let there = self.unchanged_files(target)?;
        let promised = self.manifest.files();
        let mut written = BTreeSet::new();
        let mut writing = target.begin()?;
        writing.describe(|| self.message());
        let scopes: Vec<_> = self.written_scopes().collect();
        let progress = Progress::of_writing(scopes.len());
        // As many at a time as there are threads: no more of them are in memory.
        for scopes in scopes.chunks(each::width()) {
            let rendered = each::scope(scopes, |scope| {
                progress.advance();
                let is_there = scope.paths().all(|path| there.contains(&path));
                (!is_there).then(|| scope.render()).transpose()
            });
            for (scope, rendering) in scopes.iter().zip(rendered) {
                for file in rendering?.iter().flat_map(Rendering::files) {
                    put(&mut writing, &scope.path_of(file.path()), file, &promised, &there)?;
                }
            }
        }
        for (path, file) in self.transition_files() {
            put(&mut writing, &path, file, &promised, &there)?;
            written.insert(path);
        }
        let is_gone = |path: &SafePath| !there.contains(path) && !written.contains(path);
        let manifest = self.manifest.clone().without_transitions(is_gone);
        writing.commit(manifest, Some((lock, &self.lock.to_text())))?;
        Ok(said)
    }

    /// Returns the files of the new manifest that are in the target already, as the one of the target says. They are not read.
    fn unchanged_files(&self, target: &Target) -> Result<BTreeSet<SafePath>, TargetError> {
        let before = target.manifest().map(Manifest::files).unwrap_or_default();
        let after = self.manifest.files();
        let accepted = target.manifest().map(Manifest::accepted);
        let is_edited = |path: &SafePath| accepted.is_some_and(|accepted| accepted.contains_key(path));
        let is_same = |(path, record): &(&SafePath, &&FileRecord)| {
            before.get(*path).is_some_and(|before| before.hash == record.hash) && !is_edited(path)
        };
        target.existing(after.iter().filter(is_same).map(|(path, _)| path))
    }
}

fn put(
    writing: &mut TargetTransaction<'_>,
    path: &SafePath,
    file: &File,
    promised: &BTreeMap<SafePath, &FileRecord>,
    there: &BTreeSet<SafePath>,
) -> Result<(), WriteError> {
    if promised.get(path).is_none_or(|record| record.hash != file.record().hash) {
        return Err(WriteError::NotDeterministic(path.clone()));
    }
    if !there.contains(path) {
        writing.put(path, file.content())?;
    }
    Ok(())
}
