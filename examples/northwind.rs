//! NorthWind, from a model to data that flows: `cargo run --example northwind`.
//!
//! A team owns the NorthWind database. One consumer reports on live products; another one needs customers, but masked,
//! so a transformer makes them. Nobody writes a pipeline: the graph follows from who wants what, and the local
//! platform renders it to files, applies them and runs them. The source changes, and just the changes move. Then the
//! consumers change their minds, twice, and the plans say what that takes. All of it happens in `target/northwind`.
//!
//! `-- --postgres postgres://user:password@host/database` reads a real NorthWind, and changes nothing in it;
//! `-- --print-model` prints the model as a document, for the `datasurface` command.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use chrono::{DateTime, TimeDelta, Utc};
use datasurface::{
    broker::{Base, Broker, LOCK_FILE_NAME, Lock, OperationContext, Placed, Proposal, Target},
    graph::picture::{Mermaid, Picture},
    model::*,
    platform::{
        Action, CredentialError, CredentialSource, NoObserver, Registry, RunReport, RunRequest, Secret,
    },
};
use datasurface_local::LocalPlatform;
use postgres::config::{Config, Host};
use rusqlite::Connection;
use std::{error::Error, fs, path::Path};

/// Who produces, who consumes, what is derived, and where it may run.
pub(crate) fn northwind() -> Ecosystem {
    let customers = "customer_id VarChar(5) key, company_name VarChar(40) not null, contact_name VarChar(30), \
        contact_title VarChar(30), address VarChar(60), city VarChar(15), region VarChar(15), \
        postal_code VarChar(10), country VarChar(15), phone VarChar(24), fax VarChar(24)";
    let products = "product_id SmallInt key, product_name VarChar(40) not null, supplier_id SmallInt, \
        unit_price Decimal(10,2), discontinued Integer not null";
    let suppliers =
        "supplier_id SmallInt key, company_name VarChar(40) not null, city VarChar(15), homepage VarChar";
    let orders = "order_id SmallInt key, customer_id VarChar(5), order_date Date, freight Real";
    let names = ["company_name", "contact_name", "address", "phone", "fax"];
    let others = ["customer_id", "contact_title", "city", "region", "postal_code", "country"];
    let known = Schema::from(customers).table().clone().classified(names, "PII").classified(others, "Public");
    let nw_data = Datastore::new("NW_Data")
        .captured(Capture::sql_snapshot("USA/NorthWindTeam/NorthWindDB").with_cron("*/10 * * * *"))
        .dataset(Dataset::new("customers", known))
        .dataset(Dataset::new("products", products).classified("Public"))
        .dataset(Dataset::new("suppliers", suppliers).classified("Public"))
        .dataset(Dataset::new("orders", orders).classified("Public"));
    let mask = "SELECT customer_id, '***' AS company_name, '***' AS contact_name, contact_title, '***' AS address, \
        city, region, postal_code, country, '***' AS phone, '***' AS fax FROM NW_Data_customers";
    let masked = Dataset::new("customers", customers).classified("Public");
    let mask_customers = Workspace::new("MaskCustomersWorkSpace")
        .with_container("USA/NorthWindTeam/AzureSQL")
        .group(DatasetGroup::new("MaskCustomers").sink("NW_Data/customers"))
        .with_transformer(DataTransformer::sql("Masked_NW_Data").select("customers", mask));
    let use_masked = Workspace::new("WorkspaceUsingTransformerOutput")
        .with_container("USA/NorthWindTeam/AzureSQL")
        .with_priority(Priority::Critical)
        .group(DatasetGroup::new("UseMaskedCustomers").sink("Masked_NW_Data/customers"));
    let team = Team::new()
        .container(DataContainer::sqlite("NorthWindDB", "northwind_source.db").located("Azure/USA"))
        .container(DataContainer::sqlite("AzureSQL", "northwind.db").located("Azure/USA"))
        .datastore(nw_data)
        .datastore(Datastore::new("Masked_NW_Data").dataset(masked))
        .workspace(reporting(["NW_Data/products", "NW_Data/customers", "NW_Data/suppliers"]))
        .workspace(mask_customers)
        .workspace(use_masked);
    let zone = GovernanceZone::new().team("NorthWindTeam", "github:northwind/team@main", team);
    Ecosystem::new("NorthWind", "github:northwind/model@main", "github:northwind/live@main")
        .vendor(InfrastructureVendor::new("Azure").location("USA"))
        .platform(PlatformDeclaration::new("LegacyA", "local").setting("database", "northwind.db"))
        .zone("USA", "github:northwind/usa@main", zone)
}

