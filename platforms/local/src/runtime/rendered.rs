//! What was rendered, read from the folder that it was written to.

use super::job::{CaptureJob, Job, JobList, JobStart, TransformJob, TriggerJob};
use crate::{names::address, prelude::*, render::CheckedColumn, sql::script::Script};
use datasurface_platform::{RuntimeContext, SafePath};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// All that was rendered for an instance.
#[derive(Debug)]
pub(super) struct Rendered {
    /// The file of the platform's own database: its metadata tables.
    pub(super) metadata: Script,
    /// The files of all other resources, by address.
    scripts: BTreeMap<String, Script>,
    /// The addresses of the copies of each dataset.
    copies: BTreeMap<DatasetKey, Vec<String>>,
    /// Captures, what matters more first.
    pub(super) captures: Vec<CaptureJob>,
    pub(super) triggers: Vec<TriggerJob>,
    pub(super) transforms: BTreeMap<String, TransformJob>,
    /// The names of now, by storage names, where they differ.
    pub(super) called: StorageNames,
}

impl Rendered {
    pub(super) fn read(site: &RuntimeContext<'_>) -> Result<Self, PlatformError> {
        let mut scripts = BTreeMap::new();
        let mut rendered = (Vec::new(), Vec::new(), BTreeMap::new());
        for folder in ["foundation", "shards"] {
            for (path, content) in site.rendered.in_folder(folder) {
                let name = path.parts().last().unwrap_or_default();
                if name.ends_with(".sql") {
                    let script = script(path, content)?;
                    scripts.insert(script.resource().to_owned(), script);
                } else if name == "jobs.json" {
                    for job in jobs(path, content)? {
                        match job {
                            Job::Capture(job) => rendered.0.push(*job),
                            Job::Trigger(job) => rendered.1.push(job),
                            Job::Transform(job) => _ = rendered.2.insert(job.job.clone(), job),
                        }
                    }
                }
            }
        }
        let (mut captures, triggers, transforms) = rendered;
        captures.sort_by_key(|job| (Reverse(job.priority), job.job.clone()));
        let Some(metadata) = scripts.remove(address::DATABASE) else {
            let context =
                format!("there is no rendered `database.sql` in {}", site.rendered.folder().display());
            return Err(PlatformError::new(PlatformErrorKind::Rendering, context));
        };
        let mut copies: BTreeMap<DatasetKey, Vec<String>> = BTreeMap::new();
        for address in scripts.keys() {
            if let Some(dataset) = copied(address) {
                copies.entry(dataset).or_default().push(address.clone());
            }
        }
        let of_jobs = captures.iter().map(|job| &job.called).chain(triggers.iter().map(|job| &job.called));
        let all = of_jobs.chain(scripts.values().map(Script::called)).filter(|called| !called.is_empty());
        let called = all.cloned().fold(StorageNames::default(), StorageNames::joined_with);
        Ok(Self { metadata, scripts, copies, captures, triggers, transforms, called })
    }

    /// The file of a resource, if it has one.
    pub(super) fn find(&self, resource: &str) -> Option<&Script> {
        if resource == address::DATABASE { Some(&self.metadata) } else { self.scripts.get(resource) }
    }

    /// The file of a resource that something rendered refers to.
    pub(super) fn script(&self, resource: &str) -> Result<&Script, PlatformError> {
        self.find(resource).ok_or_else(|| {
            let context = format!("no file was rendered for `{resource}`");
            PlatformError::new(PlatformErrorKind::Rendering, context)
        })
    }

    /// The database files that something is rendered in, the platform's own first.
    pub(super) fn databases(&self) -> Vec<&str> {
        let others: BTreeSet<&str> = self.scripts.values().map(Script::database).collect();
        let own = self.metadata.database();
        std::iter::once(own).chain(others.into_iter().filter(|file| *file != own)).collect()
    }

    /// The files that are executed in a database: its metadata tables first, tables and copies before what reads them.
    pub(super) fn scripts_in(&self, database: &str) -> impl Iterator<Item = &Script> {
        let all = std::iter::once(&self.metadata).chain(self.scripts.values());
        all.filter(move |script| script.database() == database)
    }

