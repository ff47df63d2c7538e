//! Two-level domain splitting as a preconditioner: the residual is solved for on two sub-meshes that are fine along one axis only, the solutions are
//! brought to agreement at the points that they share, and the boxes between their lines are filled by exact solves (K. Trotti, A domain
//! splitting strategy for solving PDEs, arXiv 2303.01163, 2023, proposes it as an iteration of its own). After it the residual is zero but on the
//! lines; a Krylov method needs no line search, and goes on where the iteration comes to rest.
//!
//! One application costs two banded solves on the sub-meshes, one in each box, and a product.

use std::marker::PhantomData;
use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, Values, Work};

use super::{ROLE, count};
use crate::memory::held;
use crate::splitting::mesh::Mesh;
use crate::splitting::{Splitting, check_division};
use crate::{Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup, Side};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::int("coarse", "Coarse", "Intervals per side of the coarse mesh; must divide n", [2, 256], 4),
    ParamInfo::choice(
        "pick",
        "Pick",
        "Which of the two solutions gives the values at the coarse points",
        &[("x", "the one fine in x"), ("y", "the one fine in y")],
        "x",
    ),
    ParamInfo::switch(
        "alike",
        "Equal norms",
        "The second solution is scaled to the norm of the first, as in the source: no linear map any more, so that flexible methods alone take it",
        false,
    ),
];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "domain-splitting",
        "domain splitting",
        "Solves on two meshes fine along one axis only, and in the boxes between their lines; for rectangles with given values on all sides",
        PARAMS,
    )
    .is(&["fixed"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    let pick = usize::from(values.text("pick") == "y");
    Ok(Box::new(DomainSplitting::new(setup, values.size("coarse"), pick, values.bool("alike"))?))
}

/// The preconditioner; in double precision inside.
pub struct DomainSplitting<T> {
    matrix: Rc<Matrix<f64>>,
    splitting: Splitting,
    pick: usize,
    alike: bool,
    r: Vec<f64>,
    z: Vec<f64>,
    left: Vec<f64>,
    precision: PhantomData<T>,
}

impl<T: Scalar> DomainSplitting<T> {
    /// With so many coarse intervals per side.
    ///
    /// # Errors
    /// The unknowns form no square mesh with given sides, `coarse` does not divide its intervals, or a matrix is singular or too large.
    pub fn new(setup: &Setup<'_, T>, coarse: usize, pick: usize, alike: bool) -> Result<Self, BuildError> {
        let whole = || {
            let why = "domain splitting needs the whole rectangle with values given on all sides, and an equation that couples neighbours alone";
            BuildError::new("method", why)
        };
        let geometry = setup.coarsening.filter(|c| c.sides().iter().flatten().all(|s| *s == Side::Given));
        let (Some(geometry), &[m, other]) = (geometry, setup.boxed()?) else { return Err(whole()) };
        if m != other {
            return Err(whole());
        }
        let fine = m + 1;
        check_division(coarse, fine)?;
        let mesh = |nx: usize, ny: usize| {
            let matrix = geometry.on(&[nx, ny]).ok_or_else(whole)?;
            Mesh::new(&Rc::new(matrix.cast()), nx, ny)
        };
        let matrix = Rc::new(setup.matrix.cast());
        let splitting =
            Splitting::new(&Mesh::new(&matrix, fine, fine)?, [&mesh(fine, coarse)?, &mesh(coarse, fine)?], coarse)?;
        let zeros = || vec![0.0; matrix.len()];
        let (r, z, left) = (zeros(), zeros(), zeros());
        Ok(DomainSplitting { splitting, pick, alike, r, z, left, matrix, precision: PhantomData })
    }
}

impl<T: Scalar> Preconditioner<T> for DomainSplitting<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        for (own, r) in self.r.iter_mut().zip(r) {
            *own = r.to_f64();
        }
        self.splitting.skeleton(&self.r, self.pick, self.alike, &mut self.z);
        self.matrix.residual(&self.r, &self.z, &mut self.left);
        self.splitting.boxes.add_solutions(&self.left, &mut self.z);
        for (z, own) in z.iter_mut().zip(&self.z) {
            *z = T::from_f64(*own);
        }
        let (cost, n) = (self.matrix.cost(), r.len() as u64);
        count(work, cost.flops + self.splitting.flops(), cost.bytes + 8 * 8 * n);
    }

    fn is_fixed(&self) -> bool {
        !self.alike
    }

    fn is_symmetric(&self) -> bool {
        false
    }

    fn memory(&self) -> usize {
        self.splitting.memory() + held(&[&self.r, &self.z, &self.left])
    }
}
