//! Facts that are altered one after the other: each is shown (law 24), is no metadata where readers see it (law 21), and reaches whatever
//! depends on what it changes (law 25).

use super::{
    OnPlatform, ReportBuilder,
    alteration::{self, Alteration},
    facts::findings,
    lone_node::LoneNode,
    rendered_node::RenderedNode,
    schema_changes::plan,
    shown_node::ShownNode,
};
use crate::{harness::HarnessRun, law::Law};
use datasurface_platform::{Meaning, NodeView, Resource, ResourceAddress};

pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for lone in LoneNode::all(stage) {
        let Ok(before) = lone.render(lone.view().facts().clone()) else {
            continue;
        };
        if ShownNode::new(&before).is_empty() {
            continue;
        }
        for alteration in alteration::claimed_facts(lone.node, lone.platform.descriptor()) {
            let view = alteration.view(lone.view());
            if let Ok(after) = lone.render_view(view.clone()) {
                let altered = Altered { lone, alteration, view, before: &before, after };
                altered.is_shown(report);
                altered.is_followed(report);
                altered.is_no_metadata(report);
            }
        }
    }
}

/// What is rendered for a node, and what is rendered with another fact.
struct Altered<'a> {
    lone: LoneNode<'a>,
    alteration: Alteration,
    view: NodeView,
    before: &'a RenderedNode<'static>,
    after: RenderedNode<'static>,
}

impl Altered<'_> {
    fn is_shown(&self, report: &mut ReportBuilder) {
        let Alteration { fact, kept, .. } = &self.alteration;
        let shown = |node| match kept {
            Some(dataset) => ShownNode::keeping(node, dataset),
            None => ShownNode::new(node),
        };
        if shown(&self.after) == shown(self.before) && !self.is_refused() {
            let difference = format!(
                "what is rendered for it is the same, whatever the {fact}, and lint has no finding about that"
            );
            self.report(report, Law::FactsAreShown, self.lone.view().key(), difference);
        }
    }

    /// What depends on something that keeps data, which then is called otherwise, must be told.
    fn is_followed(&self, report: &mut ReportBuilder) {
        let keeps = |address: &ResourceAddress| {
            self.before.resource(address).is_some_and(|resource| resource.held_data().is_some())
        };
        for (_, old) in self.before.own() {
            let Some(new) = self.after.resource(old.address()) else { continue };
            let is_gone = |address: &&ResourceAddress| !new.dependencies().contains(*address);
            if let Some(gone) = old.dependencies().iter().filter(is_gone).find(|address| keeps(address))
                && self.shows_the_same(old, new)
            {
                let difference = format!(
                    "with another {}, it depends on something else than `{gone}`, and no attribute nor its file differs",
                    self.alteration.fact
                );
                self.report(report, Law::DependenciesAreComplete, old.address(), difference);
            }
        }
    }

    fn shows_the_same(&self, old: &Resource, new: &Resource) -> bool {
        old.attributes() == new.attributes()
            && self.before.text(old.address()) == self.after.text(new.address())
    }

    /// One step that says more is enough, where several resources do it.
    fn is_no_metadata(&self, report: &mut ReportBuilder) {
        if !self.alteration.is_seen {
            return;
        }
        let Some(plan) = plan(self.lone, self.before, &self.after, self.view.facts()) else {
            return;
        };
        if let Some(step) = plan.steps().first()
            && plan.steps().iter().all(|step| step.meaning == Meaning::Metadata)
            && !self.is_refused()
        {
            let difference = format!(
                "with another {}, readers see something else, which the plan calls a change of metadata",
                self.alteration.fact
            );
            self.report(report, Law::MeaningIsNotUnderstated, &step.resource, difference);
        }
    }

    /// Whether lint tells of the altered fact.
    fn is_refused(&self) -> bool {
        findings(self.lone, &self.view) != findings(self.lone, self.lone.view())
    }

    fn report(
        &self,
        report: &mut ReportBuilder,
        law: Law,
        place: impl std::fmt::Display,
        difference: String,
    ) {
        report.report(law, OnPlatform(&self.lone.call.platform, format!("`{place}`")), difference);
    }
}
