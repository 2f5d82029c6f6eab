//! Reading a folder of batches.

use super::{BatchManifest, BatchPart, Publication, failed};
use crate::error::{PlatformError, PlatformErrorKind};
use datasurface_model::{DatasetName, DatastoreName};
use serde_json::{Map, Value};
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, ErrorKind, Read},
    path::{Path, PathBuf},
};

/// A version of a record: its columns, `batch_in` and `batch_out`.
type Line = Map<String, Value>;

/// A folder with the batches of what is captured together.
#[derive(Clone, Debug)]
pub struct BatchFolder {
    path: PathBuf,
}

/// The part of a batch that is to be read of a dataset.
#[derive(Clone, Debug)]
pub struct ReadBatch {
    /// The number of the batch.
    pub batch: u64,
    /// The part.
    pub part: BatchPart,
}

impl BatchFolder {
    /// Creates the folder at a path, which need not be there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a batch. Nobody sees anything of it before it is [published](Publication::publish).
    ///
    /// # Errors
    ///
    /// If its folder cannot be made.
    pub fn begin(
        &self,
        datastore: &DatastoreName,
        batch: u64,
        after: Option<u64>,
    ) -> Result<Publication, PlatformError> {
        Publication::begin(self.clone(), datastore, batch, after)
    }

    /// Returns the manifests of all batches that are complete, the earliest first. A folder that is not there has none.
    ///
    /// # Errors
    ///
    /// If one cannot be read, or is of a later version of the format.
    pub fn manifests(&self) -> Result<Vec<BatchManifest>, PlatformError> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed("looking into", &self.path))?,
        };
        let mut manifests = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed("looking into", &self.path))?.path();
            if let Some(batch) = batch_of_manifest(&path) {
                manifests.push(read_manifest(&path, batch)?);
            }
        }
        manifests.sort_by_key(|manifest| manifest.batch);
        Ok(manifests)
    }

    /// Returns the parts that bring a dataset from the batch that has arrived to the last one: none if nothing is new.
    ///
    /// # Errors
    ///
    /// If batches between are not there.
    pub fn parts_after(
        manifests: &[BatchManifest],
        dataset: &DatasetName,
        arrived: u64,
    ) -> Result<Vec<ReadBatch>, PlatformError> {
        let newer = manifests.iter().filter(|manifest| manifest.batch > arrived);
        if let Some(after) = newer.clone().next().and_then(|first| first.after)
            && after > arrived
        {
            let context = format!(
                "the batches of `{dataset}` after {arrived} are not published any more, and the next one comes after {after}: \
                 let whoever publishes them publish all that is kept, by removing the folder"
            );
            return Err(PlatformError::new(PlatformErrorKind::External, context));
        }
        let parts = newer.filter_map(|manifest| {
            let part = manifest.datasets.get(dataset)?.clone();
            Some(ReadBatch { batch: manifest.batch, part })
        });
        let mut parts: Vec<ReadBatch> = parts.collect();
        if let Some(last_whole) = parts.iter().rposition(|read| read.part.whole) {
            parts.drain(..last_whole);
        }
        Ok(parts)
    }

    /// Reads the versions of a part, and hands on each.
    ///
    /// # Errors
    ///
    /// If the file is not the one that the manifest describes, or if `each` fails.
    pub fn read(
        &self,
        part: &BatchPart,
        mut each: impl FnMut(&Line) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let path = self.path_of(&part.file)?;
        let damaged = || {
            let context = format!("{} is not the file that its manifest describes", path.display());
            PlatformError::new(PlatformErrorKind::External, context)
        };
        let open = || open_regular(&path).map_err(failed("opening", &path));
        // It is read twice, so that nothing of a damaged file is handed on, however large it is.
        let mut hash = blake3::Hasher::new();
        io::copy(&mut open()?, &mut hash).map_err(failed("reading", &path))?;
        if hash.finalize().to_hex().as_str() != part.blake3 {
            return Err(damaged());
        }
        let mut lines = 0;
        for line in BufReader::new(open()?).split(b'\n') {
            let line = line.map_err(failed("reading", &path))?;
            let line: Line = serde_json::from_slice(&line).map_err(|error| damaged().caused_by(error))?;
            each(&line)?;
            lines += 1;
        }
        if lines == part.lines { Ok(()) } else { Err(damaged()) }
    }

    /// The path of a file that a manifest names: below the folder, whatever somebody wrote there.
    fn path_of(&self, file: &str) -> Result<PathBuf, PlatformError> {
        let is_safe =
            file.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':']));
        if is_safe {
            return Ok(file.split('/').fold(self.path.clone(), |path, part| path.join(part)));
        }
        let context =
            format!("a manifest in {} names the file `{file}`, which is not below it", self.path.display());
        Err(PlatformError::new(PlatformErrorKind::External, context))
    }
}

/// The number of the batch whose manifest a file is by its name; none if it is no manifest.
pub(super) fn batch_of_manifest(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_suffix(".json")?.parse().ok()
}

/// Opens a file; a pipe, which would be waited for, is none.
fn open_regular(path: &Path) -> io::Result<File> {
    match fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file")),
    }
}

fn read_manifest(path: &Path, batch: u64) -> Result<BatchManifest, PlatformError> {
    let unreadable = |reason: String| {
        let context = format!("reading the manifest {}", path.display());
        PlatformError::new(PlatformErrorKind::External, context).caused_by(reason)
    };
    let mut bytes = Vec::new();
    let read = open_regular(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(failed("reading", path))?;
    let manifest: BatchManifest =
        serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    if manifest.version != BatchManifest::VERSION {
        let (version, known) = (manifest.version, BatchManifest::VERSION);
        return Err(unreadable(format!(
            "it is of version {version} of the format, and {known} is known here"
        )));
    }
    if manifest.batch != batch {
        return Err(unreadable(format!("it says that it is of batch {}", manifest.batch)));
    }
    Ok(manifest)
}
