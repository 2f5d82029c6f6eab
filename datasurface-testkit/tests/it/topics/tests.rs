//! What the laws say of the platform, and of each bug.

use super::{Bug, Topics, ecosystem::shops};
use cpu_time::ThreadTime;
use datasurface_testkit::{Law, LawReport, Laws, northwind_masked};
use serde_json::{Value, json};
use std::time::Duration;

/// Other values of the settings.
pub(super) fn other_settings() -> [(&'static str, Value); 3] {
    [("brokers", json!("kafka.elsewhere:9092")), ("partitions", json!(12)), ("tasks", json!(2))]
}

fn laws() -> Laws {
    Laws::for_plugin::<Topics>().with_other_settings(other_settings())
}

#[test]
fn the_platform_keeps_every_law() {
    let start = ThreadTime::now();
    let northwind = laws().check(&laws().adapted(&northwind_masked()));
    let reports = [northwind, laws().check(&shops(&json!({}))), laws().check_generated(6)];
    for report in &reports {
        eprintln!("{report}");
        report.assert();
        assert!(report.counts.edits > 15, "{report}");
    }
    assert!(reports.iter().map(|report| report.counts.edits).sum::<usize>() >= 50);
    // Time of the processor: what else the machine does is not counted.
    let took = start.elapsed();
    eprintln!("a conformance run took {took:?}");
    assert!(took < Duration::from_secs(120), "{took:?}");
}

/// The number of bugs, of which a second process shows one.
pub(crate) const BUGS: usize = BROKEN.len() + 1;

/// The law that is meant for each bug, but for what only a second process shows.
const BROKEN: [(Bug, Law); 20] = [
    (Bug::HashOrder, Law::RenderIsDeterministic),
    (Bug::InstanceCounter, Law::RenderIsDeterministic),
    (Bug::HeldNotRendered, Law::HeldStateSurvives),
    (Bug::Clock, Law::SurroundingsAreInvisible),
    // In place of the name of the credential: whatever the value is, the name is not there.
    (Bug::Password, Law::SourcesAreShown),
    (Bug::HeldForADay, Law::HeldIsUnchanged),
    (Bug::RetentionIgnored, Law::FactsAreShown),
    (Bug::NamedByPosition, Law::NeighboursAreInvisible),
    (Bug::NeighboursCounted, Law::NeighboursAreInvisible),
    (Bug::NodesListed, Law::NeighboursAreInvisible),
    (Bug::Harmless, Law::MeaningIsNotUnderstated),
    (Bug::KeyInPlace, Law::KeyChangesCost),
    (Bug::Replaced, Law::OwedIsNotReplaced),
    (Bug::GrantsEverybody, Law::FactsAreShown),
    (Bug::FirstTopic, Law::SourcesAreShown),
    // The topics are there for the capture as well, so law 15 is kept.
    (Bug::NoConnector, Law::SourcesAreShown),
    (Bug::HistoryForADay, Law::FactsAreShown),
    (Bug::OneAddress, Law::OffersAreDistinct),
    (Bug::NoDependencies, Law::DependenciesAreComplete),
    (Bug::SameNames, Law::PlacesAreDistinct),
];

fn with_bug(bug: Bug) -> Laws {
    laws().with_settings(json!({ "bug": bug })).with_shrinking(0)
}

#[test]
fn the_law_that_is_meant_for_a_bug_finds_it() {
    let unseen = BROKEN.into_iter().filter_map(|(bug, law)| {
        let laws = with_bug(bug).stopping_at([law]);
        let report = laws.check(&laws.adapted(&northwind_masked()));
        (!report.laws().contains(&law)).then(|| format!("{bug:?} {law}: {:?}", report.laws()))
    });
    let unseen: Vec<String> = unseen.collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

const IN_SECOND_PROCESS: &str = "topics::tests::what_comes_from_the_environment_is_found_in_a_second_process";

#[test]
fn what_comes_from_the_environment_is_found_in_a_second_process() {
    let check = |laws: Laws| -> LawReport {
        laws.check_in_second_process(&laws.adapted(&northwind_masked()), IN_SECOND_PROCESS)
    };
    check(laws()).assert();
    let environment = check(with_bug(Bug::Environment));
    // In the second process nothing is compared.
    if std::env::var_os("DATASURFACE_LAWS_FOLDER").is_none() {
        assert!(environment.laws().contains(&Law::SurroundingsAreInvisible), "{environment}");
    }
}
