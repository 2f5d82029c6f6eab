//! `alerts`: rules for Prometheus, by which people hear that a promise is broken.

mod rule;
mod rule_file;

use crate::{answer::Answer, arguments::Model, input::Input, text::count};
use clap::Args;
use datasurface_broker::{Broker, Placed};
use datasurface_model::{Ecosystem, Entity, GroupKey, Located, PlatformName, Repository, TeamKey};
use rule::Addressee;
use rule_file::RuleFile;
use std::{collections::BTreeMap, path::PathBuf};

#[derive(Debug, Args)]
pub(crate) struct AlertArguments {
    #[command(flatten)]
    pub(crate) model: Model,

    /// Write the rules to this file, which is replaced at once, rather than to the standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

pub(crate) fn alerts(arguments: &AlertArguments, broker: &Broker) -> Answer<'static> {
    let read = Input::read(&arguments.model).and_then(|mut input| {
        let placed = input.place(broker)?;
        Ok((input, placed))
    });
    match read {
        Ok((input, placed)) => Answer::text(rule_file(&placed), &input.findings, true),
        Err(findings) => Answer::text("", &findings, false),
    }
}

/// Returns the rules about all groups that are served by platforms whose status can be asked.
fn rule_file(placed: &Placed) -> RuleFile {
    let ecosystem = placed.ecosystem();
    let mut file = RuleFile::default();
    let mut unasked: BTreeMap<&PlatformName, usize> = BTreeMap::new();
    let workspaces = ecosystem.workspaces();
    for Located { team, entity: workspace } in &workspaces {
        let addressee = Addressee::new(team, owner(ecosystem, team), workspace.priority());
        for group in workspace.groups() {
            let key = GroupKey::new(workspace.name(), group.name());
            let platforms = || placed.lock().assignments().serving_platforms(&key);
            if platforms().any(|name| is_asked(placed, name)) {
                file.add(&key.to_string(), rule::of_group(&key, group.requirements().latency, &addressee));
            } else {
                platforms().for_each(|name| *unasked.entry(name).or_default() += 1);
            }
        }
    }
    for (platform, groups) in unasked {
        let groups = count(groups, "group");
        file.remark(format!("not here: {groups} on `{platform}`, whose status another tool knows"));
    }
    let deadlines = workspaces.iter().filter(|workspace| workspace.entity.deadline().is_some()).count();
    if deadlines > 0 {
        let deadlines = count(deadlines, "deadline");
        file.remark(format!("not here: {deadlines}, since Prometheus knows no time zones"));
    }
    file
}

/// Returns the owner of a team.
fn owner<'e>(ecosystem: &'e Ecosystem, team: &TeamKey) -> Option<&'e Repository> {
    Some(ecosystem.zones().get(&team.zone)?.definition()?.teams().get(&team.team)?.owner())
}

/// Whether `status` knows how far a platform is.
fn is_asked(placed: &Placed, platform: &PlatformName) -> bool {
    placed.platform(platform).is_some_and(|configured| configured.platform().runtime().is_some())
}
