//! Law 2: lint clean, render succeeds. Law 3: render is deterministic, also under shuffled declarations.

use super::{OnPlatform, OtherInstances, ReportBuilder};
use crate::{
    harness::{HarnessRun, codes},
    law::Law,
    recording::{RenderCall, Subject},
};
use datasurface_broker::{PlatformRecord, Proposal};
use datasurface_model::Severity;
use datasurface_platform::{DataPlatform, PlatformError, Rendering};
use std::collections::BTreeMap;

pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun, others: &OtherInstances) {
    for rendered in &stage.log.renderings {
        match &rendered.result {
            Ok(first) => again(report, stage, others, rendered, first),
            Err(reason) => failed(report, stage, rendered, reason),
        }
    }
    offers(report, stage, others);
}

fn failed(report: &mut ReportBuilder, stage: &HarnessRun, rendered: &RenderCall, reason: &str) {
    let mut findings = stage
        .log
        .lints
        .iter()
        .filter(|linted| linted.platform == rendered.platform)
        .flat_map(|linted| &linted.findings);
    if !findings.any(|finding| finding.severity() == Severity::Error) {
        let place = OnPlatform(&rendered.platform, rendered.view.scope());
        let difference = format!("lint finds no error, but rendering fails: {reason}");
        report.report(Law::CleanLintRenders, place, difference);
    }
}

/// Renders the same view again, and by another instance.
fn again(
    report: &mut ReportBuilder,
    stage: &HarnessRun,
    others: &OtherInstances,
    rendered: &RenderCall,
    first: &Rendering,
) {
    let Some(configured) = stage.placed.platform(&rendered.platform) else {
        return;
    };
    let place = OnPlatform(&rendered.platform, rendered.view.scope());
    let mut compare = |platform: &dyn DataPlatform, when: &str| {
        if let Some(difference) = differs(first, platform.render(&rendered.view)) {
            report.report(Law::RenderIsDeterministic, &place, format!("rendered {when}, {difference}"));
        }
    };
    compare(configured.platform(), "again");
    if let Some(another) = others.get(&rendered.platform) {
        compare(&**another, "by another instance with the same settings");
    }
}

fn differs(first: &Rendering, second: Result<Rendering, PlatformError>) -> Option<String> {
    let second = match second {
        Ok(second) if second == *first => return None,
        Ok(second) => second,
        Err(error) => return Some(format!("it fails: {}", error.report())),
    };
    let mut files = first.files().zip(second.files());
    let file = files.find(|(one, other)| one != other);
    let mut resources = first.resources().zip(second.resources());
    let resource = resources.find(|(one, other)| one != other);
    Some(match (file, resource) {
        (Some((one, other)), _) if one.path() == other.path() => {
            format!("the file `{}` has other content", one.path())
        }
        (Some((one, other)), _) => format!("`{}` is in the place of `{}`", other.path(), one.path()),
        (None, Some((one, _))) => format!("the resource `{}` differs", one.address()),
        (None, None) => "there are more or fewer files".to_owned(),
    })
}

/// What is offered and what it weighs are part of what is rendered.
fn offers(report: &mut ReportBuilder, stage: &HarnessRun, others: &OtherInstances) {
    for linted in &stage.log.lints {
        let (Subject::Node(node), Some(configured)) =
            (&linted.subject, stage.placed.platform(&linted.platform))
        else {
            continue;
        };
        let Some(another) = others.get(&linted.platform) else {
            continue;
        };
        let (platform, facts) = (configured.platform(), node.facts());
        let answer = |platform: &dyn DataPlatform| {
            (platform.offer(facts), platform.weigh(facts), super::shares(platform, node))
        };
        let first = answer(platform);
        if first != answer(platform) || first != answer(&**another) {
            let place = OnPlatform(&linted.platform, format!("`{}`", node.key()));
            let difference = "asked again, its offers, its weights or what it shares are others";
            report.report(Law::RenderIsDeterministic, place, difference);
        }
    }
}

/// The same ecosystem, declared in another order, must give the same files and resources.
pub(crate) fn in_another_order(report: &mut ReportBuilder, proposal: &Proposal, other: Option<&HarnessRun>) {
    let other = match other.map(|stage| &stage.proposal) {
        Some(Ok(other)) => other,
        Some(Err(refused)) => {
            let difference = format!("it is refused: {}", codes(refused).join(", "));
            return report.report(Law::RenderIsDeterministic, "the host", difference);
        }
        None => return report.report(Law::RenderIsDeterministic, "the host", "it is not placed"),
    };
    if proposal.manifest() == other.manifest() {
        return;
    }
    let mut found = false;
    for (name, one) in proposal.manifest().platforms() {
        let two = other.manifest().platform(name);
        if let Some(difference) = two.map_or(Some("it is not rendered".to_owned()), |two| between(one, two)) {
            report.report(Law::RenderIsDeterministic, OnPlatform(name, "all of it"), difference);
            found = true;
        }
    }
    if !found {
        let difference = "the lock or the revision differs";
        report.report(Law::RenderIsDeterministic, "the host", difference);
    }
}

fn between(one: &PlatformRecord, two: &PlatformRecord) -> Option<String> {
    let (ones, twos): (BTreeMap<_, _>, BTreeMap<_, _>) = (one.files().collect(), two.files().collect());
    let differing = |path: &&_| ones.get(*path) != twos.get(*path);
    let path = ones.keys().chain(twos.keys()).find(differing);
    if let Some(path) = path {
        return Some(format!("the file `{path}` differs"));
    }
    let mut scopes = one.scopes.iter().zip(&two.scopes);
    let scope = scopes.find(|(one, two)| one != two);
    scope.map(|(scope, _)| format!("the resources of {} differ", scope.scope))
}
