//! What findings depend on, where parts of an ecosystem are not known.

use super::{
    access, capture, container, datastore, name, pin, platform, quality, reference, repository, schema,
    transformer, waivers, workspace,
};
use datasurface_ecosystem::{CodeInfo, Diagnostic, EcosystemPart};

/// Codes of findings about single values that are written: nothing that is written elsewhere would change them, but what a name
/// leads to.
pub(in super::super) static WRITTEN_VALUE_CODES: &[&CodeInfo] = &[
    &capture::CRON,
    &capture::source::SYNTAX,
    &capture::source::UNKNOWN_TABLE,
    &capture::TIME_ZONE,
    &container::ADDRESS,
    &name::DUPLICATE,
    &name::RESERVED_WORD,
    &name::SYNTAX,
    &pin::DUPLICATE,
    &pin::DUPLICATE_PLATFORM,
    &platform::DUPLICATE_HINT,
    &platform::NO_WINDOW,
    &platform::TIMETABLE,
    &platform::VERSION,
    &quality::PARAMETER,
    &reference::UNKNOWN_CONTAINER,
    &reference::UNKNOWN_CREDENTIAL,
    &reference::UNKNOWN_DATASET,
    &reference::UNKNOWN_DATASTORE,
    &reference::UNKNOWN_LOCATION,
    &reference::UNKNOWN_PLATFORM,
    &reference::UNKNOWN_POLICY,
    &reference::UNKNOWN_TARGET,
    &reference::UNKNOWN_TEAM,
    &reference::UNKNOWN_VENDOR,
    &reference::UNKNOWN_ZONE,
    &repository::CREDENTIAL_KIND,
    &repository::PASSWORD,
    &repository::SYNTAX,
    &schema::DUPLICATE_KEY_COLUMN,
    &schema::DUPLICATE_PARTITION_COLUMN,
    &schema::NESTED_KEY,
    &schema::TYPE_PARAMETER,
    &schema::UNKNOWN_COLLATION,
    &schema::UNKNOWN_TIME_ZONE,
    &schema::UNREADABLE,
    &transformer::CRON,
    &transformer::DUPLICATE_SELECT,
    &transformer::TIME_ZONE,
    &transformer::artifact::VERSION,
    &waivers::DUPLICATE,
    &workspace::DEADLINE_ZONE,
    &workspace::DUPLICATE_SINK,
];

/// Whether a finding says that something does not exist which may be declared in a part that is not known.
pub(in super::super) fn may_be_declared_in(part: &EcosystemPart, finding: &Diagnostic) -> bool {
    let code = finding.code();
    let is_one_of = |codes: &[&CodeInfo]| codes.iter().any(|info| info.code == code);
    let places = [&reference::UNKNOWN_VENDOR, &reference::UNKNOWN_LOCATION];
    let of_outputs = [&transformer::release::UNKNOWN_RELEASE, &waivers::UNKNOWN_PATH];
    // These say the name that leads nowhere: of a part that has another one, nothing is missing.
    let by_name = [
        &capture::source::UNKNOWN_TABLE,
        &reference::UNKNOWN_DATASTORE,
        &reference::UNKNOWN_DATASET,
        &reference::UNKNOWN_TARGET,
        &transformer::UNKNOWN_OUTPUT,
    ];
    let may_be_called =
        |name: &str| is_one_of(&of_outputs) || is_one_of(&by_name) && finding.message().contains(name);
    // A transformer may make a datastore that nothing captures.
    let consumed =
        [&access::UNKNOWN_GROUP, &capture::MISSING, &reference::UNKNOWN_TARGET, &waivers::UNKNOWN_PATH];
    let in_zone = [
        &access::UNKNOWN_GROUP,
        &capture::MISSING,
        &reference::UNKNOWN_CONTAINER,
        &reference::UNKNOWN_CREDENTIAL,
        &reference::UNKNOWN_DATASET,
        &reference::UNKNOWN_DATASTORE,
        &reference::UNKNOWN_POLICY,
        &reference::UNKNOWN_TARGET,
        &reference::UNKNOWN_TEAM,
        &transformer::UNKNOWN_OUTPUT,
        &transformer::release::UNKNOWN_RELEASE,
        &waivers::UNKNOWN_PATH,
    ];
    let around = [&reference::UNKNOWN_PLATFORM, &reference::UNKNOWN_ZONE];
    match part {
        EcosystemPart::Whole => is_one_of(&around) || is_one_of(&places) || is_one_of(&in_zone),
        EcosystemPart::Vendor(_) => is_one_of(&places),
        EcosystemPart::Platform(_) => code == reference::UNKNOWN_PLATFORM.code,
        EcosystemPart::Zone(_) => code == reference::UNKNOWN_ZONE.code || is_one_of(&in_zone),
        EcosystemPart::Team(_) => is_one_of(&in_zone),
        EcosystemPart::Container(..) => code == reference::UNKNOWN_CONTAINER.code,
        EcosystemPart::Credential(..) => code == reference::UNKNOWN_CREDENTIAL.code,
        EcosystemPart::Datastore(_, name) => {
            let is_inside = || EcosystemPart::from_path(finding.path()) == *part;
            may_be_called(name.as_str()) || code == capture::source::UNKNOWN_TABLE.code && is_inside()
        }
        EcosystemPart::Dataset(_, key) => {
            code == datastore::NO_DATASETS.code || may_be_called(key.dataset.as_str())
        }
        EcosystemPart::Workspace(..) | EcosystemPart::Group(..) => is_one_of(&consumed),
        EcosystemPart::Heading
        | EcosystemPart::Waivers
        | EcosystemPart::GroupPin(_)
        | EcosystemPart::PrimaryPin(_) => code == waivers::UNKNOWN_PATH.code,
    }
}
