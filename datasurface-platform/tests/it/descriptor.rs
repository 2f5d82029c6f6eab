//! What a platform says of itself, as another program would say it.

use crate::example_graph;
use datasurface_platform::prelude::*;
use std::collections::BTreeSet;

fn descriptor() -> PlatformDescriptor {
    PlatformDescriptor::new("mill", Version::new(1, 0, 0))
}

/// Claims all that the nodes of the example_graph ask for.
fn able() -> PlatformDescriptor {
    keyed().with_keyless()
}

/// The same, but for what has no key.
fn keyed() -> PlatformDescriptor {
    let milestonings = [Milestoning::Live, Milestoning::LiveAndForensic];
    unseen()
        .with_export_targets(["sqlite"])
        .with_milestonings(milestonings)
        .with_artifacts(["sql"])
        .with_quality_checks([CheckKind::NotNull, CheckKind::AcceptedValues])
        .with_formats(["topic"])
}

/// Captures, and nothing else.
fn unseen() -> PlatformDescriptor {
    descriptor().with_captures(["sql_snapshot"], ["sqlite"]).with_consistencies([Consistency::MultiDataset])
}

/// The abilities that the nodes of the example graph need and this does not claim, in words.
fn unclaimed(descriptor: &PlatformDescriptor) -> BTreeSet<String> {
    let views = example_graph::node_views();
    views.iter().flat_map(|view| descriptor.unclaimed(view)).map(|ability| ability.to_string()).collect()
}

#[test]
fn what_is_not_claimed_is_told_and_nothing_else() {
    let told =
        |descriptor: &PlatformDescriptor| -> Vec<String> { unclaimed(descriptor).into_iter().collect() };
    assert_eq!(told(&able()), [] as [&str; 0]);
    assert_eq!(told(&keyed()), ["keep datasets without a key, such as `Sales/items`"]);
    assert_eq!(told(&able().with_best_latency(Latency::hours(1))), ["be as fast as 5 min"]);
    assert_eq!(told(&able().with_longest_retention(Retention::years(1))), ["keep data for 7 y"]);
    let nothing = unclaimed(&descriptor());
    for more in [
        "capture by sql_snapshot",
        "capture from sqlite",
        "read a datastore in one transaction",
        "bring data to sqlite",
        "keep every version of a record",
        "run transformers in sql",
        "show live data",
        "show live data beside every version of a record",
    ] {
        assert!(nothing.contains(more), "{more}: {nothing:?}");
    }
}

#[test]
fn only_captures_ask_for_what_has_no_key() {
    for view in example_graph::node_views() {
        let is_keyless = |dataset: &DatasetFacts| dataset.schema.table().key().is_empty();
        let asks = matches!(view.detail(), NodeDetail::Ingest(from) if from.datasets.iter().any(is_keyless));
        let told = keyed().unclaimed(&view);
        let is_told = told.iter().any(|ability| matches!(ability, Ability::Keyless(_)));
        assert_eq!(is_told, asks, "{}", view.key());
    }
}

#[test]
fn triggers_types_checks_and_grants_are_said_across_the_border() {
    let said = serde_json::to_value(descriptor()).unwrap();
    for silent in ["triggers", "types", "misses_types_in", "quality_checks", "sets_rows_aside", "grants"] {
        assert!(said.get(silent).is_none(), "{silent}: {said}");
    }
    let claiming = descriptor()
        .without_triggers([TriggerKind::Cron])
        .with_types([TypeKind::Array])
        .without_types([TypeKind::Binary])
        .type_up_to(TypeKind::Decimal, 18)
        .without_types_in("mysql", [TypeKind::Array])
        .with_quality_checks([CheckKind::Unique])
        .with_rows_set_aside()
        .with_grants(["postgres"], [PrincipalKind::Role]);
    let said = serde_json::to_value(&claiming).unwrap();
    assert_eq!(said["triggers"], json!(["external", "any_input_moved", "all_inputs_moved"]));
    assert_eq!((&said["types"]["decimal"], &said["types"]["array"]), (&json!(18), &json!(null)));
    assert_eq!(said["misses_types_in"], json!({"mysql": ["array"]}));
    assert_eq!(said["quality_checks"], json!(["unique"]));
    assert_eq!(said["sets_rows_aside"], json!(true));
    assert_eq!(said["grants"], json!({"postgres": ["role"]}));
    assert_eq!(serde_json::from_value::<PlatformDescriptor>(said).unwrap(), claiming);
}

