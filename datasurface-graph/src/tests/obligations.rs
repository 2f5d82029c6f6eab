//! Obligations where joins are easy to get wrong: around cycles, and across platforms.

use super::{Fixture, group, key};
use crate::{Custody, IntentionGraphs, RetentionPeriod, Stage};
use datasurface_model::{DatasetGroup, Latency, Milestoning, Priority, Retention, Workspace};

const LIVE: Custody = Custody { live: true, history: false, retention: None };

fn custody(graphs: &IntentionGraphs, ingest: &str) -> Custody {
    graphs.node(&key(ingest)).unwrap().obligation().custody()
}

/// `Raw` → `Ping` ⇄ `Pong`, which read each other.
fn ping_pong() -> Fixture {
    Fixture::new()
        .captured("Raw")
        .made("MakePing", "Ping", &["Raw", "Pong"])
        .made("MakePong", "Pong", &["Ping"])
        .primary("One", &["Raw", "Ping", "Pong"])
}

#[test]
fn custodies_are_those_of_facts() {
    let graphs = ping_pong().served("One", Workspace::new("Reader"), group("group", &["Ping"])).graphs();
    let graph = graphs.iter().next().unwrap();
    for node in graph.nodes() {
        let facts = node.facts();
        let of_facts = facts.datasets().iter().map(|dataset| (dataset.key.clone(), dataset.custody));
        assert_eq!(node.custodies().collect::<Vec<_>>(), of_facts.collect::<Vec<_>>(), "{node:?}");
    }
    assert_eq!(graph.nodes().flat_map(|node| node.custodies()).count(), 3);
}

#[test]
fn all_of_a_cycle_owe_what_any_of_them_owes() {
    let of_ping = Workspace::new("OfPing").with_priority(Priority::Low);
    let of_pong = Workspace::new("OfPong").with_priority(Priority::High);
    let graphs = ping_pong()
        .served("One", of_ping, group("group", &["Ping"]).with_latency(Latency::minutes(1)))
        .served("One", of_pong, group("group", &["Pong"]).regulator("Central Bank"))
        .graphs();
    let graph = graphs.iter().next().unwrap();
    // Every node leads to both consumers: there is one container, so the consumers share exports with the transformers.
    assert_eq!(graph.len(), 3 + 3 + 2 + 2);
    for node in graph.nodes() {
        let obligation = node.obligation();
        assert_eq!(obligation.priority(), Some(Priority::High), "{node:?}");
        assert_eq!(obligation.latency(), Some(Latency::minutes(1)), "{node:?}");
        assert!(obligation.regulators().contains("Central Bank"), "{node:?}");
    }
}

#[test]
fn a_cycle_does_not_keep_what_one_consumer_of_it_must() {
    let seven_years = group("group", &["Pong"])
        .with_milestoning(Milestoning::LiveAndForensic)
        .with_retention(Retention::years(7));
    let graphs = ping_pong().served("One", Workspace::new("Auditor"), seven_years).graphs();
    let owed =
        Custody { live: true, history: true, retention: Some(RetentionPeriod::For(Retention::years(7))) };
    assert_eq!(custody(&graphs, "Ingest/One/Pong"), owed);
    assert_eq!(custody(&graphs, "Ingest/One/Ping"), LIVE);
    assert_eq!(custody(&graphs, "Ingest/One/Raw"), LIVE);
    assert_eq!(custody(&graphs, "Transform/One/MakePong"), Custody::default());
}

#[test]
fn what_leaves_a_cycle_owes_nothing_to_it() {
    let aside = Workspace::new("Aside").with_priority(Priority::Low);
    let important = Workspace::new("Important").with_priority(Priority::Critical);
    let graphs = ping_pong()
        .made("MakeAside", "Aside", &["Ping"])
        .primary("One", &["Aside"])
        .served("One", aside, group("group", &["Aside"]))
        .served("One", important, group("group", &["Pong"]))
        .graphs();
    let priority = |text: &str| graphs.node(&key(text)).unwrap().obligation().priority();
    assert_eq!(priority("Ingest/One/Aside"), Some(Priority::Low));
    assert_eq!(priority("Trigger/One/MakeAside"), Some(Priority::Low));
    assert_eq!(priority("Ingest/One/Ping"), Some(Priority::Critical));
    assert_eq!(priority("Ingest/One/Raw"), Some(Priority::Critical));
}

