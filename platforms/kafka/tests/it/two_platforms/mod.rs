//! One ecosystem on two platforms: topics have what is captured, and a local platform keeps five years of its history.

mod model;
mod running;
mod truth;
mod vocabulary;

use crate::{
    engine::{Site, eventually},
    pipeline::{change, fill},
};
use datasurface_kafka_client::{ConnectClient, ConnectorState, Limits, NewTopic, Tls};
use datasurface_platform::{EnvironmentCredentials, prelude::*};
use datasurface_testkit::DeployedRevision;
use model::TABLES;
pub(crate) use model::{VAULT, ecosystem, vault};
use postgres::Client;
pub(crate) use running::deployment;
use running::{batches, copy_vault, read_on, read_until_aborted, run};
use std::{collections::BTreeSet, path::Path, thread, time::Duration};
use truth::{Truth, history_view};

#[test]
fn what_kafka_captures_is_kept_for_years_by_another_platform() {
    let Some(mut site) = Site::start() else { return };
    let mut source = site.source();
    fill(&mut source);
    let folder = site.deployed().to_owned();
    deployment(&folder).render(&ecosystem(&site, "customers")).unwrap();
    deployment(&folder).apply(&EnvironmentCredentials).unwrap();
    let mut truth = Truth::default();

    // The snapshot: one batch of each table, of all that there was.
    truth.remember(&mut source, &folder);
    let first: BTreeSet<u64> = truth.0.iter().map(|(_, batch, _)| *batch).collect();
    assert_eq!(first, (1..=4).collect());
    assert!(truth.0.iter().all(|(_, _, rows)| !rows.is_empty()));
    truth.assert_kept(&folder, history_view);
    is_up_to_date(&folder);

    for seed in 1..4 {
        change(&mut source, seed);
        truth.remember(&mut source, &folder);
    }
    // Nothing moved: there is no batch.
    let before = batches(&folder);
    assert_eq!(batches(&folder), before);
    truth.assert_kept(&folder, history_view);

    a_source_that_stands_still_is_seen(&site, &folder);
    // Connect is killed in the middle, and so is the reader.
    let before = tempfile::tempdir().unwrap();
    copy_vault(&folder, before.path());
    change(&mut source, 4);
    site.worker.kill();
    change(&mut source, 5);
    site.worker.restart().unwrap();
    change(&mut source, 6);
    truth.remember(&mut source, &folder);
    truth.assert_kept(&folder, history_view);
    every_stop(&folder, before.path(), &truth);
    vocabulary::a_reader_reads_what_is_offered(&site, &folder, &mut source);

    renamed(&site, &folder, &mut source, &mut truth);
    what_was_read_can_be_removed(&folder, &mut source, &mut truth);
    a_topic_that_was_made_anew_is_no_silence(&site, &folder);
}

/// The reader is aborted before each step of reading a topic and capturing it. The next run leads to where an undisturbed one does.
fn every_stop(folder: &Path, before: &Path, truth: &Truth) {
    copy_vault(before, folder);
    let steps = read_on(folder);
    truth.assert_kept(folder, history_view);
    let is_of_topic = |step: &String| step.contains("NW_Data.customers");
    let [first, last] =
        [steps.iter().position(is_of_topic), steps.iter().rposition(is_of_topic)].map(Option::unwrap);
    // Of many rows in a row, the first and the last one.
    let is_chosen = |at: &usize| {
        let same = |other: Option<usize>| other.and_then(|other| steps.get(other)) == Some(&steps[*at]);
        !(same(at.checked_sub(1)) && same(Some(at + 1)))
    };
    let chosen: Vec<usize> = (first..=last + 1).filter(is_chosen).collect();
    for section in ["topic_put", "topic_delete", "topic_position", "topic_complete", "merge", "COMMIT"] {
        assert!(chosen.iter().any(|at| steps[*at].contains(section)), "{section}: {steps:?}");
    }
    for at in chosen {
        copy_vault(before, folder);
        read_until_aborted(folder, at);
        read_on(folder);
        truth.assert_kept(folder, history_view);
    }
}

