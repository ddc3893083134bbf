//! Draws every example screen to `target/gallery/*.png`, without a display.
//!
//! `cargo run -p kiosk-screens --example gallery [PART-OF-A-NAME]`, names as in `zh-normal-portrait-home`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a tool for looking")]

mod screens;
mod support;

use std::{env, fs, path::Path};

use kiosk_screens::{Options, Ui};
use support::{LANGUAGES, MODES, SIZES};

fn main() {
    let wanted = env::args().nth(1).unwrap_or_default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/gallery");
    fs::create_dir_all(&folder).unwrap();
    support::headless();
    for (glass, width_px, height_px) in SIZES {
        let ui = Ui::new(&Options { fullscreen: false, width_px, height_px }, |_| {}).unwrap();
        ui.set_clock("14:32");
        ui.window().show().unwrap();
        for (language_name, language) in LANGUAGES {
            for (mode_name, mode) in MODES {
                for example in screens::examples(language, mode) {
                    let name = format!("{language_name}-{mode_name}-{glass}-{}", example.name);
                    if name.contains(&wanted) {
                        ui.show(&example.screen);
                        save(&ui, &folder.join(format!("{name}.png")));
                    }
                }
            }
        }
    }
}

fn save(ui: &Ui, path: &Path) {
    let picture = ui.window().take_snapshot().unwrap();
    let file = fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header().unwrap().write_image_data(picture.as_bytes()).unwrap();
}