/// The consumer that changes its mind. Whatever it gets must be reproducible for a year.
fn reporting<const N: usize>(datasets: [&str; N]) -> Workspace {
    Workspace::new("ProductLiveAdhocReporting")
        .with_container("USA/NorthWindTeam/AzureSQL")
        .with_priority(Priority::Medium)
        .group(DatasetGroup::new("LiveProducts").with_sinks(datasets).with_retention(Retention::years(1)))
}

/// The same ecosystem, in which the reporting consumer asks for these datasets instead.
pub(crate) fn reporting_on<const N: usize>(ecosystem: Ecosystem, datasets: [&str; N]) -> Ecosystem {
    let workspace = reporting(datasets);
    ecosystem.edit_team("USA", "NorthWindTeam", |team| {
        team.without_workspace(workspace.name()).workspace(workspace)
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (first, secret) = match (arguments.next().as_deref(), arguments.next()) {
        (None, None) => (northwind(), None),
        (Some("--print-model"), None) => {
            print!("{}", datasurface::document::to_json(&northwind()));
            return Ok(());
        }
        (Some("--postgres"), Some(url)) => on_postgres(&url).map(|(model, login)| (model, Some(login)))?,
        _ => return Err("usage: northwind [--print-model | --postgres URL]".into()),
    };
    let folder = Path::new("target/northwind");
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let is_ours = secret.is_none();
    if is_ours {
        source(folder, SOURCE)?;
    }
    let now = "2026-11-21T12:00:00Z".parse()?;
    let mut demo = Demo { folder, credentials: OneCredential(secret), now, lock: Lock::default() };

    println!("Revision one: products, suppliers and customers, and masked customers for somebody else.\n");
    let placed = demo.place(first.clone())?;
    println!("{}", Mermaid(&Picture::new(placed.graphs().iter())));
    let proposal = demo.render(&placed)?;
    let files = proposal.manifest().files().len();
    println!("{files} files are in {}: what runs is what they say.", folder.join("rendered").display());
    demo.run("All of it arrives:")?;
    demo.show_masked()?;

    if is_ours {
        source(folder, CHANGES)?;
        println!(
            "\nAt the source, a customer moves, one gets a new phone, one leaves, one comes; a price falls."
        );
        demo.run("Just that moves, and nobody who sees masked phones hears of the new one:")?;
        demo.show_masked()?;
    }

    println!("\n\nRevision two: the reporting consumer asks for orders too.\n");
    let everything = ["NW_Data/products", "NW_Data/customers", "NW_Data/suppliers", "NW_Data/orders"];
    let placed = demo.place(reporting_on(first.clone(), everything))?;
    show(&demo.render(&placed)?);
    demo.run("Orders arrive:")?;

    println!("\n\nRevision three: it does not want suppliers any more, but a year was promised.\n");
    let without_suppliers = ["NW_Data/products", "NW_Data/customers", "NW_Data/orders"];
    let placed = demo.place(reporting_on(first, without_suppliers))?;
    let proposal = demo.render(&placed)?;
    show(&proposal);
    demo.run("Suppliers are not read any more:")?;
    for step in proposal.plans().flat_map(|(_, plan)| plan.steps()) {
        if let (Action::Hold, Some(day)) = (step.action, step.owed_until) {
            println!("\n{} is held, as it was, until {day}.", step.resource);
        }
    }
    Ok(())
}

/// A folder in which it all happens, at a time that passes from run to run.
struct Demo<'a> {
    folder: &'a Path,
    credentials: OneCredential,
    now: DateTime<Utc>,
    lock: Lock,
}

impl Demo<'_> {
    /// From a model to a place for everything in it.
    fn place(&self, ecosystem: Ecosystem) -> Result<Placed, Box<dyn Error>> {
        let checked = ecosystem.validate(&Validation::on(self.now.date_naive()))?;
        Ok(broker().place(checked.ecosystem(), &self.lock)?)
    }

    /// Renders what differs, and keeps the lock beside it.
    fn render(&mut self, placed: &Placed) -> Result<Proposal, Box<dyn Error>> {
        let mut target = self.target()?;
        let base = Base::Target(target.manifest());
        let proposal = broker().propose(placed, base, self.now.date_naive())?;
        proposal.write(&mut target, &self.folder.join(LOCK_FILE_NAME))?;
        self.lock = proposal.lock().clone();
        Ok(proposal)
    }

    /// Applies what was rendered, runs it, and shows what moved.
    fn run(&mut self, title: &str) -> Result<(), Box<dyn Error>> {
        self.now += TimeDelta::minutes(10);
        let mut target = self.target()?;
        let (root, credentials, now, confirmed) =
            (self.folder, &self.credentials, self.now, Default::default());
        let on = OperationContext { root, credentials, now, watcher: &NoObserver, confirmed };
        let applied = broker().apply(&mut target, &on)?;
        let ran = broker().run(&target, &on, &RunRequest::until_idle());
        println!("\n{title}\n");
        println!("  dataset                   inserted   updated   deleted  unchanged");
        for run in ran.done.values().flat_map(|report: &RunReport| &report.datasets) {
            let dataset = run.dataset.to_string();
            let (inserted, updated, deleted) = (run.inserted, run.updated, run.deleted);
            println!("  {dataset:<24}{inserted:>10}{updated:>10}{deleted:>10}{:>11}", run.unchanged);
        }
        let failures = ran.done.values().flat_map(|report| &report.failures);
        let failures = failures.map(|failure| format!("{}: {}", failure.job, failure.reason));
        let findings = applied.findings.iter().chain(ran.findings.iter()).map(ToString::to_string);
        let wrong: Vec<String> = failures.chain(findings).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
    }

    /// What the consumer of masked customers sees, the first few of it.
    fn show_masked(&self) -> Result<(), Box<dyn Error>> {
        let database = Connection::open(self.folder.join("northwind.db"))?;
        let mut rows = database.prepare(
            "SELECT customer_id, company_name, phone, city, country
             FROM WorkspaceUsingTransformerOutput__UseMaskedCustomers__Masked_NW_Data__customers
             ORDER BY customer_id LIMIT 5",
        )?;
        println!("\nA few customers, as the consumer of masked customers sees them:\n");
        println!("  {:<13}{:<14}{:<7}{:<16}country", "customer_id", "company_name", "phone", "city");
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let text = |at| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
            let (key, name, phone, city) = (text(0)?, text(1)?, text(2)?, text(3)?);
            println!("  {key:<13}{name:<14}{phone:<7}{city:<16}{}", text(4)?);
        }
        Ok(())
    }

    fn target(&self) -> Result<Target, Box<dyn Error>> {
        Ok(Target::open(self.folder.join("rendered"))?)
    }
}

