//! From a plan to the ecosystem that it means.

use super::{
    datastores::Stores,
    names::{PLACES, choose, word},
    plan::{ContainerPlan, Plan, TeamPlan},
    transformers::TransformerWorkspaces,
    workspaces,
};
use datasurface_model::{
    ContainerKey, ContainerUser, Credential, CredentialKind, DataContainer, Datastore, Ecosystem,
    GovernanceZone, InfrastructureLocation, InfrastructureVendor, Permitted, Place, PlatformDeclaration,
    PlatformName, Policy, PolicyRule, Repository, StorageRule, Team, TeamKey, VendorName, ZoneDeclaration,
};
use std::collections::{BTreeMap, BTreeSet};

/// A team under construction.
pub(super) struct TeamBuilder {
    pub(super) key: TeamKey,
    pub(super) team: Team,
    /// Where its datastores are captured.
    pub(super) sources: Vec<ContainerKey>,
}

pub(super) fn ecosystem(plan: &Plan) -> Ecosystem {
    let mut ecosystem =
        Ecosystem::new("Generated", repository("ecosystem"), repository("live")).vendor(vendor());
    let platforms: Vec<PlatformName> =
        (1..=plan.platforms).map(|number| format!("Local {number}").into()).collect();
    for (number, name) in (1..).zip(&platforms) {
        let platform = PlatformDeclaration::new(name, "local")
            .setting("database", database(number))
            .located("On Premises");
        ecosystem = ecosystem.platform(platform);
    }

    let mut teams = Vec::new();
    let mut targets = Vec::new();
    let mut free_databases: Vec<String> = (1..=plan.platforms).map(database).collect();
    let zone = |number: usize| if plan.has_second_zone && number.is_multiple_of(2) { "EU" } else { "USA" };
    let zones: BTreeSet<&str> = (1..).zip(&plan.teams).map(|(number, _)| zone(number)).collect();
    for (number, team) in (1..).zip(&plan.teams) {
        let key = TeamKey::new(zone(number), format!("Team {number}"));
        // Any team may use any container: which one does is drawn at random.
        let users: Vec<_> = match number % 2 {
            0 => vec![ContainerUser::Everyone],
            _ => zones.iter().map(|zone| ContainerUser::Zone((*zone).into())).collect(),
        };
        teams.push(team_with_containers(team, key, number, &users, &mut targets, &mut free_databases));
    }

    let mut stores = Stores::build(&plan.datastores, &teams);
    let transforms = TransformerWorkspaces::build(&plan.transformers, &mut stores, &targets);
    let consumers = workspaces::consumers(&plan.workspaces, &stores, &targets, &platforms);
    for (group, wished) in consumers.pins {
        ecosystem = ecosystem.group_pin(group, wished);
    }
    for (datastore, platform) in &plan.primaries {
        if let (Some(store), Some(platform)) =
            (choose(stores.captured(), *datastore), choose(&platforms, *platform))
        {
            ecosystem = ecosystem.primary_pin(&store.name, platform);
        }
    }

    for (choice, datastore) in stores.into_datastores() {
        add(&mut teams, choice, |team| with_credential(team, &datastore).datastore(datastore));
    }
    for (choice, workspace) in transforms.workspaces.into_iter().chain(consumers.workspaces) {
        add(&mut teams, choice, |team| team.workspace(workspace));
    }
    let ecosystem = in_zones(ecosystem, teams, plan.has_second_zone);
    if plan.has_undefined_zone {
        ecosystem.zone_declaration(ZoneDeclaration::new("Antarctica", repository("antarctica")))
    } else {
        ecosystem
    }
}

/// Lets the credential that a capture names open the container, and declares it where it is not.
fn with_credential(team: Team, datastore: &Datastore) -> Team {
    let Some((capture, name)) =
        datastore.capture().and_then(|capture| Some((capture, capture.credential()?)))
    else {
        return team;
    };
    let open = |credential: Credential| credential.opening(capture.container());
    match team.credentials().get(name) {
        Some(_) => team.edit_credential(name, open),
        None => team.credential(open(Credential::new(name, CredentialKind::Password))),
    }
}

