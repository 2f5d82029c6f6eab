//! Proposals: what would be rendered, and how to get there from what was reached.

mod advance;
mod base;
mod cause;
mod changed_scopes;
mod former_delivery;
mod guard;
mod hold;
mod hooks;
mod left_names;
mod limit;
mod link;
mod lint;
mod memory;
mod mentions;
mod metadata;
mod node_views;
mod occupied;
mod other_storage;
mod proposal;
mod readdressed;
mod readers;
mod record;
mod refused;
mod render;
mod rendering_id;
mod shard_nodes;
mod shared;
mod sinks;
mod staying;
mod stray;
mod view_memory;
mod views;
mod waiting;

pub use advance::Advance;
pub use base::Base;
pub use lint::LintReport;
pub use proposal::Proposal;

pub(crate) use lint::LintMemory;
pub(crate) use memory::PlanMemory;
pub(crate) use proposal::{Proposed, WrittenScope};

use crate::{
    broker::Broker,
    configured_platform::{ConfiguredPlatform, failure},
    error::BrokerError,
    placed::Placed,
};
use changed_scopes::ChangedScopes;
use chrono::NaiveDate;
use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, PlatformName, segment};
use datasurface_platform::{ChangeHeader, HeldState, RenderingChange};
use datasurface_state::{
    AsOf, Manifest, PlatformRecord,
    rendered::{Entries, PlatformDifferences, PlatformIndex},
};
use hold::Releases;
use lint::NodeFindings;
use memory::{Round, RoundMemory};
use readdressed::Readdressed;
use readers::Readers;
use rendering_id::RenderingHistory;
use sinks::Sinks;
use staying::{Kept, Staying};
use std::{collections::BTreeMap, sync::Arc};
use view_memory::ViewMemory;
use views::{Held, Sources, Views};

static CODES: &[&CodeInfo] = &[
    &base::LOCK_MISSING,
    &base::OTHER_MODEL,
    &other_storage::OTHER_STORAGE,
    &base::TARGET_MISSING,
    &base::TARGET_OTHER,
    &former_delivery::FORMER_DELIVERY,
    &occupied::PLACE_TWICE,
    &render::ADDRESS_TWICE,
    &render::FOLDER_TWICE,
    &render::NOT_RENDERED,
    &render::OF_NO_CAPTURE,
    &link::MISSING,
    &link::INSUFFICIENT,
    &limit::LIMIT,
    &guard::UNGUARDED,
    &guard::UNGUARDED_DEPENDENCY,
    &readdressed::FORMER_ADDRESS,
    &refused::REFUSED,
    &stray::STRAY,
    &datasurface_state::CLOCK_AHEAD,
    &waiting::WAITS,
    &waiting::STILL_READ,
    &waiting::TOGETHER,
    &advance::FROZEN,
    &advance::SCHEDULED,
    &advance::SECRET,
    &advance::TOO_EARLY,
    &advance::UNKNOWN,
];

/// Every code that proposing can report.
pub(crate) fn codes() -> &'static [&'static CodeInfo] {
    CODES
}

impl Broker {
    /// Renders what differs from the base, and plans the steps from there, as of a date, for the platforms whose policies let them go forward by then.
    /// Data that was promised is held. Data whose promise ends by that date is released, unless the date is that of a
    /// clock that may be wrong. Nothing is written.
    ///
    /// # Errors
    ///
    /// If lock and target disagree about the base, if a lost target is to be made again from another model, or if an
    /// error is found: by a platform, by the limits of shards, by links between platforms, or by the guards of promised
    /// data. The error has all findings up to the step that failed.
    pub fn propose(
        &self,
        placed: &Placed,
        reached: Base<'_>,
        as_of: impl Into<AsOf>,
    ) -> Result<Proposal, BrokerError> {
        self.propose_since(&mut PlanMemory::default(), placed, reached, (as_of.into(), &Advance::Permitted))
    }

