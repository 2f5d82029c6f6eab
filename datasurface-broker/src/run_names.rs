//! What a run is asked for by name: it must be known to one of the platforms.

use datasurface_model::{CodeInfo, Diagnostic, ModelPath, nearest, segment};
use datasurface_platform::{RunNames, RunRequest};
use std::collections::BTreeSet;

pub(crate) static UNKNOWN_NAME: CodeInfo = CodeInfo::error(
    "run/unknown-name",
    "a run was asked for something that is not rendered",
    "What runs is named as it was rendered, letter by letter: a datastore, a dataset as `datastore/dataset`, a workspace, or the \
     address of a job; a consumer as `workspace`, `workspace/group` or `zone/team/container`. As long as one name is not known, \
     nothing runs. A name that came into the model later has to be rendered first.",
);

/// What is asked for that none of these knows.
pub(crate) fn unknown<'n>(
    request: &RunRequest,
    known: impl Iterator<Item = &'n RunNames> + Clone,
) -> Vec<Diagnostic> {
    let selectable: BTreeSet<&str> =
        known.clone().flat_map(|names| &names.selectable).map(String::as_str).collect();
    let consumers: BTreeSet<&str> =
        known.clone().flat_map(|names| &names.consumers).map(String::as_str).collect();
    let datasets: BTreeSet<String> =
        known.flat_map(|names| &names.datasets).map(ToString::to_string).collect();
    let datasets: BTreeSet<&str> = datasets.iter().map(String::as_str).collect();
    let refreshed: BTreeSet<String> = request.full_refresh.iter().map(ToString::to_string).collect();
    let mut found = Vec::new();
    for (wanted, noun, known) in [
        (&request.select, "nothing to run", &selectable),
        (&refreshed, "no dataset", &datasets),
        (&request.resync, "no consumer", &consumers),
    ] {
        found.extend(wanted.iter().filter(|name| !known.contains(name.as_str())).map(|name| {
            let help = match nearest(name, known.iter().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "name it as the model does; what is new there has to be rendered first".to_owned(),
            };
            let message = format!("{noun} is called `{name}`");
            Diagnostic::new(&UNKNOWN_NAME, ModelPath::root().child(segment::RUN, name), message)
                .with_help(help)
        }));
    }
    found
}
