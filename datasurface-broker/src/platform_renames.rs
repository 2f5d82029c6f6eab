//! A lock, read as of an ecosystem in which platforms may have other names than when it was written.
//!
//! Behind this module, platforms have their present names. Only held resources keep the name under which they were rendered.

use crate::lock::{Lock, PlatformLock};
use datasurface_graph::{Assignments, Stages};
use datasurface_model::{Ecosystem, Entity, PlatformName};
use datasurface_platform::HeldState;
use std::collections::BTreeMap;

/// Platforms that are declared under another name than before.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlatformRenames {
    by_former: BTreeMap<PlatformName, PlatformName>,
}

impl PlatformRenames {
    /// Those of an ecosystem. A name that is declared means who has it now, whoever else had it before.
    pub(crate) fn from_ecosystem(ecosystem: &Ecosystem) -> Self {
        let platforms = ecosystem.platforms();
        let renamed = platforms.iter().filter_map(|platform| {
            let former = platform.former_name().filter(|former| platforms.get(*former).is_none())?;
            Some((former.clone(), platform.name().clone()))
        });
        Self { by_former: renamed.collect() }
    }

    /// Whether this is how a platform was called before.
    pub(crate) fn is_former(&self, name: &PlatformName) -> bool {
        self.by_former.contains_key(name)
    }

    /// The same decisions under the names of now. What was decided of a name of now already has precedence.
    ///
    /// What is held stays under the name that it was rendered under: there the target has it, and there it is rendered on.
    /// It goes when somebody releases it, and on no date: it may be where the platform keeps its data under the new name.
    pub(crate) fn lock(&self, lock: &Lock) -> Lock {
        let mut lock = lock.clone();
        if self.by_former.is_empty() {
            return lock;
        }
        lock.assignments = self.assignments(&lock.assignments);
        for (former, now) in &self.by_former {
            let Some(decided) = lock.platforms.remove(former) else {
                continue;
            };
            lock.platforms.entry(now.clone()).or_insert_with(|| PlatformLock {
                version: decided.version,
                placement: decided.placement.with_platform(now),
                held: Vec::new(),
            });
            if !decided.held.is_empty() {
                let held = decided.held.into_iter().map(HeldState::without_expiry).collect();
                lock.platforms.insert(former.clone(), PlatformLock { held, ..PlatformLock::default() });
            }
        }
        lock
    }

    fn assignments(&self, decided: &Assignments) -> Assignments {
        let mut assignments = Assignments::default();
        for (group, stages) in decided.groups() {
            for (platform, stage) in self.stages(stages) {
                assignments.assign_group(group.clone(), platform, stage);
            }
        }
        for (datastore, stages) in decided.primaries() {
            for (platform, stage) in self.stages(stages) {
                assignments.assign_primary(datastore.clone(), platform, stage);
            }
        }
        assignments
    }

    fn stages(&self, stages: &Stages) -> Stages {
        let (before, now): (Stages, Stages) =
            stages.clone().into_iter().partition(|(platform, _)| self.is_former(platform));
        let renamed = before.into_iter().filter_map(|(former, stage)| {
            let name = self.by_former.get(&former)?;
            Some((name.clone(), stage))
        });
        renamed.chain(now).collect()
    }
}
