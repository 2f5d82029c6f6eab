//! Random ecosystems of transformers over zones and containers, with a specification that follows single facts until nothing is added.

use datasurface_model::*;
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
    sample::select,
};
use std::collections::BTreeSet;

pub(super) const PLACES: [&str; 3] = ["Blue/Berlin", "Blue/Ohio", "Orange/Tokyo"];
pub(super) const ZONES: [&str; 3] = ["EU", "US", "JP"];
/// Who runs the infrastructure of each vendor.
pub(super) const CLOUDS: [CloudVendor; 2] = [CloudVendor::OnPremises, CloudVendor::Aws];
/// The teams of each zone.
pub(super) const TEAMS: [&str; 2] = ["T", "U"];

/// What is drawn at random. Numbers choose one of what there is.
#[derive(Clone, Debug)]
pub(super) struct World {
    /// For each zone, the places that it permits, and whether it frees what is public.
    pub(super) zones: Vec<(Option<Vec<usize>>, bool)>,
    pub(super) containers: Vec<Container>,
    pub(super) sources: Vec<Source>,
    pub(super) transformers: Vec<Step>,
    /// Workspaces without a transformer.
    pub(super) readers: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(super) struct Container {
    pub(super) zone: usize,
    pub(super) team: usize,
    pub(super) place: usize,
    pub(super) storage: Storage,
}

#[derive(Clone, Debug)]
pub(super) enum Storage {
    /// A database of its own.
    Database,
    /// The brokers of a cluster.
    Brokers(BTreeSet<usize>),
    /// A prefix in the only bucket, by its parts.
    Prefix(Vec<usize>),
}

impl Storage {
    /// Whether two containers are one physical thing, by themselves: they share a broker, or one prefix begins with the other.
    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Brokers(own), Self::Brokers(other)) => !own.is_disjoint(other),
            (Self::Prefix(own), Self::Prefix(other)) => own.starts_with(other) || other.starts_with(own),
            _ => false,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) zone: usize,
    pub(super) team: usize,
    pub(super) container: usize,
    /// The groups that are approved, if the datastore is closed.
    pub(super) approved: Option<Vec<Approved>>,
    /// Whether it names a table that nobody delivers.
    pub(super) names_table: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Approved {
    step: usize,
    is_onward: bool,
    /// Whether it names the other team of the zone, to which it gives nothing.
    is_misplaced: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) zone: usize,
    pub(super) team: usize,
    pub(super) container: usize,
    pub(super) reads: Vec<usize>,
    /// The class of what is made, if it has one.
    pub(super) class: Option<&'static str>,
}

impl Step {
    pub(super) fn is_public(&self) -> bool {
        self.class == Some("Public")
    }
}

impl World {
    /// Every datastore: those that are captured, and those that are made.
    fn stores(&self) -> Vec<String> {
        let sources = (0..self.sources.len()).map(|number| format!("S{number}"));
        sources.chain((0..self.transformers.len()).map(|number| format!("O{number}"))).collect()
    }

    /// Every workspace with its name: those with a transformer come first.
    pub(super) fn steps(&self) -> impl Iterator<Item = (String, &Step)> {
        let all = self.transformers.iter().chain(&self.readers).enumerate();
        all.map(|(number, step)| (format!("W{number}"), step))
    }

    pub(super) fn reads(&self, step: &Step) -> BTreeSet<String> {
        let stores = self.stores();
        step.reads.iter().map(|read| stores[read % stores.len()].clone()).collect()
    }

    pub(super) fn container(&self, number: usize) -> (&'static str, &'static str, String) {
        let Container { zone, place, .. } = self.containers[number % self.containers.len()];
        (ZONES[zone % 3], PLACES[place % 3], format!("C{}", number % self.containers.len()))
    }