    /// Renders and plans as [`propose`](Self::propose) does, for some platforms alone. Each other one stays at the revision that it reached: its files, what is held there and all that it reads
    /// are those of before, and it has no plan. What of the others needs more than it offers waits for it.
    ///
    /// # Errors
    ///
    /// As of [`propose`](Self::propose); also if platforms cannot go forward one without the other, or if the policy of one that is named does not let it.
    pub fn propose_advance(
        &self,
        placed: &Placed,
        reached: Base<'_>,
        as_of: impl Into<AsOf>,
        advance: &Advance,
    ) -> Result<Proposal, BrokerError> {
        self.propose_since(&mut PlanMemory::default(), placed, reached, (as_of.into(), advance))
    }

    /// The same, where a memory of earlier plans of the same registry saves work, whatever they were of.
    pub(crate) fn propose_since(
        &self,
        memory: &mut PlanMemory,
        placed: &Placed,
        reached: Base<'_>,
        (as_of, advance): (AsOf, &Advance),
    ) -> Result<Proposal, BrokerError> {
        let (on, is_trusted) = (as_of.day(), as_of.is_trusted(&placed.lock));
        let manifest = base::agreeing_manifest(placed, reached)?;
        // What is made again was there.
        let advance = if matches!(reached, Base::Lost) { &Advance::All } else { advance };
        let renamed = manifest.map(|manifest| manifest.under_names_of_now(placed.instances()));
        let manifest = renamed.as_deref();
        let mut found: Vec<Diagnostic> = placed.findings.iter().cloned().collect();
        let platforms = self.platforms(placed, manifest, &mut found);
        found.extend(advance.unknown(platforms.keys()));
        let waits = advance::waits((placed, manifest), as_of);
        found.extend(advance.waiting((placed, manifest), &waits));
        BrokerError::check_found(&found)?;
        let stay = platforms.keys().filter(|name| !advance.takes(name, !waits.contains_key(*name)));
        let staying = Staying::new(placed, manifest, stay)?;
        let staying = staying.as_ref();
        // What is remembered is about all platforms at one revision.
        let mut alone = PlanMemory::default();
        let memory = if staying.is_some() { &mut alone } else { memory };
        let stays = |name: &PlatformName| staying.is_some_and(|staying| staying.platforms.contains(name));
        let mut sources = Sources {
            kept: Kept { staying, ..Kept::default() },
            ecosystem: &placed.ecosystem,
            graphs: &placed.graphs,
            platforms: &platforms,
            placements: placed
                .lock
                .platforms
                .iter()
                .map(|(name, lock)| (name.clone(), lock.placement.clone()))
                .collect(),
            names: placed.lock.storage_names(),
        };

        let (mut held, mut let_go) = hold::split_held(placed, manifest, on);
        held.retain(|name, _| !stays(name));
        let_go.retain(|name, _| !stays(name));
        if !is_trusted {
            for (platform, stays) in hold::keep_expired(&placed.lock, &mut held, &mut let_go) {
                found.extend(as_of.doubt(&platform, &stays, &placed.lock));
            }
        }
        let mut round = Round::Held;
        let shown =
            RenderInputs::build((&mut *memory, round), placed, &mut sources, &held, manifest, found.clone())?;
        let mut readdressed = Readdressed::default();
        let rendered = (&shown.entries, &memory.round(round).index);
        let mut is_other = readdressed.follow(manifest, rendered, &mut held, &mut let_go, &mut found)?;
        let base = readdressed.base(manifest);
        memory.round(round).differences.update(base.as_deref(), &shown.entries);
        let mut newly =
            newly_held((placed, &sources.kept), base.as_deref(), (&mut *memory, round), &mut let_go, on)?;
        is_other |= !newly.is_empty();
        let mut shown = shown;
        if is_other {
            // A change of what is held changes what a platform has to bear: it is placed again, from where everything was before, and judged
            // again.
            round = Round::NewlyHeld;
            for (platform, newly) in &newly {
                let held = held.entry(platform.clone()).or_default();
                hold::hold(held, newly);
                sources.update_placement(platform, held, placed);
            }
            shown = RenderInputs::build(
                (&mut *memory, round),
                placed,
                &mut sources,
                &held,
                manifest,
                found.clone(),
            )?;
            // What begins to be held may be rendered under another address.
            let rendered = (&shown.entries, &memory.round(round).index);
            if readdressed.follow(manifest, rendered, &mut held, &mut let_go, &mut found)? {
                readdressed.rename(&mut newly);
                round = Round::Readdressed;
                shown =
                    RenderInputs::build((&mut *memory, round), placed, &mut sources, &held, manifest, found)?;
            }
        }
        let base = readdressed.base(manifest);
        let base = base.as_deref();
        let RenderInputs { views, entries, mut found } = shown;
        memory.round(round).differences.update(base, &entries);
        let RoundMemory { differences, index, .. } = memory.round(round);

        let revision = placed.revision();
        let changed = cause::ChangedNodes::new(differences, &views);
        let mut causes = changed.causes(&placed.ecosystem, &placed.graphs);
        let mut metadata = changed.of_metadata();
        let mut shared =
            cause::of_shared_scopes((&placed.ecosystem, &placed.graphs), &views, base, &entries, &causes);
        let sinks = Sinks::new(&placed.ecosystem);
        let readers = Readers::new(placed, &views);
        let mut proposed = BTreeMap::new();
        let (nowhere, nothing) = (PlatformIndex::default(), PlatformDifferences::default());
        for (name, configured) in platforms.iter().filter(|(name, _)| !stays(name)) {
            let frame = ChangeHeader {
                platform: (**configured.instance()).clone(),
                from: manifest.map(|manifest| manifest.base_revision(name).clone()),
                to: revision.clone(),
                newly_held: at_base(newly.get(name), base.and_then(|base| base.platform(name))),
                released: let_go.get(name).cloned().unwrap_or_default(),
                causes: causes.remove(name).unwrap_or_default(),
                metadata: metadata.remove(name).unwrap_or_default(),
                shared: shared.remove(name).unwrap_or_default(),
            };
            let before = base.and_then(|base| base.platform(name));
            let mut changed = ChangedScopes::between(before, entries.get(name), &frame.newly_held);
            if let Some(before) = before.filter(|_| configured.platform().runtime().is_none()) {
                changed = changed.with_pending_of(before);
            }
            let change = RenderingChange::new(&frame, &changed).with_readers(&readers);
            match configured.platform().diff(&change) {
                Ok(plan) => {
                    let rendered = index.platform(name).unwrap_or(&nowhere);
                    let after =
                        guard::Outcome { rendered, held: held.get(name).map_or(&[][..], Vec::as_slice) };
                    let scopes = entries.get(name).map_or(&[][..], Vec::as_slice);
                    stray::check(name, &plan, before, scopes, &mut found);
                    guard::check(&frame, (&changed, before), &plan, &after, &mut found);
                    if let Some(before) = before {
                        guard::check_shared(&frame, before, &plan, &after, &mut found);
                    }
                    let mut plan = plan;
                    if let Some(views) = views.get(name) {
                        let before = (before, differences.of(name).unwrap_or(&nothing));
                        plan = readers::join(plan, before, (views, rendered), &readers)
                            .map_err(|error| BrokerError::new([error.diagnostic()]))?;
                        refused::report(&plan, views, &sinks, &mut found);
                    }
                    let scopes = views.get(name).map(|views| views.scopes.clone()).unwrap_or_default();
                    proposed.insert(
                        name.clone(),
                        Proposed { configured: Arc::clone(configured), scopes, plan, plan_file: None },
                    );
                }
                Err(error) => found.push(failure(&error, ModelPath::root().child(segment::PLATFORMS, name))),
            }
        }
        former_delivery::check(placed, differences, &mut found);
        let (findings, mut waived) = placed.ecosystem.apply_waivers(Findings::from_iter(found), CODES);
        let findings = BrokerError::check(findings)?;
        waived.extend(placed.waived.clone());

        let mut lock = placed.lock.clone();
        lock.reached = Some(revision.clone());
        for (name, platform) in &mut lock.platforms {
            platform.reached = None;
            if let Some(staying) = staying.filter(|staying| staying.platforms.contains(name)) {
                staying.stay(name, platform, (placed, &revision));
                platform.advanced = advance::since((placed, manifest), name, as_of);
                continue;
            }
            if !matches!(reached, Base::Lost) {
                advance.record(placed, (name, platform), (&waits, as_of));
            }
            platform.held.clear();
            platform.placement = sources.placements.remove(name).unwrap_or_default();
        }
        for (name, held) in held {
            lock.platforms.entry(name).or_default().held = held;
        }
        lock.origins = placed.follow_origins_with(&lock, None, &sources.kept.stored());
        lock.platforms
            .retain(|name, platform| platforms.contains_key(name) && is_of_use(placed, name, platform));
        if is_trusted {
            lock.trusted_on = Some(on);
        }
        if lock.holds_nothing() {
            lock.trusted_on = None;
        }
        let renderings = RenderingHistory::new(
            manifest,
            &revision,
            &entries,
            (&proposed, |name: &PlatformName| {
                platforms.get(name).is_some_and(|configured| configured.platform().runtime().is_none())
            }),
        );
        let records = record::records(
            &mut proposed,
            entries,
            (placed, &revision, &renderings),
            (manifest, &*memory.round(round)),
            (&views, &sources.kept),
        );
        left_names::remember(&mut lock, &placed.ecosystem, &records, (memory, round));
        let mut after = Manifest::with_lock(revision, renderings.id, lock.clone(), records).with_renderings(
            renderings.id,
            renderings.unapplied,
            renderings.applied,
        );
        if let (Some(staying), Some(before)) = (staying, manifest) {
            after = after.with_accepted_of(before, &staying.platforms);
        }
        Ok(Proposal {
            manifest: after,
            lock,
            waits,
            platforms: proposed,
            findings,
            waived,
            hooks: Arc::clone(self.hooks()),
        })
    }