/// Changes the team that a choice means.
fn add(teams: &mut [TeamBuilder], choice: super::plan::Choice, change: impl FnOnce(Team) -> Team) {
    let count = teams.len();
    let chosen = usize::from(choice).checked_rem(count).and_then(|at| teams.get_mut(at));
    if let Some(built) = chosen {
        built.team = change(std::mem::take(&mut built.team));
    }
}

fn in_zones(ecosystem: Ecosystem, teams: Vec<TeamBuilder>, is_governed: bool) -> Ecosystem {
    let mut zones = BTreeMap::<_, GovernanceZone>::new();
    for TeamBuilder { key, team, .. } in teams {
        let owner = repository(&key.team.as_str().to_lowercase().replace(' ', "-"));
        let zone = zones.entry(key.zone).or_default();
        *zone = std::mem::take(zone).team(key.team, owner, team);
    }
    zones.into_iter().fold(ecosystem, |ecosystem, (name, zone)| {
        let owner = repository(&name.as_str().to_lowercase());
        let policies = policies().into_iter().filter(|_| is_governed);
        ecosystem.zone(name, owner, policies.fold(zone, GovernanceZone::policy))
    })
}

/// Policies of several kinds, which everything that is generated obeys.
fn policies() -> [Policy; 4] {
    let places = Permitted::only([Place::from("On Premises")]);
    let vendors = Permitted::only([VendorName::from("On Premises")]);
    let storage = StorageRule::mandatory().with_technologies(Permitted::all_except(["oracle"]));
    [
        Policy::new("at home", PolicyRule::Locations(places)),
        Policy::new("on own machines", PolicyRule::Vendors(vendors)),
        Policy::new("in what is known", PolicyRule::Storage(storage)),
        Policy::new("apart", PolicyRule::SeparateProduction),
    ]
}

fn team_with_containers(
    plan: &TeamPlan,
    key: TeamKey,
    team_number: usize,
    users: &[ContainerUser],
    targets: &mut Vec<ContainerKey>,
    free_databases: &mut Vec<String>,
) -> TeamBuilder {
    let container_key = |name: &str| ContainerKey::new(&key.zone, &key.team, name);
    let mut team = Team::new();
    let mut sources = Vec::new();
    for (number, source) in (1..).zip(&plan.sources) {
        let name = format!("Source {number}");
        let file = format!("team{team_number}_source{number}.db");
        let source = container(&name, &file, source);
        team = team.container(users.iter().cloned().fold(source, DataContainer::readable_by));
        sources.push(container_key(&name));
    }
    for (number, target) in (1..).zip(&plan.targets) {
        let name = format!("Target {number}");
        let own_file = format!("team{team_number}_target{number}.db");
        // At most one container for each platform's database: two would be one physical database.
        let shared = if target.is_platform_database { free_databases.pop() } else { None };
        let target = match shared {
            Some(file) => located(DataContainer::sqlite(name.as_str(), file), target),
            None => container(&name, &own_file, target),
        };
        team = team.container(users.iter().cloned().fold(target, DataContainer::writable_by));
        targets.push(container_key(&name));
    }
    TeamBuilder { key, team, sources }
}

fn container(name: &str, file: &str, plan: &ContainerPlan) -> DataContainer {
    let container = if plan.is_postgres {
        DataContainer::postgres(name, "db.example.org", file.replace(".db", ""))
    } else {
        DataContainer::sqlite(name, file)
    };
    located(container, plan)
}

fn located(container: DataContainer, plan: &ContainerPlan) -> DataContainer {
    let places = plan.places.iter().map(|choice| word(&PLACES, *choice));
    places.fold(container, DataContainer::located)
}

fn vendor() -> InfrastructureVendor {
    InfrastructureVendor::new("On Premises")
        .location(
            InfrastructureLocation::new("Europe")
                .location(InfrastructureLocation::new("Berlin").location("Rack 1"))
                .location("Paris"),
        )
        .location(InfrastructureLocation::new("USA").location("East US 2"))
}

fn database(number: usize) -> String {
    format!("local_{number}.db")
}

fn repository(name: &str) -> Repository {
    format!("github:example/{name}@main").into()
}
