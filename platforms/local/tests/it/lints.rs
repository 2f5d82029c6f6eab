//! What is refused, by code.

use crate::northwind::{NorthWind, platform};
use datasurface_local::{CODES, LocalConfig, LocalPlatform, ServerSettings};
use datasurface_platform::{graph::Stage, prelude::*};

fn codes(wind: &NorthWind, edit: impl FnOnce(Team) -> Team) -> Vec<String> {
    let ecosystem = wind.ecosystem().edit_team("USA", "NorthWindTeam", edit);
    crate::example::Example::new(ecosystem, &NorthWind::assignments()).codes()
}

#[test]
fn northwind_is_clean() {
    assert_eq!(codes(&NorthWind::default(), |team| team), [] as [&str; 0]);
}

#[test]
fn a_watermark_tells_of_no_deletion() {
    assert_eq!(codes(&NorthWind::by_version(), |team| team), ["local/unseen-deletions"]);
    let local = platform("northwind.db");
    let descriptor = local.descriptor();
    assert!(descriptor.missed_deletions().is_subset(descriptor.captures()));
    assert!(descriptor.missed_deletions().contains("sql_watermark"));
}

#[test]
fn a_container_that_is_not_claimed_is_refused() {
    let kafka = |team: Team| {
        team.without_container(&"Desk".into()).container(DataContainer::kafka("Desk", ["broker:9092"]))
    };
    let found = codes(&NorthWind::default(), kafka);
    assert!(found.iter().all(|code| code == "platform/unclaimed"), "{found:?}");
    assert_eq!(found.len(), 4, "three exports and a transformer");
}

#[test]
fn a_server_of_a_consumer_is_filled_for_readers_and_transformers() {
    let postgres = |team: Team| {
        let server_fixture = DataContainer::postgres("Desk", "db.example.org", "sales");
        team.without_container(&"Desk".into()).container(server_fixture)
    };
    assert_eq!(codes(&NorthWind::default(), postgres), [] as [&str; 0]);
}

#[test]
fn whoever_is_entitled_must_be_able_to_be_a_role() {
    let wind = NorthWind::default();
    let granted = |container: DataContainer, name: &str| {
        codes(&wind, |team| {
            let team = team.without_container(&"Desk".into()).container(container);
            let sales = wind.consumer().granted(Principal::group(name));
            team.without_workspace(&"Sales".into()).workspace(sales)
        })
    };
    let server = || DataContainer::postgres("Desk", "db.example.org", "sales");
    assert_eq!(granted(server(), "analysts"), [] as [&str; 0]);
    for name in ["public", "none", &"ø".repeat(32)] {
        assert_eq!(granted(server(), name), ["local/principal-name"; 2], "{name}");
    }
    assert_eq!(granted(DataContainer::sqlite("Desk", "desk.db"), "public"), ["local/no-grants"; 2]);
}

#[test]
fn a_postgres_source_is_read_as_text_and_numbers() {
    let wind = NorthWind::default();
    let ecosystem = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        team.without_container(&"Source".into()).container(DataContainer::postgres(
            "Source",
            "db.example.org",
            "sales",
        ))
    });
    let example = crate::example::Example::new(ecosystem, &NorthWind::assignments());
    assert_eq!(example.codes(), [] as [&str; 0]);
    insta::assert_snapshot!(example.rendering().file("jobs.json").unwrap().text().unwrap());
}

#[test]
fn columns_of_ours_are_refused() {
    let wind = NorthWind { customers: "customer_id Integer key, Batch_Out Integer", ..NorthWind::default() };
    assert_eq!(codes(&wind, |team| team), ["local/reserved-column"]);
}

/// A transformer of customers, whatever their other columns are.
const ONLY_KEYS: &str = "SELECT customer_id, '' AS company_name, '' AS city FROM NW_Data_customers";

#[test]
fn types_that_cannot_be_kept_are_refused() {
    let wind = NorthWind {
        customers: "customer_id Integer key, a Int(48), b UInt(63), c Float8E4M3, d Float16",
        select: ONLY_KEYS,
        ..NorthWind::default()
    };
    assert_eq!(codes(&wind, |team| team), [] as [&str; 0]);
    for refused in ["Int(65)", "UInt(64)", "Float128", "Array(Integer)", "Interval", "Vector(3)"] {
        let customers = Box::leak(format!("customer_id Integer key, x {refused}").into_boxed_str());
        let wind = NorthWind { customers, select: ONLY_KEYS, ..NorthWind::default() };
        assert_eq!(codes(&wind, |team| team), ["platform/unclaimed"; 2], "{refused}");
    }
}

#[test]
fn too_many_columns_are_refused() {
    let columns: String = (0..1998).map(|column| format!(", c{column} Integer")).collect();
    let wind = NorthWind {
        customers: Box::leak(format!("id Integer key{columns}").into_boxed_str()),
        ..NorthWind::default()
    };
    assert_eq!(codes(&wind, |team| team), ["local/too-many-columns"]);
}

