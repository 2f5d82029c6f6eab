//! Workplaces: workspaces that are served, and what they want.

use super::{PlatformId, Site};
use crate::{facts::Consumer, obligation::Obligation};
use datasurface_model::{DatasetKey, DatastoreName, Entity, GroupName, Workspace};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A workspace that is served, or whose transformer runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Workplace {
    pub(crate) workspace: Arc<Workspace>,
    /// Where its data is brought.
    pub(crate) site: Arc<Site>,
    /// Its groups, in order.
    pub(crate) consumers: Box<[Arc<Consumer>]>,
    /// The groups that platforms were assigned to, in order.
    pub(crate) roots: Box<[(PlatformId, GroupName)]>,
    pub(crate) run: Option<Run>,
}

/// A transformer runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) on: PlatformId,
    /// What it owes to those who need its output, as far as it passes that on to its inputs.
    pub(crate) owing: Arc<Obligation>,
}

/// A group wants a dataset on a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want<'w> {
    pub(crate) dataset: &'w DatasetKey,
    pub(crate) platform: PlatformId,
    pub(crate) site: &'w Arc<Site>,
    pub(crate) consumer: &'w Arc<Consumer>,
    /// What the transformer of the workspace owes, where it runs on that platform.
    pub(crate) owing: Option<&'w Arc<Obligation>>,
}

impl Workplace {
    /// A workspace without any group being served yet. What is unchanged is taken over from `before`.
    pub(crate) fn new(workspace: &Arc<Workspace>, site: Arc<Site>, before: Option<&Self>) -> Self {
        let known = |consumer: Consumer| {
            let before = before.into_iter().flat_map(|before| before.consumers.iter());
            let mut same = before.filter(|known| ***known == consumer);
            same.next().cloned().unwrap_or_else(|| Arc::new(consumer))
        };
        Self {
            consumers: workspace
                .groups()
                .iter()
                .map(|group| known(Consumer::new(workspace, group)))
                .collect(),
            workspace: Arc::clone(workspace),
            site,
            roots: Box::default(),
            run: None,
        }
    }

    /// Whether nothing happens here.
    pub(crate) fn is_idle(&self) -> bool {
        self.roots.is_empty() && self.run.is_none()
    }

    /// What its groups want, on whichever platforms they are served.
    pub(crate) fn wants(&self) -> impl Iterator<Item = Want<'_>> {
        let groups = self.workspace.groups().iter().zip(&self.consumers);
        groups.flat_map(move |(group, consumer)| {
            self.served(group.name()).flat_map(move |platform| {
                group.wanted().iter().map(move |sink| Want {
                    dataset: sink.name(),
                    platform,
                    site: &self.site,
                    consumer,
                    owing: self.run.as_ref().filter(|run| run.on == platform).map(|run| &run.owing),
                })
            })
        })
    }

    /// The same by datastore, for each in an order that only depends on what is wanted.
    pub(crate) fn wants_by_store(&self) -> FxHashMap<&DatastoreName, Vec<Want<'_>>> {
        let mut by_store: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for want in self.wants() {
            by_store.entry(&want.dataset.datastore).or_default().push(want);
        }
        by_store
    }

    /// The platforms on which a group is served, each once.
    fn served<'w>(&'w self, group: &'w GroupName) -> impl Iterator<Item = PlatformId> + 'w {
        let rooted = self.roots.iter().filter(move |(_, root)| root == group).map(|(platform, _)| *platform);
        let running = self.run.as_ref().map(|run| run.on);
        rooted.filter(move |platform| Some(*platform) != running).chain(running)
    }

    /// Whether this group is served because somebody decided so, and not only because the transformer runs.
    pub(crate) fn is_root(&self, platform: PlatformId, group: &GroupName) -> bool {
        self.roots.iter().any(|(on, root)| *on == platform && root == group)
    }
}
