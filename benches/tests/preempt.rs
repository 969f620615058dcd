//! The measurement of timeouts and cancels, small: nothing is left of what was
//! ended, whatever the figures.

use wardian_benches::preempt::{Plan, preempt};

#[test]
fn nothing_is_left_of_what_is_ended() {
    let table = preempt(&Plan {
        others: 40,
        rounds: 3,
    });
    println!("{table}");
    assert!(table.is_right(), "{table}");
}
