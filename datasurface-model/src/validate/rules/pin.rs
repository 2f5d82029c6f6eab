//! `pin/…`: operators' wishes about platforms.

use super::{RuleContext, reference};
use datasurface_ecosystem::{CodeInfo, Diagnostic, Ecosystem, GroupPin, ModelPath, Reference, Suggestion};
use datasurface_schema::{Entity, GroupKey, Named, segment};
use std::fmt::Display;

pub(super) static DUPLICATE: CodeInfo = CodeInfo::error(
    "pin/duplicate",
    "two pins are about the same group or datastore",
    "Two wishes for one thing contradict each other, or say the same twice. A group that several platforms should \
     serve has one pin that names them all; a datastore has one primary platform.",
);

pub(super) static DUPLICATE_PLATFORM: CodeInfo = CodeInfo::error(
    "pin/duplicate-platform",
    "a pin names a platform twice",
    "A platform serves a group once. The second name was most likely meant to be another platform: correct it, or \
     take it away.",
);

pub(super) static NO_PLATFORM: CodeInfo = CodeInfo::error(
    "pin/no-platform",
    "a pin names no platform",
    "A pin says which platforms should serve a group. Without a platform it says nothing: name one, or remove the \
     pin, and the broker chooses.",
);

pub(super) static TRANSFORMER_WORKSPACE: CodeInfo = CodeInfo::error(
    "pin/transformer-workspace",
    "a group of a transformer's workspace is pinned",
    "A transformer runs wherever something needs its output, and its inputs are brought there. So its groups are not \
     placed by themselves: pin the groups that read the output.",
);

pub(super) static AGAINST_WISH: CodeInfo = CodeInfo::warning(
    "pin/against-wish",
    "a group is pinned to other platforms than the one that it wishes",
    "A wish is the consumer's, a pin is the decision of whoever operates the platforms, and the pin counts. Somebody should \
     know why: add the platform to the pin, or let the consumer drop the wish.",
);

pub(super) fn check(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    for pin in ecosystem.group_pins() {
        check_group(pin, ecosystem, scope);
    }
    for pin in ecosystem.primary_pins() {
        let at = |root: ModelPath| root.child(segment::PRIMARY_PINS, pin.name());
        let is_pinned = |name: &str| ecosystem.primary_pins().get(name).is_some();
        reference::judge_target(Reference::Datastore(pin.name().clone()), scope, at, |path, nearest, _| {
            (!is_pinned(nearest)).then(|| Suggestion::rename(path, nearest))
        });
        reference::check(Reference::Platform(pin.platform().clone()), scope, |root| {
            at(root).attribute(segment::PLATFORM)
        });
    }
    unique(ecosystem.group_pins(), segment::GROUP_PINS, segment::GROUP, scope);
    unique(ecosystem.primary_pins(), segment::PRIMARY_PINS, segment::DATASTORE, scope);
}

fn check_group(pin: &GroupPin, ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    let key = pin.name();
    let at = |root: ModelPath| root.child(segment::GROUP_PINS, key.to_string());
    let path = |scope: &RuleContext<'_>| at(scope.path());
    reference::judge_target(Reference::Group(key.clone()), scope, at, |path, nearest, scope| {
        let meant = GroupKey::from(nearest);
        let is_transformer = scope.facts.group(&meant).is_some_and(|found| found.transforms());
        let can_be_pinned = !is_transformer && ecosystem.group_pins().get(&meant).is_none();
        can_be_pinned.then(|| Suggestion::rename(path, nearest))
    });
    let group = scope.facts.group(key);
    if group.is_some_and(|found| found.transforms()) {
        let message = format!("the group `{key}` belongs to a transformer, and cannot be pinned");
        let finding = Diagnostic::new(&TRANSFORMER_WORKSPACE, path(scope), message)
            .with_help("remove the pin, and pin the groups that read the transformer's output instead")
            .with_suggestion(Suggestion::remove(path(scope)));
        scope.report(finding);
    }
    if pin.platforms().is_empty() {
        let message = format!("the pin of the group `{key}` names no platform");
        let finding = Diagnostic::new(&NO_PLATFORM, path(scope), message)
            .with_help("name a platform, or remove the pin")
            .with_suggestion(Suggestion::remove(path(scope)));
        scope.report(finding);
    }
    if let Some((group, wish)) = group.and_then(|found| Some((found, found.wish()?)))
        && !pin.platforms().is_empty()
        && !pin.platforms().contains(wish)
    {
        let message = format!("the group `{key}` wishes the platform `{wish}`, and is pinned to others");
        let wished =
            group.unit().path().child(segment::GROUPS, &key.group).attribute(segment::WISHED_PLATFORM);
        let finding = Diagnostic::new(&AGAINST_WISH, path(scope), message)
            .with_help(format!("add `{wish}` to the pin, or let the consumer drop the wish"))
            .related_place(wished, "is the wish");
        scope.report(finding);
    }
    // The names are sorted: one that is given twice stands beside itself.
    for same in pin.platforms().chunk_by(|one, two| one == two) {
        let Some(platform) = same.first() else { continue };
        let at = |root: ModelPath| at(root).child(segment::PLATFORMS, platform);
        let is_named = |name: &str| pin.platforms().iter().any(|platform| platform.as_str() == name);
        reference::check_element(Reference::Platform(platform.clone()), scope, at, is_named);
        if same.len() > 1 {
            let message = format!("the pin of the group `{key}` names the platform `{platform}` twice");
            let path = path(scope).child(segment::PLATFORMS, platform);
            let finding = Diagnostic::new(&DUPLICATE_PLATFORM, path.clone(), message)
                .with_help("name each platform once")
                .with_suggestion(Suggestion::remove(path));
            scope.report(finding);
        }
    }
}

/// Pins are sorted by what they are about.
fn unique<T: Entity<Name: Display>>(
    pins: &Named<T>,
    collection: &'static str,
    noun: &str,
    scope: &mut RuleContext<'_>,
) {
    for (first, second) in pins.iter().zip(pins.iter().skip(1)) {
        if first.name() == second.name() {
            let path = scope.path().child(collection, second.name().to_string());
            let message = format!("the {noun} `{}` has several pins", second.name());
            let finding = Diagnostic::new(&DUPLICATE, path.clone(), message)
                .with_help("keep one of the pins")
                .related_place(path, "is the first pin");
            scope.report(finding);
        }
    }
}
