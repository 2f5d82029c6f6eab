//! Production: its data belongs into its workspaces and onto its platforms, and the other way round.

use super::{
    Received, Zone,
    platform::{without, zones_of},
};
use crate::{
    diagnostic::{Diagnostic, ModelPath},
    ecosystem::{Ecosystem, ProductionStatus, Workspace},
    governance::{Meeting, Met, PRODUCTION_MIX},
    name::PlatformName,
    named::Entity,
    validate::{facts::StoreFact, rules::Scope},
};

/// A zone's own datastores.
pub(super) fn of_own(status: ProductionStatus, zone: &Zone<'_>, scope: &mut Scope<'_>) {
    let unit = scope.path();
    let name = scope.unit.name();
    let meeting = Meeting {
        what: &|| format!("`{name}` may not be {status}"),
        at: &|| unit.attribute("production"),
        dataset: None,
        keeper: None,
        remedy: None,
        help: "correct its status, or ask the zone to change its policy",
    };
    zone.judge(&Met::Status { ours: status, theirs: status }, &meeting, scope);
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
    let unit = scope.path();
    for one in received.iter().filter(|one| one.dataset.store().production() != status) {
        let (store, other) = (&one.key.datastore, one.dataset.store());
        let theirs = other.production();
        let sink = || one.sink(&unit);
        let meeting = Meeting {
            what: &|| {
                let (name, dataset) = (workspace.name(), &one.key.dataset);
                format!(
                    "the workspace `{name}` is {status}, and receives `{dataset}` of `{store}`, which is {theirs}"
                )
            },
            at: &sink,
            dataset: Some(&|| one.path()),
            keeper: None,
            remedy: one.remedy(&sink),
            help: "use data and a workspace of the same status",
        };
        let both = both(own, status, other, scope);
        mixed(both, &meeting, &one.path(), scope);
    }
    if let Some(transformer) = workspace.data_transformer()
        && let Some(output) = scope.facts.store(transformer.output())
        && output.production() != status
    {
        let theirs = output.production();
        let meeting = Meeting {
            what: &|| {
                let (name, output) = (workspace.name(), transformer.output());
                format!(
                    "the workspace `{name}` is {status}, and its transformer fills `{output}`, which is {theirs}"
                )
            },
            at: &|| unit.attribute("transformer").attribute("output"),
            dataset: None,
            keeper: None,
            remedy: None,
            help: "let both be production, or neither",
        };
        let both = both(own, status, output, scope);
        mixed(both, &meeting, &output.unit().path(), scope);
    }
}

/// The zones of a workspace of this status and of a datastore, each with what it is to judge: once, if it is one zone.
fn both<'a>(
    own: Option<&Zone<'a>>,
    status: ProductionStatus,
    store: StoreFact<'a>,
    scope: &Scope<'a>,
) -> impl Iterator<Item = (Zone<'a>, Met<'static>)> + use<'a> {
    let theirs = store.production();
    let own = own.map(|zone| (*zone, Met::Status { ours: status, theirs }));
    let of_store = Zone::of(Some(store.zone()), scope)
        .filter(|zone| own.as_ref().is_none_or(|(own, _)| own.name != zone.name))
        .map(|zone| (zone, Met::Status { ours: theirs, theirs: status }));
    own.into_iter().chain(of_store)
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
            let theirs = of_platform(platform);
            if let Some(theirs) = theirs.filter(|theirs| *theirs != group.production()) {
                let zones = zones_of(pin, scope).into_iter().filter_map(|zone| Zone::of(Some(zone), scope));
                let pinned = Pinned {
                    what: format!("the group `{}`", pin.name()),
                    path: group.unit().path(),
                    status: group.production(),
                    zones: zones.collect(),
                    pin: without(pin, platform),
                };
                let at =
                    scope.path().child("group_pins", pin.name().to_string()).child("platforms", platform);
                of_pinned(&pinned, platform, theirs, &at, scope);
            }
        }
    }
    for pin in ecosystem.primary_pins() {
        let (store, theirs) = (scope.facts.store(pin.name()), of_platform(pin.platform()));
        if let (Some(store), Some(theirs)) = (store, theirs)
            && store.production() != theirs
        {
            let at = scope.path().child("primary_pins", pin.name());
            let pinned = Pinned {
                what: format!("the datastore `{}`", pin.name()),
                path: store.unit().path(),
                status: store.production(),
                zones: Zone::of(Some(store.zone()), scope).into_iter().collect(),
                pin: at.clone(),
            };
            of_pinned(&pinned, pin.platform(), theirs, &at.attribute("platform"), scope);
        }
    }
}

/// What is pinned to a platform of another status, and the zones that have a say about that.
struct Pinned<'a> {
    what: String,
    path: ModelPath,
    status: ProductionStatus,
    zones: Vec<Zone<'a>>,
    /// What to take away, so that it is not pinned.
    pin: ModelPath,
}

fn of_pinned(
    pinned: &Pinned<'_>,
    platform: &PlatformName,
    theirs: ProductionStatus,
    at: &ModelPath,
    scope: &mut Scope<'_>,
) {
    let Pinned { what, status, .. } = pinned;
    let meeting = Meeting {
        what: &|| format!("{what} is {status}, and pinned to the platform `{platform}`, which is {theirs}"),
        at: &|| at.clone(),
        dataset: None,
        keeper: None,
        remedy: Some(&|| pinned.pin.clone()),
        help: "pin it to a platform of the same status",
    };
    let met = Met::Status { ours: pinned.status, theirs };
    mixed(pinned.zones.iter().map(|zone| (*zone, met)), &meeting, &pinned.path, scope);
}

/// What is of one status meets what is of the other: an error where a zone says so, a warning elsewhere.
fn mixed<'a, 'm>(
    zones: impl IntoIterator<Item = (Zone<'a>, Met<'m>)>,
    meeting: &Meeting<'_>,
    other: &ModelPath,
    scope: &mut Scope<'_>,
) {
    let mut is_denied = false;
    for (zone, met) in zones {
        is_denied |= zone.judge(&met, meeting, scope);
    }
    if !is_denied {
        let finding = Diagnostic::new(&PRODUCTION_MIX, (meeting.at)(), (meeting.what)())
            .help("let both be production, or neither")
            .related(other.clone(), "is of the other status");
        scope.report(finding);
    }
}
