//! What a statement of another team reads is renamed by steps of one owner each; and so is what a transformer makes.

use super::fixture::*;
use datasurface_change::{ChangeControl, ChangeSource};
use datasurface_model::*;

const OTHER: &str = "github:else/where@main";

/// Returns why a change of one repository is refused: the new model is not valid, or somebody else has to approve.
fn refusal(old: &Ecosystem, new: &Ecosystem, source: &str) -> Option<String> {
    let new = match new.clone().validate(&Validation::on(day("2026-01-01"))) {
        Ok(checked) => checked.into_ecosystem(),
        Err(invalid) => return Some(invalid.findings().to_string()),
    };
    let control = ChangeControl::new(ChangeSource::new(source), day("2026-01-01"));
    let report = control.judge(&valid(old), &new);
    (!report.is_allowed()).then(|| report.to_string())
}

fn codes(ecosystem: &Ecosystem) -> Vec<String> {
    let findings = match ecosystem.clone().validate(&Validation::on(day("2026-01-01"))) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    };
    findings.codes().map(str::to_owned).collect()
}

/// What the team `Stock` has: a transformer of the customers, by the names that its group and its statement write.
struct Stock {
    sinks: Vec<&'static str>,
    sql: &'static str,
}

impl Stock {
    fn new(sink: &'static str, sql: &'static str) -> Self {
        Self { sinks: vec![sink], sql }
    }

    fn added_to(&self, ecosystem: Ecosystem) -> Ecosystem {
        ecosystem.edit_team("USA", "Stock", |team| {
            let transformer = DataTransformer::sql("Cities").select("by_city", self.sql);
            let inputs = DatasetGroup::new("inputs").with_sinks(self.sinks.iter().copied());
            let workspace = Workspace::new("Report").with_container("USA/Stock/Lake").group(inputs);
            team.without_workspace(&"Analysis".into())
                .workspace(workspace.with_transformer(transformer))
                .datastore(Datastore::new("Cities").dataset(Dataset::new("by_city", "city VarChar(15) key")))
        })
    }
}

fn unpinned() -> Ecosystem {
    fixture().with_group_pins([])
}

/// The datastore of the team `Sales` by this name, with its customers by that one.
fn sales(ecosystem: &Ecosystem, store: Datastore, customers: Dataset) -> Ecosystem {
    let orders = Dataset::new("orders", "id Integer key, placed Date");
    let capture = Capture::sql_snapshot("USA/Sales/Source").table(customers.name(), "customers");
    let store = store.captured(capture).with_datasets([customers, orders]);
    ecosystem
        .clone()
        .edit_team("USA", "Sales", |team| team.without_datastore(&"Store".into()).datastore(store))
}

fn clients() -> Dataset {
    Dataset::new("clients", CUSTOMERS)
}

const FORMER: &str = "SELECT city FROM store_CUSTOMERS WHERE store_CUSTOMERS.city <> ''";
const PRESENT: &str = "SELECT city FROM Shop_clients WHERE Shop_clients.city <> ''";

#[test]
fn what_a_foreign_statement_reads_is_renamed_in_steps_of_one_owner_each() {
    let [written, read, spelled] = [
        Stock::new("Store/customers", FORMER),
        Stock::new("Shop/clients", FORMER),
        Stock::new("Shop/clients", PRESENT),
    ];
    let renamed =
        sales(&unpinned(), Datastore::new("Shop").renamed_from("Store"), clients().renamed_from("customers"));
    let stated = sales(&unpinned(), Datastore::new("Shop"), clients());
    let steps = [
        (written.added_to(unpinned()), ""),
        (written.added_to(renamed.clone()), SALES),
        (read.added_to(renamed.clone()), STOCK),
        (spelled.added_to(renamed), STOCK),
        (spelled.added_to(stated.clone()), SALES),
    ];
    for pair in steps.windows(2) {
        assert_eq!(refusal(&pair[0].0, &pair[1].0, pair[1].1), None);
    }
    // As long as another team writes the former name, the statement of the rename has to stay.
    for (renamed, stock) in [(&steps[1].0, &written), (&steps[2].0, &read)] {
        assert_ne!(refusal(renamed, &stock.added_to(stated.clone()), SALES), None);
    }
    assert!(codes(&read.added_to(stated)).contains(&"transformer/unknown-table".to_owned()));
}

