//! `lscpu`, `uuidgen`, `mcookie`.

use crate::kernel;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{File, OpenHow};

/// Runs `lscpu`.
pub fn lscpu(args: &Args) -> i32 {
    let context = Context::new(args, "lscpu", 1);
    let count = kernel::machine().processors;
    let mut out = Output::stdout();
    let list = if count > 1 {
        format!("0-{}", count - 1)
    } else {
        "0".to_owned()
    };
    let rows = [
        ("Architecture:", "wasm32".to_owned()),
        ("CPU op-mode(s):", "32-bit".to_owned()),
        ("Byte Order:", "Little Endian".to_owned()),
        ("CPU(s):", count.to_string()),
        ("On-line CPU(s) list:", list),
        ("Model name:", "WebAssembly".to_owned()),
        ("Thread(s) per core:", "1".to_owned()),
    ];
    for (name, value) in rows {
        out.put(format!("{name:<24}{value}\n").as_bytes());
    }
    out.finish(&context, 0)
}

fn random(bytes: &mut [u8]) -> bool {
    File::open(b"/dev/urandom", OpenHow::READ).is_ok_and(|file| file.read(bytes) == Ok(bytes.len()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs `uuidgen`: random ones only.
pub fn uuidgen(args: &Args) -> i32 {
    let context = Context::new(args, "uuidgen", 1);
    let mut bytes = [0; 16];
    if !random(&mut bytes) {
        context.say(b"no randomness");
        return 1;
    }
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    let parts = [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ];
    let mut out = Output::stdout();
    out.put(parts.join("-").as_bytes());
    out.put_byte(b'\n');
    out.finish(&context, 0)
}

/// Runs `mcookie`.
pub fn mcookie(args: &Args) -> i32 {
    let context = Context::new(args, "mcookie", 1);
    let mut bytes = [0; 16];
    if !random(&mut bytes) {
        context.say(b"no randomness");
        return 1;
    }
    let mut out = Output::stdout();
    out.put(hex(&bytes).as_bytes());
    out.put_byte(b'\n');
    out.finish(&context, 0)
}
