//! Services: groups of workspaces, on the platforms that serve them.

use super::KeyedContainer;
use crate::{
    facts::Consumer,
    obligation::{Custody, Obligation},
};
use datasurface_model::{GroupName, PlatformName};
use std::sync::Arc;

/// A group that is served on a platform: all that is the same for each dataset that it wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServedGroup {
    pub(crate) platform: PlatformName,
    pub(crate) consumer: Consumer,
    /// Where its data is brought.
    pub(crate) site: Arc<KeyedContainer>,
    /// What the transformer of its workspace owes, if it runs on this platform.
    pub(crate) owing: Option<Arc<Obligation>>,
    /// What follows from that. Each node that brings it something asks.
    owed: Obligation,
}

impl ServedGroup {
    /// The service of a group on a platform.
    pub(crate) fn new(
        platform: PlatformName,
        consumer: Consumer,
        site: Arc<KeyedContainer>,
        owing: Option<Arc<Obligation>>,
    ) -> Self {
        let direct = consumer.is_owed();
        let owed = owing.iter().fold(direct, |owed, owing| owed.join(owing));
        Self { platform, consumer, site, owing, owed }
    }

    /// The group and the platform: what tells it from the others of its workspace.
    pub(crate) fn place(&self) -> (&GroupName, &PlatformName) {
        (&self.consumer.group.group, &self.platform)
    }

    /// What it is owed, and through it all who need what its transformer makes.
    pub(crate) fn owed(&self) -> &Obligation {
        &self.owed
    }

    /// What must be kept for it.
    pub(crate) fn custody(&self) -> Custody {
        self.owed.custody()
    }
}
