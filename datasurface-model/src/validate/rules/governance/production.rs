//! Production: its data belongs into its workspaces and onto its platforms, and the other way round.

use super::{Meeting, Received, Zone};
use crate::{
    diagnostic::{Diagnostic, ModelPath},
    ecosystem::{Ecosystem, PolicyRule, ProductionStatus, Workspace},
    governance::{Met, PRODUCTION, PRODUCTION_MIX},
    name::{DatastoreName, PlatformName},
    named::Entity,
    validate::rules::Scope,
};
use std::collections::BTreeMap;

/// A zone's own datastores.
pub(super) fn of_own(status: ProductionStatus, zone: &Zone<'_>, scope: &mut Scope<'_>) {
    let unit = scope.path();
    let name = scope.unit.name();
    let meeting = Meeting {
        what: &|| format!("`{name}` may not be {status}"),
        at: &|| unit.attribute("production"),
        dataset: None,
        container: None,
        remedy: None,
        help: "correct its status, or ask the zone to change its policy",
    };
    zone.judge(&Met::Status(status), &meeting, scope);
}

/// A workspace, what it receives, and what its transformer fills.
pub(super) fn of_workspace(
    workspace: &Workspace,
    own: Option<&Zone<'_>>,
    received: &[Received<'_>],
    scope: &mut Scope<'_>,
) {
    let status = workspace.production_status();
    if let Some(zone) = own {
        of_own(status, zone, scope);
    }
    // Only what is of another status needs a look: a zone that permits neither was heard where they are.
    let mut others: BTreeMap<&DatastoreName, &Received<'_>> = BTreeMap::new();
    for one in received.iter().filter(|one| one.dataset.store().production() != status) {
        others.entry(&one.key.datastore).or_insert(one);
    }
    let unit = scope.path();
    for (store, one) in others {
        let other = one.dataset.store();
        let sink = || one.sink(&unit);
        let what = || {
            let (name, theirs) = (workspace.name(), other.production());
            format!(
                "the workspace `{name}` is {status}, and receives `{}` of `{store}`, which is {theirs}",
                one.key.dataset
            )
        };
        let meeting = Meeting {
            what: &what,
            at: &sink,
            dataset: Some(&|| one.path()),
            container: None,
            remedy: Some(&sink),
            help: "use data and a workspace of the same status",
        };
        let theirs = Zone::of(Some(other.zone()), scope);
        if let Some(zone) = own {
            zone.judge(&Met::Status(other.production()), &meeting, scope);
        }
        if let Some(zone) = theirs.filter(|zone| own.is_none_or(|own| own.name != zone.name)) {
            zone.judge(&Met::Status(status), &meeting, scope);
        }
        mixed(&[own.copied(), theirs], what(), sink(), one.path(), scope);
    }
    if let Some(transformer) = workspace.data_transformer()
        && let Some(output) = scope.facts.store(transformer.output())
        && output.production() != status
    {
        let message = format!(
            "the workspace `{}` is {status}, and its transformer fills `{}`, which is {}",
            workspace.name(),
            transformer.output(),
            output.production()
        );
        let theirs = Zone::of(Some(output.zone()), scope);
        let at = unit.attribute("transformer").attribute("output");
        mixed(&[own.copied(), theirs], message, at, output.unit().path(), scope);
    }
}

/// Pinned platforms, with the workspaces and datastores that are pinned to them.
pub(super) fn of_pins(ecosystem: &Ecosystem, scope: &mut Scope<'_>) {
    let of_platform =
        |platform: &PlatformName| Some(ecosystem.platforms().get(platform)?.production_status());
    for pin in ecosystem.group_pins() {
        let Some(group) = scope.facts.group(pin.name()) else {
            continue;
        };
        for platform in pin.platforms() {
            if let Some(theirs) = of_platform(platform) {
                let pinned = Pinned {
                    what: format!("the group `{}`", pin.name()),
                    path: group.unit().path(),
                    status: group.production(),
                    zone: Zone::of(group.unit().zone(), scope),
                };
                let pins = scope.path().child("group_pins", pin.name().to_string());
                of_pinned(&pinned, platform, theirs, pins.child("platforms", platform), scope);
            }
        }
    }
    for pin in ecosystem.primary_pins() {
        let store = scope.facts.store(pin.name());
        if let (Some(store), Some(theirs)) = (store, of_platform(pin.platform())) {
            let pinned = Pinned {
                what: format!("the datastore `{}`", pin.name()),
                path: store.unit().path(),
                status: store.production(),
                zone: Zone::of(Some(store.zone()), scope),
            };
            let at = scope.path().child("primary_pins", pin.name()).attribute("platform");
            of_pinned(&pinned, pin.platform(), theirs, at, scope);
        }
    }
}

/// What is pinned to a platform.
struct Pinned<'a> {
    what: String,
    path: ModelPath,
    status: ProductionStatus,
    zone: Option<Zone<'a>>,
}

fn of_pinned(
    pinned: &Pinned<'_>,
    platform: &PlatformName,
    theirs: ProductionStatus,
    at: ModelPath,
    scope: &mut Scope<'_>,
) {
    if pinned.status == theirs {
        return;
    }
    let message = format!(
        "{} is {}, and pinned to the platform `{platform}`, which is {theirs}",
        pinned.what, pinned.status
    );
    if let Some(zone) = pinned.zone {
        let meeting = Meeting {
            what: &|| message.clone(),
            at: &|| at.clone(),
            dataset: None,
            container: None,
            remedy: Some(&|| at.clone()),
            help: "pin it to a platform of the same status",
        };
        zone.judge(&Met::Status(theirs), &meeting, scope);
    }
    mixed(&[pinned.zone], message, at.clone(), pinned.path.clone(), scope);
}

/// Reports that two statuses meet: an error where one of the zones wants them apart.
fn mixed(
    zones: &[Option<Zone<'_>>],
    message: String,
    at: ModelPath,
    other: ModelPath,
    scope: &mut Scope<'_>,
) {
    let apart = zones.iter().flatten().find_map(|zone| {
        let policy =
            zone.policies.iter().find(|policy| matches!(policy.rule(), PolicyRule::SeparateProduction))?;
        Some(zone.path_of(policy))
    });
    let code = if apart.is_some() { &PRODUCTION } else { &PRODUCTION_MIX };
    let finding = Diagnostic::new(code, at, message)
        .help("let both be production, or neither")
        .related(other, "is of the other status");
    scope.report(match apart {
        Some(policy) => finding.related(policy, "wants them apart"),
        None => finding,
    });
}
