//! Operating: what was rendered is applied and run by those platforms that can do so themselves.

use crate::{
    broker::Broker,
    configured_platform::{ConfiguredPlatform, failure},
    platform_order::PlatformOrder,
    run_names::unknown,
};
use chrono::{DateTime, Utc};
use datasurface_model::{Diagnostic, Findings, ModelPath, PlatformName, segment};
use datasurface_platform::{
    ApplyReport, CredentialSource, DriftedResource, JobRun, OperatorConfirmations, PLAN_FILE, Plan,
    PlatformError, PlatformErrorKind, PreviousTarget, RunObserver, RunReport, RunRequest, Runtime,
    RuntimeContext, SafePath, Status, hook::PlatformHooks,
};
use datasurface_state::{ApplyState, PlanFile, PlatformRecord, RenderedRevision, Target, TargetError};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// The environment in which platforms run: folder, secrets, time, and the operator's confirmations.
#[derive(Clone, Copy, Debug)]
pub struct OperationContext<'a> {
    /// The folder that relative paths in the model are relative to.
    pub root: &'a Path,
    /// The source of secrets.
    pub credentials: &'a dyn CredentialSource,
    /// The present time.
    pub now: DateTime<Utc>,
    /// The observer, to which progress is reported.
    pub watcher: &'a dyn RunObserver,
    /// The confirmations of the operator, of facts that no program can know.
    pub confirmed: OperatorConfirmations,
}

/// The result of an operation, by platform.
/// A platform that failed does not keep the others from going on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationReport<T> {
    /// The reports of the platforms that did not fail.
    pub done: BTreeMap<PlatformName, T>,
    /// The reasons why the other platforms failed.
    pub findings: Findings,
}

impl Broker {
    /// Applies what is rendered in a target and was not applied yet.
    /// An apply that was killed continues when this is called again. Platforms that leave it to other tools are left
    /// out. A rendering that was interrupted is not applied: `Proposal::write` finishes it. The failure of a platform
    /// is a finding of the report.
    ///
    /// # Errors
    ///
    /// If an interrupted write has to be finished together with its lock, if another process writes the target or wrote
    /// it since it was opened, or if the target cannot be read or written. If it fails only after platforms applied, that is a
    /// finding of the report: applying them again changes nothing.
    pub fn apply(
        &self,
        target: &mut Target,
        on: &OperationContext<'_>,
    ) -> Result<OperationReport<ApplyReport>, TargetError> {
        target.finish(None)?;
        let mut report =
            self.each(target, on, |runtime, site, record| runtime.apply(site, &pending_plan(site, record)?));
        let identities = report.done.iter().map(|(name, applied)| (name.clone(), applied.identity.clone()));
        // What platforms did is reported, also where the target fails to record it.
        if let Err(error) = target.record_applied(&identities.collect(), on.root) {
            report.findings.extend(error.findings().iter().cloned());
        }
        Ok(report)
    }

    /// Records that other tools applied what is rendered in a target, for the platforms that leave it to them: up to the rendering whose
    /// ID or revision begins with these digits, or else up to the last one. Returns that rendering.
    /// Their transition files up to that rendering are removed. Those of later ones stay, in order. Platforms that apply
    /// what they render themselves record that themselves.
    ///
    /// # Errors
    ///
    /// If the target remembers no such rendering, or several; if the plug-in of a platform is not there, since it alone says who applies
    /// what it renders; if another process writes the target or wrote it since it was opened; or if a
    /// file that is to be removed was edited.
    pub fn record_applied(
        &self,
        target: &mut Target,
        digits: Option<&str>,
    ) -> Result<RenderedRevision, TargetError> {
        target.finish(None)?;
        let records = target.manifest().into_iter().flat_map(|manifest| manifest.platforms());
        let (mut platforms, mut unknown) = (BTreeSet::new(), Vec::new());
        for (name, record) in records {
            match ConfiguredPlatform::from_record(self.registry(), &record.instance) {
                Ok(configured) if configured.platform().runtime().is_none() => {
                    platforms.insert(name.clone());
                }
                Ok(_) => {}
                Err(finding) => unknown.push(*finding),
            }
        }
        TargetError::refuse(unknown)?;
        target.record_applied_rendering(&platforms, digits)
    }

    /// Runs jobs of what was applied. A platform runs after those that it takes data from; those that take data from each other run by name,
    /// which is a finding.
    /// Each name in the request must be known to one of the platforms; otherwise nothing runs. That is not checked if a
    /// platform fails to list its names, since it may know them. A platform of which nothing is requested has no report.
    pub fn run(
        &self,
        target: &Target,
        on: &OperationContext<'_>,
        request: &RunRequest,
    ) -> OperationReport<RunReport> {
        let mut report = self.run_in_order(target, on, request);
        report.findings.extend(PlatformOrder::new(target.manifest()).cycles());
        report
    }

