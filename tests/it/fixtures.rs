//! The codes of broker and platforms that a model can show, in `tests/fixtures`. A fixture is loaded together with
//! `base.yaml`, placed and proposed, by a broker that knows local platforms and [`Connectors`]; one whose first line is
//! `# then` comes after its twin in `ok/`, with the lock that has come of that.

use crate::{
    connectors::Connectors,
    folder::{Folder, TODAY, name},
    follow::{assert_none, follow},
};
use chrono::NaiveDate;
use datasurface::{
    broker::{Base, Broker, BrokerError, Lock, Placed},
    document::{DocumentError, Documents},
    model::{CodeInfo, Ecosystem, Findings, Validate, Validation},
    platform::Registry,
};
use datasurface_local::LocalPlatform;
use std::{fs, path::Path};

/// What no short model shows alone.
const BEYOND: &[&str] = &[
    // It takes a call that names what there is not.
    "explain/unknown-name",
    "revision/frozen",
    "revision/scheduled",
    "revision/secret",
    "revision/still-read",
    "revision/together",
    "revision/too-early",
    "revision/unknown",
    "revision/waits",
    "run/unknown-name",
    // It takes a run.
    "run/cycle",
    // It takes a platform that does not read what it offers to itself: what others offer is compared where platforms are chosen.
    "platform/unclaimed",
    // It takes a platform that shares things whose names differ in case only.
    "platform/folder-twice",
    // It takes a lock with a name that the model has forgotten.
    "capture/renamed-delivery",
    // It takes a target with a delivery that the model has forgotten.
    "capture/former-delivery",
    // It takes a target or a lock that somebody changed.
    "lock/cannot-continue",
    "lock/edited",
    "lock/former-store",
    "lock/former-team",
    "lock/gone",
    "lock/held-changed",
    "lock/held-name",
    "lock/missing",
    "lock/name-twice",
    "lock/not-last-owner",
    "lock/other-model",
    "lock/other-owner",
    "lock/other-storage",
    "lock/platform-over",
    "lock/several-primaries",
    "lock/unreadable",
    "lock/unrendered-rename",
    "target/accepted",
    "target/branch",
    "target/busy",
    "target/damaged",
    "target/edited",
    "target/foreign-file",
    "target/foreign-journal",
    "target/incomplete",
    "target/interrupted",
    "target/missing",
    "target/missing-file",
    "target/not-edited",
    "target/not-rendered",
    "target/other-revision",
    "target/other-state",
    "target/state-unreachable",
    "target/unknown-revision",
    "target/unreadable",
    "target/unwritable",
    // It takes data that is held, and a clock.
    "plan/clock-ahead",
    // It takes a plug-in that misbehaves, offers nothing, or was chosen when it could do more.
    "held/not-rendered",
    "local/missing-offer",
    "local/unclaimed-artifact",
    "local/unclaimed-capture",
    "local/unclaimed-container",
    "local/unreadable-offer",
    "offer/insufficient",
    "offer/missing",
    "plan/refused",
    "plan/stray-file",
    "plan/unguarded",
    "plan/unguarded-dependency",
    "platform/address-twice",
    "platform/failed",
    "platform/former-address",
    "platform/holder-of-no-capture",
    "platform/not-deterministic",
    "platform/place-twice",
    "hook/failed",
    "hook/failure-ignored",
    "hook/note",
    "hook/refused",
    "remote/unreachable",
    // It takes platforms that say how fast they are.
    "latency/end-to-end",
    // It takes a bug.
    "choice/no-primary",
    // It takes as many columns or connectors as nobody wants to read.
    "local/too-many-columns",
    "shard/limit",
];

fn folder() -> Folder {
    Folder::new("fixtures")
}

fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

fn broker() -> Broker {
    Broker::new(Registry::new().with_plugin::<LocalPlatform>().with_plugin::<Connectors>())
}