    /// The columns of a dataset, as its values are judged where it is captured.
    pub(super) fn columns_of(&self, dataset: &DatasetKey) -> &[CheckedColumn] {
        let jobs = self.captures.iter().filter(|job| job.datastore == dataset.datastore);
        let mut captured = jobs.flat_map(|job| &job.datasets);
        captured.find(|captured| captured.dataset == *dataset).map_or(&[], |captured| &captured.columns)
    }

    /// The copies, with the datasets that they are copies of.
    pub(super) fn copies(&self) -> impl Iterator<Item = (&DatasetKey, &Script)> {
        self.copies.iter().flat_map(|(dataset, copies)| self.each(copies).map(move |copy| (dataset, copy)))
    }

    /// The copies of the datasets of a datastore.
    pub(super) fn copies_of(
        &self,
        datastore: &DatastoreName,
    ) -> impl Iterator<Item = (&DatasetKey, &Script)> {
        // Keys are ordered by datastore first, and no name is before the empty one.
        let first = DatasetKey::new(datastore.clone(), "");
        let of_datastore =
            self.copies.range(first..).take_while(move |(dataset, _)| dataset.datastore == *datastore);
        of_datastore.flat_map(|(dataset, copies)| self.each(copies).map(move |copy| (dataset, copy)))
    }

    /// The copy of a dataset in a database.
    pub(super) fn copy_in(&self, database: &str, dataset: &DatasetKey) -> Option<&Script> {
        let copies = self.copies.get(dataset)?;
        self.each(copies).find(|copy| copy.database() == database)
    }

    fn each<'s>(&'s self, addresses: &'s [String]) -> impl Iterator<Item = &'s Script> {
        addresses.iter().filter_map(|address| self.scripts.get(address))
    }

    /// When captures and transformers are due that do not wait for something else.
    pub(super) fn timetables(&self) -> impl Iterator<Item = &Cron> {
        let all =
            self.captures.iter().map(CaptureJob::when).chain(self.triggers.iter().map(TriggerJob::when));
        all.filter_map(|when| match when {
            JobStart::Timetable(timetable) => Some(timetable),
            JobStart::Asked | JobStart::Moved => None,
        })
    }

    /// Whether anything goes by its age.
    pub(super) fn purges(&self) -> bool {
        self.scripts.values().any(|script| script.section("purge").is_some())
    }

    /// What groups see of datasets, in order.
    pub(super) fn views(&self) -> impl Iterator<Item = (GroupKey, DatasetKey, &Script)> {
        self.scripts.values().filter_map(|script| {
            let mut names = script.resource().strip_prefix("view.")?.split('.');
            let group = GroupKey::new(names.next()?, names.next()?);
            Some((group, DatasetKey::new(names.next()?, names.next()?), script))
        })
    }
}

/// Returns the dataset that a resource is a copy of: no name has a dot.
pub(super) fn copied(resource: &str) -> Option<DatasetKey> {
    let (before, dataset) = resource.strip_prefix("copy.")?.rsplit_once('.')?;
    let (_, datastore) = before.rsplit_once('.')?;
    Some(DatasetKey::new(datastore, dataset))
}

/// A rendered file of SQL.
pub(super) fn script(path: &SafePath, content: &[u8]) -> Result<Script, PlatformError> {
    let text = str::from_utf8(content).map_err(|error| unreadable(path).caused_by(error))?;
    Script::parse(text).map_err(|error| unreadable(path).caused_by(error))
}

fn jobs(path: &SafePath, content: &[u8]) -> Result<Vec<Job>, PlatformError> {
    let list: JobList = serde_json::from_slice(content).map_err(|error| unreadable(path).caused_by(error))?;
    Ok(list.jobs)
}

fn unreadable(path: &SafePath) -> PlatformError {
    PlatformError::new(PlatformErrorKind::Rendering, format!("reading {path}"))
}
