//! Inks on their grounds, by WCAG 2.2: 4.5:1 (1.4.3), for elders 7:1 (1.4.6).

use slint::{Color, Global};

use super::Glass;
use super::support::headless;
use crate::glass::Theme;

#[test]
fn inks_are_legible_on_their_grounds() {
    headless();
    let glass = Glass::new(1080, 1920);
    let theme = Theme::get(&glass.ui.window);
    for (elder, least) in [(false, 4.5), (true, 7.0)] {
        theme.set_elder(elder);
        for (name, ink, ground) in pairs(&theme) {
            let ratio = contrast(ink, ground);
            assert!(ratio >= least, "{name}, elder {elder}: {ratio:.2} < {least}");
        }
    }
}

fn pairs(theme: &Theme<'_>) -> Vec<(&'static str, Color, Color)> {
    vec![
        ("ink on paper", theme.get_ink(), theme.get_paper()),
        ("ink on sunken", theme.get_ink(), theme.get_sunken()),
        ("soft ink on paper", theme.get_ink_soft(), theme.get_paper()),
        ("soft ink on sunken", theme.get_ink_soft(), theme.get_sunken()),
        ("soft ink on accent soft", theme.get_ink_soft(), theme.get_accent_soft()),
        ("accent on surface", theme.get_accent(), theme.get_surface()),
        ("accent on accent soft", theme.get_accent(), theme.get_accent_soft()),
        ("white on accent", theme.get_on_accent(), theme.get_accent()),
        ("white on pressed accent", theme.get_on_accent(), theme.get_accent_pressed()),
        ("soft white on accent", theme.get_on_accent_soft(), theme.get_accent()),
        ("caution", theme.get_caution(), theme.get_caution_soft()),
        ("caution on surface", theme.get_caution(), theme.get_surface()),
        ("wrong", theme.get_crown(), theme.get_wrong_soft()),
        ("wrong on paper", theme.get_crown(), theme.get_paper()),
        ("good", theme.get_good(), theme.get_good_soft()),
        ("good on paper", theme.get_good(), theme.get_paper()),
        ("white on light accent", theme.get_on_accent(), theme.get_accent_light()),
    ]
}

fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance (WCAG 2.2, definition).
fn luminance(color: Color) -> f64 {
    let linear = |channel: u8| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.red()) + 0.7152 * linear(color.green()) + 0.0722 * linear(color.blue())
}
