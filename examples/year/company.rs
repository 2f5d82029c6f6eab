//! The company: what its teams produce and read, and how they write it down.

use chrono::NaiveDate;
use datasurface::model::*;
use std::collections::BTreeMap;

/// The zone of all teams.
pub(crate) const ZONE: &str = "Company";

/// The repository of what is of no team: the platform.
pub(crate) const OWNER: &str = "github:company/model@main";

/// The days for which consumers may ask for what was.
pub(crate) const RETENTION: u32 = 60;

/// The datasets of a datastore, to begin with.
const PER_STORE: usize = 10;

/// The datasets that a team reads, to begin with.
const READ: usize = 15;

/// What the teams of a company have declared.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    pub(crate) teams: usize,
    pub(crate) stores: Vec<Store>,
    pub(crate) datasets: Vec<Produced>,
    /// What each team reads.
    pub(crate) readers: Vec<Reader>,
    /// The day until which the platform stays as it is, if it ever did.
    pub(crate) frozen_until: Option<NaiveDate>,
}

/// A name, and the one before it.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) current: String,
    pub(crate) former: Option<String>,
}

/// A datastore.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) team: usize,
    pub(crate) name: Name,
    /// The positions of its datasets.
    pub(crate) datasets: Vec<usize>,
}

/// A dataset, whatever it is called: its position is in the name of a column.
#[derive(Clone, Debug)]
pub(crate) struct Produced {
    pub(crate) store: usize,
    pub(crate) name: Name,
    pub(crate) columns: usize,
    /// The last day on which it is there, once its readers are asked about that.
    pub(crate) last_day: Option<NaiveDate>,
    /// The day on which that was announced.
    pub(crate) announced: Option<NaiveDate>,
    /// The teams that read it.
    pub(crate) readers: Vec<usize>,
}

/// What a team reads: by the position of the dataset, how the team calls it, and until when it agreed to read it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reader {
    pub(crate) wants: BTreeMap<usize, Want>,
}

#[derive(Clone, Debug)]
pub(crate) struct Want {
    pub(crate) called: DatasetKey,
    pub(crate) agreed_until: Option<NaiveDate>,
}

impl Name {
    fn new(name: String) -> Self {
        Self { current: name, former: None }
    }

    pub(crate) fn rename(&mut self, to: String) {
        self.former = Some(std::mem::replace(&mut self.current, to));
    }
}

pub(crate) fn team(number: usize) -> String {
    format!("team_{number:03}")
}

/// The repository from which a team changes what is its own.
pub(crate) fn repository(team: usize) -> String {
    format!("github:company/team_{team:03}@main")
}

impl Company {
    /// Founds a company of so many teams, with so many datasets in all.
    pub(crate) fn new(teams: usize, datasets: usize) -> Self {
        let mut company = Self {
            teams,
            stores: Vec::new(),
            datasets: Vec::new(),
            readers: vec![Reader::default(); teams],
            frozen_until: None,
        };
        for store in 0..datasets.div_ceil(PER_STORE) {
            let name = Name::new(format!("store_{store}"));
            company.stores.push(Store { team: store % teams, name, datasets: Vec::new() });
            for _ in 0..PER_STORE {
                company.produce(store);
            }
        }
        // As many in all as three sinks for two datasets.
        let wanted = (datasets * 3 / 2).max(READ);
        for number in 0..wanted {
            company.want(number % teams, fastrand::usize(..company.datasets.len()));
        }
        company
    }

    /// Adds a dataset to a datastore.
    pub(crate) fn produce(&mut self, store: usize) {
        let position = self.datasets.len();
        let name = Name::new(format!("dataset_{position}"));
        self.datasets.push(Produced {
            store,
            name,
            columns: 4,
            last_day: None,
            announced: None,
            readers: Vec::new(),
        });
        if let Some(store) = self.stores.get_mut(store) {
            store.datasets.push(position);
        }
    }

    /// Lets a team read a dataset.
    pub(crate) fn want(&mut self, team: usize, dataset: usize) {
        let called = self.key(dataset);
        let want = Want { called, agreed_until: None };
        if self.readers[team].wants.insert(dataset, want).is_none() {
            self.datasets[dataset].readers.push(team);
        }
    }

