//! What findings depend on, where parts of an ecosystem are not known.

use super::{
    access, capture, container, name, pin, platform, quality, reference, repository, schema, transformer,
    waivers, workspace,
};
use datasurface_ecosystem::{CodeInfo, EcosystemPart};

/// Codes of findings about single values that are written: nothing that is written elsewhere would change them.
pub(in super::super) static WRITTEN_VALUE_CODES: &[&CodeInfo] = &[
    &capture::CRON,
    &capture::source::SYNTAX,
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

/// Whether a finding with this code says that something does not exist which may be declared in a part that is not known.
pub(in super::super) fn may_be_declared_in(part: &EcosystemPart, code: &str) -> bool {
    let places = [&reference::UNKNOWN_VENDOR, &reference::UNKNOWN_LOCATION];
    let produced = [
        &reference::UNKNOWN_DATASTORE,
        &reference::UNKNOWN_DATASET,
        &reference::UNKNOWN_TARGET,
        &transformer::UNKNOWN_OUTPUT,
        &transformer::release::UNKNOWN_RELEASE,
        &waivers::UNKNOWN_PATH,
    ];
    // A transformer may make a datastore that nothing captures.
    let consumed =
        [&access::UNKNOWN_GROUP, &capture::MISSING, &reference::UNKNOWN_TARGET, &waivers::UNKNOWN_PATH];
    let is_one_of = |codes: &[&CodeInfo]| codes.iter().any(|info| info.code == code);
    match part {
        EcosystemPart::Whole => {
            code == reference::UNKNOWN_PLATFORM.code
                || code == reference::UNKNOWN_ZONE.code
                || is_one_of(&places)
                || may_be_declared_in_zone(code)
        }
        EcosystemPart::Vendor(_) => is_one_of(&places),
        EcosystemPart::Platform(_) => code == reference::UNKNOWN_PLATFORM.code,
        EcosystemPart::Zone(_) => code == reference::UNKNOWN_ZONE.code || may_be_declared_in_zone(code),
        EcosystemPart::Team(_) => may_be_declared_in_zone(code),
        EcosystemPart::Container(..) => code == reference::UNKNOWN_CONTAINER.code,
        EcosystemPart::Credential(..) => code == reference::UNKNOWN_CREDENTIAL.code,
        EcosystemPart::Datastore(..) => is_one_of(&produced),
        EcosystemPart::Workspace(..) => is_one_of(&consumed),
        EcosystemPart::Heading
        | EcosystemPart::Waivers
        | EcosystemPart::GroupPin(_)
        | EcosystemPart::PrimaryPin(_) => code == waivers::UNKNOWN_PATH.code,
    }
}

fn may_be_declared_in_zone(code: &str) -> bool {
    let codes = [
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
    codes.iter().any(|info| info.code == code)
}