#[test]
fn whoever_captures_for_all_keeps_what_anybody_needs() {
    let history =
        group("group", &["Raw"]).with_milestoning(Milestoning::Forensic).with_retention(Retention::days(30));
    let urgent = Workspace::new("Urgent").with_priority(Priority::Critical);
    let graphs = Fixture::new()
        .captured("Raw")
        .primary("One", &["Raw"])
        .capturing("Next", "Raw", Stage::Provisioning)
        .capturing("Former", "Raw", Stage::Decommissioned)
        .served("Two", urgent, group("group", &["Raw"]))
        .served("Three", Workspace::new("Historian"), history)
        .graphs();
    let both =
        Custody { live: true, history: true, retention: Some(RetentionPeriod::For(Retention::days(30))) };
    let history = Custody { live: false, ..both };
    assert_eq!(custody(&graphs, "Ingest/One/Raw"), both);
    // It is about to capture for all, and has to have everything by then.
    assert_eq!(custody(&graphs, "Ingest/Next/Raw"), both);
    // The others keep what is theirs.
    assert_eq!(custody(&graphs, "Ingest/Two/Raw"), LIVE);
    assert_eq!(custody(&graphs, "Ingest/Three/Raw"), history);
    assert!(graphs.graph(&"Former".into()).is_none());

    // The rest passes over hand-overs to the primary alone.
    let priority = |text: &str| graphs.node(&key(text)).unwrap().obligation().priority();
    assert_eq!(priority("Ingest/One/Raw"), Some(Priority::Critical));
    assert_eq!(priority("Ingest/Next/Raw"), None);
    assert_eq!(priority("Ingest/Three/Raw"), None);
    let from = |text: &str| graphs.handover_source(&key(text)).map(|node| node.key());
    for taker in ["Ingest/Next/Raw", "Ingest/Two/Raw", "Ingest/Three/Raw"] {
        assert_eq!(from(taker), Some(key("Ingest/One/Raw")));
    }
    assert_eq!(from("Ingest/One/Raw"), None);
    let sources = |platform: &str| Vec::from_iter(graphs.handover_platforms(&platform.into()));
    assert_eq!([sources("Next"), sources("Two"), sources("Three")], [(); 3].map(|()| vec!["One"]));
    assert_eq!([sources("One"), sources("Former")], [(); 2].map(|()| Vec::<&str>::new()));
}

#[test]
fn history_without_a_time_is_kept_for_ever() {
    let owed = |groups: [DatasetGroup; 2]| {
        let [one, other] = groups;
        let fixture = Fixture::new().captured("Raw").primary("One", &["Raw"]);
        let fixture = fixture.served("One", Workspace::new("First"), one);
        custody(&fixture.served("One", Workspace::new("Second"), other).graphs(), "Ingest/One/Raw")
    };
    let live = || group("group", &["Raw"]);
    let history = || live().with_milestoning(Milestoning::Forensic);
    let (month, year) = (Retention::days(30), Retention::years(1));
    let kept = |history, retention| Custody { live: true, history, retention };
    assert_eq!(owed([live(), history()]), kept(true, Some(RetentionPeriod::ForEver)));
    assert_eq!(
        owed([live(), history().with_retention(month)]),
        kept(true, Some(RetentionPeriod::For(month)))
    );
    assert_eq!(
        owed([live().with_retention(year), history().with_retention(month)]),
        kept(true, Some(RetentionPeriod::For(year)))
    );
    assert_eq!(owed([live().with_retention(year), history()]), kept(true, Some(RetentionPeriod::ForEver)));
    assert_eq!(owed([live(), live().with_retention(year)]), kept(false, Some(RetentionPeriod::For(year))));
    assert!(kept(true, Some(RetentionPeriod::ForEver)).covers(kept(true, Some(RetentionPeriod::For(year)))));
    assert!(!kept(true, Some(RetentionPeriod::For(year))).covers(kept(true, Some(RetentionPeriod::ForEver))));
}
