//! What findings depend on, where parts of an ecosystem are not known.
//!
//! Codes are texts here, as in reports: a test knows them all.

use datasurface_model::{Diagnostic, EcosystemPart, ModelPath, segment};

/// Codes of findings about single values that are written: nothing that is written elsewhere would change them, but what a name
/// leads to.
pub(super) const OF_A_VALUE: &[&str] = &[
    "capture/cron",
    "capture/source-syntax",
    "capture/time-zone",
    "capture/unknown-table",
    "name/duplicate",
    "name/reserved-word",
    "name/syntax",
    "pin/duplicate",
    "pin/duplicate-platform",
    "platform/advance-timetable",
    "platform/duplicate-hint",
    "platform/version",
    "reference/unknown-container",
    "reference/unknown-credential",
    "reference/unknown-dataset",
    "reference/unknown-datastore",
    "reference/unknown-location",
    "reference/unknown-platform",
    "reference/unknown-policy",
    "reference/unknown-target",
    "reference/unknown-team",
    "reference/unknown-vendor",
    "reference/unknown-zone",
    "repository/credential-kind",
    "repository/password",
    "repository/syntax",
    "schema/duplicate-key-column",
    "schema/duplicate-partition-column",
    "schema/nested-key",
    "schema/type-parameter",
    "schema/unknown-collation",
    "schema/unknown-time-zone",
    "schema/unreadable",
    "transformer/cron",
    "transformer/duplicate-select",
    "transformer/time-zone",
    "transformer/version",
    "waiver/duplicate",
    "workspace/deadline-zone",
    "workspace/duplicate-sink",
];

/// Codes of findings about one thing and what is written inside of it, of which one says what is missing there.
pub(super) const OF_A_THING: &[&str] = &[
    "container/address",
    "container/no-location",
    "datastore/no-datasets",
    "platform/freeze-without-reason",
    "platform/no-window",
    "quality/parameter",
    "schema/no-columns",
    "schema/no-key",
    "schema/nullable-key",
    "schema/nullable-partition",
    "schema/unknown-key-column",
    "schema/unknown-partition-column",
    "workspace/no-container",
    "workspace/no-groups",
    "workspace/no-sinks",
];

/// Codes of findings that nothing needs what is written: whatever is not known may.
pub(super) const OF_NO_USE: &[&str] = &[
    "reference/unknown-path",
    "transformer/unneeded-removal",
    "transformer/unused-consent",
    "waiver/unused",
];

/// Codes of findings about how a group wants its datasets to be delivered.
const OF_REQUIREMENTS: &[&str] = &[
    "latency/timetable",
    "workspace/empty-requirement",
    "workspace/keyless-history",
    "workspace/transformer-requirements",
    "workspace/unseen-versions",
];

/// Codes of findings that say that something does not exist, by where it may be declared.
const IN_THE_WHOLE: &[&str] = &["reference/unknown-platform", "reference/unknown-zone"];
const IN_CLASSIFICATIONS: &[&str] = &["classification/similar", "classification/undeclared"];
const IN_VENDORS: &[&str] = &["reference/unknown-location", "reference/unknown-vendor"];
const IN_ZONES: &[&str] = &[
    "access/unknown-group",
    "capture/missing",
    "reference/unknown-container",
    "reference/unknown-credential",
    "reference/unknown-datastore",
    "reference/unknown-policy",
    "reference/unknown-target",
    "reference/unknown-team",
    "transformer/consent-outdated",
    "transformer/no-consent",
    "transformer/unknown-output",
    "transformer/unknown-release",
];
const IN_POLICIES: &[&str] = &[
    "reference/unknown-policy",
    "transformer/consent-outdated",
    "transformer/no-consent",
    "waiver/other-owner",
];
const IN_DATASTORES: &[&str] = &[
    "reference/unknown-dataset",
    "reference/unknown-datastore",
    "reference/unknown-target",
    "transformer/unknown-output",
];
const IN_DATASETS: &[&str] = &["reference/unknown-dataset", "reference/unknown-target"];
const IN_WORKSPACES: &[&str] = &["access/unknown-group", "capture/missing", "reference/unknown-target"];

#[cfg(test)]
pub(super) const ALL: &[&[&str]] = &[
    OF_A_VALUE,
    OF_A_THING,
    OF_NO_USE,
    OF_REQUIREMENTS,
    IN_THE_WHOLE,
    IN_CLASSIFICATIONS,
    IN_VENDORS,
    IN_ZONES,
    IN_POLICIES,
    IN_DATASTORES,
    IN_DATASETS,
    IN_WORKSPACES,
];

