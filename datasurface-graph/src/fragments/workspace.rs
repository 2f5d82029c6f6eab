//! Workplaces: workspaces that are served, or whose transformer runs.

use super::{KeyedContainer, ServedGroup};
use crate::{facts::Consumer, obligation::Obligation};
use datasurface_model::{CredentialKey, DatasetGroup, Entity, GroupName, PlatformName, Workspace};
use std::{collections::BTreeSet, sync::Arc};

/// A workspace that is served, or whose transformer runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WorkspaceFragment {
    pub(crate) workspace: Arc<Workspace>,
    /// Where its data is brought.
    pub(crate) site: Arc<KeyedContainer>,
    /// With what it is brought there.
    credential: Option<CredentialKey>,
    /// The groups that platforms were assigned to.
    roots: BTreeSet<(GroupName, PlatformName)>,
    run: Option<TransformerRun>,
    /// Its groups on the platforms that serve them, ordered by group and platform.
    services: Box<[Arc<ServedGroup>]>,
}

/// A transformer runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TransformerRun {
    pub(crate) on: PlatformName,
    /// What it owes to those who need its output, as far as it passes that on to its inputs.
    pub(crate) owing: Arc<Obligation>,
}

impl WorkspaceFragment {
    /// A workspace of which these groups are served, and all where its transformer runs. Services that are as they were
    /// before are taken over.
    pub(crate) fn new(
        workspace: Arc<Workspace>,
        site: Arc<KeyedContainer>,
        credential: Option<CredentialKey>,
        roots: BTreeSet<(GroupName, PlatformName)>,
        run: Option<TransformerRun>,
        before: Option<&Self>,
    ) -> Self {
        let mut services = Vec::new();
        // Groups come in the order of their names, as roots do.
        let mut served = roots.iter().peekable();
        for group in workspace.groups() {
            let mut platforms: BTreeSet<&PlatformName> = run.iter().map(|run| &run.on).collect();
            while let Some((root, platform)) = served.next_if(|(root, _)| root <= group.name()) {
                platforms.extend(Some(platform).filter(|_| root == group.name()));
            }
            services.extend(platforms.into_iter().map(|platform| {
                let runs_here = run.as_ref().filter(|run| run.on == *platform);
                let owing = runs_here.map(|run| Arc::clone(&run.owing));
                let consumer = Consumer::new(&workspace, group, credential.clone());
                ServedGroup::new(platform.clone(), consumer, Arc::clone(&site), owing)
            }));
        }
        let kept = |service: ServedGroup| {
            let known =
                before.and_then(|before| before.service(&service)).filter(|known| ***known == service);
            known.cloned().unwrap_or_else(|| Arc::new(service))
        };
        Self { services: services.into_iter().map(kept).collect(), workspace, site, credential, roots, run }
    }

    /// The same workspace, if its transformer runs like this, or does not run.
    pub(crate) fn running(&self, run: Option<TransformerRun>) -> Self {
        let (workspace, site) = (Arc::clone(&self.workspace), Arc::clone(&self.site));
        Self::new(workspace, site, self.credential.clone(), self.roots.clone(), run, Some(self))
    }

    /// Where its transformer runs, if it does.
    pub(crate) fn run(&self) -> Option<&TransformerRun> {
        self.run.as_ref()
    }

    /// Whether nothing happens here.
    pub(crate) fn is_idle(&self) -> bool {
        self.roots.is_empty() && self.run.is_none()
    }

    /// Whether a group is served because somebody decided so, and not only because the transformer runs.
    pub(crate) fn is_root(&self, service: &ServedGroup) -> bool {
        let (group, platform) = service.place();
        self.roots.contains(&(group.clone(), platform.clone()))
    }

    /// Its groups on the platforms that serve them.
    pub(crate) fn services(&self) -> &[Arc<ServedGroup>] {
        &self.services
    }

    /// The service of the same group on the same platform.
    pub(crate) fn service(&self, like: &ServedGroup) -> Option<&Arc<ServedGroup>> {
        let at = self.services.binary_search_by(|service| service.place().cmp(&like.place())).ok()?;
        self.services.get(at)
    }

    /// The group that a service is for.
    pub(crate) fn group(&self, service: &ServedGroup) -> Option<&DatasetGroup> {
        self.workspace.groups().get(&service.consumer.group.group)
    }
}
