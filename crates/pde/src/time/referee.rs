//! Measures and draws moments of a system: integrals by the trapezoidal rule, errors against an exact solution, pictures in space and over time.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use iterscope_blocks::{Program, Scratch};
use iterscope_core::{Artifact, Cell, Extent, Picture, PictureKind, Referee};
use iterscope_expr::Expr;
use iterscope_kernels::compiled::{dot, max_abs, norm2};
use iterscope_kernels::reduce::larger;

use super::boundary::Point;
use super::reference::Reference;
use super::right_side::varying;
use super::semidiscrete::SemiDiscrete;
use super::stepper::Moment;
use super::typed::{COMPONENTS, PHASE_PLANE, Typed, is_shown};
use crate::grid::COORDINATES;
use crate::system::{Part, System};

/// The most moments kept for pictures over time.
const KEPT: usize = 512;

struct Measured {
    program: Program,
    scratch: Scratch,
}

/// Looks at moments of one run.
pub struct MomentReferee {
    system: SemiDiscrete,
    exact: Option<Rc<Expr>>,
    /// Steps at which the exact solution's norm was larger than ever before, with it.
    largest_exact: Vec<(u64, f64)>,
    reference: Option<Rc<RefCell<Reference>>>,
    /// What the reference may be wrong by, at the last moment that was compared with it.
    uncertainty: f64,
    /// What was last measured is of another system than the reference.
    is_other: bool,
    /// The exact solution as a curve.
    truth: Picture,
    measures: Vec<Measured>,
    values: Vec<f64>,
    rate: Vec<f64>,
    variables: Vec<f64>,
    shown: Vec<usize>,
    /// The fields whose course is kept.
    kept: Vec<usize>,
    /// Number of nodes inside of the domain.
    inside: usize,
    /// The part of the domain of each node, 0 outside of it, and the measure of all.
    weights: Vec<f64>,
    measure: f64,
    series: usize,
    step: u64,
    /// Steps, times and the kept fields of moments of a problem in one dimension or none, oldest first.
    course: Vec<(u64, f64, Vec<f32>)>,
    /// Every so many measured moments one is kept.
    stride: u64,
    seen: u64,
}

impl MomentReferee {
    /// For a run of `problem`.
    pub fn new(problem: &Typed) -> MomentReferee {
        let system = problem.observed_system();
        let typed = Rc::clone(system.typed());
        let varying = varying(&typed);
        let measures = problem.measures.iter().map(|m| {
            let program = Expr::program(&[&m.integrand], &varying);
            Measured { scratch: program.scratch(), program }
        });
        let shown: Vec<usize> = (0..typed.fields.len()).filter(|&f| is_shown(&typed, f)).collect();
        let mesh = system.mesh();
        let kept = match mesh.dimension {
            _ if mesh.is_point() => system.state_fields().to_vec(),
            1 => shown.clone(),
            _ => Vec::new(),
        };
        MomentReferee {
            inside: mesh.count_inside(),
            weights: (0..mesh.len()).map(|node| mesh.weight(node)).collect(),
            measure: mesh.measure(),
            kept,
            exact: problem.exact.clone().map(Rc::new),
            largest_exact: Vec::new(),
            reference: problem.reference(),
            uncertainty: f64::NAN,
            is_other: false,
            truth: Picture::default(),
            measures: measures.collect(),
            values: vec![0.0; system.mesh().len()],
            rate: vec![0.0; system.len()],
            variables: vec![0.0; typed.symbols.len()],
            series: problem.series().len(),
            shown,
            step: 0,
            course: Vec::new(),
            stride: 1,
            seen: 0,
            system,
        }
    }

    fn integral(&self, values: &[f64]) -> f64 {
        if self.inside == values.len() {
            return dot(values, &self.weights);
        }
        // Outside of the domain values may be anything.
        let inside = values.iter().zip(&self.weights).filter(|(_, weight)| **weight != 0.0);
        inside.map(|(v, weight)| v * weight).sum()
    }

    /// Writes the exact solution to the values.
    fn solve(&mut self, time: f64, exact: &Expr) {
        let typed = Rc::clone(self.system.typed());
        let mesh = self.system.mesh();
        let point = Point { symbols: &typed.symbols, mesh, parameters: self.system.parameters(), t: time, fields: &[] };
        for (node, value) in self.values.iter_mut().enumerate() {
            point.write(node, &mut self.variables);
            *value = exact.eval(&self.variables);
        }
    }

