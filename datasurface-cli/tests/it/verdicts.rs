//! Documents of one company, each with one thing in it that somebody got wrong, and what `check` says of it.

use crate::{models, run::Fixture};
use std::{collections::BTreeSet, fs, path::Path};

/// Each document with an error, and the codes of all its errors and warnings.
const REPORTED: &[(&str, &str)] = &[
    ("repo-25", "repository/syntax"),
    ("repo-31", "repository/syntax"),
    ("tr-wish", "workspace/transformer-requirements"),
    ("ref-dup-location", "name/duplicate"),
    ("host-08", "container/address"),
    ("same-place-12", "container/other-claim"),
    ("same-file-02", "container/other-claim"),
    ("same-file-03", "container/other-claim"),
    ("same-file-04", "container/other-claim"),
    ("same-file-05", "container/other-claim"),
    ("same-file-one-team", "container/other-claim"),
    ("same-place-other-locations", "container/other-claim"),
    ("twin-05", "name/duplicate"),
    ("type-012", "schema/unreadable"),
    ("type-092", "schema/unreadable"),
    ("type-094", "schema/unreadable"),
    ("cron-36", "capture/cron"),
    ("plat-same-database", "choice/several platform/same-store"),
    ("vloc-00", "name/duplicate"),
    ("vloc-03", "name/duplicate"),
    ("vloc-08", "name/duplicate"),
    ("dup-broker", "container/address"),
    ("dup-quality", "document/unreadable"),
    ("pl-declared-twice-file", "platform/same-store"),
    ("repo-cred-access_key", "repository/credential-kind"),
    ("repo-cred-certificate", "repository/credential-kind"),
    ("repo-token-as-user", "repository/password"),
    ("repo-pw-query", "repository/password"),
    ("settings-password", "platform/config"),
    ("s3-6", "container/address"),
    ("kind-02", "container/address"),
    ("kind-04", "container/address"),
    ("kind-05", "container/address"),
    ("kind-11", "container/address"),
    ("gov-residency-laundered", "governance/location"),
    ("gov-container-zone-not-asked", "container/not-usable governance/classification"),
    ("steal-closed-by-capture", "capture/shared-source container/not-usable"),
    ("steal-classified-by-capture", "capture/shared-source container/not-usable"),
    ("steal-location-by-capture", "capture/shared-source container/not-usable governance/location"),
    ("tr-sql-drop", "transformer/not-one-select"),
    ("tr-sql-two", "transformer/not-one-select"),
    ("tr-sql-unread-input", "transformer/unknown-table"),
    ("tr-sql-wrong-columns", "transformer/missing-column"),
    ("tr-sql-garbage", "transformer/not-one-select"),
    ("three-zones-b-denies", "container/not-usable governance/classification"),
    ("gov-residency-same", "governance/location"),
    ("gov-residency-renamed", "governance/location reference/former-name"),
    ("waive-unknown-code", "governance/vendor waiver/unknown-code"),
    ("steal-approved-transformer", "access/not-approved"),
    ("steal-two-datastores-one-table", "capture/shared-source container/not-usable"),
    ("tr-two-outs-removed-leak", "transformer/under-classified"),
    ("dep-platform-gone", "choice/no-platform"),
    ("src-is-platform-db", "platform/store-captured"),
    ("plat-store-captured", "platform/store-captured"),
    ("plat-received-captured", "platform/store-captured"),
    ("plat-received-of-a-consumer", "platform/store-claim"),
    ("plat-published-of-a-consumer", "platform/store-claim"),
    ("plat-store-in-a-store", "platform/same-store"),
    ("plat-store-elsewhere", "platform/store-claim"),
    ("plat-store-other-keys", "platform/store-claim"),
    ("plat-same-database-elsewhere", "platform/same-store"),
    ("bucket-around-another", "capture/shared-source container/other-claim"),
    ("bucket-inside-another", "capture/shared-source container/other-claim"),
    ("table-of-another-database", "capture/other-database"),
    ("same-file-other-case", "capture/shared-source container/other-claim"),
    ("same-database-other-case", "capture/shared-source container/other-claim"),
    ("same-host-zero", "container/other-claim"),
    ("tr-removed-likely", "transformer/removal-not-done"),
    ("tr-removed-printf", "transformer/removal-not-done"),
    ("tr-removed-hex", "transformer/removal-not-done"),
    ("tr-removed-concat-ws", "transformer/removal-not-done"),
    ("round-model-and-broker", "name/syntax choice/no-platform"),
    ("round-doc-and-model", "document/unknown-field name/syntax"),
    ("round-doc-and-waiver", "document/unknown-field governance/vendor waiver/unknown-code"),
    ("latency-hourly", "latency/timetable"),
];

/// Documents without an error, each with the codes of its warnings.
const WARNED: &[(&str, &str)] = &[
    ("gov-hard-grey-denylist-told", "governance/unknown-cloud"),
    ("gov-platform-unsaid-denylist", "governance/platform-unknown-place"),
    ("gov-label-slip", "classification/similar"),
    ("gov-residency-renamed-here", "reference/former-name"),
    ("ref-approval-before-workspace", "access/unknown-group"),
];

/// Documents without an error and without a warning.
const ACCEPTED: [&str; 4] = ["art-12", "plat-beside-store", "plat-store-of-a-consumer", "tr-two-outs-right"];

/// What no report may repeat.
const SECRETS: [&str; 3] = ["0123456789012345678901234567890123456789", "token=secret", "user:secret"];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verdicts")
}

/// The codes of errors and warnings of a document, each once, and whether it is valid.
fn judged(fixture: &Fixture, document: &str) -> (BTreeSet<String>, bool) {
    fixture.write("model.yaml", fs::read(folder().join(format!("{document}.yaml"))).unwrap());
    let said = fixture.run("check model.yaml --on 2026-11-21 --format json");
    let text = fixture.run("check model.yaml --on 2026-11-21");
    let shown = [&said.out, &said.err, &text.out, &text.err];
    let repeated = SECRETS.iter().find(|secret| shown.iter().any(|shown| shown.contains(**secret)));
    assert_eq!(repeated, None, "{document}: {text:?}");
    let json = said.json();
    let told = json["findings"].as_array().unwrap().iter().filter(|told| told["severity"] != "note");
    let codes = told.map(|told| told["code"].as_str().unwrap().to_owned());
    (codes.collect(), json["is_valid"] == true)
}

#[test]
fn documents_are_judged_as_they_should_be() {
    let fixture = Fixture::new(&models::first());
    let refused = REPORTED.iter().map(|(document, codes)| (*document, *codes, false));
    let warned = WARNED.iter().map(|(document, codes)| (*document, *codes, true));
    let accepted = ACCEPTED.iter().map(|document| (*document, "", true));
    let mut wrong = Vec::new();
    for (document, wanted, should_be_valid) in refused.chain(warned).chain(accepted) {
        let (codes, is_valid) = judged(&fixture, document);
        let wanted: BTreeSet<String> = wanted.split_whitespace().map(str::to_owned).collect();
        if codes != wanted || is_valid != should_be_valid {
            wrong.push(format!("{document}: {wanted:?} is wanted, found {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_document_is_listed_once() {
    let with_codes = REPORTED.iter().chain(WARNED).map(|(document, _)| *document);
    let listed = with_codes.chain(ACCEPTED).map(|document| format!("{document}.yaml"));
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(listed.clone().collect::<BTreeSet<_>>(), files.collect());
    assert_eq!(listed.clone().count(), listed.collect::<BTreeSet<_>>().len());
}