    /// Whether two containers are one: they overlap, or each does with one that is the same as the other.
    pub(super) fn are_one(&self, one: usize, other: usize) -> bool {
        let [one, other] = [one, other].map(|number| number % self.containers.len());
        let mut reached = BTreeSet::from([one]);
        loop {
            let overlaps = |next: &Container| {
                reached.iter().any(|number| self.containers[*number].storage.overlaps(&next.storage))
            };
            let next: Vec<_> =
                (0..self.containers.len()).filter(|number| overlaps(&self.containers[*number])).collect();
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before {
                return reached.contains(&other);
            }
        }
    }

    pub(super) fn build(&self) -> Ecosystem {
        let mut teams = vec![[Team::new(), Team::new()]; 3];
        let edit = |teams: &mut Vec<[Team; 2]>, [zone, team]: [usize; 2], change: &dyn Fn(Team) -> Team| {
            let team = &mut teams[zone % 3][team % 2];
            *team = change(std::mem::take(team));
        };
        for (number, Container { zone, team, storage, .. }) in self.containers.iter().enumerate() {
            let (_, place, name) = self.container(number);
            let container = match storage {
                Storage::Database => {
                    DataContainer::postgres(name.as_str(), format!("{name}.example"), "data")
                }
                Storage::Brokers(brokers) => {
                    let brokers = brokers.iter().map(|broker| format!("broker{broker}:9092"));
                    DataContainer::kafka(name.as_str(), brokers)
                }
                Storage::Prefix(parts) => {
                    let parts: Vec<_> = parts.iter().map(|part| format!("p{part}")).collect();
                    let prefix = parts.join("/").into();
                    let kind = ContainerKind::ObjectStorage { bucket: "lake".into(), prefix, endpoint: None };
                    DataContainer::new(name.as_str(), kind)
                }
            };
            let container = container.located(place);
            let everyone = || ContainerUser::Everyone;
            let container = container.readable_by(everyone()).writable_by(everyone());
            edit(&mut teams, [*zone, *team], &|team| team.container(container.clone()));
        }
        let key = |number: usize| {
            let (zone, _, name) = self.container(number);
            ContainerKey::new(zone, TEAMS[self.containers[number % self.containers.len()].team % 2], name)
        };
        for (number, source) in self.sources.iter().enumerate() {
            let capture = Capture::sql_snapshot(key(source.container));
            let capture = if source.names_table { capture.table("d", "own.ledger") } else { capture };
            let store = Datastore::new(format!("S{number}")).captured(capture);
            let store = store.dataset(Dataset::new("d", "id Integer key").classified("PII"));
            let store = match &source.approved {
                None => store,
                Some(approved) => approved
                    .iter()
                    .fold(store.restricted(), |store, approved| store.approval(self.approval(approved))),
            };
            edit(&mut teams, [source.zone, source.team], &|team| team.datastore(store.clone()));
        }
        for (number, (name, step)) in self.steps().enumerate() {
            let reads = self.reads(step);
            let inputs: Vec<String> = reads.iter().map(|store| format!("{store}_d")).collect();
            let sinks = reads.into_iter().map(|store| DatasetSink::new(DatasetKey::new(store, "d")));
            let group = DatasetGroup::new("g").with_sinks(sinks);
            let workspace = Workspace::new(name).with_container(key(step.container)).group(group);
            let workspace = match number < self.transformers.len() {
                true => workspace.with_transformer(
                    DataTransformer::sql(format!("O{number}"))
                        .select("d", format!("SELECT 1 AS id FROM {}", inputs.join(", ")))
                        .with_trigger(TransformTrigger::External),
                ),
                false => workspace,
            };
            edit(&mut teams, [step.zone, step.team], &|team| team.workspace(workspace.clone()));
            if number < self.transformers.len() {
                let output = Dataset::new("d", "id Integer key");
                let output = step.class.into_iter().fold(output, Dataset::classified);
                let output = Datastore::new(format!("O{number}")).dataset(output);
                edit(&mut teams, [step.zone, step.team], &|team| team.datastore(output.clone()));
            }
        }
        let ecosystem = Ecosystem::new("World", "git:r@a", "git:r@b")
            .vendor(
                InfrastructureVendor::new("Blue").with_cloud(CLOUDS[0]).location("Berlin").location("Ohio"),
            )
            .vendor(InfrastructureVendor::new("Orange").with_cloud(CLOUDS[1]).location("Tokyo"));
        teams.into_iter().enumerate().fold(ecosystem, |ecosystem, (number, teams)| {
            let (permitted, frees) = &self.zones[number % self.zones.len()];
            let zone = permitted.iter().fold(GovernanceZone::new(), |zone, permitted| {
                let places = permitted.iter().map(|place| Place::from(PLACES[place % 3]));
                let policy = Policy::new("here", PolicyRule::Locations(Permitted::only(places)));
                zone.policy(if *frees { policy.freeing(["Public"]) } else { policy })
            });
            let teams = TEAMS.into_iter().zip(teams);
            let zone = teams.fold(zone, |zone, (name, team)| zone.team(name, "git:r@main", team));
            ecosystem.zone(ZONES[number], "git:r@main", zone)
        })
    }