#[test]
fn nobody_takes_a_former_name_that_a_statement_writes() {
    let own = Team::new().container(DataContainer::sqlite("Own", "own.db").located("Office/Ground"));
    let with_other = unpinned().edit_zone("USA", |zone| zone.team("Other", OTHER, own.clone()));
    let renamed = sales(&with_other, Datastore::new("Shop").renamed_from("Store"), customers());
    let mut both = Stock::new("Shop/customers", "SELECT city FROM Store_customers");
    both.sinks.push("Theirs/people");
    let declared = |ecosystem: &Ecosystem, store: Datastore, people: Dataset| {
        ecosystem.clone().edit_team("USA", "Other", |team| {
            team.datastore(store.captured(Capture::sql_snapshot("USA/Other/Own")).dataset(people))
        })
    };
    let people = || Dataset::new("people", CUSTOMERS);
    let old = both.added_to(declared(&renamed, Datastore::new("Theirs"), people()));
    assert!(!codes(&old).contains(&"transformer/unknown-table".to_owned()));
    // As another statement of the same rename, and as a new datastore.
    let claimed = declared(&renamed, Datastore::new("Theirs").renamed_from("Store"), people());
    assert_ne!(refusal(&old, &both.added_to(claimed), OTHER), None);
    let anew = declared(&old, Datastore::new("Store"), Dataset::new("customers", CUSTOMERS));
    assert_ne!(refusal(&old, &anew, OTHER), None);
    // When those who renamed give the name away, those who write it are asked, whoever else agrees.
    let given = sales(&with_other, Datastore::new("Shop"), customers());
    let given =
        declared(&given, Datastore::new("Theirs").renamed_from("Store"), people().renamed_from("customers"));
    let given = both.added_to(given);
    let control = ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01"));
    let report = control.judge(&valid(&old), &valid(&given));
    let missing: Vec<String> =
        report.approvals.missing.iter().map(|missing| missing.repository.to_string()).collect();
    assert!(missing.contains(&STOCK.to_owned()), "{report}");
}

/// The transformer of `Stock` by the names of its output that it writes, which the zone is asked to release; and the output by its name.
fn released(ecosystem: &Ecosystem, written: &str, output: Dataset, sink: &str, sql: &str) -> Ecosystem {
    let release = Release::new(written, "USA", "cities are no secret");
    let transformer = DataTransformer::sql("Cities").select(written, sql).release(release);
    let inputs = DatasetGroup::new("inputs").with_sinks([sink]);
    let workspace = Workspace::new("Report").with_container("USA/Stock/Lake").group(inputs);
    ecosystem.clone().edit_team("USA", "Stock", |team| {
        team.without_workspace(&"Analysis".into())
            .without_workspace(&"Report".into())
            .without_datastore(&"Cities".into())
            .workspace(workspace.with_transformer(transformer))
            .datastore(Datastore::new("Cities").dataset(output))
    })
}

fn cities(name: &str) -> Dataset {
    Dataset::new(name, "city VarChar(15) key")
}

/// The ecosystem with the consent that a finding suggests.
fn consented(ecosystem: &Ecosystem) -> Ecosystem {
    let checked = ecosystem.clone().validate(&Validation::on(day("2026-01-01"))).unwrap();
    let findings = checked.findings().iter();
    let suggestion =
        findings.filter_map(|finding| finding.suggestion()).find(|one| one.to_string().contains("consents"));
    datasurface_document::apply_suggestion(suggestion.unwrap(), ecosystem).unwrap()
}

const SQL: &str = "SELECT city FROM Store_customers";

#[test]
fn an_output_that_a_zone_released_is_renamed_in_steps_of_one_owner_each() {
    let made =
        |ecosystem: &Ecosystem, written, output| released(ecosystem, written, output, "Store/customers", SQL);
    let start = consented(&made(&unpinned(), "by_city", cities("by_city")));
    assert_eq!(codes(&start), [""; 0]);
    let renamed = || cities("towns").renamed_from("by_city");
    let written = made(&start, "by_city", renamed());
    let spelled = made(&start, "towns", renamed());
    let twice = consented(&spelled);
    let first =
        start.zones().get("USA").unwrap().definition().unwrap().consents().iter().next().unwrap().clone();
    let again = twice.zones().get("USA").unwrap().definition().unwrap().consents().clone();
    let once = again.iter().filter(|consent| **consent != first);
    let once = spelled.clone().edit_zone("USA", |zone| zone.with_consents(once.cloned()));
    let stated = made(&once, "towns", cities("towns"));
    let steps =
        [(start, ""), (written, STOCK), (spelled.clone(), STOCK), (twice, USA), (once, USA), (stated, STOCK)];
    for pair in steps.windows(2) {
        assert_eq!(refusal(&pair[0].0, &pair[1].0, pair[1].1), None);
        assert!(
            codes(&pair[1].0).iter().all(|code| code == "reference/former-name"),
            "{:?}",
            codes(&pair[1].0)
        );
    }
    assert_eq!(codes(&steps[5].0), [""; 0]);
    // Without the statement of the rename, the consent is about nothing that is there.
    assert_eq!(
        codes(&made(&spelled, "towns", cities("towns"))),
        ["transformer/unused-consent", "transformer/no-consent"]
    );
}

