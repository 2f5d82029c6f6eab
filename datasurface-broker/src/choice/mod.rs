//! Choice: which platform serves a dataset group, and which one captures a datastore. What was decided stays decided;
//! a wish that contradicts it starts a move.
//!
//! The choice does not depend on the day, but for platforms whose last day is over; what is reported about it does, since waivers and
//! deprecations have dates.

mod capability;
mod capture;
mod codes;
mod decisions;
mod policy;
mod serve;

use crate::{configured_platform::ConfiguredPlatform, lock::Lock};
use datasurface_graph::Assignments;
use datasurface_model::{
    CodeInfo, Diagnostic, Ecosystem, Entity, Named, PlatformName, Policy, Valid, ZoneName,
};
use std::collections::BTreeMap;

/// Every code that choosing can report.
pub(crate) static CODES: &[&CodeInfo] = &[
    &serve::NO_PLATFORM,
    &serve::SEVERAL,
    &serve::CANNOT_SERVE,
    &serve::PIN_CANNOT_SERVE,
    &serve::MOVE,
    &capture::NO_CAPTURE,
    &capture::CANNOT_CAPTURE,
    &capture::SEVERAL_PRIMARIES,
    &capture::PIN_CANNOT_CAPTURE,
    &capture::MOVE,
    &codes::LOCATION,
    &codes::VENDOR,
    &codes::HARD_VENDOR,
    &codes::STORAGE,
    &codes::PLATFORM,
    &codes::PRODUCTION,
    &codes::PRODUCTION_MIX,
    &datasurface_model::governance::UNKNOWN_PLACE,
    &codes::DEPRECATED,
];

/// Whether a finding says that none of all platforms can do something.
pub(crate) fn needs_all_platforms(finding: &Diagnostic) -> bool {
    [serve::NO_PLATFORM.code, capture::NO_CAPTURE.code].contains(&finding.code())
}

/// What choosing looks at.
#[derive(Debug)]
pub(crate) struct ChoiceContext<'a> {
    ecosystem: &'a Valid<Ecosystem>,
    platforms: &'a BTreeMap<PlatformName, ConfiguredPlatform>,
    lock: &'a Lock,
    /// The policies of the zones that have some.
    policies: BTreeMap<&'a ZoneName, &'a Named<Policy>>,
}

impl<'a> ChoiceContext<'a> {
    /// Who of these platforms serves whom, given what was decided before?
    pub(crate) fn new(
        ecosystem: &'a Valid<Ecosystem>,
        platforms: &'a BTreeMap<PlatformName, ConfiguredPlatform>,
        lock: &'a Lock,
    ) -> Self {
        let policies = ecosystem.zones().iter().filter_map(|zone| {
            let policies = zone.definition()?.policies();
            (!policies.is_empty()).then_some((zone.name(), policies))
        });
        Self { ecosystem, platforms, lock, policies: policies.collect() }
    }

    /// Why none of the platforms will do, one by one.
    fn obstacles(&self, obstacles: impl Fn(&PlatformName) -> Vec<String>) -> String {
        let reasons =
            self.platforms.keys().map(|name| format!("`{name}`: {}", obstacles(name).join(", and ")));
        let reasons: Vec<String> = reasons.collect();
        if reasons.is_empty() { "there is none".to_owned() } else { reasons.join("; ") }
    }
}

/// Decides who serves and who captures.
pub(crate) fn choose(question: &ChoiceContext<'_>, found: &mut Vec<Diagnostic>) -> Assignments {
    let mut assignments = Assignments::default();
    serve::choose(question, &mut assignments, found);
    capture::choose(question, &mut assignments, found);
    assignments
}
