//! An ecosystem in which nothing is wrong, for the tests of the rules to break in one place each.

use crate::{
    diagnostic::{CodeInfo, Findings},
    ecosystem::{
        Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
        InfrastructureLocation, InfrastructureVendor, Milestoning, PlatformDeclaration, Team, Workspace,
    },
    validate::Validation,
};
use chrono::NaiveDate;

/// One way to break a rule, and the nearest way to keep it.
pub(crate) struct Case {
    pub(crate) code: &'static CodeInfo,
    pub(crate) at: &'static str,
    pub(crate) failing: Ecosystem,
    pub(crate) passing: Ecosystem,
}

impl Case {
    pub(crate) fn new(
        code: &'static CodeInfo,
        at: &'static str,
        failing: Ecosystem,
        passing: Ecosystem,
    ) -> Self {
        Self { code, at, failing, passing }
    }

    /// A case about a schema, as text.
    pub(crate) fn of_schema(code: &'static CodeInfo, at: &'static str, failing: &str, passing: &str) -> Self {
        let with = |schema: &str| edited(|team| team.datastore(store("Extra", Dataset::new("d", schema))));
        Self::new(code, at, with(failing), with(passing))
    }
}

/// Every code is reported where it should be, says what to do, and is silent where nothing is wrong.
pub(crate) fn judge(cases: Vec<Case>) {
    for Case { code, at, failing, passing } in cases {
        let code = code.code;
        let findings = validated(failing);
        let finding = findings
            .iter()
            .find(|finding| finding.code() == code && finding.path().to_string().ends_with(at));
        let Some(finding) = finding else {
            panic!("{code} is not reported at {at}, but:\n{findings}");
        };
        let message = finding.message();
        assert!(message.contains('`') && !message.ends_with('.'), "{message}");
        assert!(!message.starts_with(char::is_uppercase), "{message}");
        assert!(finding.help_text().is_some_and(|help| !help.is_empty()), "{finding}");
        let silent = validated(passing);
        assert!(silent.is_empty(), "{code} has a passing case that is not silent:\n{silent}");
    }
}

pub(crate) fn today() -> NaiveDate {
    day("2026-06-30")
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn validated(ecosystem: Ecosystem) -> Findings {
    match ecosystem.validate(&Validation::on(today())) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

/// The valid ecosystem after a change of its team.
pub(crate) fn edited(change: impl FnOnce(Team) -> Team) -> Ecosystem {
    valid().edit_team("USA", "NorthWind", change)
}

/// A captured datastore of one dataset.
pub(crate) fn store(name: &str, dataset: Dataset) -> Datastore {
    Datastore::new(name).captured(Capture::sql_snapshot("USA/NorthWind/Source")).dataset(dataset)
}

/// A workspace that wants one dataset, in one group called `everything`.
pub(crate) fn consumer(name: &str, sink: &str) -> Workspace {
    Workspace::new(name).container("USA/NorthWind/Lake").group(DatasetGroup::new("everything").sink(sink))
}

/// A transformer's workspace, with a group called `inputs`.
pub(crate) fn deriving(name: &str, sink: &str, transformer: DataTransformer) -> Workspace {
    Workspace::new(name)
        .container("USA/NorthWind/Lake")
        .group(DatasetGroup::new("inputs").sink(sink))
        .transformer(transformer)
}

/// A transformer that fills the dataset `d` of a datastore.
pub(crate) fn filling(output: &str) -> DataTransformer {
    DataTransformer::sql(output).select("d", "SELECT 1")
}

/// A datastore with the dataset `d`, for a transformer to fill.
pub(crate) fn output(name: &str) -> Datastore {
    Datastore::new(name).dataset(Dataset::new("d", "id Integer key"))
}

/// An ecosystem with a bit of everything, and nothing wrong.
pub(crate) fn valid() -> Ecosystem {
    let east = InfrastructureLocation::new("USA").location("East US 2");
    let customers = || Dataset::new("customers", "customer_id VarChar(5) key, city VarChar(15)");
    let orders = Dataset::new("orders", "order_id Integer key, customer_id VarChar(5) not null");
    let team = Team::new()
        .container(DataContainer::postgres("Source", "db.nw.example", "nw").located("Azure/USA/East US 2"))
        .container(DataContainer::sqlite("Lake", "lake.db").located("Azure/USA"))
        .datastore(store("NW_Data", customers().classified("PII")).dataset(orders))
        .datastore(Datastore::new("Masked").dataset(customers()))
        .workspace(
            Workspace::new("Analytics")
                .container("USA/NorthWind/Lake")
                .group(
                    DatasetGroup::new("history")
                        .sinks(["NW_Data/customers", "NW_Data/orders"])
                        .milestoning(Milestoning::Forensic),
                )
                .group(DatasetGroup::new("masked").sink("Masked/customers")),
        )
        .workspace(deriving(
            "Mask",
            "NW_Data/customers",
            DataTransformer::sql("Masked")
                .select("customers", "SELECT customer_id, city FROM NW_Data_customers")
                .removing("PII", "names are hashed"),
        ));
    Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main")
        .vendor(InfrastructureVendor::new("Azure").location(east))
        .platform(PlatformDeclaration::new("Local", "local").version("^1.2"))
        .zone(
            "USA",
            "github:nw/usa@main",
            GovernanceZone::new().team("NorthWind", "gitlab:nw/north/wind@main", team),
        )
        .pin("Analytics/history", ["Local"])
        .primary("NW_Data", "Local")
}
