//! Holding: data that was promised outlives the consumer that it was promised to.
//!
//! The first of three places, each enough on its own, that keep promised data from being destroyed: this one begins to hold,
//! `render.rs` checks that held resources were rendered, and `guard.rs` checks the plan. By a date that only a clock says, `as_of.rs`
//! lets nothing expire that is more than a week past the last day that was known to be right.

use super::{shared::MAIN_SHARD, views::Held};
use crate::placed::Placed;
use chrono::{Days, NaiveDate};
use datasurface_graph::Custody;
use datasurface_model::{DatasetKey, PlatformName};
use datasurface_platform::{Guard, HeldData, HeldScope, HeldState, Resource, ResourceAddress, Scope};
use datasurface_state::rendered::{LeftDatasets, PlatformDifferences, PlatformIndex, ScopeDifference};
use datasurface_state::{Lock, Manifest, Owed, PlatformRecord, ScopeEntry, TargetError};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What lets a resource go, by platform and address.
pub(super) type Releases = BTreeMap<PlatformName, BTreeMap<ResourceAddress, Guard>>;

/// What the lock holds, parted into what is still held and what may go now. What today's consumers are owed anyhow needs
/// no holding. Where it is lost what was reached, nothing may go: no plan could tell of it.
pub(super) fn split_held(placed: &Placed, manifest: Option<&Manifest>, on: NaiveDate) -> (Held, Releases) {
    let (mut held, mut let_go) = (Held::new(), Releases::new());
    for (platform, lock) in &placed.lock.platforms {
        let owed = placed.owed_today(platform);
        for state in &lock.held {
            let today = owed.get(&state.holds.dataset).copied().unwrap_or_default();
            // What was promised without an end does not end with a consumer that asks for a while.
            let as_long = state.owed_until.is_some() || today.promised_retention().is_none();
            if as_long && today.covers(state.holds.custody) {
                continue;
            }
            let reason = |reached| state.release_reason(on, Some(reached));
            // A platform that stayed was released from where it is, or from where the others are.
            let reason = manifest.and_then(|manifest| {
                reason(manifest.revision()).or_else(|| reason(manifest.reached_revision(platform)))
            });
            match reason {
                Some(guard) => {
                    let_go.entry(platform.clone()).or_default().insert(state.resource.clone(), guard);
                }
                None => held.entry(platform.clone()).or_default().push(state.clone()),
            }
        }
    }
    (held, let_go)
}

/// Holds on to what would go since its time is over, and returns it by platform.
pub(super) fn keep_expired(lock: &Lock, held: &mut Held, let_go: &mut Releases) -> Held {
    let mut kept = Held::new();
    for (platform, going) in let_go {
        let states = lock.platforms.get(platform).into_iter().flat_map(|lock| &lock.held);
        let expired: Vec<HeldState> = states
            .filter(|state| matches!(going.get(&state.resource), Some(Guard::Expired(_))))
            .cloned()
            .collect();
        if expired.is_empty() {
            continue;
        }
        going.retain(|_, guard| !matches!(guard, Guard::Expired(_)));
        held.entry(platform.clone()).or_default().extend(expired.iter().cloned());
        kept.insert(platform.clone(), expired);
    }
    kept
}