    /// The platforms that are declared, and those that are not any more but that something was rendered for.
    fn platforms(
        &self,
        placed: &Placed,
        manifest: Option<&Manifest>,
        found: &mut Vec<Diagnostic>,
    ) -> BTreeMap<PlatformName, Arc<ConfiguredPlatform>> {
        let mut platforms = placed.platforms.clone();
        for (name, record) in manifest.into_iter().flat_map(Manifest::platforms) {
            if !platforms.contains_key(name) {
                match ConfiguredPlatform::from_record(self.registry(), &record.instance) {
                    Ok(configured) => {
                        platforms.insert(name.clone(), Arc::new(configured));
                    }
                    Err(finding) => found.push(*finding),
                }
            }
        }
        platforms
    }
}

/// The views of platforms, the scopes rendered from them, and the findings so far, without errors.
struct RenderInputs {
    views: Views,
    entries: Entries,
    found: Vec<Diagnostic>,
}

impl RenderInputs {
    fn build(
        (memory, round): (&mut PlanMemory, Round),
        placed: &Placed,
        sources: &mut Sources<'_>,
        held: &Held,
        manifest: Option<&Manifest>,
        mut found: Vec<Diagnostic>,
    ) -> Result<Self, BrokerError> {
        if let Some(staying) = sources.kept.staying {
            sources.keep(staying, (held, &placed.placements_before), &mut found);
            BrokerError::check_found(&found)?;
        }
        let sources = &*sources;
        // Where a round has nothing to compare with, it begins with what the round before it made.
        let own = memory.round(round).views.is_some();
        let known = match own {
            true => memory.rounds.get(&round),
            false => memory.rounds.range(..round).next_back().map(|(_, known)| known),
        };
        let (known, nothing) = (known.filter(|known| known.views.is_some()), NodeFindings::new());
        let views = sources.views(held, known.and_then(|known| known.views.as_ref()));
        let before = known.map_or(&nothing, |known| &known.findings);
        let findings = judge(placed, sources, &views, before, &mut found);
        BrokerError::check_found(&found)?;
        let last = memory.round(round);
        let mentions = last.views.take().and_then(|last| last.into_mentions(&views));
        last.views = Some(ViewMemory::new((sources, held), views.clone(), mentions));
        last.findings = findings;
        let mut entries =
            render::render_all(sources.platforms, &views, (manifest, &mut memory.renderings), &mut found);
        entries.extend(sources.kept.staying.iter().flat_map(|staying| staying.scopes()));
        let index = &mut memory.round(round).index;
        index.update(&entries);
        for (name, entries) in &entries {
            if let (Some(views), Some(index)) = (views.get(name), index.platform(name)) {
                render::check(name, views, (entries, index), &mut found);
            }
        }
        if index.has_places_twice() {
            occupied::check(&entries, &mut found);
        }
        BrokerError::check_found(&found)?;
        Ok(Self { views, entries, found })
    }
}