    fn approval(&self, approved: &Approved) -> Approval {
        let steps: Vec<_> = self.steps().collect();
        let (name, step) = &steps[approved.step % steps.len()];
        let team = TEAMS[(step.team + usize::from(approved.is_misplaced)) % 2];
        let group = GroupKey::new(name.as_str(), "g");
        let approval = Approval::new(TeamKey::new(ZONES[step.zone % 3], team), group, "d");
        if approved.is_onward { approval.open_onward() } else { approval }
    }

    fn is_approved(&self, source: &str, workspace: &str, onward: bool) -> bool {
        let number = source.strip_prefix('S').and_then(|number| number.parse::<usize>().ok());
        let Some(approved) = number.and_then(|number| self.sources[number].approved.as_ref()) else {
            return true;
        };
        let steps: Vec<_> = self.steps().collect();
        let is_given = |approved: &&Approved| {
            !approved.is_misplaced && steps[approved.step % steps.len()].0 == workspace
        };
        let given: Vec<bool> = approved.iter().filter(is_given).map(|approved| approved.is_onward).collect();
        !given.is_empty() && (!onward || given.into_iter().all(|is_onward| is_onward))
    }

    /// What holds for a datastore: the policy of a zone, or an approval by a datastore. One fact at a time, until nothing is added.
    fn specification(&self) -> BTreeSet<(String, String)> {
        let mut holds: BTreeSet<(String, String)> = BTreeSet::new();
        loop {
            let before = holds.len();
            for (number, source) in self.sources.iter().enumerate() {
                let own = format!("S{number}");
                holds.insert((own.clone(), ZONES[source.zone % 3].to_owned()));
                holds.insert((own.clone(), self.container(source.container).0.to_owned()));
                for (workspace, step) in self.steps() {
                    if self.are_one(step.container, source.container) && !source.names_table {
                        let brought = self.brought(&workspace, step, &holds);
                        holds.extend(brought.into_iter().map(|what| (own.clone(), what)));
                    }
                }
            }
            for (number, (workspace, step)) in self.steps().take(self.transformers.len()).enumerate() {
                let own = ZONES[step.zone % 3];
                for what in self.brought(&workspace, step, &holds) {
                    let zone = ZONES.iter().position(|zone| *zone == what);
                    let frees = zone.is_some_and(|zone| self.zones[zone % self.zones.len()].1);
                    if what == own || !(frees && step.is_public()) {
                        holds.insert((format!("O{number}"), what));
                    }
                }
                holds.insert((format!("O{number}"), own.to_owned()));
            }
            if holds.len() == before {
                return holds;
            }
        }
    }

