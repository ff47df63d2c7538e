//! Colour maps.

/// What a person chose of the colours of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// What suits the values: viridis, a diverging map for both signs, grey for grey photographs.
    #[default]
    Standard,
    /// From blue over green to yellow.
    Viridis,
    /// The same for people who see no red or no green.
    Cividis,
    /// From black over red to light yellow.
    Magma,
    /// Two colours with zero between them.
    Diverging,
    /// Black to white.
    Grey,
}

impl Palette {
    /// All palettes with their names, as they are remembered and as people read them.
    pub const ALL: [(Palette, &'static str, &'static str); 6] = [
        (Palette::Standard, "standard", "Automatic"),
        (Palette::Viridis, "viridis", "Viridis"),
        (Palette::Cividis, "cividis", "Cividis"),
        (Palette::Magma, "magma", "Magma"),
        (Palette::Diverging, "diverging", "Diverging"),
        (Palette::Grey, "grey", "Grey"),
    ];

    /// The palette of that name.
    pub fn named(name: &str) -> Option<Palette> {
        Palette::ALL.iter().find(|p| p.1 == name).map(|p| p.0)
    }

    /// Whether zero stands in the middle of the scale.
    pub fn centred(self, signed: bool) -> bool {
        signed || self == Palette::Diverging
    }
}

/// How values become colours. Lightness grows evenly along the maps for values of one sign, so that equal differences look equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// matplotlib's viridis.
    Viridis,
    /// matplotlib's cividis.
    Cividis,
    /// matplotlib's magma.
    Magma,
    /// Black to white.
    Grey,
    /// For values of both signs, light in the middle.
    Diverging,
    /// The same on a dark page, dark in the middle.
    DivergingDark,
}

impl Map {
    /// The map for a picture of values of both signs or of one, or of a grey photograph.
    pub fn of(palette: Palette, signed: bool, grey: bool, dark: bool) -> Map {
        match (palette, signed) {
            (Palette::Viridis, _) => Map::Viridis,
            (Palette::Cividis, _) => Map::Cividis,
            (Palette::Magma, _) => Map::Magma,
            (Palette::Grey, _) => Map::Grey,
            (Palette::Diverging, _) | (Palette::Standard, true) if dark => Map::DivergingDark,
            (Palette::Diverging, _) | (Palette::Standard, true) => Map::Diverging,
            (Palette::Standard, false) if grey => Map::Grey,
            (Palette::Standard, false) => Map::Viridis,
        }
    }

    fn anchors(self) -> &'static [u32] {
        match self {
            Map::Viridis => &[
                0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c, 0x1fa088,
                0x28ae80, 0x3fbc73, 0x5ec962, 0x84d44b, 0xaddc30, 0xd8e219, 0xfde725,
            ],
            Map::Cividis => &[
                0x00224e, 0x002e6a, 0x1a386f, 0x32436d, 0x434e6c, 0x535a6d, 0x61656f, 0x6f7073, 0x7d7c78, 0x8c8878,
                0x9b9476, 0xaba072, 0xbcae6c, 0xcdbb63, 0xdec958, 0xf0d846, 0xfee838,
            ],
            Map::Magma => &[
                0x000004, 0x0a0822, 0x1d1147, 0x36106b, 0x51127c, 0x6a1c81, 0x832681, 0x9c2e7f, 0xb73779, 0xd0416f,
                0xe75263, 0xf56b5c, 0xfc8961, 0xfea772, 0xfec488, 0xfde2a3, 0xfcfdbf,
            ],
            Map::Grey => &[0x000000, 0xffffff],
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
        let table = Map::Viridis.table();
        assert_eq!((table[0], table[255]), ([0x44, 0x01, 0x54], [0xfd, 0xe7, 0x25]));
        let grey = Map::Diverging.table()[127];
        assert!(grey.iter().all(|&c| c > 240));
    }

    /// Lightness of CIELAB, for the white of D65.
    fn lightness(rgb: [u8; 3]) -> f64 {
        let linear = rgb.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        });
        let y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        if y > 0.008_856 { 116.0 * libm::cbrt(y) - 16.0 } else { 903.3 * y }
    }

    #[test]
    fn lightness_grows_evenly() {
        for map in [Map::Viridis, Map::Cividis, Map::Magma, Map::Grey] {
            let lightness = map.table().map(lightness);
            let (first, last) = (lightness[0], lightness[255]);
            assert!(last - first > 65.0, "{map:?} is from {first} to {last}");
            for (i, l) in lightness.iter().enumerate() {
                let even = first + (last - first) * i as f64 / 255.0;
                // They are even in CAM02-UCS, from which CIELAB differs a little.
                assert!((l - even).abs() < 6.0, "{map:?}: {l} in place of {even} at {i}");
            }
        }
    }

    #[test]
    fn a_palette_is_what_was_chosen_or_what_suits() {
        let of = |palette, signed, grey| Map::of(palette, signed, grey, false);
        assert_eq!(of(Palette::Standard, false, false), Map::Viridis);
        assert_eq!(of(Palette::Standard, true, false), Map::Diverging);
        assert_eq!(of(Palette::Standard, false, true), Map::Grey);
        assert_eq!(Map::of(Palette::Diverging, false, true, true), Map::DivergingDark);
        assert!(Palette::ALL.iter().all(|p| Palette::named(p.1) == Some(p.0)) && Palette::named("jet").is_none());
    }

    #[test]
    fn values_beyond_the_scale_take_its_ends_and_holes_their_own() {
        let table = Map::Viridis.table();
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