#[test]
fn sql_that_is_not_one_select_is_refused() {
    for select in ["", "DELETE FROM x", "SELECT 1; SELECT 2", "SELECT (1"] {
        let wind = NorthWind { select, ..NorthWind::default() };
        assert_eq!(codes(&wind, |team| team), ["local/not-one-select"], "{select}");
    }
}

#[test]
fn selects_that_cannot_run_are_refused() {
    for (select, reason) in [
        ("SELECT customer_id, company_name FROM NW_Data_customers", "no such column: \"city\""),
        ("SELECT * FROM customers", "no such table: customers"),
        (
            "SELECT * FROM NW_Data__customers",
            "the transformer uses `NW_Data__customers`, which is not one of its inputs",
        ),
        (
            "SELECT $a AS customer_id, 'x' AS company_name, '' AS city",
            "it is not one SELECT: it has parameters",
        ),
        ("SELECT unknown(1) AS customer_id, 'x' AS company_name, '' AS city", "no such function: unknown"),
        (
            "SELECT 1 AS customer_id, 2 AS company_name, 3 AS city, $a(') AS v); SELECT 2; SELECT * FROM (SELECT $b(') AS v",
            "it is not one SELECT: something follows its end",
        ),
    ] {
        let example = NorthWind { select, ..NorthWind::default() }.example();
        let found = example.found();
        let codes: Vec<&str> = found.iter().map(Diagnostic::code).collect();
        assert_eq!(codes, ["local/select-fails"], "{select}");
        let message = found[0].message();
        assert!(
            message.starts_with("the SELECT that makes `Masked_NW_Data/customers` cannot run: "),
            "{message}"
        );
        assert!(message.contains(reason), "{message}");
        assert!(
            found[0].help().unwrap_or_default().starts_with("its inputs are `NW_Data_customers`"),
            "{select}"
        );
    }
}

#[test]
fn file_names_that_cannot_be_written_to_are_refused() {
    for file in [
        "a\nb.db",
        ":memory:",
        "file:x?mode=ro",
        "x.db?mode=memory",
        "/",
        "data/",
        "data/..",
        "../x.db",
        "/x.db",
        "x.lock",
    ] {
        let found = codes(&NorthWind { file, ..NorthWind::default() }, |team| team);
        assert!(!found.is_empty() && found.iter().all(|code| code == "local/file-name"), "{file}: {found:?}");
    }
}

#[test]
fn a_file_that_may_be_the_platforms_own_is_refused() {
    for file in ["NORTHWIND.DB", "./a/../Northwind.db", ".\\northwind.db"] {
        let found = codes(&NorthWind { file, ..NorthWind::default() }, |team| team);
        assert!(
            !found.is_empty() && found.iter().all(|code| code == "local/unclear-file"),
            "{file}: {found:?}"
        );
    }
    let own = NorthWind { file: "a/../northwind.db", ..NorthWind::default() };
    assert_eq!(codes(&own, |team| team), [] as [&str; 0]);
    assert!(!own.example().rendering().resources().any(|resource| resource.kind() == "copy"));
}

#[test]
fn a_source_that_may_be_the_platforms_own_database_is_refused() {
    let source = |file: &'static str| {
        codes(&NorthWind::default(), |team| {
            team.without_container(&"Source".into()).container(DataContainer::sqlite("Source", file))
        })
    };
    assert_eq!(source("Northwind.db"), ["local/unclear-file"]);
    assert_eq!(source("what?.db"), [] as [&str; 0], "it is only read");
}

#[test]
fn inputs_of_one_name_are_refused() {
    let clash = |team: Team| {
        let store = |name: &'static str, dataset: &'static str| {
            Datastore::new(name)
                .captured(Capture::sql_snapshot("USA/NorthWindTeam/Source"))
                .dataset(Dataset::new(dataset, "id Integer key"))
        };
        let mask = Workspace::new("Mask")
            .with_container("USA/NorthWindTeam/Desk")
            .group(DatasetGroup::new("raw").with_sinks(["A/b_c", "a_B/c"]))
            .with_transformer(DataTransformer::sql("Masked_NW_Data").select("customers", "SELECT 1"));
        team.without_workspace(&"Mask".into())
            .workspace(mask)
            .datastore(store("A", "b_c"))
            .datastore(store("a_B", "c"))
    };
    let ecosystem = NorthWind::default().ecosystem().edit_team("USA", "NorthWindTeam", clash);
    let assignments = NorthWind::assignments().with_primary("Local", "A", Stage::Provisioned).with_primary(
        "Local",
        "a_B",
        Stage::Provisioned,
    );
    let example = crate::example::Example::new(ecosystem, &assignments);
    assert_eq!(example.codes(), ["local/input-name-clash"]);
}

