//! Strokes of a brush on the fields of a typed system: which can be painted on, and what a stroke does to a state.

use iterscope_core::{Brush, BuildError, Dab, Str, Value, brush};
use iterscope_expr::system::{FieldKind, TypedSystem};

use super::mesh::Mesh;
use crate::system::System;

/// The evolving fields of a system that has space, each over what its picture shows: half a cell beyond the outermost nodes.
pub fn brushes(typed: &TypedSystem, mesh: &Mesh) -> Vec<Brush> {
    if mesh.is_point() {
        return Vec::new();
    }
    let evolving = typed.fields.iter().filter(|f| f.kind == FieldKind::Evolving);
    evolving.map(|f| brush_on(&f.name, mesh)).collect()
}

fn brush_on(field: &str, mesh: &Mesh) -> Brush {
    let edge = |axis: usize, cells: f64| mesh.lower[axis] + cells * mesh.spacing[axis];
    let axes = 0..mesh.dimension;
    Brush {
        field: Str::Owned(field.to_owned()),
        from: axes.clone().map(|axis| edge(axis, -0.5)).collect(),
        to: axes.clone().map(|axis| edge(axis, mesh.nodes[axis] as f64 - 0.5)).collect(),
        least: axes.fold(0.0, |least, axis| mesh.spacing[axis].max(least)),
    }
}

/// Adds a stroke to a field of a state.
///
/// # Errors
/// There is no such field, the stroke cannot be read, or it lies outside of the domain.
pub fn paint(system: &mut dyn System, state: &mut [f64], field: &str, stroke: &Value) -> Result<(), BuildError> {
    let wrong = |why: &str| BuildError::new(brush::key(field), why);
    let typed = system.as_typed().ok_or_else(|| wrong("only fields of typed equations can be painted on"))?;
    let (mesh, names) = (typed.mesh(), &typed.typed().fields);
    let is_it = |f: &usize| names[*f].name == field && names[*f].kind == FieldKind::Evolving;
    let place = typed.state_fields().iter().position(is_it).filter(|_| !mesh.is_point());
    let place = place.ok_or_else(|| wrong("is no field that can be painted on"))?;
    let dabs = brush_on(field, mesh).read(stroke)?;
    let values = &mut state[place * mesh.len()..][..mesh.len()];
    let mut reached = false;
    for dab in &dabs {
        reached |= add(dab, mesh, values);
    }
    if reached { Ok(()) } else { Err(wrong("lies outside of the domain")) }
}

/// Whether it reached a node.
fn add(dab: &Dab, mesh: &Mesh, values: &mut [f64]) -> bool {
    let mut middle = [0; 3];
    let mut reach = 0;
    for (axis, middle) in middle.iter_mut().enumerate().take(mesh.dimension) {
        let steps = libm::round((dab.at[axis] - mesh.lower[axis]) / mesh.spacing[axis]).max(0.0) as usize;
        *middle = if mesh.periodic[axis] { steps % mesh.nodes[axis] } else { steps.min(mesh.nodes[axis] - 1) };
        reach = reach.max(libm::ceil(dab.radius / mesh.spacing[axis]) as usize + 1);
    }
    let mut reached = false;
    for node in mesh.around(mesh.node(middle), reach).filter(|node| mesh.is_inside(*node)) {
        let coordinates = mesh.coordinates(node);
        let square = (0..mesh.dimension).map(|axis| {
            let distance = (coordinates[axis] - dab.at[axis]).abs();
            let around = mesh.nodes[axis] as f64 * mesh.spacing[axis];
            let distance = if mesh.periodic[axis] { distance.min((around - distance).abs()) } else { distance };
            distance * distance
        });
        let distance = square.sum::<f64>().sqrt();
        if distance < dab.radius {
            values[node] += dab.at_distance(distance);
            reached = true;
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(mesh: &Mesh, at: [f64; 3], radius: f64) -> Vec<f64> {
        let mut values = vec![0.0; mesh.len()];
        assert!(add(&Dab { at, radius, amount: 2.0 }, mesh, &mut values));
        values
    }

    #[test]
    fn a_dab_is_a_round_bump_that_goes_around_joined_ends() {
        let mesh = |periodic| Mesh::new(2, 20, [0.0; 3], [2.0, 1.0, 0.0], [periodic, false, false]);
        let plain = mesh(false);
        let values = painted(&plain, [1.0, 0.5, 0.0], 0.25);
        let at = |i: usize, j: usize| values[plain.node([i, j, 0])];
        assert_eq!(at(10, 5), 2.0);
        assert!((at(11, 5) - 2.0 * (1.0f64 - 0.16) * (1.0 - 0.16)).abs() < 1e-12);
        assert!((at(9, 5) - at(11, 5)).abs() < 1e-14 && (at(10, 4) - at(10, 6)).abs() < 1e-14);
        assert_eq!((at(13, 5), at(12, 7)), (0.0, 0.0));
        // The integral of the bump is amount * pi radius^2 / 3.
        let sum: f64 = values.iter().sum::<f64>() * 0.01;
        assert!((sum / (2.0 * std::f64::consts::PI * 0.0625 / 3.0) - 1.0).abs() < 0.01, "{sum}");
        let joined = mesh(true);
        let around = painted(&joined, [0.0, 0.5, 0.0], 0.25);
        let at = |i: usize| around[joined.node([i, 5, 0])];
        assert!(at(1) > 0.0 && (at(1) - at(19)).abs() < 1e-12 && at(10) == 0.0, "{} {}", at(1), at(19));
        // Beyond the end of an axis that is not joined, nothing comes out on the other side.
        let edge = painted(&plain, [0.0, 0.5, 0.0], 0.25);
        assert_eq!((edge[plain.node([0, 5, 0])], edge[plain.node([20, 5, 0])]), (2.0, 0.0));
    }

    #[test]
    fn the_smallest_dab_reaches_a_node_wherever_it_is() {
        for mesh in [
            Mesh::new(1, 7, [-1.0; 3], [1.0; 3], [false; 3]),
            Mesh::new(2, 7, [0.0; 3], [1.0, 1.7, 0.0], [true, false, false]),
            Mesh::new(3, 5, [0.0; 3], [1.0; 3], [false; 3]),
        ] {
            let brush = brush_on("u", &mesh);
            for part in 0..=20 {
                let at = std::array::from_fn(|a| match (brush.from.get(a), brush.to.get(a)) {
                    (Some(from), Some(to)) => from + (to - from) * f64::from(part) / 20.0,
                    _ => 0.0,
                });
                painted(&mesh, at, brush.least);
            }
        }
    }
}
