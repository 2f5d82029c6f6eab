//! Consents to releases: they are about what was there, and about the data of its owner.

use super::{
    approvals::{missing, needs},
    fixture::*,
};
use datasurface_model::*;

const HR: &str = "github:nw/hr@main";

/// A company in which `Stock` count the cities of customers, and ask `USA` to let the numbers go.
struct Counting<'t> {
    /// What `USA` consented to.
    consents: &'t [&'t str],
    /// The datastores of `Sales` and of `HR`.
    stores: [&'t str; 2],
    /// The statement, if it is there.
    statement: Option<&'t str>,
    /// The workspace, and what it says that it was called.
    workspace: (&'t str, Option<&'t str>),
    /// The datastore that it reads.
    reads: &'t str,
}

const COUNTING: Counting<'_> = Counting {
    consents: &[],
    stores: ["Store", "Staff"],
    statement: Some(COUNT),
    workspace: ("Counting", None),
    reads: "Store",
};
const COUNT: &str = "SELECT city, count(*) AS total FROM Store_customers GROUP BY city";
const COUNT_MORE: &str = "SELECT city, count(id) AS total FROM Store_customers GROUP BY city";

impl Counting<'_> {
    fn ecosystem(&self) -> Ecosystem {
        let captured = |name: &str, container: &str| {
            Datastore::new(name).captured(Capture::sql_snapshot(container)).dataset(customers())
        };
        let [of_sales, of_hr] = self.stores;
        let hr = Team::new()
            .container(DataContainer::sqlite("People", "hr.db").located("Office/Ground"))
            .datastore(captured(of_hr, "USA/HR/People"));
        let model = unserved()
            .edit_team("USA", "Sales", |team| {
                team.without_datastore(&"Store".into()).datastore(captured(of_sales, "USA/Sales/Source"))
            })
            .edit_team("USA", "Stock", |team| {
                let team = team.without_workspace(&"Analysis".into());
                let Some(statement) = self.statement else { return team };
                let cities = Dataset::new("cities", "city VarChar(15) key, total Integer");
                let release = Release::new("cities", "USA", "totals only");
                let transformer = DataTransformer::sql("Totals").select("cities", statement).release(release);
                let (name, former) = self.workspace;
                let counting = Workspace::new(name)
                    .with_container("USA/Stock/Lake")
                    .group(DatasetGroup::new("in").sink(DatasetKey::new(self.reads, "customers")))
                    .with_transformer(transformer);
                let counting = former.into_iter().fold(counting, Workspace::renamed_from);
                team.datastore(Datastore::new("Totals").dataset(cities)).workspace(counting)
            });
        let usa = model.zones().get("USA").and_then(|zone| zone.definition()).unwrap();
        let usa = GovernanceZone::clone(usa);
        let usa = self.consents.iter().fold(usa.team("HR", HR, hr), |zone, of| {
            zone.consent(Consent::new(TeamKey::new("USA", "Stock"), "Counting", "cities", *of))
        });
        model.without_zone(&"USA".into()).zone("USA", USA, usa)
    }

    /// What `USA` is asked to consent to.
    fn fingerprint(&self) -> String {
        self.fingerprint_with(customers())
    }

    /// The same, where this is what `Sales` have.
    fn fingerprint_with(&self, customers: Dataset) -> String {
        let ecosystem = Self { consents: &[], ..*self }.ecosystem().edit_team("USA", "Sales", |team| {
            team.edit_datastore(&self.stores[0].into(), |store| {
                let capture = store.capture().unwrap().clone();
                Datastore::new(self.stores[0]).captured(capture).dataset(customers)
            })
        });
        asked(ecosystem)
    }
}

/// The fingerprint that a zone of an ecosystem is asked to consent to.
fn asked(ecosystem: Ecosystem) -> String {
    let found = match ecosystem.validate(&Validation::on(day("2026-04-01"))) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    };
    let asked = found.iter().find(|finding| finding.code() == "transformer/no-consent");
    let help = asked.and_then(|finding| finding.help()).unwrap().to_owned();
    help.rsplit('`').nth(1).unwrap().to_owned()
}

