//! What is rendered, file by file.

use crate::shop::{Shop, deployment, settings};
use datasurface_kafka::KafkaPlatform;
use datasurface_platform::prelude::*;
use datasurface_testkit::{Deployment, Laws, northwind};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

#[test]
fn northwind_is_rendered_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    let laws = Laws::for_plugin::<KafkaPlatform>().with_settings(settings());
    deployment.render(&laws.adapted(&northwind())).unwrap();
    // The only platform of the ecosystem has a folder of its own.
    insta::assert_snapshot!(rendered(&deployment, "LegacyA"));
}

#[test]
fn a_shop_in_avro_is_rendered_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    let mut shop = Shop { reports: true, ..Shop::new() };
    shop.settings["schema_registry"] =
        json!({"url": "https://registry.example.org", "credential": "Europe/Sales/registry"});
    deployment.render(&shop.ecosystem()).unwrap();
    insta::assert_snapshot!(rendered(&deployment, "Stream"));
}

/// The files of a platform, each behind its path.
fn rendered(deployment: &Deployment, platform: &str) -> String {
    let mut files = Vec::new();
    for scope in deployment.scopes(&PlatformName::from(platform)).unwrap() {
        collect(&scope.folder, &mut files);
    }
    files.sort();
    files.dedup();
    let mut shown = String::new();
    for file in files {
        let path = file.strip_prefix(deployment.root()).unwrap().display().to_string();
        writeln!(shown, "# {path}\n{}", fs::read_to_string(&file).unwrap()).unwrap();
    }
    shown
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => collect(&path, files),
            path => files.push(path),
        }
    }
}