/// What a platform kept before, and its consumers ask for no more, or for less: it is held from now on, for as long as it was
/// promised to those who left. What is only let go because it is not owed any more to those who left earlier is held, too.
///
/// # Errors
///
/// If the node of such data cannot be read: without it, nothing could be rendered on.
pub(super) fn newly_held(
    before: &PlatformRecord,
    (rendered, differences): (&PlatformIndex, &PlatformDifferences),
    (today, left): (&Owed, &LeftDatasets),
    let_go: &mut BTreeMap<ResourceAddress, Guard>,
    on: NaiveDate,
) -> Result<Vec<HeldState>, TargetError> {
    // An apply that failed may have made what was rendered since the base: that is held like what was applied.
    let base = to_judge(before.base_scopes(), &differences.base, left.since_base);
    let base = base.into_iter().map(|one| (one, before.base_owed()));
    let since = to_judge(before.scopes_since_base(), &differences.since, left.since_last);
    let since = since.into_iter().map(|one| (one, &before.owed));
    let guards = let_go.clone();
    let mut states = Vec::new();
    for ((entry, resource), owed) in base.chain(since) {
        let Some(data) = resource.held_data() else {
            continue;
        };
        let (address, dataset) = (resource.address(), &data.dataset);
        let asked_for = owed.get(dataset).copied().unwrap_or_default();
        let asked_for = common(asked_for, data.custody);
        let is_left = !today.get(dataset).copied().unwrap_or_default().covers(asked_for);
        let now = rendered.resource(address).and_then(Resource::held_data);
        let is_kept = now.is_some_and(|now| now.custody.covers(data.custody));
        let custody = match guards.get(address) {
            Some(Guard::Released(_)) => continue, // With all that it held at the revision that was reached.
            _ if is_left => asked_for,
            Some(Guard::Expired(_)) => continue,
            None if is_kept => continue,
            None => data.custody,
        };
        let Some(view) = entry.views.get(address) else {
            continue;
        };
        let scope = match &entry.scope {
            Scope::Shard(shard) => HeldScope::Shard(shard.clone()),
            Scope::Shared(key) => HeldScope::Shared(key.clone()),
            Scope::Foundation => HeldScope::Shard(MAIN_SHARD.into()),
        };
        let_go.remove(address);
        let data = HeldData::new(dataset, custody);
        let until = owed_until(&data, on);
        states.push(HeldState::new(address.clone(), scope, data, view.view()?.clone(), until));
    }
    // What is in both is held once.
    let mut held = Vec::new();
    hold(&mut held, &states);
    Ok(held)
}

/// What a resource that keeps `kept` has of what is asked for of its dataset.
fn common(asked_for: Custody, kept: Custody) -> Custody {
    Custody {
        live: asked_for.live && kept.live,
        history: asked_for.history && kept.history,
        retention: asked_for.retention.min(kept.retention),
    }
}

/// The last day on which data is owed that loses its consumers on this day; none if it was promised without an end.
fn owed_until(data: &HeldData, on: NaiveDate) -> Option<NaiveDate> {
    let days = data.custody.promised_retention()?.as_days();
    on.checked_add_days(Days::new(u64::from(days)))
}

/// The resources that may begin to be held: those that are other now, or gone, and those of datasets that consumers ask for otherwise. What is
/// as it was, and asked for as it was, is kept as it was.
fn to_judge<'e>(
    entries: &'e [Arc<ScopeEntry>],
    differences: &'e [ScopeDifference],
    left: &BTreeSet<DatasetKey>,
) -> Vec<(&'e ScopeEntry, &'e Resource)> {
    let of_scope = |one: &'e ScopeDifference| {
        let entry = one.before.as_deref();
        one.resources().filter_map(move |resource| Some((entry?, resource)))
    };
    let mut resources: Vec<_> = differences.iter().flat_map(of_scope).collect();
    let is_left = |one: &&Resource| one.held_data().is_some_and(|data| left.contains(&data.dataset));
    for entry in entries.iter().filter(|_| !left.is_empty()) {
        let here = entry.record.resources.values().filter(is_left);
        resources.extend(here.map(|resource| (&**entry, resource)));
    }
    resources
}

/// Adds what is newly held. What was held of the same resource before is held together with it, until the later day.
pub(super) fn hold(held: &mut Vec<HeldState>, newly: &[HeldState]) {
    let mut states: BTreeMap<ResourceAddress, HeldState> = BTreeMap::new();
    for state in held.drain(..).chain(newly.iter().cloned()) {
        let state = match states.get(&state.resource) {
            Some(earlier) => together(earlier, &state),
            None => state,
        };
        states.insert(state.resource.clone(), state);
    }
    held.extend(states.into_values());
}

fn together(one: &HeldState, other: &HeldState) -> HeldState {
    let custody = one.holds.custody.join(other.holds.custody);
    let until = match (one.owed_until, other.owed_until) {
        (Some(one), Some(other)) => Some(one.max(other)),
        _ => None,
    };
    let data = HeldData::new(&other.holds.dataset, custody);
    HeldState::new(other.resource.clone(), other.scope.clone(), data, other.node.clone(), until)
}
