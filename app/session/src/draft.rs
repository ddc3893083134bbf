//! A form that is being filled in.

use std::collections::BTreeSet;

use kiosk_drivers_api::Private;
use kiosk_model::{FieldKind, FieldView, Row, Shown};
use kiosk_protocol::ids::Key;
use kiosk_protocol::service::{Field, Form, FormPage, Input, ReceiptTemplate, Source, Values, Work};
use kiosk_protocol::wire::Reply;
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::opened::Opened;
use crate::typing::Typing;
use crate::view::View;
use crate::visit::{CardShown, Holder, Visit};
use crate::words::field_trouble;

/// What was filled in so far. Canonical values only; the text being typed stands beside them.
pub(crate) struct Draft {
    /// The case it becomes: one form is one case, however often it is handed over.
    pub(crate) case: Uuid,
    pub(crate) opened: Opened,
    pub(crate) receipt: ReceiptTemplate,
    /// From 0.
    pub(crate) page: usize,
    form: Form,
    values: Values,
    /// Fields whose value is on file.
    on_file: BTreeSet<Key>,
    /// Fields whose problems are shown: they were left once.
    checked: BTreeSet<Key>,
    active: Option<Typing>,
    /// Values of other offices were wanted and not had.
    pub(crate) not_prefilled: bool,
}

/// Where `Next` leads.
pub(crate) enum Ahead {
    /// Something on this page has to be mended, or there is another page.
    Stay,
    /// Everything is filled in.
    Complete,
}

impl Draft {
    /// An empty form, filled with what is on file; nothing where the service has no form.
    pub(crate) fn new(case: Uuid, opened: Opened, visit: &Visit, reply: Option<&Reply>) -> Option<Self> {
        let Work::Handling { form, receipt } = &opened.work else { return None };
        let (form, receipt) = (form.clone(), receipt.clone());
        let not_prefilled = reply.is_none() && wants_shared(&form);
        let mut draft = Self {
            case,
            opened,
            receipt,
            page: 0,
            form,
            values: Values::default(),
            on_file: BTreeSet::new(),
            checked: BTreeSet::new(),
            active: None,
            not_prefilled,
        };
        draft.prefill(visit.holder(), reply);
        draft.activate_first();
        Some(draft)
    }

    fn prefill(&mut self, holder: Option<&Holder>, reply: Option<&Reply>) {
        for field in self.form.fields() {
            let value = value_on_file(field, holder, reply);
            let Some(value) = value.filter(|value| is_usable(field, value)) else { continue };
            self.values.set(field.key.clone(), value);
            self.on_file.insert(field.key.clone());
        }
    }

    /// A field whose value is missing and that nobody can type here.
    pub(crate) fn lacking(&self) -> Option<&Field> {
        let lacks = |field: &Field| field.required && self.values.get(&field.key).is_none();
        self.form.fields().find(|field| field.input == Input::Text && lacks(field))
    }

    pub(crate) fn values(&self) -> Values {
        self.values.clone()
    }

    fn this_page(&self) -> Option<&FormPage> {
        self.form.pages.get(self.page)
    }

    fn field(&self, index: usize) -> Option<Field> {
        self.this_page()?.fields.get(index).filter(|field| !self.is_locked(field)).cloned()
    }

    /// A value on file stays as it is unless its package lets the resident change it.
    fn is_locked(&self, field: &Field) -> bool {
        let editable = field.prefill.as_ref().is_some_and(|prefill| prefill.editable);
        field.input == Input::Text || (self.on_file.contains(&field.key) && !editable)
    }

    /// The touched field takes the keys of the number pad; the one before is checked.
    pub(crate) fn focus(&mut self, index: usize) {
        let Some(field) = self.field(index) else { return };
        self.leave_field();
        self.active = Typing::begin(&field, self.values.get(&field.key));
    }

    pub(crate) fn choose(&mut self, index: usize, option: usize) {
        let Some(field) = self.field(index) else { return };
        let Input::Choice { options } = &field.input else { return };
        let Some(option) = options.get(option) else { return };
        self.leave_field();
        self.checked.insert(field.key.clone());
        self.set(field.key, option.value.as_str().into());
    }

    pub(crate) fn press(&mut self, key: kiosk_model::Key) {
        let Some(active) = &mut self.active else { return };
        active.press(key);
        let (key, value) = (active.key().clone(), active.canonical());
        self.set(key, value);
    }

    fn set(&mut self, key: Key, value: Private) {
        self.on_file.remove(&key);
        self.values.set(key, value);
    }

    fn leave_field(&mut self) {
        if let Some(active) = self.active.take() {
            self.checked.insert(active.key().clone());
        }
    }

    /// Turns to the page before; there is none before the first.
    pub(crate) fn page_back(&mut self) -> bool {
        self.leave_field();
        let before = self.page.checked_sub(1);
        self.page = before.unwrap_or(0);
        before.is_some()
    }

    /// Checks this page and goes on to the next, or to the first problem.
    pub(crate) fn next(&mut self) -> Ahead {
        self.leave_field();
        let here = self.this_page().map_or(&[][..], |page| &page.fields);
        let keys: Vec<Key> = here.iter().map(|field| field.key.clone()).collect();
        self.checked.extend(keys);
        let here = self.this_page().map_or(&[][..], |page| &page.fields);
        if let Some(index) = here.iter().position(|field| field.check(&self.values).is_some()) {
            self.focus(index);
            return Ahead::Stay;
        }
        if self.page + 1 < self.form.pages.len() {
            self.page += 1;
            self.activate_first();
            return Ahead::Stay;
        }
        self.complete()
    }