fn broker() -> Broker {
    Broker::new(Registry::new().with_plugin::<LocalPlatform>())
}

fn show(proposal: &Proposal) {
    for (platform, plan) in proposal.plans() {
        println!("{platform}:\n{plan}");
    }
}

fn source(folder: &Path, sql: &str) -> Result<(), Box<dyn Error>> {
    Ok(Connection::open(folder.join("northwind_source.db"))?.execute_batch(sql)?)
}

/// The same ecosystem over a real NorthWind, and `user:password`, which is in no model.
fn on_postgres(url: &str) -> Result<(Ecosystem, Secret), Box<dyn Error>> {
    let config: Config = url.parse()?;
    let [Host::Tcp(host)] = config.get_hosts() else { return Err("the URL names no single host".into()) };
    let user = config.get_user().unwrap_or("postgres");
    let database = config.get_dbname().unwrap_or(user).into();
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let kind = ContainerKind::Postgres { host: host.into(), port, database };
    let (container, store) = (ContainerName::from("NorthWindDB"), DatastoreName::from("NW_Data"));
    let capture = Capture::sql_snapshot("USA/NorthWindTeam/NorthWindDB").with_credential("northwind");
    let credential =
        Credential::new("northwind", CredentialKind::Password).opening("USA/NorthWindTeam/NorthWindDB");
    let ecosystem = northwind().edit_team("USA", "NorthWindTeam", |team| {
        let captured = team.datastores().get(&store).map(|store| Datastore::clone(store).captured(capture));
        captured
            .into_iter()
            .fold(team.without_datastore(&store), Team::datastore)
            .without_container(&container)
            .credential(credential)
            .container(DataContainer::new(&container, kind).located("Azure/USA"))
    });
    let password = String::from_utf8_lossy(config.get_password().unwrap_or_default());
    Ok((ecosystem, Secret::new(format!("{user}:{password}"))))
}

/// The only credential that there may be.
#[derive(Debug)]
struct OneCredential(Option<Secret>);

