//! Platforms at revisions of their own, over random edits and random choices of who goes forward.

mod policies;
mod read;

use super::{
    bytes,
    platform::{Settings, Showcase},
    settings, shape, with_settings,
};
use chrono::{Days, NaiveDate};
use datasurface_broker::{
    Advance, Base, Broker, LOCK_FILE_NAME, Lock, Manifest, Placed, PlatformRecord, Proposal, Target,
};
use datasurface_model::{Ecosystem, Entity, PlatformName, Severity, Validate, Validation};
use datasurface_platform::{HeldState, Registry};
use datasurface_strategies::{Adjustment, AdjustmentKind, Edit, Shape, adjustments, ecosystems_with};
use policies::policies_are_kept;
use proptest::{collection::vec, prelude::*, sample::select, strategy::ValueTree, test_runner::Config};
use read::{all_that_is_read_is_there, nothing_read_begins_to_be_held, read_beyond_the_model};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::AddAssign,
};
use tempfile::TempDir;

#[derive(Clone, Debug)]
enum Step {
    Edit(Edit),
    Settings(Settings),
    Wait(u16),
    /// Those go forward whose bit is set, by the order of their names.
    Advance(u8),
    Apply,
    Release(usize),
}

/// Edits, each soon followed by an advance of some platforms alone.
fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let edited = (vec(edits(), 1..3), sides()).prop_map(|(edits, side)| {
        let advance = [Step::Advance(side)];
        edits.into_iter().map(Step::Edit).chain(advance).collect()
    });
    let released = (any::<usize>(), sides());
    let over = (1_u16..3000, sides());
    let steps = prop_oneof![
        8 => edited,
        1 => handing_over().prop_map(|settings| vec![Step::Settings(settings)]),
        1 => Just(vec![Step::Apply]),
        1 => released.prop_map(|(number, side)| vec![Step::Release(number), Step::Advance(side)]),
        1 => over.prop_map(|(days, side)| vec![Step::Wait(days), Step::Advance(side)]),
    ];
    vec(steps, 2..=most).prop_map(|steps| steps.concat())
}

/// Sets the versions that some groups see, and for how long, by what a choice says of each.
fn versions(groups: &[(u16, u16)], retention: impl Fn(u16) -> u16) -> Vec<Step> {
    let adjust = |kind, at, to| Step::Edit(Edit::Adjust(Adjustment::new(kind, at, to)));
    let of = |(at, choice): &(u16, u16)| {
        [
            adjust(AdjustmentKind::Milestoning, *at, 1),
            adjust(AdjustmentKind::Retention, *at, retention(*choice)),
        ]
    };
    groups.iter().flat_map(of).collect()
}

/// Versions are asked for, and then fewer of them.
fn lessened() -> impl Strategy<Value = Vec<Step>> {
    let sides = Just((0..3).map(|side| Step::Advance(1 << side)).collect::<Vec<_>>()).prop_shuffle();
    (vec((any::<u16>(), 0..500_u16), 4..8), sides).prop_map(|(groups, sides)| {
        let (many, fewer) = (versions(&groups, |_| 2999), versions(&groups, |days| days));
        [many, vec![Step::Advance(u8::MAX)], fewer, sides].concat()
    })
}

/// Versions are asked for, and not any more; some of what is held of them is let go, and its platform may stay.
fn holding() -> impl Strategy<Value = Vec<Step>> {
    let groups = vec((any::<u16>(), 0..500_u16), 4..8);
    let dropped = vec((any::<u16>(), any::<u16>()), 4..8);
    (groups, dropped, any::<usize>(), sides()).prop_map(|(groups, dropped, number, side)| {
        let dropped = dropped.into_iter().map(|(at, sink)| Step::Edit(Edit::RemoveSink(at, sink)));
        let all = [Step::Advance(u8::MAX)];
        let asked = versions(&groups, |days| days).into_iter().chain(all.clone());
        asked.chain(dropped).chain(all).chain([Step::Release(number), Step::Advance(side)]).collect()
    })
}

