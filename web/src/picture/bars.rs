//! Named bars that swap places. The rows are moved by hand: they keep their identity while their order changes, and a view
//! of hundreds of them would be compared anew with every frame.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::browser::set_style;
use crate::format;
use crate::state::PictureData;

/// The rows that stand in the page, by item.
#[derive(Default)]
pub struct Rows(Vec<(u32, Row)>);

struct Row {
    root: HtmlElement,
    bar: HtmlElement,
    name: HtmlElement,
    label: String,
    value: HtmlElement,
    rank: HtmlElement,
    place: usize,
    length: f64,
    whisker: HtmlElement,
    ends: (f64, f64),
    shown: f32,
}

impl Row {
    fn new(host: &HtmlElement) -> Option<Row> {
        let document = document();
        let make = |class: &str| {
            let element = document.create_element("div").ok()?.dyn_into::<HtmlElement>().ok()?;
            element.set_class_name(class);
            Some(element)
        };
        let (root, rank, name, track, bar, whisker, value) = (
            make("bar-row")?,
            make("bar-rank")?,
            make("bar-name")?,
            make("bar-track")?,
            make("bar")?,
            make("whisker")?,
            make("bar-value")?,
        );
        track.append_child(&bar).ok()?;
        track.append_child(&whisker).ok()?;
        for part in [&rank, &name, &track, &value] {
            root.append_child(part).ok()?;
        }
        host.append_child(&root).ok()?;
        let (label, place, length, ends, shown) = (String::new(), usize::MAX, -1.0, (0.0, 0.0), f32::NAN);
        Some(Row { root, bar, name, label, value, rank, place, length, whisker, ends, shown })
    }
}

/// Draws the items that are scrolled into view.
pub fn draw(
    rows: &mut Rows,
    host: &HtmlElement,
    picture: &PictureData,
    span: (f64, f64),
    labels: &[String],
    large: bool,
) {
    let height = if large { 22.0 } else { 17.0 };
    let total = picture.values.len().min(picture.aux.len());
    let first = ((f64::from(host.scroll_top()) / height) as usize).min(total);
    let fits = (f64::from(host.client_height()) / height) as usize + 2;
    let last = (first + fits.max(4)).min(total);
    let shown: Vec<u32> = picture.aux[first..last].iter().map(|&item| item as u32).collect();
    rows.0.retain(|(item, row)| {
        let stays = shown.contains(item);
        if !stays {
            row.root.remove();
        }
        stays
    });
    let (lo, hi) = if span.0 >= 0.0 { (0.0, span.1) } else { span };
    let share = |v: f32| if hi > lo { ((f64::from(v) - lo) / (hi - lo)).clamp(0.0, 1.0) } else { 0.0 };
    let end = |k: usize| picture.aux.get(k).map_or(0.0, |v| share(*v));
    for (place, &item) in (first..last).zip(&shown) {
        let v = picture.values[place];
        let known = rows.0.iter().position(|(i, _)| *i == item);
        let known = known.or_else(|| {
            rows.0.push((item, Row::new(host)?));
            Some(rows.0.len() - 1)
        });
        let Some(row) = known.map(|i| &mut rows.0[i].1) else { continue };
        // Items of another problem may have the same numbers.
        let label = labels.get(item as usize).map_or("?", String::as_str);
        if row.label != label {
            label.clone_into(&mut row.label);
            row.name.set_text_content(Some(label));
            row.name.set_title(label);
        }
        if row.place != place {
            row.place = place;
            set_style(&row.root, "transform", &format!("translateY({}px)", place as f64 * height));
            row.rank.set_text_content(Some(&(place + 1).to_string()));
        }
        let length = share(v);
        // A tenth of a percent is less than a pixel.
        if (length - row.length).abs() > 1e-3 {
            row.length = length;
            set_style(&row.bar, "transform", &format!("scaleX({length:.4})"));
        }
        let (low, high) = (end(picture.values.len() + place), end(2 * picture.values.len() + place));
        if (low - row.ends.0).abs() + (high - row.ends.1).abs() > 1e-3 {
            row.ends = (low, high);
            let percent = |x: f64| format!("{:.2}", 100.0 * x);
            set_style(&row.whisker, "inset", &format!("3px {}% 3px {}%", percent(1.0 - high), percent(low)));
        }
        if row.shown.to_bits() != v.to_bits() {
            row.shown = v;
            row.value.set_text_content(Some(&format::value(f64::from(v))));
        }
    }
    set_style(host, "--rows", &format!("{}px", total as f64 * height));
}
