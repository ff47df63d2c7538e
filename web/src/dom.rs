//! Elements, built with plain calls and kept up to date by Leptos' reactive system.
//!
//! The `view!` macro gives every piece of a page its own type, and with it its own code: this page came to 440 kB that way,
//! more than the whole first screen may weigh. Here every closure is boxed at the seam, so that the machinery behind it
//! exists once.

use std::any::Any;
use std::cell::{Ref, RefCell};
use std::rc::Rc;

use leptos::prelude::{Notify, Owner, RenderEffect, Track, Trigger, untrack};
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, Event, HtmlCanvasElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, Node,
};

use crate::js;

/// A value that whoever reads it follows. It lives as long as the page.
pub struct State<T: 'static>(&'static (RefCell<T>, Trigger));

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for State<T> {}

impl<T> State<T> {
    /// A state of the page.
    pub fn new(value: T) -> Self {
        State(Box::leak(Box::new((RefCell::new(value), Trigger::new()))))
    }

    /// Looks at it and follows it.
    pub fn with<R>(self, f: impl FnOnce(&T) -> R) -> R {
        self.0.1.track();
        f(&self.0.0.borrow())
    }

    /// Looks at it once.
    pub fn with_untracked<R>(self, f: impl FnOnce(&T) -> R) -> R {
        f(&self.0.0.borrow())
    }

    /// Replaces it.
    pub fn set(self, value: T) {
        *self.0.0.borrow_mut() = value;
        self.0.1.notify();
    }

    /// Changes it.
    pub fn update<R>(self, f: impl FnOnce(&mut T) -> R) -> R {
        let result = f(&mut self.0.0.borrow_mut());
        self.0.1.notify();
        result
    }

    /// Changes it without telling anybody.
    pub fn update_untracked<R>(self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.0.0.borrow_mut())
    }

    /// Follows it without looking.
    pub fn track(self) {
        self.0.1.track();
    }
}

impl<T: Clone> State<T> {
    /// A copy; follows it.
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// A copy.
    pub fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

/// A value that belongs to a part of the page and goes with it.
#[derive(Clone)]
pub struct Local<T>(Rc<(RefCell<T>, Trigger)>);

impl<T: Clone> Local<T> {
    /// A state of what is built now.
    pub fn new(value: T) -> Self {
        Local(Rc::new((RefCell::new(value), Trigger::new())))
    }

    /// A copy; follows it.
    pub fn get(&self) -> T {
        self.0.1.track();
        self.0.0.borrow().clone()
    }

    /// Looks at it once.
    pub fn peek(&self) -> Ref<'_, T> {
        self.0.0.borrow()
    }

    /// Replaces it.
    pub fn set(&self, value: T) {
        *self.0.0.borrow_mut() = value;
        self.0.1.notify();
    }
}

/// What parts of the page keep, by number; none where it was let go.
type Kept = Vec<Option<Box<dyn Any>>>;

thread_local! {
    static KEPT: RefCell<Kept> = const { RefCell::new(Vec::new()) };
}

/// Keeps something for as long as what is built now.
pub fn keep(value: impl Any) {
    keep_dyn(Box::new(value));
}

fn keep_dyn(value: Box<dyn Any>) {
    let place = KEPT.with_borrow_mut(|kept| match kept.iter().position(Option::is_none) {
        Some(free) => {
            kept[free] = Some(value);
            free
        }
        None => {
            kept.push(Some(value));
            kept.len() - 1
        }
    });
    // Dropped outside of the borrow: what goes may let go of more.
    Owner::on_cleanup(move || drop(KEPT.with_borrow_mut(|kept| kept[place].take())));
}

/// Runs `f` now, and again whenever something it read has changed.
pub fn effect(f: impl FnMut() + 'static) {
    effect_dyn(Box::new(f));
}

fn effect_dyn(mut f: Box<dyn FnMut()>) {
    keep(RenderEffect::new(move |_: Option<()>| f()));
}

/// An element. Copies are the same element.
#[derive(Clone)]
pub struct El(pub Element);

/// An element with a class.
pub fn el(tag: &str, class: &str) -> El {
    let element = js::document().create_element(tag).expect("the page's own tags are valid");
    if !class.is_empty() {
        element.set_class_name(class);
    }
    El(element)
}

/// An element with a class and a text.
pub fn text(tag: &str, class: &str, words: &str) -> El {
    let made = el(tag, class);
    made.0.set_text_content(Some(words));
    made
}

/// A vector graphic.
pub fn svg(tag: &str, attributes: &[(&str, &str)]) -> El {
    let made = js::document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag);
    let mut made = El(made.expect("the page's own tags are valid"));
    for (name, value) in attributes {
        made = made.attr(name, value);
    }
    made
}

