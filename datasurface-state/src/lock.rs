//! The lock: what was decided, with its life cycle. Reviewable text beside the model, owned by whoever owns the
//! ecosystem. It has the names of now, beside the storage names of what was renamed. The same model and the same lock give
//! the same rendering, byte for byte.

use crate::{
    kept_origins::OriginRecord,
    storage::{self, Owners, StorageRecord},
};
use chrono::{DateTime, NaiveDate, Utc};
use datasurface_graph::{Assignments, Placement, StorageNames};
use datasurface_model::{CodeInfo, Diagnostic, Ecosystem, ModelPath, PlatformName, segment};
use datasurface_platform::{HeldState, Revision};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name that a lock has beside its model.
pub const FILE_NAME: &str = "datasurface.lock";

const FORMAT: &str = "datasurface-lock/2";

/// The format before there were storage names: everything was stored under the name that it was placed under.
const FORMAT_WITHOUT_STORAGE: &str = "datasurface-lock/1";

pub(crate) static UNREADABLE: CodeInfo = CodeInfo::error(
    "lock/unreadable",
    "the lock cannot be read",
    "The lock is JSON in a format that this version knows. It is written by DataSurface; an edit by hand, or a merge \
     of two branches, may have broken it. Restore it from version control, or mend it at the place that is named.",
);

/// The record of all decisions: assignments, placements, held data, and the revision that was reached.
/// The same model and the same lock give the same rendering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The revision that was reached; `None` before anything was rendered.
    pub reached: Option<Revision>,
    /// The assignments: which platform serves each group, and which one captures each datastore.
    pub assignments: Assignments,
    /// The decisions about each platform.
    pub platforms: BTreeMap<PlatformName, PlatformLock>,
    /// The storage names; `None` in a lock that is older than they are, and before anything was placed.
    pub storage: Option<StorageRecord>,
    /// The team that declares each datastore that data is stored of, by storage names; `None` in a lock that is older.
    pub owners: Option<Owners>,
    /// The origins of data whose versions are kept.
    pub origins: OriginRecord,
    /// The last day of a plan that was known to be right.
    /// Recorded as long as something is held, so that nothing expires by a wrong clock.
    pub trusted_on: Option<NaiveDate>,
}

/// The decisions about one platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformLock {
    /// The version of the plug-in that rendered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The shards in which its nodes are.
    #[serde(default)]
    pub placement: Placement,
    /// The data that is held, ordered by resource.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldState>,
    /// The revision that the platform stays at while others went on; `None` if it is at that of the lock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Revision>,
    /// The last time that it went forward, if that was before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early: Option<EarlyAdvance>,
    /// The last time that it went forward, to the minute, if it does that by a timetable: later starts alone let it go again. For one that was
    /// rendered before it had a timetable, the time at which that began to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advanced: Option<DateTime<Utc>>,
}

/// The record of a platform that went forward although its policy did not let it yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyAdvance {
    /// The revision that it went to.
    pub to: Revision,
    /// The day.
    pub on: NaiveDate,
    /// The reason that somebody gave.
    pub reason: String,
}

impl Lock {
    /// The revision that was reached; `None` before anything was rendered.
    #[must_use]
    pub fn base_revision(&self) -> Option<&Revision> {
        self.reached.as_ref()
    }

    /// The assignments: which platform serves each group, and which one captures each datastore.
    #[must_use]
    pub fn assignments(&self) -> &Assignments {
        &self.assignments
    }

    /// Returns the assignments for an operator's tool to change.
    pub fn assignments_mut(&mut self) -> &mut Assignments {
        &mut self.assignments
    }

    /// Returns the placement of the nodes of a platform; `None` if the lock does not have the platform.
    #[must_use]
    pub fn placement(&self, platform: &PlatformName) -> Option<&Placement> {
        self.platforms.get(platform).map(|platform| &platform.placement)
    }

    /// Returns the placement of the nodes of a platform for an operator's tool to change.
    /// A platform that the lock does not have is added.
    pub fn placement_mut(&mut self, platform: PlatformName) -> &mut Placement {
        &mut self.platforms.entry(platform).or_default().placement
    }

    /// Returns the data that is held on a platform, ordered by resource; empty for an unknown platform.
    #[must_use]
    pub fn held(&self, platform: &PlatformName) -> &[HeldState] {
        self.platforms.get(platform).map_or(&[], |platform| &platform.held)
    }

    /// The storage names; without any entry before anything was placed.
    pub fn storage_names(&self) -> &StorageRecord {
        static NONE: StorageRecord = StorageRecord::new();
        self.storage.as_ref().unwrap_or(&NONE)
    }

