//! Fields and matrices as pixels.

use iterscope_core::PictureKind;
use iterscope_core::colour::{paint, paint_colours};
use wasm_bindgen::Clamped;
use web_sys::{HtmlCanvasElement, HtmlElement, ImageData};

use crate::browser::{context_2d, set_style};
use crate::state::PictureData;

/// Neighbouring values that differ by less than this part of the range on average are picture smoothly.
const SMOOTH: f64 = 0.05;

/// Numbers for each cell.
fn depth(picture: &PictureData) -> usize {
    if picture.shape.kind == PictureKind::Colour { 3 } else { 1 }
}

/// Draws a field or a picture in colour, one pixel a cell; the style sheet scales it.
pub fn draw(
    canvas: &HtmlCanvasElement,
    fit: &HtmlElement,
    picture: &PictureData,
    span: (f64, f64),
    table: &[[u8; 3]; 256],
    dark: bool,
) {
    let (w, h) = (picture.shape.width, picture.shape.height);
    if w == 0 || h == 0 || picture.values.len() != (w * h) as usize * depth(picture) {
        return;
    }
    let mut rgba = Vec::with_capacity(picture.values.len() * 4);
    let hatch = move |col: usize, row: usize| match ((col + row).is_multiple_of(4), dark) {
        (true, false) => [0x9a, 0x9d, 0xa2],
        (true, true) => [0x5a, 0x60, 0x68],
        (false, false) => [0xe9, 0xe9, 0xe6],
        (false, true) => [0x26, 0x2a, 0x30],
    };
    if depth(picture) == 3 {
        paint_colours(&picture.values, w as usize, span, hatch, &mut rgba);
    } else {
        paint(&picture.values, w as usize, span, table, hatch, &mut rgba);
    }
    if canvas.width() != w || canvas.height() != h {
        canvas.set_width(w);
        canvas.set_height(h);
    }
    // Of a long narrow table the cells are picture wide, so that something is seen of it.
    let ratio = (f64::from(w) / f64::from(h)).clamp(0.4, 4.0);
    set_style(fit, "--ratio", &ratio.to_string());
    let smooth = roughness(&picture.values, w as usize) < SMOOTH;
    set_style(canvas, "image-rendering", if smooth { "auto" } else { "pixelated" });
    put(canvas, &rgba, w);
}

/// Puts pixels into a canvas of that width.
pub fn put(canvas: &HtmlCanvasElement, rgba: &[u8], width: u32) {
    if let (Some(ctx), Ok(image)) = (context_2d(canvas), ImageData::new_with_u8_clamped_array(Clamped(rgba), width)) {
        let _ = ctx.put_image_data(&image, 0.0, 0.0);
    }
}

/// Mean difference of neighbours in a row, as a part of the range; infinite where values are missing, as the edge of what is
/// known must stay sharp.
fn roughness(values: &[f32], width: usize) -> f64 {
    let (mut lo, mut hi, mut sum, mut count) = (f32::INFINITY, f32::NEG_INFINITY, 0.0, 0u32);
    for row in values.chunks(width) {
        for pair in row.windows(2) {
            lo = lo.min(pair[0]);
            hi = hi.max(pair[0]);
            if pair[1].is_nan() {
                return f64::INFINITY;
            }
            let difference = f64::from((pair[1] - pair[0]).abs());
            if difference.is_finite() {
                sum += difference;
                count += 1;
            }
        }
    }
    let range = f64::from(hi - lo);
    if count == 0 || range.is_nan() || range <= 0.0 { 0.0 } else { sum / f64::from(count) / range }
}

/// The value under a place given as fractions; of a colour its mean.
pub fn value_at(picture: &PictureData, u: f64, v: f64) -> Option<f32> {
    let (w, h) = (f64::from(picture.shape.width), f64::from(picture.shape.height));
    let (col, row) = ((u * w) as usize, (v * h) as usize);
    let depth = depth(picture);
    let cell = picture.values.get((row * picture.shape.width as usize + col) * depth..)?.get(..depth)?;
    Some(cell.iter().sum::<f32>() / depth as f32)
}

/// Draws the stroke being painted; points and radius in units of the width.
pub fn stroke(canvas: &HtmlCanvasElement, fit: &HtmlElement, points: &[(f64, f64)], radius: f64) {
    let (w, h) = (fit.client_width().max(1), fit.client_height().max(1));
    canvas.set_width(w as u32);
    canvas.set_height(h as u32);
    let Some(ctx) = context_2d(canvas) else { return };
    let width = f64::from(w);
    ctx.set_line_width(2.0 * radius * width);
    ctx.set_line_cap("round");
    ctx.set_line_join("round");
    ctx.set_stroke_style_str("rgba(255, 255, 255, 0.75)");
    ctx.begin_path();
    for (i, (x, y)) in points.iter().enumerate() {
        if i == 0 {
            ctx.move_to(x * width, y * width);
        }
        ctx.line_to(x * width, y * width);
    }
    ctx.stroke();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_are_smooth_and_noise_is_rough() {
        let mut ramp: Vec<f32> = (0..64).map(|i| i as f32).collect();
        assert!(roughness(&ramp, 64) < SMOOTH);
        let comb: Vec<f32> = (0..64).map(|i| (i % 2) as f32).collect();
        assert!(roughness(&comb, 64) > SMOOTH);
        ramp[63] = f32::NAN;
        assert!(roughness(&ramp, 64) > SMOOTH);
        assert_eq!((roughness(&[], 1), roughness(&[2.0; 9], 3)), (0.0, 0.0));
    }
}
