//! Nothing is lost, whatever was built; and no text makes the reader panic.

use super::{
    details::{about, principals, quality_checks},
    form::NORTHWIND,
};
use crate::{
    proptest1::{ecosystems, edits},
    *,
};
use chrono::NaiveDate;
use proptest::{collection::vec, prelude::*, sample::select};

/// Texts that could be mistaken for something else.
pub(super) fn nasty() -> impl Strategy<Value = String> {
    let known = [
        "",
        " ",
        "a/b",
        "/",
        " a",
        "a ",
        "a,b",
        "a, b",
        "key",
        "a key",
        "not null",
        "(",
        ")",
        "a)b",
        "\"",
        "\\",
        "`",
        "\n",
        "\u{0}",
        "\u{7f}",
        "\u{2028}",
        "é",
        "🦀",
        "null",
        "Integer",
        "id Integer key",
        "github:a@b",
        "github:",
        "@",
        "git:x@y@z",
        "a\ta",
        "{}",
        "[",
        "datasurface/1",
        "CUSTOMERS",
        "customers",
        "2026-01-01",
    ];
    prop_oneof![3 => select(known.map(str::to_owned).to_vec()), 1 => any::<String>()]
}

fn repositories() -> impl Strategy<Value = Repository> {
    let host = select(vec![RepositoryHost::GitHub, RepositoryHost::GitLab, RepositoryHost::Git]);
    (host, nasty(), nasty()).prop_map(|(host, repository, branch)| Repository::new(host, repository, branch))
}

fn data_types() -> impl Strategy<Value = DataType> {
    let plain = prop_oneof![
        nasty().prop_map(DataType::timestamp_in),
        any::<Option<u32>>().prop_map(DataType::varchar),
        (any::<Option<u32>>(), nasty()).prop_map(|(length, name)| DataType::nvarchar(length).collated(name)),
        any::<(u16, u16)>().prop_map(|(precision, scale)| DataType::Decimal { precision, scale }),
        any::<(u16, bool)>().prop_map(|(bits, signed)| DataType::CustomInteger { bits, signed }),
        any::<u32>().prop_map(|srid| DataType::Geography { srid, geometry: None }),
        crate::proptest1::data_types(),
    ];
    plain.prop_recursive(40, 60, 2, |inside| {
        prop_oneof![
            inside.clone().prop_map(DataType::array),
            (inside.clone(), inside.clone()).prop_map(|(key, value)| DataType::map(key, value)),
            vec((nasty(), inside, any::<bool>()), 0..3).prop_map(|fields| {
                DataType::structure(fields.into_iter().map(|(name, data_type, is_nullable)| {
                    let field = Field::new(name, data_type);
                    if is_nullable { field } else { field.not_null() }
                }))
            }),
        ]
    })
}

fn schemas() -> impl Strategy<Value = Schema> {
    let column = (nasty(), data_types(), any::<bool>(), vec(nasty(), 0..2)).prop_map(
        |(name, data_type, is_nullable, classifications)| {
            let column = Column::new(name, data_type);
            let column = if is_nullable { column } else { column.not_null() };
            classifications.into_iter().fold(column, Column::classified)
        },
    );
    prop_oneof![
        nasty().prop_map(|text| Schema::from(text.as_str())),
        (vec(column, 0..4), vec(nasty(), 0..3), vec(nasty(), 0..3)).prop_map(|(columns, key, partition)| {
            TableSchema::new(columns).keyed(key).partitioned(partition).into()
        }),
    ]
}

fn locations() -> impl Strategy<Value = InfrastructureLocation> {
    let leaf = nasty().prop_map(InfrastructureLocation::new);
    leaf.prop_recursive(5, 20, 3, |inner| {
        (nasty(), vec(inner, 0..3)).prop_map(|(name, inner)| {
            inner.into_iter().fold(InfrastructureLocation::new(name), InfrastructureLocation::location)
        })
    })
}

fn settings() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        nasty().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Into::into),
            vec((nasty(), inner), 0..3)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

fn containers() -> impl Strategy<Value = DataContainer> {
    let kind = prop_oneof![
        nasty().prop_map(|file| ContainerKind::Sqlite { file: file.into() }),
        (nasty(), any::<u16>(), nasty()).prop_map(|(host, port, database)| ContainerKind::Postgres {
            host: host.into(),
            port,
            database: database.into()
        }),
    ];
    let place = (nasty(), vec(nasty(), 0..3)).prop_map(|(vendor, path)| Place::new(vendor, path));
    (nasty(), kind, vec(place, 0..3)).prop_map(|(name, kind, places)| {
        places.into_iter().fold(DataContainer::new(name, kind), DataContainer::located)
    })
}

