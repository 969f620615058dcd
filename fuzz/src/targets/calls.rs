//! Any calls of every host function with any arguments, memory full of
//! structures that lie: the host neither panics nor lets a limit be exceeded, and
//! every answer is an errno that exists.

use wardian_abi::Errno;

use super::guest::functions::{Function, OWN, STANDARD};
use super::guest::{Call, MEMORY_BYTES, NOT_MADE, Program, sandbox, small_limits};
use crate::{Draw, Target, Trace};

pub(crate) static TARGET: Target = Target {
    name: "calls",
    run,
    seeds,
    pieces: &[],
    most_bytes: 4000,
};

/// Where programs find paths, structures and lists of buffers; drawn into memory
/// in this order, each in a place of 64 bytes.
const PLACES: usize = 64;

fn run(input: &[u8], trace: &mut Trace) {
    let mut draw = Draw::new(input);
    let own = draw.one_in(2);
    let program = program(&mut draw, own);
    let sandbox = sandbox(small_limits());
    for path in ["/a/b", "/b", "/tmp/x"] {
        sandbox.fs().write(path, "some contents").expect("fits");
    }
    let left = program.run(&sandbox, own);
    if let Some(end) = &left.end {
        assert!(end.usage.wall_time.as_secs() < 30, "{:?}", end.usage);
        trace.note((own, end.exit_code));
    }
    let Some((_, results)) = left.dump else {
        return;
    };
    for (call, result) in program.calls.iter().zip(results) {
        // A guest may have written over the list of its calls.
        if result == NOT_MADE {
            continue;
        }
        trace.note((call.function, result.min(200)));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    // Each function once, with arguments that follow from a few bytes.
    let functions = STANDARD.len() + OWN.len();
    let mut seeds: Vec<Vec<u8>> = (0..functions as u8)
        .map(|function| {
            let bytes = (0..90_u8).map(|byte| byte.wrapping_mul(7).wrapping_add(function));
            bytes.collect()
        })
        .collect();
    seeds.push(vec![0; 300]);
    // What numbers mean, both sides have to agree on.
    for raw in 0..=u16::MAX {
        if let Some(errno) = Errno::from_raw(raw) {
            assert_eq!(errno.raw(), raw);
        }
    }
    seeds
}

/// Where things lie that calls can mean: address and length.
#[derive(Default)]
struct Known {
    paths: Vec<(u64, u64)>,
    /// Lists of buffers, with a count that fits.
    lists: Vec<(u64, u64)>,
    /// Paths of programs, with arguments after them.
    programs: Vec<u64>,
    /// Arguments of `spawn` and `exec`, and of `fork`.
    spawns: Vec<u64>,
    forks: Vec<u64>,
}

fn program(draw: &mut Draw<'_>, own: bool) -> Program {
    let mut program = Program::default();
    let mut known = Known::default();
    for number in 0..draw.below(PLACES) {
        let address = 64 * number as u64;
        let kind = draw.byte() % 8;
        let mut place = structure(draw, kind, &known);
        match kind {
            0 | 1 => known.paths.push((address, place.len() as u64)),
            2 => known.programs.push(address),
            3 => known.lists.push((address, u64::from(draw.byte() % 4))),
            4 => known.spawns.push(address),
            5 => known.forks.push(address),
            _ => {}
        }
        place.resize(64, 0);
        program.memory.extend_from_slice(&place);
    }
    while !draw.is_done() && program.calls.len() < 60 {
        let function = match draw.byte() {
            // Ends all: rarely.
            byte if byte < 250 => usize::from(byte) % (STANDARD.len() - 1),
            _ => STANDARD.len() - 1,
        };
        let function = if own && draw.one_in(3) {
            STANDARD.len() + draw.below(OWN.len())
        } else {
            function
        };
        let Some(description) = STANDARD.iter().chain(OWN).nth(function) else {
            continue;
        };
        program.calls.push(Call {
            function,
            arguments: arguments(draw, description, &known),
        });
    }
    program
}

fn arguments(draw: &mut Draw<'_>, function: &Function, known: &Known) -> Vec<u64> {
    let mut arguments: Vec<u64> = function
        .parameters
        .chars()
        .map(|parameter| argument(draw, parameter))
        .collect();
    // Mostly what belongs together: a path and its length, a list and its count.
    let places = if function.parameters.contains("dpip") || function.name.starts_with("fd_p") {
        &known.lists
    } else {
        &known.paths
    };
    let places = match function.name {
        "path_readlink" | "change_directory" => &known.paths,
        name if name.starts_with("path_") => &known.paths,
        _ => places,
    };
    let pairs = function.parameters.match_indices("pi");
    for (at, _) in pairs {
        if !places.is_empty() && !draw.one_in(4) {
            let (address, length) = *draw.pick(places);
            arguments[at] = address;
            arguments[at + 1] = length;
        }
    }
    let structures = match function.name {
        "spawn" | "exec" => &known.spawns[..],
        "fork" => &known.forks,
        _ => &[],
    };
    if !structures.is_empty() && !draw.one_in(4) {
        arguments[0] = *draw.pick(structures);
    }
    if function.name == "path_open" && !draw.one_in(4) {
        arguments[0] = 3;
        arguments[1] &= 1;
        arguments[4] = *draw.pick(&[0, 1, 1, 2, 5, 8, 9, 15]);
        arguments[5] = *draw.pick(&[u64::MAX, 1 << 1, 1 << 6, 0]);
        arguments[7] &= 5;
    }
    arguments
}

fn argument(draw: &mut Draw<'_>, kind: char) -> u64 {
    match kind {
        'd' => descriptor(draw),
        'p' => address(draw),
        'i' if draw.one_in(3) => length(draw),
        _ => draw.number(),
    }
}

/// A descriptor that may be open; rarely that of the results.
fn descriptor(draw: &mut Draw<'_>) -> u64 {
    match draw.byte() % 16 {
        0..=3 => 3,
        4..=10 => 5 + u64::from(draw.byte() % 3),
        11 | 12 => u64::from(draw.byte() % 3),
        13 => u64::from(wardian_abi::AT_CWD),
        14 => u64::from(wardian_abi::USER_FD_BASE) + u64::from(draw.byte() % 4),
        _ => draw.number() & u64::from(u32::MAX),
    }
}

fn address(draw: &mut Draw<'_>) -> u64 {
    match draw.byte() % 8 {
        0..=5 => 64 * draw.below(PLACES) as u64,
        6 => MEMORY_BYTES as u64 - 1 - u64::from(draw.byte()),
        _ => draw.number() & u64::from(u32::MAX),
    }
}

fn length(draw: &mut Draw<'_>) -> u64 {
    u64::from(draw.byte() % 20)
}

/// Bytes as some function reads them.
fn structure(draw: &mut Draw<'_>, kind: u8, known: &Known) -> Vec<u8> {
    let word = |draw: &mut Draw<'_>| match draw.byte() % 4 {
        0 => length(draw) as u32,
        1 | 2 => address(draw) as u32,
        _ => draw.number() as u32,
    };
    let words = |draw: &mut Draw<'_>, count: usize| {
        (0..count).flat_map(|_| word(draw).to_le_bytes()).collect()
    };
    match kind {
        0 | 1 => path(draw),
        2 => {
            // A path for a program, arguments after it.
            let mut bytes = draw
                .pick(&[
                    &b"/usr/bin/calls"[..],
                    b"/usr/bin/other",
                    b"a",
                    b"/bin/calls",
                ])
                .to_vec();
            bytes.extend_from_slice(b"\0x\0y=z\0");
            bytes
        }
        // Buffers, ranges of memory, maps of descriptors.
        3 => words(draw, 16),
        // `spawn`, `exec`: slices, then flags.
        4 => {
            let mut bytes = Vec::new();
            let program = match known.programs.last() {
                Some(program) => *program as u32,
                None => address(draw) as u32,
            };
            let right = [
                (program, 14),
                (program.wrapping_add(15), 4),
                (program.wrapping_add(15), 0),
                (0, 0),
                (0, 0),
            ];
            for right in right {
                let (at, length) = if draw.one_in(12) {
                    (word(draw), word(draw))
                } else {
                    right
                };
                bytes.extend_from_slice(&at.to_le_bytes());
                bytes.extend_from_slice(&length.to_le_bytes());
            }
            let flags: Vec<u8> = words(draw, 4);
            if draw.one_in(4) {
                bytes.extend(flags);
            }
            bytes
        }
        // `fork`: an argument, ranges.
        5 => {
            let mut bytes = (MEMORY_BYTES as u32 + 80 * (draw.byte() as u32 % 60))
                .to_le_bytes()
                .to_vec();
            bytes.extend_from_slice(&(address(draw) as u32).to_le_bytes());
            bytes.extend_from_slice(&(u32::from(draw.byte()) % 4).to_le_bytes());
            bytes
        }
        // A subscription of `poll_oneoff`.
        6 => {
            let mut bytes = draw.number().to_le_bytes().to_vec();
            bytes.extend_from_slice(&u64::from(draw.byte() % 4).to_le_bytes());
            let first = match draw.byte() % 2 {
                0 => descriptor(draw),
                _ => u64::from(draw.byte() % 4),
            };
            for field in [first, draw.number(), 0, u64::from(draw.byte() % 2)] {
                bytes.extend_from_slice(&field.to_le_bytes());
            }
            bytes
        }
        _ => draw.bytes(64),
    }
}

fn path(draw: &mut Draw<'_>) -> Vec<u8> {
    let known: &[&[u8]] = &[
        b"a",
        b"b",
        b"a/b",
        b".",
        b"..",
        b"/",
        b"../..",
        b"a/../b",
        b"usr/bin/calls",
        b"/usr/bin/other",
        b"proc/self/fd/5",
        b"/proc/self/status",
        b"proc",
        b"dev/zero",
        b"dev/full",
        b"dev/urandom",
        b"dev/stdin",
        b"dev/fd/3",
        b"dev/null",
        b"tmp/x",
        b"a/",
        b"results",
        b"",
        b"x\0y",
    ];
    draw.pick(known).to_vec()
}