/// A button with a text.
pub fn button(class: &str, words: &str, press: impl Fn() + 'static) -> El {
    text("button", class, words).attr("type", "button").click(press)
}

impl El {
    /// An attribute.
    pub fn attr(self, name: &str, value: &str) -> El {
        let _ = self.0.set_attribute(name, value);
        self
    }

    /// An id.
    pub fn id(self, id: &str) -> El {
        self.0.set_id(id);
        self
    }

    /// What is said when the pointer rests on it.
    pub fn title(self, words: &str) -> El {
        if words.is_empty() { self } else { self.attr("title", words) }
    }

    /// Its name for those who do not see it.
    pub fn label(self, words: &str) -> El {
        self.attr("aria-label", words)
    }

    /// A text at its end.
    pub fn text(self, words: &str) -> El {
        let node = js::document().create_text_node(words);
        let _ = self.0.append_child(&node);
        self
    }

    /// A child at its end.
    pub fn add(self, child: El) -> El {
        let _ = self.0.append_child(&child.0);
        self
    }

    /// A child at its end, if there is one.
    pub fn maybe(self, child: Option<El>) -> El {
        match child {
            Some(child) => self.add(child),
            None => self,
        }
    }

    /// Children at its end.
    pub fn add_all(self, children: Vec<El>) -> El {
        children.into_iter().fold(self, El::add)
    }

    /// Calls `f` on an event, for as long as what is built now.
    pub fn on(self, name: &str, f: impl FnMut(Event) + 'static) -> El {
        self.on_dyn(name, Box::new(f))
    }

    fn on_dyn(self, name: &str, f: Box<dyn FnMut(Event)>) -> El {
        let f = Closure::wrap(f);
        let _ = self.0.add_event_listener_with_callback(name, f.as_ref().unchecked_ref());
        keep(f);
        self
    }

    /// Calls `f` when pressed.
    pub fn click(self, f: impl Fn() + 'static) -> El {
        self.click_dyn(Box::new(f))
    }

    fn click_dyn(self, f: Box<dyn Fn()>) -> El {
        self.on_dyn("click", Box::new(move |_| f()))
    }

    /// Calls `f` with the value of this control on an event.
    pub fn on_value(self, name: &str, f: impl Fn(String) + 'static) -> El {
        self.on_value_dyn(name, Box::new(f))
    }

    fn on_value_dyn(self, name: &str, f: Box<dyn Fn(String)>) -> El {
        let control = self.clone();
        self.on_dyn(name, Box::new(move |_| f(control.value())))
    }

    /// The value of a control.
    pub fn value(&self) -> String {
        js::get(&self.0, "value").as_string().unwrap_or_default()
    }

    /// Gives a control a value.
    pub fn set_value(&self, value: &str) {
        // Writing an equal value would move the cursor.
        if self.value() != value {
            let _ = js_sys::Reflect::set(&self.0, &"value".into(), &value.into());
        }
    }

    /// A text that changes.
    pub fn live_text(self, f: impl Fn() -> String + 'static) -> El {
        self.live_text_dyn(Box::new(f))
    }

    fn live_text_dyn(self, f: Box<dyn Fn() -> String>) -> El {
        let node: Node = js::document().create_text_node("").into();
        let _ = self.0.append_child(&node);
        let mut last = String::new();
        effect_dyn(Box::new(move || {
            let now = f();
            if now != last {
                node.set_text_content(Some(&now));
                last = now;
            }
        }));
        self
    }

    /// An attribute that changes, and is not there without a value.
    pub fn live_attr(self, name: &'static str, f: impl Fn() -> Option<String> + 'static) -> El {
        self.live_attr_dyn(name, Box::new(f))
    }

    fn live_attr_dyn(self, name: &'static str, f: Box<dyn Fn() -> Option<String>>) -> El {
        let element = self.0.clone();
        let mut last = None;
        effect_dyn(Box::new(move || {
            let now = f();
            if now != last {
                let _ = match &now {
                    Some(value) => element.set_attribute(name, value),
                    None => element.remove_attribute(name),
                };
                last = now;
            }
        }));
        self
    }

    /// A switch that stands in an attribute as `true` or `false`.
    pub fn state(self, name: &'static str, f: impl Fn() -> bool + 'static) -> El {
        self.state_dyn(name, Box::new(f), ["false", "true"])
    }

