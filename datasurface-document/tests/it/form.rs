//! What a document looks like.

use chrono::NaiveDate;
use datasurface_model::*;

const OWNER: &str = "github:northwind/ecosystem@main";

pub(super) const NORTHWIND: &str = r#"{
  "format": "datasurface/1",
  "name": "NorthWind",
  "owner": "github:northwind/ecosystem@main",
  "live": "github:northwind/live@main",
  "vendors": [
    {
      "name": "Azure",
      "locations": [
        "Europe/Berlin",
        "USA"
      ]
    }
  ],
  "platforms": [
    {
      "name": "Local",
      "kind": "local",
      "version": "^1.2",
      "config": {
        "database": "local.db"
      }
    }
  ],
  "zones": [
    {
      "name": "USA",
      "owner": "github:northwind/usa@main",
      "definition": {
        "teams": [
          {
            "name": "NorthWindTeam",
            "owner": "github:northwind/team@feature/x",
            "definition": {
              "containers": [
                {
                  "name": "Source",
                  "kind": {
                    "postgres": {
                      "host": "db.example.org",
                      "database": "northwind"
                    }
                  },
                  "locations": [
                    "Azure/USA"
                  ]
                }
              ],
              "datastores": [
                {
                  "name": "NW_Data",
                  "capture": {
                    "container": "USA/NorthWindTeam/Source",
                    "kind": {
                      "sql_snapshot": {
                        "tables": {
                          "customers": "dbo.Customers"
                        }
                      }
                    },
                    "consistency": "single_dataset",
                    "trigger": {
                      "cron": "*/10 * * * *"
                    },
                    "credential": "reader"
                  },
                  "datasets": [
                    {
                      "name": "customers",
                      "schema": "customer_id VarChar(5) key, city VarChar(15), since Date not null",
                      "classifications": [
                        "PII"
                      ],
                      "deprecation": {
                        "since": "2026-02-01",
                        "reason": "see customers2"
                      }
                    },
                    {
                      "name": "people",
                      "schema": {
                        "columns": [
                          {
                            "name": "id",
                            "type": "Integer",
                            "nullable": false
                          },
                          {
                            "name": "name",
                            "type": "VarChar(20)",
                            "classifications": [
                              "PII"
                            ]
                          }
                        ],
                        "key": [
                          "id"
                        ]
                      }
                    },
                    {
                      "name": "wide",
                      "schema": [
                        "a_rather_long_column_name_1 Timestamp(Europe/Berlin) key",
                        "a_rather_long_column_name_2 Timestamp(Europe/Berlin)"
                      ]
                    }
                  ]
                },
                {
                  "name": "Masked"
                }
              ],
              "workspaces": [
                {
                  "name": "Consumer",
                  "container": "USA/NorthWindTeam/Source",
                  "priority": "high",
                  "groups": [
                    {
                      "name": "live",
                      "sinks": [
                        {
                          "dataset": "NW_Data/customers",
                          "accepts_deprecated_until": "2027-01-31"
                        },
                        "NW_Data/people"
                      ],
                      "milestoning": "live_and_forensic",
                      "latency": "15 min",
                      "retention": "90 d",
                      "regulators": [
                        "SEC"
                      ]
                    }
                  ]
                },
                {
                  "name": "Masking",
                  "transformer": {
                    "output": "Masked",
                    "artifact": {
                      "sql": {
                        "selects": [
                          {
                            "dataset": "people",
                            "sql": "SELECT 1"
                          }
                        ]
                      }
                    },
                    "trigger": {
                      "cron": "0 3 * * *"
                    },
                    "removes": {
                      "people": {
                        "PII": {
                          "why": "hashed",
                          "columns": {
                            "name": "by a hash"
                          }
                        }
                      }
                    }
                  }
                }
              ]
            }
          }
        ]
      }
    }
  ],
  "group_pins": [
    {
      "group": "Consumer/live",
      "platforms": [
        "Local"
      ]
    }
  ],
  "primary_pins": [
    {
      "datastore": "NW_Data",
      "platform": "Local"
    }
  ]
}
"#;

