//! What is killed: a process that renders the model, applies it, and runs until nothing moves.

use crate::Result;
use chrono::{DateTime, Utc};
use datasurface::{
    broker::{Base, Broker, LOCK_FILE_NAME, Lock, OperationContext, Target},
    model::*,
    platform::{EnvironmentCredentials, NoObserver, OperatorConfirmations, Registry, RunRequest},
};
use datasurface_local::LocalPlatform;
use std::{fs, io, path::Path, time::SystemTime};

/// Does everything that there is to do.
pub(crate) fn work(folder: &Path, guests: bool) -> Result<()> {
    let broker = Broker::new(Registry::new().with_plugin::<LocalPlatform>());
    let path = folder.join(LOCK_FILE_NAME);
    let mut target = Target::open(folder.join("rendered"))?;
    target.finish(Some(&path))?;
    let lock = match fs::read_to_string(&path) {
        Ok(text) => Lock::from_text(&text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Lock::default(),
        Err(error) => return Err(error.into()),
    };
    let now = DateTime::<Utc>::from(SystemTime::now());
    let checked = ecosystem(guests).validate(&Validation::on(now.date_naive()))?;
    let placed = broker.place(checked.ecosystem(), &lock)?;
    let proposal = broker.propose(&placed, Base::Target(target.manifest()), now.date_naive())?;
    proposal.write(&mut target, &path)?;
    let confirmed = OperatorConfirmations::default();
    let on = OperationContext {
        root: folder,
        credentials: &EnvironmentCredentials,
        now,
        watcher: &NoObserver,
        confirmed,
    };
    let applied = broker.apply(&mut target, &on)?;
    let ran = broker.run(&target, &on, &RunRequest::until_idle());
    let findings = applied.findings.iter().chain(ran.findings.iter());
    if let Some(error) = findings.into_iter().find(|finding| finding.severity() == Severity::Error) {
        return Err(error.to_string().into());
    }
    match ran.done.values().flat_map(|report| &report.failures).next() {
        Some(failure) => Err(failure.reason.clone().into()),
        None => Ok(()),
    }
}

/// One datastore, a transformer of it, and consumers in the platform's database and in a file of their own.
fn ecosystem(guests: bool) -> Ecosystem {
    let public = |name: &'static str, schema: &'static str| Dataset::new(name, schema).classified("Public");
    let store = Datastore::new("S")
        .captured(Capture::sql_snapshot("Z/T/Source"))
        .dataset(public("records", "id Integer key, part Integer, amount Decimal(18,2), note VarChar(20)"))
        .dataset(public("generation", "id Integer key, number Integer"));
    let parts = "SELECT part, count(*) AS records, sum(amount) AS amount FROM S_records GROUP BY part";
    let made = Datastore::new("D")
        .dataset(public("parts", "part Integer key, records Integer, amount Decimal(18,2)"));
    let reading = |name: &'static str, container: &'static str| {
        let all = DatasetGroup::new("all")
            .with_sinks(["S/records", "S/generation", "D/parts"])
            .with_milestoning(Milestoning::LiveAndForensic);
        Workspace::new(name).with_container(container).group(all)
    };
    let transforming = Workspace::new("Parts")
        .with_container("Z/T/Own")
        .group(DatasetGroup::new("in").sink("S/records"))
        .with_transformer(DataTransformer::sql("D").select("parts", parts));
    let mut team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(DataContainer::sqlite("Own", "platform.db").located("V/L"))
        .container(DataContainer::sqlite("Desk", "desk.db").located("V/L"))
        .datastore(store)
        .datastore(made)
        .workspace(transforming)
        .workspace(reading("Own", "Z/T/Own"))
        .workspace(reading("Desk", "Z/T/Desk"));
    if guests {
        team = team.workspace(reading("Guests", "Z/T/Desk"));
    }
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(PlatformDeclaration::new("Local", "local").setting("database", "platform.db"))
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team))
}
