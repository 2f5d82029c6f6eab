//! Handles: what was declared in a root module.

use crate::expression::{Expression, Reference};
use datasurface_platform::ResourceAddress;
use std::{collections::BTreeMap, sync::Arc};

/// A resource or data source that was added to a root module. Only a handle makes references, so each of them has a target. A reference
/// is good in the same root module alone: another one refers to the thing by its name, or by a data source of its own.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) module: Arc<str>,
    pub(crate) address: Arc<str>,
    /// The arguments that are known before anything is applied.
    pub(crate) known: Arc<BTreeMap<String, String>>,
}

impl Handle {
    /// Returns the value of an attribute, or of an argument: `arn`, or `endpoint.0.address`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Expression {
        Expression::reference(Reference {
            module: Arc::clone(&self.module),
            target: Arc::clone(&self.address),
            attribute: name.to_owned(),
            known: self.known.get(name).cloned(),
        })
    }

    /// Returns the address of the resource, for what depends on it in another state.
    #[must_use]
    pub fn address(&self) -> ResourceAddress {
        ResourceAddress::from(&*self.address)
    }
}
