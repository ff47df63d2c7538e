//! The matrix `I - gamma J` of implicit methods, with the linear solver for it. It is made before the run, so that steps need no new memory, and again
//! where the Jacobian or gamma changes.

use iterscope_core::{Breakdown, BuildError, MethodInput, StateReader, StateWriter, Stop, Values, Work};
use iterscope_kernels::csr::Csr;
use iterscope_linear::inner_solver::InnerSolver;

use crate::system::{Part, System};
use crate::time::problem::Evolution;

/// `I - gamma J` for a part of a system.
pub struct Shifted {
    part: Part,
    solver: InnerSolver,
    jacobian: Csr,
    matrix: Csr,
    /// The place of each row's diagonal entry.
    diagonal: Vec<u32>,
    /// The Jacobian is that of the present.
    known: bool,
    /// The solver has the matrix of the Jacobian with this gamma.
    gamma: f64,
    /// What the solver had before a run was continued: taking that again costs nothing.
    silent: f64,
    inner: u64,
}

/// How the unknowns of a problem lie, where they are one field.
pub fn shape(problem: &Evolution) -> Option<Vec<usize>> {
    let system = problem.system();
    let mesh = system.mesh();
    (system.state_fields().len() == 1).then(|| mesh.nodes[..mesh.dimension].to_vec())
}

impl Shifted {
    /// For runs that begin with `gamma`, with the linear solver chosen in `values`; `shape` is how the unknowns lie, see [`shape`].
    ///
    /// # Errors
    /// There is no such solver.
    pub fn new(
        values: &Values,
        (shape, seed): (Option<&[usize]>, u64),
        part: Part,
        gamma: f64,
    ) -> Result<Shifted, BuildError> {
        let solver = InnerSolver::build(values)?.shaped(shape).seeded(seed);
        let empty = || Csr { rows: 0, cols: 0, indptr: vec![0], indices: Vec::new(), values: Vec::new() };
        let (jacobian, matrix) = (empty(), empty());
        let diagonal = Vec::new();
        Ok(Shifted { part, solver, jacobian, matrix, diagonal, known: false, gamma, silent: 0.0, inner: 0 })
    }

    /// The same for the problem and the values of `input`.
    ///
    /// # Errors
    /// There is no such solver, or the problem is not one in time.
    pub fn of(input: &MethodInput<'_>, part: Part, gamma: f64) -> Result<Shifted, BuildError> {
        let shape = shape(input.downcast::<Evolution>()?);
        Shifted::new(input.values, (shape.as_deref(), input.seed), part, gamma)
    }

    /// Takes the Jacobian at the start of a run, and the memory for all others.
    ///
    /// # Errors
    /// The preconditioner does not fit.
    pub fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.jacobian = system.jacobian(self.part, 0.0, start);
        self.adopt();
        self.known = true;
        match self.factor(self.gamma, &mut Work::default()) {
            // The step will say so where it is still singular then.
            Err(e) if e.field == "solver" => Ok(()),
            other => other,
        }
    }

    /// Takes the pattern of the Jacobian over.
    fn adopt(&mut self) {
        self.matrix.clone_from(&self.jacobian);
        self.diagonal.clear();
        for i in 0..self.jacobian.rows {
            let (columns, _) = self.jacobian.row(i);
            let before = columns.partition_point(|c| (*c as usize) < i);
            debug_assert!(columns.get(before) == Some(&(i as u32)), "every diagonal entry is kept");
            self.diagonal.push(self.jacobian.indptr[i] + before as u32);
        }
    }

    /// What it is for.
    pub fn part(&self) -> Part {
        self.part
    }

    /// The Jacobian that was taken last.
    pub fn jacobian(&self) -> &Csr {
        &self.jacobian
    }

    /// Linear iterations since the last call.
    pub fn take_inner(&mut self) -> u64 {
        std::mem::take(&mut self.inner)
    }

    /// The Jacobian is no longer that of the present; where it is the same at all times it stays.
    pub fn outdated(&mut self, system: &dyn System) {
        if !system.is_linear(self.part) {
            (self.known, self.silent) = (false, 0.0);
        }
    }

    /// Forgets what the matrix is of.
    pub fn forget(&mut self) {
        (self.known, self.gamma, self.silent) = (false, 0.0, 0.0);
    }

    fn factor(&mut self, gamma: f64, work: &mut Work) -> Result<(), BuildError> {
        for (m, j) in self.matrix.values.iter_mut().zip(&self.jacobian.values) {
            *m = -gamma * j;
        }
        for &place in &self.diagonal {
            self.matrix.values[place as usize] += 1.0;
        }
        self.gamma = 0.0;
        self.solver.set_matrix(&self.matrix, work)?;
        self.gamma = gamma;
        Ok(())
    }

    /// Takes the Jacobian at `u`, unless it is that of the present already; whether it was taken.
    pub fn linearise(&mut self, system: &mut dyn System, t: f64, u: &[f64], work: &mut Work) -> bool {
        if self.known {
            return false;
        }
        let entries = self.jacobian.nnz();
        system.jacobian_into(self.part, t, u, &mut self.jacobian);
        if self.jacobian.nnz() != entries {
            self.adopt();
        }
        if self.silent == 0.0 {
            let evaluations = system.jacobian_evaluations(self.part);
            work.operator += evaluations;
            work.flops += evaluations * system.flops();
        }
        (self.known, self.gamma) = (true, 0.0);
        true
    }

    /// Makes the solver ready for `I - gamma J`, with the Jacobian that was taken last.
    ///
    /// # Errors
    /// The matrix is singular.
    pub fn shift(&mut self, gamma: f64, work: &mut Work) -> Result<(), Stop> {
        if self.gamma == gamma {
            return Ok(());
        }
        let mut nothing = Work::default();
        let work = if self.silent == gamma { &mut nothing } else { work };
        self.silent = 0.0;
        self.factor(gamma, work).map_err(|_| Stop::Breakdown(Breakdown::Singular))
    }

    /// Solves `(I - gamma J) x = b` to the tolerance of the solver.
    ///
    /// # Errors
    /// As [`InnerSolver::solve`].
    pub fn solve(&mut self, b: &[f64], x: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        x.fill(0.0);
        let tolerance = self.solver.tolerance();
        self.inner += u64::from(self.solver.solve(b, x, tolerance, work)?);
        Ok(())
    }

    /// The matrix is made anew after a load, from what it was made of before.
    pub fn save(&self, out: &mut StateWriter) {
        out.real(if self.gamma == 0.0 { self.silent } else { self.gamma });
    }

    /// See [`Shifted::save`].
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        (self.known, self.gamma, self.silent) = (false, 0.0, from.real());
    }
}
