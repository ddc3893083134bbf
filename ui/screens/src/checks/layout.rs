//! Every screen, language, mode and orientation: what can be touched is large enough, apart, and holds its words.

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use kiosk_model::Mode;

use super::gallery::Example;
use super::{Glass, edges, is_control, must_be_right};

/// Rounding of positions.
const SLACK_PX: f32 = 1.5;
/// Side of a target by mode (18 and 24 mm on the portrait panel).
const TARGET_PX: fn(Mode) -> f32 = |mode| match mode {
    Mode::Normal => 72.0,
    Mode::Elder => 96.0,
};

#[test]
fn every_screen_is_laid_out_well() {
    must_be_right(|glass, example, window| {
        glass.show(&example.screen);
        faults(glass, &example, window)
    });
}

fn faults(glass: &Glass, example: &Example, window: [f32; 4]) -> Vec<String> {
    let mut faults = Vec::new();
    let controls = top_controls(glass, example);
    assert!(!controls.is_empty(), "{}: nothing to touch", example.name);
    for (at, control) in controls.iter().enumerate() {
        let id = control.accessible_id().unwrap_or_default();
        let size = control.size();
        if size.width.min(size.height) + SLACK_PX < TARGET_PX(example.screen.mode) {
            faults.push(format!("{id} is only {} × {}", size.width, size.height));
        }
        if control.accessible_label().unwrap_or_default().trim().is_empty() || id.is_empty() {
            faults.push(format!("{id:?} has no name"));
        }
        if !within(edges(control), window) {
            faults.push(format!("{id} leaves the window"));
        }
        faults.extend(spilled(control).map(|what| format!("{id} spills {what}")));
        let others = controls[at + 1..].iter().filter(|other| overlap(edges(control), edges(other)));
        faults.extend(
            others.map(|other| format!("{id} overlaps {}", other.accessible_id().unwrap_or_default())),
        );
    }
    faults.extend(lost_texts(glass, example, window));
    faults
}

/// What can be touched now: in an overlay only its own; fields that are turned out of sight do not count.
fn top_controls(glass: &Glass, example: &Example) -> Vec<ElementHandle> {
    let paned: Vec<_> = paned(glass).iter().filter(|element| is_control(element)).map(edges).collect();
    let controls = match example.screen.overlay {
        Some(_) => overlay(glass).query_descendants().find_all(),
        None => glass.all(),
    };
    controls.into_iter().filter(|element| is_control(element) && !paned.contains(&edges(element))).collect()
}

fn overlay(glass: &Glass) -> ElementHandle {
    let is_overlay =
        |element: &ElementHandle| element.accessible_id().is_some_and(|id| id.starts_with("overlay:"));
    glass.all().into_iter().find(is_overlay).expect("an overlay")
}

/// What lies in a pane that can be turned.
fn paned(glass: &Glass) -> Vec<ElementHandle> {
    ElementQuery::from_root(&glass.ui.window).match_id("ReadingPane::flick").match_descendants().find_all()
}

/// Parts that are larger than the control they belong to.
fn spilled(control: &ElementHandle) -> impl Iterator<Item = String> {
    let outer = edges(control);
    let parts = control.query_descendants().find_all();
    parts
        .into_iter()
        .filter(move |part| !within(edges(part), outer))
        .map(|part| format!("{:?}", part.type_name()))
}

/// Texts outside a pane that leave the window or run into the footer.
fn lost_texts(glass: &Glass, example: &Example, window: [f32; 4]) -> Vec<String> {
    // An overlay stands in the place of the footer too.
    let floor = if example.screen.overlay.is_some() { window[3] } else { edges(&glass.control("back"))[1] };
    let paned: Vec<_> = paned(glass).iter().map(edges).collect();
    let room = [window[0], window[1], window[2], floor];
    let texts =
        glass.all().into_iter().filter(|element| element.accessible_role() == Some(AccessibleRole::Text));
    texts
        .filter(|text| !within(edges(text), room) && !paned.contains(&edges(text)))
        .map(|text| format!("the text {:?} is out of sight", text.accessible_label().unwrap_or_default()))
        .collect()
}

fn within(inner: [f32; 4], outer: [f32; 4]) -> bool {
    inner[0] + SLACK_PX >= outer[0]
        && inner[1] + SLACK_PX >= outer[1]
        && inner[2] <= outer[2] + SLACK_PX
        && inner[3] <= outer[3] + SLACK_PX
}

fn overlap(one: [f32; 4], other: [f32; 4]) -> bool {
    one[0] + SLACK_PX < other[2]
        && other[0] + SLACK_PX < one[2]
        && one[1] + SLACK_PX < other[3]
        && other[1] + SLACK_PX < one[3]
}