#[test]
fn a_stale_consent_is_inherited_with_the_approval_of_its_zone() {
    let there = COUNTING;
    let consents = [&*there.fingerprint()];
    let there = Counting { consents: &consents, ..there };
    let gone = Counting { statement: None, ..there };
    assert_eq!(missing(&there.ecosystem(), &gone.ecosystem(), STOCK), [] as [&str; 0]);
    needs(&gone.ecosystem(), &there.ecosystem(), STOCK, &[USA]);
    // Nothing is new, or something else is.
    let documented = |counting: &Counting<'_>| {
        counting.ecosystem().edit_team("USA", "Stock", |team| team.documented("ours"))
    };
    assert_eq!(missing(&there.ecosystem(), &documented(&there), STOCK), [] as [&str; 0]);
    assert_eq!(missing(&gone.ecosystem(), &documented(&gone), STOCK), [] as [&str; 0]);
}

#[test]
fn a_consent_is_not_about_the_data_of_whoever_takes_the_name() {
    let before = COUNTING;
    let consents = [&*before.fingerprint()];
    let before = Counting { consents: &consents, ..before };
    let exchanged = Counting { stores: ["Staff", "Store"], ..before };
    let asked = missing(&before.ecosystem(), &exchanged.ecosystem(), SALES);
    assert!(asked.contains(&USA.to_owned()), "{asked:?}");
    // Another datastore of theirs may be called as they like.
    let other = Counting { stores: ["Store", "People"], ..before };
    assert_eq!(missing(&before.ecosystem(), &other.ecosystem(), HR), [] as [&str; 0]);
}

#[test]
fn a_zone_consents_to_the_next_statement_before_it_is_written() {
    let now = COUNTING;
    let next = Counting { statement: Some(COUNT_MORE), ..now };
    let (first, second) = (now.fingerprint(), next.fingerprint());
    let consents = [&*first, &*second];
    let now = Counting { consents: &consents, ..now };
    let next = Counting { consents: &consents, ..next };
    assert_ne!(first, second);
    assert_eq!(missing(&now.ecosystem(), &next.ecosystem(), STOCK), [] as [&str; 0]);
}

/// Nobody consented to the release by the workspace that takes the name.
#[test]
fn a_stale_consent_is_not_taken_up_by_a_rename() {
    let consents = [&*COUNTING.fingerprint()];
    let there = Counting { consents: &consents, ..COUNTING };
    let other = Counting { workspace: ("Foo", None), ..there };
    let renamed = Counting { workspace: ("Counting", Some("Foo")), ..there };
    needs(&other.ecosystem(), &renamed.ecosystem(), STOCK, &[USA]);
}

#[test]
fn a_consent_to_an_earlier_version_is_not_about_other_data() {
    const COUNT_STAFF: &str = "SELECT city, count(*) AS total FROM Staff_customers GROUP BY city";
    let of_staff = Counting { statement: Some(COUNT_STAFF), reads: "Staff", ..COUNTING };
    let (first, second) = (COUNTING.fingerprint(), of_staff.fingerprint());
    let consents = [&*first, &*second];
    let [now, back] = [of_staff, COUNTING].map(|counting| Counting { consents: &consents, ..counting });
    needs(&now.ecosystem(), &back.ecosystem(), STOCK, &[USA]);
}

/// A consent is to what is done to data, and not to what is said about it.
#[test]
fn a_consent_ends_where_the_data_is_another_and_not_where_more_is_said_of_it() {
    let column = |name: &str, length: u32| Column::new(name, DataType::varchar(length));
    let made = |columns: Vec<Column>| Dataset::new("customers", TableSchema::new(columns).keyed(["id"]));
    let id = || column("id", 5).not_null();
    let fingerprint = |counting: &Counting<'_>, dataset: Dataset| counting.fingerprint_with(dataset);
    let now = fingerprint(&COUNTING, made(vec![id(), column("city", 15)]));
    let same = [
        made(vec![id(), column("city", 15)]).documented("who buys"),
        made(vec![id().documented("a number"), column("city", 15).documented("where they live")]),
        made(vec![column("city", 15), id()]),
        made(vec![id(), column("city", 15).renamed_from("town")]),
    ];
    for dataset in same {
        assert_eq!(fingerprint(&COUNTING, dataset.clone()), now, "{dataset:?}");
    }
    let other = [
        made(vec![id(), column("city", 16)]),
        made(vec![id(), column("city", 15).not_null()]),
        made(vec![id(), column("city", 15).classified("PII")]),
        made(vec![id(), column("city", 15)]).classified("PII"),
        made(vec![id(), column("city", 15), column("phone", 15)]),
        Dataset::new("customers", TableSchema::new([id(), column("city", 15)]).keyed(["id", "city"])),
    ];
    for dataset in other {
        assert_ne!(fingerprint(&COUNTING, dataset.clone()), now, "{dataset:?}");
    }
    // Where columns are taken by their places, another order is other data.
    const BY_PLACE: &str =
        "SELECT city, count(*) AS total FROM Store_customers AS c(number, city) GROUP BY city";
    for statement in
        [BY_PLACE, "SELECT city, 1 AS total FROM Store_customers UNION ALL SELECT * FROM Store_customers"]
    {
        let by_place = Counting { statement: Some(statement), ..COUNTING };
        let [one, other] = [vec![id(), column("city", 15)], vec![column("city", 15), id()]]
            .map(|columns| fingerprint(&by_place, made(columns)));
        assert_ne!(one, other, "{statement}");
    }
}

