//! Folders of batches, written and read as their documentation says.

use super::{FormatReader, FormatWriter, History, Version, malformed, no_address};
use datasurface_graph::Fingerprint;
use datasurface_model::{DatasetKey, TableSchema};
use datasurface_platform::{BATCH_IN, BATCH_OUT, BatchesAddress, Format, PlatformError};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Folders of batches below a root.
#[derive(Clone, Debug)]
pub struct BatchFiles {
    root: PathBuf,
}

impl BatchFiles {
    /// Writes and reads below this root.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> PlatformError {
    let context = path.display().to_string();
    move |error| malformed(context).caused_by(error)
}

impl FormatWriter for BatchFiles {
    fn format(&self) -> Format {
        Format::Batches
    }

    fn write(&self, address: &str, history: &History) -> Result<(), PlatformError> {
        let to = BatchesAddress::read(address).ok_or_else(|| no_address(&Format::Batches, address))?;
        let folder = self.root.join(to.folder);
        let mut after = None;
        for batch in &history.batches {
            let files = folder.join(batch.to_string());
            fs::create_dir_all(&files).map_err(failed(&files))?;
            let moved = history.versions.iter().filter(|version| {
                version.batch_in == *batch || (version.batch_out == Some(*batch) && after.is_some())
            });
            let mut text = String::new();
            let mut lines = 0;
            for version in moved {
                let mut line = version.values.clone();
                line.insert(BATCH_IN.to_owned(), version.batch_in.into());
                let end = version.batch_out.filter(|end| end <= batch);
                line.insert(BATCH_OUT.to_owned(), end.map_or(Value::Null, Value::from));
                text += &format!("{}\n", Value::Object(line));
                lines += 1;
            }
            let file = files.join("data.jsonl");
            fs::write(&file, &text).map_err(failed(&file))?;
            let columns = history.schema.columns().iter();
            let columns: Vec<Value> = columns
                .map(|column| json!({"name": column.name(), "type": column.data_type().to_string()}))
                .collect();
            let counts = json!({
                "batch": batch, "visible_at": "2026-01-01T00:00:00.000000Z", "inserted": lines, "updated": 0,
                "deleted": 0, "unchanged": 0
            });
            let part = json!({
                "whole": after.is_none(), "columns": columns, "key": history.schema.key(),
                "file": format!("{batch}/data.jsonl"), "lines": lines,
                "blake3": Fingerprint::of_bytes(text.as_bytes()).to_string(), "batches": [counts],
            });
            let mut manifest = json!({
                "version": 1, "datastore": history.dataset.datastore, "batch": batch,
                "datasets": {to.dataset.as_str(): part},
            });
            if let (Some(after), Some(manifest)) = (after, manifest.as_object_mut()) {
                manifest.insert("after".to_owned(), Value::from(after));
            }
            let (beside, path) = (folder.join("manifest.new"), folder.join(format!("{batch}.json")));
            fs::write(&beside, manifest.to_string()).map_err(failed(&beside))?;
            fs::rename(&beside, &path).map_err(failed(&path))?;
            after = Some(*batch);
        }
        Ok(())
    }
}

impl FormatReader for BatchFiles {
    fn format(&self) -> Format {
        Format::Batches
    }

    fn read(
        &self,
        address: &str,
        dataset: &DatasetKey,
        schema: &TableSchema,
    ) -> Result<History, PlatformError> {
        let from = BatchesAddress::read(address).ok_or_else(|| no_address(&Format::Batches, address))?;
        let folder = self.root.join(from.folder);
        let mut manifests = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let path = entry.map_err(failed(&folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if let Some(batch) = name.strip_suffix(".json").and_then(|name| name.parse::<u64>().ok()) {
                let text = fs::read(&path).map_err(failed(&path))?;
                let manifest: Value = serde_json::from_slice(&text)
                    .map_err(|error| malformed(path.display()).caused_by(error))?;
                manifests.insert(batch, manifest);
            }
        }
        let mut batches = Vec::new();
        let mut versions: BTreeMap<String, Version> = BTreeMap::new();
        for (batch, manifest) in &manifests {
            let Some(part) = manifest.pointer(&format!("/datasets/{}", from.dataset)) else { continue };
            let text = |name: &str| part.get(name).and_then(Value::as_str).unwrap_or_default();
            let path = folder.join(text("file"));
            let bytes = fs::read(&path).map_err(failed(&path))?;
            if Fingerprint::of_bytes(&bytes).to_string() != text("blake3") {
                return Err(malformed(format!("batch {batch} has another file than its manifest says")));
            }
            if part.get("whole") == Some(&Value::Bool(true)) {
                (batches, versions) = (Vec::new(), BTreeMap::new());
            }
            let listed = part.get("batches").and_then(Value::as_array);
            batches.extend(listed.into_iter().flatten().filter_map(|one| one.get("batch")?.as_u64()));
            for (number, line) in
                bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate()
            {
                let mut values: Map<String, Value> = serde_json::from_slice(line)
                    .map_err(|error| malformed(path.display()).caused_by(error))?;
                let batch_in = values.shift_remove(BATCH_IN).and_then(|value| value.as_u64());
                let batch_in =
                    batch_in.ok_or_else(|| malformed(format!("{}: no `{BATCH_IN}`", path.display())))?;
                let batch_out = values.shift_remove(BATCH_OUT).and_then(|value| value.as_u64());
                let key = match schema.key().is_empty() {
                    true => format!("{batch} {number}"),
                    false => format!("{} {batch_in}", Value::Object(History::key_of(schema, &values))),
                };
                versions.insert(key, Version { values, batch_in, batch_out });
            }
        }
        Ok(History::new(dataset.clone(), schema.clone(), batches, versions.into_values()))
    }
}
