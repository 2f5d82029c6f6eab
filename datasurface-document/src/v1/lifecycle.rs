//! Deprecations, of whatever can be replaced by something of its kind.

use super::{json_schema::Described, quantity::Day, short_form::ShortForm};
use crate::shape::Shaped;
use datasurface_model::{DatasetKey, DatastoreName, Deprecation, PlatformName};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(
    deny_unknown_fields,
    expecting = "a deprecation, as an object",
    bound(serialize = "R: Replacement", deserialize = "R: Replacement")
)]
pub(super) struct DeprecationObject<R: Replacement> {
    since: Day,
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replacement: Option<R::Form>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sunset: Option<Day>,
}

/// What can be named as a replacement, and how a document names it.
pub(super) trait Replacement: Clone {
    type Form: Serialize + DeserializeOwned + Described;

    fn form(&self) -> Self::Form;
    fn from_form(form: Self::Form) -> Self;
}

impl Replacement for DatasetKey {
    type Form = ShortForm<Self>;

    fn form(&self) -> ShortForm<Self> {
        ShortForm(self.clone())
    }

    fn from_form(ShortForm(key): ShortForm<Self>) -> Self {
        key
    }
}

macro_rules! by_name {
    ($($name:ty),*) => {$(
        impl Replacement for $name {
            type Form = Self;

            fn form(&self) -> Self {
                self.clone()
            }

            fn from_form(name: Self) -> Self {
                name
            }
        }
    )*};
}

by_name!(DatastoreName, PlatformName);

impl<R: Replacement> DeprecationObject<R> {
    pub(super) fn into_model(self) -> Deprecation<R> {
        let mut deprecation = Deprecation::new(self.since.0, self.reason);
        if let Some(replacement) = self.replacement {
            deprecation = deprecation.replaced_by(R::from_form(replacement));
        }
        match self.sunset {
            Some(Day(last)) => deprecation.with_sunset(last),
            None => deprecation,
        }
    }
}

impl<R: Replacement> From<&Deprecation<R>> for DeprecationObject<R> {
    fn from(deprecation: &Deprecation<R>) -> Self {
        Self {
            since: Day(deprecation.since()),
            reason: deprecation.reason().to_owned(),
            replacement: deprecation.replacement().map(R::form),
            sunset: deprecation.sunset().map(Day),
        }
    }
}