    fn run_in_order(
        &self,
        target: &Target,
        on: &OperationContext<'_>,
        request: &RunRequest,
    ) -> OperationReport<RunReport> {
        if request.is_unrestricted() {
            return self.each(target, on, |runtime, site, _| runtime.run(site, request));
        }
        let names = self.each(target, on, |runtime, site, _| runtime.run_names(site));
        let unknown = match names.findings.has_errors() {
            // One that cannot say its names may know them.
            true => Vec::new(),
            false => unknown(request, names.done.values()),
        };
        if !unknown.is_empty() {
            return OperationReport { done: BTreeMap::new(), findings: unknown.into_iter().collect() };
        }
        let OperationReport { done, mut findings } = self.each(target, on, |runtime, site, record| {
            let asked = names.done.get(&record.instance.name).and_then(|names| request.restricted_to(names));
            asked.map(|request| runtime.run(site, &request)).transpose()
        });
        findings.extend(names.findings.iter().cloned());
        let done = done.into_iter().filter_map(|(name, report)| Some((name, report?))).collect();
        OperationReport { done, findings }
    }

    /// Returns the status of each platform: the progress of each of its consumers.
    pub fn status(&self, target: &Target, on: &OperationContext<'_>) -> OperationReport<Status> {
        self.each(target, on, |runtime, site, _| runtime.status(site))
    }

    /// Returns the last runs of each job, at most `most` of each: by job, the newest first.
    /// A platform that keeps no history has an empty list.
    pub fn history(
        &self,
        target: &Target,
        on: &OperationContext<'_>,
        most: usize,
    ) -> OperationReport<Vec<JobRun>> {
        self.each(target, on, |runtime, site, _| runtime.history(site, most))
    }

    /// Returns the resources that were applied and are not as they were rendered any more.
    /// The list of a platform is empty if nothing was applied. It is also empty while a plan is still to be applied,
    /// since drift cannot be determined then.
    pub fn drift(&self, target: &Target, on: &OperationContext<'_>) -> OperationReport<Vec<DriftedResource>> {
        self.each(target, on, |runtime, site, _| match site.applied_to {
            PreviousTarget::Nothing => Ok(Vec::new()),
            _ if site.has_pending_plan() => Ok(Vec::new()),
            PreviousTarget::Something | PreviousTarget::This(_) => Ok(runtime.status(site)?.drifted),
        })
    }

    /// Returns the time at which the next job is due by its timetable.
    /// Platforms on which no job has a timetable are left out.
    pub fn next_due(&self, target: &Target, on: &OperationContext<'_>) -> OperationReport<DateTime<Utc>> {
        let OperationReport { done, findings } =
            self.each(target, on, |runtime, site, _| runtime.next_due(site));
        let done = done.into_iter().filter_map(|(name, due)| Some((name, due?))).collect();
        OperationReport { done, findings }
    }

    /// Operates each platform, after those that it takes data from.
    fn each<T>(
        &self,
        target: &Target,
        on: &OperationContext<'_>,
        operate: impl Fn(&dyn Runtime, &RuntimeContext<'_>, &PlatformRecord) -> Result<T, PlatformError>,
    ) -> OperationReport<T> {
        let mut done = BTreeMap::new();
        let mut found: Vec<Diagnostic> = Vec::new();
        for &record in PlatformOrder::new(target.manifest()).records() {
            let name = &record.instance.name;
            let configured = match ConfiguredPlatform::from_record(self.registry(), &record.instance) {
                Ok(configured) => configured,
                Err(finding) => {
                    found.push(*finding);
                    continue;
                }
            };
            let Some(runtime) = configured.platform().runtime() else {
                continue;
            };
            let rendered = match target.rendered(record) {
                Ok(rendered) => rendered,
                Err(error) => {
                    found.extend(error.findings());
                    continue;
                }
            };
            let OperationContext { root, credentials, now, watcher, confirmed } = *on;
            let applied_to = record.applied_to();
            let site = RuntimeContext {
                rendered: &rendered,
                root,
                credentials,
                now,
                watcher,
                applied_to,
                confirmed,
                hooks: PlatformHooks::new(self.hooks(), name),
            };
            match operate(runtime, &site, record) {
                Ok(answer) => {
                    done.insert(name.clone(), answer);
                }
                Err(error) => found.push(failure(&error, ModelPath::root().child(segment::PLATFORMS, name))),
            }
        }
        OperationReport { done, findings: found.into_iter().collect() }
    }
}

/// Returns the plan that is still to be applied.
/// It is empty where nothing ran before, since everything is created there as it is rendered.
fn pending_plan(site: &RuntimeContext<'_>, record: &PlatformRecord) -> Result<Plan, PlatformError> {
    if !matches!(record.standing, ApplyState::Behind(_)) {
        return Ok(Plan::default());
    }
    let unreadable = |reason: String| {
        PlatformError::new(PlatformErrorKind::External, format!("reading `{PLAN_FILE}` of the target"))
            .caused_by(reason)
    };
    let path: SafePath = PLAN_FILE.parse().map_err(|error| unreadable(format!("{error}")))?;
    let text = site.rendered.get(&path).ok_or_else(|| unreadable("it is not among the files".to_owned()))?;
    let file: PlanFile = serde_json::from_slice(text).map_err(|error| unreadable(error.to_string()))?;
    Ok(file.into_plan())
}
