//! Writing a batch: files first, the manifest last.

use super::{BatchFolder, BatchManifest, BatchPart, PartContent, failed, folder::batch_of_manifest};
use crate::{
    error::{PlatformError, PlatformErrorKind},
    format::BATCH_OUT,
};
use datasurface_model::{DatasetName, DatastoreName};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// The most characters of the name of a file that are the dataset's.
const LONGEST_NAME: usize = 80;

/// A batch that is being written.
#[derive(Debug)]
pub struct Publication {
    folder: BatchFolder,
    /// The name of the folder of the files: another one than that of the same batch, where it was published before.
    files: String,
    manifest: BatchManifest,
    /// The names of files, in lower case: on some systems, names that differ in case are one file.
    names: BTreeMap<String, u32>,
}

impl Publication {
    pub(super) fn begin(
        folder: BatchFolder,
        datastore: &DatastoreName,
        batch: u64,
        after: Option<u64>,
    ) -> Result<Self, PlatformError> {
        let used = folder.manifests()?.into_iter().find(|manifest| manifest.batch == batch);
        let used = used.map(|manifest| folders_of(&manifest)).unwrap_or_default();
        let first = batch.to_string();
        let files = if used.contains(&first) { format!("{first}{AGAIN}") } else { first };
        let path = folder.path().join(&files);
        // What is there was written by somebody who did not get to the end.
        remove(&path)?;
        fs::create_dir_all(&path).map_err(failed("making the folder", &path))?;
        let manifest = BatchManifest {
            version: BatchManifest::VERSION,
            datastore: datastore.clone(),
            batch,
            after,
            datasets: BTreeMap::new(),
        };
        Ok(Self { folder, files, manifest, names: BTreeMap::new() })
    }

    /// Adds a dataset: `write` hands on each of its versions.
    ///
    /// # Errors
    ///
    /// If `write` fails, or the file cannot be written.
    pub fn add(
        &mut self,
        dataset: &DatasetName,
        content: PartContent,
        write: impl FnOnce(
            &mut dyn FnMut(&Map<String, Value>) -> Result<(), PlatformError>,
        ) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let name = self.file_name(dataset);
        let file = format!("{}/{name}.jsonl", self.files);
        let path = self.folder.path().join(&file);
        let created = File::create(&path).map_err(failed("making", &path))?;
        let mut output = BufWriter::new(created);
        let (mut hash, mut lines, mut first_end) = (blake3::Hasher::new(), 0, None);
        write(&mut |line| {
            let mut text = serde_json::to_vec(line).map_err(|error| {
                PlatformError::new(PlatformErrorKind::Internal, "writing a version").caused_by(error)
            })?;
            text.push(b'\n');
            hash.update(&text);
            lines += 1;
            let end = line.get(BATCH_OUT).and_then(Value::as_u64);
            first_end = first_end.into_iter().chain(end).min();
            output.write_all(&text).map_err(failed("writing", &path))
        })?;
        output.flush().map_err(failed("writing", &path))?;
        output.get_ref().sync_all().map_err(failed("writing", &path))?;
        let PartContent { whole, columns, key, batches, schemas } = content;
        let blake3 = hash.finalize().to_hex().to_string();
        let part = BatchPart { whole, columns, key, file, lines, blake3, first_end, batches, schemas };
        self.manifest.datasets.insert(dataset.clone(), part);
        Ok(())
    }

    /// Publishes the batch: from now on it can be read, as a whole.
    ///
    /// # Errors
    ///
    /// If the manifest cannot be written.
    pub fn publish(self) -> Result<BatchManifest, PlatformError> {
        let Self { folder, files, manifest, .. } = self;
        let path = folder.path().join(format!("{}.json", manifest.batch));
        let beside = folder.path().join(format!("{}.json.new", manifest.batch));
        let mut text = serde_json::to_vec_pretty(&manifest).map_err(|error| {
            PlatformError::new(PlatformErrorKind::Internal, "writing a manifest").caused_by(error)
        })?;
        text.push(b'\n');
        // Names must be on the disk before the manifest says that they are there.
        sync_folder(&folder.path().join(files))?;
        let mut file = File::create(&beside).map_err(failed("making", &beside))?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed("writing", &beside))?;
        fs::rename(&beside, &path).map_err(failed("renaming", &beside))?;
        sync_folder(folder.path())?;
        Ok(manifest)
    }

    /// The name of the file of a dataset: safe on every system, and of no other dataset of the batch.
    fn file_name(&mut self, dataset: &DatasetName) -> String {
        let safe = |character: char| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => character,
            _ => '_',
        };
        let name: String = dataset.as_str().chars().map(safe).take(LONGEST_NAME).collect();
        let used = self.names.entry(name.to_lowercase()).or_default();
        *used += 1;
        match *used {
            1 => name,
            // No name of a dataset has a dot.
            count => format!("{name}.{count}"),
        }
    }
}

impl BatchFolder {
    /// Removes all batches before the last one that has all that is kept, and what no manifest names. Manifests go before their files.
    ///
    /// # Errors
    ///
    /// If something cannot be removed.
    pub fn remove_superseded(&self) -> Result<(), PlatformError> {
        let manifests = self.manifests()?;
        let first = manifests.iter().rev().find(|manifest| manifest.after.is_none());
        let first = first.map_or(0, |manifest| manifest.batch);
        for manifest in manifests.iter().filter(|manifest| manifest.batch < first) {
            remove(&self.path().join(format!("{}.json", manifest.batch)))?;
        }
        let kept = manifests.iter().filter(|manifest| manifest.batch >= first);
        let kept: BTreeSet<String> = kept.flat_map(folders_of).collect();
        let Ok(entries) = fs::read_dir(self.path()) else {
            return Ok(());
        };
        for entry in entries {
            let path = entry.map_err(failed("looking into", self.path()))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if (is_of_files(name) && !kept.contains(name)) || is_unfinished(name) {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

/// The end of the name of the folder with the files of a batch that is published once more.
const AGAIN: &str = ".again";

/// The names of the folders that have the files of a batch.
fn folders_of(manifest: &BatchManifest) -> BTreeSet<String> {
    let folders = manifest.datasets.values().filter_map(|part| part.file.split('/').next());
    folders.map(str::to_owned).collect()
}

/// Whether a name is that of a folder with the files of a batch.
fn is_of_files(name: &str) -> bool {
    name.strip_suffix(AGAIN).unwrap_or(name).parse::<u64>().is_ok()
}

/// Whether a name is that of a manifest that was not renamed into place.
fn is_unfinished(name: &str) -> bool {
    name.strip_suffix(".new").is_some_and(|name| batch_of_manifest(Path::new(name)).is_some())
}

/// Removes a file, or a folder with all that is in it, if it is there.
fn remove(path: &PathBuf) -> Result<(), PlatformError> {
    let removed = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.map_err(failed("removing", path))
}

/// Waits until the names in a folder are on the disk. Systems on which a folder cannot be opened do that by themselves.
fn sync_folder(path: &Path) -> Result<(), PlatformError> {
    match File::open(path) {
        Ok(folder) if cfg!(unix) => folder.sync_all().map_err(failed("writing", path)),
        _ => Ok(()),
    }
}
