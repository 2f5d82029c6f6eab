//! The way from one folder to another one, as text: so that both can be moved together.

use std::path::{Component, Path, PathBuf};

/// Returns the way that leads from a folder to another one, with `/` between its parts. None where there is none, such as from
/// one drive to another, or where it is no text.
pub(super) fn between(from: &Path, to: &Path) -> Option<String> {
    let (from, to) = (found(from)?, found(to)?);
    let common = from.components().zip(to.components()).take_while(|(from, to)| from == to).count();
    let is_left = |part: &Component<'_>| matches!(part, Component::Prefix(_) | Component::RootDir);
    let (up, down) = (from.components().skip(common), to.components().skip(common));
    if up.clone().chain(down.clone()).any(|part| is_left(&part)) {
        return None;
    }
    let mut way = vec![".."; up.count()];
    for part in down {
        way.push(match part {
            Component::Normal(name) => name.to_str()?,
            _ => return None,
        });
    }
    Some(if way.is_empty() { ".".to_owned() } else { way.join("/") })
}

/// Returns the folder that a way leads to.
pub(super) fn follow(from: &Path, way: &str) -> Option<PathBuf> {
    let mut folder = found(from)?;
    for part in way.split('/') {
        match part {
            "." | "" => {}
            ".." => _ = folder.pop(),
            name => folder.push(name),
        }
    }
    Some(folder)
}

fn found(folder: &Path) -> Option<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    folder.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_leads_to_where_it_was_taken_from() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        for folder in ["rendered/deep", "data/eu", "rendered/inside"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        for (from, to, way) in [
            ("rendered", "data/eu", "../data/eu"),
            ("rendered/deep", "rendered", ".."),
            ("rendered", "rendered/inside", "inside"),
            ("rendered", "rendered", "."),
            ("rendered/deep", "", "../.."),
        ] {
            assert_eq!(between(&at(from), &at(to)).as_deref(), Some(way));
            assert_eq!(follow(&at(from), way), Some(at(to).canonicalize().unwrap()));
        }
        assert_eq!(between(&at("rendered"), &at("nowhere")), None);
    }
}
