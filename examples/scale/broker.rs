//! What a broker costs at full size: plans and renderings of a platform, from nothing and after an edit, and the state that a target
//! remembers. A target is opened anew for each, as a new process does.

use crate::{
    adapted,
    arguments::{Arguments, Format},
    fresh,
    report::Report,
    session,
    small_platform::SmallPlatform,
};
use chrono::NaiveDate;
use datasurface::{
    broker::{Base, Broker, Lock, Placed, Proposal, Target},
    document,
    model::{Ecosystem, Valid, Validate, Validation},
    platform::prelude::Registry,
};
use datasurface_aws::AwsPlatform;
use datasurface_kafka::KafkaPlatform;
use datasurface_local::LocalPlatform;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Gives the ecosystem the settings of a platform, renders it into a folder, adds a column to one dataset, and renders it again; then edits it
/// in a session, and once in
/// a process of its own.
pub(crate) fn measure(ecosystem: &Ecosystem, arguments: &Arguments, report: &mut Report) -> Result<()> {
    let own = tempfile::tempdir()?;
    let folder = arguments.folder.as_deref();
    let mut model = match arguments.shard {
        _ if arguments.aws => adapted::for_aws(ecosystem),
        _ if arguments.kafka => adapted::for_kafka(ecosystem),
        None => configured(ecosystem, &json!({ "database": "platform.db" })),
        Some(datasets) => configured(ecosystem, &json!({ "datasets": datasets })),
    };
    let folder = folder.unwrap_or(own.path());
    if arguments.cold {
        return fresh::measure(folder, &model, &[Format::Json], report);
    }
    let site = Site::new(registry(arguments), folder);
    site.change("first", &document::from_json(&model.to_string())?, report)?;
    report.count("files", files(&site.target)?.len());
    let state = files(&site.target.join(".datasurface"))?;
    report.count("state_files", state.len());
    report.count("state_bytes", state.iter().map(|file| file.bytes).sum());
    report.count("state_largest_bytes", state.iter().map(|file| file.bytes).max().unwrap_or_default());
    report.peak_rss("first_peak_rss_mib");

    let before: BTreeSet<File> = files(&site.target)?.into_iter().collect();
    add_column(&mut model, "added")?;
    site.change("edit", &document::from_json(&model.to_string())?, report)?;
    let after: BTreeSet<File> = files(&site.target)?.into_iter().collect();
    let is_state = |file: &&File| file.path.components().any(|part| part.as_os_str() == ".datasurface");
    report.count("edit_files_written", after.difference(&before).count());
    report.count("edit_state_files_written", after.difference(&before).filter(is_state).count());
    report.peak_rss("edit_peak_rss_mib");
    session::measure(&site, document::from_json(&model.to_string())?, arguments.edits, report)?;
    report.peak_rss("peak_rss_mib");
    add_column(&mut model, "added_later")?;
    fresh::measure(folder, &model, &[Format::Json, Format::Yaml], report)
}

/// Returns the platform that is measured.
pub(crate) fn registry(arguments: &Arguments) -> Registry {
    match arguments.shard {
        _ if arguments.aws => Registry::new().with_plugin::<AwsPlatform>(),
        _ if arguments.kafka => Registry::new().with_plugin::<KafkaPlatform>(),
        None => Registry::new().with_plugin::<LocalPlatform>(),
        Some(_) => Registry::new().with_plugin::<SmallPlatform>(),
    }
}

/// Returns the ecosystem, as a document, with these settings of its platforms.
fn configured(ecosystem: &Ecosystem, settings: &Value) -> Value {
    let mut model = document::to_value(ecosystem);
    for platform in model.get_mut("platforms").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(platform) = platform.as_object_mut() {
            platform.insert("config".to_owned(), settings.clone());
        }
    }
    model
}

/// A broker, a target, and the lock that goes with it.
pub(crate) struct Site {
    pub(crate) broker: Broker,
    pub(crate) target: PathBuf,
    pub(crate) lock: PathBuf,
}

impl Site {
    /// A site in a folder.
    pub(crate) fn new(registry: Registry, folder: &Path) -> Self {
        Self {
            broker: Broker::new(registry),
            target: folder.join("rendered"),
            lock: folder.join("datasurface.lock"),
        }
    }

    fn change(&self, name: &str, ecosystem: &Ecosystem, report: &mut Report) -> Result<()> {
        let mut target = report.timed(&format!("{name}_open_ms"), || Target::open(&self.target))?;
        let placed = report.timed(&format!("{name}_place_ms"), || self.place(ecosystem))?;
        let proposed = report.timed(&format!("{name}_propose_ms"), || self.propose(&placed, &target))?;
        let steps: usize = proposed.plans().map(|(_, plan)| plan.steps().len()).sum();
        report.count(&format!("{name}_steps"), steps);
        report.timed(&format!("{name}_write_ms"), || proposed.write(&mut target, &self.lock))?;
        Ok(())
    }

    fn place(&self, ecosystem: &Ecosystem) -> Result<Placed> {
        let checked = ecosystem.clone().validate(&Validation::on(NaiveDate::MIN))?;
        self.place_checked(checked.ecosystem())
    }

    /// Reads the lock, and places.
    pub(crate) fn place_checked(&self, ecosystem: &Valid<Ecosystem>) -> Result<Placed> {
        let lock = match fs::read_to_string(&self.lock) {
            Ok(text) => Lock::from_text(&text)?,
            Err(_) => Lock::default(),
        };
        Ok(self.broker.place(ecosystem, &lock)?)
    }

    pub(crate) fn propose(&self, placed: &Placed, target: &Target) -> Result<Proposal> {
        Ok(self.broker.propose(placed, Base::Target(target.manifest()), NaiveDate::MIN)?)
    }
}

/// A file as it was found: one that was replaced has another time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct File {
    path: PathBuf,
    bytes: usize,
    modified: SystemTime,
}

fn files(folder: &Path) -> Result<Vec<File>> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let metadata = path.symlink_metadata()?;
            match metadata.is_dir() {
                true => open.push(path),
                false => found.push(File {
                    bytes: usize::try_from(metadata.len())?,
                    modified: metadata.modified()?,
                    path,
                }),
            }
        }
    }
    Ok(found)
}

/// Adds a column to the first dataset of the first team.
fn add_column(model: &mut Value, name: &str) -> Result<()> {
    let columns = model.pointer_mut("/zones/0/definition/teams/0/definition/datastores/0/datasets/0/schema");
    let columns = columns.and_then(Value::as_array_mut).ok_or("the first team has no dataset")?;
    columns.push(json!(format!("{name} VarChar(40)")));
    Ok(())
}