pub(super) fn northwind() -> Ecosystem {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let source = "USA/NorthWindTeam/Source";
    let people = TableSchema::new([
        Column::new("id", DataType::Integer).not_null(),
        Column::new("name", DataType::varchar(20)).classified("PII"),
    ])
    .keyed(["id"]);
    let wide = "a_rather_long_column_name_1 Timestamp(Europe/Berlin) key, \
                a_rather_long_column_name_2 Timestamp(Europe/Berlin)";
    let customers = "customer_id VarChar(5) key, city VarChar(15), since Date not null";
    let data = Datastore::new("NW_Data")
        .captured(
            Capture::sql_snapshot(source)
                .table("customers", "dbo.Customers")
                .with_consistency(Consistency::SingleDataset)
                .with_cron("*/10 * * * *")
                .with_credential("reader"),
        )
        .dataset(
            Dataset::new("customers", customers)
                .classified("PII")
                .deprecated(Deprecation::new(day(2026, 2, 1), "see customers2")),
        )
        .dataset(Dataset::new("people", people))
        .dataset(Dataset::new("wide", wide));
    let consumer = Workspace::new("Consumer").with_container(source).with_priority(Priority::High).group(
        DatasetGroup::new("live")
            .sink(DatasetSink::new("NW_Data/customers").with_consent_until(day(2027, 1, 31)))
            .sink("NW_Data/people")
            .with_milestoning(Milestoning::LiveAndForensic)
            .with_latency(Latency::minutes(15))
            .with_retention(Retention::days(90))
            .regulator("SEC"),
    );
    let masking = Workspace::new("Masking").with_transformer(
        DataTransformer::sql("Masked").select("people", "SELECT 1").with_cron("0 3 * * *").removal(
            "people",
            "PII",
            Removal::new("hashed").column("name", "by a hash"),
        ),
    );
    let team = Team::new()
        .container(DataContainer::postgres("Source", "db.example.org", "northwind").located("Azure/USA"))
        .datastore(data)
        .datastore(Datastore::new("Masked"))
        .workspace(consumer)
        .workspace(masking);
    Ecosystem::new("NorthWind", OWNER, "github:northwind/live@main")
        .vendor(
            InfrastructureVendor::new("Azure")
                .location(InfrastructureLocation::new("Europe").location("Berlin"))
                .location("USA"),
        )
        .platform(
            PlatformDeclaration::new("Local", "local")
                .with_version_requirement("^1.2")
                .setting("database", "local.db"),
        )
        .zone(
            "USA",
            "github:northwind/usa@main",
            GovernanceZone::new().team("NorthWindTeam", "github:northwind/team@feature/x", team),
        )
        .group_pin("Consumer/live", ["Local"])
        .primary_pin("NW_Data", "Local")
}

#[test]
fn a_document_shows_everything_in_few_words() {
    // Datastores come in the order of their names.
    let written = datasurface_document::to_json(&northwind());
    assert_eq!(datasurface_document::from_json(NORTHWIND).unwrap(), northwind());
    assert_eq!(datasurface_document::to_json(&datasurface_document::from_json(NORTHWIND).unwrap()), written);
    let lines = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(|line| line.trim_end_matches(',').to_owned()).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&written), lines(NORTHWIND));
    assert!(written.ends_with("}\n"));
}

#[test]
fn what_is_left_out_is_the_default() {
    let ecosystem = Ecosystem::new("E", OWNER, "git:x@y");
    assert_eq!(
        datasurface_document::to_json(&ecosystem),
        "{\n  \"format\": \"datasurface/1\",\n  \"name\": \"E\",\n  \
         \"owner\": \"github:northwind/ecosystem@main\",\n  \"live\": \"git:x@y\"\n}\n"
    );
}

/// Whatever word somebody takes for a unit, of whatever span: it is read, and written in one form.
#[test]
fn spans_of_time_are_read_by_every_name_of_their_units() {
    let written = |latency: &str, retention: &str| {
        let text = NORTHWIND.replace("\"15 min\"", &format!("\"{latency}\""));
        let text = text.replace("\"90 d\"", &format!("\"{retention}\""));
        datasurface_document::from_json(&text).map(|ecosystem| datasurface_document::to_json(&ecosystem))
    };
    for (latency, retention, expected) in [
        (["1 hour", "60 minutes", "3600 s", "1h"], ["30 d", "30 days", "30d", "30  days"], ["1 h", "30 d"]),
        (
            ["1 day", "24 hours", "1 d", "86400 seconds"],
            ["1 year", "365 d", "1 y", "1 years"],
            ["1 d", "1 y"],
        ),
    ] {
        for (latency, retention) in latency.into_iter().zip(retention) {
            let text = written(latency, retention).unwrap();
            for (member, expected) in ["latency", "retention"].into_iter().zip(expected) {
                assert!(
                    text.contains(&format!("\"{member}\": \"{expected}\"")),
                    "{latency}, {retention}: {text}"
                );
            }
        }
    }
    for (latency, retention) in [("1 hou", "30 d"), ("1 month", "30 d"), ("1 h", "48 h"), ("1 h", "1 week")] {
        assert!(written(latency, retention).is_err(), "{latency}, {retention}");
    }
}

