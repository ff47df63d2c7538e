//! Pictures: PNG and JPEG to a small one, grey and, where it has them, in colours.

use std::io::Cursor;

use iterscope_core::Image;
use png::{ColorType, Decoder, Limits, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::DataError;
use crate::error::quoted;
use crate::orientation::Orientation;
use crate::text::{check_size, recognise};

/// The longest side of a picture that is read, in pixels.
pub const MAX_SIDE: usize = 4096;
/// The longest side of a picture that is kept, in pixels; larger ones are made smaller.
pub const KEPT_SIDE: usize = 512;

/// Share of red, green and blue in the luminance (ITU-R BT.709), taken on the values as stored.
const LUMINANCE: [f64; 3] = [0.2126, 0.7152, 0.0722];

/// Reads a picture as it is to be seen: its luminance, and its colours if it has any; transparent parts are on white.
///
/// # Errors
/// Not a PNG or JPEG, too large, or damaged.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Image, DataError> {
    check_size(name, bytes)?;
    if bytes.is_empty() {
        return Err(DataError::file(format!("{} is empty; expected a PNG or JPEG picture", quoted(name))));
    }
    let picture = match recognise(bytes) {
        Some("a PNG picture") => png(name, bytes),
        Some("a JPEG picture") => jpeg(name, bytes),
        Some(kind) => Err(DataError::file(format!("{} is {kind}; expected a PNG or JPEG picture", quoted(name)))),
        None => Err(DataError::file(format!("{} is not a picture; expected PNG or JPEG", quoted(name)))),
    }?;
    Ok(shrink(picture))
}

fn damaged(name: &str, error: impl std::fmt::Display) -> DataError {
    DataError::file(format!("{} is damaged or not complete: {error}", quoted(name)))
}

/// Refuses sizes before any pixel is decoded, so that a small file cannot ask for much memory.
fn check_sides(name: &str, width: usize, height: usize) -> Result<(), DataError> {
    if width == 0 || height == 0 {
        return Err(DataError::file(format!("{} has no pixels", quoted(name))));
    }
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(DataError::file(format!(
            "{} has {width} x {height} pixels; pictures of at most {MAX_SIDE} x {MAX_SIDE} are read: make it smaller",
            quoted(name)
        )));
    }
    Ok(())
}

fn png(name: &str, bytes: &[u8]) -> Result<Image, DataError> {
    let limits = Limits { bytes: 4 * MAX_SIDE * MAX_SIDE + (1 << 20) };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(|e| damaged(name, e))?;
    check_sides(name, header.width as usize, header.height as usize)?;
    let mut reader = decoder.read_info().map_err(|e| damaged(name, e))?;
    let size = reader.output_buffer_size().ok_or_else(|| damaged(name, "its size is too large"))?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(|e| damaged(name, e))?;
    let channels = match frame.color_type {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
        ColorType::Indexed => return Err(damaged(name, "its palette is missing")),
    };
    let picture = planes(frame.width as usize, frame.height as usize, channels, &pixels);
    let exif = reader.info().exif_metadata.as_deref();
    Ok(Orientation::read(exif.unwrap_or_default()).apply(picture))
}

fn jpeg(name: &str, bytes: &[u8]) -> Result<Image, DataError> {
    let options = DecoderOptions::default().set_max_width(1 << 16).set_max_height(1 << 16);
    let mut decoder =
        JpegDecoder::new_with_options(Cursor::new(bytes), options.jpeg_set_out_colorspace(ColorSpace::RGB));
    decoder.decode_headers().map_err(|e| damaged(name, e))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| damaged(name, "its size is missing"))?;
    check_sides(name, width, height)?;
    let pixels = decoder.decode().map_err(|e| damaged(name, e))?;
    if pixels.len() != 3 * width * height {
        return Err(damaged(name, "it has another number of pixels than it says"));
    }
    let exif = decoder.exif().map(Vec::as_slice);
    Ok(Orientation::read(exif.unwrap_or_default()).apply(planes(width, height, 3, &pixels)))
}

