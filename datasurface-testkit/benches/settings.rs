//! What settings cost: `cargo bench -p datasurface-testkit --bench settings`, with the number of datasets as an argument (5 000 otherwise: 10 000
//! nodes).
//!
//! One ecosystem with one entry in the settings of its platform, and with 1 000 entries, in turns in one run. What is compared is the time of a
//! proposal, which makes every view, hashes it and renders it, and that of writing all views, as a program is sent them. Each figure is the best of
//! several, in milliseconds of the processor.

#![expect(clippy::print_stdout, reason = "it says what it measured")]

use chrono::NaiveDate;
use cpu_time::ThreadTime;
use datasurface_broker::{Base, Broker, Lock, Placed, Proposal};
use datasurface_model::{
    Capture, DataContainer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
    InfrastructureVendor, PlatformDeclaration, Team, Validate, Validation, Workspace,
};
use datasurface_platform::{ScopeView, prelude::*};
use std::{collections::BTreeMap, error::Error, hint::black_box, time::Duration};

/// How often each is measured.
const TIMES: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo passes `--bench`, too.
    let datasets = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(5_000);
    let broker = Broker::new(Registry::new().with_plugin::<Noted>());
    let [one, many] = [placed(&broker, datasets, 1)?, placed(&broker, datasets, 1_000)?];
    let (mut proposed, mut written) = ([Duration::MAX; 2], [Duration::MAX; 2]);
    let mut nodes = 0;
    for _ in 0..TIMES {
        for ((placed, proposed), written) in [&one, &many].into_iter().zip(&mut proposed).zip(&mut written) {
            let (took, proposal) = timed(|| broker.propose(placed, Base::Target(None), day()));
            let proposal = proposal?;
            *proposed = took.min(*proposed);
            let (took, bytes) = timed(|| bytes(&proposal));
            black_box(bytes?);
            *written = took.min(*written);
            nodes = proposal.scopes().map(|(_, view)| view.nodes().len()).sum();
        }
    }
    println!("{nodes} nodes, with one entry in the settings and with 1 000");
    for (what, [one, many]) in [("proposed", proposed), ("views written", written)] {
        let [one, many] = [one, many].map(|took| took.as_secs_f64() * 1e3);
        println!("  {what:14}{one:9.1} ms {many:9.1} ms, ratio {:.2} (1.10)", many / one);
    }
    Ok(())
}

fn timed<T>(phase: impl FnOnce() -> T) -> (Duration, T) {
    let start = ThreadTime::now();
    let outcome = phase();
    (start.elapsed(), outcome)
}

/// The number of bytes of all views.
fn bytes(proposal: &Proposal) -> Result<usize, serde_json::Error> {
    let views = proposal.scopes().map(|(_, view): (_, &ScopeView)| view);
    views.map(|view| serde_json::to_vec(view).map(|bytes| bytes.len())).sum()
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default()
}

/// An export of each dataset of a datastore, on a platform with so many entries in its settings.
fn placed(broker: &Broker, datasets: usize, settings: usize) -> Result<Placed, Box<dyn Error>> {
    let names: Vec<String> = (0..datasets).map(|number| format!("d{number}")).collect();
    let capture = Capture::sql_snapshot("Z/T/Source").with_consistency(Consistency::SingleDataset);
    let store = names.iter().fold(Datastore::new("S").captured(capture), |store, name| {
        store.dataset(Dataset::new(name.as_str(), "id Integer key"))
    });
    let wanted = names.iter().map(|name| format!("S/{name}"));
    let group = wanted.fold(DatasetGroup::new("g"), |group, dataset| group.sink(dataset.as_str()));
    let notes: BTreeMap<String, String> =
        (0..settings).map(|number| (format!("note_{number}"), "nothing".to_owned())).collect();
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("Cellar"))
        .container(DataContainer::sqlite("Lake", "lake.db").located("Cellar"))
        .datastore(store)
        .workspace(Workspace::new("W").with_container("Z/T/Lake").group(group));
    let zone = GovernanceZone::new().team("T", "github:o/team@main", team);
    let ecosystem = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("Cellar"))
        .zone("Z", "github:o/zone@main", zone)
        .platform(PlatformDeclaration::new("P", "noted").setting("notes", json!(notes)));
    let checked = ecosystem.validate(&Validation::on(day()))?;
    Ok(broker.place(checked.ecosystem(), &Lock::default())?)
}

/// A platform of one small resource for each node.
#[derive(Debug)]
struct Noted(PlatformDescriptor);

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", deny_unknown_fields, default)]
struct Settings {
    /// Entries that mean nothing.
    notes: BTreeMap<String, String>,
}

impl PlatformPlugin for Noted {
    type Config = Settings;
    const KIND: &'static str = "noted";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, _: Settings) -> Result<Self, PlatformError> {
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["sql_snapshot"], ["sqlite"])
            .with_consistencies([Consistency::SingleDataset])
            .with_export_targets(["sqlite"])
            .with_milestonings([Milestoning::Live])
            .with_formats(["table"])
            .data_technology("table", None);
        Ok(Self(descriptor))
    }
}

impl DataPlatform for Noted {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.0
    }

    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new()
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        Offer::for_datasets(node, "table")
    }

    fn lint(&self, _: LintView<'_>, _: &mut Reporter<'_>) {}

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        Rendering::from_resources(scope.whole_nodes().map(|node| Resource::for_node("job", node)))
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        change.structural(|_| Judgement::update(Effect::InPlace, "another job"))
    }
}
