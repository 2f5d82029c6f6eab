//! An ecosystem for the platform: a shop, with one database, and one desk that reads views.

use datasurface_aws::AwsPlatform;
use datasurface_platform::prelude::*;

/// The database of reports: nothing in its name is a parameter of a driver.
pub(crate) const DATABASE: &str = "reports?sslmode=verify-full&x";

/// The settings of the platform, with states in this folder.
pub(crate) fn settings(states: &str) -> serde_json::Value {
    json!({
        "terraform": {"backend": {"local": {"folder": states}}},
        // The account of the fake providers.
        "account": "000000000000",
        "region": "eu-central-1",
        "place": "AWS/Frankfurt",
        "lake_bucket": "shop-lake",
        "staging_bucket": "shop-staging",
        "subnets": ["subnet-0a", "subnet-0b"],
        "security_groups": ["sg-0a"],
    })
}

/// What of the shop changes from revision to revision.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// The settings of the platform.
    pub(crate) settings: serde_json::Value,
    /// The datasets of the store, each with its columns.
    pub(crate) datasets: Vec<Dataset>,
    /// What the desk wants; without anything there is no desk.
    pub(crate) wanted: Vec<&'static str>,
    /// Which versions of a record the desk sees.
    pub(crate) milestoning: Milestoning,
    /// How the store is captured.
    pub(crate) capture: Capture,
    /// The kind of the credential of the store.
    pub(crate) credential: CredentialKind,
    /// The port of a PostgreSQL on this machine with a database `reports`, to which orders are delivered.
    pub(crate) reports: Option<u16>,
    /// The latency that the desk is promised.
    pub(crate) latency: Option<Latency>,
    /// The time by which the desk has its data, every day.
    pub(crate) deadline: Option<Deadline>,
    /// Who may read the desk.
    pub(crate) readers: Vec<Principal>,
    /// What starts the transformer that adds orders up; without a trigger there is none.
    pub(crate) totals: Option<TransformTrigger>,
    /// What the transformer may read.
    pub(crate) totalled: Vec<&'static str>,
    /// Hints to the platform.
    pub(crate) hints: Vec<(HintTarget, serde_json::Value)>,
}

/// The statement of the transformer: names in double quotes, a join, a sum of decimal numbers, and a quotient that is rounded.
pub(crate) const TOTALS: &str = "SELECT o.customer AS \"customer\", max(c.name) AS name, sum(o.amount) AS total, \
    avg(o.amount) AS mean, count(*) AS orders \
    FROM Store_orders o LEFT JOIN Store_customers c ON c.id = o.customer GROUP BY o.customer; -- by customer";

pub(crate) fn orders() -> Dataset {
    Dataset::new(
        "orders",
        "id BigInt key, customer Integer not null, amount Decimal(12,2), placed Timestamp(UTC)",
    )
    .classified("Public")
}

pub(crate) fn customers() -> Dataset {
    Dataset::new("customers", "id Integer key, name VarChar(80)").classified("Public")
}

pub(crate) fn articles() -> Dataset {
    Dataset::new("articles", "id Integer key, name VarChar(80)").classified("Public")
}

impl Shop {
    pub(crate) fn new(states: &str) -> Self {
        Self {
            settings: settings(states),
            datasets: vec![orders(), customers(), articles()],
            wanted: vec!["Store/orders", "Store/customers"],
            milestoning: Milestoning::LiveAndForensic,
            capture: Capture::change_data_capture("Europe/Sales/Till")
                .with_consistency(Consistency::SingleDataset)
                .with_cron("*/10 * * * * Europe/Berlin"),
            credential: CredentialKind::Password,
            reports: None,
            latency: None,
            deadline: None,
            readers: Vec::new(),
            totals: None,
            hints: Vec::new(),
            totalled: vec!["Store/orders", "Store/customers"],
        }
    }