/// The places and the helps of what the host reports of the nodes of the example graph.
fn reported(descriptor: &PlatformDescriptor) -> BTreeSet<(String, Option<String>)> {
    let mut found = Vec::new();
    for node in &example_graph::node_views() {
        let view = LintView::Node(node);
        Reporter::new(&view, &mut found).report_unclaimed(descriptor, view);
    }
    let told = found.iter().map(|one| (one.path().to_string(), one.help().map(str::to_owned)));
    told.collect()
}

#[test]
fn what_is_not_claimed_is_reported_where_it_is_asked_for() {
    let decimals = reported(&able().without_types([TypeKind::Decimal]));
    assert!(!decimals.is_empty());
    for (place, help) in decimals {
        assert!(place.ends_with("/columns/price"), "{place}");
        assert_eq!(help.as_deref(), Some("let another platform do this, or give the column another type"));
    }
    let checks = PlatformDescriptor::new("mill", Version::new(1, 0, 0));
    let checks = reported(&checks)
        .into_iter()
        .filter(|(_, help)| help.as_deref() == Some("let another platform do this, or remove the check"));
    let places: Vec<String> = checks.map(|(place, _)| place).collect();
    assert!(places.iter().all(|place| place.ends_with("/datasets/Sales/orders")), "{places:?}");
    assert_eq!(places.len(), 1);
}

fn carries(descriptor: &PlatformDescriptor, data_type: &str, container: &str) -> bool {
    descriptor.carries(&data_type.parse().unwrap(), Some(&container.into()))
}

#[test]
fn plain_types_need_not_be_claimed() {
    for plain in [
        "Boolean",
        "BigInt",
        "Int(64)",
        "UInt(63)",
        "Real",
        "Double",
        "Decimal(38,10)",
        "Char(3)",
        "NVarChar",
        "Date",
        "Timestamp",
        "Timestamp(UTC)",
        "Binary",
    ] {
        assert!(carries(&descriptor(), plain, "sqlite"), "{plain}");
    }
    for other in [
        "Int(65)",
        "UInt(64)",
        "Float16",
        "Float128",
        "Decimal(39,10)",
        "Interval",
        "Variant",
        "Array(Integer)",
        "Map(Integer, Date)",
        "Struct(a Integer)",
        "Vector(3)",
        "Geography",
    ] {
        assert!(!carries(&descriptor(), other, "sqlite"), "{other}");
        let every = descriptor().with_types(TypeKind::ALL);
        assert!(carries(&every, other, "sqlite"), "{other}");
        assert!(!carries(&every.without_types(TypeKind::ALL), other, "sqlite"), "{other}");
    }
}

#[test]
fn what_is_inside_of_a_type_must_be_carried_too() {
    let nested = descriptor().with_types([TypeKind::Array, TypeKind::Struct, TypeKind::Map]);
    assert!(carries(&nested, "Array(Struct(a Map(Date, Integer)))", "postgres"));
    assert!(!carries(&nested, "Array(Struct(a Map(Date, Interval)))", "postgres"));
    let but_in_postgres = nested.without_types_in("postgres", [TypeKind::Map]);
    assert!(!carries(&but_in_postgres, "Array(Map(Date, Integer))", "postgres"));
    assert!(carries(&but_in_postgres, "Array(Map(Date, Integer))", "duckdb"));
}
