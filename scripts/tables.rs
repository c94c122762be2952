//! Writes what JavaScript has to know of the core into the folder that it is given: see `src/tables.rs`.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "js/engine/generated".into()));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("credentials.js"), sigv4_wasm::tables::credentials())?;
    std::fs::write(folder.join("errors.js"), sigv4_wasm::tables::errors())?;
    std::fs::write(folder.join("flags.js"), sigv4_wasm::tables::flags())?;
    std::fs::write(folder.join("forms.js"), sigv4_wasm::tables::forms())?;
    std::fs::write(folder.join("headers.js"), sigv4_wasm::tables::headers())?;
    std::fs::write(folder.join("limits.js"), sigv4_wasm::tables::limits())?;
    std::fs::write(folder.join("mismatch-names.js"), sigv4_wasm::tables::mismatch_names())?;
    std::fs::write(folder.join("policy-flags.js"), sigv4_wasm::tables::policy_flags())?;
    std::fs::write(folder.join("verify-flags.js"), sigv4_wasm::tables::verify_flags())?;
    std::fs::write(folder.join("parameters.js"), sigv4_wasm::tables::parameters())?;
    std::fs::write(folder.join("partitions.js"), sigv4_wasm::tables::partitions())?;
    std::fs::write(folder.join("renewal.js"), sigv4_wasm::tables::renewal())?;
    std::fs::write(folder.join("container.js"), sigv4_wasm::tables::container())?;
    std::fs::write(folder.join("metadata.js"), sigv4_wasm::tables::metadata())?;
    std::fs::write(folder.join("rejections.js"), sigv4_wasm::tables::rejections())?;
    std::fs::write(folder.join("s3-errors.js"), sigv4_wasm::tables::s3_errors())?;
    std::fs::write(folder.join("version.js"), sigv4_wasm::tables::version())?;
    std::fs::write(folder.join("services.js"), sigv4_wasm::tables::services())
}
