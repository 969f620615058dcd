//! Mounted trees: they behave as if everything in them lay in memory.

mod answers;
mod live;
mod memory;
mod oracle;
