//! Small models: a producer, and consumers that come and go.

use datasurface_model::{
    Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
    InfrastructureVendor, Latency, Milestoning, Permitted, PlatformDeclaration, Policy, PolicyRule, Priority,
    Retention, TableSchema, Team, Workspace,
};

const TEAM: &str = "github:northwind/team@main";

/// A company whose team has these workspaces, and whose only platform is of this kind.
fn company(kind: &str, workspaces: impl IntoIterator<Item = Workspace>) -> Ecosystem {
    company_on(PlatformDeclaration::new("Local", kind), workspaces)
}

fn company_on(platform: PlatformDeclaration, workspaces: impl IntoIterator<Item = Workspace>) -> Ecosystem {
    let data = Datastore::new("NW_Data")
        .captured(Capture::sql_snapshot("USA/NorthWind/Source"))
        .dataset(Dataset::new("customers", customers()))
        .dataset(Dataset::new("products", "id Integer key, name VarChar(40)").classified("Public"));
    let masked = Datastore::new("Masked")
        .dataset(Dataset::new("customers", "id VarChar(5) key, city VarChar(15)").classified("Public"));
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("Company/Cellar"))
        .container(DataContainer::sqlite("Mart", "mart.db").located("Company/Cellar"))
        .container(DataContainer::sqlite("Lab", "lab.db").located("Company/Cellar"))
        .datastore(data)
        .datastore(masked)
        .workspace(masking());
    let team = workspaces.into_iter().fold(team, Team::workspace);
    Ecosystem::new("NorthWind", "github:northwind/ecosystem@main", "github:northwind/live@main")
        .vendor(InfrastructureVendor::new("Company").location("Cellar").location("Attic"))
        .platform(platform.setting("database", "local.db"))
        .zone("USA", "github:northwind/usa@main", GovernanceZone::new().team("NorthWind", TEAM, team))
}

/// A company that captures products every minute, and customers of a second source once in a leap year.
pub(crate) fn followed() -> Ecosystem {
    company("local", [sales()]).edit_team("USA", "NorthWind", |team| {
        let products = Datastore::new("NW_Data")
            .captured(Capture::sql_snapshot("USA/NorthWind/Source").with_cron("* * * * *"))
            .dataset(Dataset::new("products", "id Integer key, name VarChar(40)").classified("Public"));
        let seldom = Datastore::new("Seldom")
            .captured(Capture::sql_snapshot("USA/NorthWind/Source").with_cron("0 0 29 2 *"))
            .dataset(Dataset::new("customers", "id VarChar(5) key, city VarChar(15)").classified("Public"));
        team.without_workspace(&"Masking".into())
            .without_datastore(&"Masked".into())
            .without_datastore(&"NW_Data".into())
            .datastore(products)
            .datastore(seldom)
            .workspace(
                Workspace::new("Yearbook")
                    .with_container("USA/NorthWind/Mart")
                    .group(DatasetGroup::new("all").sink("Seldom/customers")),
            )
    })
}

/// Numbers may be known, cities may not.
fn customers() -> TableSchema {
    let columns: TableSchema = "id VarChar(5) key, city VarChar(15)".parse().unwrap();
    columns.classified(["id"], "Public").classified(["city"], "PII")
}

fn masking() -> Workspace {
    Workspace::new("Masking")
        .with_container("USA/NorthWind/Lab")
        .group(DatasetGroup::new("raw").sink("NW_Data/customers"))
        .with_transformer(
            DataTransformer::sql("Masked")
                .select("customers", "SELECT id, NULL AS city FROM NW_Data_customers"),
        )
}

fn sales() -> Workspace {
    Workspace::new("Sales")
        .with_container("USA/NorthWind/Mart")
        .with_priority(Priority::High)
        .group(DatasetGroup::new("live").sink("NW_Data/products"))
}

fn research() -> Workspace {
    Workspace::new("Research").with_container("USA/NorthWind/Mart").group(
        DatasetGroup::new("history")
            .sink("NW_Data/customers")
            .with_milestoning(Milestoning::LiveAndForensic)
            .with_retention(Retention::days(30)),
    )
}

fn marketing() -> Workspace {
    Workspace::new("Marketing")
        .with_container("USA/NorthWind/Mart")
        .with_priority(Priority::Critical)
        .group(DatasetGroup::new("masked").sink("Masked/customers"))
}

/// One consumer.
pub(crate) fn first() -> Ecosystem {
    company("local", [sales()])
}

/// One consumer, who was promised how late data may be.
pub(crate) fn promised() -> Ecosystem {
    let live = DatasetGroup::new("live").sink("NW_Data/products").with_latency(Latency::hours(1));
    company("local", [Workspace::new("Sales").with_container("USA/NorthWind/Mart").group(live)])
}

/// One consumer, whose platform keeps data elsewhere than its containers are.
pub(crate) fn kept_elsewhere() -> Ecosystem {
    company_on(PlatformDeclaration::new("Local", "local").setting("place", "Company/Attic"), [sales()])
}

/// A second consumer has come, with a history.
pub(crate) fn second() -> Ecosystem {
    company("local", [sales(), research()])
}

/// A consumer of what a transformer makes.
pub(crate) fn transformed() -> Ecosystem {
    company("local", [sales(), marketing()])
}

