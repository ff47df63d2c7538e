//! What the page asked last, a question or a study, answered while nothing races or beside what does.

use std::rc::Rc;

use iterscope_catalog::{Answer, BuiltProblem, Shown, ask};
use iterscope_core::{BuildError, Dataset, Experiment, Params, Report};
use iterscope_driver::Clock;
use iterscope_protocol::Event;
use iterscope_report::{Format, encode, html};
use iterscope_sweep::Study;

/// Seconds of one piece of work.
const PIECE: f64 = 0.02;
/// Seconds between two looks at an answer that is not there yet.
const LOOK: f64 = 0.25;

/// What is worked on.
enum Job {
    Answer(Answer),
    Study(Box<dyn Study>),
}

impl Job {
    fn work(&mut self, clock: &dyn Clock) -> Result<f64, BuildError> {
        match self {
            Job::Answer(answer) => answer.work(),
            Job::Study(study) => Ok(study.work(clock, PIECE)),
        }
    }

    fn report(&self) -> Report {
        match self {
            Job::Answer(answer) => answer.report(),
            Job::Study(study) => study.report(),
        }
    }

    /// What files are called, and what stands over them.
    fn names(&self) -> (&str, &str) {
        match self {
            Job::Answer(answer) => (&answer.analysis.info.id, &answer.analysis.info.label),
            Job::Study(study) => (study.name(), study.title()),
        }
    }
}

/// The answer that is worked on, or was found last.
#[derive(Default)]
pub struct Asked {
    job: Option<Job>,
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
                self.job = Some(Job::Answer(answer));
                None
            }
            Err(error) => Some(self.fail(error)),
        }
    }

    /// Starts a study, or says why there is none.
    pub fn start_study(&mut self, ticket: u32, study: Result<Box<dyn Study>, BuildError>) -> Option<Event> {
        (self.ticket, self.share, self.told) = (ticket, 0.0, f64::NEG_INFINITY);
        match study {
            Ok(study) => {
                self.job = Some(Job::Study(study));
                None
            }
            Err(error) => Some(self.fail(error)),
        }
    }

    /// Works no further on the answer; what was found can be taken away.
    pub fn stop(&mut self) {
        self.share = 1.0;
    }

    /// Drops the answer to a question, which is about a race that is no more; a study goes on.
    pub fn leave_race(&mut self) {
        if matches!(self.job, Some(Job::Answer(_))) {
            self.job = None;
        }
    }

    /// Whether there is work to do.
    pub fn busy(&self) -> bool {
        self.job.is_some() && self.share < 1.0
    }

    /// Works on for a moment.
    pub fn work(&mut self, clock: &dyn Clock) -> Option<Event> {
        let job = self.job.as_mut().filter(|_| self.share < 1.0)?;
        let start = clock.now();
        while self.share < 1.0 && clock.now() - start < PIECE {
            match job.work(clock) {
                Ok(share) => self.share = share,
                Err(error) => return Some(self.fail(error)),
            }
        }
        if self.share < 1.0 && clock.now() - self.told < LOOK {
            return None;
        }
        let page = html(&job.report());
        self.told = clock.now();
        Some(Event::Answer { ticket: self.ticket, share: self.share, html: page.html, opens: page.opens, error: None })
    }

    fn fail(&mut self, error: BuildError) -> Event {
        self.job = None;
        Event::Answer { ticket: self.ticket, share: 1.0, html: String::new(), opens: Vec::new(), error: Some(error) }
    }

    /// The answer as a file: its name, its media type and what is in it.
    pub fn export(&self, format: &str) -> Result<(String, &'static str, Vec<u8>), BuildError> {
        let wrong = |why: String| BuildError::new("export", why);
        let job = self.job.as_ref().ok_or_else(|| wrong("there is no answer yet".into()))?;
        let kind = Format::from_name(format).map_err(wrong)?;
        let (name, title) = job.names();
        let text = encode(&job.report(), title, kind).map_err(wrong)?;
        Ok((format!("{name}.{format}"), kind.media_type(), text.into_bytes()))
    }
}
