//! `codeowners`: who has to approve which files of the repository of a model.

use crate::{
    answer::Answer,
    arguments::{Model, plain_folder},
    codes::NO_OWNER,
    input::Input,
};
use clap::Args;
use datasurface_change::CodeOwners;
use datasurface_model::{Diagnostic, Findings, ModelPath, Repository, segment};

#[derive(Debug, Args)]
pub(crate) struct CodeOwnersArguments {
    #[command(flatten)]
    model: Model,

    /// The repository and branch whose file it is [default: that of the ecosystem].
    #[arg(long, value_name = "REPOSITORY")]
    repository: Option<String>,

    /// The folder of the model in the repository, if that is not all of it: the lock is there.
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true, value_parser = plain_folder)]
    folder: String,

    /// The team or person at the host who speaks for the owner of a path, as `teams/sales=@shop/sellers`; of the owner without one, as
    /// `=@shop/keepers`. It may be given several times [default: a team called like the part of the model].
    #[arg(long, value_name = "PATH=@NAME", value_parser = handle)]
    team: Vec<(String, String)>,
}

pub(crate) fn codeowners(arguments: &CodeOwnersArguments) -> Answer<'static> {
    let input = match Input::read(&arguments.model) {
        Ok(input) => input,
        Err(findings) => return Answer::text("", &findings, false),
    };
    let repository = match &arguments.repository {
        Some(repository) => Repository::from(repository.as_str()),
        None => input.ecosystem.owner().clone(),
    };
    let owners = CodeOwners::new(&input.ecosystem, &repository).with_lock_in(arguments.folder.as_str());
    let owners = arguments.team.iter().fold(owners, |owners, (path, team)| owners.with_team(path, team));
    if owners.is_empty() {
        let message = format!("nothing in the model belongs to `{repository}`");
        let finding = Diagnostic::new(&NO_OWNER, ModelPath::root().attribute(segment::OWNER), message)
            .with_help("name a repository and its branch as the model does");
        return Answer::text("", &[finding].into_iter().collect(), false);
    }
    Answer::text(owners, &Findings::default(), true)
}

fn handle(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, name)) if name.starts_with('@') && !name.contains(char::is_whitespace) => {
            Ok((path.to_owned(), name.to_owned()))
        }
        _ => Err("it is written like teams/sales=@shop/sellers".to_owned()),
    }
}
