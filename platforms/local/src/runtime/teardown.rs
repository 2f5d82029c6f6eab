//! Leaving: a platform that is in no model any more, and owes nothing, has no rendered files but transition files, which take
//! away what is left of it.

use super::{
    breakpoint::Breakpoint,
    bulk_schema::{is_dropping, named_by},
    container::Container,
    context::DatabaseLock,
    metadata,
    transition::{Transition, Transitions},
};
use crate::{diff::TEAR_DOWN, names::address, prelude::*};
use datasurface_platform::{ApplyReport, RuntimeContext};

/// The transition files of a platform of which nothing else is rendered; none if it has anything.
pub(super) fn leaving(site: &RuntimeContext<'_>) -> Result<Option<Vec<Transition>>, PlatformError> {
    let is_rendered =
        ["foundation", "shards"].iter().any(|folder| site.rendered.in_folder(folder).next().is_some());
    let files = Transitions::read(site)?.files;
    Ok((!is_rendered && !files.is_empty()).then_some(files))
}

/// Carries out the transition files. They can be executed again; what takes away the metadata tables is the last: killed in between, it
/// begins again.
pub(super) fn tear_down(
    site: &RuntimeContext<'_>,
    files: &[Transition],
    breakpoint: &Breakpoint,
) -> Result<ApplyReport, PlatformError> {
    let Some(last) = files.iter().rfind(|file| file.script.resource() == address::DATABASE) else {
        let context = "no transition file takes the books away";
        return Err(PlatformError::new(PlatformErrorKind::Rendering, context));
    };
    let own = last.script.database();
    // Before anything else: a database of the same name elsewhere may be another platform's.
    let left = Container::open_to_read(site, own, breakpoint)?;
    if !metadata::is_left(site, &last.script, left)? {
        return Ok(ApplyReport { done_before: files.len(), ..ApplyReport::default() });
    }
    let _alone = DatabaseLock::acquire(site, own)?;
    let mut applied = ApplyReport::default();
    for files in files.chunk_by(|file, next| file.script.database() == next.script.database()) {
        let database = files.first().map_or(own, |file| file.script.database());
        let is_done = match Container::open_if_there(site, database, breakpoint)? {
            Some(database) if database.has_table("datasurface_steps")? => {
                take_away(&database.alone(own)?, site, files)?;
                true
            }
            // It is gone, or was cleaned before.
            _ => false,
        };
        *(if is_done { &mut applied.done } else { &mut applied.done_before }) += files.len();
    }
    Ok(applied)
}

/// Carries out transition files of one database. Those of a file are one transaction: one by one, they would take as long as the
/// square of what is there. Whoever does much at once on a server has locks on all of it, and it has room for a number of them.
fn take_away(
    database: &Container<'_>,
    site: &RuntimeContext<'_>,
    files: &[Transition],
) -> Result<(), PlatformError> {
    let carry_out = |Transition { script, .. }: &Transition| {
        site.watcher.job_started(script.resource());
        let mut sections = ["change", TEAR_DOWN].into_iter().filter(|name| script.section(name).is_some());
        sections.try_for_each(|section| database.execute(script, section, &[]))
    };
    match database {
        Container::File(file) if files.iter().all(|transition| is_dropping(&transition.script, "change")) => {
            let names = |transition: &Transition| named_by(&transition.script, "change");
            file.in_transaction(|| file.drop_all(files, names, carry_out))
        }
        _ => files.iter().try_for_each(|transition| database.in_transaction(|| carry_out(transition))),
    }
}