/// Consumers of two teams.
pub(crate) fn of_two_teams() -> Ecosystem {
    let buyers = Workspace::new("Buying")
        .with_container("EU/Buyers/Shelf")
        .group(DatasetGroup::new("live").sink("NW_Data/products"));
    let team = Team::new()
        .container(DataContainer::sqlite("Shelf", "shelf.db").located("Company/Cellar"))
        .workspace(buyers);
    company("local", [sales()]).zone(
        "EU",
        "github:northwind/eu@main",
        GovernanceZone::new().team("Buyers", "github:northwind/buyers@main", team),
    )
}

/// The same, and names of products have become shorter.
pub(crate) fn narrowed() -> Ecosystem {
    of_two_teams().edit_team("USA", "NorthWind", |team| {
        let data = Datastore::new("NW_Data")
            .captured(Capture::sql_snapshot("USA/NorthWind/Source"))
            .dataset(Dataset::new("customers", customers()))
            .dataset(Dataset::new("products", "id Integer key, name VarChar(20)").classified("Public"));
        team.without_datastore(&"NW_Data".into()).datastore(data)
    })
}

/// The same, whose transformer also makes what nobody needs.
pub(crate) fn along_with() -> Ecosystem {
    transformed().edit_team("USA", "NorthWind", |team| {
        let masked = Datastore::new("Masked")
            .dataset(Dataset::new("customers", "id VarChar(5) key, city VarChar(15)").classified("Public"))
            .dataset(Dataset::new("products", "id VarChar(5) key").classified("Public"));
        let transformer = DataTransformer::sql("Masked")
            .select("customers", "SELECT id, NULL AS city FROM NW_Data_customers")
            .select("products", "SELECT id FROM NW_Data_customers");
        team.without_datastore(&"Masked".into())
            .without_workspace(&"Masking".into())
            .datastore(masked)
            .workspace(masking().with_transformer(transformer))
    })
}

/// A consumer on another platform, which takes its data from the first one.
pub(crate) fn handed_over() -> Ecosystem {
    company("local", [sales(), research()])
        .platform(PlatformDeclaration::new("Other", "local").setting("database", "other.db"))
        .primary_pin("NW_Data", "Local")
        .group_pin("Sales/live", ["Local"])
        .group_pin("Research/history", ["Other"])
}

/// One consumer, and two platforms that could serve it: the first one does, by its name.
pub(crate) fn on_two_platforms() -> Ecosystem {
    first().platform(PlatformDeclaration::new("Next", "local").setting("database", "next.db"))
}

/// The same, and the zone wants the first one only.
pub(crate) fn on_the_first_of_two_platforms() -> Ecosystem {
    let policy = Policy::new("local", PolicyRule::Platforms(Permitted::only(["Local"])));
    on_two_platforms().edit_zone("USA", |zone| zone.policy(policy))
}

/// One consumer, and the platform has another name now.
pub(crate) fn renamed() -> Ecosystem {
    company_on(PlatformDeclaration::new("Nearby", "local").renamed_from("Local"), [sales()])
}

/// A transformer that also reads what it made before.
pub(crate) fn looped() -> Ecosystem {
    let ratings = Workspace::new("Rating")
        .with_container("USA/NorthWind/Lab")
        .group(DatasetGroup::new("both").with_sinks(["NW_Data/products", "Ratings/ratings"]))
        .with_transformer(
            DataTransformer::sql("Ratings")
                .select("ratings", "SELECT id FROM Ratings_ratings")
                .with_cron("0 3 * * *"),
        );
    let reader = Workspace::new("Reader")
        .with_container("USA/NorthWind/Mart")
        .group(DatasetGroup::new("all_ratings").sink("Ratings/ratings"));
    let made =
        Datastore::new("Ratings").dataset(Dataset::new("ratings", "id Integer key").classified("Public"));
    company("local", [ratings, reader]).edit_team("USA", "NorthWind", |team| team.datastore(made))
}

/// The platform is of a kind that nobody knows.
pub(crate) fn strange() -> Ecosystem {
    company("locl", [sales()])
}

/// A reference that leads nowhere.
pub(crate) fn broken() -> Ecosystem {
    company("local", [sales().group(DatasetGroup::new("more").sink("NW_Data/product"))])
}

/// A company that delivers this many datasets, all with these columns.
#[cfg(unix)]
pub(crate) fn wide(datasets: usize, columns: &str) -> Ecosystem {
    company("local", []).edit_team("USA", "NorthWind", |team| {
        let capture = Capture::sql_snapshot("USA/NorthWind/Source");
        let data = (0..datasets).fold(Datastore::new("NW_Data").captured(capture), |data, number| {
            data.dataset(Dataset::new(format!("d{number}"), columns).classified("Public"))
        });
        let live = (0..datasets).fold(DatasetGroup::new("live"), |group, number| {
            group.sink(format!("NW_Data/d{number}").as_str())
        });
        team.without_workspace(&"Masking".into())
            .without_datastore(&"Masked".into())
            .without_datastore(&"NW_Data".into())
            .datastore(data)
            .workspace(Workspace::new("Sales").with_container("USA/NorthWind/Mart").group(live))
    })
}