    /// The relative error of the first field.
    fn error(&mut self, time: f64, exact: &Expr) -> f64 {
        self.solve(time, exact);
        let (mut difference, mut size) = (0.0, 0.0);
        let nodes = self.system.field(0).iter().zip(&self.values).zip(&self.weights);
        for ((u, v), weight) in nodes.filter(|(_, weight)| **weight != 0.0) {
            difference += weight * (u - v) * (u - v);
            size += weight * v * v;
        }
        let (step, size) = (self.step, size.sqrt());
        let largest = self.largest_exact.iter().rev().find(|(s, _)| *s <= step).map_or(0.0, |(_, size)| *size);
        // Steps that were measured before are known; those sought back to see nothing of what came later.
        if size > largest && self.largest_exact.last().is_none_or(|(s, _)| *s < step) {
            self.largest_exact.push((step, size));
        }
        let largest = largest.max(size);
        difference.sqrt() / if largest > 0.0 { largest } else { 1.0 }
    }

    /// Keeps the moment for pictures over time.
    fn keep(&mut self, time: f64) {
        if self.kept.is_empty() || self.course.last().is_some_and(|(step, ..)| *step >= self.step) {
            return;
        }
        self.seen += 1;
        if !self.seen.is_multiple_of(self.stride) && !self.course.is_empty() {
            return;
        }
        if self.course.len() >= KEPT {
            let mut index = 0;
            self.course.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.stride *= 2;
        }
        let fields = self.kept.iter().flat_map(|&f| self.system.field(f).iter().map(|&v| v as f32)).collect();
        self.course.push((self.step, time, fields));
    }

    /// Brings the course up to a moment.
    fn keep_up(&mut self, moment: &Moment) {
        if moment.slab.is_empty() {
            self.keep(moment.time);
        } else {
            self.take_slab(moment);
        }
    }

    /// The course is that of the slab.
    fn take_slab(&mut self, moment: &Moment) {
        self.course.clear();
        let last = moment.slab.len() - 1;
        for (i, state) in moment.slab.iter().enumerate() {
            let time = moment.time * i as f64 / last as f64;
            self.system.complete(time, state);
            let fields = self.kept.iter().flat_map(|&f| self.system.field(f).iter().map(|&v| v as f32)).collect();
            self.course.push((i as u64, time, fields));
        }
    }

    /// The way of the first two values, evenly in measured moments.
    fn draw_phase_plane(&self, extent: Extent, out: &mut Picture) {
        let count = self.course.len().min((extent.width as usize).max(64)).max(1);
        out.start(PictureKind::Points, count, 2);
        let at = |k: usize| (k * self.course.len().saturating_sub(1)).checked_div(count - 1).unwrap_or(0);
        for value in 0..2 {
            let along = (0..count).map(|k| self.course.get(at(k)).map_or(f32::NAN, |(.., fields)| fields[value]));
            out.values.extend(along);
        }
        out.fit_range();
    }

    fn draw_course(&self, place: usize, extent: Extent, out: &mut Picture) {
        let nodes = self.system.mesh().nodes[0];
        let Some((_, end, _)) = self.course.last() else { return };
        let rows = self.course.len().clamp(1, extent.height.max(1) as usize);
        // Time grows upwards, evenly.
        out.field(rows, nodes, extent, |row, column| {
            let time = end * (rows - 1 - row) as f64 / (rows - 1).max(1) as f64;
            let after = self.course.partition_point(|(_, t, _)| *t <= time * (1.0 + 1e-12));
            let (_, _, fields) = &self.course[after.saturating_sub(1)];
            f64::from(fields[place * nodes + column])
        });
    }
}

impl Referee for MomentReferee {
    type Iterate = Moment;

    fn series(&self) -> usize {
        self.series
    }

    fn at(&mut self, step: u64) {
        self.step = step;
    }

    fn forget_after(&mut self, step: u64) {
        self.course.retain(|(s, ..)| *s <= step);
        self.largest_exact.retain(|(s, _)| *s <= step);
    }

