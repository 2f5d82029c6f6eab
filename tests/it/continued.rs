//! `continues` on the local platform: whoever declares a dataset again has the history of the former one.

use crate::flows::Fixture;
use datasurface::{broker::Proposal, model::*};

/// The datasets of the datastore `Shop`, which somebody reads with a year of history, and one that is always there.
fn ecosystem(store: &str, datasets: impl IntoIterator<Item = Dataset>) -> Ecosystem {
    let datasets: Vec<Dataset> = datasets.into_iter().collect();
    let capture = datasets.iter().fold(Capture::sql_snapshot("Z/T/Source"), |capture, dataset| {
        capture.table(dataset.name().clone(), "customers")
    });
    let sinks: Vec<String> = datasets.iter().map(|one| format!("{store}/{}", one.name())).collect();
    let group = DatasetGroup::new("all")
        .with_milestoning(Milestoning::LiveAndForensic)
        .with_retention(Retention::years(1))
        .with_sinks(sinks.iter().map(String::as_str));
    let mut team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(DataContainer::sqlite("Desk", "desk.db").located("V/L"));
    if !datasets.is_empty() {
        let shop = datasets.into_iter().fold(Datastore::new(store).captured(capture), Datastore::dataset);
        team =
            team.datastore(shop).workspace(Workspace::new("Sales").with_container("Z/T/Desk").group(group));
    }
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(PlatformDeclaration::new("Local", "local").setting("database", "platform.db"))
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team))
}

fn dataset(name: &str) -> Dataset {
    Dataset::new(name, "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15)")
}

/// The steps on tables.
fn on_tables(proposal: &Proposal) -> Vec<String> {
    let steps = proposal.plan(&"Local".into()).unwrap().steps().iter();
    steps.filter(|step| step.resource.as_str().starts_with("table.")).map(ToString::to_string).collect()
}

#[test]
fn a_dataset_that_is_declared_again_has_its_history() {
    for (store, name) in [("Shop", "customers"), ("Market", "clients")] {
        let fixture = Fixture::new();
        fixture.render_and_apply(ecosystem("Shop", [dataset("customers")]), "2026-01-01");
        fixture.run("2026-01-01");
        fixture.source("UPDATE customers SET company_name = 'A.' WHERE customer_id = 'ALFKI'");
        fixture.run("2026-01-02");
        fixture.render_and_apply(ecosystem("Shop", []), "2026-02-01");
        let again = ecosystem(store, [dataset(name).continuing("Shop/customers")]);
        let proposal = fixture.render_and_apply(again.clone(), "2026-03-01");
        let steps = on_tables(&proposal);
        assert!(steps.iter().all(|step| step.starts_with("update") || step.starts_with("move")), "{steps:?}");
        fixture.source("UPDATE customers SET city = 'Bonn' WHERE customer_id = 'ALFKI'");
        fixture.run("2026-03-01");
        let history = format!(
            "SELECT company_name FROM Local__Sales__all__{store}__{name}__history \
             WHERE customer_id = 'ALFKI' ORDER BY batch_in"
        );
        assert_eq!(fixture.rows("desk.db", &history), ["Alfreds", "A.", "A."], "{store}");
        assert_eq!(on_tables(&fixture.render_and_apply(again, "2026-04-01")), [] as [String; 0]);
    }
}
