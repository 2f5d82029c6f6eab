//! In which order transformers run.

use super::{job::TriggerJob, rendered::Rendered};
use crate::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

impl Rendered {
    /// The triggers, those of producers before those of consumers; what matters more first. Where they feed each other,
    /// somebody has to be first.
    pub(super) fn triggers_in_order(&self) -> Vec<&TriggerJob> {
        let mut triggers: Vec<&TriggerJob> = self.triggers.iter().collect();
        triggers.sort_by_key(|trigger| (std::cmp::Reverse(trigger.priority), &trigger.job));
        let mut makers: BTreeMap<&DatasetKey, usize> = BTreeMap::new();
        for (position, trigger) in triggers.iter().enumerate() {
            let transform = self.transforms.get(&trigger.starts);
            let outputs = transform.into_iter().flat_map(|transform| &transform.outputs);
            makers.extend(outputs.map(|output| (output, position)));
        }
        let mut entered = BTreeSet::new();
        let mut ordered = Vec::new();
        for start in 0..triggers.len() {
            let mut open = vec![(start, false)];
            while let Some((position, makers_are_done)) = open.pop() {
                let Some(trigger) = triggers.get(position) else { continue };
                if makers_are_done {
                    ordered.push(*trigger);
                } else if entered.insert(position) {
                    open.push((position, true));
                    let before = trigger.inputs.iter().rev().filter_map(|input| makers.get(input));
                    open.extend(before.map(|maker| (*maker, false)));
                }
            }
        }
        ordered
    }

    /// Whether the transformer of this workspace has a part in making a dataset.
    pub(super) fn is_made_from(&self, dataset: &DatasetKey, workspace: &WorkspaceName) -> bool {
        let makers: BTreeMap<&DatasetKey, &TriggerJob> = self
            .triggers
            .iter()
            .filter_map(|trigger| Some((trigger, self.transforms.get(&trigger.starts)?)))
            .flat_map(|(trigger, transform)| transform.outputs.iter().map(move |output| (output, trigger)))
            .collect();
        let mut entered = BTreeSet::new();
        let mut open = vec![dataset];
        while let Some(maker) = open.pop().map(|dataset| makers.get(dataset)) {
            let Some(maker) = maker.filter(|maker| entered.insert(&maker.workspace)) else { continue };
            if maker.workspace == *workspace {
                return true;
            }
            open.extend(&maker.inputs);
        }
        false
    }
}
