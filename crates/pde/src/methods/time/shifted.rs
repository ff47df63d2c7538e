//! The matrix `I - gamma J` of implicit methods, with the linear solver for it. It is made before the run, so that steps need no new memory, and again
//! where the Jacobian or gamma changes. Where the rate is `M^{-1} G`, `(M - gamma G') x = M b` is solved in its place, which is sparse.

use iterscope_core::{Breakdown, BuildError, MethodInput, StateReader, StateWriter, Stop, Values, Work};
use iterscope_kernels::csr::Csr;
use iterscope_linear::inner_solver::InnerSolver;

use crate::system::{Part, System};
use crate::time::problem::{BoxOfUnknowns, Evolution};

/// `I - gamma J` for a part of a system.
pub struct Shifted {
    part: Part,
    solver: InnerSolver,
    jacobian: Csr,
    /// Of the unknowns alone; where some values of a state are given, see [`BoxOfUnknowns::places`].
    matrix: Csr,
    /// Where unknowns are not all values.
    unknowns: Option<Box<Unknowns>>,
    /// The mass, and memory for its products.
    mass: Option<Box<(Csr, Vec<f64>)>>,
    /// The whole derivative is wanted, whatever the mass.
    whole: bool,
    /// The places of the entries of the identity, or of the mass, in the matrix.
    places: Vec<u32>,
    /// The Jacobian is that of the present.
    known: bool,
    /// The solver has the matrix of the Jacobian with this gamma.
    gamma: f64,
    /// What the solver had before a run was continued: taking that again costs nothing.
    silent: f64,
    inner: u64,
}

/// Unknowns among the values of a state: see [`BoxOfUnknowns::places`].
struct Unknowns {
    places: Vec<u32>,
    /// For each entry of the matrix its place in the Jacobian.
    sources: Vec<u32>,
    right: Vec<f64>,
    solution: Vec<f64>,
}

/// The most values of a system whose derivative is full and yet wanted as a whole.
const MOST_FULL: usize = 1100;

/// Refuses methods that need the whole derivative of a system where that is full and large.
///
/// # Errors
/// At the method.
pub fn affordable(system: &dyn System) -> Result<(), BuildError> {
    if system.mass().is_none() || system.len() <= MOST_FULL {
        return Ok(());
    }
    let why = format!(
        "needs the derivative of the rate as a matrix, which is full here, because pressure acts at any distance: {} values are too many \
         ({MOST_FULL} at most). Take a coarser grid, or implicit Euler, Crank-Nicolson, BDF2, SDIRK or IMEX, whose equations stay sparse",
        system.len()
    );
    Err(BuildError::new("method", why))
}

impl Shifted {
    /// For runs that begin with `gamma`, with the linear solver chosen in `values`; see [`Evolution::unknowns`].
    ///
    /// # Errors
    /// There is no such solver.
    pub fn new(
        values: &Values,
        (unknowns, seed): (Option<BoxOfUnknowns>, u64),
        part: Part,
        gamma: f64,
    ) -> Result<Shifted, BuildError> {
        let mut solver = InnerSolver::build(values)?.seeded(seed);
        if let Some(unknowns) = &unknowns {
            solver = solver.shaped(Some(&unknowns.shape)).sided(&unknowns.sides);
        }
        let unknowns = unknowns.and_then(|u| u.places).map(|places| {
            let n = places.len();
            Box::new(Unknowns { places, sources: Vec::new(), right: vec![0.0; n], solution: vec![0.0; n] })
        });
        let empty = || Csr { rows: 0, cols: 0, indptr: vec![0], indices: Vec::new(), values: Vec::new() };
        let (jacobian, matrix) = (empty(), empty());
        Ok(Shifted {
            part,
            solver,
            jacobian,
            matrix,
            unknowns,
            mass: None,
            whole: false,
            places: Vec::new(),
            known: false,
            gamma,
            silent: 0.0,
            inner: 0,
        })
    }

    /// The same for the problem and the values of `input`.
    ///
    /// # Errors
    /// There is no such solver, or the problem is not one in time.
    pub fn of(input: &MethodInput<'_>, part: Part, gamma: f64) -> Result<Shifted, BuildError> {
        let unknowns = input.downcast::<Evolution>()?.unknowns();
        Shifted::new(input.values, (unknowns, input.seed), part, gamma)
    }

