//! Production: its data belongs into its workspaces and onto its platforms, and the other way round.

use super::{
    ReceivedDataset, ZonePolicies,
    platform::{leaves_another, zones_of},
};
use crate::validate::{facts::StoreFact, rules::RuleContext};
use datasurface_ecosystem::{
    Diagnostic, Ecosystem, ModelPath, ProductionStatus, Workspace,
    governance::{DenialContext, PRODUCTION_MIX, PolicySubject},
};
use datasurface_schema::{Entity, PlatformName, Set, ZoneName, segment};
use std::collections::BTreeMap;

/// A zone's own datastores.
pub(super) fn check_own_datastore(
    status: ProductionStatus,
    zone: &ZonePolicies<'_>,
    scope: &mut RuleContext<'_>,
) {
    let unit = scope.path();
    let name = scope.unit.name();
    let context = DenialContext {
        action: &|| format!("`{name}` may not be {status}"),
        path: &|| unit.attribute(segment::PRODUCTION),
        dataset: None,
        storage_path: None,
        removal_path: None,
        help: "correct its status, or ask the zone to change its policy",
    };
    zone.judge(&PolicySubject::Status { ours: status, theirs: status }, &context, scope);
}

/// A workspace, what it receives, and what its transformer fills: what its zone says of that, and the zone of its container.
pub(super) fn check_workspace(
    workspace: &Workspace,
    zones: &[ZonePolicies<'_>],
    received: &[ReceivedDataset<'_>],
    scope: &mut RuleContext<'_>,
) {
    let status = workspace.production_status();
    for zone in zones {
        check_own_datastore(status, zone, scope);
    }
    // Only what is of another status needs a look: a zone that permits neither was heard where they are.
    let unit = scope.path();
    for one in received.iter().filter(|one| one.dataset.store().production() != status) {
        let (store, other) = (&one.key.datastore, one.dataset.store());
        let theirs = other.production();
        let sink = || one.sink(&unit);
        let context = DenialContext {
            action: &|| {
                let (name, dataset) = (workspace.name(), &one.key.dataset);
                format!(
                    "the workspace `{name}` is {status}, and receives `{dataset}` of `{store}`, which is {theirs}"
                )
            },
            path: &sink,
            dataset: Some(&|| one.path()),
            storage_path: None,
            removal_path: one.remedy(&sink),
            help: "use data and a workspace of the same status",
        };
        let both = both(zones, status, other, scope);
        mixed(both, &context, &one.path(), scope);
    }
    if let Some(transformer) = workspace.transformer()
        && let Some(output) = scope.facts.store(transformer.output())
        && output.production() != status
    {
        let theirs = output.production();
        let context = DenialContext {
            action: &|| {
                let (name, output) = (workspace.name(), transformer.output());
                format!(
                    "the workspace `{name}` is {status}, and its transformer fills `{output}`, which is {theirs}"
                )
            },
            path: &|| unit.attribute(segment::TRANSFORMER).attribute(segment::OUTPUT),
            dataset: None,
            storage_path: None,
            removal_path: None,
            help: "let both be production, or neither",
        };
        let both = both(zones, status, output, scope);
        mixed(both, &context, &output.unit().path(), scope);
    }
}

/// The zones of a workspace of this status and of its container, and that of a datastore, each with what it is to judge: once, if it
/// is one zone.
fn both<'z, 'a>(
    zones: &'z [ZonePolicies<'a>],
    status: ProductionStatus,
    store: StoreFact<'a>,
    scope: &RuleContext<'a>,
) -> impl Iterator<Item = (ZonePolicies<'a>, PolicySubject<'static>)> + use<'z, 'a> {
    let theirs = store.production();
    let of_workspace = zones.iter().map(move |zone| (*zone, PolicySubject::Status { ours: status, theirs }));
    let of_store = ZonePolicies::find(Some(store.zone()), scope)
        .filter(|zone| zones.iter().all(|asked| asked.name != zone.name))
        .map(move |zone| (zone, PolicySubject::Status { ours: theirs, theirs: status }));
    of_workspace.chain(of_store)
}

/// Pinned platforms, with the workspaces and datastores that are pinned to them.
pub(super) fn check_pins(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    let is_restricted = scope.facts.restricts_platforms();
    let of_platform =
        |platform: &PlatformName| Some(ecosystem.platforms().get(platform)?.production_status());
    for pin in ecosystem.group_pins() {
        let Some(group) = scope.facts.group(pin.name()) else {
            continue;
        };
        let zones = if is_restricted { zones_of(pin, scope) } else { BTreeMap::new() };
        for platform in pin.platforms() {
            let Some(theirs) = of_platform(platform) else {
                continue;
            };
            let at = || {
                ModelPath::root()
                    .child(segment::GROUP_PINS, pin.name().to_string())
                    .child(segment::PLATFORMS, platform)
            };
            let pinned = PinnedToPlatform {
                action: &|| format!("the group `{}`", pin.name()),
                path: &|| group.unit().path(),
                status: group.production(),
                zones: &zones,
                removal_path: leaves_another(pin).then_some(&at),
            };
            check_pinned(&pinned, platform, theirs, &at, scope);
        }
    }
    for pin in ecosystem.primary_pins() {
        let (store, theirs) = (scope.facts.store(pin.name()), of_platform(pin.platform()));
        if let (Some(store), Some(theirs)) = (store, theirs) {
            let at = || ModelPath::root().child(segment::PRIMARY_PINS, pin.name());
            let status = store.production();
            let mut zones = BTreeMap::new();
            for zone in [Some(store.zone()), store.source_zone()].into_iter().flatten() {
                zones.insert(zone, [status].into());
            }
            let pinned = PinnedToPlatform {
                action: &|| format!("the datastore `{}`", pin.name()),
                path: &|| store.unit().path(),
                status,
                zones: &zones,
                removal_path: None,
            };
            check_pinned(&pinned, pin.platform(), theirs, &|| at().attribute(segment::PLATFORM), scope);
        }
    }
}

/// What is pinned to a platform, and the zones that have a say about that.
struct PinnedToPlatform<'p, 'a> {
    action: &'p dyn Fn() -> String,
    path: &'p dyn Fn() -> ModelPath,
    status: ProductionStatus,
    /// Each with the statuses of what is its own of what the platform has to do with.
    zones: &'p BTreeMap<&'a ZoneName, Set<ProductionStatus>>,
    /// What to take away, so that it is pinned to other platforms only.
    removal_path: Option<&'p dyn Fn() -> ModelPath>,
}

/// A zone may mind the status of the platform even where that is the status of what is pinned: the data that it brings may
/// be of the other one.
fn check_pinned<'a>(
    pinned: &PinnedToPlatform<'_, 'a>,
    platform: &PlatformName,
    theirs: ProductionStatus,
    at: &dyn Fn() -> ModelPath,
    scope: &mut RuleContext<'a>,
) {
    let PinnedToPlatform { action, status, .. } = pinned;
    let context = DenialContext {
        action: &|| {
            let action = action();
            format!("{action} is {status}, and pinned to the platform `{platform}`, which is {theirs}")
        },
        path: at,
        dataset: None,
        storage_path: None,
        removal_path: pinned.removal_path,
        help: "pin it to a platform of the same status",
    };
    let mut is_denied = false;
    for (zone, ours) in pinned.zones.iter() {
        if let Some(zone) = ZonePolicies::find(Some(*zone), scope) {
            is_denied |= zone.judge(&PolicySubject::status(ours, theirs), &context, scope);
        }
    }
    if !is_denied && *status != theirs {
        warn(&context, &(pinned.path)(), scope);
    }
}

/// What is of one status meets what is of the other: an error where a zone says so, a warning elsewhere.
fn mixed<'a, 'm>(
    zones: impl IntoIterator<Item = (ZonePolicies<'a>, PolicySubject<'m>)>,
    context: &DenialContext<'_>,
    other: &ModelPath,
    scope: &mut RuleContext<'_>,
) {
    let mut is_denied = false;
    for (zone, subject) in zones {
        is_denied |= zone.judge(&subject, context, scope);
    }
    if !is_denied {
        warn(context, other, scope);
    }
}

fn warn(context: &DenialContext<'_>, other: &ModelPath, scope: &mut RuleContext<'_>) {
    let finding = Diagnostic::new(&PRODUCTION_MIX, (context.path)(), (context.action)())
        .with_help("let both be production, or neither")
        .related_place(other.clone(), "is of the other status");
    scope.report(finding);
}