/// Pixels of 1 (grey), 2 (grey, alpha), 3 (colour) or 4 (colour, alpha) bytes as planes of values.
fn planes(width: usize, height: usize, channels: usize, pixels: &[u8]) -> Image {
    let level = |byte: u8| f64::from(byte) / 255.0;
    let pixels = || pixels.chunks_exact(channels).take(width * height);
    let over_white = |value: f64, p: &[u8]| {
        if channels.is_multiple_of(2) {
            let alpha = level(p[channels - 1]);
            value * alpha + (1.0 - alpha)
        } else {
            value
        }
    };
    let luminance = |p: &[u8]| match p {
        // Colours that are grey stay exactly what they are.
        [r, g, b, ..] if r == g && g == b => level(*r),
        [r, g, b, ..] => LUMINANCE[0] * level(*r) + LUMINANCE[1] * level(*g) + LUMINANCE[2] * level(*b),
        _ => level(p[0]),
    };
    let grey = pixels().map(|p| over_white(luminance(p), p)).collect();
    let coloured = channels > 2 && pixels().any(|p| p[0] != p[1] || p[1] != p[2]);
    let plane = |c: usize| pixels().map(move |p| over_white(level(p[c]), p));
    let rgb = if coloured { (0..3).flat_map(plane).collect() } else { Vec::new() };
    Image { width, height, grey, rgb, remarks: Vec::new() }
}

/// Box averaging to a longer side of at most [`KEPT_SIDE`].
fn shrink(picture: Image) -> Image {
    let (width, height) = (picture.width, picture.height);
    let longer = width.max(height);
    if longer <= KEPT_SIDE {
        return picture;
    }
    let side = |n: usize| ((n * KEPT_SIDE + longer / 2) / longer).max(1);
    let (w, h) = (side(width), side(height));
    let plane = |values: &[f64]| {
        let rows: Vec<f64> = values.chunks_exact(width).flat_map(|row| average(row, 1, w)).collect();
        // Columns of the narrowed picture, written back row by row.
        let mut out = vec![0.0; w * h];
        for x in 0..w {
            for (y, value) in average(&rows[x..], w, h).into_iter().enumerate() {
                out[y * w + x] = value;
            }
        }
        out
    };
    let remark = format!("Made smaller from {width} x {height} to {w} x {h} pixels.");
    Image {
        width: w,
        height: h,
        grey: plane(&picture.grey),
        rgb: picture.rgb.chunks_exact(width * height).flat_map(plane).collect(),
        remarks: vec![remark.into()],
    }
}

/// Means over `to` equal intervals of every `stride`-th value; parts of a value count as much as they overlap.
fn average(values: &[f64], stride: usize, to: usize) -> Vec<f64> {
    let from = values.len().div_ceil(stride);
    let mut out = vec![0.0; to];
    for (j, mean) in out.iter_mut().enumerate() {
        // In units of 1/to of a value: interval j is [j * from, (j + 1) * from), value i is [i * to, (i + 1) * to).
        let (begin, end) = (j * from, (j + 1) * from);
        let mut sum = 0.0;
        for i in begin / to..end.div_ceil(to) {
            let overlap = end.min((i + 1) * to) - begin.max(i * to);
            sum += values[i * stride] * overlap as f64;
        }
        *mean = sum / from as f64;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_exact_with_parts_of_values() {
        assert_eq!(average(&[1.0, 3.0, 5.0, 7.0], 1, 2), [2.0, 6.0]);
        assert_eq!(average(&[0.0, 3.0, 6.0], 1, 2), [1.0, 5.0]);
        assert_eq!(average(&[1.0, 9.0, 3.0, 9.0], 2, 1), [2.0]);
    }

    #[test]
    fn shrinking_keeps_a_constant_and_the_shape() {
        let picture = Image { width: 1100, height: 3, grey: vec![0.25; 3300], ..Image::default() };
        let small = shrink(picture);
        assert_eq!((small.width, small.height, small.grey.len()), (512, 1, 512));
        assert!(small.grey.iter().all(|v| *v == 0.25));
        assert_eq!(small.remarks, ["Made smaller from 1100 x 3 to 512 x 1 pixels."]);
    }
}
