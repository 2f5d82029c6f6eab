//! `check`.

use crate::{
    models,
    run::{Fixture, Said},
};
use datasurface_model::{Capture, Dataset, DatasetGroup, DatasetSink, Datastore, Waiver, Workspace};

fn check(fixture: &Fixture, more: &str) -> Said {
    fixture.run(&format!("check model.json --on 2026-02-01 {more}"))
}

#[test]
fn a_good_model_is_good() {
    let fixture = Fixture::new(&models::first());
    let before = fixture.listing();
    let said = check(&fixture, "").good();
    assert_eq!(said.err, "");
    assert!(!said.out.contains("error"), "{said:?}");
    let json = check(&fixture, "--format json").good().json();
    assert_eq!(json["is_valid"], true);
    assert!(json["findings"].is_array());
    assert_eq!(fixture.listing(), before);
}

#[test]
fn findings_of_validation_go_to_the_standard_output() {
    let fixture = Fixture::new(&models::broken());
    let said = check(&fixture, "").bad();
    assert_eq!(said.err, "");
    assert!(said.out.contains("error[reference/"), "{said:?}");
    assert!(said.out.contains("did you mean `NW_Data/products`?"), "{said:?}");
    assert!(said.out.contains("suggestion: call it `NW_Data/products` at "), "{said:?}");
    assert!(said.out.contains(" (in github:"), "the suggestion says to whom it is addressed: {said:?}");
    assert!(said.out.ends_with("1 error\n"), "{said:?}");
    let said = check(&fixture, "--format json").bad();
    assert_eq!(said.json()["is_valid"], false);
    assert_eq!(said.codes().len(), 1);
}

#[test]
fn what_needs_platforms_is_judged_too() {
    let fixture = Fixture::new(&models::strange());
    let said = check(&fixture, "").bad();
    assert!(said.out.contains("error[platform/unknown-kind]: "), "{said:?}");
    assert!(said.out.contains("did you mean `local`?"), "{said:?}");
    let said = check(&fixture, "--format json").bad();
    assert!(said.codes().contains(&"platform/unknown-kind".to_owned()), "{said:?}");
}

#[test]
fn credentials_are_listed_with_their_variables_and_never_looked_at() {
    use datasurface_model::{Credential, CredentialKind};
    let model = models::first().edit_team("USA", "NorthWind", |team| {
        let unused = Credential::new("unused", CredentialKind::Password).opening("USA/NorthWind/Lab");
        team.credential(unused)
    });
    let fixture = Fixture::new(&model);
    assert!(!check(&fixture, "").good().out.contains("DATASURFACE_CREDENTIAL"));
    let said = check(&fixture, "--credentials").good();
    let wanted = "DATASURFACE_CREDENTIAL_USA__NorthWind__unused\n  password of USA/NorthWind\n  opens USA/NorthWind/Lab\n  used by nothing";
    assert!(said.out.contains(wanted), "{said:?}");
    assert!(said.out.contains("note[credential/unused]: nothing uses the credential `USA/NorthWind/unused`"));
    let json = check(&fixture, "--credentials --format json").good().json();
    assert_eq!(json["credentials"][0]["variable"], "DATASURFACE_CREDENTIAL_USA__NorthWind__unused");
    assert_eq!(json["credentials"][0]["used_by"], serde_json::json!([]));
}

#[test]
fn a_credential_in_use_says_by_whom() {
    use datasurface_model::{Credential, CredentialKind};
    let model = models::first().edit_team("USA", "NorthWind", |team| {
        let reader = Credential::new("reader", CredentialKind::Password).opening("USA/NorthWind/Source");
        let captured = |store: Datastore| {
            store.captured(Capture::sql_snapshot("USA/NorthWind/Source").with_credential("reader"))
        };
        team.credential(reader).edit_datastore(&"NW_Data".into(), captured)
    });
    let said = check(&Fixture::new(&model), "--credentials");
    assert!(said.out.contains("used by zones/USA/teams/NorthWind/datastores/NW_Data/capture"), "{said:?}");
    assert!(!said.out.contains("credential/unused"), "{said:?}");
}

#[test]
fn the_gravest_findings_are_shown_and_the_others_counted() {
    let model = models::first().edit_team("USA", "NorthWind", |team| {
        let wrong = |number: usize| Dataset::new(format!("d{number}"), "id Nonsense key");
        let capture = Capture::sql_snapshot("USA/NorthWind/Source");
        team.datastore(Datastore::new("Wrong").captured(capture).with_datasets((0..1200).map(wrong)))
    });
    let fixture = Fixture::new(&model);
    let said = check(&fixture, "").bad();
    assert_eq!(said.out.matches("error[").count(), 1000);
    assert!(said.out.contains(" more findings\n"), "{}", said.out.len());
    let json = check(&fixture, "--format json").bad().json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1000);
    assert!(json["omitted"].as_u64().unwrap() >= 200);
    for verb in ["graph", "plan --target out", "render --target out"] {
        let said = fixture.run(&format!("{verb} model.json --on 2026-02-01")).bad();
        assert_eq!(said.err.matches("error[").count(), 1000, "{verb}");
        assert!(said.err.ends_with(" more findings\n"), "{verb}: {}", said.err.len());
        let said = fixture.run(&format!("{verb} model.json --on 2026-02-01 --format json")).bad();
        assert_eq!(said.codes().len(), 1000, "{verb}");
        assert_eq!(said.json()["omitted"], json["omitted"], "{verb}");
    }
}

