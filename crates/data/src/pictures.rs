//! Pictures in rarer formats: GIF, BMP, TIFF and WebP.

use std::io::Cursor;

use iterscope_core::Image;
use tiff::TiffError;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;
use zune_bmp::zune_core::bytestream::ZCursor;

use crate::DataError;
use crate::error::quoted;
use crate::image::{MAX_SIDE, Samples, check_sides, damaged, planes};
use crate::orientation::Orientation;

/// The most bytes of a decoded picture.
const MOST: usize = 8 * MAX_SIDE * MAX_SIDE;

/// Reads a picture of that kind, as [`crate::text::recognise`] names it; `None` where it is none of these.
pub(crate) fn read(name: &str, kind: &str, bytes: &[u8]) -> Option<Result<Image, DataError>> {
    Some(match kind {
        "a GIF picture" => gif(name, bytes),
        "a BMP picture" => bmp(name, bytes),
        "a TIFF picture" => tiff(name, bytes),
        _ if bytes.get(8..12) == Some(b"WEBP") => webp(name, bytes),
        _ => return None,
    })
}

/// The first picture of a GIF.
fn gif(name: &str, bytes: &[u8]) -> Result<Image, DataError> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let limit = std::num::NonZeroU64::new(MOST as u64).map_or(gif::MemoryLimit::Unlimited, gif::MemoryLimit::Bytes);
    options.set_memory_limit(limit);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(|e| damaged(name, e))?;
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    check_sides(name, width, height)?;
    let frame =
        decoder.read_next_frame().map_err(|e| damaged(name, e))?.ok_or_else(|| damaged(name, "it has no picture"))?;
    // What the first frame leaves out of the screen is transparent.
    let mut pixels = vec![0; 4 * width * height];
    let (left, top, w) = (usize::from(frame.left), usize::from(frame.top), usize::from(frame.width));
    for (row, line) in frame.buffer.chunks_exact(4 * w.max(1)).enumerate() {
        for (column, pixel) in line.chunks_exact(4).enumerate() {
            let (x, y) = (left + column, top + row);
            if x < width && y < height {
                pixels[4 * (y * width + x)..][..4].copy_from_slice(pixel);
            }
        }
    }
    let mut picture = planes(width, height, 4, &Samples::Bytes(pixels));
    if let Ok(Some(_)) = decoder.next_frame_info() {
        picture.remarks.push("The first picture of a film was read.".into());
    }
    Ok(picture)
}

fn bmp(name: &str, bytes: &[u8]) -> Result<Image, DataError> {
    let mut decoder = zune_bmp::BmpDecoder::new(ZCursor::new(bytes));
    decoder.decode_headers().map_err(|e| damaged(name, format!("{e:?}")))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| damaged(name, "its size is missing"))?;
    check_sides(name, width, height)?;
    let pixels = decoder.decode().map_err(|e| damaged(name, format!("{e:?}")))?;
    let channels = pixels.len() / (width * height);
    if !(1..=4).contains(&channels) || pixels.len() != channels * width * height {
        return Err(damaged(name, "it has another number of pixels than it says"));
    }
    Ok(planes(width, height, channels, &Samples::Bytes(pixels)))
}

fn webp(name: &str, bytes: &[u8]) -> Result<Image, DataError> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(|e| damaged(name, e))?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    check_sides(name, width, height)?;
    decoder.set_memory_limit(MOST);
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut pixels = vec![0; channels * width * height];
    decoder.read_image(&mut pixels).map_err(|e| damaged(name, e))?;
    let mut picture = planes(width, height, channels, &Samples::Bytes(pixels));
    if decoder.is_animated() {
        picture.remarks.push("The first picture of a film was read.".into());
    }
    // What is beside the pixels may be damaged where they are not.
    let exif = decoder.exif_metadata().ok().flatten().unwrap_or_default();
    // Some programs put the mark of JPEG in front.
    Ok(Orientation::read(exif.strip_prefix(b"Exif\0\0").unwrap_or(&exif)).apply(picture))
}

