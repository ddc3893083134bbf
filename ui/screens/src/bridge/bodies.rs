//! The middle of the screen.

use kiosk_model::{
    AnswerTable, Body, CaseRow, Condition, Fact, FieldKind, FieldView, PageStage, PageView, PaperStage, Row,
    ServiceChange, Shown, StateRow, Tile, Tone,
};
use slint::{ModelRc, SharedString};

use super::rows::{shown, sync, sync_nested, texts};
use super::stages::{card_places, icon, paper_state, pin_owner, pin_state, reader, scan_state};
use crate::glass::{
    AnswerView, CaseView, CasesView, CellsView, ConditionState, ConfirmView, FarewellView, FieldData,
    FieldSort, FormView, GuideView, HomeView, IdentifyView, NoteView, OutOfServiceView, PageState, PinView,
    RatingView, ReceiptView, RowView, ScanView, ScreenKind, SheetView, StateView, TableView, TechnicianView,
    TileView, UnavailableView, View, WorkingView,
};
use crate::qr;

/// Fills the part of this body and empties the part of the one before.
pub fn show(view: &View<'_>, body: &Body) {
    let (before, now) = (view.get_kind(), kind(body));
    fill(view, body);
    view.set_kind(now);
    if before != now {
        empty(view, before);
    }
}

fn kind(body: &Body) -> ScreenKind {
    match body {
        Body::Attract => ScreenKind::Attract,
        Body::Home { .. } => ScreenKind::Home,
        Body::Identify { .. } => ScreenKind::Identify,
        Body::Scan { .. } => ScreenKind::Scan,
        Body::Guide { .. } => ScreenKind::Guide,
        Body::Form { .. } => ScreenKind::Form,
        Body::Confirm { .. } => ScreenKind::Confirm,
        Body::Working { .. } => ScreenKind::Working,
        Body::Receipt { .. } => ScreenKind::Receipt,
        Body::Answer { .. } => ScreenKind::Answer,
        Body::Unavailable { .. } => ScreenKind::Unavailable,
        Body::Cases { .. } => ScreenKind::Cases,
        Body::Rating { .. } => ScreenKind::Rating,
        Body::Farewell { .. } => ScreenKind::Farewell,
        Body::OutOfService { .. } => ScreenKind::OutOfService,
        Body::Pin { .. } => ScreenKind::Pin,
        Body::Technician { .. } => ScreenKind::Technician,
    }
}

fn empty(view: &View<'_>, kind: ScreenKind) {
    match kind {
        ScreenKind::Attract => {}
        ScreenKind::Home => view.set_home(HomeView::default()),
        ScreenKind::Identify => view.set_identify(IdentifyView::default()),
        ScreenKind::Scan => view.set_scan(ScanView::default()),
        ScreenKind::Guide => view.set_guide(GuideView::default()),
        ScreenKind::Form => view.set_form(FormView::default()),
        ScreenKind::Confirm => view.set_confirm(ConfirmView::default()),
        ScreenKind::Working => view.set_working(WorkingView::default()),
        ScreenKind::Receipt => view.set_receipt(ReceiptView::default()),
        ScreenKind::Answer => view.set_answer(AnswerView::default()),
        ScreenKind::Unavailable => view.set_unavailable(UnavailableView::default()),
        ScreenKind::Cases => view.set_cases(CasesView::default()),
        ScreenKind::Rating => view.set_rating(RatingView::default()),
        ScreenKind::Farewell => view.set_farewell(FarewellView::default()),
        ScreenKind::OutOfService => view.set_out_of_service(OutOfServiceView::default()),
        ScreenKind::Pin => view.set_pin(PinView::default()),
        ScreenKind::Technician => view.set_technician(TechnicianView::default()),
    }
}