/// Edits of what platforms hand over to each other.
fn edits() -> impl Strategy<Value = Edit> {
    let number = any::<u16>;
    let asked_for = vec![
        AdjustmentKind::NewColumn,
        AdjustmentKind::ColumnRemoved,
        AdjustmentKind::Retention,
        AdjustmentKind::Retention,
        AdjustmentKind::Milestoning,
        AdjustmentKind::Milestoning,
        AdjustmentKind::Key,
        AdjustmentKind::DatasetName,
        AdjustmentKind::DatastoreName,
    ];
    let asked_for = (select(asked_for), number(), number());
    prop_oneof![
        8 => asked_for.prop_map(|(kind, at, to)| Edit::Adjust(Adjustment::new(kind, at, to))),
        3 => adjustments().prop_map(Edit::Adjust),
        4 => (number(), number()).prop_map(|(at, dataset)| Edit::AddSink(at, dataset)),
        4 => (number(), number()).prop_map(|(at, sink)| Edit::RemoveSink(at, sink)),
        2 => number().prop_map(Edit::RemoveWorkspace),
        2 => pins(),
    ]
}

/// Another platform for a consumer.
fn pins() -> impl Strategy<Value = Edit> {
    any::<(u16, u16)>().prop_map(|(at, platform)| Edit::AddPin(at, platform))
}

/// Mostly one side alone.
fn sides() -> impl Strategy<Value = u8> {
    prop_oneof![
        4 => (0_u8..3).prop_map(|side| 1 << side),
        2 => (0_u8..3).prop_map(|side| !(1_u8 << side)),
        1 => any::<u8>(),
    ]
}

fn handing_over() -> impl Strategy<Value = Settings> {
    settings().prop_map(|settings| Settings { hands_over: true, ..settings })
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    advances: usize,
    refused: usize,
    together: usize,
    waits: usize,
    still_read: usize,
    crossings: usize,
    compared: usize,
    by_policy: usize,
    /// Readings by platforms that stay, of platforms that go forward, that go beyond what the model of now asks for there.
    beyond: usize,
    /// Platforms that stay and hold something that could go.
    stay_holding: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.advances += other.advances;
        self.refused += other.refused;
        self.together += other.together;
        self.waits += other.waits;
        self.still_read += other.still_read;
        self.crossings += other.crossings;
        self.compared += other.compared;
        self.by_policy += other.by_policy;
        self.beyond += other.beyond;
        self.stay_holding += other.stay_holding;
    }
}

/// A target, and the broker that writes it.
struct Site {
    folder: TempDir,
    broker: Broker,
    on: NaiveDate,
}

impl Site {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            broker: Broker::new(Registry::new().with_plugin::<Showcase>()),
            on: Self::today(),
        }
    }

    fn today() -> NaiveDate {
        "2026-11-21".parse().unwrap()
    }

    fn lock(&self) -> Lock {
        fs::read_to_string(self.folder.path().join(LOCK_FILE_NAME))
            .map_or_else(|_| Lock::default(), |text| Lock::from_text(&text).unwrap())
    }

    fn target(&self) -> Target {
        Target::open(self.folder.path().join("target")).unwrap()
    }

    fn place(&self, ecosystem: &Ecosystem) -> Option<Placed> {
        let checked = ecosystem.clone().validate(&Validation::on(self.on)).ok()?;
        self.broker.place(checked.ecosystem(), &self.lock()).ok()
    }

    /// The codes of the errors, if nothing can be proposed.
    fn propose(&self, placed: &Placed, advance: &Advance) -> Result<Proposal, Vec<String>> {
        let target = self.target();
        let proposal = self.broker.propose_advance(placed, Base::Target(target.manifest()), self.on, advance);
        proposal.map_err(|refused| {
            let errors = refused.findings().iter().filter(|finding| finding.severity() == Severity::Error);
            errors.map(|finding| finding.code().to_string()).collect()
        })
    }

    fn write(&self, proposal: &Proposal) {
        proposal.write(&mut self.target(), &self.folder.path().join(LOCK_FILE_NAME)).unwrap();
    }

    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        bytes(self.folder.path())
    }

    fn apply(&self) {
        let mut target = self.target();
        let platforms = target.manifest().into_iter().flat_map(|manifest| manifest.platforms().keys());
        let platforms = platforms.map(|name| (name.clone(), None)).collect();
        target.record_applied(&platforms, self.folder.path()).unwrap();
    }

    fn release(&self, number: usize) {
        let mut lock = self.lock();
        let held: Vec<_> =
            lock.all_held().map(|(name, held)| (name.clone(), held.resource.to_string())).collect();
        if let Some((platform, resource)) = held.get(number % held.len().max(1)) {
            lock.release(platform, resource, "nobody needs it");
            fs::write(self.folder.path().join(LOCK_FILE_NAME), lock.to_text()).unwrap();
        }
    }
}

