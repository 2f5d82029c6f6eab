//! Hints about capacity: a datastore or a transformer that needs another one than the settings name.

use crate::settings::{AwsSettings, JobSettings, ReplicationSettings, is_capacity};
use datasurface_platform::prelude::*;

/// The capacity of what works for a datastore, or for a transformer, where it is to be another one than the settings name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CapacityHint {
    /// The type of the workers of jobs, such as `G.2X`.
    pub worker_type: Option<String>,
    /// The count of workers of one run, 2 at least.
    pub workers: Option<u32>,
    /// The class of the replication instance that captures a datastore: one of `replication.pools`.
    pub instance_class: Option<String>,
    /// The most units that DMS provisions for a capture of a datastore, where `replication.serverless` is set.
    pub max_capacity_units: Option<u32>,
}

/// The workers of jobs, as far as they are others than the settings name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Workers {
    worker_type: Option<String>,
    workers: Option<u32>,
}

/// Returns what hints to a node may be about here: the datastore that is captured, made or received, or the transformer.
fn hinted(node: &NodeView) -> Option<HintTarget> {
    match node.detail() {
        NodeDetail::Ingest(ingest) => {
            let datastore = &ingest.datasets.first()?.key.datastore;
            Some(HintTarget::Datastore(datastore.clone()))
        }
        NodeDetail::Transform(transform) => Some(HintTarget::Transformer(transform.workspace.clone())),
        NodeDetail::Export(_) | NodeDetail::Trigger(_) => None,
    }
}

impl CapacityHint {
    /// Reads the hint to a node; none if there is none.
    ///
    /// # Errors
    ///
    /// If it has another form, or AWS has no such capacity here. Lint reports that.
    pub(crate) fn read(settings: &AwsSettings, node: &NodeView) -> Result<Option<Self>, PlatformError> {
        let Some(about) = hinted(node) else { return Ok(None) };
        let Some(hint) = node.hint_as::<Self>(&about)? else { return Ok(None) };
        let lacks = if !hint.has_workers() {
            Some("Glue has no such workers")
        } else if !hint.has_machines(&settings.replication) {
            Some("DMS has no such machines by these settings")
        } else if matches!(about, HintTarget::Transformer(_)) && hint.is_about_capture() {
            Some("a transformer captures nothing")
        } else {
            None
        };
        match lacks {
            Some(lacks) => {
                let context = format!("reading the hint about the {about}, since {lacks},");
                Err(PlatformError::new(PlatformErrorKind::Config, context))
            }
            None => Ok(Some(hint)),
        }
    }

    fn has_workers(&self) -> bool {
        self.workers.is_none_or(|workers| workers >= 2)
            && self.worker_type.as_deref().is_none_or(is_worker_type)
    }

    fn has_machines(&self, settings: &ReplicationSettings) -> bool {
        let (class, units) = (&self.instance_class, self.max_capacity_units);
        match settings.serverless {
            Some(serverless) => {
                let most = units.unwrap_or(serverless.max_capacity_units);
                class.is_none()
                    && is_capacity(most)
                    && serverless.min_capacity_units.is_none_or(|least| least <= most)
            }
            None => units.is_none() && class.iter().all(|class| settings.pools.contains_key(class)),
        }
    }

    fn is_about_capture(&self) -> bool {
        self.instance_class.is_some() || self.max_capacity_units.is_some()
    }

    /// Returns the workers that it names; none if it names none.
    pub(crate) fn into_workers(self) -> Option<Workers> {
        let workers = Workers { worker_type: self.worker_type, workers: self.workers };
        (workers != Workers::default()).then_some(workers)
    }
}

impl Workers {
    /// Returns the type of the workers.
    pub(crate) fn worker_type<'h>(&'h self, settings: &'h JobSettings) -> &'h str {
        self.worker_type.as_deref().unwrap_or(&settings.worker_type)
    }

    /// Returns the count of workers.
    pub(crate) fn count(&self, settings: &JobSettings) -> u32 {
        self.workers.unwrap_or(settings.workers)
    }
}

/// Whether a text has the form of a type of workers: `G.1X`, `R.2X`.
fn is_worker_type(name: &str) -> bool {
    let size = name.strip_prefix(['G', 'R']).and_then(|rest| rest.strip_prefix('.')?.strip_suffix('X'));
    size.is_some_and(|size| !size.is_empty() && size.chars().all(|c| c.is_ascii_digit()))
}