/// Whether a finding is about what is written inside of one thing, of which a part is unread.
pub(super) fn is_of_an_unread_thing(finding: &Diagnostic, unread: &[ModelPath]) -> bool {
    let segments: Vec<&str> = finding.path().segments().collect();
    // A dataset or a group; what else a team has; a platform.
    let depth = match segments.as_slice() {
        [segment::ZONES, _, _, _, _, _, segment::DATASETS | segment::GROUPS, _, ..] => 8,
        [segment::ZONES, ..] => 6,
        _ => 2,
    };
    let thing = ModelPath::from_segments(segments.iter().take(depth));
    OF_A_THING.contains(&finding.code()) && unread.iter().any(|path| thing.covers(path))
}

/// Whether a finding is about a waiver of what may be found where something is unread. The name of a waiver has the path.
pub(super) fn is_of_an_unread_waived_thing(finding: &Diagnostic, unread: &[ModelPath]) -> bool {
    finding.code() == "waiver/other-owner" && {
        let waiver = finding.path().segments().last().unwrap_or_default();
        unread.iter().any(|path| waiver.contains(&path.to_string()))
    }
}

/// Whether a finding says that something does not exist which may be declared in a part that is not known. Most say its name, and then it is not
/// in a part that has another one.
pub(super) fn may_be_declared_in(part: &EcosystemPart, finding: &Diagnostic) -> bool {
    let is_one_of = |codes: &[&str]| codes.contains(&finding.code());
    let says = |name: &str| {
        let message = finding.message();
        name.is_empty()
            || [format!("`{name}`"), format!("`{name}/"), format!("/{name}`")]
                .iter()
                .any(|name| message.contains(name))
    };
    // A container is called by its zone and its team.
    let may_be_inside = |path: &str| {
        !is_one_of(&["reference/unknown-container"]) || finding.message().contains(&format!("`{path}"))
    };
    match part {
        EcosystemPart::Whole => [IN_THE_WHOLE, IN_VENDORS, IN_ZONES].into_iter().any(is_one_of),
        EcosystemPart::Classifications => is_one_of(IN_CLASSIFICATIONS),
        EcosystemPart::Vendor(name) => is_one_of(IN_VENDORS) && says(name.as_str()),
        EcosystemPart::Platform(name) => is_one_of(&["reference/unknown-platform"]) && says(name.as_str()),
        EcosystemPart::Zone(zone) => {
            let inside = if zone.as_str().is_empty() { String::new() } else { format!("{zone}/") };
            is_one_of(&["reference/unknown-zone"]) || is_one_of(IN_ZONES) && may_be_inside(&inside)
        }
        EcosystemPart::Team(team) => is_one_of(IN_ZONES) && may_be_inside(&format!("{team}/")),
        EcosystemPart::Policies(_) => is_one_of(IN_POLICIES),
        EcosystemPart::Container(team, name) if name.as_str().is_empty() => {
            is_one_of(&["reference/unknown-container"]) && may_be_inside(&format!("{team}/"))
        }
        EcosystemPart::Container(team, name) => {
            is_one_of(&["reference/unknown-container"]) && says(&format!("{team}/{name}"))
        }
        EcosystemPart::Credential(_, name) => {
            is_one_of(&["reference/unknown-credential"]) && says(name.as_str())
        }
        EcosystemPart::Datastore(_, name) => {
            let is_of_datasets = is_one_of(&["reference/unknown-dataset"]);
            is_one_of(IN_DATASTORES) && says(name.as_str()) && !(is_of_datasets && name.as_str().is_empty())
        }
        EcosystemPart::Dataset(_, key) => {
            let is_inside = finding.path().segments().nth(5) == Some(key.datastore.as_str());
            says(key.dataset.as_str())
                && (is_one_of(IN_DATASETS) && says(key.datastore.as_str())
                    || is_one_of(&["capture/unknown-table"]) && is_inside
                    || is_one_of(&["transformer/unknown-release"]))
        }
        EcosystemPart::Workspace(..) => is_one_of(IN_WORKSPACES),
        EcosystemPart::Group(..) => is_one_of(&["access/unknown-group", "reference/unknown-target"]),
        EcosystemPart::Requirements(..) => is_one_of(OF_REQUIREMENTS),
        EcosystemPart::Heading
        | EcosystemPart::Waivers
        | EcosystemPart::ZoneOwner(_)
        | EcosystemPart::ZoneWaivers(_)
        | EcosystemPart::TeamOwner(_)
        | EcosystemPart::TeamWaivers(_)
        | EcosystemPart::GroupPin(_)
        | EcosystemPart::PrimaryPin(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasurface_model::CODES;

    #[test]
    fn every_code_is_one_of_validation() {
        let known: Vec<&str> = CODES.iter().map(|info| info.code).collect();
        let unknown: Vec<&&str> =
            ALL.iter().copied().flatten().filter(|code| !known.contains(code)).collect();
        assert_eq!(unknown, [] as [&&str; 0]);
    }
}
