//! Lists, updated in place.

use kiosk_model::Shown;
use slint::{Model, ModelRc, SharedString, VecModel};

/// Text about a person, for the glass.
pub fn shown(text: &Shown) -> SharedString {
    text.as_str().into()
}

/// The model with these rows: the same one where there is one, so that only changed rows are drawn.
pub fn sync<T: Clone + PartialEq + 'static>(model: &ModelRc<T>, rows: Vec<T>) -> ModelRc<T> {
    let Some(held) = model.as_any().downcast_ref::<VecModel<T>>() else {
        return ModelRc::new(VecModel::from(rows));
    };
    while held.row_count() > rows.len() {
        held.remove(held.row_count() - 1);
    }
    let mut has_changed = false;
    for (at, row) in rows.into_iter().enumerate() {
        match held.row_data(at) {
            Some(old) if old == row => {}
            Some(_) => {
                held.set_row_data(at, row);
                has_changed = true;
            }
            None => held.push(row),
        }
    }
    if has_changed {
        have_looked_again(held);
    }
    model.clone()
}

/// Slint 1.18 forgets a row that changed where the property that holds the list was set before and is not drawn yet
/// (`RepeaterTracker::row_changed` marks the row and not the list). A row that comes and goes has the whole list looked at.
fn have_looked_again<T: Clone + 'static>(held: &VecModel<T>) {
    if let Some(row) = held.row_data(0) {
        held.push(row);
        held.remove(held.row_count() - 1);
    }
}

/// The same for plain texts.
pub fn texts<T: AsRef<str>>(model: &ModelRc<SharedString>, texts: &[T]) -> ModelRc<SharedString> {
    sync(model, texts.iter().map(|text| text.as_ref().into()).collect())
}

/// The same for rows that hold models of their own: `make` gets the old row, if any, to build on.
pub fn sync_nested<S, T>(model: &ModelRc<T>, sources: &[S], make: impl Fn(&S, T) -> T) -> ModelRc<T>
where
    T: Clone + PartialEq + Default + 'static,
{
    let old = |at| model.row_data(at).unwrap_or_default();
    sync(model, sources.iter().enumerate().map(|(at, source)| make(source, old(at))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(model: &ModelRc<i32>) -> Vec<i32> {
        model.iter().collect()
    }

    #[test]
    fn a_model_is_kept_and_follows() {
        let first = sync(&ModelRc::default(), vec![1, 2, 3]);
        for rows in [vec![1, 9], vec![], vec![4, 5, 6, 7]] {
            let next = sync(&first, rows.clone());
            assert!(next == first, "another model was made");
            assert_eq!(held(&first), rows);
        }
    }
}