fn days() -> impl Strategy<Value = NaiveDate> {
    let range = NaiveDate::MIN.to_epoch_days()..=NaiveDate::MAX.to_epoch_days();
    range.prop_map(|days| NaiveDate::from_epoch_days(days).unwrap())
}

fn datastores() -> impl Strategy<Value = Datastore> {
    let capture = (nasty(), nasty(), nasty(), nasty(), vec((nasty(), nasty()), 0..2), any::<[bool; 3]>())
        .prop_map(|(zone, team, container, text, tables, [together, timed, secret])| {
            let mut capture = Capture::sql_snapshot(ContainerKey::new(zone, team, container));
            for (dataset, table) in tables {
                capture = capture.table(dataset, table);
            }
            capture = if together { capture } else { capture.dataset_by_dataset() };
            capture = if timed { capture.cron(text.as_str()) } else { capture };
            if secret { capture.credential(text) } else { capture }
        });
    let rare = (proptest::option::of((days(), nasty())), vec(quality_checks(), 0..3), about());
    let dataset = (nasty(), schemas(), vec(nasty(), 0..2), rare).prop_map(
        |(name, schema, classifications, (deprecation, checks, (documentation, former)))| {
            let dataset = classifications.into_iter().fold(Dataset::new(name, schema), Dataset::classified);
            let deprecation = deprecation.map(|(since, reason)| Deprecation::new(since, reason));
            let dataset = deprecation.into_iter().fold(dataset, Dataset::deprecated);
            let dataset = checks.into_iter().fold(dataset, Dataset::checked);
            let dataset = documentation.into_iter().fold(dataset, Dataset::documented);
            former.into_iter().fold(dataset, Dataset::renamed_from)
        },
    );
    (nasty(), proptest::option::of(capture), vec(dataset, 0..4)).prop_map(|(name, capture, datasets)| {
        let datastore = Datastore::new(name).datasets_replaced(datasets);
        capture.into_iter().fold(datastore, Datastore::captured)
    })
}

fn workspaces() -> impl Strategy<Value = Workspace> {
    let sink = (nasty(), nasty(), proptest::option::of(days())).prop_map(|(store, dataset, until)| {
        let sink = DatasetSink::new(DatasetKey::new(store, dataset));
        until.into_iter().fold(sink, DatasetSink::accepting_deprecated_until)
    });
    let group = (nasty(), vec(sink, 0..3), any::<Option<u64>>(), any::<Option<u32>>(), vec(nasty(), 0..2))
        .prop_map(|(name, sinks, latency, retention, regulators)| {
            let group = DatasetGroup::new(name).sinks(sinks).milestoning(Milestoning::Forensic);
            let group = latency.map(Latency::seconds).into_iter().fold(group, DatasetGroup::latency);
            let group = retention.map(Retention::days).into_iter().fold(group, DatasetGroup::retention);
            regulators.into_iter().fold(group, DatasetGroup::regulator)
        });
    let transformer = (nasty(), vec((nasty(), nasty()), 0..3), vec((nasty(), nasty()), 0..3)).prop_map(
        |(output, selects, removes)| {
            // In any order: code that was not made with `select`.
            let selects = selects.into_iter().map(|(dataset, sql)| Select { dataset: dataset.into(), sql });
            let artifact = CodeArtifact::Sql { selects: selects.collect() };
            let transformer = DataTransformer::new(artifact, output);
            removes
                .into_iter()
                .fold(transformer, |transformer, (label, why)| transformer.removing(label, why))
        },
    );
    let rare = (vec(principals(), 0..3), about());
    (nasty(), vec(group, 0..3), proptest::option::of(transformer), rare).prop_map(
        |(name, groups, transformer, (principals, (documentation, former)))| {
            let workspace = groups.into_iter().fold(Workspace::new(name), Workspace::group);
            let workspace = transformer.into_iter().fold(workspace, Workspace::transformer);
            let workspace = principals.into_iter().fold(workspace, Workspace::granted);
            let workspace = documentation.into_iter().fold(workspace, Workspace::documented);
            former.into_iter().fold(workspace, Workspace::renamed_from)
        },
    )
}

