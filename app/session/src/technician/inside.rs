//! Behind the PIN: how the terminal stands, line by line; a receipt to test its printer with; and whether residents are served.

use kiosk_drivers_api::paper::{Align, Document, Line, Size};
use kiosk_drivers_api::{DeviceStatus, PageFault, Paper, PrintFault, Supply};
use kiosk_model::{Body, Condition, PaperStage, ServiceChange, StateRow};
use kiosk_protocol::trail::{DeviceWork, TrailEvent};
use kiosk_text::{DeviceName, DeviceWord, ServiceWord, Texts, local_date};

use crate::closed::Closed;
use crate::ctx::Ctx;
use crate::limits::ROOM_MINDED_PERCENT;
use crate::view::package_language;
use crate::{Age, Bar, Effect, Link, Now, Report, RequestId};

/// What a technician sees.
pub(super) struct Inside {
    /// The look around that is under way, or was last.
    request: RequestId,
    report: Option<Report>,
    test: Option<Test>,
    change: Option<Change>,
}

/// The terminal is taken out of service or put back.
enum Change {
    UnderWay(RequestId),
    Failed,
}

/// A test receipt.
enum Test {
    Printing(RequestId),
    Ended(Result<(), PrintFault>),
}

impl Inside {
    pub(super) fn begin(ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Self {
        let mut inside = Self { request: RequestId(0), report: None, test: None, change: None };
        inside.look(ctx, effects);
        inside
    }

    /// Has everything looked at afresh.
    pub(super) fn look(&mut self, ctx: &mut Ctx, effects: &mut Vec<Effect>) {
        (self.request, self.report) = (ctx.request(), None);
        effects.push(Effect::LookAround { request: self.request });
    }

    pub(super) fn told(&mut self, request: RequestId, report: Report) {
        if request == self.request {
            self.report = Some(report);
        }
    }

    /// Prints a test receipt, unless one is on its way.
    pub(super) fn print(&mut self, texts: Texts, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) {
        if matches!(self.test, Some(Test::Printing(_))) {
            return;
        }
        let request = ctx.request();
        effects.push(Effect::Print { request, document: test_receipt(texts, now, ctx) });
        self.test = Some(Test::Printing(request));
    }

    pub(super) fn printed(
        &mut self,
        request: RequestId,
        result: Result<(), PrintFault>,
        effects: &mut Vec<Effect>,
    ) {
        if !matches!(self.test, Some(Test::Printing(printing)) if printing == request) {
            return;
        }
        let (work, device, ok) = (DeviceWork::PrintTest, "receipt_printer".to_owned(), result.is_ok());
        effects.push(Effect::Record(TrailEvent::TechnicianWorked { work, device, ok }));
        self.test = Some(Test::Ended(result));
    }

    /// Has the terminal taken out of service or put back, one after the other.
    pub(super) fn change(
        &mut self,
        order: fn(RequestId) -> Effect,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) {
        if matches!(self.change, Some(Change::UnderWay(_))) {
            return;
        }
        let request = ctx.request();
        effects.push(order(request));
        self.change = Some(Change::UnderWay(request));
    }

    /// It is taken out of service or put back.
    pub(super) fn changed(&mut self) {
        self.change = None;
    }

    /// It could not be.
    pub(super) fn unchanged(&mut self, request: RequestId) {
        if matches!(self.change, Some(Change::UnderWay(asked)) if asked == request) {
            self.change = Some(Change::Failed);
        }
    }

    /// What is on its way is stopped.
    pub(super) fn leave(self, effects: &mut Vec<Effect>) {
        if matches!(self.test, Some(Test::Printing(_))) {
            effects.push(Effect::StopPrinting);
        }
        effects.push(Effect::Record(TrailEvent::TechnicianLeft));
    }

    fn test(&self, texts: Texts) -> Option<(PaperStage, String)> {
        match self.test.as_ref()? {
            Test::Printing(_) => Some((PaperStage::Printing, texts.test_printing())),
            Test::Ended(Ok(())) => Some((PaperStage::Printed, texts.test_printed())),
            Test::Ended(Err(fault)) => Some((PaperStage::Failed, texts.test_failed(of_fault(*fault)))),
        }
    }

    pub(super) fn body(&self, texts: Texts, name: &str, ctx: &Ctx) -> Body {
        let mut rows = vec![service(texts, ctx)];
        rows.extend(devices(texts, ctx));
        rows.push(network(texts, ctx));
        rows.push(catalogue(texts, ctx));
        rows.extend(self.report.iter().flat_map(|report| kept(texts, report, ctx)));
        let (title, is_looking) = (texts.technician_title(name), self.report.is_none());
        Body::Technician {
            title,
            rows,
            is_looking,
            test: self.test(texts),
            service: self.service(texts, ctx),
        }
    }

    fn service(&self, texts: Texts, ctx: &Ctx) -> ServiceChange {
        let has_failed = matches!(self.change, Some(Change::Failed));
        ServiceChange {
            is_paused: ctx.is_paused(),
            can_change: !matches!(self.change, Some(Change::UnderWay(_))),
            trouble: has_failed.then(|| texts.service_not_changed()),
        }
    }
}

fn service(texts: Texts, ctx: &Ctx) -> StateRow {
    let (word, condition) = match &ctx.closed {
        Some(Closed::Barred(Bar::Trail)) => (ServiceWord::TrailWaits, Condition::Broken),
        Some(Closed::Barred(Bar::Suspension)) => (ServiceWord::Suspended, Condition::Broken),
        Some(Closed::Barred(Bar::Pause)) => (ServiceWord::Paused, Condition::Mind),
        Some(Closed::FromAfar(_)) => (ServiceWord::ClosedFromAfar, Condition::Mind),
        Some(Closed::NothingToOffer) => (ServiceWord::NothingToOffer, Condition::Broken),
        None => (ServiceWord::Open, Condition::Well),
    };
    StateRow { label: texts.service(), value: texts.service_word(word), condition }
}

/// Where and when, and characters of every plane a name may need (GB 18030-2022).
fn test_receipt(texts: Texts, now: Now, ctx: &Ctx) -> Document {
    let text = |text: String, size| Line::Text { text, align: Align::Centre, size, bold: false };
    let lines = vec![
        text(texts.test_receipt(), Size::Double),
        Line::Rule,
        text(ctx.site.get(package_language(texts.language())).to_owned(), Size::Normal),
        text(texts.time(now.wall), Size::Normal),
        text("鹤城自助 齐齐哈尔 㐂䶮 𠮷𬭛".to_owned(), Size::Normal),
        text("0123456789 Abc Привет".to_owned(), Size::Normal),
        Line::Space(1),
    ];
    Document { lines }
}

fn devices(texts: Texts, ctx: &Ctx) -> Vec<StateRow> {
    let plain = |name, status: Option<DeviceStatus>| status.map(|status| (name, word(status)));
    let receipts = ctx.printer.map(|status| (status.device, status.paper, status.fault));
    let pages = ctx.page_printer.map(|status| (status.device, status.paper, status.fault));
    let all = [
        plain(DeviceName::CardReader, ctx.reader),
        plain(DeviceName::CardSlot, ctx.slot),
        plain(DeviceName::Scanner, ctx.scanner),
        receipts
            .map(|(device, paper, fault)| (DeviceName::ReceiptPrinter, of_receipts(device, paper, fault))),
        pages.map(|(device, paper, fault)| (DeviceName::PagePrinter, of_pages(device, paper, fault))),
    ];
    let row = |(name, word)| StateRow {
        label: texts.device_name(name),
        value: texts.device_word(word),
        condition: condition(word),
    };
    all.into_iter().flatten().map(row).collect()
}

fn word(status: DeviceStatus) -> DeviceWord {
    match status {
        DeviceStatus::Online => DeviceWord::Works,
        DeviceStatus::Offline => DeviceWord::Silent,
        DeviceStatus::NoDevice => DeviceWord::Missing,
        DeviceStatus::HardwareError => DeviceWord::Defect,
        DeviceStatus::UserActionNeeded => DeviceWord::NeedsHand,
        DeviceStatus::Busy => DeviceWord::Busy,
    }
}

fn of_receipts(device: DeviceStatus, paper: Paper, fault: Option<PrintFault>) -> DeviceWord {
    match (paper, fault) {
        (Paper::Out, _) | (_, Some(PrintFault::PaperOut)) => DeviceWord::NoPaper,
        (Paper::NearEnd, None) if device == DeviceStatus::Online => DeviceWord::LittlePaper,
        (Paper::Ok | Paper::NearEnd | Paper::Unknown, _) => word(device),
    }
}

fn of_fault(fault: PrintFault) -> DeviceWord {
    match fault {
        PrintFault::PaperOut => DeviceWord::NoPaper,
        PrintFault::CoverOpen | PrintFault::CutterBlocked | PrintFault::Jammed => DeviceWord::NeedsHand,
        PrintFault::HeadHot => DeviceWord::Busy,
        PrintFault::Unrecoverable => DeviceWord::Defect,
        PrintFault::NotConnected | PrintFault::NoPermission => DeviceWord::Missing,
        PrintFault::Unconfirmed | PrintFault::Cancelled => DeviceWord::Silent,
    }
}

fn of_pages(device: DeviceStatus, paper: Supply, fault: Option<PageFault>) -> DeviceWord {
    match (paper, fault) {
        (Supply::Out, _) | (_, Some(PageFault::PaperOut)) => DeviceWord::NoPaper,
        (Supply::Low, None) if device == DeviceStatus::Online => DeviceWord::LittlePaper,
        (Supply::Ok | Supply::Low | Supply::Unknown, _) => word(device),
    }
}

fn condition(word: DeviceWord) -> Condition {
    match word {
        DeviceWord::Works => Condition::Well,
        DeviceWord::Busy | DeviceWord::LittlePaper => Condition::Mind,
        DeviceWord::Silent
        | DeviceWord::Missing
        | DeviceWord::Defect
        | DeviceWord::NeedsHand
        | DeviceWord::NoPaper => Condition::Broken,
    }
}

fn network(texts: Texts, ctx: &Ctx) -> StateRow {
    let is_up = ctx.link == Link::Online;
    let condition = if is_up { Condition::Well } else { Condition::Broken };
    StateRow { label: texts.network(), value: texts.network_state(is_up), condition }
}

fn catalogue(texts: Texts, ctx: &Ctx) -> StateRow {
    let day = texts.date(local_date(ctx.catalogue.published_at));
    let version = texts.catalogue_version(ctx.catalogue.version, &day);
    let (value, condition) = match ctx.age {
        Age::Fresh => (version, Condition::Well),
        Age::Stale { as_of } => {
            (texts.catalogue_stale(&version, &texts.date(local_date(as_of))), Condition::Mind)
        }
        Age::Outdated => (texts.catalogue_outdated(&version), Condition::Broken),
    };
    StateRow { label: texts.catalogue_name(), value, condition }
}

/// What lies behind the store, and until when the certificate is good.
fn kept(texts: Texts, report: &Report, ctx: &Ctx) -> Vec<StateRow> {
    let unknown = || (texts.not_known(), Condition::Broken);
    let queue = report.queue.as_ref().map_or_else(unknown, |queue| {
        let condition = if queue.stuck == 0 { Condition::Well } else { Condition::Mind };
        (texts.queue_state(queue.waiting, queue.stuck, queue.why.as_deref()), condition)
    });
    let room = report
        .room_percent
        .map_or_else(unknown, |percent| (texts.room_state(percent), of_room(percent, ctx.has_room())));
    let certificate = report.certificate_until.map_or_else(unknown, |until| {
        let condition = if until.is_late { Condition::Mind } else { Condition::Well };
        (texts.valid_until(local_date(until.at)), condition)
    });
    let row = |(label, (value, condition))| StateRow { label, value, condition };
    [(texts.queue(), queue), (texts.room(), room), (texts.certificate(), certificate)].map(row).into()
}

/// Minded while there still is time to see why nothing is delivered.
fn of_room(percent: u8, is_enough: bool) -> Condition {
    match percent {
        _ if !is_enough => Condition::Broken,
        ROOM_MINDED_PERCENT.. => Condition::Mind,
        _ => Condition::Well,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_minded_before_it_is_missed() {
        let told = [(79, true), (80, true), (94, true), (95, false)]
            .map(|(percent, is_enough)| of_room(percent, is_enough));
        assert_eq!(told, [Condition::Well, Condition::Mind, Condition::Mind, Condition::Broken]);
    }
}