impl CredentialSource for OneCredential {
    fn secret(&self, credential: &CredentialKey, _: &str) -> Result<Secret, CredentialError> {
        self.0.clone().ok_or_else(|| CredentialError::missing(credential.clone(), "`--postgres`"))
    }
}

const SOURCE: &str = "
CREATE TABLE customers (customer_id TEXT PRIMARY KEY, company_name TEXT NOT NULL, contact_name TEXT,
    contact_title TEXT, address TEXT, city TEXT, region TEXT, postal_code TEXT, country TEXT, phone TEXT, fax TEXT);
INSERT INTO customers VALUES
    ('ANKER', 'Anker & Sohn', 'Jule Anker', 'Owner', 'Hafenstr. 3', 'Kiel', NULL, '24103', 'Germany', '0431-11', NULL),
    ('BRISA', 'Brisa do Mar', 'Rui Matos', 'Buyer', 'Rua Nova 8', 'Porto', NULL, '4050', 'Portugal', '22-345', ''),
    ('CEDAR', 'Cedar Deli', 'Ann Roe', 'Owner', '9 Pine Rd', 'Boise', 'ID', '83702', 'USA', '208-17', '208-18'),
    ('DUNES', 'Dunes Diner', 'Sam Poe', 'Cook', '1 Shore Dr', 'Eugene', 'OR', '97401', 'USA', '541-20', NULL),
    ('ELSTR', 'Elster Kaffee', 'Ida Berg', 'Buyer', 'Am Markt 1', 'Leipzig', NULL, '04109', 'Germany', '0341-5', NULL),
    ('FJORD', 'Fjord Fisk', 'Nils Vik', 'Owner', 'Strandgate 7', 'Bergen', NULL, '5004', 'Norway', '55-71', '55-72'),
    ('GARUM', 'Garum Foods', 'Lea Costa', 'Buyer', 'Via Mare 2', 'Genova', NULL, '16121', 'Italy', '010-66', NULL),
    ('HEIDE', 'Heidehof', 'Tom Voss', 'Owner', 'Dorfstr. 12', 'Celle', NULL, '29221', 'Germany', '05141-9', NULL);
CREATE TABLE suppliers (supplier_id INTEGER PRIMARY KEY, company_name TEXT NOT NULL, city TEXT, homepage TEXT);
INSERT INTO suppliers VALUES (1, 'Alpine Dairy', 'Chur', 'alpine.example'), (2, 'Bay Spices', 'Goa', NULL),
    (3, 'Clover Honey', 'Cork', ''), (4, 'Delta Rice', 'Ferrara', 'delta.example');
CREATE TABLE products (product_id INTEGER PRIMARY KEY, product_name TEXT NOT NULL, supplier_id INTEGER,
    unit_price NUMERIC, discontinued INTEGER NOT NULL);
INSERT INTO products VALUES (1, 'Mountain Cheese', 1, 18.5, 0), (2, 'Cultured Butter', 1, 4.25, 0),
    (3, 'Green Cardamom', 2, 9.99, 0), (4, 'Long Pepper', 2, 12, 0), (5, 'Heather Honey', 3, 7.8, 0),
    (6, 'Comb Honey', 3, 11.4, 1), (7, 'Risotto Rice', 4, 3.6, 0), (8, 'Red Rice', 4, NULL, 0);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id TEXT, order_date TEXT, freight REAL);
INSERT INTO orders VALUES (1, 'ANKER', '2026-10-01', 12.5), (2, 'BRISA', '2026-10-02', 3), (3, 'CEDAR', '2026-10-02', 8),
    (4, 'ANKER', '2026-10-05', NULL), (5, 'ELSTR', '2026-10-09', 4.75), (6, 'FJORD', '2026-10-14', 21),
    (7, 'GARUM', '2026-10-20', 6.25), (8, 'CEDAR', '2026-11-02', 8), (9, 'FJORD', '2026-11-11', 0.5);
";

const CHANGES: &str = "
UPDATE customers SET city = 'Hamburg' WHERE customer_id = 'ANKER';
UPDATE customers SET phone = '22-999' WHERE customer_id = 'BRISA';
DELETE FROM customers WHERE customer_id = 'DUNES';
INSERT INTO customers (customer_id, company_name, city, country) VALUES ('COVE', 'Cove Bakery', 'Galway', 'Ireland');
UPDATE products SET unit_price = 9.49 WHERE product_id = 3;
";
