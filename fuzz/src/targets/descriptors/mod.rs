//! The descriptor table beside a model: opening, closing, duplicating,
//! renumbering, shared offsets, appending, files removed while open, and the
//! limit. Numbers, answers, memory and files have to be equal.

mod model;

use wardian_engine::Limits;

use self::model::{Model, NAMES};
use super::guest::{Program, patient_limits, sandbox};
use crate::{Draw, Target, Trace};

pub(crate) static TARGET: Target = Target {
    name: "descriptors",
    run,
    seeds: Vec::new,
    pieces: &[],
    most_bytes: 1200,
};

/// Calls of one program; each has its own places in memory.
const MOST_CALLS: usize = 110;
/// Open descriptors of a process.
const LIMIT: usize = 12;

fn run(input: &[u8], trace: &mut Trace) {
    let mut draw = Draw::new(input);
    let mut model = Model::new(LIMIT);
    let mut program = Program {
        memory: model.memory.clone(),
        calls: Vec::new(),
    };
    let mut expected = Vec::new();
    while !draw.is_done() && expected.len() < MOST_CALLS {
        let number = expected.len();
        if let Some((call, answer)) = model.step(number, &mut draw) {
            trace.note((call.function, answer, model.open().min(LIMIT)));
            program.calls.push(call);
            expected.push(answer);
        }
    }
    let sandbox = sandbox(Limits {
        descriptors: LIMIT as u32,
        ..patient_limits()
    });
    let left = program.run(&sandbox, true);
    let (memory, results) = left.dump.expect("nothing ends it");
    for (number, call) in program.calls.iter().enumerate() {
        assert_eq!(
            results[number], expected[number],
            "{number} {call:?} of {program:?}"
        );
    }
    if let Some(at) = (0..memory.len()).find(|at| memory[*at] != model.memory[*at]) {
        panic!("memory differs at {at:#x} after {program:?}");
    }
    for name in NAMES {
        let found = sandbox.fs().read(format!("/{name}")).ok();
        assert_eq!(found, model.file(name), "{name} after {program:?}");
    }
}
