//! The world in which every cell of the table is judged.

use super::{NOT, PRODUCTION_STATUS};
use datasurface_model::*;

/// Two zones that meet: `Home` has a datastore in Azure, `Away` a workspace in AWS that reads it. Both, and the group of
/// the workspace, are pinned to one platform.
#[derive(Clone)]
pub(super) struct Fixture {
    pub(super) home: Vec<PolicyRule>,
    pub(super) away: Vec<PolicyRule>,
    /// Policies of the zone of both containers: if there are any, it is a third one.
    pub(super) yard: Vec<PolicyRule>,
    /// The statuses of the datastore, the workspace and the platform.
    pub(super) statuses: [ProductionStatus; 3],
    pub(super) classification: Option<&'static str>,
    pub(super) limit: Option<Vec<&'static str>>,
    pub(super) asks_for_storage: bool,
    /// The status of what a transformer of the workspace fills, if it has one.
    pub(super) fills: Option<ProductionStatus>,
    pub(super) fills_elsewhere: bool,
    pub(super) is_pinned: bool,
}

impl Fixture {
    pub(super) fn new() -> Self {
        Self {
            home: Vec::new(),
            away: Vec::new(),
            yard: Vec::new(),
            statuses: [NOT; 3],
            classification: Some("PII"),
            limit: None,
            asks_for_storage: false,
            fills: None,
            fills_elsewhere: false,
            is_pinned: true,
        }
    }

    pub(super) fn build(self) -> Ecosystem {
        let [store, workspace, platform] = self.statuses.map(|status| status == PRODUCTION_STATUS);
        let mut dataset = Dataset::new("d", "id Integer key");
        dataset = self.classification.into_iter().fold(dataset, Dataset::classified);
        dataset = if self.asks_for_storage { dataset.storage_policy("policy 1") } else { dataset };
        let is_apart = !self.yard.is_empty();
        let [source, target] = match is_apart {
            true => ["Yard/Keepers/Source", "Yard/Keepers/Target"],
            false => ["Home/Producers/Source", "Away/Consumers/Target"],
        };
        let capture = Capture::sql_snapshot(source);
        let datastore = Datastore::new("S").captured(capture).dataset(dataset);
        let datastore = if store { datastore.in_production() } else { datastore };
        let reader = Workspace::new("W").with_container(target).group(DatasetGroup::new("g").sink("S/d"));
        let reader = self.limit.into_iter().fold(reader, Workspace::with_classification_limit);
        let reader = if workspace { reader.in_production() } else { reader };
        let transformer = DataTransformer::sql("O").select("d", "SELECT id FROM S_d");
        let reader = if self.fills.is_some() { reader.with_transformer(transformer) } else { reader };
        let source = DataContainer::postgres("Source", "db.example", "s").located("Blue/Europe/Berlin");
        let target = DataContainer::sqlite("Target", "t.db").located("Orange/USA");
        let source = source.encrypted(KeyHolder::Company).readable_by(ContainerUser::Everyone);
        let target = target.encrypted(KeyHolder::Vendor).writable_by(ContainerUser::Everyone);
        let producers = Team::new().datastore(datastore);
        let consumers = Team::new().workspace(reader);
        let (producers, consumers, keepers) = match is_apart {
            true => (producers, consumers, Team::new().container(source).container(target)),
            false => (producers.container(source), consumers.container(target), Team::new()),
        };
        let output = Datastore::new("O").dataset(Dataset::new("d", "id Integer key").classified("PII"));
        let output = match self.fills {
            Some(status) if status == PRODUCTION_STATUS => Some(output.in_production()),
            Some(_) => Some(output),
            None => None,
        };
        let (near, far) = if self.fills_elsewhere { (None, output) } else { (output, None) };
        let consumers = near.into_iter().fold(consumers, Team::datastore);
        let producers = far.into_iter().fold(producers, Team::datastore);
        let zone = |rules: Vec<PolicyRule>, team: &str, definition: Team| {
            let rules = rules.into_iter().zip(1..);
            let policies = rules.map(|(rule, number)| Policy::new(format!("policy {number}"), rule));
            let zone = policies.fold(GovernanceZone::new(), GovernanceZone::policy);
            zone.team(team, "git:r@main", definition)
        };
        let pinned = PlatformDeclaration::new("Mill", "local");
        let pinned = if platform { pinned.in_production() } else { pinned };
        let europe = InfrastructureLocation::new("Europe").location("Berlin");
        let ecosystem = Ecosystem::new("World", "git:r@a", "git:r@b")
            .vendor(InfrastructureVendor::new("Blue").with_cloud(CloudVendor::Azure).location(europe))
            .vendor(InfrastructureVendor::new("Orange").with_cloud(CloudVendor::Aws).location("USA"))
            .platform(pinned)
            .zone("Home", "git:r@main", zone(self.home, "Producers", producers))
            .zone("Away", "git:r@main", zone(self.away, "Consumers", consumers))
            .zone("Yard", "git:r@main", zone(self.yard, "Keepers", keepers));
        if self.is_pinned { ecosystem.group_pin("W/g", ["Mill"]).primary_pin("S", "Mill") } else { ecosystem }
    }
}
