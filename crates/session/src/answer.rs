//! The question that the page asked last, answered while nothing races or beside what does.

use std::rc::Rc;

use iterscope_catalog::{Answer, BuiltProblem, Shown, ask};
use iterscope_core::{BuildError, Dataset, Experiment, Params};
use iterscope_driver::Clock;
use iterscope_protocol::Event;
use iterscope_report::{Format, encode, html};

/// Seconds of one piece of work.
const PIECE: f64 = 0.02;
/// Seconds between two looks at an answer that is not there yet.
const LOOK: f64 = 0.25;

/// The answer that is worked on, or was found last.
#[derive(Default)]
pub struct Asked {
    answer: Option<Answer>,
    ticket: u32,
    share: f64,
    told: f64,
}

impl Asked {
    /// Starts to answer.
    pub fn start(
        &mut self,
        ticket: u32,
        experiment: &Experiment,
        (problem, data): (&Rc<BuiltProblem>, Option<Rc<Dataset>>),
        shown: Option<Shown>,
        question: (&str, &Params),
    ) -> Option<Event> {
        (self.ticket, self.share, self.told) = (ticket, 0.0, f64::NEG_INFINITY);
        match ask(experiment, problem, data, shown, question) {
            Ok(answer) => {
                self.answer = Some(answer);
                None
            }
            Err(error) => Some(self.fail(error)),
        }
    }

    /// Drops the answer.
    pub fn stop(&mut self) {
        self.answer = None;
    }

    /// Whether there is work to do.
    pub fn busy(&self) -> bool {
        self.answer.is_some() && self.share < 1.0
    }

    /// Works on for a moment.
    pub fn work(&mut self, clock: &dyn Clock) -> Option<Event> {
        let answer = self.answer.as_mut().filter(|_| self.share < 1.0)?;
        let start = clock.now();
        while self.share < 1.0 && clock.now() - start < PIECE {
            match answer.work() {
                Ok(share) => self.share = share,
                Err(error) => return Some(self.fail(error)),
            }
        }
        if self.share < 1.0 && clock.now() - self.told < LOOK {
            return None;
        }
        let page = html(&answer.report());
        self.told = clock.now();
        Some(Event::Answer { ticket: self.ticket, share: self.share, html: page.html, opens: page.opens, error: None })
    }

    fn fail(&mut self, error: BuildError) -> Event {
        self.answer = None;
        Event::Answer { ticket: self.ticket, share: 1.0, html: String::new(), opens: Vec::new(), error: Some(error) }
    }

    /// The answer as a file: its name, its media type and what is in it.
    pub fn export(&self, format: &str) -> Result<(String, &'static str, Vec<u8>), BuildError> {
        let wrong = |why: String| BuildError::new("export", why);
        let answer = self.answer.as_ref().ok_or_else(|| wrong("there is no answer yet".into()))?;
        let kind = Format::from_name(format).map_err(wrong)?;
        let info = &answer.analysis.info;
        let text = encode(&answer.report(), &info.label, kind).map_err(wrong)?;
        Ok((format!("{}.{format}", info.id), kind.media_type(), text.into_bytes()))
    }
}