/// The error for a TIFF that does not decode: it is of a rarer kind, or damaged.
fn refused(name: &str, error: &TiffError) -> DataError {
    match error {
        TiffError::UnsupportedError(what) => DataError::file(format!(
            "{} is a TIFF picture of a kind that is not read ({what}): open it where it can be seen, and save or export it as PNG",
            quoted(name)
        )),
        other => damaged(name, other),
    }
}

/// The first picture of a TIFF, turned as its tag says.
fn tiff(name: &str, bytes: &[u8]) -> Result<Image, DataError> {
    let mut limits = Limits::default();
    (limits.decoding_buffer_size, limits.intermediate_buffer_size) = (MOST, MOST);
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(|e| refused(name, &e))?.with_limits(limits);
    let turn = decoder.find_tag_unsigned(Tag::Orientation).ok().flatten().and_then(Orientation::numbered);
    let mut picture = turn.unwrap_or_default().apply(stored(name, &mut decoder)?);
    if decoder.more_images() {
        picture.remarks.push("The first of several pictures was read.".into());
    }
    Ok(picture)
}

/// What a channel beside the colours is: 1 where the colours are multiplied by it, 2 where they are not (TIFF 6.0, ExtraSamples).
fn with_opacity(samples: Samples, channels: usize, extra: Option<u16>) -> Samples {
    // Damaged pictures are refused later.
    if !channels.is_multiple_of(2) || extra != Some(1) || !samples.len().is_multiple_of(channels) {
        return samples;
    }
    let level = |e: usize| samples.level(e);
    let straight = |e: usize| {
        let opacity = level(e / channels * channels + channels - 1);
        match e % channels == channels - 1 {
            true => opacity,
            false if opacity > 0.0 => (level(e) / opacity).min(1.0),
            false => 0.0,
        }
    };
    Samples::Reals((0..samples.len()).map(straight).collect())
}

/// The pixels as they are stored: whole numbers of 8 or 16 bits, or real numbers.
fn stored(name: &str, decoder: &mut Decoder<Cursor<&[u8]>>) -> Result<Image, DataError> {
    let (width, height) = decoder.dimensions().map_err(|e| refused(name, &e))?;
    let (width, height) = (width as usize, height as usize);
    check_sides(name, width, height)?;
    let colour = decoder.colortype().map_err(|e| refused(name, &e))?;
    let channels = match colour {
        tiff::ColorType::Gray(_) | tiff::ColorType::Palette(_) => 1,
        tiff::ColorType::GrayA(_) => 2,
        tiff::ColorType::RGB(_) => 3,
        tiff::ColorType::RGBA(_) => 4,
        other => {
            let message =
                format!("{} has colours of a kind that is not read ({other:?}): save it as PNG", quoted(name));
            return Err(DataError::file(message));
        }
    };
    let mut found = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut found).map_err(|e| refused(name, &e))?;
    let together = layout.planes <= 1;
    let mut remark = None;
    let mut samples = match found {
        DecodingResult::U8(s) => Samples::Bytes(s),
        DecodingResult::U16(s) => Samples::Words(s),
        DecodingResult::U32(s) => Samples::Reals(s.into_iter().map(|v| f64::from(v) / f64::from(u32::MAX)).collect()),
        DecodingResult::F32(s) => Samples::Reals(unit(s.into_iter().map(f64::from).collect(), &mut remark)),
        DecodingResult::F64(s) => Samples::Reals(unit(s, &mut remark)),
        _ => {
            let message = format!("{} has numbers of a kind that is not read: save it as PNG", quoted(name));
            return Err(DataError::file(message));
        }
    };
    if !together {
        samples = interleaved(samples, channels, width * height);
    }
    // Fewer than eight bits are packed.
    if let (tiff::ColorType::Gray(bits @ (1 | 2 | 4)), Samples::Bytes(packed)) = (colour, &samples) {
        samples = Samples::Bytes(unpacked(packed, bits, width, height));
    }
    if let (tiff::ColorType::Palette(bits), Samples::Bytes(indices)) = (colour, &samples) {
        let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(|e| refused(name, &e))?;
        let size = map.len() / 3;
        let indices = if bits < 8 { unscaled(&unpacked(indices, bits, width, height), bits) } else { indices.clone() };
        let colour = |i: u8| (0..3).map(move |c| (c, usize::from(i)));
        let words: Option<Vec<u16>> =
            indices.iter().flat_map(|&i| colour(i)).map(|(c, i)| map.get(c * size + i).copied()).collect();
        let words = words.ok_or_else(|| damaged(name, "a pixel has no colour in its palette"))?;
        return finish(name, width, height, 3, &Samples::Words(words), remark);
    }
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).ok().flatten();
    let samples = with_opacity(samples, channels, extra.and_then(|all| all.first().copied()));
    finish(name, width, height, channels, &samples, remark)
}

