//! Vendors of infrastructure and their trees of locations.

use crate::{
    name::{LocationName, Place, VendorName},
    named::{Entity, Named},
};

/// Whose infrastructure it is: a cloud, or the company's own machines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InfrastructureVendor {
    name: VendorName,
    locations: Named<InfrastructureLocation>,
}

/// A location: a country, a region, a data centre. Locations can lie in locations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InfrastructureLocation {
    name: LocationName,
    locations: Named<InfrastructureLocation>,
}

impl InfrastructureVendor {
    /// A vendor without locations.
    pub fn new(name: impl Into<VendorName>) -> Self {
        Self { name: name.into(), locations: Named::default() }
    }

    /// Adds a location, or a tree of them.
    #[must_use]
    pub fn location(mut self, location: impl Into<InfrastructureLocation>) -> Self {
        self.locations.insert(location.into());
        self
    }

    /// The outermost locations.
    #[must_use]
    pub fn locations(&self) -> &Named<InfrastructureLocation> {
        &self.locations
    }

    /// Whether the vendor has a location at the path of `place`.
    #[must_use]
    pub fn has(&self, place: &Place) -> bool {
        let mut here = &self.locations;
        *place.vendor() == self.name
            && place.path().iter().all(|name| match here.get(name) {
                Some(location) => {
                    here = &location.locations;
                    true
                }
                None => false,
            })
    }
}

impl InfrastructureLocation {
    /// A location without inner ones.
    pub fn new(name: impl Into<LocationName>) -> Self {
        Self { name: name.into(), locations: Named::default() }
    }

    /// Adds a location inside this one.
    #[must_use]
    pub fn location(mut self, location: impl Into<Self>) -> Self {
        self.locations.insert(location.into());
        self
    }

    /// The locations directly inside.
    #[must_use]
    pub fn locations(&self) -> &Named<Self> {
        &self.locations
    }
}

impl From<&str> for InfrastructureLocation {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl Entity for InfrastructureVendor {
    type Name = VendorName;

    fn name(&self) -> &VendorName {
        &self.name
    }
}

impl Entity for InfrastructureLocation {
    type Name = LocationName;

    fn name(&self) -> &LocationName {
        &self.name
    }
}