fn fill(view: &View<'_>, body: &Body) {
    match body {
        Body::Attract => {}
        Body::Home { greeting, identified, tiles, page, pages, can_scan } => {
            home(view, greeting, [*identified, *can_scan], tiles, [*page, *pages]);
        }
        Body::Identify { stage, place, message } => {
            let (stage, place) = (reader(*stage), card_places(*place));
            view.set_identify(IdentifyView { stage, place, message: message.into() });
        }
        Body::Scan { stage, message } => {
            view.set_scan(ScanView { stage: scan_state(*stage), message: message.into() });
        }
        Body::Guide { title, summary, rows, materials, notes, can_start } => {
            guide(view, [title, summary], rows, materials, notes, *can_start);
        }
        Body::Form { title, page_title, page, pages, fields, active } => {
            form(view, [title, page_title], [*page, *pages], fields, *active);
        }
        Body::Confirm { title, rows, note } => confirm(view, [title, note], rows),
        Body::Working { message } => view.set_working(WorkingView { message: message.into() }),
        Body::Receipt { number, qr, paper, message, delivery, next } => {
            receipt(view, number, qr, *paper, [message, delivery, next]);
        }
        Body::Answer { title, facts, tables, note, page } => {
            answer(view, [title, note], facts, tables, page.as_ref());
        }
        Body::Unavailable { title, why, instead, can_retry } => {
            unavailable(view, [title, why, instead], *can_retry);
        }
        Body::Cases { title, cases, empty } => list(view, [title, empty], cases),
        Body::Rating { levels } => {
            view.set_rating(RatingView { levels: texts(&view.get_rating().levels, levels) });
        }
        Body::Farewell { lines } => {
            view.set_farewell(FarewellView { lines: texts(&view.get_farewell().lines, lines) });
        }
        Body::OutOfService { message } => {
            view.set_out_of_service(OutOfServiceView { message: message.into() });
        }
        Body::Pin { owner, typed, places, stage, message, can_type, can_enter } => {
            let (typed, places, stage) = (count(*typed), count(*places), pin_state(*stage));
            let (owner, message) = (pin_owner(*owner), message.into());
            let (can_type, can_enter) = (*can_type, *can_enter);
            view.set_pin(PinView { owner, typed, places, stage, message, can_type, can_enter });
        }
        Body::Technician { title, rows, is_looking, test, service } => {
            technician(view, title, rows, *is_looking, test.as_ref(), service);
        }
    }
}

fn home(
    view: &View<'_>,
    greeting: &Shown,
    [identified, can_scan]: [bool; 2],
    tiles: &[Tile],
    [page, pages]: [usize; 2],
) {
    view.set_home(HomeView {
        greeting: shown(greeting),
        identified,
        tiles: sync(&view.get_home().tiles, tiles.iter().map(tile).collect()),
        page: count(page),
        pages: count(pages),
        can_scan,
    });
}

fn guide(
    view: &View<'_>,
    [title, summary]: [&String; 2],
    rows: &[Row],
    materials: &[String],
    notes: &[(Tone, String)],
    can_start: bool,
) {
    let old = view.get_guide();
    view.set_guide(GuideView {
        title: title.into(),
        summary: summary.into(),
        rows: sync(&old.rows, rows.iter().map(row).collect()),
        materials: texts(&old.materials, materials),
        notes: sync(&old.notes, notes.iter().map(note).collect()),
        can_start,
    });
}

fn form(
    view: &View<'_>,
    [title, page_title]: [&String; 2],
    [page, pages]: [usize; 2],
    fields: &[FieldView],
    active: Option<usize>,
) {
    view.set_form(FormView {
        title: title.into(),
        page_title: page_title.into(),
        page: count(page),
        pages: count(pages),
        fields: sync_nested(&view.get_form().fields, fields, field),
        editing: place(active.or_else(|| first_choice(fields))),
    });
}

fn confirm(view: &View<'_>, [title, note]: [&String; 2], rows: &[Row]) {
    view.set_confirm(ConfirmView {
        title: title.into(),
        rows: sync(&view.get_confirm().rows, rows.iter().map(row).collect()),
        note: note.into(),
    });
}

fn receipt(view: &View<'_>, number: &str, code: &str, paper: PaperStage, words: [&String; 3]) {
    let old = view.get_receipt();
    let [message, delivery, next] = words.map(Into::into);
    view.set_receipt(ReceiptView {
        number: number.into(),
        qr: if old.qr_text == code { old.qr } else { qr::image(code) },
        qr_text: code.into(),
        paper: paper_state(paper),
        message,
        delivery,
        next,
    });
}

fn answer(
    view: &View<'_>,
    [title, note]: [&String; 2],
    facts: &[Fact],
    tables: &[AnswerTable],
    page: Option<&PageView>,
) {
    let old = view.get_answer();
    view.set_answer(AnswerView {
        title: title.into(),
        facts: sync(&old.facts, facts.iter().map(fact).collect()),
        tables: sync_nested(&old.tables, tables, table),
        note: note.into(),
        sheet: page.map(sheet).unwrap_or_default(),
    });
}

fn unavailable(view: &View<'_>, words: [&String; 3], can_retry: bool) {
    let [title, why, instead] = words.map(Into::into);
    view.set_unavailable(UnavailableView { title, why, instead, can_retry });
}

