//! By how much a step of an integrator multiplies a mode: found by running its own steps on the equation of one mode, `y' = lambda y` with complex lambda,
//! which is a real system of two.

use std::rc::Rc;

use iterscope_core::{BuildError, Instance, Params, Progress, Stepper, Value, Values};

use super::courses::{begin, moment};
use crate::problems::evolution::ODE;
use crate::time::complex::Complex;
use crate::time::problem::Evolution;

/// `y' = z y` for `y = u + iv`.
const FIRST: &str =
    "u_t = p*u - q*v\nv_t = q*u + p*v\np = 0 in [-1e12, 1e12]\nq = 0 in [-1e12, 1e12]\nu(0) = 1\nv(0) = 0";
/// `y'' = z^2 y`.
const SECOND: &str =
    "u_tt = p*u - q*v\nv_tt = q*u + p*v\np = 0 in [-1e12, 1e12]\nq = 0 in [-1e12, 1e12]\nu(0) = 1\nv(0) = 0";

/// Methods that look back at former steps: only many steps show by how much a mode grows.
const LOOKING_BACK: &[&str] = &["pde.ab2", "pde.bdf2", "pde.leapfrog"];
/// Steps over which that is looked at, in two halves.
const MANY: u32 = 400;
/// What is larger has grown.
const HUGE: f64 = 1e100;

/// One method with steps of length 1 on the equation of one mode.
pub struct Amplification {
    stepper: Box<dyn Stepper>,
    many: bool,
    second: bool,
}

impl Amplification {
    /// Of a method with a `dt` and these other parameters; `second` takes equations of second order in time.
    ///
    /// # Errors
    /// The method does not run with them.
    pub fn new(id: &str, params: &Params, second: bool) -> Result<Amplification, BuildError> {
        // Of two unknowns every solver is the same.
        let mut given: Params =
            params.iter().filter(|(key, _)| !key.starts_with("solver")).map(|(k, v)| (k.clone(), v.clone())).collect();
        given.insert("dt".to_owned(), Value::Real(1.0));
        let text = if second { SECOND } else { FIRST };
        let equations = Params::from(
            ["equations", "exact", "measures"]
                .map(|key| (key.to_owned(), Value::from(if key == "equations" { text } else { "" }))),
        );
        let values = Values::resolve(&ODE.info.params, &equations).map_err(|mut errors| errors.swap_remove(0))?;
        let instance: Rc<dyn Instance> = Rc::new(Evolution::ode(&values, 0)?);
        Ok(Amplification {
            stepper: begin(id, &given, &instance, 0)?,
            many: second || LOOKING_BACK.contains(&id),
            second,
        })
    }

    /// The factor of one step for `z`, the rate of the mode times the step; infinity where no step is possible.
    pub fn of(&mut self, z: Complex) -> f64 {
        self.measure(z).filter(|f| f.is_finite()).unwrap_or(f64::INFINITY)
    }

    fn measure(&mut self, z: Complex) -> Option<f64> {
        let w = if self.second { z * z } else { z };
        self.stepper.reset().ok()?;
        self.stepper.set("equations.p", &Value::Real(w.re)).ok()?;
        self.stepper.set("equations.q", &Value::Real(w.im)).ok()?;
        if !self.many {
            return self.step().filter(|size| size.is_finite());
        }
        let mut largest = [0.0f64; 2];
        for k in 0..MANY {
            let size = self.step()?;
            let half = usize::from(2 * k >= MANY);
            largest[half] = largest[half].max(size);
            if size.is_nan() || size >= HUGE {
                return Some(libm::pow(HUGE, 1.0 / f64::from(k + 1)));
            }
            if size < 1.0 / HUGE {
                return Some(libm::pow(HUGE, -1.0 / f64::from(k + 1)));
            }
        }
        Some(libm::pow(largest[1] / largest[0], 2.0 / f64::from(MANY)))
    }

    /// One step; the size of what it leads to.
    fn step(&mut self) -> Option<f64> {
        if !matches!(self.stepper.advance(1), Ok(Progress::Advanced)) {
            return None;
        }
        let moment = moment(self.stepper.as_mut())?;
        Some(moment.values.iter().map(|y| y * y).sum::<f64>().sqrt())
    }
}
