//! A session answers what a broker answers that remembers nothing, whatever was asked before.

mod growth;
mod platform;
mod revisions;

use chrono::{Days, NaiveDate};
use datasurface_broker::{
    Base, Broker, BrokerError, LOCK_FILE_NAME, Lock, Manifest, Placed, Proposal, Session, Target,
};
use datasurface_graph::IntentionGraph;
use datasurface_model::{Checked, Ecosystem, Invalid, Validate, Validation};
use datasurface_platform::Registry;
use datasurface_strategies::{
    Adjustment, Edit, Mutation, Shape, adjustments, ecosystems_with, edits, mutations, valid_edits,
};
use platform::{Claim, Settings, Showcase};
use proptest::{collection::vec, prelude::*, sample::select, strategy::ValueTree, test_runner::Config};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Something that happens in a session.
#[derive(Clone, Debug)]
enum Step {
    /// The model changes.
    Edit(Edit),
    /// The model breaks a rule, and is mended again afterwards.
    Break(Mutation),
    /// The same, with edits that rename, and that ask for more or less.
    Adjust(Adjustment),
    /// The settings of all platforms change.
    Settings(Settings),
    /// Somebody places a node in another shard.
    Place(usize, u8),
    /// Somebody releases something that is held.
    Release(usize),
    /// The lock loses what it says of storage names and owners.
    Forget,
    /// Days pass.
    Wait(u8),
    /// The plan is written.
    Render,
    /// Somebody else writes a plan of another model.
    RenderElsewhere(Adjustment),
    /// What is rendered is recorded as applied.
    Apply,
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => valid_edits().prop_map(Step::Edit),
        2 => edits().prop_map(Step::Edit),
        1 => mutations().prop_map(Step::Break),
        4 => adjustments().prop_map(Step::Adjust),
        1 => settings().prop_map(Step::Settings),
        1 => (any::<usize>(), 0_u8..3).prop_map(|(node, shard)| Step::Place(node, shard)),
        1 => any::<usize>().prop_map(Step::Release),
        1 => Just(Step::Forget),
        1 => (1_u8..100).prop_map(Step::Wait),
        5 => Just(Step::Render),
        1 => adjustments().prop_map(Step::RenderElsewhere),
        2 => Just(Step::Apply),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let most = prop_oneof![Just(None), (1_u64..6).prop_map(Some)];
    let claims = [Claim::Format, Claim::LiveOnly, Claim::Latency, Claim::Source];
    let other = prop_oneof![Just(None), select(claims.to_vec()).prop_map(Some)];
    (most, any::<bool>(), any::<bool>(), other).prop_map(|(most, is_readdressed, hands_over, other)| {
        Settings { most, is_readdressed, is_quiet: false, hands_over, other }
    })
}

/// A session, and a broker that remembers nothing, with a target each.
struct Pair {
    session: RefCell<Session>,
    broker: Broker,
    folders: [TempDir; 2],
    on: NaiveDate,
    /// The number of plans that were compared.
    plans: usize,
}

impl Pair {
    fn new() -> Self {
        let broker = Broker::new(Registry::new().with_plugin::<Showcase>());
        Self {
            session: RefCell::new(Session::new(broker.clone())),
            broker,
            folders: [TempDir::new().unwrap(), TempDir::new().unwrap()],
            on: "2026-11-21".parse().unwrap(),
            plans: 0,
        }
    }

    fn folder(&self, side: usize) -> &Path {
        self.folders.get(side).unwrap().path()
    }

    fn lock_path(&self, side: usize) -> PathBuf {
        self.folder(side).join(LOCK_FILE_NAME)
    }

    fn lock(&self, side: usize) -> Lock {
        fs::read_to_string(self.lock_path(side))
            .map_or_else(|_| Lock::default(), |text| Lock::from_text(&text).unwrap())
    }

    fn target(&self, side: usize) -> Target {
        Target::open(self.folder(side).join("target")).unwrap()
    }

