//! `advance`: takes some platforms forward. `revisions`: shows where each one is, what is pending there, and why.

use crate::{
    answer::Answer,
    arguments::{Format, Model, reason},
    hook_notes::annotated,
    plan::{Lost, PlanInputs, PlannedChange, Render},
    table::Table,
};
use chrono::{DateTime, Utc};
use clap::Args;
use datasurface_broker::{Advance, AdvanceWait, Broker, Session};
use datasurface_model::{Entity, Findings, PlatformName};
use datasurface_platform::Revision;
use serde::Serialize;
use std::{collections::BTreeSet, path::PathBuf};

#[derive(Debug, Args)]
pub(crate) struct AdvanceArguments {
    #[command(flatten)]
    pub(crate) inputs: PlanInputs,

    /// The platforms that go forward [default: those whose policies let them, or all with `--now`].
    #[arg(value_name = "PLATFORM")]
    platforms: Vec<PlatformName>,

    /// Take them forward before their time.
    #[arg(long, requires = "reason")]
    now: bool,

    /// Why it is urgent: it stays in the lock.
    #[arg(long, value_name = "TEXT", value_parser = reason, requires = "now")]
    reason: Option<String>,
}

impl From<AdvanceArguments> for Render {
    fn from(AdvanceArguments { inputs, platforms, reason, .. }: AdvanceArguments) -> Self {
        let advance = match reason {
            Some(reason) => Advance::Early(platforms.into_iter().collect(), reason),
            None if platforms.is_empty() => Advance::Permitted,
            None => Advance::only(platforms),
        };
        let inputs = PlanInputs { advance, ..inputs };
        Self { inputs, proposal: None, remake: false, restore_lock: false }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RevisionsArguments {
    #[command(flatten)]
    pub(crate) model: Model,

    /// The folder that was rendered into, or the branch: `git:BRANCH`, `git:BRANCH:path`.
    #[arg(long, value_name = "TARGET")]
    target: PathBuf,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Where a platform is.
#[derive(Serialize)]
struct PlatformRevision {
    platform: PlatformName,
    /// The revision that it was rendered from; none if nothing was rendered.
    revision: Option<Revision>,
    /// The number of steps to the model of now.
    pending: usize,
    /// Whether it stayed when others went forward.
    is_behind: bool,
    /// The platforms that parts of it wait for.
    waits_for: BTreeSet<PlatformName>,
    /// The first moment at which it may go forward by its policy; null if its policy never lets it.
    may_advance: Option<DateTime<Utc>>,
    /// Whether the model freezes it until then.
    is_frozen: bool,
    reason: String,
    #[serde(skip)]
    wait: Option<AdvanceWait>,
}

/// For programs.
#[derive(Serialize)]
struct RevisionsJson<'a> {
    /// The revision of the model of now.
    revision: Option<&'a Revision>,
    platforms: Vec<PlatformRevision>,
}

pub(crate) fn revisions(arguments: &RevisionsArguments, broker: &Broker) -> Answer<'static> {
    let inputs = PlanInputs {
        model: arguments.model.clone(),
        target: arguments.target.clone(),
        format: arguments.format,
        diff: false,
        advance: Advance::All,
    };
    let planned = PlannedChange::build(&inputs, &mut Session::new(broker.clone()), Lost::Nothing);
    let (planned, findings) = match planned {
        Ok(planned) => (Some(planned), Findings::default()),
        Err(findings) => (None, annotated(findings, broker.hooks())),
    };
    let platforms = planned.as_ref().map(of_all).unwrap_or_default();
    let text = planned.is_some().then(|| text(&platforms));
    let revision = planned.as_ref().map(|planned| planned.proposal.revision());
    Answer::of(arguments.format, &findings, text, &RevisionsJson { revision, platforms })
}

fn text(platforms: &[PlatformRevision]) -> String {
    let mut table = Table::new(["platform", "revision", "pending", "may go", "why"]);
    for one in platforms {
        let revision = one.revision.as_ref().map_or("none".to_owned(), |reached| reached.short().to_string());
        let pending = match one.pending {
            0 => "nothing".to_owned(),
            1 => "1 step".to_owned(),
            steps => format!("{steps} steps"),
        };
        let may_go = one.wait.as_ref().map_or("now".to_owned(), AdvanceWait::end);
        table.row([one.platform.to_string(), revision, pending, may_go, one.reason.clone()]);
    }
    table.print()
}

fn of_all(planned: &PlannedChange) -> Vec<PlatformRevision> {
    let manifest = planned.target.manifest();
    let declared = planned.ecosystem.platforms().iter().map(Entity::name);
    let rendered = manifest.into_iter().flat_map(|manifest| manifest.platforms().keys());
    let names: BTreeSet<&PlatformName> = declared.chain(rendered).collect();
    let of = |platform: &PlatformName| {
        let record = manifest.and_then(|manifest| manifest.platform(platform));
        let is_behind = record.is_some_and(|record| record.reached.is_some());
        let waits_for = record.map(|record| record.waits_for.clone()).unwrap_or_default();
        let revision = record.and(manifest).map(|manifest| manifest.reached_revision(platform).clone());
        let pending = planned.proposal.plan(platform).map_or(0, |plan| plan.steps().len());
        let is_other = revision.as_ref() != Some(planned.proposal.revision());
        let others: Vec<String> = waits_for.iter().map(|other| format!("`{other}`")).collect();
        let wait = planned.proposal.wait(platform).cloned();
        let reason = match (record, &wait) {
            (_, Some(wait)) if wait.is_frozen => format!("frozen: {}", wait.reason),
            (_, Some(wait)) => wait.reason.clone(),
            (None, None) => "it was not rendered yet".to_owned(),
            (Some(_), None) if is_behind => "it stayed when others went forward".to_owned(),
            (Some(_), None) if !others.is_empty() => format!("parts of it wait for {}", others.join(", ")),
            (Some(_), None) if is_other && pending > 0 => "the model is another one".to_owned(),
            (Some(_), None) => String::new(),
        };
        PlatformRevision {
            platform: platform.clone(),
            revision,
            pending,
            is_behind,
            waits_for,
            may_advance: match &wait {
                Some(wait) => wait.until,
                None => Some(planned.as_of.moment()),
            },
            is_frozen: wait.as_ref().is_some_and(|wait| wait.is_frozen),
            reason,
            wait,
        }
    };
    names.into_iter().map(of).collect()
}
