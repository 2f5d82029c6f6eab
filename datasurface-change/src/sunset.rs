//! Sunsets: who relied on a later day, and who comes when it is over.

use super::{
    changed_datastores::RetirementDates,
    codes,
    compatibility::{BreakingChange, CompatibilityChecker},
    retirement::Retirement,
    uses::DatasetUse,
};
use datasurface_model::{Diagnostic, NaiveDate, segment};
use std::collections::BTreeSet;

impl CompatibilityChecker<'_> {
    /// Returns the finding that the last day of a dataset is earlier than the day until which consumers agreed to use it, if
    /// the change makes it so.
    pub(super) fn closer_sunset(
        &self,
        retirement: &Retirement,
        before: Option<RetirementDates>,
    ) -> Option<BreakingChange> {
        let last = retirement.last_day?;
        // A deprecation that is new takes the place of one that was taken back.
        let before_it = before.and_then(|before| before.last_day);
        if before_it.is_some_and(|before| before <= last) {
            return None;
        }
        let agreed = |used: &&DatasetUse<'_>| used.sink.consent_until().is_some_and(|until| until > last);
        let uses = self.uses.direct(&retirement.dataset).iter().filter(agreed);
        let consumers: BTreeSet<_> =
            uses.filter(|used| self.was_there(used)).map(|used| used.consumer(Vec::new())).collect();
        if consumers.is_empty() {
            return None;
        }
        let name = &retirement.dataset;
        let message = match before_it {
            Some(before) => format!("the last day of `{name}` was {before}, and is {last}"),
            None => format!("the last day of `{name}` is {last} now"),
        };
        let finding = Diagnostic::new(&codes::SUNSET_CLOSER, retirement.path.clone(), message);
        let finding = finding.with_help(codes::SUNSET_CLOSER.explanation);
        Some(BreakingChange { finding, consumers })
    }

    /// Returns the findings about groups that begin to use a dataset whose last day is over.
    pub(super) fn joined_after_sunset(&self, retirement: &Retirement) -> Vec<Diagnostic> {
        let is_over = |last: &NaiveDate| *last < self.on;
        let Some(last) = retirement.last_day.filter(is_over) else { return Vec::new() };
        let name = &retirement.dataset;
        let former = self.former.get(name).unwrap_or(name);
        if self.old.dataset(former).is_none() {
            return Vec::new();
        }
        let joined = self.uses.direct(name).iter().filter(|used| !self.was_there(used));
        let findings = joined.map(|used| {
            let group = used.consumer(Vec::new());
            let message = format!("`{}` joins `{name}`, whose last day was {last}", group.group);
            let path = group.path().child(segment::SINKS, name.to_string());
            Diagnostic::new(&codes::JOINED_AFTER_SUNSET, path, message)
                .with_help(codes::JOINED_AFTER_SUNSET.explanation)
                .related_place(retirement.path.clone(), "is where the last day is said")
        });
        findings.collect()
    }
}
