//! Pictures made byte by byte, so that their pixels are known.

use iterscope_core::{DataKind, Dataset, Image};
use iterscope_data::{DataError, read};

fn picture(bytes: &[u8]) -> Result<Image, DataError> {
    match read(DataKind::Image, "cat.png", bytes, None)? {
        Dataset::Image(image) => Ok(image),
        other => panic!("{other:?}"),
    }
}

fn png(width: u32, height: u32, color: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == png::ColorType::Indexed {
        encoder.set_palette(vec![0, 0, 0, 255, 255, 255, 255, 0, 0]);
        encoder.set_trns(vec![255, 0]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    out
}

/// Bits from the highest of each byte.
#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    byte: u8,
    used: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for i in (0..count).rev() {
            self.byte = self.byte << 1 | (value >> i & 1) as u8;
            self.used += 1;
            if self.used == 8 {
                self.out.push(self.byte);
                if self.byte == 0xff {
                    self.out.push(0);
                }
                (self.byte, self.used) = (0, 0);
            }
        }
    }
}

/// A grey JPEG of one row of 8 x 8 blocks, each of one level. With a quantisation step of 8, the mean of a block is
/// 128 plus its first coefficient, and all others are zero.
fn jpeg(levels: &[u8]) -> Vec<u8> {
    let mut out = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    out.extend([8; 64]);
    let width = (8 * levels.len()) as u16;
    out.extend([0xff, 0xc0, 0, 11, 8, 0, 8, (width >> 8) as u8, width as u8, 1, 1, 0x11, 0]);
    // First coefficients: categories 0 to 8 have the codes 0000 to 1000. Others: end of block has the code 0.
    out.extend([0xff, 0xc4, 0, 28, 0x00, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    out.extend([0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend([0xff, 0xda, 0, 8, 1, 1, 0x00, 0, 63, 0]);
    let mut bits = Bits::default();
    let mut last = 0;
    for level in levels {
        let first = i32::from(*level) - 128;
        let difference = first - last;
        last = first;
        let category = 32 - difference.unsigned_abs().leading_zeros();
        bits.push(category, 4);
        let amplitude = if difference < 0 { difference + (1 << category) - 1 } else { difference };
        bits.push(amplitude as u32, category);
        bits.push(0, 1);
    }
    while bits.used != 0 {
        bits.push(1, 1);
    }
    out.extend(bits.out);
    out.extend([0xff, 0xd9]);
    out
}

#[test]
fn png_of_every_kind() {
    use png::{BitDepth, ColorType};
    let cases: [(Vec<u8>, Vec<f64>); 6] = [
        (png(2, 1, ColorType::Grayscale, BitDepth::Eight, &[0, 255]), vec![0.0, 1.0]),
        (png(3, 1, ColorType::Grayscale, BitDepth::One, &[0b1010_0000]), vec![1.0, 0.0, 1.0]),
        (png(1, 2, ColorType::Grayscale, BitDepth::Sixteen, &[0, 0, 255, 255]), vec![0.0, 1.0]),
        // Black that is not there is white.
        (png(2, 1, ColorType::GrayscaleAlpha, BitDepth::Eight, &[0, 0, 0, 255]), vec![1.0, 0.0]),
        (
            png(4, 1, ColorType::Rgb, BitDepth::Eight, &[255, 0, 0, 0, 255, 0, 0, 0, 255, 51, 51, 51]),
            vec![0.2126, 0.7152, 0.0722, 0.2],
        ),
        // Palette: black, white but transparent, red.
        (png(3, 1, ColorType::Indexed, BitDepth::Two, &[0b0001_1000]), vec![0.0, 1.0, 0.2126]),
    ];
    for (bytes, expected) in cases {
        let image = picture(&bytes).unwrap();
        assert_eq!(image.grey, expected);
        assert!(image.remarks.is_empty());
    }
    let colour = picture(&png(2, 1, ColorType::Rgb, BitDepth::Eight, &[255, 0, 51, 51, 51, 51])).unwrap();
    // Red, green and blue, one plane after the other.
    assert_eq!(colour.rgb, [1.0, 0.2, 0.0, 0.2, 0.2, 0.2]);
    let grey = picture(&png(1, 1, ColorType::Rgb, BitDepth::Eight, &[51; 3])).unwrap();
    assert!(grey.rgb.is_empty());
    let half = picture(&png(1, 1, ColorType::Rgba, BitDepth::Eight, &[255, 0, 0, 51])).unwrap();
    assert!((half.grey[0] - (0.2126 * 0.2 + 0.8)).abs() < 1e-15);
    assert_eq!(half.rgb, [1.0, 0.8, 0.8]);
}

#[test]
fn jpeg_blocks_have_their_levels() {
    let image = picture(&jpeg(&[0, 255, 100, 128, 37])).unwrap();
    assert_eq!((image.width, image.height), (40, 8));
    for (i, value) in image.grey.iter().enumerate() {
        let level = [0.0, 255.0, 100.0, 128.0, 37.0][i % 40 / 8];
        assert!((value * 255.0 - level).abs() <= 1.0, "pixel {i}: {} for {level}", value * 255.0);
    }
}

/// Exif data whose one note is the orientation, in either order of bytes.
fn exif(value: u16, big: bool) -> Vec<u8> {
    let short = |v: u16| if big { v.to_be_bytes() } else { v.to_le_bytes() };
    let long = |v: u32| if big { v.to_be_bytes() } else { v.to_le_bytes() };
    let mut out = if big { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    out.extend(long(10));
    // The directory begins after two bytes of something else.
    out.extend([7, 7]);
    out.extend(short(2));
    // Another note goes first: an image's width, 1.
    for (tag, value) in [(0x0100, 1), (0x0112, value)] {
        out.extend([short(tag), short(3)].concat());
        out.extend(long(1));
        out.extend([short(value), [0, 0]].concat());
    }
    out.extend(long(0));
    out
}

/// The same JPEG with Exif data behind its first marker.
fn with_exif(jpeg: &[u8], exif: &[u8]) -> Vec<u8> {
    let length = (exif.len() + 8) as u16;
    [&jpeg[..2], &[0xff, 0xe1], &length.to_be_bytes(), b"Exif\0\0", exif, &jpeg[2..]].concat()
}

/// What the eight orientations show of the stored rows 1 2 3 and 4 5 6, by the standard's words: for 6, say, the first
/// row as stored is seen at the right, and the first column at the top.
#[test]
fn pictures_are_turned_as_their_camera_notes() {
    let seen: [(usize, [u8; 6]); 8] = [
        (3, [1, 2, 3, 4, 5, 6]),
        (3, [3, 2, 1, 6, 5, 4]),
        (3, [6, 5, 4, 3, 2, 1]),
        (3, [4, 5, 6, 1, 2, 3]),
        (2, [1, 4, 2, 5, 3, 6]),
        (2, [4, 1, 5, 2, 6, 3]),
        (2, [6, 3, 5, 2, 4, 1]),
        (2, [3, 6, 2, 5, 1, 4]),
    ];
    for (value, (width, levels)) in (1..).zip(seen) {
        let mut out = Vec::new();
        let mut info = png::Info::with_size(3, 2);
        info.color_type = png::ColorType::Rgb;
        info.exif_metadata = Some(exif(value, value % 2 == 0).into());
        let encoder = png::Encoder::with_info(&mut out, info).unwrap();
        let stored: Vec<u8> = [1, 2, 3, 4, 5, 6].iter().flat_map(|v| [*v, 0, 0]).collect();
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&stored).unwrap();
        writer.finish().unwrap();
        let image = picture(&out).unwrap();
        assert_eq!((image.width, image.height), (width, 6 / width), "orientation {value}");
        let red: Vec<u8> = image.rgb[..6].iter().map(|v| (v * 255.0).round() as u8).collect();
        assert_eq!(red, levels, "orientation {value}");
        assert!(image.grey.iter().zip(&image.rgb).all(|(grey, red)| (grey - 0.2126 * red).abs() < 1e-15));
    }
    for big in [false, true] {
        let turned = picture(&with_exif(&jpeg(&[0, 255, 100]), &exif(6, big))).unwrap();
        assert_eq!((turned.width, turned.height), (8, 24));
        for (row, level) in [(0, 0.0), (8, 1.0), (16, 100.0 / 255.0)] {
            assert!((turned.grey[row * 8] - level).abs() <= 1.0 / 255.0, "row {row}");
        }
        // A meaningless note turns nothing.
        let stored = picture(&with_exif(&jpeg(&[0, 255, 100]), &exif(9, big))).unwrap();
        assert_eq!((stored.width, stored.height), (24, 8));
    }
}

#[test]
fn large_pictures_become_small_by_averaging() {
    // Stripes of black and white, one pixel each, average to grey.
    let data: Vec<u8> = (0..1024 * 600).map(|i| if i % 2 == 0 { 0 } else { 255 }).collect();
    let image = picture(&png(1024, 600, png::ColorType::Grayscale, png::BitDepth::Eight, &data)).unwrap();
    assert_eq!((image.width, image.height), (512, 300));
    assert!(image.grey.iter().all(|v| *v == 0.5));
    assert_eq!(image.remarks, ["Made smaller from 1024 x 600 to 512 x 300 pixels."]);
    // Each colour by itself: stripes of red and blue.
    let data: Vec<u8> = (0..1024 * 2).flat_map(|i| if i % 2 == 0 { [255, 0, 0] } else { [0, 0, 255] }).collect();
    let image = picture(&png(1024, 2, png::ColorType::Rgb, png::BitDepth::Eight, &data)).unwrap();
    assert_eq!((image.width, image.height, image.rgb.len()), (512, 1, 3 * 512));
    assert!(image.rgb.chunks_exact(512).zip([0.5, 0.0, 0.5]).all(|(plane, level)| plane.iter().all(|v| *v == level)));
}

#[test]
fn what_is_no_picture() {
    let mut wide = png(1, 1, png::ColorType::Grayscale, png::BitDepth::Eight, &[0]);
    // Width and the check of the header chunk.
    wide[16..20].copy_from_slice(&5000u32.to_be_bytes());
    let crc = crc32(&wide[12..29]);
    wide[29..33].copy_from_slice(&crc.to_be_bytes());
    let long = jpeg(&[7; 600]);
    let all = cfg!(feature = "pictures");
    let formats = if all { "a PNG, JPEG, GIF, BMP, TIFF or WebP picture" } else { "a PNG or JPEG picture" };
    let export = "open it where it can be seen, and save or export it as PNG";
    let gif = format!("`cat.png` is a GIF picture; expected {formats}: {export}");
    let cases: [(&[u8], &str); 6] = [
        (b"", &format!("`cat.png` is empty; expected {formats}")),
        (b"winner,loser\n", &format!("`cat.png` is not a picture; expected {formats}")),
        (b"GIF89a", if all { "`cat.png` is damaged or not complete: Unexpected End of File" } else { &gif }),
        (b"%PDF-1.7", &format!("`cat.png` is a PDF document; expected {formats}: {export}")),
        (&wide, "`cat.png` has 5000 x 1 pixels; pictures of at most 4096 x 4096 are read: make it smaller"),
        (&long, "`cat.png` has 4800 x 8 pixels; pictures of at most 4096 x 4096 are read: make it smaller"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(picture(bytes).unwrap_err().to_string(), expected);
    }
}

#[test]
fn cut_pictures_are_damaged() {
    let whole = png(64, 64, png::ColorType::Rgb, png::BitDepth::Eight, &[77; 3 * 64 * 64]);
    for end in [9, 20, 33, 40, whole.len() - 20] {
        let error = picture(&whole[..end]).unwrap_err();
        assert!(error.message.starts_with("`cat.png` is damaged or not complete: "), "{error}");
    }
    let whole = jpeg(&[1, 2, 3]);
    for end in [3, 40, 100] {
        let error = picture(&whole[..end]).unwrap_err();
        assert!(error.message.starts_with("`cat.png` is damaged or not complete: "), "{error}");
    }
}

/// The check value of PNG chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
    })
}

#[test]
fn one_wrong_byte_anywhere_gives_a_picture_or_an_error() {
    let pixels: Vec<u8> = (0..4 * 9 * 7).map(|i| (i * 37 % 256) as u8).collect();
    let wholes = [png(9, 7, png::ColorType::Rgba, png::BitDepth::Eight, &pixels), jpeg(&[1, 200, 3])];
    let mut read_as = [0, 0];
    for whole in wholes {
        for i in 0..whole.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[i] ^= flip;
                match picture(&bytes) {
                    Ok(image) => {
                        assert_eq!(image.grey.len(), image.width * image.height);
                        read_as[0] += 1;
                    }
                    Err(error) => {
                        assert!(!error.message.is_empty());
                        read_as[1] += 1;
                    }
                }
            }
        }
    }
    assert!(read_as[0] > 0 && read_as[1] > 0, "{read_as:?}");
}
