//! dev
use std::time::Instant;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rt = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let runtime = wardian::Runtime::builder()
        .cache(wardian::CacheDirectory::of_user())
        .build()?;
    let sandbox = wardian::Sandbox::builder(&runtime)
        .tools(&wardian::tools())
        .file(
            "/home/user/f",
            (0..200)
                .map(|n| format!("line {n} x{}\n", n % 7))
                .collect::<String>(),
        )
        .build()?;
    let wasm: std::sync::Arc<[u8]> = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\x07\x13\x02\x06memory\x02\0\x06_start\0\0\x0a\x04\x01\x02\0\x0b"[..].into();
    let which: Vec<String> = std::env::args().skip(1).collect();
    for script in [
        "@wasm",
        "true",
        "echo hi",
        "cat f | grep x3 | wc -l",
        "cat f",
        "sort f",
        "date",
    ] {
        if !which.is_empty() && !which.iter().any(|w| w == script) {
            continue;
        }
        let mut best = vec![];
        for _ in 0..60 {
            let t = Instant::now();
            for _ in 0..50 {
                rt.block_on(async {
                    if script == "@wasm" {
                        sandbox.run_module(wasm.clone(), ["true"]).run().await
                    } else {
                        sandbox.exec(script).run().await
                    }
                })?;
            }
            best.push(t.elapsed().as_nanos() as f64 / 50e3);
        }
        best.sort_by(f64::total_cmp);
        println!(
            "{script:30} min {:7.2}  p10 {:7.2}  median {:7.2} us",
            best[0], best[6], best[30]
        );
    }
    Ok(())
}
