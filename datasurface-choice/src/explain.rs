//! What is explained: a group or a datastore that somebody names.

use crate::{
    Choice, capture,
    explanation::{Explanation, PlatformTask},
    serve,
};
use datasurface_model::{
    CodeInfo, Diagnostic, Ecosystem, Entity, GroupKey, ModelPath, Valid, nearest, segment,
};

pub(crate) static UNKNOWN_NAME: CodeInfo = CodeInfo::error(
    "explain/unknown-name",
    "an explanation was asked for of something that is not in the model",
    "Which platform does something is explained of a dataset group, named as `workspace/group`, and of a datastore. Both are named as \
     in the model, letter by letter.",
);

/// Explains which platform does something. `None` if the model has no such group or datastore.
pub(crate) fn explain(question: &Choice<'_>, task: &PlatformTask) -> Option<Explanation> {
    match task {
        PlatformTask::Datastore(name) => capture::explain(question, name),
        PlatformTask::Group(key) => {
            let workspace = question.ecosystem.workspace(&key.workspace)?;
            let group = workspace.entity.groups().get(&key.group)?;
            match workspace.entity.transformer() {
                Some(transformer) => capture::explain(question, transformer.output()),
                None => Some(serve::explain(question, workspace, group)),
            }
        }
    }
}

/// The finding that the model has no such group or datastore, with the nearest one.
pub(crate) fn unknown(ecosystem: &Valid<Ecosystem>, task: &PlatformTask) -> Diagnostic {
    let groups = ecosystem.workspaces().into_iter().flat_map(|workspace| {
        let workspace = &workspace.entity;
        workspace.groups().names().map(|group| GroupKey::new(workspace.name(), group).to_string())
    });
    let datastores = ecosystem.datastores().into_iter().map(|datastore| datastore.entity.name().to_string());
    let (noun, path, known): (_, _, Vec<String>) = match task {
        PlatformTask::Group(key) => {
            let path = ModelPath::root().child(segment::WORKSPACES, &key.workspace);
            ("dataset group", path.child(segment::GROUPS, &key.group), groups.collect())
        }
        PlatformTask::Datastore(name) => {
            ("datastore", ModelPath::root().child(segment::DATASTORES, name), datastores.collect())
        }
    };
    let help = match nearest(&task.to_string(), known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a group as `workspace/group`, or a datastore".to_owned(),
    };
    Diagnostic::new(&UNKNOWN_NAME, path, format!("there is no {noun} `{task}`")).with_help(help)
}