prop_compose! {
    /// Anything that can be built in code, however wrong.
    fn anything()(
        name in nasty(),
        repositories in [repositories(), repositories(), repositories()],
        locations in vec(locations(), 0..4),
        platforms in vec((nasty(), nasty(), nasty(), settings()), 0..3),
        containers in vec(containers(), 0..3),
        datastores in vec(datastores(), 0..3),
        workspaces in vec(workspaces(), 0..3),
        zones in vec((nasty(), 0..3), 0..4),
        pins in vec((nasty(), nasty(), vec(nasty(), 0..3)), 0..3),
    ) -> Ecosystem {
        let [owner, live, other] = repositories;
        let vendor = locations.into_iter().fold(InfrastructureVendor::new(&*name), InfrastructureVendor::location);
        let team = containers.into_iter().fold(Team::new(), Team::container);
        let team = datastores.into_iter().fold(team, Team::datastore);
        let team = workspaces.into_iter().fold(team, Team::workspace);
        let mut ecosystem = Ecosystem::new(name, owner, live).vendor(vendor.clone()).vendor(vendor);
        for (name, kind, version, config) in platforms {
            let platform = PlatformDeclaration::new(name, kind).version(version.as_str()).config(config);
            ecosystem = ecosystem.platform(platform);
        }
        for (name, how) in zones {
            let zone = GovernanceZone::new().declare(TeamDeclaration::new(&*name, &other));
            ecosystem = match how {
                0 => ecosystem.declare(ZoneDeclaration::new(name, &other)),
                1 => ecosystem.zone(name, &other, GovernanceZone::new()),
                _ => ecosystem.zone(&*name, &other, zone.team(&*name, &other, team.clone())),
            };
        }
        for (a, b, platforms) in pins {
            ecosystem = ecosystem.primary(&*a, &*b).pin(GroupKey::new(a, b), platforms);
        }
        ecosystem
    }
}

fn survives(ecosystem: &Ecosystem) -> Result<(), TestCaseError> {
    let text = ecosystem.to_json();
    let again = Ecosystem::from_json(&text);
    prop_assert_eq!(again.as_ref(), Ok(ecosystem), "{}", text);
    prop_assert_eq!(again.map(|again| again.to_json()), Ok(text));
    Ok(())
}

proptest! {
    #[test]
    fn what_is_saved_loads_as_the_same(ecosystem in anything()) {
        survives(&ecosystem)?;
    }

    #[test]
    fn valid_and_edited_ecosystems_survive(ecosystem in ecosystems(), edits in vec(edits(), 0..6)) {
        survives(&ecosystem)?;
        survives(&edits.iter().fold(ecosystem, |ecosystem, edit| edit.apply(ecosystem)))?;
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), bytes in vec(any::<u8>(), 0..60)) {
        let _ = Ecosystem::from_json(&text).map_err(|error| error.diagnostic(&text));
        let _ = Ecosystem::from_json(&String::from_utf8_lossy(&bytes));
        let _ = Ecosystem::from_json(&format!("{{\"format\": \"datasurface/1\", {text}"));
    }

    #[test]
    fn no_damage_to_a_document_makes_the_reader_panic(
        damages in vec((any::<prop::sample::Index>(), 0_usize..12, nasty()), 1..4),
    ) {
        let mut text: Vec<char> = NORTHWIND.chars().collect();
        for (at, length, insert) in damages {
            let from = at.index(text.len());
            let to = (from + length).min(text.len());
            text.splice(from..to, insert.chars());
        }
        let text: String = text.into_iter().collect();
        if let Err(error) = Ecosystem::from_json(&text) {
            prop_assert!(error.line() != Some(0) && error.column() != Some(0));
            prop_assert!(!error.diagnostic("a.json").message().contains("struct "), "{}", error);
        }
    }
}

#[test]
fn depth_survives_up_to_its_limits() {
    let tree = |depth: usize, name: &str| {
        (1..depth).fold(InfrastructureLocation::new(name), |inner, _| {
            InfrastructureLocation::new(name).location(inner)
        })
    };
    let settings = (0..115).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    let ecosystem = Ecosystem::new("Deep", "git:a@b", "git:a@c")
        .vendor(InfrastructureVendor::new("Plain").location(tree(256, "a")))
        .vendor(InfrastructureVendor::new("Twice").location(tree(50, "a/b")).location(tree(50, "a/b")))
        .platform(PlatformDeclaration::new("Local", "local").setting("deep", settings));
    survives(&ecosystem).unwrap();
    let too_deep = ecosystem.vendor(InfrastructureVendor::new("Deeper").location(tree(257, "a")));
    assert!(Ecosystem::from_json(&too_deep.to_json()).is_err());
}
