//! Transformers as jobs of Flink: what they make of topics is what the same SELECT makes of the tables at the source.

use crate::{
    engine::{Site, behind_as, eventually, skipped},
    pipeline::{CUSTOMERS, change, fill, rows},
    received::{Reader, deployment},
    site_model::{PATIENCE, model_on, platform},
    two_platforms::vault,
};
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{
    GatewayClient, JobState, Limits, Tls,
    testing::{Engines, Flink},
};
use datasurface_platform::{SinkStatus, Status, prelude::*};
use datasurface_testkit::Deployment;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

/// What is made: the datastore, which one transformer makes, the dataset, its columns, the key first, and the SELECT, with the names that a job
/// has of its inputs.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    datastore: &'static str,
    dataset: &'static str,
    schema: &'static str,
    inputs: Vec<&'static str>,
    select: String,
}

pub(crate) const MASKED: &str = "SELECT customer_id, '***' AS company_name, country FROM NW_Data_customers";

/// Every type and every form that is written for Flink.
const FORMS: &str = "SELECT id, big, day, amount, ratio, part, truth, word, abs(id) AS positive, char_length(word) AS long, coalesce(word, 'none') AS known, \
     md5(word) AS hashed, nullif(word, '') AS filled, replace(word, 'o', '00') AS replaced, SUBSTRING(word FROM 2 FOR 3) AS some_of_it, \
     substring(word, 2) AS rest, trim(word) AS trimmed, \
     CASE WHEN id < 0 THEN 'minus' WHEN id BETWEEN 1 AND 2 THEN 'few' ELSE 'a' END AS counted, CASE truth WHEN TRUE THEN 1 ELSE -1 END AS sign, \
     amount >= 1.5 OR NOT truth AS either, id * 2 - 7 AS less, -id AS turned, \
     EXTRACT(YEAR FROM day) AS year, EXTRACT(MONTH FROM day) * 100 + EXTRACT(DAY FROM day) AS in_year, \
     word LIKE '%o%' AS rounds, word NOT LIKE 'f%e' AS other, (truth IS TRUE) AND big IS NOT NULL AND id NOT IN (7, 8) AS many FROM NW_Data_forms \
     WHERE truth IS NOT FALSE OR id <> 3";

const FORMED: &str = "id Integer key, big BigInt, day Date, amount Decimal(38,10), ratio Double, part Real, truth Boolean, word VarChar, \
     positive Integer, long Integer, known VarChar, hashed VarChar, filled VarChar, replaced VarChar, some_of_it VarChar, rest VarChar, trimmed VarChar, \
     counted VarChar, sign Integer, either Boolean, less Integer, turned BigInt, year Integer, in_year SmallInt, rounds Boolean, other Boolean, \
     many Boolean";

/// Makes a table of values that are easily lost on the way.
pub(crate) fn fill_forms(source: &mut postgres::Client) {
    source
        .batch_execute(
            r#"CREATE TABLE forms (id integer PRIMARY KEY, big bigint, day date, amount numeric(38,10), ratio double precision, part real,
                truth boolean, word text);
             INSERT INTO forms VALUES
                (1, 9223372036854775807, '9999-12-31', 1234567890123456789012345678.0123456789, 1e300, 0.1, true, E'quote \' and " and \\ \n\t\u0001'),
                (2, -9223372036854775808, '0001-01-01', 0.0000000001, -0.1, 3e38, false, 'foo 🎈 Straße'),
                (3, 0, '1582-10-10', 0, 0, 0, false, 'left out'),
                (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (-5, 5, '1969-12-31', -1.5, 123456789.125, -7, NULL, ''),
                (6, 6, '2026-02-28', 1.5, 2.5, 1, true, '  blanks  '),
                (7, 7, '1970-01-01', 100000, 5e-324, 1e-40, true, 'ooo'), (8, 8, '2000-02-29', 7, 1, 1, true, '{"json": "[]"}');"#,
        )
        .unwrap();
}