fn documents(fixture: &Path) -> Documents {
    let text = fs::read_to_string(fixture).unwrap();
    Documents::new().document("base.yaml", folder().read("base.yaml")).document(name(fixture), text)
}

/// Places what a fixture says. It is valid, or it would belong to the fixtures of the model.
fn place(documents: &Documents, lock: &Lock) -> Result<Placed, Findings> {
    let loaded = documents.load().map_err(DocumentError::into_findings).unwrap();
    let checked = loaded.validate(&Validation::on(today())).unwrap();
    assert!(checked.findings().is_empty(), "found in the model alone:\n{}", checked.findings());
    broker().place(checked.ecosystem(), lock).map_err(told)
}

fn told(refused: BrokerError) -> Findings {
    refused.findings().clone()
}

/// The lock that a fixture comes after.
fn lock_before(fixture: &Path) -> Lock {
    if !fs::read_to_string(fixture).unwrap().starts_with("# then\n") {
        return Lock::default();
    }
    let twin = fixture.with_file_name("ok").join(fixture.file_name().unwrap());
    place(&documents(&twin), &Lock::default()).unwrap().lock().clone()
}

/// Everything that is found in a fixture, with places and those who can help.
fn findings(fixture: &Path) -> Findings {
    let documents = documents(fixture);
    let ecosystem = documents.load().map_err(DocumentError::into_findings).unwrap();
    let found = place(&documents, &lock_before(fixture)).and_then(|placed| {
        let proposal = broker().propose(&placed, Base::Target(None), today()).map_err(told)?;
        Ok(proposal.findings().clone())
    });
    documents.located(found.unwrap_or_else(|findings| findings).with_addressees(&ecosystem))
}

/// Everything that validation, the broker and platforms find in an ecosystem.
fn judged(ecosystem: Ecosystem, lock: &Lock) -> Findings {
    let checked = match ecosystem.validate(&Validation::on(today())) {
        Ok(checked) => checked,
        Err(invalid) => return invalid.findings().clone(),
    };
    let found = broker().place(checked.ecosystem(), lock).map_err(told).and_then(|placed| {
        let proposal = broker().propose(&placed, Base::Target(None), today()).map_err(told)?;
        Ok(proposal.findings().clone())
    });
    let mut findings = found.unwrap_or_else(|findings| findings);
    findings.extend(checked.findings().clone());
    findings
}

#[test]
fn a_suggestion_that_is_followed_mends() {
    let (mut wrong, mut followed) = (Vec::new(), 0);
    for fixture in folder().failing() {
        let (ecosystem, lock) = (documents(&fixture).load().unwrap(), lock_before(&fixture));
        let judge = |ecosystem| judged(ecosystem, &lock);
        followed += judge(ecosystem.clone()).iter().filter(|finding| finding.suggestion().is_some()).count();
        follow(&ecosystem, &fixture.display().to_string(), judge, &mut wrong);
    }
    assert_none(&wrong);
    assert!(followed > 0, "no fixture has a suggestion");
}

#[test]
fn failing_fixtures_report_what_is_expected() {
    folder().check_reports(|fixture| {
        let paragraphs: Vec<String> = findings(fixture).iter().map(ToString::to_string).collect();
        paragraphs.join("\n\n") + "\n"
    });
}

#[test]
fn what_is_in_order_is_silent() {
    folder().check_silence(findings);
}

#[test]
fn every_code_that_a_model_can_show_has_fixtures() {
    let broker = datasurface::broker::codes();
    let platforms = datasurface::platform::CODES.iter().chain(datasurface_local::CODES).copied();
    let codes: Vec<&CodeInfo> = broker.chain(platforms).collect();
    for beyond in BEYOND {
        assert!(codes.iter().any(|info| info.code == *beyond), "{beyond} is no code");
    }
    folder().check_codes(codes.into_iter().filter(|info| !BEYOND.contains(&info.code)));
}
