//! Other versions of the platform: an earlier one, and a next one that forgot how it called topics.

#![expect(clippy::indexing_slicing, reason = "a resource that is written as JSON has these members")]

use super::{Topics, diff::judge, ecosystem::shops};
use datasurface_platform::prelude::*;
use datasurface_testkit::{Law, Laws};
use serde_json::Value;

const EARLIER: u64 = 0;
const NEXT: u64 = 2;

/// The platform in another version.
#[derive(Debug)]
struct Other<const MAJOR: u64>(Topics, PlatformDescriptor);

impl<const MAJOR: u64> PlatformPlugin for Other<MAJOR> {
    type Config = super::settings::Settings;
    const KIND: &'static str = "topics";

    fn version() -> Version {
        Version::new(MAJOR, 0, 0)
    }

    fn configure(instance: &PlatformInstance, settings: Self::Config) -> Result<Self, PlatformError> {
        Ok(Self(Topics::configure(instance, settings)?, super::settings::descriptor::<Self>()))
    }
}

impl<const MAJOR: u64> Other<MAJOR> {
    /// The earlier version wrote the brokers as a list; the next one calls topics otherwise.
    fn rendered(resource: &Resource) -> Resource {
        let mut value = serde_json::to_value(resource).unwrap();
        if MAJOR == EARLIER && value["kind"] == "cluster" {
            value["attributes"]["brokers"] = json!([value["attributes"]["brokers"]]);
        }
        serde_json::from_str(&Self::called(&value)).unwrap()
    }

    fn called(value: &Value) -> String {
        match MAJOR {
            NEXT => value.to_string().replace("\"topic.", "\"stream."),
            _ => value.to_string(),
        }
    }
}

impl<const MAJOR: u64> DataPlatform for Other<MAJOR> {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.1
    }

    fn weigh(&self, node: &NodeFacts) -> Weights {
        self.0.weigh(node)
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let renamed = |offer: Offer| {
            let address = serde_json::from_str::<String>(&Self::called(&json!(offer.address()))).unwrap();
            Offer::new(offer.dataset(), address, offer.format()).with_custody(offer.custody())
        };
        self.0.offer(node).into_iter().map(renamed).collect()
    }

    fn lint(&self, what: LintView<'_>, found: &mut Reporter<'_>) {
        self.0.lint(what, found);
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        Rendering::from_resources(self.0.render(scope)?.resources().map(Self::rendered))
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        change.structural(|change| judge(None, change))
    }
}

/// The laws, where the registry has this version beside that of now.
fn beside<const MAJOR: u64>() -> Laws {
    Laws::new(Registry::new().with_plugin::<Topics>().with_plugin::<Other<MAJOR>>())
}

#[test]
fn a_version_that_follows_another_one_keeps_what_that_one_made() {
    let report = beside::<EARLIER>().check(&shops(&json!({})));
    report.assert();
    let alone = Laws::for_plugin::<Topics>().check(&shops(&json!({})));
    assert_eq!(report.counts.edits, alone.counts.edits + 1);

    let report = beside::<NEXT>().with_shrinking(0).check(&shops(&json!({})));
    let violations = report.violations.iter().filter(|one| one.law == Law::HeldStateSurvives);
    let places: Vec<&str> = violations.map(|violation| violation.ecosystem.as_str()).collect();
    assert!(!places.is_empty(), "{report}");
    assert!(places.iter().all(|place| place.contains("with `topics` in version 1.0.0")), "{report}");
}
