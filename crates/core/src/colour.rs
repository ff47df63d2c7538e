//! Colour maps.

/// How values become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// For values of one sign: viridis.
    Sequential,
    /// For values of both signs, light in the middle.
    Diverging,
    /// The same on a dark page, dark in the middle.
    DivergingDark,
}

impl Map {
    /// The map for a picture.
    pub fn of(signed: bool, dark: bool) -> Map {
        match (signed, dark) {
            (false, _) => Map::Sequential,
            (true, false) => Map::Diverging,
            (true, true) => Map::DivergingDark,
        }
    }

    fn anchors(self) -> &'static [u32] {
        match self {
            Map::Sequential => &[
                0x440154, 0x482475, 0x414487, 0x355f8d, 0x2a788e, 0x21918c, 0x22a884, 0x44bf70, 0x7ad151, 0xbddf26,
                0xfde725,
            ],
            Map::Diverging => &[
                0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b,
                0x67001f,
            ],
            Map::DivergingDark => &[
                0x9eb0ff, 0x5ba3da, 0x2d7597, 0x1e5268, 0x17303c, 0x15191d, 0x2f170f, 0x55200f, 0x8a3f2a, 0xc4756a,
                0xffacac,
            ],
        }
    }

    /// 256 colours, from the lowest value to the highest.
    pub fn table(self) -> [[u8; 3]; 256] {
        let anchors = self.anchors();
        let last = anchors.len() - 1;
        std::array::from_fn(|i| {
            let at = i as f64 / 255.0 * last as f64;
            let k = (at as usize).min(last - 1);
            let f = at - k as f64;
            std::array::from_fn(|c| {
                let part = |rgb: u32| f64::from(rgb >> (16 - 8 * c) & 255);
                (part(anchors[k]) * (1.0 - f) + part(anchors[k + 1]) * f).round() as u8
            })
        })
    }
}

/// The range that a scale covers: symmetric for signed values, never empty.
pub fn span(lo: f64, hi: f64, signed: bool) -> (f64, f64) {
    if signed {
        let most = lo.abs().max(hi.abs());
        let most = if most > 0.0 { most } else { 1.0 };
        return (-most, most);
    }
    if hi > lo { (lo, hi) } else { (lo - 0.5, lo + 0.5) }
}

/// Writes the colours of `values` as RGBA. Holes are left to `hole`, which gets column and row.
pub fn paint(
    values: &[f32],
    width: usize,
    (lo, hi): (f64, f64),
    table: &[[u8; 3]; 256],
    hole: impl Fn(usize, usize) -> [u8; 3],
    out: &mut Vec<u8>,
) {
    out.clear();
    let factor = 255.0 / (hi - lo);
    for (i, &v) in values.iter().enumerate() {
        let rgb = if v.is_nan() {
            hole(i % width.max(1), i / width.max(1))
        } else {
            // Casting clamps; infinities take the ends of the scale.
            table[usize::from(((f64::from(v) - lo) * factor + 0.5) as u8)]
        };
        out.extend_from_slice(&[rgb[0], rgb[1], rgb[2], 255]);
    }
}

/// The same for triples of red, green and blue, which are shown as they are.
pub fn paint_colours(
    values: &[f32],
    width: usize,
    (lo, hi): (f64, f64),
    hole: impl Fn(usize, usize) -> [u8; 3],
    out: &mut Vec<u8>,
) {
    out.clear();
    let factor = 255.0 / (hi - lo);
    for (i, pixel) in values.chunks_exact(3).enumerate() {
        let rgb = if pixel[0].is_nan() {
            hole(i % width.max(1), i / width.max(1))
        } else {
            std::array::from_fn(|c| ((f64::from(pixel[c]) - lo) * factor + 0.5) as u8)
        };
        out.extend_from_slice(&[rgb[0], rgb[1], rgb[2], 255]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_start_and_end_at_their_anchors() {
        let table = Map::Sequential.table();
        assert_eq!((table[0], table[255]), ([0x44, 0x01, 0x54], [0xfd, 0xe7, 0x25]));
        let grey = Map::Diverging.table()[127];
        assert!(grey.iter().all(|&c| c > 240));
    }

    #[test]
    fn values_beyond_the_scale_take_its_ends_and_holes_their_own() {
        let table = Map::Sequential.table();
        let mut out = Vec::new();
        paint(&[-9.0, 9.0, f32::NAN, f32::INFINITY], 4, (0.0, 1.0), &table, |x, _| [x as u8; 3], &mut out);
        let rgb: Vec<[u8; 3]> = out.chunks(4).map(|c| [c[0], c[1], c[2]]).collect();
        assert_eq!(rgb, [table[0], table[255], [2, 2, 2], table[255]]);
    }

    #[test]
    fn colours_are_shown_as_they_are() {
        let mut out = Vec::new();
        paint_colours(&[0.0, 0.5, 2.0, f32::NAN, 0.0, 0.0], 2, (0.0, 1.0), |x, _| [x as u8; 3], &mut out);
        assert_eq!(out, [0, 128, 255, 255, 1, 1, 1, 255]);
    }

    #[test]
    fn signed_scales_are_symmetric_and_none_is_empty() {
        assert_eq!(span(-1.0, 3.0, true), (-3.0, 3.0));
        assert_eq!(span(0.0, 0.0, true), (-1.0, 1.0));
        assert_eq!(span(2.0, 2.0, false), (1.5, 2.5));
    }
}
