//! Compiles the window.

use slint_build::CompilerConfiguration;

fn main() {
    let config = CompilerConfiguration::new().with_style("fluent-light".into());
    if let Err(error) = slint_build::compile_with_config("ui/dock.slint", config) {
        println!("cargo::error=ui/dock.slint: {error}");
    }
}
