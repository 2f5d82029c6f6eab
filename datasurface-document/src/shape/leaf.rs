//! The shapes of types that are not made of members, and of collections.

use super::{Shape, Shaped};
use datasurface_model::{Text, *};
use std::collections::BTreeMap;

macro_rules! leaves {
    ($($type:ty)*) => {
        $(
            impl $crate::shape::Shaped for $type {
                const SHAPE: $crate::shape::Shape = $crate::shape::Shape::Leaf;
            }
        )*
    };
}

pub(crate) use leaves;

leaves! {
    bool u16 u32 u64 String Text
    Classification ColumnName ContainerName CredentialName CredentialStoreName Cron DataType DatasetName DatastoreName
    EcosystemName GroupName LocationName PlatformKind PlatformName PolicyName PrincipalName Regulator Tag TeamName
    VendorName VersionRequirement WorkspaceName ZoneName
}

impl<T: Shaped> Shaped for Option<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Shaped> Shaped for Box<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Shaped> Shaped for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
}

impl<T: Shaped> Shaped for Set<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
}

impl<K, V> Shaped for BTreeMap<K, V> {
    const SHAPE: Shape = Shape::Free;
}
