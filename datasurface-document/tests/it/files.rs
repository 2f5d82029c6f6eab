//! Models that lie in files: what is read, what is not, and how both are told.

use datasurface_document::{Documents, FILE_CODES, Report};
use datasurface_model::{CODES, CodeInfo, Diagnostic, ModelPath, Validation};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
};
use tempfile::TempDir;

const NORTHWIND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/northwind");

static SHARED: CodeInfo = CodeInfo::warning("test/shared", "a test is about it", "Leave it alone.");

fn on() -> Validation<'static> {
    Validation::on("2027-01-31".parse().unwrap())
}

/// A folder with the documents of the company.
fn northwind() -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in ["ecosystem.yaml", "team.yaml"] {
        fs::copy(Path::new(NORTHWIND).join(file), folder.path().join(file)).unwrap();
    }
    folder
}

/// The codes that stand in the way of opening a folder.
fn refused(folder: &TempDir) -> Vec<String> {
    let error = Documents::open(folder.path()).unwrap_err();
    let codes: BTreeSet<&str> = error.findings().codes().collect();
    codes.into_iter().map(str::to_owned).collect()
}

#[test]
fn a_report_says_everything_with_its_place_and_its_addressee() {
    let loaded = Documents::open(NORTHWIND).unwrap();
    let mut report = loaded.check(&on());
    assert!(!report.is_valid() && report.checked.is_none());
    let container =
        ModelPath::root().child("zones", "USA").child("teams", "NorthWind").child("containers", "Source");
    let shared = Diagnostic::new(&SHARED, container, "`Source` is shared".to_owned());
    report.findings.extend(loaded.located([shared].into_iter().collect()));
    let text = report.to_string();
    assert!(text.contains("team.yaml:21:7 (zones/USA/teams/NorthWind/workspaces/Sales"), "{text}");
    assert!(text.contains("team.yaml:4:9 (zones/USA/teams/NorthWind/containers/Source)"), "{text}");
    assert!(text.ends_with("\n\n1 error, 1 warning\n"), "{text}");

    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!((&json["version"], &json["is_valid"]), (&Value::from(1), &Value::from(false)));
    let suggestion = &json["findings"][1]["suggestion"];
    assert_eq!(suggestion["addressee"], "github:northwind/team@main", "{json:#}");
    assert_eq!(json["findings"][0]["addressee"], "github:northwind/team@main", "{json:#}");
    let again: Vec<Diagnostic> = serde_json::from_value(json["findings"].clone()).unwrap();
    assert_eq!(again, report.findings.iter().cloned().collect::<Vec<_>>());

    let sarif: Value =
        serde_json::from_str(&report.to_sarif(CODES.iter().copied().chain([&SHARED]))).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 2);
    let region = &run["results"][1]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startLine"], &region["startColumn"]), (&Value::from(21), &Value::from(7)));
}

#[test]
fn what_is_valid_goes_on_to_the_broker() {
    let folder = northwind();
    let team = fs::read_to_string(folder.path().join("team.yaml")).unwrap();
    fs::write(folder.path().join("team.yaml"), team.replace("Orders/order\n", "Orders/orders\n")).unwrap();
    let report = Documents::open(folder.path()).unwrap().check(&on());
    assert_eq!(report.checked.as_ref().unwrap().ecosystem().zones().len(), 1);
    assert_eq!(report.to_string(), "nothing to report\n");
    assert_eq!(Report::default().to_string(), report.to_string());
}