/// Those who go forward, of the platforms that are declared or rendered.
fn chosen(placed: &Placed, target: &Target, bits: u8) -> BTreeSet<PlatformName> {
    let declared = placed.ecosystem().platforms().iter().map(|one| Entity::name(one).clone());
    let rendered = target.manifest().into_iter().flat_map(|manifest| manifest.platforms().keys().cloned());
    let all: BTreeSet<PlatformName> = declared.chain(rendered).collect();
    all.into_iter()
        .enumerate()
        .filter(|(number, _)| bits >> (number % 8) & 1 == 1)
        .map(|(_, name)| name)
        .collect()
}

/// What must not change of a platform that stays.
fn unchanged(record: &PlatformRecord) -> PlatformRecord {
    PlatformRecord { reached: None, ..record.clone() }
}

fn advance(site: &Site, ecosystem: &Ecosystem, bits: u8, tally: &mut Tally) {
    policies_are_kept(site, ecosystem, bits, tally);
    let Some(placed) = site.place(ecosystem) else { return };
    let target = site.target();
    let forward = chosen(&placed, &target, bits);
    let (before, lock_before) = (target.manifest().cloned(), site.lock());
    let proposal = match site.propose(&placed, &Advance::Only(forward.clone())) {
        Ok(proposal) => proposal,
        Err(errors) => {
            let is_expected =
                |code: &String| code == "revision/together" || site.propose(&placed, &Advance::All).is_err();
            assert!(errors.iter().all(is_expected), "{errors:?}");
            tally.refused += 1;
            tally.together += usize::from(errors.iter().any(|code| code == "revision/together"));
            return;
        }
    };
    drop(target);
    site.write(&proposal);
    tally.advances += 1;
    let count = |code: &str| proposal.findings().codes().filter(|one| *one == code).count();
    tally.waits += count("revision/waits");
    tally.still_read += count("revision/still-read");
    let (after, lock) = (site.target().manifest().unwrap().clone(), site.lock());
    assert_eq!(&after, proposal.manifest());
    site.target().inspect().unwrap();
    for (name, record) in before.iter().flat_map(Manifest::platforms) {
        let now = record.instance.storage_name();
        let now = after.platforms().values().find(|record| record.instance.storage_name() == now);
        let named = |name: &PlatformName| forward.contains(name);
        let renamed = placed.ecosystem().platforms().iter().find_map(|one| {
            let declared = Entity::name(one);
            (placed.platform(declared)?.instance().storage_name() == record.instance.storage_name())
                .then_some(declared)
        });
        if named(renamed.unwrap_or(name)) {
            continue;
        }
        assert_eq!(now.map(unchanged), Some(unchanged(record)), "{name} stays");
        assert_eq!(lock.held(renamed.unwrap_or(name)), lock_before.held(name), "{name} holds what it held");
        // Placements have the names of now.
        if lock.storage == lock_before.storage {
            let [placed, before] = [&lock, &lock_before].map(|lock| lock.platforms.get(name));
            let is_same = placed.map(|lock| &lock.placement) == before.map(|lock| &lock.placement);
            assert!(is_same, "{name} is placed as it was: {before:?}, {placed:?}");
        }
        assert!(proposal.plan(name).is_none());
        let held = lock_before.held(name);
        let goes = |held: &&HeldState| held.release_reason(site.on, lock_before.base_revision()).is_some();
        let going = held.iter().filter(goes).count();
        tally.stay_holding += usize::from(going > 0 && going < held.len());
    }
    tally.beyond += read_beyond_the_model(&placed, &after, &forward);
    nothing_read_begins_to_be_held([&lock_before, &lock], &after, &forward);
    tally.crossings += all_that_is_read_is_there(&after);
}

/// Files, without plans, which say where they start.
fn rendered(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let is_rendered = |path: &String| {
        path.starts_with("target/")
            && !path.starts_with("target/.datasurface/")
            && !path.ends_with("plan.json")
    };
    site.files().into_iter().filter(|(path, _)| is_rendered(path)).collect()
}