#[test]
fn offers_that_are_missing_or_cannot_be_read_are_refused() {
    let example = NorthWind::default().example();
    let export = example.node("Export/Local/USA/NorthWindTeam/Desk/NW_Data/customers");
    let lint = |inputs: Vec<ResolvedOffer>| {
        let view = NodeView::new(export.facts().clone(), inputs);
        let mut found = Vec::new();
        let what = LintView::Node(&view);
        platform("northwind.db").lint(what, &mut Reporter::new(&what, &mut found));
        found.iter().map(|finding| finding.code().to_owned()).collect::<Vec<_>>()
    };
    let from: NodeKey = "Ingest/Local/NW_Data".parse().unwrap();
    let offer = |address: &str, format: &str| {
        vec![ResolvedOffer::new(from.clone(), Offer::new("NW_Data/customers", address, format))]
    };
    assert_eq!(lint(Vec::new()), ["local/missing-offer"]);
    assert_eq!(lint(offer("northwind.db#t", "iceberg")), ["local/unreadable-offer"]);
    assert_eq!(lint(offer("elsewhere.db#t", "sqlite")), ["local/unreadable-offer"]);
    assert_eq!(lint(offer("./northwind.db#t", "sqlite")), [] as [&str; 0]);
}

#[test]
fn settings_are_checked() {
    let registry = Registry::new().with_plugin::<LocalPlatform>();
    let factory = registry.find(&"local".into(), &semver::VersionReq::STAR).unwrap();
    let create = |config: serde_json::Value| {
        let instance =
            PlatformInstance::new("Local".into(), "local".into(), LocalPlatform::version(), config.into());
        factory.create(&instance).map(|_| ()).map_err(|error| error.kind())
    };
    assert_eq!(create(json!({"database": "a.db", "place": "Company/Bonn"})), Ok(()));
    assert_eq!(create(json!({"database": "a.db", "encryption": "company"})), Ok(()));
    assert!(factory.config_schema().value().to_string().contains(r#""company""#));
    let nobody = json!({"database": "a.db", "encryption": "nobody"});
    let server = |settings| json!({"database": "a.db", "servers": {"db.example.org": settings}});
    assert_eq!(create(server(json!({"sslmode": "verify-full", "root_certificates": "ca.pem"}))), Ok(()));
    for bad in [
        json!({"sslmode": "prefer"}),
        json!({"sslmode": "disable", "root_certificates": "ca.pem"}),
        json!({"sslmode": "require", "root_certificates": "ca.pem"}),
        json!({"client_certificate": "client.pem"}),
        json!({"client_key": "client.key"}),
        json!({"connect_timeout_seconds": 0}),
        json!({"statement_timeout_seconds": -1}),
        json!({"password": "no"}),
    ] {
        assert_eq!(create(server(bad.clone())), Err(PlatformErrorKind::Config), "{bad}");
    }
    for bad in [json!({}), json!({"database": ""}), json!({"database": "a.db", "more": 1}), nobody] {
        assert_eq!(create(bad), Err(PlatformErrorKind::Config));
    }
    for file in [
        ":memory:",
        "file:x?mode=ro",
        "a?.db",
        "/",
        "data/",
        "data/..",
        ".",
        "../x.db",
        "/x.db",
        "C:/x.db",
        "a.db-wal",
    ] {
        assert_eq!(create(json!({"database": file})), Err(PlatformErrorKind::Config), "{file}");
    }
}

#[test]
fn governance_learns_where_data_is_kept() {
    let config = LocalConfig { place: Some("Company/Bonn".to_owned()), ..LocalConfig::new("a.db") };
    let platform = LocalPlatform::new(config.clone());
    let places: Vec<_> = platform.descriptor().data_places().iter().cloned().collect();
    assert_eq!(places, ["Company/Bonn".into()]);
    assert_eq!(platform.descriptor().data_technologies(), &[("sqlite".to_owned(), None)].into());
    let encrypted = LocalPlatform::new(LocalConfig { encryption: Some(KeyHolder::Company), ..config });
    let keys = [("sqlite".to_owned(), Some(KeyHolder::Company))].into();
    assert_eq!(encrypted.descriptor().data_technologies(), &keys);
}

#[test]
fn every_code_is_registered_once_and_explained() {
    let registry = CodeRegistry::default().merge(CODES).unwrap();
    assert_eq!(registry.iter().count(), CODES.len());
    assert!(CODES.iter().all(|code| code.code.starts_with("local/") && !code.explanation.is_empty()));
}

#[test]
fn the_settings_of_the_guide_are_settings() {
    let guide = include_str!("../../../../docs/local-platform.md");
    let (_, example) = guide.split_once("```json\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let config: LocalConfig = serde_json::from_str(example).unwrap();
    let expected = LocalConfig::new("warehouse.db");
    let roots = Some("certificates/company.pem".to_owned());
    let expected = expected
        .server("db.example.org", ServerSettings { root_certificates: roots, ..ServerSettings::default() });
    let place = Some("Company/Frankfurt".to_owned());
    assert_eq!(config, LocalConfig { place, encryption: Some(KeyHolder::Company), ..expected });
}
