//! `plan`: shows what has to be done, and does nothing of it.

use crate::{
    answer::Answer,
    arguments::{self, Format},
    propose::{Prospect, unfinished},
    summary::summary,
};
use datasurface_broker::Broker;
use datasurface_model::{Findings, PlatformName};
use datasurface_platform::{Plan, Revision};
use serde::Serialize;
use std::collections::BTreeMap;

/// A plan for programs. What is not known is null or empty.
#[derive(Serialize)]
pub(crate) struct Planned<'a> {
    findings: &'a Findings,
    reached: Option<&'a Revision>,
    revision: Option<&'a Revision>,
    plans: BTreeMap<&'a PlatformName, &'a Plan>,
    /// Only of a rendering.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_written: Option<bool>,
}

impl<'a> Planned<'a> {
    pub(crate) fn of(prospect: Option<&'a Prospect>, findings: &'a Findings) -> Self {
        let plans = prospect.into_iter().flat_map(|prospect| prospect.proposal.plans());
        Self {
            findings,
            reached: prospect.and_then(|prospect| prospect.reached.as_ref()),
            revision: prospect.map(|prospect| prospect.proposal.revision()),
            plans: plans.collect(),
            is_written: None,
        }
    }

    pub(crate) fn written(self, is_written: bool) -> Self {
        Self { is_written: Some(is_written), ..self }
    }
}

pub(crate) fn plan(arguments: &arguments::Plan, broker: &Broker) -> Answer<'static> {
    let (prospect, findings) = match Prospect::find(arguments, broker, false) {
        Ok(prospect) => {
            let mut findings = prospect.findings.clone();
            findings
                .extend(prospect.target.recovery().map(|recovery| unfinished(recovery, &arguments.target)));
            (Some(prospect), findings)
        }
        Err(findings) => (None, findings),
    };
    let is_well = prospect.is_some() && !findings.has_errors();
    match arguments.format {
        Format::Text => {
            let text = prospect.as_ref().map(summary).unwrap_or_default();
            Answer::text(text, &findings, is_well)
        }
        Format::Json => Answer::json(&Planned::of(prospect.as_ref(), &findings), is_well),
    }
}