#[test]
fn what_a_zone_let_go_is_not_exchanged_for_something_that_says_it_had_the_name() {
    let own =
        Team::new().container(DataContainer::sqlite("Own", "own.db").located("Office/Ground")).datastore(
            Datastore::new("Theirs").captured(Capture::sql_snapshot("USA/Other/Own")).dataset(customers()),
        );
    let with_other = unpinned().edit_zone("USA", |zone| zone.team("Other", OTHER, own.clone()));
    let start = consented(&released(&with_other, "by_city", cities("by_city"), "Store/customers", SQL));
    // The owner of the input renames it: that is none of the zone's business.
    let renamed =
        sales(&start, Datastore::new("Shop").renamed_from("Store"), clients().renamed_from("customers"));
    assert_eq!(refusal(&start, &renamed, SALES), None);
    assert!(codes(&renamed).iter().all(|code| code == "reference/former-name"), "{:?}", codes(&renamed));
    // Another dataset takes its place, and everybody agrees but the zone.
    let taken = start.clone().edit_team("USA", "Sales", |team| team.without_datastore(&"Store".into()));
    let taken = taken.edit_team("USA", "Other", |team| {
        let store =
            Datastore::new("Theirs").renamed_from("Store").captured(Capture::sql_snapshot("USA/Other/Own"));
        team.without_datastore(&"Theirs".into()).datastore(store.dataset(customers()))
    });
    let taken = released(&taken, "by_city", cities("by_city"), "Theirs/customers", SQL);
    let control = ChangeControl::new(ChangeSource::new(STOCK), day("2026-01-01"));
    let report = control.judge(&valid(&start), &valid(&taken));
    let asks_zone = "[authorization/needs-approval]: the zone `USA` refers to `Store/customers`";
    assert!(report.to_string().contains(asks_zone), "{report}");
}

/// The consent that is proposed while the statement still calls the input by its former name holds for the one that calls it as it is
/// called now.
#[test]
fn an_input_of_what_a_zone_released_is_renamed_in_steps_of_one_owner_each() {
    const PRESENT: &str = "SELECT city FROM Shop_clients";
    let made =
        |ecosystem: &Ecosystem, sink, sql| released(ecosystem, "by_city", cities("by_city"), sink, sql);
    let named = |ecosystem: &Ecosystem, store: Datastore, customers: Dataset| {
        let ecosystem =
            ecosystem.clone().edit_team("USA", "Sales", |team| team.without_datastore(&"Shop".into()));
        sales(&ecosystem, store, customers)
    };
    let stating = || (Datastore::new("Shop").renamed_from("Store"), clients().renamed_from("customers"));
    let start = consented(&made(&unpinned(), "Store/customers", SQL));
    let renamed = named(&start, stating().0, stating().1);
    let twice = consented(&renamed);
    let read = made(&twice, "Shop/clients", SQL);
    let spelled = made(&read, "Shop/clients", PRESENT);
    let stated = named(&spelled, Datastore::new("Shop"), clients());
    let steps = [
        (start, ""),
        (renamed.clone(), SALES),
        (twice, USA),
        (read, STOCK),
        (spelled, STOCK),
        (stated, SALES),
    ];
    for pair in steps.windows(2) {
        assert_eq!(refusal(&pair[0].0, &pair[1].0, pair[1].1), None);
        let codes = codes(&pair[1].0);
        assert!(codes.iter().all(|code| code == "reference/former-name"), "{codes:?}");
    }
    // Who spells the name of now needs no consent anew while the rename is stated.
    assert_eq!(refusal(&renamed, &made(&renamed, "Shop/clients", PRESENT), STOCK), None);
    // A name that is that of a part of the statement as well is left as it is.
    let hidden = "WITH Store_customers AS (SELECT city FROM Shop_clients) SELECT city FROM Store_customers";
    let of_both = made(&renamed, "Shop/clients", hidden);
    assert!(
        refusal(&renamed, &of_both, STOCK).is_some_and(|why| why.contains("transformer/consent-outdated"))
    );
}