/// One rename through both: nothing is built anew, and the history goes on.
fn renamed(site: &Site, folder: &Path, source: &mut Client, truth: &mut Truth) {
    let plans = deployment(folder).render(&ecosystem(site, "clients")).unwrap();
    for platform in ["Stream", VAULT] {
        assert_eq!(rebuilt(&plans, platform), Vec::<String>::new(), "{platform}");
    }
    deployment(folder).apply(&EnvironmentCredentials).unwrap();
    let before = truth.0.iter().rev().find(|(table, ..)| *table == "customers").unwrap().1;
    change(source, 20);
    truth.remember(source, folder);
    let after = truth.0.iter().rev().find(|(table, ..)| *table == "customers").unwrap().1;
    assert!(after > before, "{after}");
    let clients = |name: &str| history_view(if name == "customers" { "clients" } else { name });
    truth.assert_kept(folder, clients);
}

/// What a plan makes, takes away or replaces that holds data.
fn rebuilt(revision: &DeployedRevision, platform: &str) -> Vec<String> {
    let steps = revision.plans[&PlatformName::from(platform)].steps();
    let is_rebuilt = |step: &&Step| {
        matches!(step.action, Action::Create | Action::Replace | Action::Retire)
            && !step.resource.as_str().starts_with("view.")
    };
    steps.iter().filter(is_rebuilt).map(|step| format!("{:?} {}", step.action, step.resource)).collect()
}

/// What the reader has is a few seconds old, and says so.
fn is_up_to_date(folder: &Path) {
    let mut status = deployment(folder).status(&EnvironmentCredentials).unwrap();
    let status = status.remove(&PlatformName::from(VAULT)).unwrap();
    assert_eq!((status.sinks.len(), status.drifted), (TABLES.len(), Vec::new()));
    for sink in status.sinks {
        let lag = deployment(folder).now() - sink.confirmed_at.unwrap();
        assert!((0..30).contains(&lag.num_seconds()), "{lag}: {}", sink.dataset);
    }
}

/// A run of the reader goes well, and what it read is as old as the last word of the source.
fn a_source_that_stands_still_is_seen(site: &Site, folder: &Path) {
    let connect = ConnectClient::new(&site.worker.url(), &Tls::new(), None, Limits::default()).unwrap();
    let source = "Stream.source.USA-Team-Source";
    connect.pause(source).unwrap();
    eventually("it is paused", || {
        let status = connect.status(source).unwrap().unwrap();
        (status.tasks[0].state != ConnectorState::Paused).then(|| format!("{status:?}"))
    });
    // It ends what it began.
    thread::sleep(Duration::from_secs(3));
    let paused = deployment(folder).now();
    thread::sleep(Duration::from_secs(1));
    read_on(folder);
    let mut status = deployment(folder).status(&EnvironmentCredentials).unwrap();
    for sink in status.remove(&PlatformName::from(VAULT)).unwrap().sinks {
        assert_eq!(sink.last_failure, None);
        assert!(sink.confirmed_at.unwrap() < paused, "{sink:?}");
    }
    connect.resume(source).unwrap();
}

/// It is read again from the beginning of topics, and comparing finds that nothing moved.
fn what_was_read_can_be_removed(folder: &Path, source: &mut Client, truth: &mut Truth) {
    let before = batches(folder);
    std::fs::remove_dir_all(folder.join("vault.db.received")).unwrap();
    assert_eq!(batches(folder), before);
    change(source, 21);
    truth.remember(source, folder);
    truth.assert_kept(folder, |name| history_view(if name == "customers" { "clients" } else { name }));
}

/// Somebody deletes a topic and makes it again, without what was in it: that is no deletion of all rows.
fn a_topic_that_was_made_anew_is_no_silence(site: &Site, folder: &Path) {
    let topic = "Stream.NW_Data__suppliers";
    let mut kafka = site.client();
    kafka.delete_topic(topic).unwrap();
    kafka.create_topic(&NewTopic::new(topic).with_partitions(3).with_replication(1)).unwrap();
    let failure = || {
        let report = run(folder).remove(&PlatformName::from(VAULT)).unwrap();
        let failures: Vec<String> = report
            .failures
            .into_iter()
            .map(|failure| format!("{}: {}", failure.job, failure.reason))
            .collect();
        let is_said = matches!(&failures[..], [one] if one.contains("is not the one that was read before"));
        (!is_said).then(|| format!("{failures:?}"))
    };
    eventually("it is said", failure);
}
