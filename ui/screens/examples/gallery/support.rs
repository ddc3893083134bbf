//! What the tests and the gallery share.

use i_slint_backend_testing::{TestingBackend, TestingBackendOptions};
use kiosk_model::{Language, Mode};

/// The languages, with names for files.
pub const LANGUAGES: [(&str, Language); 3] =
    [("zh", Language::ZhCn), ("en", Language::En), ("ru", Language::Ru)];
/// The modes, with names for files.
pub const MODES: [(&str, Mode); 2] = [("normal", Mode::Normal), ("elder", Mode::Elder)];
/// The two panels: name, width, height.
pub const SIZES: [(&str, u32, u32); 2] = [("portrait", 1080, 1920), ("landscape", 1920, 1080)];

/// Windows without a display, drawn by the renderer of the product.
pub fn headless() {
    let options =
        TestingBackendOptions { mock_time: true, threading: false, renderer_name: Some("software".into()) };
    slint::platform::set_platform(Box::new(TestingBackend::new(options)))
        .expect("first platform of this thread");
}
