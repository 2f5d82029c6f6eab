//! `review`: one verdict on a proposed change.

use crate::{
    answer::Answer,
    arguments::{Review, ReviewFormat},
};
use datasurface_broker::{Broker, LOCK_FILE_NAME, ReviewSide};
use datasurface_change::ChangeSource;
use datasurface_document::{Documents, read_text};
use datasurface_model::{Findings, ModelPath, segment};
use std::{
    env,
    path::{Path, PathBuf},
};

pub(crate) fn review(arguments: &Review, broker: &Broker) -> Answer<'static> {
    let source = ChangeSource::new(arguments.source.as_str());
    let review = datasurface_broker::Review::new(broker, source, arguments.date());
    let review = if arguments.strict { review.strict() } else { review };
    let review = review.approved_by(arguments.approved_by.iter().cloned());
    let report = review.judge(&side(&arguments.old), &side(&arguments.new));
    let report = match &arguments.tip {
        Some(tip) => report.at_tip(tip.as_str()),
        None => report,
    };
    let is_allowed = report.is_allowed();
    let text = match arguments.format {
        ReviewFormat::Text => report.to_string(),
        ReviewFormat::Json => report.to_json(),
        ReviewFormat::Sarif => {
            let own = datasurface_broker::all_codes();
            #[cfg(feature = "local")]
            let own = own.chain(datasurface_local::CODES.iter().copied());
            report.to_sarif(own)
        }
        ReviewFormat::JUnit => report.to_junit(),
        ReviewFormat::Markdown => report.to_markdown(),
    };
    Answer::text(text, &Findings::default(), is_allowed)
}

/// The model at a path, and the lock beside it, or in it if it is a folder.
fn side(path: &Path) -> ReviewSide {
    let path = from_here(path);
    let (documents, mut unread) = Documents::from_path(&path);
    let lock = if path.is_dir() { path.join(LOCK_FILE_NAME) } else { path.with_file_name(LOCK_FILE_NAME) };
    let text = lock.exists().then(|| {
        let name = lock.display().to_string();
        read_text(&lock, ModelPath::root().child(segment::LOCK, name))
    });
    match text {
        Some(Err(findings)) => {
            unread.extend(findings);
            ReviewSide::new(documents).with_unread(unread)
        }
        Some(Ok(text)) => ReviewSide::new(documents).with_unread(unread).with_lock(text),
        None => ReviewSide::new(documents).with_unread(unread),
    }
}

/// The path relative to the current folder, if it is inside: tools show findings in a checkout by relative names.
fn from_here(path: &Path) -> PathBuf {
    let here = env::current_dir().ok();
    let inside = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    match inside {
        Some(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        Some(inside) => inside,
        None => path.to_owned(),
    }
}