/// A name may be as long as a document, and is in all that is said of what is wrong below it.
#[test]
fn a_report_has_a_size_whatever_is_long() {
    let wrong = (0..1500).map(|number| DatasetSink::from(&*format!("NW_Data/d{number}")));
    let group = DatasetGroup::new("all").with_sinks(wrong);
    let long = Workspace::new("W".repeat(50_000)).with_container("USA/NorthWind/Lab").group(group);
    let fixture = Fixture::new(&models::first().edit_team("USA", "NorthWind", |team| team.workspace(long)));
    for verb in ["check", "graph", "plan --target out", "render --target out"] {
        for format in ["text", "json"] {
            let said = fixture.run(&format!("{verb} model.json --format {format}")).bad();
            let size = said.out.len() + said.err.len();
            assert!(size <= 3 << 20, "{verb} as {format}: {size}");
            assert!(
                said.out.contains("bytes more)") || said.err.contains("bytes more)"),
                "{verb} as {format}"
            );
        }
    }
}

#[test]
fn another_separator_in_a_sink_is_told_and_mended() {
    for wrong in ["NW_Data.products", "NW_Data:products"] {
        let model = models::first().edit_team("USA", "NorthWind", |team| {
            let group = DatasetGroup::new("all").sink(wrong);
            let workspace = Workspace::new("Dotted").with_container("USA/NorthWind/Lab");
            team.workspace(workspace.group(group))
        });
        let said = check(&Fixture::new(&model), "").bad();
        assert!(said.out.contains("did you mean `NW_Data/products`?"), "{said:?}");
        assert!(said.out.contains("suggestion: call it `NW_Data/products` at "), "{said:?}");
    }
}

/// A model in which a member is called otherwise, each in turn.
fn misspelt(value: &serde_json::Value, all: &mut Vec<serde_json::Value>) {
    use serde_json::Value;
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(index, element)| (index.to_string(), element)).collect()
        }
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        _ => return,
    };
    for (name, member) in inner {
        if value.is_object() {
            let mut changed = value.clone();
            let members = changed.as_object_mut().unwrap();
            let member = members.remove(&name).unwrap();
            members.insert(format!("{name}zz"), member);
            all.push(changed);
        }
        let mut within = Vec::new();
        misspelt(member, &mut within);
        for changed in within {
            let mut around = value.clone();
            match &mut around {
                Value::Array(elements) => elements[name.parse::<usize>().unwrap()] = changed,
                _ => around[&name] = changed,
            }
            all.push(around);
        }
    }
}

#[test]
fn a_misspelt_member_is_no_reason_for_findings_of_platforms() {
    let fixture = Fixture::new(&models::first());
    let known = check(&fixture, "--format json").good().codes();
    let mut all = Vec::new();
    misspelt(&datasurface_document::to_value(&models::first()), &mut all);
    assert!(all.len() > 50);
    for model in all {
        fixture.write("model.json", model.to_string());
        let said = check(&fixture, "--format json").codes();
        if said.iter().any(|code| code.starts_with("document/")) {
            let follows = |code: &&String| !code.starts_with("document/") && !known.contains(code);
            assert_eq!(said.iter().find(follows), None, "{model}");
        }
    }
}

#[test]
fn an_error_hides_nothing_that_platforms_find_elsewhere() {
    let odd = |team: datasurface_model::Team| {
        let capture = Capture::sql_snapshot("USA/NorthWind/Source");
        let odd = Datastore::new("Odd")
            .captured(capture)
            .dataset(Dataset::new("pictures", "id Integer key, picture Variant(20)").classified("Public"));
        let workspace = Workspace::new("Gallery")
            .with_container("USA/NorthWind/Lab")
            .group(DatasetGroup::new("all").sink("Odd/pictures"));
        team.datastore(odd).workspace(workspace)
    };
    let alone = models::first().edit_team("USA", "NorthWind", odd);
    assert!(check(&Fixture::new(&alone), "--format json").codes().contains(&"choice/no-platform".to_owned()));
    let fixture = Fixture::new(&models::broken().edit_team("USA", "NorthWind", odd));
    let codes = check(&fixture, "--format json").codes();
    for code in ["reference/unknown-dataset", "choice/no-platform"] {
        assert!(codes.contains(&code.to_owned()), "{codes:?}");
    }
}