    /// Lets a team read a dataset no more.
    pub(crate) fn leave(&mut self, team: usize, dataset: usize) {
        self.readers[team].wants.remove(&dataset);
        self.datasets[dataset].readers.retain(|reader| *reader != team);
    }

    pub(crate) fn key(&self, dataset: usize) -> DatasetKey {
        let dataset = &self.datasets[dataset];
        DatasetKey::new(&*self.stores[dataset.store].name.current, &*dataset.name.current)
    }

    /// Whether nobody calls the dataset by a name of before.
    pub(crate) fn is_called_by_its_name(&self, dataset: usize) -> bool {
        let key = self.key(dataset);
        self.datasets[dataset].readers.iter().all(|team| self.readers[*team].wants[&dataset].called == key)
    }

    pub(crate) fn team_of(&self, dataset: usize) -> usize {
        self.stores[self.datasets[dataset].store].team
    }

    pub(crate) fn ecosystem(&self, shard: u64) -> Ecosystem {
        let mut teams: Vec<Team> = (0..self.teams)
            .map(|number| {
                let sources = DataContainer::postgres("Sources", "sources.example", team(number));
                let lake = DataContainer::postgres("Lake", "lake.example", format!("lake_{number}"));
                let containers = [sources, lake].map(|container| container.located("V/L"));
                containers.into_iter().fold(Team::new(), Team::container).workspace(self.workspace(number))
            })
            .collect();
        for (position, store) in self.stores.iter().enumerate() {
            let team = std::mem::take(&mut teams[store.team]);
            teams[store.team] = team.datastore(self.datastore(position));
        }
        let zone = teams.into_iter().enumerate().fold(GovernanceZone::new(), |zone, (number, definition)| {
            zone.team(team(number), repository(number), definition)
        });
        let settings = Json::from(serde_json::json!({ "datasets": shard }));
        let platform = PlatformDeclaration::new("P", "shelves").with_config(settings);
        let frozen = self.frozen_until.map(|until| AdvancePolicy::frozen(until, "the shops are full"));
        Ecosystem::new("Company", OWNER, "github:company/live@main")
            .vendor(InfrastructureVendor::new("V").location("L"))
            .platform(frozen.into_iter().fold(platform, PlatformDeclaration::with_advance_policy))
            .zone(ZONE, "github:company/zone@main", zone)
    }

    /// A datastore, as its team writes it.
    pub(crate) fn datastore(&self, position: usize) -> Datastore {
        let store = &self.stores[position];
        let from = ContainerKey::new(ZONE, team(store.team), "Sources");
        let capture = Capture::sql_snapshot(from).with_consistency(Consistency::SingleDataset);
        let datastore = Datastore::new(&*store.name.current).captured(capture);
        let datastore = store.name.former.iter().fold(datastore, |it, former| it.renamed_from(&**former));
        datastore.with_datasets(store.datasets.iter().map(|dataset| self.dataset(*dataset)))
    }

    fn dataset(&self, position: usize) -> Dataset {
        let Produced { name, columns, last_day, announced, .. } = &self.datasets[position];
        let mut schema = format!("id Integer key, number_{position} Integer");
        for column in 0..*columns {
            schema.push_str(&format!(", value_{column} VarChar(40)"));
        }
        let dataset = Dataset::new(&*name.current, &*schema);
        let dataset = name.former.iter().fold(dataset, |it, former| it.renamed_from(&**former));
        announced.iter().zip(last_day).fold(dataset, |it, (since, last)| {
            it.deprecated(Deprecation::new(*since, "there is a better one").with_sunset(*last))
        })
    }

    /// What a team reads, as it writes it.
    pub(crate) fn workspace(&self, number: usize) -> Workspace {
        let sinks = self.readers[number].wants.values().map(|want| {
            let sink = DatasetSink::new(&want.called);
            want.agreed_until.into_iter().fold(sink, DatasetSink::with_consent_until)
        });
        let group = DatasetGroup::new("daily")
            .with_sinks(sinks)
            .with_milestoning(Milestoning::LiveAndForensic)
            .with_retention(Retention::days(RETENTION));
        let lake = ContainerKey::new(ZONE, team(number), "Lake");
        Workspace::new(format!("reader_{number:03}")).with_container(lake).group(group)
    }
}