/// Masked customers, products with the names of their suppliers, counts of what the first one made, and every form. Rows of `named`, `online` and
/// `many` go when a row that they are made of changes: by another key, or since it does not fulfil a condition any more.
pub(crate) fn all(masked: &str) -> Vec<Made> {
    vec![
        Made { datastore: "Masked", dataset: "customers", schema: CUSTOMERS, inputs: vec!["NW_Data/customers"], select: masked.to_owned() },
        Made {
            datastore: "Bought",
            dataset: "products",
            schema: "product_id SmallInt key, product_name VarChar(40) not null, supplier VarChar(40), unit_price Decimal(10,4), is_cheap Boolean",
            inputs: vec!["NW_Data/products", "NW_Data/suppliers"],
            select: "SELECT p.product_id, p.product_name || '!' AS product_name, COALESCE(s.company_name, 'it''s ours') AS supplier, p.Unit_Price, \
                     p.unit_price < 100.5 AS is_cheap FROM nw_data_products p LEFT JOIN NW_Data_suppliers AS s ON p.supplier_id = s.supplier_id \
                     WHERE NOT p.discontinued OR p.product_name LIKE_PLACE"
                .replace("LIKE_PLACE", "IN ('P2', 'P4')"),
        },
        Made {
            datastore: "Bought",
            dataset: "priced",
            schema: "product_id SmallInt key, tripled Decimal(10,4)",
            inputs: vec!["NW_Data/products"],
            select: "SELECT product_id, (unit_price + 0.25) * 3 AS tripled FROM NW_Data_products".to_owned(),
        },
        Made {
            datastore: "Bought",
            dataset: "summed",
            schema: "supplier_id SmallInt key, worth Decimal(18,4), numbers BigInt, cheapest Decimal(10,4)",
            inputs: vec!["NW_Data/products"],
            select: "SELECT supplier_id, SUM(unit_price * product_id) AS worth, SUM(product_id) AS numbers, MIN(unit_price) AS cheapest \
                     FROM NW_Data_products WHERE supplier_id IS NOT NULL GROUP BY supplier_id"
                .to_owned(),
        },
        Made {
            datastore: "Bought",
            dataset: "all",
            schema: "kind VarChar(8) key, id SmallInt key, name VarChar(40)",
            inputs: vec!["NW_Data/products", "NW_Data/suppliers"],
            select: "SELECT 'product' AS kind, product_id AS id, product_name AS name FROM NW_Data_products UNION ALL \
                     SELECT 'supplier', supplier_id, company_name FROM NW_Data_suppliers"
                .to_owned(),
        },
        Made {
            datastore: "Bought",
            dataset: "cheap",
            schema: "supplier_id SmallInt key, name VarChar(40), products Integer",
            inputs: vec!["NW_Data/products", "NW_Data/suppliers"],
            select: "WITH cheap AS (SELECT supplier_id FROM NW_Data_products WHERE unit_price < 300) \
                     SELECT s.supplier_id, s.company_name AS name, c.products FROM NW_Data_suppliers s JOIN \
                     (SELECT supplier_id, COUNT(*) AS products FROM cheap GROUP BY supplier_id) c ON c.supplier_id = s.supplier_id"
                .to_owned(),
        },
        Made {
            datastore: "Bought",
            dataset: "named",
            schema: "company_name VarChar(40) key, supplier_id SmallInt not null",
            inputs: vec!["NW_Data/suppliers"],
            select: "SELECT company_name, supplier_id FROM NW_Data_suppliers".to_owned(),
        },
        Made {
            datastore: "Bought",
            dataset: "online",
            schema: "product_id SmallInt key, supplier VarChar(40), unit_price Decimal(10,4), discontinued Boolean",
            inputs: vec!["NW_Data/products", "NW_Data/suppliers"],
            select: "SELECT p.product_id, s.company_name AS supplier, p.unit_price, p.discontinued FROM NW_Data_products p JOIN NW_Data_suppliers s \
                     ON p.supplier_id = s.supplier_id WHERE s.homepage IS NOT NULL OR p.discontinued"
                .to_owned(),
        },
        Made {
            datastore: "Counted",
            dataset: "many",
            schema: "country VarChar(15) key, customers BigInt",
            inputs: vec!["Masked/customers"],
            select: "SELECT country, COUNT(*) AS customers FROM Masked_customers WHERE country IS NOT NULL GROUP BY country \
                     HAVING COUNT(*) > 25 OR country = 'Land 6'"
                .to_owned(),
        },
        Made {
            datastore: "Counted",
            dataset: "customers",
            schema: "country VarChar(15) key, customers BigInt",
            inputs: vec!["Masked/customers"],
            select: "SELECT country, COUNT(*) AS customers FROM Masked_customers WHERE country IS NOT NULL GROUP BY country"
                .to_owned(),
        },
        Made {
            datastore: "Formed",
            dataset: "forms",
            schema: FORMED,
            inputs: vec!["NW_Data/forms"],
            select: FORMS.to_owned(),
        },
    ]
}