    /// Returns the same decisions under the names of now of what was renamed since. What is held has storage names.
    pub fn with_names(self, moved: &StorageNames) -> Self {
        if moved.is_empty() {
            return self;
        }
        let placed = |(name, platform): (PlatformName, PlatformLock)| {
            let placement = platform.placement.with_names(moved);
            (moved.platform(&name), PlatformLock { placement, ..platform })
        };
        Self {
            assignments: moved.assignments(&self.assignments),
            platforms: self.platforms.into_iter().map(placed).collect(),
            ..self
        }
    }

    /// Returns the same lock under the names that things have in a model, and with the storage names that placing it there allocates.
    #[must_use]
    pub fn named_for(&self, ecosystem: &Ecosystem) -> Self {
        let allocated = storage::allocate(ecosystem, self);
        Self { storage: Some(allocated.record), ..self.clone().with_names(&allocated.moved) }
    }

    /// Whether nothing is held on any platform.
    pub fn holds_nothing(&self) -> bool {
        self.platforms.values().all(|platform| platform.held.is_empty())
    }

    /// The data that is held, by platform and resource.
    pub fn all_held(&self) -> impl Iterator<Item = (&PlatformName, &HeldState)> {
        self.platforms.iter().flat_map(|(name, platform)| platform.held.iter().map(move |held| (name, held)))
    }

    /// Releases all data that a resource holds, as of the revision that was reached, for a reason.
    /// Returns what is released; `None` if the platform holds no such resource. Before anything was rendered, nothing is released.
    pub fn release(&mut self, platform: &PlatformName, resource: &str, reason: &str) -> Option<&HeldState> {
        let reached = self.reached.clone()?;
        let held = &mut self.platforms.get_mut(platform)?.held;
        let held = held.iter_mut().find(|held| held.resource.as_str() == resource)?;
        *held = held.clone().released(reached, reason);
        Some(held)
    }

    /// Reads a lock from its text.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, has missing or unknown members, or is of a format that this version does not read.
    pub fn from_text(text: &str) -> Result<Self, LockError> {
        let wire: LockWire = serde_json::from_str(text).map_err(|error| LockError {
            reason: format!("at line {} column {}", error.line(), error.column()),
            detail: error.to_string(),
        })?;
        if !wire.is_known() {
            return Err(LockError {
                reason: format!("its format is `{}`", wire.format),
                detail: format!("this version reads `{FORMAT}` and `{FORMAT_WITHOUT_STORAGE}`"),
            });
        }
        Ok(wire.into())
    }

    /// Returns the canonical text. Equal locks have the same bytes.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(&LockWire::from(self)).unwrap_or_default() + "\n"
    }
}

/// A lock as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LockWire {
    format: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reached: Option<Revision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trusted_on: Option<NaiveDate>,
    #[serde(default)]
    assignments: Assignments,
    #[serde(default)]
    platforms: BTreeMap<PlatformName, PlatformLock>,
    #[serde(default, skip_serializing_if = "StorageRecord::is_empty")]
    storage: StorageRecord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owners: Option<Owners>,
    #[serde(default, skip_serializing_if = "OriginRecord::is_empty")]
    origins: OriginRecord,
}

impl LockWire {
    /// Whether it has a format that this version reads.
    pub(crate) fn is_known(&self) -> bool {
        self.format == FORMAT || self.format == FORMAT_WITHOUT_STORAGE
    }
}

impl From<&Lock> for LockWire {
    fn from(lock: &Lock) -> Self {
        Self {
            format: if lock.storage.is_some() { FORMAT } else { FORMAT_WITHOUT_STORAGE }.to_owned(),
            reached: lock.reached.clone(),
            assignments: lock.assignments.clone(),
            platforms: lock.platforms.clone(),
            trusted_on: lock.trusted_on,
            storage: lock.storage.clone().unwrap_or_default(),
            owners: lock.owners.clone(),
            origins: lock.origins.clone(),
        }
    }
}

impl From<LockWire> for Lock {
    fn from(wire: LockWire) -> Self {
        let LockWire { format, reached, assignments, platforms, trusted_on, storage, owners, origins } = wire;
        let storage = (format == FORMAT).then_some(storage);
        Self { reached, assignments, platforms, storage, owners, origins, trusted_on }
    }
}

/// The reason why a text is not a lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lock cannot be read: {reason}")]
pub struct LockError {
    reason: String,
    detail: String,
}

impl LockError {
    /// Converts the error to a diagnostic about the lock of this name.
    #[must_use]
    pub fn diagnostic(&self, name: &str) -> Diagnostic {
        let message = format!("`{name}` cannot be read: {}: {}", self.reason, self.detail);
        Diagnostic::new(&UNREADABLE, ModelPath::root().child(segment::LOCK, name), message)
            .with_help("restore the lock from version control, or mend it at that place")
    }
}
