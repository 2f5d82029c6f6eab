//! What is rendered of transformers, and which ones are not.

use crate::shop::{deployment, settings};
use datasurface_kafka::KafkaPlatform;
use datasurface_platform::prelude::*;
use datasurface_testkit::Deployment;
use std::path::Path;

/// A shop whose orders are made into others.
#[derive(Clone)]
struct Transformed {
    settings: serde_json::Value,
    orders: Dataset,
    wanted: &'static str,
    transformer: DataTransformer,
    made: &'static str,
}

const COLUMNS: &str =
    "id BigInt key, customer VarChar(9), amount Decimal(12,2), placed Date, made_at Timestamp, code Char(3)";

impl Transformed {
    fn new(select: &str) -> Self {
        let mut settings = settings();
        settings["flink"] = json!({"url": "http://flink.example.org:8083"});
        Self {
            settings,
            orders: Dataset::new("orders", COLUMNS).classified("Public"),
            wanted: "Store/orders",
            transformer: DataTransformer::sql("Made").select("orders", select),
            made: "id BigInt key, customer VarChar(9), placed Date",
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn ecosystem(&self) -> Ecosystem {
        let capture =
            Capture::change_data_capture("Europe/Sales/Till").with_consistency(Consistency::SingleDataset);
        let capture =
            if self.wanted == "Store/orders" { capture } else { capture.table("purchases", "orders") };
        let till = DataContainer::postgres("Till", "till.example.org", "main");
        let team = Team::new()
            .credential(Credential::new("reader", CredentialKind::Password).opening("Europe/Sales/Till"))
            .container(till.located("Azure/USA").with_credential("reader"))
            .container(DataContainer::platform_managed("Topics"))
            .datastore(Datastore::new("Store").captured(capture).dataset(self.orders.clone()))
            .datastore(Datastore::new("Made").dataset(Dataset::new("orders", self.made).classified("Public")))
            .workspace(
                Workspace::new("Make")
                    .with_container("Europe/Sales/Topics")
                    .group(DatasetGroup::new("Inputs").sink(self.wanted))
                    .with_transformer(self.transformer.clone()),
            )
            .workspace(
                Workspace::new("Use")
                    .with_container("Europe/Sales/Topics")
                    .group(DatasetGroup::new("Now").sink("Made/orders")),
            );
        let platform = PlatformDeclaration::new("Stream", KafkaPlatform::KIND);
        let members = self.settings.as_object().unwrap();
        let platform =
            members.iter().fold(platform, |platform, (name, value)| platform.setting(name, value.clone()));
        Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
            .vendor(InfrastructureVendor::new("Azure").location("USA"))
            .platform(platform)
            .zone(
                "Europe",
                "github:shop/europe@main",
                GovernanceZone::new().team("Sales", "github:shop/sales@main", team),
            )
    }
}

const SELECT: &str =
    "SELECT id, customer || 'it''s' AS customer, placed FROM Store_orders WHERE amount > 1.5";

fn job(deployment: &Deployment) -> serde_json::Value {
    let scopes = deployment.scopes(&PlatformName::from("Stream")).unwrap();
    let files = scopes.iter().map(|scope| scope.folder.join("job.Make.json"));
    let file = files.into_iter().find(|file| file.exists()).unwrap();
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn in_avro(shop: &mut Transformed) {
    shop.settings["schema_registry"] = json!({"url": "https://registry.example.org"});
}

/// The properties and the statements of a job.
fn shown(shop: &Transformed) -> String {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&shop.ecosystem()).unwrap();
    let job = job(&deployment);
    let statements = job["statements"].as_array().unwrap().iter().map(|one| one.as_str().unwrap());
    let properties = serde_json::to_string_pretty(&job["properties"]).unwrap();
    let required = job.get("required_types").map(ToString::to_string);
    let shown = [properties.as_str()].into_iter().chain(required.as_deref()).chain(statements);
    shown.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn a_job_is_rendered_as_it_was() {
    insta::assert_snapshot!(shown(&Transformed::new(SELECT)));
}

/// Topics in Avro, and brokers and a registry that ask for a login: what names the user and the password is read where the clients of the job run.
#[test]
fn a_job_in_avro_that_logs_in_is_rendered_as_it_was() {
    insta::assert_snapshot!(shown(&Transformed::new(SELECT).with(in_avro).with(|shop| {
        shop.settings["security"] = json!({"protocol": "sasl_ssl", "credential": "Europe/Sales/kafka"});
        shop.settings["schema_registry"]["credential"] = json!("Europe/Sales/registry");
    })));
}

/// A job that begins anew makes its output anew, so nothing that changes no row of it may be in its statements.
#[test]
fn a_job_goes_on_when_its_input_gets_another_name_or_a_column() {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    let before = Transformed::new(SELECT);
    deployment.render(&before.ecosystem()).unwrap();
    let version = job(&deployment)["version"].clone();
    let wider = before.clone().with(|shop| {
        shop.orders = Dataset::new("orders", &*format!("{COLUMNS}, more VarChar")).classified("Public");
    });
    deployment.render(&wider.ecosystem()).unwrap();
    assert_eq!(job(&deployment)["version"], version);
    let renamed = wider.with(|shop| {
        let columns = format!("{COLUMNS}, more VarChar");
        shop.orders = Dataset::new("purchases", &*columns).classified("Public").renamed_from("orders");
        shop.wanted = "Store/purchases";
        let select = SELECT.replace("Store_orders", "Store_purchases");
        shop.transformer = DataTransformer::sql("Made").select("orders", &*select);
    });
    deployment.render(&renamed.ecosystem()).unwrap();
    assert_eq!(job(&deployment)["version"], version);
    let other = renamed.with(|shop| {
        let select = SELECT.replace("Store_orders", "Store_purchases").replace("1.5", "2.5");
        shop.transformer = DataTransformer::sql("Made").select("orders", &*select);
    });
    let revision = deployment.render(&other.ecosystem()).unwrap();
    assert_ne!(job(&deployment)["version"], version);
    let plan = format!("{:?}", revision.plans[&PlatformName::from("Stream")]);
    assert!(plan.contains("the rows of its output are deleted, and made again"), "{plan}");
}

#[test]
fn what_is_no_job_is_refused() {
    let refusal = |folder: &Path, shop: &Transformed| {
        deployment(folder).render(&shop.ecosystem()).map(drop).map_err(|refused| refused.to_string())
    };
    let select =
        |columns: &str| Transformed::new(&format!("SELECT id, customer, {columns} FROM Store_orders"));
    let usual = || select("placed");
    let made = |columns: &'static str| move |shop: &mut Transformed| shop.made = columns;
    for (shop, words) in [
        (usual(), ""),
        (select("'2026-01-01' AS placed"), ""),
        (
            usual().with(|shop| shop.transformer = shop.transformer.clone().with_cron("*/10 * * * *")),
            "kafka/continuous",
        ),
        (
            usual().with(|shop| {
                shop.transformer = shop.transformer.clone().with_trigger(TransformTrigger::External);
            }),
            "kafka/continuous",
        ),
        (
            usual().with(|shop| {
                shop.transformer = shop.transformer.clone().with_trigger(TransformTrigger::AllInputsMoved);
            }),
            "it cannot start a job when all of its inputs moved",
        ),
        (select("placed + 1 AS placed"), "kafka/not-flink"),
        (
            select("made_at").with(made("id BigInt key, customer VarChar(9), made_at Timestamp")),
            "times in several forms",
        ),
        (
            select("code").with(made("id BigInt key, customer VarChar(9), code Char(3)")),
            "blanks behind a text",
        ),
        (
            usual().with(|shop| {
                shop.settings.as_object_mut().unwrap().remove("flink");
            }),
            "it cannot run",
        ),
        (usual().with(in_avro), ""),
        (
            usual().with(in_avro).with(|shop| {
                shop.settings["schema_registry"]["credential"] = json!("Europe/Sales/registry");
            }),
            "",
        ),
        (usual().with(|shop| shop.settings["security"] = json!({"protocol": "ssl"})), ""),
        (
            usual().with(|shop| shop.settings["flink"]["checkpoint_directory"] = json!("s3://bucket/x?y=z")),
            "`flink.checkpoint_directory` must be",
        ),
        (
            usual().with(|shop| shop.settings["flink"]["url"] = json!("flink.example.org")),
            "`flink.url` must be an address",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        match refusal(folder.path(), &shop) {
            Ok(()) => assert_eq!(words, ""),
            Err(refused) => assert!(!words.is_empty() && refused.contains(words), "{words}: {refused}"),
        }
    }
}