/// Another SELECT of masked customers, by which fewer rows are there, and what is made of those at the source.
pub(crate) fn fewer() -> (Vec<Made>, Vec<Made>) {
    let masked = MASKED.replace("***", r#"# "'' \ é"#);
    let fewer = all(&format!("{masked} WHERE country IS NOT NULL AND country <> 'Land 3'"));
    let expected = fewer.iter().cloned().map(|made| match made.datastore {
        "Counted" => Made { select: made.select.replace("WHERE ", "WHERE country <> 'Land 3' AND "), ..made },
        _ => made,
    });
    let expected = expected.collect();
    (fewer, expected)
}

/// What is made of what another platform captures and publishes.
fn tilled() -> Made {
    Made {
        datastore: "Tilled",
        dataset: "receipts",
        schema: "id Integer key, remark VarChar(20), twice BigInt",
        inputs: vec!["Till/receipts"],
        select: "SELECT id, remark, amount * 2 AS twice FROM Till_receipts WHERE amount > 3".to_owned(),
    }
}

/// The store that another platform captures is there if something is made of it.
fn ecosystem(site: &Site, flink: &Flink, all: &[Made]) -> Ecosystem {
    let platform = platform(site, "Stream", PATIENCE, false);
    let platform = platform.setting("flink", json!({"url": flink.url(), "checkpoint_seconds": 1}));
    if all.iter().all(|made| made.datastore != "Tilled") {
        return ecosystem_on(platform, site, all, |team| team);
    }
    let receipts = Dataset::new("receipts", "id Integer key, remark VarChar(20), amount SmallInt");
    let till = Datastore::new("Till")
        .captured(Capture::sql_snapshot("USA/Team/Source"))
        .dataset(receipts.classified("Public"));
    let ecosystem = ecosystem_on(platform, site, all, |team| team.datastore(till));
    ecosystem.group_pin("Use/Made", ["Stream"]).platform(vault().setting("publish", "published"))
}

/// The model on a platform, which has a cluster of Flink.
pub(crate) fn ecosystem_on(
    platform: PlatformDeclaration,
    site: &Site,
    all: &[Made],
    more: impl FnOnce(Team) -> Team,
) -> Ecosystem {
    let capture =
        Capture::change_data_capture("USA/Team/Source").with_consistency(Consistency::SingleDataset);
    let columns = [
        ("customers", CUSTOMERS),
        (
            "products",
            "product_id SmallInt key, product_name VarChar(40) not null, supplier_id SmallInt, unit_price Decimal(10,4), discontinued Boolean not null",
        ),
        ("suppliers", "supplier_id SmallInt key, company_name VarChar(40) not null, homepage VarChar"),
        (
            "forms",
            "id Integer key, big BigInt, day Date, amount Decimal(38,10), ratio Double, part Real, truth Boolean, word VarChar",
        ),
    ];
    let store = columns
        .into_iter()
        .map(|(name, columns)| Dataset::new(name, columns).classified("Public"))
        .fold(Datastore::new("NW_Data").captured(capture), Datastore::dataset);
    let with = |team: Team| {
        let team = more(team.datastore(store));
        let datastores: BTreeSet<&str> = all.iter().map(|made| made.datastore).collect();
        let team = datastores.into_iter().fold(team, |team, datastore| {
            let made: Vec<&Made> = all.iter().filter(|made| made.datastore == datastore).collect();
            let inputs: BTreeSet<&str> = made.iter().flat_map(|made| made.inputs.iter().copied()).collect();
            let transformer = made.iter().fold(DataTransformer::sql(datastore), |transformer, made| {
                transformer.select(made.dataset, made.select.as_str())
            });
            let outputs =
                made.iter().map(|made| Dataset::new(made.dataset, made.schema).classified("Public"));
            let workspace = Workspace::new(format!("Make{datastore}"))
                .with_container("USA/Team/Topics")
                .group(DatasetGroup::new("Inputs").with_sinks(inputs))
                .with_transformer(transformer);
            team.datastore(outputs.fold(Datastore::new(datastore), Datastore::dataset)).workspace(workspace)
        });
        let wanted: Vec<String> =
            all.iter().map(|made| format!("{}/{}", made.datastore, made.dataset)).collect();
        team.workspace(
            Workspace::new("Use").with_container("USA/Team/Warehouse").group(
                DatasetGroup::new("Made")
                    .with_sinks(wanted.iter().map(String::as_str))
                    .with_latency(Latency::minutes(1)),
            ),
        )
    };
    model_on(platform, site, with)
}

/// The same SELECTs over the source, by names that its database knows.
fn at_source(made: &Made) -> String {
    let select = made.select.replace("NW_Data_", "").replace("nw_data_", "").replace("Till_", "");
    select.replace("Masked_customers", "customers")
}

/// The first difference between what was made and the same SELECT over the source.
pub(crate) fn difference(site: &Site, all: &[Made]) -> Option<String> {
    let (mut source, mut warehouse) = (site.source(), site.warehouse());
    all.iter().find_map(|made| {
        let columns: Vec<&str> =
            made.schema.split(", ").filter_map(|column| column.split(' ').next()).collect();
        let columns = columns.join(", ");
        let wanted = rows(&mut source, &format!("({}) AS made", at_source(made)), &columns, &columns);
        let table = format!("\"{}__{}\"", made.datastore, made.dataset);
        let found = rows(&mut warehouse, &table, &columns, &columns);
        assert!(!wanted.is_empty(), "{made:?}");
        let first = wanted.iter().zip(&found).find(|(wanted, found)| wanted != found);
        (wanted != found).then(|| format!("{table} has {} of {} rows; {first:?}", found.len(), wanted.len()))
    })
}

#[track_caller]
fn assert_equal(site: &Site, flink: &Flink, deployment: &mut Deployment, all: &[Made]) {
    let behind = behind_as(deployment, &Reader);
    assert!(behind.is_empty(), "{behind:?}\n{}", flink.log_end());
    assert_eq!(difference(site, all), None);
}

fn status(deployment: &Deployment) -> Status {
    deployment.status(&Reader).unwrap().remove(&PlatformName::from("Stream")).unwrap()
}

fn drifted(deployment: &Deployment) -> Vec<String> {
    let drifted = status(deployment).drifted;
    drifted.into_iter().map(|one| format!("{}: {}", one.resource, one.problem)).collect()
}

/// The status of what is made of a dataset, by the name of its datastore.
fn made_of_customers(deployment: &Deployment) -> [SinkStatus; 2] {
    let sinks = status(deployment).sinks;
    ["Masked", "Counted"].map(|datastore| {
        let is_it = |sink: &&SinkStatus| {
            sink.dataset == DatasetKey::new(datastore, "customers") && sink.group.workspace.as_str() == "Use"
        };
        sinks.iter().find(is_it).unwrap().clone()
    })
}

/// What is made is as old as its inputs, through all jobs on the way, and not later than was promised.
fn what_is_made_is_up_to_date(deployment: &Deployment) {
    let now: DateTime<Utc> = SystemTime::now().into();
    let made: Vec<SinkStatus> =
        status(deployment).sinks.into_iter().filter(|sink| sink.group.workspace.as_str() == "Use").collect();
    assert!(made.len() >= 10);
    for sink in made {
        let lag = now - sink.confirmed_at.unwrap();
        assert!(lag.num_seconds() < 30, "{lag}: {}", sink.dataset);
        assert_eq!(
            (sink.undelivered, sink.promised),
            (Some(0), Some(Latency::minutes(1))),
            "{}",
            sink.dataset
        );
    }
}

/// A job that does not run has a change still to read, and what others make of its output is as old.
fn what_a_stopped_job_makes_is_behind(site: &Site, deployment: &Deployment) {
    let before: DateTime<Utc> = SystemTime::now().into();
    site.source().batch_execute("INSERT INTO customers VALUES ('LATE', 'late', 'Land 6', NULL)").unwrap();
    eventually("what it made is as old as the change", || {
        let made = made_of_customers(deployment);
        let until = made.each_ref().map(|one| (one.confirmed_at.unwrap() - before).num_seconds());
        let undelivered = made.each_ref().map(|one| one.undelivered);
        let others =
            status(deployment).sinks.into_iter().filter(|one| one.dataset.datastore.as_str() == "Bought");
        let others = others.filter_map(|one| one.confirmed_at).min().map(|at| (at - before).num_seconds());
        let is_so =
            matches!((until, others), ([-1..=1, -1..=1], Some(4..))) && undelivered == [Some(1), Some(0)];
        (!is_so).then(|| format!("{until:?}, {others:?}, {undelivered:?}"))
    });
}

/// The jobs that the cluster has to do with, without their versions.
pub(crate) fn jobs(gateway: &GatewayClient) -> BTreeMap<String, String> {
    let alive = gateway.jobs().unwrap().into_iter().filter(|job| job.state.is_alive());
    alive.map(|job| (job.name.split('@').next().unwrap().to_owned(), job.id)).collect()
}

#[test]
fn what_flink_makes_is_what_the_same_select_makes_of_the_source() {
    let Some(engines) = Engines::find().inspect_err(|why| skipped(why)).ok() else { return };
    let Some(_) = engines.flink().inspect_err(|why| skipped(why)).ok() else { return };
    let Some(mut site) = Site::start() else { return };
    let mut flink = Flink::start(&engines).unwrap();
    let gateway = GatewayClient::new(&flink.url(), &Tls::new(), None, Limits::default()).unwrap();
    fill(&mut site.source());
    fill_forms(&mut site.source());
    site.source()
        .batch_execute(
            "CREATE TABLE receipts (id integer PRIMARY KEY, remark varchar(20), amount smallint);
             INSERT INTO receipts SELECT n, 'R' || n, n FROM generate_series(1, 20) n",
        )
        .unwrap();
    let mut deployment = deployment(site.deployed());
    let made = [all(MASKED), vec![tilled()]].concat();
    deployment.render(&ecosystem(&site, &flink, &made)).unwrap();
    deployment.apply(&Reader).unwrap();
    assert_equal(&site, &flink, &mut deployment, &made);
    assert_eq!(drifted(&deployment), Vec::<String>::new());
    what_is_made_is_up_to_date(&deployment);
    let names =
        ["Bought", "Counted", "Formed", "Masked", "Tilled"].map(|made| format!("Stream.job.Make{made}"));
    let first = jobs(&gateway);
    let wrong = ["SELECT 1 FROM nowhere".to_owned()];
    let refused = gateway.execute("a statement", &BTreeMap::new(), &wrong).unwrap_err().to_string();
    assert!(refused.contains("Object 'nowhere' not found"), "{refused}");
    assert_eq!(first.keys().collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());

    // Changes of every kind, deletions and other keys among them. What is there is left alone.
    (1..4).for_each(|seed| change(&mut site.source(), seed));
    site.source()
        .batch_execute(
            "UPDATE receipts SET amount = amount + 5 WHERE id % 2 = 0; UPDATE receipts SET amount = 0 WHERE id = 9;
             DELETE FROM receipts WHERE id > 18; INSERT INTO receipts VALUES (30, NULL, 30)",
        )
        .unwrap();
    site.source()
        .batch_execute(
            "UPDATE forms SET truth = NOT truth, day = day - 1 WHERE id > 1; DELETE FROM forms WHERE id = 8",
        )
        .unwrap();
    deployment.apply(&Reader).unwrap();
    assert_equal(&site, &flink, &mut deployment, &made);
    assert_eq!(jobs(&gateway), first);

    // The workers of Flink are killed in the middle, and then Connect.
    change(&mut site.source(), 4);
    flink.kill_workers();
    change(&mut site.source(), 5);
    flink.restart_workers().unwrap();
    site.worker.kill();
    change(&mut site.source(), 6);
    site.worker.restart().unwrap();
    assert_equal(&site, &flink, &mut deployment, &made);
    assert_eq!(jobs(&gateway), first);

    // Somebody stops a job, and rows go meanwhile.
    gateway.stop(&first[&names[3]]).unwrap();
    eventually("it is stopped", || {
        let jobs = gateway.jobs().unwrap();
        jobs.iter()
            .find(|job| job.id == first[&names[3]] && job.state != JobState::Over)
            .map(|job| job.state.to_string())
    });
    let failure = status(&deployment).sinks.into_iter().find_map(|sink| sink.last_failure);
    assert_eq!(failure.unwrap(), "its job `Stream.job.MakeMasked`: it is over");
    assert_eq!(drifted(&deployment), ["job.MakeMasked: it is over"]);

    what_a_stopped_job_makes_is_behind(&site, &deployment);

    // The cluster forgets all jobs, as one does that is not highly available and lost its manager.
    flink.lose_manager().unwrap();
    let forgotten = ["Bought", "Counted", "Formed", "Masked", "Tilled"]
        .map(|made| format!("job.Make{made}: the cluster does not know it"));
    assert_eq!(drifted(&deployment), forgotten);
    change(&mut site.source(), 7);
    assert_equal(&site, &flink, &mut deployment, &made);
    assert_eq!(drifted(&deployment), Vec::<String>::new());

    // Another SELECT, by which fewer rows are there.
    let (fewer, expected) = fewer();
    let revision = deployment.render(&ecosystem(&site, &flink, &fewer)).unwrap();
    let plan = format!("{:?}", revision.plans[&PlatformName::from("Stream")]);
    assert!(plan.contains("the rows of its output are deleted"), "{plan}");
    deployment.apply(&Reader).unwrap();
    assert_equal(&site, &flink, &mut deployment, &expected);

    // Nobody wants the last one any more.
    deployment.render(&ecosystem(&site, &flink, &fewer[..8])).unwrap();
    deployment.apply(&Reader).unwrap();
    assert_eq!(jobs(&gateway).keys().collect::<Vec<_>>(), [&names[0], &names[3]]);
    change(&mut site.source(), 8);
    assert_equal(&site, &flink, &mut deployment, &fewer[..8]);

    // A number that has no room in its column fails the job: nothing else takes its place.
    let masked = jobs(&gateway)[&names[3]].clone();
    site.source().batch_execute("UPDATE products SET unit_price = 333333.5 WHERE product_id = 1401").unwrap();
    eventually("it fails", || {
        let drifted = drifted(&deployment);
        let is_it = drifted == ["job.MakeBought: it failed, and Flink starts it again; its log says why"];
        (!is_it).then(|| format!("{drifted:?}"))
    });
    let tripled = "SELECT tripled FROM \"Bought__priced\" WHERE product_id = 1401";
    let tripled: Option<String> = site
        .warehouse()
        .query_opt(&tripled.replace("tripled FROM", "tripled::text FROM"), &[])
        .unwrap()
        .and_then(|row| row.get(0));
    assert_eq!(tripled, None);
    assert_eq!(jobs(&gateway)[&names[3]], masked);
}
