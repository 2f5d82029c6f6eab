//! What single rules find, where a fixture would not show it.

mod former;
mod governance;
mod name;
mod origins;
mod policy;
mod producer_file;
mod regulated;
mod renamed_places;
mod schema;
mod waivers;
mod world;
