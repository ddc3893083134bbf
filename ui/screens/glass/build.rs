//! Compiles the window with its translations and pictures inside.

use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

fn main() {
    let config = CompilerConfiguration::new()
        .with_style("fluent-light".into())
        .with_bundled_translations("../../text/lang")
        .with_default_translation_context(DefaultTranslationContext::None)
        .embed_resources(EmbedResourcesKind::EmbedFiles)
        .with_debug_info(true);
    println!("cargo::rerun-if-changed=../../text/lang");
    if let Err(error) = slint_build::compile_with_config("../ui/main.slint", config) {
        println!("cargo::error=ui/screens/ui/main.slint: {error}");
    }
}