#[test]
fn what_was_waived_is_told_with_its_reason() {
    let path = "zones/USA/teams/NorthWind/datastores/Order";
    let last = chrono::NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
    let waiver = Waiver::new("name/reserved-word", path, "it is called so\n::error::everywhere", last);
    let model = models::first().waiver(waiver).edit_team("USA", "NorthWind", |team| {
        let capture = Capture::sql_snapshot("USA/NorthWind/Source");
        team.datastore(
            Datastore::new("Order").captured(capture).dataset(Dataset::new("lines", "id Integer key")),
        )
    });
    let fixture = Fixture::new(&model);
    let said = check(&fixture, "").good();
    assert!(
        said.out.contains("waived[name/reserved-word] until 2026-12-31: the datastore name `Order`"),
        "{said:?}"
    );
    // A log takes lines for commands.
    assert!(said.out.contains("reason: it is called so\\n::error::everywhere"), "{said:?}");
    assert!(!said.out.contains("warning[name/reserved-word]"), "{said:?}");
    let json = check(&fixture, "--format json").good().json();
    assert_eq!(json["waived"][0]["path"], path);
    assert_eq!(json["waived"][0]["reason"], "it is called so\n::error::everywhere");
}

#[test]
fn the_model_may_come_from_the_standard_input() {
    let fixture = Fixture::new(&models::first());
    let text = datasurface_document::to_json(&models::first());
    fixture.run_with("check - --on 2026-02-01", text.as_bytes()).good();
    let said = fixture.run_with("check -", b"{").bad();
    assert!(said.out.contains("at standard input:1:1"), "{said:?}");
}

#[test]
fn today_is_a_day_too() {
    let fixture = Fixture::new(&models::first());
    fixture.run("check model.json").good();
}

#[test]
fn misuse_of_the_command_line() {
    let fixture = Fixture::new(&models::first());
    for wrong in [
        "",
        "check",
        "chekc model.json",
        "check model.json --on yesterday",
        "check model.json --on 2026-02-30",
        "check model.json --format mermaid",
        "plan model.json",
        "render model.json",
        "plan model.json --target out --remake",
        "graph model.json --format yaml",
    ] {
        let said = fixture.run(wrong);
        assert_eq!(said.code, 2, "`{wrong}`: {said:?}");
        assert_eq!(said.out, "", "`{wrong}`");
    }
    fixture.run("--help").good();
    fixture.run("--version").good();
    fixture.run("render --help").good();
}

/// A model with two platforms, of which a zone denies the first, and a group that is pinned to these.
fn pinned_to(platforms: &str) -> String {
    let denied = "  owner: github:big/us@main\n  definition:\n    policies: [{name: other, rule: {platforms: {deny: [Mill]}}}]\n";
    let second =
        "- name: Loom\n  kind: local\n  config: {database: loom.db, place: Mine/Bonn, encryption: company}\n";
    include_str!("../steps/closed.yaml")
        .replace("  owner: github:big/us@main\n  definition:\n", denied)
        .replace("platforms:\n- name", &format!("platforms:\n{second}  locations: [Mine/Bonn]\n- name"))
        .replace("platforms: [Mill]", &format!("platforms: [{platforms}]"))
}

#[test]
fn a_denied_platform_is_taken_away_where_another_one_stays() {
    let fixture = Fixture::new(&models::first());
    let suggested = |platforms: &str| {
        fixture.write("model.yaml", pinned_to(platforms));
        let said = fixture.run("check model.yaml --on 2026-11-21 --format json");
        assert_eq!(said.codes(), ["governance/platform"], "{said:?}");
        said.json()["findings"][0]["suggestion"].clone()
    };
    assert!(suggested("Mill").is_null(), "without a pin, it may be that none can serve the group");
    let path = suggested("Loom, Mill")["path"].to_string();
    assert_eq!(path, r#"["group_pins","Report/daily","platforms","Mill"]"#);
    fixture.write("model.yaml", pinned_to("Loom"));
    fixture.run("check model.yaml --on 2026-11-21").good();
}

/// A cluster may be a producer's and have topics of a platform, too: those are nobody's to capture.
#[test]
fn topics_of_a_platform_are_not_captured() {
    let fixture = Fixture::new(&models::first());
    let model = |topic: &str| {
        format!(
            "format: datasurface/1
name: Big
owner: github:big/model@main
live: github:big/live@main
vendors: [{{name: Mine, locations: [Bonn]}}]
platforms:
- name: Stream
  kind: kafka
  config: {{bootstrap_servers: ['k1.example:9092', 'k2.example:9092'], connect_url: 'http://connect:8083', topic_prefix: x, place: Mine/Bonn}}
  locations: [Mine/Bonn]
zones:
- name: EU
  owner: github:big/eu@main
  definition:
    teams:
    - name: Sales
      owner: github:big/sales@main
      definition:
        containers:
        - {{name: Cluster, kind: {{kafka: {{brokers: ['K2.example:9092']}}}}, locations: [Mine/Bonn]}}
        datastores:
        - name: Shop
          capture: {{container: EU/Sales/Cluster, kind: {{kafka: {{topics: {{orders: {topic}}}}}}}}}
          datasets: [{{name: orders, schema: id Integer key}}]
"
        )
    };
    let captured = |topic: &str| {
        fixture.write("topics.yaml", model(topic));
        let said = fixture.run("check topics.yaml --on 2026-02-01 --format json");
        said.codes().contains(&"platform/store-captured".to_owned())
    };
    assert!(captured("x.Shop__orders"));
    assert!(!captured("xy.orders") && !captured("orders"));
}