fn list(view: &View<'_>, [title, empty]: [&String; 2], cases: &[CaseRow]) {
    view.set_cases(CasesView {
        title: title.into(),
        cases: sync(&view.get_cases().cases, cases.iter().map(case).collect()),
        empty: empty.into(),
    });
}

fn technician(
    view: &View<'_>,
    title: &str,
    rows: &[StateRow],
    is_looking: bool,
    test: Option<&(PaperStage, String)>,
    service: &ServiceChange,
) {
    view.set_technician(TechnicianView {
        title: title.into(),
        rows: sync(&view.get_technician().rows, rows.iter().map(state_row).collect()),
        is_looking,
        test: test.map(|(_, words)| words.into()).unwrap_or_default(),
        paper: test.map(|(stage, _)| paper_state(*stage)).unwrap_or_default(),
        paused: service.is_paused,
        can_change: service.can_change,
        trouble: optional(service.trouble.as_ref()),
    });
}

fn state_row(row: &StateRow) -> StateView {
    let condition = match row.condition {
        Condition::Well => ConditionState::Well,
        Condition::Mind => ConditionState::Mind,
        Condition::Broken => ConditionState::Broken,
    };
    StateView { label: (&row.label).into(), value: (&row.value).into(), condition }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn place(at: Option<usize>) -> i32 {
    at.map_or(-1, count)
}

fn optional(text: Option<&String>) -> SharedString {
    text.map(SharedString::from).unwrap_or_default()
}

// Without an active field the first open question is shown, else the first one with options.
fn first_choice(fields: &[FieldView]) -> Option<usize> {
    let choice = |field: &FieldView| matches!(field.kind, FieldKind::Choice { .. });
    let open = |field: &FieldView| matches!(field.kind, FieldKind::Choice { chosen: None, .. });
    fields.iter().position(open).or_else(|| fields.iter().position(choice))
}

fn tile(tile: &Tile) -> TileView {
    TileView {
        title: (&tile.title).into(),
        summary: (&tile.summary).into(),
        group: (&tile.group).into(),
        icon: icon(tile.icon),
        unavailable: optional(tile.unavailable.as_ref()),
    }
}

fn sheet(page: &PageView) -> SheetView {
    SheetView {
        offered: true,
        label: (&page.label).into(),
        stage: match page.stage {
            PageStage::Offered => PageState::Offered,
            PageStage::Working => PageState::Working,
            PageStage::Printed => PageState::Printed,
            PageStage::Failed => PageState::Failed,
        },
        message: (&page.message).into(),
        can_print: page.can_print,
    }
}

fn row(row: &Row) -> RowView {
    labelled(&row.label, &row.value)
}

fn fact(fact: &Fact) -> RowView {
    labelled(&fact.label, &fact.value)
}

fn labelled(label: &str, value: &Shown) -> RowView {
    RowView { label: label.into(), value: shown(value) }
}

fn note((tone, text): &(Tone, String)) -> NoteView {
    NoteView { caution: *tone == Tone::Caution, text: text.into() }
}

fn field(field: &FieldView, old: FieldData) -> FieldData {
    let (sort, options, chosen) = match &field.kind {
        FieldKind::ReadOnly => (FieldSort::ReadOnly, ModelRc::default(), None),
        FieldKind::Digits => (FieldSort::Digits, ModelRc::default(), None),
        FieldKind::Amount => (FieldSort::Amount, ModelRc::default(), None),
        FieldKind::Choice { options, chosen } => (FieldSort::Choice, texts(&old.options, options), *chosen),
    };
    FieldData {
        label: (&field.label).into(),
        hint: (&field.hint).into(),
        value: shown(&field.value),
        source: optional(field.source.as_ref()),
        problem: optional(field.problem.as_ref()),
        sort,
        options,
        chosen: place(chosen),
    }
}

fn table(table: &AnswerTable, old: TableView) -> TableView {
    TableView {
        title: (&table.title).into(),
        columns: texts(&old.columns, &table.columns),
        rows: sync_nested(&old.rows, &table.rows, |cells, old| CellsView {
            cells: sync(&old.cells, cells.iter().map(shown).collect()),
        }),
        empty: (&table.empty).into(),
    }
}

fn case(case: &CaseRow) -> CaseView {
    CaseView {
        title: (&case.title).into(),
        case_number: (&case.case_number).into(),
        receipt: (&case.receipt).into(),
        state: (&case.state).into(),
        submitted: (&case.submitted).into(),
    }
}