fn live(mut ecosystem: Ecosystem, steps: &[Step]) -> Tally {
    let (mut site, mut other, mut tally) = (Site::new(), Site::new(), Tally::default());
    let all = |site: &Site, ecosystem: &Ecosystem| {
        let written = site.place(ecosystem).and_then(|placed| site.propose(&placed, &Advance::All).ok());
        if let Some(proposal) = &written {
            site.write(proposal);
        }
        written
    };
    all(&site, &ecosystem);
    all(&other, &ecosystem);
    for step in steps {
        let edited = match step {
            Step::Edit(edit) => edit.apply(ecosystem.clone()),
            Step::Settings(settings) => with_settings(&ecosystem, settings),
            _ => ecosystem.clone(),
        };
        if edited.clone().validate(&Validation::on(site.on)).is_ok() {
            ecosystem = edited;
        }
        match step {
            Step::Wait(days) => {
                site.on = site.on + Days::new(u64::from(*days));
                other.on = site.on;
            }
            Step::Advance(bits) => {
                advance(&site, &ecosystem, *bits, &mut tally);
                all(&other, &ecosystem);
            }
            Step::Apply => {
                site.apply();
                other.apply();
            }
            Step::Release(number) => site.release(*number),
            _ => {}
        }
    }
    if let (Some(one), Some(_)) = (all(&site, &ecosystem), all(&other, &ecosystem)) {
        assert!(
            one.manifest()
                .platforms()
                .values()
                .all(|record| record.reached.is_none() && record.waits_for.is_empty())
        );
        let (lock, twin) = (site.lock(), other.lock());
        // What was skipped began to hold something, took a name, or was placed where there was room.
        let is_alike = lock.holds_nothing()
            && twin.holds_nothing()
            && lock.storage == twin.storage
            && lock.assignments == twin.assignments
            && lock.platforms == twin.platforms;
        if is_alike {
            assert_eq!(rendered(&site), rendered(&other));
            tally.compared += 1;
        }
    }
    tally
}

/// Consumers on several platforms.
fn spread(ecosystem: Ecosystem, pins: &[Edit]) -> Ecosystem {
    let pinned = |ecosystem: Ecosystem, pin: &Edit| {
        let pinned = pin.apply(ecosystem.clone());
        let is_valid = pinned.clone().validate(&Validation::on(Site::today())).is_ok();
        if is_valid { pinned } else { ecosystem }
    };
    pins.iter().fold(ecosystem, pinned)
}

fn platforms() -> Shape {
    Shape {
        platforms: 2..=3,
        teams: 1..=1,
        datastores: 1..=2,
        datasets: 1..=3,
        workspaces: 2..=3,
        groups: 1..=2,
        transformers: 0..=1,
        ..shape()
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]

    #[test]
    fn what_stays_is_as_it_was_and_all_that_is_read_is_there(
        ecosystem in ecosystems_with(platforms()),
        pins in vec(pins(), 3..6),
        settings in handing_over(),
        steps in prop_oneof![4 => steps(7), 1 => holding(), 1 => lessened()],
    ) {
        live(with_settings(&spread(ecosystem, &pins), &settings), &steps);
    }
}

/// Lives through steps of one kind, in ecosystems that are always the same.
fn always_the_same(cases: usize, steps: impl Strategy<Value = Vec<Step>>) -> Tally {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut sum = Tally::default();
    for _ in 0..cases {
        let ecosystem = ecosystems_with(platforms()).new_tree(&mut runner).unwrap().current();
        let pins = vec(pins(), 5).new_tree(&mut runner).unwrap().current();
        let steps = steps.new_tree(&mut runner).unwrap().current();
        let settings = Settings { hands_over: true, ..Settings::default() };
        sum += live(with_settings(&spread(ecosystem, &pins), &settings), &steps);
    }
    sum
}

#[test]
fn what_a_platform_that_stays_holds_is_held_on_though_it_may_go() {
    let sum = always_the_same(24, holding());
    assert!(sum.stay_holding > 4, "{sum:?}");
}

#[test]
fn what_a_platform_that_stays_reads_is_kept_for_as_long() {
    let sum = always_the_same(16, lessened());
    assert!(sum.beyond > 4, "{sum:?}");
}

#[test]
fn most_choices_are_possible_and_many_wait() {
    let sum = always_the_same(24, steps(7));
    let Tally { advances, refused, together, waits, still_read, crossings, compared, by_policy, .. } = sum;
    assert!(advances > 4 * refused && advances > 48 && together > 0, "{sum:?}");
    assert!(waits > 2 && still_read > 8 && crossings > advances / 2 && compared > 0, "{sum:?}");
    assert!(by_policy > 48, "{sum:?}");
}