    fn measure(&mut self, moment: &Moment, out: &mut [f64]) {
        self.system.set_parameters(&moment.live.values);
        let mut rate = std::mem::take(&mut self.rate);
        self.system.rate(Part::All, moment.time, &moment.values, &mut rate);
        let mut values = out.iter_mut();
        let mut write = |value: f64| *values.next().expect("a place for every series") = value;
        if let Some(exact) = self.exact.clone() {
            write(if moment.live.changed { f64::NAN } else { self.error(moment.time, &exact) });
        }
        if let Some(reference) = &self.reference {
            self.is_other = moment.live.changed;
            let compared =
                if self.is_other { None } else { reference.borrow_mut().compare(moment.time, &moment.values) };
            self.uncertainty = compared.map_or(f64::NAN, |c| c.uncertainty);
            write(compared.map_or(f64::NAN, |c| c.error));
        }
        let nodes = self.weights.len();
        let largest = |f: &usize| {
            let field = self.system.field(*f);
            if self.inside == nodes {
                return max_abs(field);
            }
            let inside = field.iter().zip(&self.weights).filter(|(_, weight)| **weight != 0.0);
            inside.map(|(v, _)| v.abs()).fold(0.0, larger)
        };
        write(self.shown.iter().map(largest).fold(0.0, larger));
        let values = self.inside * (rate.len() / nodes);
        write(norm2(&rate) / (values as f64).sqrt());
        self.rate = rate;
        for &f in &self.shown {
            write(self.integral(self.system.field(f)) / self.measure);
        }
        let mut scratch = std::mem::take(&mut self.values);
        let mut measures = std::mem::take(&mut self.measures);
        for measure in &mut measures {
            self.system.evaluate(&measure.program, &mut measure.scratch, &mut scratch);
            write(self.integral(&scratch));
        }
        (self.values, self.measures) = (scratch, measures);
        write(moment.time);
        if moment.slab.is_empty() {
            self.keep(moment.time);
        }
    }

    fn snapshot(&self, moment: &Moment) -> Option<Rc<dyn Any>> {
        Some(Rc::new(moment.clone()))
    }

    fn remark(&self) -> Option<String> {
        let reference = self.reference.as_ref()?.borrow();
        if self.is_other {
            return Some("After a change on the way no reference is known, and no error.".to_owned());
        }
        if self.uncertainty.is_nan() {
            return reference.words();
        }
        Some(format!(
            "The reference itself is within {:.0e} of the solution on this mesh.",
            self.uncertainty.max(1e-12)
        ))
    }

    fn picture(&mut self, key: &str, moment: &Moment, extent: Extent, out: &mut Picture) {
        self.system.set_parameters(&moment.live.values);
        self.system.complete(moment.time, &moment.values);
        let typed = Rc::clone(self.system.typed());
        let find = |name: &str| self.shown.iter().position(|&f| typed.fields[f].name == name);
        if let Some(place) = key.strip_prefix("course.").and_then(find) {
            self.keep_up(moment);
            self.draw_course(place, extent, out);
            return;
        }
        if key == PHASE_PLANE {
            self.keep_up(moment);
            self.draw_phase_plane(extent, out);
            return;
        }
        if key == COMPONENTS {
            self.keep_up(moment);
            let course = &self.course;
            out.line(
                (course.len(), self.kept.len()),
                extent,
                |k| course[k].1,
                |value, k| f64::from(course[k].2[value]),
            );
            return;
        }
        let Some(place) = find(key) else { return };
        let known = self.exact.clone().filter(|_| self.shown[place] == 0 && !moment.live.changed);
        let known = known.filter(|_| self.system.mesh().dimension == 1);
        if let Some(exact) = &known {
            self.solve(moment.time, exact);
            let (mesh, values) = (self.system.mesh(), &self.values);
            let value = |node: usize| if mesh.is_inside(node) { values[node] } else { f64::NAN };
            self.truth.line((mesh.nodes[0], 1), extent, |i| mesh.coordinates(i)[0], |_, i| value(i));
        }
        let mesh = self.system.mesh();
        let field = self.system.field(self.shown[place]);
        let value = |node: usize| if mesh.is_inside(node) { field[node] } else { f64::NAN };
        let [nx, ny, nz] = mesh.nodes;
        match mesh.dimension {
            1 => {
                out.line((nx, 1), extent, |i| mesh.coordinates(i)[0], |_, i| value(i));
                if known.is_some() {
                    out.with_truth(&self.truth);
                }
            }
            // y grows upwards. Of three dimensions the layer in the middle is drawn.
            _ => out.field(ny, nx, extent, |row, column| value(mesh.node([column, ny - 1 - row, nz / 2]))),
        }
    }

    fn result(&mut self, moment: &Moment) -> Artifact {
        self.system.set_parameters(&moment.live.values);
        self.system.complete(moment.time, &moment.values);
        let (typed, mesh) = (self.system.typed(), self.system.mesh());
        let names = self.shown.iter().map(|&f| typed.fields[f].name.clone());
        let dimension = if mesh.is_point() { 0 } else { mesh.dimension };
        let columns = COORDINATES[..dimension].iter().map(|&c| c.to_owned()).chain(names).collect();
        let rows = (0..mesh.len()).filter(|&node| mesh.is_inside(node)).map(|node| {
            let at = mesh.coordinates(node);
            let fields = self.shown.iter().map(|&f| self.system.field(f)[node]);
            at[..dimension].iter().copied().chain(fields).map(Cell::Real).collect()
        });
        Artifact::Table { columns, rows: rows.collect() }
    }
}
