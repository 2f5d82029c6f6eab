//! `plan`: shows what has to be done, and does nothing of it.

use crate::{
    answer::Answer,
    arguments::{self, Format},
    drift::{PlatformDrift, drift, lines},
    hook_notes::annotated,
    planned_change::{Lost, PlannedChange, unfinished},
    summary::summary,
};
use datasurface_broker::Broker;
use datasurface_model::{Findings, PlatformName};
use datasurface_platform::{Plan, Revision};
use serde::Serialize;
use std::collections::BTreeMap;

/// A plan for programs. What is not known is null or empty.
#[derive(Serialize)]
pub(crate) struct PlanJson<'a> {
    findings: &'a Findings,
    reached: Option<&'a Revision>,
    revision: Option<&'a Revision>,
    plans: BTreeMap<&'a PlatformName, &'a Plan>,
    /// Only of a plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    drifted: Option<&'a [PlatformDrift]>,
    /// Only of a rendering.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_written: Option<bool>,
}

impl<'a> PlanJson<'a> {
    pub(crate) fn new(planned_change: Option<&'a PlannedChange>, findings: &'a Findings) -> Self {
        let plans = planned_change.into_iter().flat_map(|planned_change| planned_change.proposal.plans());
        Self {
            findings,
            reached: planned_change.and_then(|planned_change| planned_change.reached.as_ref()),
            revision: planned_change.map(|planned_change| planned_change.proposal.revision()),
            plans: plans.collect(),
            drifted: None,
            is_written: None,
        }
    }

    fn with_drifted(self, drifted: &'a [PlatformDrift]) -> Self {
        Self { drifted: Some(drifted), ..self }
    }

    pub(crate) fn with_written(self, is_written: bool) -> Self {
        Self { is_written: Some(is_written), ..self }
    }
}

pub(crate) fn plan(arguments: &arguments::Plan, broker: &Broker) -> Answer<'static> {
    let (planned_change, mut findings) = match PlannedChange::build(arguments, broker, Lost::Nothing) {
        Ok(planned_change) => {
            let mut findings = planned_change.findings.clone();
            findings.extend(
                planned_change.target.recovery().map(|recovery| unfinished(recovery, &arguments.target)),
            );
            (Some(planned_change), findings)
        }
        Err(findings) => (None, findings),
    };
    findings = annotated(findings, broker.hooks());
    let is_well = planned_change.is_some() && !findings.has_errors();
    let (drifted, unknown) = planned_change
        .as_ref()
        .map(|planned_change| drift(broker, &planned_change.target))
        .unwrap_or_default();
    findings.extend(unknown);
    match arguments.format {
        Format::Text => {
            let text = planned_change.as_ref().map(summary).unwrap_or_default();
            Answer::text(text + &lines(&drifted), &findings, is_well)
        }
        Format::Json => {
            let planned = PlanJson::new(planned_change.as_ref(), &findings);
            Answer::json(&planned.with_drifted(&drifted), is_well)
        }
    }
}
