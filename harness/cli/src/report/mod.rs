//! A session as a page for a browser: one file that loads nothing, runs nothing
//! and can be mailed.

mod collect;
mod command;
mod diff;
mod html;
mod numbers;
mod page;
mod record;
mod step;

pub use collect::collect;
pub use command::{ReportArguments, main};
pub use html::without_colours;
pub use numbers::{count, dollars, duration};
pub use record::{Record, What};
