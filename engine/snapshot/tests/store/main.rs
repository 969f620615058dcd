//! Saving and loading: all that a filesystem is comes back, what is shared is
//! stored once, and what is damaged is named.

mod collecting;
mod corruption;
mod limits;
mod roundtrip;
mod sharing;
mod trees;