    pub(crate) fn ecosystem(&self) -> Ecosystem {
        let store = Datastore::new("Store").captured(self.capture.clone());
        let store = self.datasets.iter().cloned().fold(store, Datastore::dataset);
        let till = DataContainer::postgres("Till", "till.example.org", "main")
            .located("AWS/Frankfurt")
            .with_credential("reader");
        let team = Team::new()
            .credential(Credential::new("reader", self.credential).opening("Europe/Sales/Till"))
            .container(till)
            .container(DataContainer::platform_managed("Views"))
            .datastore(store);
        let group = DatasetGroup::new("Now")
            .with_sinks(self.wanted.iter().copied())
            .with_milestoning(self.milestoning)
            .with_retention(Retention::years(1));
        let group = match self.latency {
            Some(latency) => group.with_latency(latency),
            None => group,
        };
        let team = match self.wanted.is_empty() {
            true => team,
            false => {
                let desk = Workspace::new("Sales").with_container("Europe/Sales/Views").group(group);
                let desk = match &self.deadline {
                    Some(deadline) => desk.with_deadline(deadline.clone()),
                    None => desk,
                };
                team.workspace(self.readers.iter().cloned().fold(desk, Workspace::granted))
            }
        };
        let team = match self.reports {
            None => team,
            Some(port) => with_reports(team, port, self.milestoning),
        };
        let team = match &self.totals {
            None => team,
            Some(trigger) => self.with_totals(team, trigger),
        };
        let platform = PlatformDeclaration::new("Lake", AwsPlatform::KIND);
        let members = self.settings.as_object().unwrap();
        let platform =
            members.iter().fold(platform, |platform, (name, value)| platform.setting(name, value.clone()));
        let platform = self
            .hints
            .iter()
            .fold(platform, |platform, (about, hint)| platform.hint(about.clone(), hint.clone()));
        Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
            .vendor(InfrastructureVendor::new("AWS").location("Frankfurt").location("Dublin"))
            .platform(platform)
            .zone(
                "Europe",
                "github:shop/europe@main",
                GovernanceZone::new().team("Sales", "github:shop/sales@main", team),
            )
    }

    /// Adds a transformer of orders and customers, and a workspace that reads what it makes.
    fn with_totals(&self, team: Team, trigger: &TransformTrigger) -> Team {
        let container = if self.reports.is_some() { "Europe/Sales/Reports" } else { "Europe/Sales/Views" };
        let columns = "customer Integer key, name VarChar(80), total Decimal(14,2), mean Decimal(14,3), orders Integer not null";
        let transformer =
            DataTransformer::sql("Totals").select("by_customer", TOTALS).with_trigger(trigger.clone());
        let totalling = Workspace::new("Totalling")
            .with_container(container)
            .group(DatasetGroup::new("Inputs").with_sinks(self.totalled.iter().copied()))
            .with_transformer(transformer);
        let board = Workspace::new("Board")
            .with_container(container)
            .group(DatasetGroup::new("Totals").sink("Totals/by_customer").with_milestoning(self.milestoning));
        let by_customer = Dataset::new("by_customer", columns).classified("Public");
        // What the orders of the tests never add up to, but where it is the point.
        let by_customer = by_customer.quality_check(QualityCheck::rows(0, 3));
        team.datastore(Datastore::new("Totals").dataset(by_customer)).workspace(totalling).workspace(board)
    }
}

/// Adds a database of consumers, and a workspace that reads orders there.
fn with_reports(team: Team, port: u16, milestoning: Milestoning) -> Team {
    let kind = ContainerKind::Postgres { host: "127.0.0.1".into(), port, database: DATABASE.into() };
    let reports = DataContainer::new("Reports", kind).located("AWS/Frankfurt").with_credential("writer");
    let writer = Credential::new("writer", CredentialKind::Password).opening("Europe/Sales/Reports");
    let group = DatasetGroup::new("Orders").sink("Store/orders").with_milestoning(milestoning);
    team.credential(writer)
        .container(reports)
        .workspace(Workspace::new("Reporting").with_container("Europe/Sales/Reports").group(group))
}
