//! What differs from printer to printer, as data.

/// The properties of a printer model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// Name used in configuration files.
    pub name: &'static str,
    /// Printable dots across the paper, at 203 dpi.
    pub dots: u16,
    /// Cells of 12 dots across the paper: one for a Latin letter, two for a Chinese character.
    pub columns: usize,
    /// Greatest side of a QR module, in dots. What is larger than needed only costs paper.
    pub qr_module_max: u8,
    /// Whether Chinese characters need `FS W` besides `GS !` to be printed at double size.
    pub has_chinese_quadruple: bool,
    /// Whether it sends its status by itself after `GS a`.
    pub has_automatic_status: bool,
    /// Whether a sensor sees the end of the roll coming; without one its bits mean nothing.
    pub has_near_end_sensor: bool,
}

impl Model {
    /// Paper 80 mm wide, 72 mm printable.
    pub const GENERIC_80_MM: Model = Model {
        name: "generic-80mm",
        dots: 576,
        columns: 48,
        qr_module_max: 8,
        has_chinese_quadruple: true,
        has_automatic_status: true,
        has_near_end_sensor: true,
    };

    /// Paper 58 mm wide, 48 mm printable; the small mechanisms have one paper sensor only.
    pub const GENERIC_58_MM: Model = Model {
        name: "generic-58mm",
        dots: 384,
        columns: 32,
        qr_module_max: 6,
        has_chinese_quadruple: true,
        has_automatic_status: false,
        has_near_end_sensor: false,
    };

    /// Every model there is.
    pub const ALL: [Model; 2] = [Model::GENERIC_80_MM, Model::GENERIC_58_MM];

    /// Finds a model by the name used in configuration files.
    pub fn named(name: &str) -> Option<Model> {
        Self::ALL.into_iter().find(|model| model.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_by_name_and_their_cells_fill_the_paper() {
        assert_eq!(Model::named("generic-58mm"), Some(Model::GENERIC_58_MM));
        assert_eq!(Model::named("other"), None);
        assert!(Model::ALL.iter().all(|model| usize::from(model.dots) == model.columns * 12));
    }
}