    fn state_dyn(self, name: &'static str, f: Box<dyn Fn() -> bool>, words: [&'static str; 2]) -> El {
        self.live_attr_dyn(name, Box::new(move || Some(words[usize::from(f())].to_owned())))
    }

    /// Cannot be used now and then.
    pub fn disabled(self, f: impl Fn() -> bool + 'static) -> El {
        self.disabled_dyn(Box::new(f))
    }

    fn disabled_dyn(self, f: Box<dyn Fn() -> bool>) -> El {
        self.live_attr_dyn("disabled", Box::new(move || f().then(String::new)))
    }

    /// A class that comes and goes.
    pub fn live_class(self, name: &'static str, f: impl Fn() -> bool + 'static) -> El {
        self.live_class_dyn(name, Box::new(f))
    }

    fn live_class_dyn(self, name: &'static str, f: Box<dyn Fn() -> bool>) -> El {
        let list = self.0.class_list();
        effect_dyn(Box::new(move || {
            let _ = list.toggle_with_force(name, f());
        }));
        self
    }

    /// The value of a control, which changes.
    pub fn live_value(self, f: impl Fn() -> String + 'static) -> El {
        let f: Box<dyn Fn() -> String> = Box::new(f);
        let control = self.clone();
        effect_dyn(Box::new(move || control.set_value(&f())));
        self
    }

    /// Children that are built anew whenever what they were built from has changed.
    pub fn parts(self, f: impl Fn() -> Vec<El> + 'static) -> El {
        self.parts_dyn(Box::new(f))
    }

    fn parts_dyn(self, f: Box<dyn Fn() -> Vec<El>>) -> El {
        let place = Place::at_the_end_of(&self.0);
        effect_dyn(Box::new(move || place.fill(f())));
        self
    }

    /// Children that are built anew only when `key` has changed; what they read is followed by themselves.
    pub fn slot(self, key: impl Fn() -> String + 'static, build: impl Fn() -> Vec<El> + 'static) -> El {
        self.slot_dyn(Box::new(key), Box::new(build))
    }

    fn slot_dyn(self, key: Box<dyn Fn() -> String>, build: Box<dyn Fn() -> Vec<El>>) -> El {
        let place = Place::at_the_end_of(&self.0);
        // Children belong to what surrounds the effect: the effect itself lets go of its own with every run.
        let around = Owner::current().unwrap_or_default();
        let mut last = None;
        let mut owner: Option<Owner> = None;
        effect_dyn(Box::new(move || {
            let now = key();
            if last.as_ref() == Some(&now) {
                return;
            }
            last = Some(now);
            if let Some(old) = owner.take() {
                old.cleanup();
            }
            let fresh = around.with(Owner::new);
            let built = fresh.with(|| untrack(&build));
            owner = Some(fresh);
            place.fill(built);
        }));
        self
    }

    /// As an element of the page.
    pub fn html(&self) -> &HtmlElement {
        self.0.unchecked_ref()
    }

    /// As a canvas.
    pub fn canvas(&self) -> &HtmlCanvasElement {
        self.0.unchecked_ref()
    }

    /// As an input.
    pub fn input(&self) -> &HtmlInputElement {
        self.0.unchecked_ref()
    }

    /// As a text area.
    pub fn area(&self) -> &HtmlTextAreaElement {
        self.0.unchecked_ref()
    }
}

/// A place among the children of an element.
struct Place {
    anchor: Node,
    shown: RefCell<Vec<El>>,
}

impl Place {
    fn at_the_end_of(parent: &Element) -> Place {
        let anchor: Node = js::document().create_comment("").into();
        let _ = parent.append_child(&anchor);
        Place { anchor, shown: RefCell::default() }
    }

    fn fill(&self, children: Vec<El>) {
        for old in self.shown.take() {
            old.0.remove();
        }
        if let Some(parent) = self.anchor.parent_node() {
            for child in &children {
                let _ = parent.insert_before(&child.0, Some(&self.anchor));
            }
        }
        self.shown.replace(children);
    }
}

/// Numbers as a key of [`El::slot`].
pub fn keys(all: &[u32]) -> String {
    all.iter().map(|n| format!("{n} ")).collect()
}

/// One option of a choice: value, label, why it cannot be chosen.
pub type Choice = (String, String, Option<String>);

/// A choice of one.
pub fn select(options: Vec<Choice>, current: impl Fn() -> String + 'static, choose: impl Fn(String) + 'static) -> El {
    let control = el("select", "");
    for (value, label, blocked) in &options {
        let mut option = text("option", "", label).attr("value", value);
        if let Some(why) = blocked {
            option = option.attr("disabled", "").title(why);
        }
        let _ = control.0.append_child(&option.0);
    }
    let current: Box<dyn Fn() -> String> = Box::new(current);
    let shown: HtmlSelectElement = control.0.clone().unchecked_into();
    effect_dyn(Box::new(move || shown.set_value(&current())));
    control.on_value("change", choose)
}

/// One of a few, side by side.
pub fn segment(label: &str, pressed: impl Fn() -> bool + 'static, press: impl Fn() + 'static) -> El {
    button("", label, press).state("aria-pressed", pressed)
}
