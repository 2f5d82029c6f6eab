//! Law 24, of what is asked beside alterations: an offer promises what must be kept, and a principal is named.

use super::{OnPlatform, ReportBuilder, lone_node::LoneNode, shown_node::ShownNode};
use crate::{harness::HarnessRun, law::Law};
use datasurface_graph::{Custody, DatasetFacts, NodeDetail, NodeFacts};
use datasurface_model::{DatasetKey, Diagnostic, Entitlement, Principal};
use datasurface_platform::{LintView, NodeView, Reporter};

/// The name of the principal that altered facts entitle.
const PRINCIPAL: &str = "other_readers";

pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for lone in LoneNode::all(stage) {
        promised(report, lone);
        entitled(report, lone);
    }
}

/// An offer of what must be kept promises at least that something is there.
fn promised(report: &mut ReportBuilder, lone: LoneNode<'_>) {
    let facts = lone.view().facts();
    let kept = |dataset: &DatasetKey| {
        let datasets = datasets(facts);
        datasets.iter().any(|kept| kept.key == *dataset && kept.custody != Custody::default())
    };
    for offer in lone.platform.offer(facts) {
        if kept(offer.dataset()) && offer.custody() == Custody::default() {
            let difference = format!("it offers `{}`, and promises no version of it", offer.dataset());
            let place = OnPlatform(&lone.call.platform, format!("`{}`", facts.key));
            report.report(Law::FactsAreShown, place, difference);
        }
    }
}

/// The datasets that a node can offer.
fn datasets(facts: &NodeFacts) -> &[DatasetFacts] {
    match &facts.detail {
        NodeDetail::Ingest(ingest) => &ingest.datasets,
        NodeDetail::Export(export) => std::slice::from_ref(&export.dataset),
        NodeDetail::Transform(transform) => &transform.outputs,
        NodeDetail::Trigger(_) => &[],
    }
}

/// Lets somebody read each export. A platform that cannot grant has to say so by lint.
fn entitled(report: &mut ReportBuilder, lone: LoneNode<'_>) {
    let view = lone.view();
    let Some(facts) = granted(view.facts()).filter(|_| lone.node.is_whole()) else {
        return;
    };
    let entitled = view.with_facts(facts.clone());
    if findings(lone, &entitled) != findings(lone, view) {
        return;
    }
    let Ok(after) = lone.render(facts) else {
        return;
    };
    let shown = ShownNode::new(&after);
    let difference = if shown.is_empty() {
        return;
    } else if !shown.mentions(PRINCIPAL) {
        format!("`{PRINCIPAL}` may read it, but is not named, and lint has no finding about that")
    } else if shown.is_unrestricted(PRINCIPAL) {
        format!("`{PRINCIPAL}` may read it, and everybody is granted the same")
    } else {
        return;
    };
    report.report(
        Law::FactsAreShown,
        OnPlatform(&lone.call.platform, format!("`{}`", view.key())),
        difference,
    );
}

fn granted(facts: &NodeFacts) -> Option<NodeFacts> {
    let mut facts = facts.clone();
    let NodeDetail::Export(export) = &mut facts.detail else {
        return None;
    };
    let consumer = export.consumers.iter_mut().find(|consumer| !consumer.transforms)?;
    consumer.entitlement = Entitlement::new().granted(Principal::role(PRINCIPAL));
    Some(facts)
}

pub(super) fn findings(lone: LoneNode<'_>, view: &NodeView) -> Vec<Diagnostic> {
    let (mut found, view) = (Vec::new(), LintView::Node(view));
    // As a host does: what is not claimed is refused, and the platform is not asked.
    Reporter::new(&view, &mut found).report_unclaimed(lone.platform.descriptor(), view);
    if found.is_empty() {
        lone.platform.lint(view, &mut Reporter::new(&view, &mut found));
    }
    found
}