/// From one plane after the other to one pixel after the other.
fn interleaved(samples: Samples, channels: usize, pixels: usize) -> Samples {
    fn mix<T: Copy>(from: &[T], channels: usize, pixels: usize) -> Vec<T> {
        if from.len() != channels * pixels {
            return Vec::new();
        }
        (0..from.len()).map(|e| from[e % channels * pixels + e / channels]).collect()
    }
    match samples {
        Samples::Bytes(s) => Samples::Bytes(mix(&s, channels, pixels)),
        Samples::Words(s) => Samples::Words(mix(&s, channels, pixels)),
        Samples::Reals(s) => Samples::Reals(mix(&s, channels, pixels)),
    }
}

fn finish(
    name: &str,
    width: usize,
    height: usize,
    channels: usize,
    samples: &Samples,
    remark: Option<String>,
) -> Result<Image, DataError> {
    if samples.len() != channels * width * height {
        return Err(damaged(name, "it has another number of pixels than it says"));
    }
    let mut picture = planes(width, height, channels, samples);
    picture.remarks.extend(remark.map(Into::into));
    Ok(picture)
}

/// Values of fewer than eight bits, rows beginning at whole bytes, brought to 0 to 255.
fn unpacked(packed: &[u8], bits: u8, width: usize, height: usize) -> Vec<u8> {
    let bits = usize::from(bits);
    let stride = (width * bits).div_ceil(8);
    let most = (1u32 << bits) - 1;
    let value = |e: usize| {
        let at = e % width * bits;
        let byte = packed.get(e / width * stride + at / 8).copied().unwrap_or_default();
        u32::from(byte) >> (8 - bits - at % 8) & most
    };
    (0..width * height).map(|e| (value(e) * 255 / most) as u8).collect()
}

fn unscaled(values: &[u8], bits: u8) -> Vec<u8> {
    let most = (1u32 << bits) - 1;
    values.iter().map(|&v| (u32::from(v) * most / 255) as u8).collect()
}

/// Real numbers from 0 to 1; others are brought there.
fn unit(mut values: Vec<f64>, remark: &mut Option<String>) -> Vec<f64> {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let (lo, hi) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
    let bad = values.iter().filter(|v| !v.is_finite()).count();
    let scale = !(lo >= 0.0 && hi <= 1.0);
    let span = if hi > lo { hi - lo } else { 1.0 };
    for v in &mut values {
        *v = match v.is_finite() {
            false => 0.0,
            true if scale => ((*v - lo) / span).clamp(0.0, 1.0),
            true => *v,
        };
    }
    let mut words = Vec::new();
    if scale && lo.is_finite() {
        words.push(format!("Levels from {lo} to {hi} were brought to 0 to 1."));
    }
    if bad > 0 {
        words.push(format!("{bad} pixels are no numbers and were taken as black."));
    }
    *remark = (!words.is_empty()).then(|| words.join(" "));
    values
}
