//! What the metadata tables of a database hold: its identity, the version of their form, and up to when its clock was trusted.

use super::{
    container::Container,
    context::{now, time},
    database::{Database, text},
    place,
    provisioning::Provisioner,
    rendered::Rendered,
};
use crate::{names::METADATA_VERSION, prelude::*, sql::script::Script};
use chrono::{DateTime, Utc};
use datasurface_platform::{PreviousTarget, RuntimeContext, graph::Fingerprint};
use rusqlite::types::Value;

/// What the metadata tables of the platform's own database say of themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlatformMetadata {
    pub(super) identity: String,
    version: i64,
    /// The time of the last run that took place at a time that could be trusted.
    pub(super) trusted_at: DateTime<Utc>,
}

impl PlatformMetadata {
    /// Reads what the metadata tables say of themselves; none if they are older than that they say anything.
    pub(super) fn read(script: &Script, own: &Database<'_>) -> Result<Option<Self>, PlatformError> {
        if !own.has_table("datasurface_books")? {
            return Ok(None);
        }
        let rows = own.rows(script, "books", &[], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
        })?;
        let read = |(identity, version, trusted_at): (String, i64, String)| {
            Ok(Self { identity, version, trusted_at: time(&trusted_at)? })
        };
        rows.into_iter().next().map(read).transpose()
    }

    /// Writes down what the metadata tables are, unless that was done before: a database of an earlier version of the software gets
    /// an identity, too.
    pub(super) fn begin(maker: &Provisioner<'_>, own: &Container<'_>) -> Result<(), PlatformError> {
        let file = maker.rendered.metadata.database();
        let root = maker.site.root.canonicalize().unwrap_or_else(|_| maker.site.root.to_owned());
        // Nobody else makes the same file in the same folder at the same time: nothing has to be random.
        let identity = Fingerprint::of(&(root.to_string_lossy(), file, maker.site.now.to_rfc3339()));
        let values = [
            (":identity", text(identity)),
            (":version", Value::Integer(METADATA_VERSION)),
            (":now", now(&maker.site)),
        ];
        own.execute(&maker.rendered.metadata, "begin_books", &values)
    }
}

/// Refuses to work where there is no database and should be one: before anything is made there, a lock of it either.
pub(super) fn expect(site: &RuntimeContext<'_>, rendered: &Rendered) -> Result<(), PlatformError> {
    let file = rendered.metadata.database();
    let (_, is_there) = place::database_path(site, file)?;
    match site.applied_to {
        PreviousTarget::Something | PreviousTarget::This(_)
            if !is_there && !site.confirmed.accept_other_database =>
        {
            Err(missing(site, file))
        }
        _ => Ok(()),
    }
}

/// Returns the platform's own database if it is there and was made. Refuses one that is not the one that this was applied
/// to, and one that a newer version of the software wrote; and if there should be one, that there is none.
pub(super) fn judged<'a>(
    maker: &Provisioner<'a>,
    own: Option<Container<'a>>,
) -> Result<Option<Database<'a>>, PlatformError> {
    let file = maker.rendered.metadata.database();
    let found = match own {
        Some(own) if maker.done(&own, "")?.is_made => Some(own),
        _ => None,
    };
    let Some(Container::File(own)) = found else {
        return match maker.site.applied_to {
            _ if maker.site.confirmed.accept_other_database => Ok(None),
            PreviousTarget::Nothing => Ok(None),
            PreviousTarget::Something | PreviousTarget::This(_) => Err(missing(&maker.site, file)),
        };
    };
    check_identity(&maker.site, file, PlatformMetadata::read(&maker.rendered.metadata, &own)?)?;
    Ok(Some(own))
}

/// Whether anything is left of a platform that leaves, by its own database and the script that takes the metadata tables away. Refuses
/// a database that is not the one that this was applied to: it may be somebody else's.
pub(super) fn is_left(
    site: &RuntimeContext<'_>,
    script: &Script,
    own: Option<Container<'_>>,
) -> Result<bool, PlatformError> {
    let file = script.database();
    let Some(Container::File(own)) = own else {
        return match site.applied_to {
            PreviousTarget::Something | PreviousTarget::This(_) if !site.confirmed.accept_other_database => {
                Err(missing(site, file))
            }
            _ => Ok(false),
        };
    };
    // What takes the metadata tables away is the last step: without them, all was done.
    if !own.has_table("datasurface_steps")? {
        return Ok(false);
    }
    check_identity(site, file, PlatformMetadata::read(script, &own)?)?;
    Ok(true)
}

/// Refuses metadata that a newer version of the software wrote, and that of another database than the one that this was
/// applied to.
fn check_identity(
    site: &RuntimeContext<'_>,
    file: &str,
    metadata: Option<PlatformMetadata>,
) -> Result<(), PlatformError> {
    if let Some(PlatformMetadata { version, .. }) = metadata
        && version > METADATA_VERSION
    {
        return Err(newer(file, version));
    }
    let identity = metadata.map(|metadata| metadata.identity);
    match site.applied_to {
        PreviousTarget::This(expected)
            if !site.confirmed.accept_other_database && identity.as_deref() != Some(expected) =>
        {
            Err(another(site, file))
        }
        _ => Ok(()),
    }
}

fn missing(site: &RuntimeContext<'_>, file: &str) -> PlatformError {
    refused(format!(
        "the database `{file}` that this target was applied to is not in {}: name the folder where it is by `--root`; if it was \
         lost, bring it back from a backup, or let `run --begin-anew` make a new one, which reads all sources again and \
         begins a new history",
        site.root.display()
    ))
}

fn another(site: &RuntimeContext<'_>, file: &str) -> PlatformError {
    refused(format!(
        "the database `{file}` in {} is not the one that this target was applied to: name the folder where that is by \
         `--root`; if this one is to take its place, say so once by `run --begin-anew`",
        site.root.display()
    ))
}

fn newer(file: &str, version: i64) -> PlatformError {
    refused(format!(
        "the books of `{file}` are of version {version}, and this version of datasurface knows versions up to {METADATA_VERSION}: \
         use the newer datasurface that wrote them"
    ))
}

fn refused(context: String) -> PlatformError {
    PlatformError::new(PlatformErrorKind::External, context)
}