#[test]
fn a_byte_order_mark_and_any_order_of_members_are_fine() {
    let text = "\u{feff}{\"name\": \"E\", \"live\": \"git:x@y\", \"zones\": [], \"owner\": \"git:x@z\", \
                \"format\": \"datasurface/1\"}";
    assert_eq!(datasurface_document::from_json(text).unwrap(), Ecosystem::new("E", "git:x@z", "git:x@y"));
}

/// What depended on the order would be rendered anew when somebody sorts a list.
#[test]
fn the_order_of_statements_makes_no_difference() {
    let select = |dataset: &str| format!(r#"{{"dataset": "{dataset}", "sql": "SELECT 1"}}"#);
    let read = |datasets: [&str; 2]| {
        let selects = datasets.map(select).join(", ");
        let (before, rest) = NORTHWIND.split_once("\"selects\": [").unwrap();
        let (_, after) = rest.split_once(']').unwrap();
        datasurface_document::from_json(&format!("{before}\"selects\": [{selects}]{after}")).unwrap()
    };
    let (one, other) = (read(["a", "b"]), read(["b", "a"]));
    assert_eq!(one, other);
    assert_eq!(datasurface_document::to_json(&one), datasurface_document::to_json(&other));
}

#[test]
fn no_avro_beside_columns_says_nothing() {
    const COLUMNS: &str =
        r#"{"columns": [{"name": "id", "type": "Integer", "nullable": false}], "key": ["id"]"#;
    let with = |schema: String| {
        let text = NORTHWIND
            .replace("\"customer_id VarChar(5) key, city VarChar(15), since Date not null\"", &schema);
        assert_ne!(text, NORTHWIND);
        datasurface_document::from_json(&text).unwrap()
    };
    assert_eq!(with(format!(r#"{COLUMNS}, "avro": null}}"#)), with(format!("{COLUMNS}}}")));
}

#[test]
fn equal_schemas_are_stored_once() {
    let column = r#"{"columns": [{"name": "id", "type": "Integer", "nullable": false}], "key": ["id"]}"#;
    let text = NORTHWIND
        .replace(
            "\"customer_id VarChar(5) key, city VarChar(15), since Date not null\"",
            "\"id Integer key\"",
        )
        .replace(
            "\"name\": \"Masked\"",
            &format!(r#""name": "Masked", "datasets": [{{"name": "m", "schema": {column}}}]"#),
        );
    let ecosystem = datasurface_document::from_json(&text).unwrap();
    let team = ecosystem.zones().get("USA").unwrap().definition().unwrap().teams();
    let stores = team.get("NorthWindTeam").unwrap().definition().unwrap().datastores();
    let schema = |store: &str, dataset: &str| {
        stores.get(store).unwrap().datasets().get(dataset).unwrap().schema().clone()
    };
    assert!(schema("NW_Data", "customers").is_shared_with(&schema("Masked", "m")));
    assert!(!schema("NW_Data", "customers").is_shared_with(&schema("NW_Data", "wide")));
}

#[test]
fn a_schema_in_avros_words_stays_in_them() {
    let avro = AvroSchema::new(serde_json::json!({"type": "record", "name": "payment", "fields": [
        {"name": "id", "type": "long"},
        {"name": "means", "type": {"type": "enum", "name": "means", "symbols": ["card", "cash"]}, "default": "card"},
        {"name": "tip", "type": ["null", "double"], "default": null, "aliases": ["extra"]},
    ]}));
    let written = avro.json().clone();
    let dataset = Dataset::new("payments", avro.keyed(["id"]).partitioned(["means"]));
    let team = Team::new().datastore(Datastore::new("Shop").dataset(dataset));
    let zone = GovernanceZone::new().team("Sales", OWNER, team);
    let ecosystem = Ecosystem::new("E", OWNER, "git:x@y").zone("USA", OWNER, zone);

    let document: serde_json::Value =
        serde_json::from_str(&datasurface_document::to_json(&ecosystem)).unwrap();
    let store = &document["zones"][0]["definition"]["teams"][0]["definition"]["datastores"][0];
    let schema = &store["datasets"][0]["schema"];
    assert_eq!(schema["avro"], written.value());
    assert_eq!(
        (schema["key"].to_string(), schema["partition"].to_string()),
        (r#"["id"]"#.into(), r#"["means"]"#.into())
    );
    assert_eq!(
        datasurface_document::from_json(&datasurface_document::to_json(&ecosystem)).unwrap(),
        ecosystem
    );
    assert_eq!(
        datasurface_document::from_yaml(&datasurface_document::to_yaml(&ecosystem)).unwrap(),
        ecosystem
    );
}
