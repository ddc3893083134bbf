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
    /// What its own font holds; all else is drawn.
    pub repertoire: Repertoire,
    /// Whether its font holds Cyrillic, in cells of Chinese width (GB 2312, row 7); used where nobody draws it better.
    pub has_cyrillic: bool,
    /// How Chinese characters are printed at double size.
    pub chinese_double: ChineseDouble,
    /// How the paper is parted.
    pub cutter: Cutter,
    /// Whether it draws QR codes itself (`GS ( k`).
    pub draws_qr: bool,
    /// Greatest side of a QR module, in dots. What is larger than needed only costs paper.
    pub qr_module_max: u8,
    /// What `GS a` switches on, so that it sends its status by itself: 02 online, 04 error, 08 paper. 0: it cannot.
    pub automatic_status: u8,
    /// Whether a sensor sees the end of the roll coming; without one its bits mean nothing.
    pub has_near_end_sensor: bool,
    /// Whether a sensor at the outlet tells whether a page was taken, by the full status (`DLE EOT 20`).
    pub tells_outlet: bool,
    /// Receive buffer, in bytes. No more is ever under way unanswered, so that nothing is lost without flow control.
    pub buffer_bytes: usize,
}

/// Which characters a font holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repertoire {
    /// ASCII alone.
    Ascii,
    /// The characters of GB 2312-80.
    Gb2312,
    /// The two-byte area of GB 18030, as GBK has it.
    Gbk,
    /// GB 18030 with its four-byte area.
    Gb18030,
}

/// How Chinese characters are printed at double size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChineseDouble {
    /// `GS !` holds for them too.
    LikeLatin,
    /// `FS W 1` besides.
    Quadruple,
    /// `FS !` besides, with these bits: 0C by Epson's counting, 30 by that of SPRT.
    Style(u8),
}

/// How the paper is parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cutter {
    /// The blade leaves one point, so that the page does not fall.
    Partial,
    /// The blade cuts through; a presenter holds the page.
    Full,
    /// A bar to tear at.
    None,
}

impl Model {
    /// Paper 80 mm wide, 72 mm printable.
    pub const GENERIC_80: Model = Model {
        name: "generic-80",
        dots: 576,
        columns: 48,
        repertoire: Repertoire::Gbk,
        has_cyrillic: true,
        chinese_double: ChineseDouble::Quadruple,
        cutter: Cutter::Partial,
        draws_qr: true,
        qr_module_max: 8,
        automatic_status: 0x0E,
        has_near_end_sensor: true,
        tells_outlet: false,
        buffer_bytes: 4_096,
    };

    /// Paper 58 mm wide, 48 mm printable; the small mechanisms have one paper sensor only.
    pub const GENERIC_58: Model = Model {
        name: "generic-58",
        dots: 384,
        columns: 32,
        qr_module_max: 6,
        automatic_status: 0,
        has_near_end_sensor: false,
        ..Model::GENERIC_80
    };

    /// Paper 58 mm wide and no cutter.
    pub const TEAR_58: Model = Model { name: "tear-58", cutter: Cutter::None, ..Model::GENERIC_58 };

    /// Boards of SPRT's kind: a font of GB 2312 and another counting of `FS !` (manual of the POS76: 10 height,
    /// 20 width). They draw no QR codes and say nothing unasked.
    pub const SPRT_80: Model = Model {
        name: "sprt-80",
        repertoire: Repertoire::Gb2312,
        chinese_double: ChineseDouble::Style(0x30),
        draws_qr: false,
        automatic_status: 0,
        ..Model::GENERIC_80
    };

    /// Kiosk printers with a presenter and without a Chinese font, which answer the full status as Custom's do (manuals
    /// of the KPM150 and KPM300).
    pub const PRESENTER_80: Model = Model {
        name: "presenter-80",
        repertoire: Repertoire::Ascii,
        has_cyrillic: false,
        chinese_double: ChineseDouble::LikeLatin,
        cutter: Cutter::Full,
        draws_qr: false,
        automatic_status: 0,
        tells_outlet: true,
        ..Model::GENERIC_80
    };

    /// Every model there is.
    pub const ALL: [Model; 5] =
        [Model::GENERIC_80, Model::GENERIC_58, Model::TEAR_58, Model::SPRT_80, Model::PRESENTER_80];

    /// Finds a model by the name used in configuration files.
    pub fn named(name: &str) -> Option<Model> {
        Self::ALL.into_iter().find(|model| model.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_by_their_own_name_and_their_cells_fill_the_paper() {
        assert_eq!(Model::named("generic-58"), Some(Model::GENERIC_58));
        assert_eq!(Model::named("other"), None);
        for model in Model::ALL {
            assert_eq!(Model::named(model.name), Some(model));
            assert_eq!(usize::from(model.dots), model.columns * 12);
        }
    }
}