    /// A later page can break a rule of an earlier one: back to it then.
    fn complete(&mut self) -> Ahead {
        let broken = |page: &FormPage| page.fields.iter().any(|field| field.check(&self.values).is_some());
        let Some(page) = self.form.pages.iter().position(broken) else { return Ahead::Complete };
        self.page = page;
        let keys: Vec<Key> = self.form.pages[page].fields.iter().map(|field| field.key.clone()).collect();
        self.checked.extend(keys);
        Ahead::Stay
    }

    /// The first open field of the page, where it is one for the number pad.
    fn activate_first(&mut self) {
        let fields = self.this_page().map_or(&[][..], |page| &page.fields);
        let open = |field: &&Field| !self.is_locked(field) && self.values.get(&field.key).is_none();
        self.active = fields.iter().find(open).and_then(|field| Typing::begin(field, None));
    }

    pub(crate) fn page_title(&self, view: &View) -> String {
        self.this_page().map(|page| view.say(&page.title)).unwrap_or_default()
    }

    pub(crate) fn pages(&self) -> usize {
        self.form.pages.len()
    }

    /// The fields of this page.
    pub(crate) fn fields(&self, view: &View) -> Vec<FieldView> {
        let fields = self.this_page().map_or(&[][..], |page| &page.fields);
        fields.iter().map(|field| self.field_view(field, view)).collect()
    }

    /// The place of the field that takes the keys.
    pub(crate) fn active(&self) -> Option<usize> {
        let active = self.active.as_ref()?;
        self.this_page()?.fields.iter().position(|field| field.key == *active.key())
    }

    fn field_view(&self, field: &Field, view: &View) -> FieldView {
        let problem = self.checked.contains(&field.key).then(|| field.check(&self.values)).flatten();
        let say = |why| view.texts().field_trouble(field_trouble(&field.input, &why));
        FieldView {
            label: view.say(&field.label),
            hint: view.say(&field.hint),
            value: self.field_shown(field, view),
            source: self.source(field, view),
            problem: problem.map(|problem| say(problem.why)),
            kind: self.kind(field, view),
        }
    }

    fn field_shown(&self, field: &Field, view: &View) -> Shown {
        if let Some(active) = self.active.as_ref().filter(|active| *active.key() == field.key) {
            return active.shown(view.texts());
        }
        match self.values.get(&field.key) {
            Some(value) => view.field_value(field, value).into(),
            None if field.input == Input::Text => view.texts().not_on_file().into(),
            None => Shown::default(),
        }
    }

    fn source(&self, field: &Field, view: &View) -> Option<String> {
        let prefill = field.prefill.as_ref().filter(|_| self.on_file.contains(&field.key))?;
        Some(match &prefill.from {
            Source::Card => match view.visit.holder()?.shown {
                CardShown::Id => view.texts().card_source(),
                CardShown::SocialSecurity => view.texts().chip_source(),
            },
            Source::Shared { label, .. } => view.texts().source(&view.say(label)),
        })
    }

    fn kind(&self, field: &Field, view: &View) -> FieldKind {
        if self.is_locked(field) {
            return FieldKind::ReadOnly;
        }
        match &field.input {
            Input::Choice { options } => FieldKind::Choice {
                options: options.iter().map(|option| view.say(&option.label)).collect(),
                chosen: self
                    .values
                    .get(&field.key)
                    .and_then(|value| options.iter().position(|option| option.value.as_str() == value)),
            },
            Input::Digits { .. } => FieldKind::Digits,
            Input::Amount { .. } => FieldKind::Amount,
            Input::Text => FieldKind::ReadOnly,
        }
    }

    /// Label and value of everything that was filled in.
    pub(crate) fn rows(&self, view: &View) -> Vec<Row> {
        let row = |field: &Field| {
            let value = view.field_value(field, self.values.get(&field.key)?).into();
            Some(Row { label: view.say(&field.label), value })
        };
        self.form.fields().filter_map(row).collect()
    }

    /// A field's value as paper shows it.
    pub(crate) fn printed(&self, key: &Key, view: &View) -> Option<String> {
        let field = self.form.fields().find(|field| field.key == *key)?;
        Some(view.field_value(field, self.values.get(key)?))
    }
}

/// Whether other offices hold values of this form.
pub(crate) fn wants_shared(form: &Form) -> bool {
    let shared = |field: &Field| {
        field.prefill.as_ref().is_some_and(|prefill| matches!(prefill.from, Source::Shared { .. }))
    };
    form.fields().any(shared)
}

fn value_on_file(field: &Field, holder: Option<&Holder>, reply: Option<&Reply>) -> Option<Private> {
    let prefill = field.prefill.as_ref()?;
    match (&prefill.from, prefill.key.as_str()) {
        (Source::Card, "name") => holder.map(|holder| holder.name.clone()),
        (Source::Card, "number") => holder.map(|holder| holder.number.clone()),
        (Source::Card, "address") => holder.map(|holder| holder.address.clone()),
        (Source::Card, _) => None,
        (Source::Shared { .. }, _) => match reply? {
            Reply::Values { values, .. } => values.get(&prefill.key).map(|scalar| scalar.0.clone()),
            Reply::Cases { .. } | Reply::Page { .. } | Reply::Refused { .. } => None,
        },
    }
}

/// A value on file that breaks its own field's rule helps nobody: it is asked for instead.
fn is_usable(field: &Field, value: &Private) -> bool {
    let alone = Values::from_iter([(field.key.clone(), value.clone())]);
    !value.expose_secret().is_empty() && field.check(&alone).is_none()
}
