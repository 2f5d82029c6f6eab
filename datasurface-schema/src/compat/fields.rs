//! Fields of a type that is made of them, old against new.

use super::{TypeChange, data_type::breaking};
use crate::set::Set;

/// A field of a type.
pub(super) trait ComparedField {
    fn name(&self) -> &str;

    /// Returns the effect of a new field.
    fn gained(&self) -> TypeChange;

    /// Returns the effect of a change of this field from `old`.
    fn became(&self, old: &Self) -> TypeChange;
}

/// Fields are found by name. Those that stay must keep their order: some readers go by it.
pub(super) fn between<F: ComparedField>(old: &[F], new: &[F]) -> TypeChange {
    let known: Set<&str> = old.iter().map(F::name).collect();
    let (kept, added): (Vec<&F>, Vec<&F>) = new.iter().partition(|field| known.contains(field.name()));
    if kept.len() < old.len() {
        return breaking("a field is gone");
    }
    if kept.len() > old.len() || kept.iter().zip(old).any(|(new, old)| new.name() != old.name()) {
        return breaking("another order of the fields");
    }
    let gained = added.into_iter().map(ComparedField::gained);
    let changes = kept.into_iter().zip(old);
    let changes = changes.map(|(new, old)| new.became(old).within(&format!("the field `{}`", old.name())));
    gained.chain(changes).fold(TypeChange::Same, |all, change| all.and(|| change))
}
