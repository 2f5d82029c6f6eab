//! Hints about workers: jobs of a datastore or a transformer that need other ones than the settings name.

use crate::settings::JobSettings;
use datasurface_platform::prelude::*;

/// The workers of the jobs of a datastore, or of a transformer, where they are to be others than the settings name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerHint {
    /// The type of the workers, such as `G.2X`.
    pub worker_type: Option<String>,
    /// The count of workers of one run, 2 at least.
    pub workers: Option<u32>,
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

impl WorkerHint {
    /// Reads the hint to a node; none if there is none.
    ///
    /// # Errors
    ///
    /// If it has another form, or Glue has no such workers. Lint reports that.
    pub(crate) fn read(node: &NodeView) -> Result<Option<Self>, PlatformError> {
        let Some(about) = hinted(node) else { return Ok(None) };
        let hint = node.hint_as::<Self>(&about)?;
        let is_impossible = |hint: &Self| {
            hint.workers.is_some_and(|workers| workers < 2)
                || hint.worker_type.as_deref().is_some_and(|name| !is_worker_type(name))
        };
        match hint.as_ref().is_some_and(is_impossible) {
            true => {
                let context = format!("reading the hint about the {about}, of which Glue has no workers");
                Err(PlatformError::new(PlatformErrorKind::Config, context))
            }
            false => Ok(hint),
        }
    }

    /// Returns the type of the workers.
    pub(crate) fn worker_type<'h>(&'h self, settings: &'h JobSettings) -> &'h str {
        self.worker_type.as_deref().unwrap_or(&settings.worker_type)
    }

    /// Returns the count of workers.
    pub(crate) fn workers(&self, settings: &JobSettings) -> u32 {
        self.workers.unwrap_or(settings.workers)
    }
}

/// Whether a text has the form of a type of workers: `G.1X`, `R.2X`.
fn is_worker_type(name: &str) -> bool {
    let size = name.strip_prefix(['G', 'R']).and_then(|rest| rest.strip_prefix('.')?.strip_suffix('X'));
    size.is_some_and(|size| !size.is_empty() && size.chars().all(|c| c.is_ascii_digit()))
}
