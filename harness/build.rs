//! With the feature `precompiled`, compiles every guest module for the target
//! machine now, so that the program needs no compiler and no cache.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "precompiled")]
    precompiled::write()?;
    Ok(())
}

#[cfg(feature = "precompiled")]
mod precompiled {
    use std::fmt::Write as _;
    use std::path::PathBuf;

    /// Writes `NAME.cwasm` for each module, and the table that embeds them.
    pub fn write() -> Result<(), Box<dyn std::error::Error>> {
        let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
        let target = std::env::var("TARGET")?;
        let mut table = String::from("&[\n");
        for module in wardian_tools::modules() {
            let code = wardian_engine::precompile(&module.wasm()?, Some(&target))?;
            let file = out.join(format!("{}.cwasm", module.name));
            std::fs::write(&file, code)?;
            writeln!(table, "({:?}, include_bytes!({file:?})),", module.name)?;
        }
        table += "]\n";
        std::fs::write(out.join("precompiled.rs"), table)?;
        Ok(())
    }
}
