//! Everything that an instance renders, as tests look it up.

use crate::{shop::Shop, site::deployment};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// Everything that an instance renders: the blocks of each type.
pub(crate) struct Instance {
    pub(crate) blocks: BTreeMap<String, BTreeMap<String, Value>>,
    pub(crate) scripts: BTreeMap<String, String>,
}

impl Instance {
    pub(crate) fn render(shop: &Shop) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path());
        deployment.render(&shop.ecosystem()).unwrap();
        let mut instance = Self { blocks: BTreeMap::new(), scripts: BTreeMap::new() };
        instance.read(&deployment.root().join("Lake"));
        instance
    }

    fn read(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if path.is_dir() {
                self.read(&path);
            } else if name.ends_with(".py") {
                self.scripts.insert(name, fs::read_to_string(&path).unwrap());
            } else if name.ends_with(".tf.json") {
                let file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
                for (resource_type, blocks) in file["resource"].as_object().into_iter().flatten() {
                    let known = self.blocks.entry(resource_type.clone()).or_default();
                    known.extend(blocks.as_object().unwrap().clone());
                }
            }
        }
    }

    pub(crate) fn of(&self, resource_type: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.blocks.get(resource_type).into_iter().flatten().map(|(label, block)| (label.as_str(), block))
    }

    /// The block of a type and a label.
    pub(crate) fn block(&self, resource_type: &str, label: &str) -> &Value {
        let blocks = &self.blocks[resource_type];
        blocks.get(label).unwrap_or_else(|| panic!("{label} is not among {:?}", blocks.keys()))
    }

    /// The content of the object at an address.
    pub(crate) fn object(&self, address: &str) -> Value {
        let mut objects = self.of("aws_s3_object").map(|(_, block)| block);
        let found = objects.find(|block| {
            format!("s3://{}/{}", block["bucket"].as_str().unwrap(), block["key"].as_str().unwrap())
                == address
        });
        let content =
            found.unwrap_or_else(|| panic!("{address} is read, and nobody puts it there"))["content"]
                .as_str();
        serde_json::from_str(content.unwrap()).unwrap()
    }
}
