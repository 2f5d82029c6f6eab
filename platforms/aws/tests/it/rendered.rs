//! Everything that an instance renders, as tests look it up.

use crate::{shop::Shop, site::deployment};
use datasurface_platform::prelude::Ecosystem;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// Everything that an instance renders: the blocks of each type.
pub(crate) struct Instance {
    pub(crate) blocks: BTreeMap<String, BTreeMap<String, Value>>,
    /// The lookups of each type.
    pub(crate) lookups: BTreeMap<String, BTreeMap<String, Value>>,
    pub(crate) scripts: BTreeMap<String, String>,
    /// The region and the account, as ARNs have them.
    pub(crate) place: String,
    /// The key of KMS by which another lake was written that is read.
    pub(crate) source_key: Option<&'static str>,
}

impl Instance {
    pub(crate) fn render(shop: &Shop) -> Self {
        Self::of_ecosystem(&shop.ecosystem(), "Lake")
    }

    /// The instance of a name in an ecosystem.
    pub(crate) fn of_ecosystem(ecosystem: &Ecosystem, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path());
        deployment.render(ecosystem).unwrap();
        let declared = ecosystem.platforms().get(name).unwrap().config().as_str().to_owned();
        let settings: Value = serde_json::from_str(&declared).unwrap();
        let [region, account] = ["region", "account"].map(|setting| settings[setting].as_str().unwrap());
        let place = format!("{region}:{account}");
        let mut instance = Self {
            blocks: BTreeMap::new(),
            lookups: BTreeMap::new(),
            scripts: BTreeMap::new(),
            place,
            source_key: None,
        };
        instance.read(&deployment.root().join(name));
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
                for (kind, known) in [("resource", &mut self.blocks), ("data", &mut self.lookups)] {
                    for (resource_type, blocks) in file[kind].as_object().into_iter().flatten() {
                        let known = known.entry(resource_type.clone()).or_default();
                        known.extend(blocks.as_object().unwrap().clone());
                    }
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

    /// The keys of aliases, by their names.
    pub(crate) fn aliases(&self) -> BTreeMap<String, String> {
        let aliases = self.of("aws_kms_alias").map(|(_, alias)| [&alias["name"], &alias["target_key_id"]]);
        aliases.map(|alias| alias.map(|text| text.as_str().unwrap().to_owned()).into()).collect()
    }

    /// The key behind the ARN of an alias.
    pub(crate) fn key_behind(&self, alias: &str) -> String {
        let name = alias.strip_prefix(&format!("arn:aws:kms:{}:", self.place));
        self.aliases().remove(name.unwrap_or_else(|| panic!("{alias} is no alias"))).unwrap()
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
