//! Labels: the classifications that occur in an ecosystem, and those that it declares.

mod index;
mod occurrences;

pub(super) use index::LabelIndex;
pub(crate) use index::LabelVerdict;
pub(in crate::validate) use occurrences::each_label;