#[test]
fn what_cannot_be_read_does_not_hide_what_else_is_wrong() {
    let folder = northwind();
    fs::write(folder.path().join("ecosystem.yaml"), b"name: \"Caf\xe9\"").unwrap();
    fs::write(folder.path().join("other.json"), "{\"format\": \"datasurface/9\"}").unwrap();
    assert_eq!(refused(&folder), ["document/format", "document/not-utf8"]);
    let nowhere = Documents::open(folder.path().join("no.yaml")).unwrap_err();
    assert_eq!(nowhere.findings().codes().collect::<Vec<_>>(), ["document/missing-file"]);
    assert_eq!(refused(&TempDir::new().unwrap()), ["document/no-documents"]);
    assert!(FILE_CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
}

#[test]
fn what_is_larger_than_any_document_is_not_read() {
    let folder = northwind();
    let large = File::create(folder.path().join("large.yaml")).unwrap();
    large.set_len((256 << 20) + 1).unwrap();
    assert_eq!(refused(&folder), ["document/large-file"]);
    // A reader may never end.
    let (_, unread) = Documents::from_reader("standard input", std::io::repeat(b'#'));
    assert_eq!(unread.codes().collect::<Vec<_>>(), ["document/large-file"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_in_circles_and_devices_do_not_keep_a_folder_from_being_read() {
    use std::os::unix::fs::symlink;
    let folder = northwind();
    fs::create_dir(folder.path().join("inside")).unwrap();
    symlink(folder.path(), folder.path().join("inside/around")).unwrap();
    symlink("ecosystem.yaml", folder.path().join(".hidden.yaml")).unwrap();
    assert_eq!(Documents::open(folder.path()).unwrap().ecosystem.zones().len(), 1);
    symlink("/dev/zero", folder.path().join("endless.yaml")).unwrap();
    symlink("/nowhere/at/all", folder.path().join("gone.yaml")).unwrap();
    assert_eq!(refused(&folder), ["document/missing-file", "document/unreadable-file"]);
}

#[test]
fn what_is_written_nowhere_has_the_place_of_what_is_around_it() {
    let loaded = Documents::open(NORTHWIND).unwrap();
    let team = ModelPath::root().child("zones", "USA").child("teams", "NorthWind");
    let container = team.child("containers", "Source");
    let findings =
        [container.attribute("name"), container.attribute("encryption"), team.attribute("documentation")]
            .map(|path| Diagnostic::new(&SHARED, path, "`Source` is shared"));
    let placed = loaded.located(findings.into_iter().collect());
    let places: Vec<_> = placed
        .iter()
        .map(|finding| (finding.path().segments().last().unwrap(), finding.position().unwrap()))
        .map(|(attribute, position)| (attribute, position.line, position.is_inexact))
        .collect();
    assert_eq!(places, [("encryption", 4, true), ("name", 4, false), ("documentation", 14, true)]);
    let json: Value = serde_json::from_str(&Report::from(placed).to_json()).unwrap();
    let marks: Vec<&Value> =
        json["findings"].as_array().unwrap().iter().map(|one| &one["position"]["is_inexact"]).collect();
    assert_eq!(marks, [&Value::Bool(true), &Value::Null, &Value::Bool(true)]);
}

#[cfg(unix)]
#[test]
fn files_that_would_be_shown_by_one_name_are_not_mistaken_for_each_other() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let folder = northwind();
    for byte in [0xfe, 0xff] {
        fs::write(folder.path().join(OsStr::from_bytes(&[b'a', byte, b'.', b'y', b'a', b'm', b'l'])), "x")
            .unwrap();
    }
    assert_eq!(refused(&folder), ["document/unreadable-file"]);
}

#[test]
fn what_waivers_suppress_is_in_the_log_for_tools() {
    let mut report = Documents::open(NORTHWIND).unwrap().check(&on());
    report.waived = std::mem::take(&mut report.findings);
    let sarif: Value = serde_json::from_str(&report.to_sarif(CODES.iter().copied())).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["suppressions"][0]["kind"], "external");
}

#[test]
#[cfg(unix)]
fn links_lead_to_files_inside_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    std::fs::create_dir(&model).unwrap();
    let text = "format: datasurface/1\nname: A\nowner: github:a/b@main\nlive: github:a/c@main\n";
    std::fs::write(model.join("ecosystem.txt"), text).unwrap();
    std::os::unix::fs::symlink("ecosystem.txt", model.join("ecosystem.yaml")).unwrap();
    assert!(Documents::open(&model).is_ok());
    std::fs::write(folder.path().join("secret"), "hunter2: [").unwrap();
    std::os::unix::fs::symlink("../secret", model.join("b.yaml")).unwrap();
    let report = Documents::open(&model).unwrap_err().to_string();
    assert!(report.contains("is a link that leads out of the folder"), "{report}");
    assert!(!report.contains("hunter2"), "{report}");
}

/// The documents of a team that are elsewhere would be missed silently.
#[test]
#[cfg(unix)]
fn a_link_to_a_folder_elsewhere_is_no_silent_omission() {
    use std::os::unix::fs::symlink;
    let folder = northwind();
    let elsewhere = tempfile::tempdir().unwrap();
    symlink(elsewhere.path(), folder.path().join(".cache")).unwrap();
    assert!(Documents::open(folder.path()).is_ok());
    symlink(elsewhere.path(), folder.path().join("sales")).unwrap();
    assert_eq!(refused(&folder), ["document/unreadable-file"]);
}
