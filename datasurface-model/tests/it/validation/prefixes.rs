//! Files that are among those of another dataset: random datastores, against a specification that compares each with each.

use crate::base::{edited, today};
use datasurface_model::{
    Capture, ContainerKind, DataContainer, Dataset, Datastore, Ecosystem, FileFormat, Findings, Validate,
    Validation,
};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

const PREFIXES: [&str; 7] = ["", "a", "a/", "a/b", "a/b/", "ab", "é"];

/// A datastore for each: whether it is captured from the second bucket, and the prefixes of its datasets.
type Stores = Vec<(bool, Vec<usize>)>;

/// The buckets of the containers from which is captured.
fn bucket(is_second: bool, is_one_bucket: bool) -> &'static str {
    if is_second && !is_one_bucket { "second" } else { "first" }
}

fn build(stores: &Stores, is_one_bucket: bool) -> Ecosystem {
    edited(|team| {
        let container = |name: &str, is_second| {
            let bucket = bucket(is_second, is_one_bucket).into();
            let kind = ContainerKind::ObjectStorage { bucket, prefix: "".into(), endpoint: None };
            DataContainer::new(name, kind).located("Azure/USA")
        };
        let team = team.container(container("First", false)).container(container("Second", true));
        stores.iter().enumerate().fold(team, |team, (number, (is_second, prefixes))| {
            let container = if *is_second { "USA/NorthWind/Second" } else { "USA/NorthWind/First" };
            let capture = Capture::object_files(container, FileFormat::Csv);
            let capture = prefixes.iter().enumerate().fold(capture, |capture, (dataset, prefix)| {
                capture.source(format!("d{dataset}").as_str(), PREFIXES[*prefix])
            });
            let store = Datastore::new(format!("F{number}")).captured(capture);
            team.datastore((0..prefixes.len()).fold(store, |store, dataset| {
                store.dataset(Dataset::new(format!("d{dataset}"), "id Integer key"))
            }))
        })
    })
}

/// For each dataset, how often it is told that others are read from its source: of its own datastore, of a later one if both are the
/// same, and of any that is read from more.
fn expected(stores: &Stores, is_one_bucket: bool) -> BTreeMap<String, usize> {
    let all: Vec<(usize, usize, (&str, &str))> = stores
        .iter()
        .enumerate()
        .flat_map(|(store, (is_second, prefixes))| {
            let bucket = bucket(*is_second, is_one_bucket);
            let prefixes = prefixes.iter().enumerate();
            prefixes.map(move |(dataset, prefix)| (store, dataset, (bucket, PREFIXES[*prefix])))
        })
        .collect();
    let mut told = BTreeMap::new();
    for (store, dataset, (bucket, prefix)) in &all {
        let near = || all.iter().filter(|(.., (other, _))| other == bucket);
        let is_around = |other: &str| prefix.starts_with(other) && *prefix != other;
        let own = near().any(|(other, number, (_, around))| {
            other == store
                && number != dataset
                && (is_around(around) || (around == prefix && number < dataset))
        });
        let same = near().any(|(other, _, (_, around))| other < store && around == prefix);
        let more = near().any(|(other, _, (_, around))| other != store && is_around(around));
        let count = [own, same, more].into_iter().filter(|is_told| *is_told).count();
        if count > 0 {
            told.insert(format!("F{store}/d{dataset}"), count);
        }
    }
    told
}

fn found(findings: &Findings) -> BTreeMap<String, usize> {
    let mut told = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.code() == "capture/shared-source") {
        let segments: Vec<&str> = finding.path().segments().collect();
        let dataset = format!("{}/{}", segments[5], segments.last().unwrap());
        *told.entry(dataset).or_default() += 1;
    }
    told
}

fn stores() -> impl Strategy<Value = Stores> {
    vec((any::<bool>(), vec(0..PREFIXES.len(), 1..4)), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn each_is_told_of_those_that_read_its_files(versions in vec((stores(), any::<bool>()), 1..5)) {
        let mut previous = None;
        for (stores, is_one_bucket) in versions {
            let on = Validation::on(today());
            let on = match &previous {
                None => on,
                Some(Ok(checked)) => on.since(checked),
                Some(Err(invalid)) => on.since(invalid),
            };
            let outcome = build(&stores, is_one_bucket).validate(&on);
            let findings = match &outcome {
                Ok(checked) => checked.findings(),
                Err(invalid) => invalid.findings(),
            };
            prop_assert_eq!(found(findings), expected(&stores, is_one_bucket), "{}", findings);
            previous = Some(outcome);
        }
    }
}
