//! What is received is rendered as laws demand, and what is not is refused, with what to do.

use crate::shop::settings;
use datasurface_kafka::KafkaPlatform;
use datasurface_local::LocalPlatform;
use datasurface_platform::prelude::*;
use datasurface_testkit::{DeployedRevision, Deployment, DeploymentError, Laws};
use std::path::Path;

/// A shop that a vault captures, and a desk that Kafka serves.
#[derive(Clone)]
struct Received {
    capture: Capture,
    publish: Option<&'static str>,
    settings: serde_json::Value,
    columns: &'static str,
    captured_by: &'static str,
    is_wanted: bool,
    retention: Option<Retention>,
}

impl Received {
    fn new() -> Self {
        let capture = Capture::sql_snapshot("Europe/Sales/Till");
        Self {
            capture,
            publish: Some("published"),
            settings: settings(),
            columns: "id BigInt key, amount Decimal(12,2)",
            captured_by: "Vault",
            is_wanted: true,
            retention: None,
        }
    }

    fn ecosystem(&self) -> Ecosystem {
        let store = Datastore::new("Store")
            .captured(self.capture.clone())
            .dataset(Dataset::new("orders", self.columns).classified("Public"));
        let group = DatasetGroup::new("Now").sink("Store/orders");
        let group = self.retention.into_iter().fold(group, DatasetGroup::with_retention);
        let database =
            |name: &str| DataContainer::postgres(name, "till.example.org", name).located("Azure/USA");
        let desk = Workspace::new("Desk").with_container("Europe/Sales/Reports").group(group);
        let team = Team::new().container(database("Till")).container(database("Reports")).datastore(store);
        let team = if self.is_wanted { team.workspace(desk) } else { team };
        let members = self.settings.as_object().unwrap();
        let stream = PlatformDeclaration::new("Stream", KafkaPlatform::KIND);
        let stream = members.iter().fold(stream, |stream, (name, value)| stream.setting(name, value.clone()));
        let vault = PlatformDeclaration::new("Vault", "local")
            .setting("database", "vault.db")
            .setting("place", "Azure/USA");
        let vault = self.publish.into_iter().fold(vault, |vault, folder| vault.setting("publish", folder));
        let ecosystem = Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
            .vendor(InfrastructureVendor::new("Azure").location("USA"))
            .platform(stream)
            .platform(vault)
            .zone(
                "Europe",
                "github:shop/europe@main",
                GovernanceZone::new().team("Sales", "github:shop/sales@main", team),
            );
        match self.is_wanted {
            true => ecosystem.group_pin("Desk/Now", ["Stream"]).primary_pin("Store", self.captured_by),
            false => ecosystem,
        }
    }

    fn render(&self, folder: &Path) -> Result<DeployedRevision, DeploymentError> {
        let ecosystem = self.ecosystem();
        let registry = Registry::new().with_plugin::<KafkaPlatform>().with_plugin::<LocalPlatform>();
        Deployment::new(registry, folder, "2026-11-25".parse().unwrap()).render(&ecosystem)
    }

    #[track_caller]
    fn assert_refused(&self, code: &str, words: &str) {
        let folder = tempfile::tempdir().unwrap();
        let refusal = self.render(folder.path()).unwrap_err().to_string();
        assert!(refusal.contains(code) && refusal.contains(words), "{code}: {refusal}");
    }
}

#[test]
fn what_is_published_as_files_of_batches_is_received() {
    let mut in_avro = Received::new();
    in_avro.settings["schema_registry"] = json!({"url": "https://registry.example.org"});
    for received in [Received::new(), in_avro] {
        let folder = tempfile::tempdir().unwrap();
        let revision = received.render(folder.path()).unwrap();
        let steps = revision.plans[&PlatformName::from("Stream")].steps();
        assert!(steps.iter().any(|step| step.resource.as_str() == "reception.Store"), "{steps:?}");
    }
}

/// The steps of a plan, without those of metadata.
fn steps(revision: &DeployedRevision) -> Vec<String> {
    let steps = revision.plans[&PlatformName::from("Stream")].steps().iter();
    steps.map(|step| format!("{:?} {}", step.action, step.resource)).collect()
}

#[test]
fn another_folder_is_read_there_and_what_nobody_wants_is_read_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let received = Received { retention: Some(Retention::years(1)), ..Received::new() };
    received.render(folder.path()).unwrap();
    let elsewhere = Received { publish: Some("elsewhere"), ..received };
    assert_eq!(steps(&elsewhere.render(folder.path()).unwrap()), ["Update reception.Store"]);
    let left = steps(&Received { is_wanted: false, ..elsewhere }.render(folder.path()).unwrap());
    // What is promised keeps its topic.
    for step in ["Retire reception.Store", "Retire service_topic.Store-positions", "Hold topic.Store-orders"]
    {
        assert!(left.iter().any(|found| found == step), "{left:?}");
    }
}

#[test]
fn laws_are_kept_where_batches_are_received() {
    let registry = Registry::new().with_plugin::<KafkaPlatform>().with_plugin::<LocalPlatform>();
    let received = Received { retention: Some(Retention::years(1)), ..Received::new() };
    let report = Laws::new(registry).with_kind("kafka").check(&received.ecosystem());
    report.assert();
    assert!(report.counts.changes > 10, "{report}");
}

#[test]
fn what_is_not_published_is_not_received() {
    Received { publish: None, ..Received::new() }.assert_refused("pin/cannot-serve", "`batches`");
}

#[test]
fn rows_without_a_key_are_not_received() {
    let keyless = Received {
        capture: Capture::sql_snapshot("Europe/Sales/Till").keyless_dataset("orders"),
        columns: "id BigInt, amount Decimal(12,2)",
        ..Received::new()
    };
    keyless.assert_refused("pin/cannot-serve", "without a key");
}

#[test]
fn a_topic_does_not_go_on_with_what_another_platform_captures() {
    let folder = tempfile::tempdir().unwrap();
    let streamed =
        Capture::change_data_capture("Europe/Sales/Till").with_consistency(Consistency::SingleDataset);
    let received = Received { retention: Some(Retention::years(1)), ..Received::new() };
    let streamed = Received { capture: streamed, captured_by: "Stream", ..received.clone() };
    streamed.render(folder.path()).unwrap();
    // What is promised keeps the topic.
    Received { is_wanted: false, ..streamed }.render(folder.path()).unwrap();
    let refusal = received.render(folder.path()).unwrap_err().to_string();
    assert!(
        refusal.contains("kafka/other-source") && refusal.contains("batches of another platform"),
        "{refusal}"
    );
}
