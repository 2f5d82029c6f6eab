//! What single rules find, where a fixture would not show it.

mod governance;
mod name;
mod origins;
mod platform_credential;
mod policy;
mod producer_file;
mod regulated;
mod schema;
mod waivers;
mod world;
