//! Source connectors: one for each capture, and one for what another platform captures.

use super::{Bug, Topics, mover};
use datasurface_platform::prelude::*;

impl Topics {
    pub(super) fn connector(&self, node: &NodeView, ingest: &IngestFacts) -> Resource {
        let connector = mover(node)
            .attribute("topics", node.dataset_addresses("topic"))
            .attribute("priority", node.obligation().priority())
            .with_dependencies(self.needs(node));
        let connector = match &ingest.source {
            IngestSource::Container(capture) => {
                let slot = identifier(&[node.facts().storage_key().platform().as_str(), &node.slug()], 60);
                let connector = connector.occupying(format!("slots of {}/{slot}", capture.container_key));
                connector
                    .attribute("class", "changes")
                    .attribute("slot", slot)
                    .attribute("container", &capture.container)
                    .attribute("capture", &capture.capture)
                    .attribute("password", self.password(capture))
            }
            IngestSource::Transformer { workspace } => {
                connector.attribute("class", "results").attribute("workspace", workspace)
            }
            IngestSource::Platform { platform } => {
                connector.attribute("class", "mirror").attribute("platform", platform)
            }
        };
        let connector = connector.attribute("reads", node.input_addresses());
        match self.settings.bug {
            Some(Bug::InstanceCounter) => connector.attribute("instance", self.instances),
            Some(Bug::Clock) => connector.attribute("rendered", today()),
            Some(Bug::Environment) => connector.attribute("home", variable("HOME")),
            _ => connector,
        }
    }

    /// The reference by which the cluster finds the password.
    fn password(&self, capture: &CaptureFacts) -> Option<String> {
        let credential = capture.credential.as_ref()?;
        match self.has(Bug::Password) {
            true => variable(&datasurface_platform::credential_variable(credential)),
            false => Some(format!("${{secrets:{credential}}}")),
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn today() -> chrono::NaiveDate {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    chrono::DateTime::from_timestamp(now.try_into().unwrap(), 0).unwrap().date_naive()
}