/// A table has one type for several of Avro's, which have other values.
#[test]
fn a_consent_ends_where_a_field_has_another_type_of_avro() {
    let fingerprint = |field: serde_json::Value| {
        let id = serde_json::json!({"name": "id", "type": "string"});
        let record = serde_json::json!({"type": "record", "name": "customer", "namespace": "shop", "fields": [id, field]});
        let schema = Schema::from(AvroSchema::new(record).keyed(["id"]));
        COUNTING.fingerprint_with(Dataset::new("customers", schema))
    };
    let city = |of: &str| serde_json::json!({"name": "city", "type": serde_json::from_str::<serde_json::Value>(of).unwrap()});
    let types = [
        r#""string""#,
        r#"["null", "string"]"#,
        r#"{"type": "string", "logicalType": "uuid"}"#,
        r#"{"type": "enum", "name": "City", "symbols": ["BERN", "BONN"]}"#,
        r#"{"type": "enum", "name": "City", "symbols": ["BERN", "BONN", "ROME"]}"#,
        r#"["string", "int"]"#,
        r#"["string", "bytes"]"#,
        r#"["null", "string", "bytes"]"#,
    ];
    let found: std::collections::BTreeSet<_> = types.iter().map(|of| fingerprint(city(of))).collect();
    assert_eq!(found.len(), types.len());
    let same = r#"{"type": "enum", "name": "City", "symbols": ["BERN", "BONN"], "doc": "where they live", "aliases": ["Town"]}"#;
    assert_eq!(fingerprint(city(same)), fingerprint(city(types[3])));
}

/// What is asked for may be made of what was cut off, or of what it was before, further up.
#[test]
fn a_consent_ends_where_data_has_another_type_on_its_way() {
    let fingerprint = |first: &str| {
        let model = COUNTING.ecosystem().edit_team("USA", "Stock", |team| {
            let copy = |team: Team, name: &str, from: &str, schema: &str| {
                let select = format!("SELECT id, city FROM {from}_customers");
                let step = Workspace::new(format!("To{name}"))
                    .with_container("USA/Stock/Lake")
                    .group(DatasetGroup::new("in").sink(DatasetKey::new(from, "customers")))
                    .with_transformer(DataTransformer::sql(name).select("customers", select));
                team.datastore(Datastore::new(name).dataset(Dataset::new("customers", schema)))
                    .workspace(step)
            };
            let team = copy(team, "First", "Store", first);
            let team = copy(team, "Second", "First", "id VarChar(5) key, city VarChar(15)");
            team.edit_workspace(&"Counting".into(), |_| {
                Workspace::new("Counting")
                    .with_container("USA/Stock/Lake")
                    .group(DatasetGroup::new("in").sink(DatasetKey::new("Second", "customers")))
                    .with_transformer(
                        DataTransformer::sql("Totals")
                            .select("cities", COUNT.replace("Store", "Second"))
                            .release(Release::new("cities", "USA", "totals only")),
                    )
            })
        });
        asked(model)
    };
    let now = fingerprint("id VarChar(5) key, city VarChar(15)");
    assert_eq!(fingerprint("city VarChar(15), id VarChar(5) key"), now);
    assert_ne!(fingerprint("id VarChar(5) key, city VarChar(3)"), now);
    assert_ne!(fingerprint("id VarChar(5) key, city VarChar(15) not null"), now);
}
