//! What few things say, drawn at random.

use super::laws::nasty;
use crate::*;
use proptest::{collection::vec, option, prelude::*};

pub(super) fn documentations() -> impl Strategy<Value = Documentation> {
    (nasty(), any::<bool>(), vec(nasty(), 0..2)).prop_map(|(text, is_markdown, tags)| {
        let documentation =
            if is_markdown { Documentation::markdown(text) } else { Documentation::plain(text) };
        tags.into_iter().fold(documentation, Documentation::tagged)
    })
}

/// Documentation and a former name, which most things do not have.
pub(super) fn about() -> impl Strategy<Value = (Option<Documentation>, Option<String>)> {
    (option::weighted(0.3, documentations()), option::weighted(0.3, nasty()))
}

pub(super) fn quality_checks() -> impl Strategy<Value = QualityCheck> {
    prop_oneof![
        (nasty(), any::<u32>())
            .prop_map(|(column, share)| QualityCheck::not_null(column, Share::parts_per_million(share))),
        vec(nasty(), 0..3).prop_map(QualityCheck::unique),
        any::<(u64, Option<u64>)>().prop_map(|(least, most)| QualityCheck::rows(least, most)),
        (nasty(), any::<u64>())
            .prop_map(|(column, within)| QualityCheck::fresh(column, Latency::seconds(within))),
        (nasty(), vec(nasty(), 0..3))
            .prop_map(|(column, values)| QualityCheck::accepted_values(column, values)),
    ]
}

pub(super) fn principals() -> impl Strategy<Value = Principal> {
    let name = || nasty().prop_map(PrincipalName::from);
    prop_oneof![
        name().prop_map(Principal::Group),
        name().prop_map(Principal::Role),
        name().prop_map(Principal::Service),
    ]
}