    /// The same for methods that look at the Jacobian itself.
    #[must_use]
    pub fn whole(mut self) -> Shifted {
        self.whole = true;
        self
    }

    /// Takes the Jacobian at the start of a run, and the memory for all others.
    ///
    /// # Errors
    /// The preconditioner does not fit, or the whole Jacobian is wanted of a system that is too large for that.
    pub fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        if self.whole {
            affordable(system)?;
            self.jacobian = system.jacobian(self.part, 0.0, start);
        } else {
            self.mass = system.mass().map(|mass| Box::new((mass.clone(), vec![0.0; start.len()])));
            system.sparse_jacobian_into(self.part, 0.0, start, &mut self.jacobian);
        }
        self.adopt();
        let first = self.factor(self.gamma, &mut Work::default());
        if self.mass.is_some() && !system.is_linear(self.part) {
            // A flow at rest has a symmetric matrix, one that moves has not: the solver takes its memory for both.
            let moving: Vec<f64> = start.iter().enumerate().map(|(k, u)| u + libm::sin(k as f64)).collect();
            let gamma = self.gamma;
            system.sparse_jacobian_into(self.part, 0.0, &moving, &mut self.jacobian);
            // With 0 it would be the mass, which is symmetric.
            let _ = self.factor(if gamma > 0.0 { gamma } else { 1.0 }, &mut Work::default());
            system.sparse_jacobian_into(self.part, 0.0, start, &mut self.jacobian);
            let _ = self.factor(gamma, &mut Work::default());
        }
        self.known = true;
        match first {
            // The step will say so where it is still singular then.
            Err(e) if e.field == "solver" => Ok(()),
            other => other,
        }
    }

    /// Takes the pattern of the Jacobian over.
    fn adopt(&mut self) {
        match &mut self.unknowns {
            None => self.matrix.clone_from(&self.jacobian),
            Some(unknowns) => (self.matrix, unknowns.sources) = self.jacobian.within(&unknowns.places),
        }
        self.places.clear();
        for i in 0..self.matrix.rows {
            let (columns, _) = self.matrix.row(i);
            let mut place = |column: u32| {
                let before = columns.partition_point(|c| *c < column);
                debug_assert!(columns.get(before) == Some(&column), "every entry of the identity or the mass is kept");
                self.places.push(self.matrix.indptr[i] + before as u32);
            };
            match &self.mass {
                Some(mass) => mass.0.row(i).0.iter().for_each(|&column| place(column)),
                None => place(i as u32),
            }
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
        let entries = self.matrix.values.iter_mut();
        match &self.unknowns {
            None => entries.zip(&self.jacobian.values).for_each(|(m, j)| *m = -gamma * j),
            Some(unknowns) => {
                entries.zip(&unknowns.sources).for_each(|(m, &from)| *m = -gamma * self.jacobian.values[from as usize])
            }
        }
        for (k, &place) in self.places.iter().enumerate() {
            self.matrix.values[place as usize] += self.mass.as_ref().map_or(1.0, |mass| mass.0.values[k]);
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
        if !self.whole && self.mass.is_none() {
            self.mass = system.mass().map(|mass| Box::new((mass.clone(), vec![0.0; u.len()])));
        }
        if self.whole {
            system.jacobian_into(self.part, t, u, &mut self.jacobian);
        } else {
            system.sparse_jacobian_into(self.part, t, u, &mut self.jacobian);
        }
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
        let tolerance = self.solver.tolerance();
        if let Some(unknowns) = self.unknowns.as_deref_mut() {
            let Unknowns { places, right, solution, .. } = unknowns;
            right.iter_mut().zip(&*places).for_each(|(r, &place)| *r = b[place as usize]);
            solution.fill(0.0);
            let ended = self.solver.solve(right, solution, tolerance, work);
            // Of what is given the derivative is 0.
            x.copy_from_slice(b);
            places.iter().zip(&*solution).for_each(|(&place, s)| x[place as usize] = *s);
            self.inner += u64::from(ended?);
            return Ok(());
        }
        x.fill(0.0);
        let b = match self.mass.as_deref_mut() {
            Some((mass, product)) => {
                mass.matvec(b, product);
                &product[..]
            }
            None => b,
        };
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
