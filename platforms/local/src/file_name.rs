//! Names of database files.

use crate::prelude::*;

/// What is wrong with the name of a file that is only read, to be said after what it is the name of. A rendered file
/// names its database in one line of a comment.
pub(crate) fn line_error(file: &str) -> Option<&'static str> {
    if file.trim().is_empty() {
        Some("is empty; it is the name of a file")
    } else if file.trim() != file {
        Some("begins or ends with a space")
    } else if file.chars().any(char::is_control) {
        Some("has a control character in it")
    } else {
        None
    }
}

/// What is wrong with the name of a file that data is captured from, to be said after what it is the name of.
pub(crate) fn source_name_error(file: &str) -> Option<&'static str> {
    let plain = ContainerKind::plain_file(&file.replace('\\', "/"));
    let is_received =
        |folder: &str| folder.to_lowercase().trim_end_matches(['.', ' ']).ends_with(".received");
    if let Some(error) = line_error(file) {
        Some(error)
    } else if plain == ".." || plain.starts_with("../") {
        Some("leads upwards, and a file has one name: give the absolute path")
    } else if plain.rsplit('/').skip(1).any(is_received) {
        Some("is in a folder beside the database of a platform (`.received`), which has the data of others")
    } else {
        None
    }
}

/// What is wrong with the name of a file that this platform keeps data in, to be said after what it is the name of.
/// SQLite, or a tool that somebody opens the file with, takes some names for something else; what is written there may
/// be in no file at all.
pub(crate) fn database_name_error(file: &str) -> Option<&'static str> {
    let is_uri =
        || file.contains("://") || file.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("file:"));
    let last = file.rsplit(['/', '\\']).next().unwrap_or_default();
    if let Some(error) = line_error(file) {
        Some(error)
    } else if file.starts_with(':') {
        Some(
            "is what SQLite calls a database in memory, which ends with the program; give the name of a file",
        )
    } else if is_uri() {
        Some("is a URI; give the path of the file, without what begins a URI and without parameters")
    } else if file.contains('?') {
        Some("has a `?` in it, with which parameters begin elsewhere; give the path of the file alone")
    } else if matches!(last, "" | "." | "..") {
        Some("is that of a folder; give the name of a file in it, such as `data/warehouse.db`")
    } else if is_outside(file) {
        Some(
            "leads out of the root; give a path below the folder that `--root` names, such as `data/warehouse.db`",
        )
    } else if SIDE_FILES.iter().any(|end| last.to_ascii_lowercase().ends_with(end)) {
        Some(
            "is that of a file beside a database (`.lock`, `-wal`, `-shm`, `-journal`); give it another ending",
        )
    } else {
        None
    }
}

/// How the names of files end that are made beside a database.
const SIDE_FILES: [&str; 4] = [".lock", "-wal", "-shm", "-journal"];

/// Whether a path is absolute on any system, or leads upwards.
fn is_outside(file: &str) -> bool {
    let file = ContainerKind::plain_file(&file.replace('\\', "/"));
    let has_drive =
        file.as_bytes().get(1) == Some(&b':') && file.starts_with(|first: char| first.is_ascii_alphabetic());
    file.starts_with('/') || has_drive || file == ".." || file.starts_with("../")
}

/// What the names of two files tell of whether they are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileIdentity {
    /// They are one file.
    Same,
    /// They are two.
    Different,
    /// One file or two, depending on the system: some do not tell cases apart, or have another sign between folders.
    Unclear,
}

/// Compares two names of files, as far as the names tell: links are not followed.
pub(crate) fn compare(one: &str, other: &str) -> FileIdentity {
    let (one, other) = (ContainerKind::plain_file(one), ContainerKind::plain_file(other));
    if one == other {
        return FileIdentity::Same;
    }
    let folded = |name: &str| ContainerKind::plain_file(&name.replace('\\', "/").to_ascii_lowercase());
    if folded(&one) == folded(&other) { FileIdentity::Unclear } else { FileIdentity::Different }
}

/// Whether two names mean one file for sure.
pub(crate) fn same_file(one: &str, other: &str) -> bool {
    compare(one, other) == FileIdentity::Same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_shown_in_a_line_are_refused() {
        for bad in ["", " ", "a\nb", " a", "a "] {
            assert!(line_error(bad).is_some(), "{bad:?}");
            assert!(database_name_error(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn names_that_are_no_file_are_refused() {
        for good in ["data/northwind.db", "a/../x.db", ".hidden", "file.db", "ø.db", "..x.db", "a.lock.db"] {
            assert_eq!(database_name_error(good), None, "{good:?}");
        }
        let outside =
            ["../x.db", "a/../../x.db", "/var/x.db", "C:/x.db", "c:\\x.db", "\\\\host\\x.db", "..\\x.db"];
        let beside = ["x.db.lock", "x.LOCK", "x.db-wal", "x.db-shm", "x.db-journal"];
        for bad in outside.iter().chain(&beside) {
            assert!(database_name_error(bad).is_some(), "{bad:?}");
            assert_eq!(line_error(bad), None, "what is only read may be anywhere: {bad:?}");
        }
        let memory =
            [":memory:", "file::memory:", "file:x?mode=ro", "FILE:x.db", "x.db?mode=memory", "a://b"];
        let folders = ["/", ".", "..", "data/", "data/.", "data/..", "a/../..", "data\\"];
        for bad in memory.iter().chain(&folders) {
            assert!(database_name_error(bad).is_some(), "{bad:?}");
            assert_eq!(line_error(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_source_has_one_name_and_is_no_file_of_a_platform() {
        for good in [
            "source.db",
            "a/../source.db",
            "/srv/shop.db",
            "/../shop.db",
            "C:/shop.db",
            "a.received.db",
            "x.received",
        ] {
            assert_eq!(source_name_error(good), None, "{good:?}");
        }
        let upwards = ["../shop.db", "a/../../shop.db", "..", "..\\shop.db"];
        let received =
            ["b.db.received/pub.db", "/r/b.db.RECEIVED/pub.db", "b.db.received./x.db", "b.db.received\\x.db"];
        for bad in upwards.iter().chain(&received).chain(&["", " a"]) {
            assert!(source_name_error(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn a_file_may_be_written_in_more_than_one_way() {
        let same =
            [("./a/b.db", "a//b.db"), ("/a/./b.db", "/a/b.db"), ("x/../a.db", "a.db"), ("/../a.db", "/a.db")];
        for (one, other) in same {
            assert_eq!(compare(one, other), FileIdentity::Same, "{one} {other}");
        }
        let different = [("/a.db", "a.db"), ("../a.db", "a.db"), ("../../a.db", "../a.db"), ("a.db", "b.db")];
        for (one, other) in different {
            assert_eq!(compare(one, other), FileIdentity::Different, "{one} {other}");
        }
        for (one, other) in [("NORTHWIND.DB", "./northwind.db"), ("a\\b.db", "A/b.db"), ("x/../a.db", "A.db")]
        {
            assert_eq!(compare(one, other), FileIdentity::Unclear, "{one} {other}");
        }
    }
}
