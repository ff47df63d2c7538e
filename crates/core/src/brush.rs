//! Strokes of a brush: what a person adds to a field while a run is under way. A stroke is recorded as a [`crate::Change`] with a key
//! such as `brush.u` and a text of dabs as its value.

use serde::{Deserialize, Serialize};

use crate::{BuildError, Str, Value};

/// What the key of a stroke begins with; the field follows.
const KEY: &str = "brush.";

/// The most dabs of one stroke.
const MOST: usize = 500;

/// The key of strokes on a field.
pub fn key(field: &str) -> String {
    format!("{KEY}{field}")
}

/// The field that a key paints on, where it is one of a stroke.
pub fn field_of(key: &str) -> Option<&str> {
    key.strip_prefix(KEY)
}

/// A field that can be painted on, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Brush {
    /// The field, which is also the key of its picture.
    pub field: Str,
    /// The least coordinates that its picture shows, one for each direction of space.
    pub from: Vec<f64>,
    /// The largest.
    pub to: Vec<f64>,
    /// The least radius: what is smaller may reach no node.
    pub least: f64,
}

/// What is added around a place: `amount` in the middle, falling smoothly to 0 at `radius`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dab {
    /// The middle; 0 beyond the directions of space.
    pub at: [f64; 3],
    /// How far it reaches, in units of the coordinates.
    pub radius: f64,
    /// How much is added there.
    pub amount: f64,
}

impl Dab {
    /// What is added at this distance from the middle: `amount (1 - (d/radius)^2)^2`.
    pub fn at_distance(&self, distance: f64) -> f64 {
        let part = distance / self.radius;
        let left = (1.0 - part * part).max(0.0);
        self.amount * left * left
    }
}

impl Brush {
    /// The largest radius: the longest side.
    pub fn most(&self) -> f64 {
        self.from.iter().zip(&self.to).fold(self.least, |most, (from, to)| most.max(to - from))
    }

    /// Reads a stroke: dabs with spaces between them, each of coordinates, radius and amount with commas between them, such as
    /// `0.5,0.25,0.05,1` in two dimensions.
    ///
    /// # Errors
    /// Says which dab is wrong; the field is the key of the stroke.
    pub fn read(&self, stroke: &Value) -> Result<Vec<Dab>, BuildError> {
        let wrong = |why: String| Err(BuildError::new(key(&self.field), why));
        let names = &["x", "y", "z"][..self.from.len().min(3)];
        let form = format!("{},radius,amount", names.join(","));
        let Some(text) = stroke.as_text() else { return wrong(format!("must be dabs such as {form}")) };
        let mut dabs = Vec::new();
        for (place, dab) in text.split_whitespace().enumerate() {
            let here = |why: String| wrong(format!("dab {}: {why}", place + 1));
            let numbers: Option<Vec<f64>> = dab.split(',').map(|number| number.parse().ok()).collect();
            let numbers = numbers.filter(|n| n.len() == names.len() + 2 && n.iter().all(|x| x.is_finite()));
            let Some(numbers) = numbers else { return here(format!("must be numbers {form}, not `{dab}`")) };
            for (axis, name) in names.iter().enumerate() {
                let (x, from, to) = (numbers[axis], self.from[axis], self.to[axis]);
                if !(from..=to).contains(&x) {
                    return here(format!("{name} must be between {from} and {to}, not {x}"));
                }
            }
            let (radius, amount) = (numbers[names.len()], numbers[names.len() + 1]);
            if !(self.least..=self.most()).contains(&radius) {
                let (least, most) = (self.least, self.most());
                return here(format!("the radius must be between {least} and {most}, not {radius}"));
            }
            let at = std::array::from_fn(|axis| if axis < names.len() { numbers[axis] } else { 0.0 });
            dabs.push(Dab { at, radius, amount });
        }
        match dabs.len() {
            0 => wrong(format!("must hold at least one dab {form}")),
            1..=MOST => Ok(dabs),
            n => wrong(format!("must hold at most {MOST} dabs, not {n}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_are_read_or_refused_at_their_dab() {
        let brush = Brush { field: "u".into(), from: vec![0.0, -1.0], to: vec![2.0, 1.0], least: 0.1 };
        let dabs = brush.read(&"0.5,-1,0.1,2  2,0,2,-0.5".into()).unwrap();
        assert_eq!(dabs[0], Dab { at: [0.5, -1.0, 0.0], radius: 0.1, amount: 2.0 });
        assert_eq!((dabs.len(), dabs[1].amount), (2, -0.5));
        assert_eq!([0.0, 1.0, 2.0, 3.0].map(|d| dabs[1].at_distance(d)), [-0.5, -0.28125, 0.0, 0.0]);
        let refused = |stroke: Value| {
            let e = brush.read(&stroke).unwrap_err();
            assert_eq!(e.field, "brush.u");
            e.message
        };
        assert!(refused(1.0.into()).contains("x,y,radius,amount"));
        assert!(refused(" ".into()).contains("at least one dab"));
        assert!(refused("0.5,0,0.2,1 0.5,0,0.2".into()).starts_with("dab 2: must be numbers x,y,radius,amount"));
        assert!(refused("0.5,0,0.2,inf".into()).contains("not `0.5,0,0.2,inf`"));
        assert!(refused("0.5,1.5,0.2,1".into()).contains("y must be between -1 and 1, not 1.5"));
        assert!(refused("0.5,0,0.05,1".into()).contains("the radius must be between 0.1 and 2, not 0.05"));
        assert!(refused("0.5,0,0.2,1 ".repeat(501).as_str().into()).contains("at most 500"));
    }
}
