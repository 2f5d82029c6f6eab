//! Law 24: a fact that the platform claims to honour can be seen in what it renders.

use super::{
    OnPlatform, ReportBuilder,
    alteration::{self, Alteration},
    lone_node::LoneNode,
    shown_node::ShownNode,
};
use crate::{harness::HarnessRun, law::Law};
use datasurface_graph::{NodeDetail, NodeFacts};
use datasurface_model::{Diagnostic, Entitlement, Principal};
use datasurface_platform::{LintView, NodeView, Reporter};

/// The name of the principal that altered facts entitle.
const PRINCIPAL: &str = "other_readers";

pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for lone in LoneNode::all(stage) {
        altered(report, lone);
        entitled(report, lone);
    }
}

/// Alters one fact after the other.
fn altered(report: &mut ReportBuilder, lone: LoneNode<'_>) {
    let (key, descriptor) = (lone.view().key(), lone.platform.descriptor());
    let Ok(before) = lone.render(lone.view().facts().clone()) else {
        return;
    };
    if ShownNode::new(&before, key).is_empty() {
        return;
    }
    let mut alterations = alteration::datasets(lone.node, descriptor);
    if lone.node.is_whole() {
        alterations.extend(alteration::export(lone.node, descriptor));
    }
    for Alteration { fact, kept, facts } in alterations {
        let shown = |rendering| match &kept {
            Some(dataset) => ShownNode::keeping(rendering, key, dataset),
            None => ShownNode::new(rendering, key),
        };
        // What is refused is not ignored.
        if let Ok(after) = lone.render(facts)
            && shown(&after) == shown(&before)
        {
            let difference = format!("what is rendered for it is the same, whatever the {fact}");
            report.report(
                Law::FactsAreShown,
                OnPlatform(&lone.call.platform, format!("`{key}`")),
                difference,
            );
        }
    }
}

/// Lets somebody read each export. A platform that cannot grant has to say so by lint.
fn entitled(report: &mut ReportBuilder, lone: LoneNode<'_>) {
    let view = lone.view();
    let Some(facts) = granted(view.facts()).filter(|_| lone.node.is_whole()) else {
        return;
    };
    let entitled = NodeView::new(lone.instance(), facts.clone(), view.inputs().to_vec());
    if findings(lone, &entitled) != findings(lone, view) {
        return;
    }
    let Ok(after) = lone.render(facts) else {
        return;
    };
    let shown = ShownNode::new(&after, view.key());
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

fn findings(lone: LoneNode<'_>, view: &NodeView) -> Vec<Diagnostic> {
    let (mut found, view) = (Vec::new(), LintView::Node(view));
    lone.platform.lint(view, &mut Reporter::new(&view, &mut found));
    found
}
