//! Drafts: supplies that are being brought up to date.

use crate::estate::{DatasetId, Need, Origin, PlatformId, Reader, Supply, Want};
use datasurface_model::{Datastore, Entity, WorkspaceName};
use std::sync::Arc;

/// A supply to be.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) datastore: Arc<Datastore>,
    pub(super) origin: Origin,
    /// The group of transformers that its maker belongs to.
    pub(super) makers: Option<usize>,
    pub(super) primary: Option<PlatformId>,
    pub(super) capturing: Box<[PlatformId]>,
    pub(super) needs: Vec<Need>,
}

impl Draft {
    /// Takes over whoever needed something before, and still can have it.
    pub(super) fn take_over(&mut self, before: &Supply) {
        let is_same = Arc::ptr_eq(&self.datastore, &before.datastore);
        self.needs.extend(before.needs().filter_map(|mut need| {
            if !is_same {
                let name = before.dataset(need.dataset).name();
                need.dataset = DatasetId::at(self.datastore.datasets().index_of(name)?);
            }
            Some(need)
        }));
    }

    /// Forgets what a workspace needs.
    pub(super) fn forget(&mut self, workspace: &WorkspaceName) {
        self.needs.retain(|need| need.reader.consumer.group.workspace != *workspace);
    }

    /// Adds what somebody wants, if it exists.
    pub(super) fn add(&mut self, want: &Want<'_>) {
        let Some(dataset) = self.datastore.datasets().index_of(&want.dataset.dataset) else {
            return;
        };
        self.needs.push(Need {
            platform: want.platform,
            dataset: DatasetId::at(dataset),
            site: Arc::clone(want.site),
            reader: Reader { consumer: Arc::clone(want.consumer), owing: want.owing.cloned() },
        });
    }

    /// The transformers that run and read it, or make it.
    pub(super) fn transformers(&self) -> impl Iterator<Item = &WorkspaceName> {
        let readers = self.needs.iter().filter(|need| need.reader.owing.is_some());
        let maker = match &self.origin {
            Origin::Made { by } => Some(by),
            Origin::Captured { .. } => None,
        };
        readers.map(|need| &need.reader.consumer.group.workspace).chain(maker)
    }

    /// The supply, if anybody needs anything; or, if nobody captures what is needed, an error.
    pub(super) fn finish(self) -> Result<Option<Supply>, NotCaptured> {
        if self.needs.is_empty() {
            return Ok(None);
        }
        let primary = self.primary.ok_or(NotCaptured)?;
        Ok(Some(Supply::new(self.datastore, self.origin, primary, &self.capturing, self.needs)))
    }
}

/// Nobody captures what is needed.
pub(super) struct NotCaptured;