    /// Asks both sides for a plan, compares the answers, and writes it on both sides if that is wanted and there is one.
    fn plan(&mut self, ecosystem: &Ecosystem, is_written: bool) {
        let validated = self.session.borrow_mut().validate(ecosystem.clone(), self.on);
        let cold = ecosystem.clone().validate(&Validation::on(self.on));
        assert_eq!(judged(&validated), judged(&cold));
        let (Ok(checked), Ok(cold_checked)) = (validated, cold) else { return };

        let placed = self.session.borrow_mut().place(checked.ecosystem(), &self.lock(0));
        let cold = self.broker.place(cold_checked.ecosystem(), &self.lock(1));
        assert_eq!(placed_text(&placed), placed_text(&cold));
        let (Ok(placed), Ok(cold_placed)) = (placed, cold) else { return };

        let mut targets = [self.target(0), self.target(1)];
        let base = Base::Target(targets[0].manifest());
        let proposal = self.session.borrow_mut().propose(&placed, base, self.on);
        let cold = self.broker.propose(&cold_placed, Base::Target(targets[1].manifest()), self.on);
        assert_same(&proposal, &cold);
        self.plans += 1;
        if let (Ok(proposal), Ok(cold)) = (proposal, cold)
            && is_written
        {
            proposal.write(&mut targets[0], &self.lock_path(0)).unwrap();
            cold.write(&mut targets[1], &self.lock_path(1)).unwrap();
            assert_eq!(bytes(self.folder(0)), bytes(self.folder(1)));
            // The nodes in a manifest stay texts until somebody asks for them.
            let text = |manifest: &Manifest| manifest.to_json().unwrap();
            assert_eq!(self.target(0).manifest().map(text), Some(text(cold.manifest())));
        }
    }

    /// Plans with a broker that remembers nothing, and writes that on both sides.
    fn render_elsewhere(&self, ecosystem: &Ecosystem) {
        let Ok(checked) = ecosystem.clone().validate(&Validation::on(self.on)) else { return };
        for side in 0..2 {
            let Ok(placed) = self.broker.place(checked.ecosystem(), &self.lock(side)) else { return };
            let mut target = self.target(side);
            let proposal = self.broker.propose(&placed, Base::Target(target.manifest()), self.on);
            if let Ok(proposal) = proposal {
                proposal.write(&mut target, &self.lock_path(side)).unwrap();
            }
        }
    }

    /// Records what is rendered as applied.
    fn apply(&self) {
        for side in 0..2 {
            let mut target = self.target(side);
            let platforms = target.manifest().into_iter().flat_map(|manifest| manifest.platforms().keys());
            let platforms = platforms.map(|name| (name.clone(), None)).collect();
            target.record_applied(&platforms, self.folder(side)).unwrap();
        }
    }

    /// Changes the locks of both sides.
    fn edit_lock(&self, edit: impl Fn(&mut Lock)) {
        for side in (0..2).filter(|side| self.lock_path(*side).exists()) {
            let mut lock = self.lock(side);
            edit(&mut lock);
            fs::write(self.lock_path(side), lock.to_text()).unwrap();
        }
    }

    /// Releases something that is held.
    fn release(&self, number: usize) {
        self.edit_lock(|lock| {
            let held: Vec<_> =
                lock.all_held().map(|(name, held)| (name.clone(), held.resource.to_string())).collect();
            if let Some((platform, resource)) = held.get(number % held.len().max(1)) {
                lock.release(platform, resource, "nobody needs it");
            }
        });
    }

    /// Places a node of the lock's platforms elsewhere.
    fn place(&self, ecosystem: &Ecosystem, node: usize, shard: u8) {
        let Ok(checked) = ecosystem.clone().validate(&Validation::on(self.on)) else { return };
        let Ok(placed) = self.broker.place(checked.ecosystem(), &self.lock(1)) else { return };
        let nodes: Vec<_> =
            placed.graphs().iter().flat_map(IntentionGraph::nodes).map(|node| node.key()).collect();
        if self.lock(1).base_revision().is_none() || nodes.is_empty() {
            return;
        }
        let key = nodes.get(node % nodes.len()).unwrap();
        self.edit_lock(|lock| {
            lock.placement_mut(key.platform().clone()).place(key.clone(), format!("{shard}").into());
        });
    }
}

fn judged(outcome: &Result<Checked, Invalid>) -> String {
    match outcome {
        Ok(checked) => format!("{:?}\n{:?}", checked.findings(), checked.waived()),
        Err(invalid) => format!("{:?}\n{:?}", invalid.findings(), invalid.waived()),
    }
}

