//! Drift: what is not as it was rendered any more, for a plan or a status. Nothing is written.

use crate::{clock::now, codes::DRIFT_UNKNOWN, target};
use datasurface_broker::{Broker, Target};
use datasurface_model::{Diagnostic, Findings, ModelPath, PlatformName, segment};
use datasurface_platform::ResourceAddress;
use serde::Serialize;

/// A resource that is not as it was rendered.
#[derive(Debug, Serialize)]
pub(crate) struct PlatformDrift {
    pub(crate) platform: PlatformName,
    pub(crate) resource: ResourceAddress,
    problem: String,
    is_made_again: bool,
}

impl PlatformDrift {
    pub(crate) fn new(platform: &PlatformName, drifted: datasurface_platform::DriftedResource) -> Self {
        let datasurface_platform::DriftedResource {
            resource,
            problem: error,
            is_repaired_by_run: is_made_again,
        } = drifted;
        Self { platform: platform.clone(), resource, problem: error, is_made_again }
    }
}

/// Asks the platforms of a target what drifted, where they were applied last. Where that cannot be said, e.g. since plans are made
/// where nobody can reach the databases, this is no error.
pub(crate) fn drift(broker: &Broker, target: &Target) -> (Vec<PlatformDrift>, Findings) {
    let root = target.applied_root().unwrap_or_else(|| ".".into());
    let operated = broker.drift(target, &target::operation(&root, now()));
    let unknown = operated.findings.iter().map(|finding| {
        let path = ModelPath::root().child(segment::TARGET, target.root().display().to_string());
        let message = format!("whether anything drifted is not known: {}", finding.message());
        Diagnostic::new(&DRIFT_UNKNOWN, path, message)
            .with_help("`datasurface status` says the same, where the databases can be reached")
    });
    let unknown = unknown.collect();
    let drifted = operated.done.into_iter().flat_map(|(platform, drifted)| {
        drifted.into_iter().map(move |drifted| PlatformDrift::new(&platform, drifted))
    });
    (drifted.collect(), unknown)
}

/// A line for each.
pub(crate) fn lines(drifted: &[PlatformDrift]) -> String {
    let line = |PlatformDrift { platform, resource, problem: error, .. }: &PlatformDrift| {
        format!("drifted: `{resource}` of {platform}: {error}\n")
    };
    drifted.iter().map(line).collect()
}
