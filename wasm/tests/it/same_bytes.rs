//! A platform as a module renders the same bytes as the same platform in process: files, resources, plans and manifest.

use crate::{
    connectors::Connectors,
    python::{LIMITS, component_of},
};
use datasurface_platform::{
    Registry,
    model::{Ecosystem, NaiveDate},
};
use datasurface_testkit::{Deployment, Edits, Laws, Synthetic, northwind};
use datasurface_wasm::platform;
use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

/// Every file below a folder, by path.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Box<dyn Error>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder)?.to_owned(), fs::read(&path)?);
            }
        }
    }
    Ok(found)
}

/// Ecosystems that are rendered one after the other.
fn revisions() -> [(&'static str, Vec<Ecosystem>); 2] {
    let synthetic = Synthetic::new(10).with_columns_per_dataset(3).with_transformers(0).ecosystem();
    let mut edits = Edits::new(&synthetic, 1);
    let mut edited = vec![synthetic];
    for _ in 0..3 {
        edited.extend(edited.last().cloned().map(|last| edits.edit(last)));
    }
    [("northwind", vec![northwind()]), ("synthetic", edited)]
}

#[test]
fn a_module_renders_the_same_bytes_as_its_platform_in_process() -> Result<(), Box<dyn Error>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/connectors.py");
    let Some(module) = component_of(&source, LIMITS)? else { return Ok(()) };
    let here = || Registry::new().with_plugin::<Connectors>();
    let laws = Laws::new(here());
    let on = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap_or_default();
    for (name, revisions) in revisions() {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("same_bytes").join(name);
        let _ = fs::remove_dir_all(&folder);
        let [in_process, as_module] = ["in_process", "as_module"].map(|side| folder.join(side));
        for (side, registry) in
            [(&in_process, here()), (&as_module, Registry::new().with_factory(platform(&module)?))]
        {
            fs::create_dir_all(side)?;
            let deployment = Deployment::new(registry, side, on);
            for ecosystem in &revisions {
                deployment.render(&laws.adapted(ecosystem)).map_err(|error| error.to_string())?;
            }
        }
        let (expected, found) = (files(&in_process)?, files(&as_module)?);
        assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "{name}");
        for (path, bytes) in &expected {
            let [bytes, found] =
                [bytes, &found[path]].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            assert_eq!(bytes, found, "{name}: {}", path.display());
        }
        assert!(expected.len() > 10, "{name}: {} files", expected.len());
    }
    Ok(())
}