/// Reports everything that prevents rendering: links, limits, and the platforms' own findings. What cannot be other than `before` is not
/// judged again.
fn judge(
    placed: &Placed,
    sources: &Sources<'_>,
    views: &Views,
    before: &NodeFindings,
    found: &mut Vec<Diagnostic>,
) -> NodeFindings {
    let sinks = Sinks::new(&placed.ecosystem);
    link::check(&placed.graphs, &sources.placements, (views, &sources.kept), sources.names, found);
    let mut findings = NodeFindings::new();
    for (name, views) in views {
        if let Some(configured) = sources.platforms.get(name) {
            limit::check(&placed.ecosystem, configured, (views, &sources.kept), found);
            findings.insert(name.clone(), lint::ask(configured, views, &sinks, before.get(name), found));
        }
    }
    findings
}

fn newly_held(
    (placed, kept): (&Placed, &Kept<'_>),
    manifest: Option<&Manifest>,
    (memory, round): (&mut PlanMemory, Round),
    let_go: &mut Releases,
    on: NaiveDate,
) -> Result<Held, BrokerError> {
    let PlanMemory { rounds, owed, .. } = memory;
    let RoundMemory { index, differences, .. } = rounds.entry(round).or_default();
    let mut newly: BTreeMap<PlatformName, Vec<HeldState>> = BTreeMap::new();
    let (nowhere, nothing) = (PlatformIndex::default(), PlatformDifferences::default());
    let stays = |name: &PlatformName| kept.staying.is_some_and(|staying| staying.platforms.contains(name));
    let records = manifest.into_iter().flat_map(Manifest::platforms);
    for (name, before) in records.filter(|(name, _)| !stays(name)) {
        let rendered = index.platform(name).unwrap_or(&nowhere);
        let differences = differences.of(name).unwrap_or(&nothing);
        let today = record::kept_owed(kept, Some(before), placed.owed_today(name));
        let left = owed.update(name, before, &today);
        let let_go = let_go.entry(name.clone()).or_default();
        let held = hold::newly_held(before, (rendered, differences), (&today, &left), let_go, on)
            .map_err(|error| BrokerError::new([error.diagnostic()]))?;
        if !held.is_empty() {
            newly.insert(name.clone(), held);
        }
    }
    Ok(newly)
}

/// What begins to be held of what was there at the base. What was only rendered since is created anew, if it is not there.
fn at_base(newly_held: Option<&Vec<HeldState>>, base: Option<&PlatformRecord>) -> Vec<HeldState> {
    let resources =
        || base.into_iter().flat_map(PlatformRecord::base_scopes).map(|entry| &entry.record.resources);
    let is_there = |held: &&HeldState| resources().any(|resources| resources.contains_key(&held.resource));
    newly_held.into_iter().flatten().filter(is_there).cloned().collect()
}

/// A platform that is not declared any more is in the lock for as long as it holds something.
fn is_of_use(placed: &Placed, name: &PlatformName, lock: &datasurface_state::PlatformLock) -> bool {
    placed.platforms.contains_key(name) || !lock.held.is_empty()
}