fn placed_text(outcome: &Result<Placed, BrokerError>) -> String {
    match outcome {
        Ok(placed) => {
            let graphs: Vec<String> = placed
                .graphs()
                .iter()
                .flat_map(IntentionGraph::nodes)
                .map(|node| format!("{}: {}", node.key(), node.facts().fingerprint()))
                .collect();
            let (lock, found) = (placed.lock().to_text(), placed.findings());
            format!("{lock}{found:?}{:?}{:?}{graphs:#?}", placed.waived(), placed.revision())
        }
        Err(refused) => format!("{:?}", refused.findings()),
    }
}

fn assert_same(one: &Result<Proposal, BrokerError>, other: &Result<Proposal, BrokerError>) {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            assert_eq!(one.findings(), other.findings());
            assert_eq!(one.waived(), other.waived());
            assert_eq!(one.plans().collect::<Vec<_>>(), other.plans().collect::<Vec<_>>());
            let scopes =
                |proposal: &Proposal| proposal.scopes().map(|(_, view)| view.clone()).collect::<Vec<_>>();
            assert_eq!(scopes(one), scopes(other));
            assert_eq!(one.lock().to_text(), other.lock().to_text());
            assert_eq!(one.manifest(), other.manifest());
        }
        (one, other) => {
            let findings = |side: &Result<Proposal, BrokerError>| {
                side.as_ref().map(|_| ()).map_err(|refused| refused.findings().clone())
            };
            assert_eq!(findings(one), findings(other));
        }
    }
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let name = path.strip_prefix(folder).unwrap().display().to_string();
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
    }
    files
}

fn with_settings(ecosystem: &Ecosystem, settings: &Settings) -> Ecosystem {
    let mut document = datasurface_document::to_value(ecosystem);
    for platform in document.get_mut("platforms").and_then(|all| all.as_array_mut()).into_iter().flatten() {
        platform["config"] = serde_json::to_value(settings).unwrap();
    }
    datasurface_document::from_json(&document.to_string()).unwrap()
}

/// Takes a session through these steps; returns the number of plans that were compared.
fn live(mut ecosystem: Ecosystem, steps: &[Step]) -> usize {
    let mut pair = Pair::new();
    pair.plan(&ecosystem, true);
    for step in steps {
        match step {
            Step::Edit(edit) => ecosystem = edited(&mut pair, ecosystem, |before| edit.apply(before)),
            Step::Adjust(edit) => ecosystem = edited(&mut pair, ecosystem, |before| edit.apply(before)),
            Step::Break(mutation) => pair.plan(&mutation.apply(ecosystem.clone()), false),
            Step::Settings(settings) => ecosystem = with_settings(&ecosystem, settings),
            Step::Place(node, shard) => pair.place(&ecosystem, *node, *shard),
            Step::Release(number) => pair.release(*number),
            Step::Forget => pair.edit_lock(|lock| (lock.storage, lock.owners) = (None, None)),
            Step::RenderElsewhere(edit) => pair.render_elsewhere(&edit.apply(ecosystem.clone())),
            Step::Apply => pair.apply(),
            Step::Wait(days) => pair.on = pair.on + Days::new(u64::from(*days)),
            Step::Render => pair.plan(&ecosystem, true),
        }
    }
    pair.plan(&ecosystem, true);
    pair.plans
}

/// Plans for an edited model, and returns it. What breaks the model is taken back.
fn edited(pair: &mut Pair, before: Ecosystem, edit: impl FnOnce(Ecosystem) -> Ecosystem) -> Ecosystem {
    let after = edit(before.clone());
    pair.plan(&after, false);
    match after.clone().validate(&Validation::on(pair.on)) {
        Ok(_) => after,
        Err(_) => before,
    }
}

fn shape() -> Shape {
    Shape { platforms: 1..=2, teams: 1..=2, ..Shape::default() }
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]

    #[test]
    fn a_session_answers_what_a_broker_answers(
        ecosystem in ecosystems_with(shape()),
        settings in settings(),
        steps in vec(steps(), 1..16),
    ) {
        live(with_settings(&ecosystem, &settings), &steps);
    }
}

#[test]
fn most_steps_are_planned() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let plans = (0..4).map(|_| {
        let ecosystem = ecosystems_with(shape()).new_tree(&mut runner).unwrap().current();
        let steps = vec(steps(), 12).new_tree(&mut runner).unwrap().current();
        live(with_settings(&ecosystem, &Settings::default()), &steps)
    });
    let plans: Vec<usize> = plans.collect();
    assert!(plans.iter().sum::<usize>() > 24, "{plans:?}");
}
