//! A receipt's values become a page that any receipt printer can print.
//!
//! Pure: no printer, no clock. Words come from `kiosk-text`, everything about the service from its package;
//! what stands here is only the order of the lines. The resident's language rules the page; the title stands in
//! Chinese too where that is another one, so that staff at a counter can read it.

use jiff::Timestamp;
use kiosk_drivers_api::paper::{Align, Document, Line, Size};
use kiosk_model::Language;
use kiosk_text::{Delivery, Texts};

/// What a receipt says. Everything is ready to print: masked, formatted, in the resident's language.
pub struct Receipt<'a> {
    /// The words' language.
    pub texts: Texts,
    /// Where the terminal stands.
    pub site: &'a str,
    /// The service, in the resident's language.
    pub service: &'a str,
    /// The service in Chinese, for staff.
    pub service_zh: &'a str,
    /// The terminal's own number.
    pub number: &'a str,
    /// What the QR code carries; it names no person.
    pub code: &'a str,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Label and value, from top to bottom.
    pub lines: Vec<(String, String)>,
    /// What happens next.
    pub next: &'a str,
    /// Sent, or kept until the network is back.
    pub delivery: Delivery,
    /// The service's data are made up.
    pub synthetic: bool,
}

/// Lays out a receipt.
pub fn receipt(receipt: &Receipt) -> Document {
    let mut lines = heading(receipt);
    lines.extend(facts(receipt));
    lines.extend(outlook(receipt));
    lines.extend(code_and_foot(receipt));
    Document { lines }
}

fn heading(receipt: &Receipt) -> Vec<Line> {
    let texts = receipt.texts;
    let mut lines = vec![centred(texts.receipt_heading(), Size::Double), Line::Space(1)];
    lines.push(centred(receipt.service.to_owned(), Size::Normal));
    if texts.language() != Language::ZhCn {
        let chinese = Texts::new(Language::ZhCn).receipt_heading();
        lines.push(centred(format!("{chinese} · {}", receipt.service_zh), Size::Normal));
    }
    if receipt.synthetic {
        lines.push(centred(texts.synthetic_note(), Size::Normal));
    }
    lines.push(Line::Rule);
    lines
}

fn facts(receipt: &Receipt) -> Vec<Line> {
    let texts = receipt.texts;
    let mut lines = vec![
        centred(texts.receipt_number_label(), Size::Normal),
        centred(receipt.number.to_owned(), Size::Double),
        Line::Space(1),
        pair(texts.receipt_time_label(), texts.time(receipt.accepted_at)),
        pair(texts.receipt_site_label(), receipt.site.to_owned()),
    ];
    lines.extend(receipt.lines.iter().map(|(label, value)| pair(label.clone(), value.clone())));
    lines.push(Line::Rule);
    lines
}

fn outlook(receipt: &Receipt) -> Vec<Line> {
    let delivery = receipt.texts.delivery(receipt.delivery);
    // A QR code follows, and wants a quiet zone around it (ISO/IEC 18004, 9.1).
    vec![left(receipt.next.to_owned()), left(delivery), Line::Space(1)]
}

fn code_and_foot(receipt: &Receipt) -> Vec<Line> {
    let texts = receipt.texts;
    vec![
        Line::Qr(receipt.code.to_owned()),
        Line::Space(1),
        centred(texts.receipt_code_hint(), Size::Normal),
        Line::Rule,
        left(texts.receipt_keep()),
        left(texts.receipt_hotline()),
        // The blade must not touch the last line.
        Line::Space(1),
    ]
}

fn centred(text: String, size: Size) -> Line {
    Line::Text { text, align: Align::Centre, size, bold: size == Size::Double }
}

fn left(text: String) -> Line {
    Line::Text { text, align: Align::Left, size: Size::Normal, bold: false }
}

fn pair(label: String, value: String) -> Line {
    Line::Pair { label, value }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn document(language: Language, delivery: Delivery) -> Document {
        receipt(&Receipt {
            texts: Texts::new(language),
            site: "Hall",
            service: "Title",
            service_zh: "名称",
            number: "230202-0001-01000042",
            code: "the code",
            accepted_at: "2026-11-23T01:05:00Z".parse().unwrap(),
            lines: vec![("Applicant".to_owned(), "王**".to_owned())],
            next: "Then this happens.",
            delivery,
            synthetic: true,
        })
    }

    fn printed(document: &Document) -> String {
        let line = |line: &Line| match line {
            Line::Text { text, .. } => format!("{text}\n"),
            Line::Pair { label, value } => format!("{label}: {value}\n"),
            Line::Rule => "---\n".to_owned(),
            Line::Space(lines) => "\n".repeat((*lines).into()),
            Line::Qr(payload) => format!("[{payload}]\n"),
        };
        document.lines.iter().map(line).collect()
    }

    #[test]
    fn a_receipt_names_number_time_place_and_what_happens_next() {
        let page = printed(&document(Language::En, Delivery::Now));
        for part in [
            "Receipt of submission\n\nTitle\n提交回执 · 名称\n",
            "Handed in: 23 Nov 2026, 09:05\n",
            "Place: Hall\nApplicant: 王**\n---\nThen this happens.\n",
            "[the code]\n",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn a_chinese_receipt_says_its_title_once() {
        let page = printed(&document(Language::ZhCn, Delivery::Now));
        assert_eq!(page.matches("提交回执").count(), 1, "{page}");
    }

    #[test]
    fn every_language_says_that_data_are_made_up_and_where_the_application_is() {
        for language in [Language::ZhCn, Language::En, Language::Ru] {
            let texts = Texts::new(language);
            for delivery in [Delivery::Now, Delivery::Later] {
                let page = printed(&document(language, delivery));
                assert!(page.contains(&texts.synthetic_note()) && page.contains(&texts.delivery(delivery)));
            }
        }
    }

    #[test]
    fn the_number_stands_large() {
        let large = |line: &Line| matches!(line, Line::Text { text, size: Size::Double, .. } if text == "230202-0001-01000042");
        assert!(document(Language::Ru, Delivery::Later).lines.iter().any(large));
    }
}
