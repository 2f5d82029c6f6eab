//! Vendors of infrastructure and their trees of locations.

use datasurface_schema::{
    Annotations, Entity, LocationName, Named, Place, Sparse, VendorName, documented, renamed,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A vendor of infrastructure: a cloud, or the company's own machines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InfrastructureVendor {
    name: VendorName,
    cloud: Option<CloudVendor>,
    locations: Named<InfrastructureLocation>,
    about: Sparse<Annotations<VendorName>>,
}

/// The clouds that everybody knows: policies about them hold under whatever name a vendor has here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CloudVendor {
    /// Alibaba Cloud.
    Alibaba,
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    GoogleCloud,
    /// IBM Cloud.
    Ibm,
    /// Oracle Cloud.
    Oracle,
    /// The company's own machines.
    OnPremises,
}

/// A location: a country, a region, a data centre. Locations can lie in locations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InfrastructureLocation {
    name: LocationName,
    locations: Named<InfrastructureLocation>,
    about: Sparse<Annotations<LocationName>>,
}

impl InfrastructureVendor {
    /// Creates a vendor without locations.
    pub fn new(name: impl Into<VendorName>) -> Self {
        Self { name: name.into(), cloud: None, locations: Named::default(), about: Sparse::default() }
    }

    /// Sets the cloud, so that policies about clouds apply to the vendor.
    #[must_use]
    pub fn with_cloud(mut self, cloud: CloudVendor) -> Self {
        self.cloud = Some(cloud);
        self
    }

    /// Adds a location, or a tree of them.
    #[must_use]
    pub fn location(mut self, location: impl Into<InfrastructureLocation>) -> Self {
        self.locations.insert(location.into());
        self
    }

    documented!();
    renamed!(VendorName);

    /// The cloud, if the vendor is a known one.
    #[must_use]
    pub fn cloud(&self) -> Option<CloudVendor> {
        self.cloud
    }

    /// The outermost locations.
    #[must_use]
    pub fn locations(&self) -> &Named<InfrastructureLocation> {
        &self.locations
    }

    /// Whether the vendor has a location at the path of `place`.
    #[must_use]
    pub fn has_location(&self, place: &Place) -> bool {
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
    /// Creates a location without inner ones.
    pub fn new(name: impl Into<LocationName>) -> Self {
        Self { name: name.into(), locations: Named::default(), about: Sparse::default() }
    }

    /// Adds a location inside this one.
    #[must_use]
    pub fn location(mut self, location: impl Into<Self>) -> Self {
        self.locations.insert(location.into());
        self
    }

    documented!();
    renamed!(LocationName);

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

impl fmt::Display for CloudVendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alibaba => "Alibaba Cloud",
            Self::Aws => "AWS",
            Self::Azure => "Azure",
            Self::GoogleCloud => "Google Cloud",
            Self::Ibm => "IBM Cloud",
            Self::Oracle => "Oracle Cloud",
            Self::OnPremises => "on premises",
        })
    }
}
