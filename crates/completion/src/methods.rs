//! The methods of the family, one file each; what several of them need stands in `shared`.

pub mod als;
pub mod ccd;
pub mod forward_gradient;
pub mod fosi;
pub mod gd_small_init;
pub mod grouse;
pub mod hm_irls;
pub mod iht;
pub mod irls;
pub mod nuclear_apg;
pub mod optex;
pub mod optimiser;
pub mod proxprox;
pub mod riemannian_cg;
pub mod riemannian_tr;
pub mod robust_altmin;
pub mod rpca;
pub mod scaled_gd;
pub mod sgd;
pub(crate) mod shared;
pub mod soft_impute;
pub mod soft_impute_als;
pub mod svd_updates;
pub mod svt;