    /// What holds for what a workspace receives, as far as it passes it on.
    fn brought(&self, workspace: &str, step: &Step, holds: &BTreeSet<(String, String)>) -> Vec<String> {
        let mut brought = Vec::new();
        for store in self.reads(step) {
            brought.extend(holds.iter().filter(|(of, _)| *of == store).map(|(_, what)| what.clone()));
            brought.push(store);
        }
        brought.retain(|what| {
            ZONES.contains(&what.as_str())
                || (!what.starts_with('O') && !self.is_approved(what, workspace, true))
        });
        brought
    }

    /// The sinks that are denied, each with who denies it: a zone, or a closed datastore.
    pub(super) fn expected(&self) -> BTreeSet<(String, String, String)> {
        let holds = self.specification();
        let mut denied = BTreeSet::new();
        for (workspace, step) in self.steps() {
            let (container_zone, place, _) = self.container(step.container);
            for store in self.reads(step) {
                let mut asked: BTreeSet<String> =
                    holds.iter().filter(|(of, _)| *of == store).map(|(_, what)| what.clone()).collect();
                asked.insert(store.clone());
                for what in asked {
                    let is_denied = match ZONES.iter().position(|zone| *zone == what) {
                        // What these say of the container is said there.
                        Some(zone) if zone == step.zone % 3 || what == container_zone => false,
                        Some(zone) => {
                            self.zones[zone % self.zones.len()].0.as_ref().is_some_and(|permitted| {
                                !permitted.iter().any(|permitted| PLACES[permitted % 3] == place)
                            })
                        }
                        None => !what.starts_with('O') && !self.is_approved(&what, &workspace, false),
                    };
                    if is_denied {
                        denied.insert((workspace.clone(), store.clone(), what));
                    }
                }
            }
        }
        denied
    }
}

/// The closed datastore that has not approved, where a finding says so.
pub(super) fn closed_datastore(finding: &Diagnostic) -> Option<String> {
    let is_about_approvals = finding.code() == "access/not-approved";
    let (_, dataset) = finding.message().split_once("for the dataset `").filter(|_| is_about_approvals)?;
    Some(dataset.split_once('/')?.0.to_owned())
}

fn steps() -> impl Strategy<Value = Step> {
    let class = select(&[Some("Public"), Some("Public"), Some("PII"), None]);
    (0..3_usize, 0..2_usize, any::<u8>(), vec(any::<u8>(), 1..4), class).prop_map(
        |(zone, team, container, reads, class)| Step {
            zone,
            team,
            container: container.into(),
            reads: reads.into_iter().map(Into::into).collect(),
            class,
        },
    )
}

prop_compose! {
    fn containers()(
        zone in 0..3_usize,
        team in 0..2_usize,
        place in 0..3_usize,
        storage in prop_oneof![
            Just(Storage::Database),
            btree_set(0..4_usize, 1..3).prop_map(Storage::Brokers),
            vec(0..2_usize, 0..3).prop_map(Storage::Prefix),
        ],
    ) -> Container {
        Container { zone, team, place, storage }
    }
}

fn approvals() -> impl Strategy<Value = Approved> {
    (any::<u8>(), any::<bool>(), proptest::bool::weighted(0.2))
        .prop_map(|(step, is_onward, is_misplaced)| Approved { step: step.into(), is_onward, is_misplaced })
}

prop_compose! {
    fn sources()(
        zone in 0..3_usize,
        team in 0..2_usize,
        container in any::<u8>(),
        approved in option::weighted(0.4, vec(approvals(), 0..4)),
        names_table in any::<bool>(),
    ) -> Source {
        Source { zone, team, container: container.into(), approved, names_table }
    }
}

prop_compose! {
    pub(super) fn worlds()(
        zones in vec((option::of(vec(0..3_usize, 0..3)), any::<bool>()), 3),
        containers in vec(containers(), 2..6),
        sources in vec(sources(), 1..4),
        transformers in vec(steps(), 0..6),
        readers in vec(steps(), 1..4),
    ) -> World {
        World { zones, containers, sources, transformers, readers }
    }
}
