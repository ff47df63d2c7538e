//! Pictures: PNG and JPEG, and with more of this crate GIF, BMP, TIFF and WebP, to a small one: grey, and where it has them
//! in colours, with what is transparent.

use std::io::Cursor;

use iterscope_core::Image;
use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
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

/// What is read here.
#[cfg(not(feature = "pictures"))]
const FORMATS: &str = "a PNG or JPEG picture";
#[cfg(feature = "pictures")]
const FORMATS: &str = "a PNG, JPEG, GIF, BMP, TIFF or WebP picture";

/// Samples of a picture as they are stored: all channels of a pixel, then those of the next.
pub(crate) enum Samples {
    /// 0 to 255.
    Bytes(Vec<u8>),
    /// 0 to 65,535.
    Words(Vec<u16>),
    /// 0 to 1.
    #[cfg(feature = "pictures")]
    Reals(Vec<f64>),
}

impl Samples {
    #[cfg(feature = "pictures")]
    pub fn len(&self) -> usize {
        match self {
            Samples::Bytes(s) => s.len(),
            Samples::Words(s) => s.len(),
            Samples::Reals(s) => s.len(),
        }
    }

    /// From 0 to 1.
    pub fn level(&self, i: usize) -> f64 {
        match self {
            Samples::Bytes(s) => f64::from(s[i]) / 255.0,
            Samples::Words(s) => f64::from(s[i]) / 65_535.0,
            #[cfg(feature = "pictures")]
            Samples::Reals(s) => s[i],
        }
    }
}

/// Reads a picture as it is to be seen: its luminance, its colours if it has any, and what is transparent, on white.
///
/// # Errors
/// Not a picture that is read here, too large, or damaged.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Image, DataError> {
    check_size(name, bytes)?;
    if bytes.is_empty() {
        return Err(DataError::file(format!("{} is empty; expected {FORMATS}", quoted(name))));
    }
    let picture = match recognise(bytes) {
        Some("a PNG picture") => png(name, bytes),
        Some("a JPEG picture") => jpeg(name, bytes),
        Some(kind) => match more(name, kind, bytes) {
            Some(picture) => picture,
            None => Err(DataError::file(format!(
                "{} is {kind}; expected {FORMATS}: open it where it can be seen, and save or export it as PNG",
                quoted(name)
            ))),
        },
        None => Err(DataError::file(format!("{} is not a picture; expected {FORMATS}", quoted(name)))),
    }?;
    Ok(shrink(picture))
}

#[cfg(feature = "pictures")]
fn more(name: &str, kind: &str, bytes: &[u8]) -> Option<Result<Image, DataError>> {
    crate::pictures::read(name, kind, bytes)
}

#[cfg(not(feature = "pictures"))]
fn more(_: &str, _: &str, _: &[u8]) -> Option<Result<Image, DataError>> {
    None
}

pub(crate) fn damaged(name: &str, error: impl std::fmt::Display) -> DataError {
    DataError::file(format!("{} is damaged or not complete: {error}", quoted(name)))
}

/// Refuses sizes before any pixel is decoded, so that a small file cannot ask for much memory.
pub(crate) fn check_sides(name: &str, width: usize, height: usize) -> Result<(), DataError> {
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
    let limits = Limits { bytes: 8 * MAX_SIDE * MAX_SIDE + (1 << 20) };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    // Palettes become colours and fewer bits bytes; sixteen bits stay.
    decoder.set_transformations(Transformations::EXPAND);
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
    pixels.truncate(frame.buffer_size());
    let samples = match frame.bit_depth {
        BitDepth::Sixteen => Samples::Words(pixels.chunks_exact(2).map(|b| u16::from_be_bytes([b[0], b[1]])).collect()),
        _ => Samples::Bytes(pixels),
    };
    let picture = planes(frame.width as usize, frame.height as usize, channels, &samples);
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
    Ok(Orientation::read(exif.unwrap_or_default()).apply(planes(width, height, 3, &Samples::Bytes(pixels))))
}

/// Pixels of 1 (grey), 2 (grey, alpha), 3 (colour) or 4 (colour, alpha) samples as planes of values.
pub(crate) fn planes(width: usize, height: usize, channels: usize, samples: &Samples) -> Image {
    let pixels = || 0..width * height;
    let level = |p: usize, c: usize| samples.level(p * channels + c);
    let clear = channels.is_multiple_of(2);
    let alpha = |p: usize| level(p, channels - 1);
    let over_white = |value: f64, p: usize| if clear { value * alpha(p) + (1.0 - alpha(p)) } else { value };
    let is_grey = |p: usize| channels < 3 || level(p, 0) == level(p, 1) && level(p, 1) == level(p, 2);
    let luminance = |p: usize| {
        // Colours that are grey stay exactly what they are.
        if is_grey(p) { level(p, 0) } else { (0..3).map(|c| LUMINANCE[c] * level(p, c)).sum() }
    };
    let grey = pixels().map(|p| over_white(luminance(p), p)).collect();
    let coloured = !pixels().all(is_grey);
    let plane = |c: usize| pixels().map(move |p| over_white(level(p, c), p));
    let rgb = if coloured { (0..3).flat_map(plane).collect() } else { Vec::new() };
    let whole = !clear || pixels().all(|p| alpha(p) == 1.0);
    let alpha = if whole { Vec::new() } else { pixels().map(alpha).collect() };
    Image { width, height, grey, rgb, alpha, remarks: Vec::new() }
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
        alpha: picture.alpha.chunks_exact(width * height).flat_map(plane).collect(),
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
